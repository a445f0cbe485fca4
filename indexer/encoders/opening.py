"""From what the user chose to an encoder: can it be opened, does the index's own do as well, and opening it."""

import os
from pathlib import Path

from indexer.encoders.card import has_card, read_kind
from indexer.encoders.choice import EncoderChoice, EncoderSettings
from indexer.encoders.errors import CardError, EncoderError
from indexer.encoders.general.weights import available
from indexer.encoders.pretrained import PretrainedEncoder
from indexer.encoders.protocol import Encoder
from indexer.encoders.registry import is_chosen_by_name, kind_named

ENCODER_VARIABLE = "DAFU_ENCODER"


def choice_of(
    encoder: str | None, settings: EncoderSettings | None = None, *, adapt: bool = False
) -> EncoderChoice | None:
    """The choice that a command's options make; None where they leave the encoder as it is.

    A device is of the one run, so it stands in the choice of a pretrained model alone, whose card names it. Raises
    EncoderError for what needs a pretrained model and comes without one, and for a device that the encoder cannot use.
    """
    settings = settings or EncoderSettings()
    named = encoder is None or is_chosen_by_name(encoder)
    if named and adapt:
        raise EncoderError("--adapt 是使预训练模型适应本档案，请同时用 --encoder 指明模型的文件夹。")
    if named and settings != EncoderSettings(device=settings.device):
        raise EncoderError(
            "查询前缀、段落前缀、维数和批量只用于预训练模型。请用 --encoder 指明模型的文件夹，或去掉这些选项。"
        )
    if encoder is None:
        return None
    if named and settings.device is not None and not kind_named(encoder).uses_device:
        raise EncoderError(f"编码器 {encoder} 只在处理器上计算。请去掉 --device。")
    return EncoderChoice(name=encoder) if named else EncoderChoice(path=Path(encoder), settings=settings, adapt=adapt)


def default_choice() -> EncoderChoice:
    """What an index gets for which nothing was chosen: the encoder that DAFU_ENCODER names, else `mixed` where the
    package of its weights is installed, else `archive`."""
    return EncoderChoice(name=os.environ.get(ENCODER_VARIABLE) or ("mixed" if available() else "archive"))


def learns(choice: EncoderChoice) -> bool:
    """Whether the archive teaches the encoder anything."""
    return choice.adapt if choice.path is not None else kind_named(choice.name).learns


def load(folder: Path, model: str | None = None) -> Encoder:
    """The encoder that `save` wrote into the folder.

    `model` is the folder or name of its pretrained model where that has moved since. Raises EncoderError for anything
    missing, damaged or changed, and for a kind that is not installed.
    """
    return kind_named(read_kind(folder)).load(folder, model)


def open_encoder(name: str, settings: EncoderSettings | None = None) -> Encoder:
    """The encoder in a folder, or a model's name in the local Hugging Face cache; the network is never asked.

    A folder may hold any sentence-transformers model, or an encoder of another index, which takes no settings. Raises
    EncoderError, before anything starts, for a folder in which something is missing or cut short, and for settings that
    are impossible.
    """
    if has_card(Path(name)):
        return load(Path(name))
    encoder = PretrainedEncoder(name, settings or EncoderSettings())
    encoder.check_settings()
    return encoder


def open_chosen(choice: EncoderChoice) -> Encoder:
    """The model that was chosen, as it was carried in. Raises EncoderError as `open_encoder` does, for a choice without
    a path, and for a model that is to be adapted and cannot be."""
    if choice.path is None:
        raise EncoderError("没有指明预训练模型。请用 --encoder 给出模型的文件夹。")
    encoder = open_encoder(str(choice.path), choice.settings)
    if choice.adapt and not encoder.adaptable:
        raise EncoderError(
            f"{choice.path} 是本程序训练或适配过的编码器，不能再适配。"
            "请用 --encoder 指明原来的预训练模型，或去掉 --adapt。"
        )
    return encoder


def check(choice: EncoderChoice | None, kept: Path | None = None) -> None:
    """Raises EncoderError where the chosen encoder could not be opened.

    `kept` is the folder of an encoder that may stay: one adapted by this very choice needs its original no more, and
    one of the kind that was chosen is not made again.
    """
    if choice is None:
        return
    if choice.path is None:
        if kept is None or not _is_of_kind(choice.name, kept):
            kind_named(choice.name).check()
        return
    try:
        open_chosen(choice)
    except EncoderError:
        if kept is None or not _is_adapted_by(choice, kept):
            raise


def fits(encoder: Encoder, choice: EncoderChoice | None) -> bool:
    """True where vectors of `encoder` stay valid under the choice; no choice leaves everything as it is.

    An adapted one fits where it was adapted from the chosen model, as that is now or, where it is gone, as it was.
    """
    if choice is None:
        return True
    if choice.path is None:
        return kind_named(choice.name).fits(encoder)
    if not choice.adapt:
        return open_chosen(choice).fingerprint == encoder.fingerprint
    try:
        original = open_chosen(choice).fingerprint
    except EncoderError:
        original = None
    return encoder.adapted_from(choice, original)


def reopened(encoder: Encoder, choice: EncoderChoice | None) -> Encoder:
    """An encoder that fits the choice, with the batch size and on the device of the choice."""
    return encoder if choice is None or choice.path is None else encoder.used_with(choice.settings)


def recorded_choice(folder: Path, *, anew: bool) -> EncoderChoice | None:
    """The choice by which the encoder in a folder came to be; None where no card can be read, or its kind is unknown.

    Raises EncoderError where it must be made `anew`, or is damaged, and cannot be made again.
    """
    try:
        kind = kind_named(read_kind(folder))
    except EncoderError:
        return None
    try:
        return kind.choice_of(folder, anew=anew)
    except CardError:
        return None


def _is_of_kind(name: str, folder: Path) -> bool:
    try:
        return read_kind(folder) == name
    except CardError:
        return False


def _is_adapted_by(choice: EncoderChoice, folder: Path) -> bool:
    try:
        return choice.adapt and load(folder).adapted_from(choice, None)
    except EncoderError:
        return False
