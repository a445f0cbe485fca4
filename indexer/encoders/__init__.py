"""From texts to vectors: which encoder is wanted, opening it, training it, and the one that a generation keeps.

Torch and sentence-transformers are imported by training.py, trainer.py, pretrained.py and adaptation.py only, and only
when one of them works: searching with an encoder of the archive's own needs numpy alone.
"""

from collections.abc import Sequence
from pathlib import Path

from indexer.encoders.adaptation import AdaptedEncoder, Steps, same_choice
from indexer.encoders.adaptation import adapt as adapt_model
from indexer.encoders.archive import ArchiveEncoder
from indexer.encoders.card import CARD_NAME, AdaptedCard, ArchiveCard, read_card
from indexer.encoders.choice import EncoderChoice, EncoderSettings
from indexer.encoders.pairs import Pair
from indexer.encoders.pretrained import PretrainedEncoder
from indexer.encoders.protocol import Encoder, EncoderError

__all__ = [
    "AdaptedEncoder",
    "ArchiveEncoder",
    "Encoder",
    "EncoderChoice",
    "EncoderError",
    "EncoderSettings",
    "PretrainedEncoder",
    "adapt",
    "check",
    "fits",
    "load",
    "open_encoder",
    "open_pretrained",
    "recorded_choice",
    "reopened",
    "train",
]


def load(folder: Path, model: str | None = None) -> Encoder:
    """The encoder that `save` wrote into the folder.

    `model` is the folder or name of its pretrained model where that has moved since. Raises EncoderError for anything
    missing, damaged or changed.
    """
    card = read_card(folder)
    if isinstance(card, ArchiveCard):
        return ArchiveEncoder.load(folder, card)
    if isinstance(card, AdaptedCard):
        return AdaptedEncoder.open(folder, card)
    return PretrainedEncoder.load(card, model or card.model)


def open_encoder(name: str, settings: EncoderSettings | None = None) -> Encoder:
    """The encoder in a folder, or a model's name in the local Hugging Face cache; the network is never asked.

    A folder may hold any sentence-transformers model, or an encoder trained from or adapted to another archive, which
    takes no settings. Raises EncoderError, before anything starts, for a folder in which something is missing or cut
    short, and for settings that are impossible.
    """
    if (Path(name) / CARD_NAME).is_file():
        return load(Path(name))
    encoder = PretrainedEncoder(name, settings or EncoderSettings())
    encoder.check_settings()
    return encoder


def open_pretrained(choice: EncoderChoice) -> Encoder:
    """The model that was chosen, as it was carried in. Raises EncoderError as `open_encoder` does, for a choice of
    none, and for one that is to be adapted and cannot be."""
    if choice.path is None:
        raise EncoderError("没有指明预训练模型。请用 --encoder 给出模型的文件夹。")
    encoder = open_encoder(str(choice.path), choice.settings)
    if choice.adapt and type(encoder) is not PretrainedEncoder:
        raise EncoderError(
            f"{choice.path} 是本程序训练或适配过的编码器，不能再适配。"
            "请用 --encoder 指明原来的预训练模型，或去掉 --adapt。"
        )
    return encoder


def check(choice: EncoderChoice | None, kept: Path | None = None) -> None:
    """Raises EncoderError where the chosen model could not be opened.

    `kept` is the folder of an encoder that may stay: one adapted by this very choice needs its original no more.
    """
    if choice is None or choice.path is None:
        return
    try:
        open_pretrained(choice)
    except EncoderError:
        if kept is None or not _adapted_by(choice, kept):
            raise


def _adapted_by(choice: EncoderChoice, folder: Path) -> bool:
    try:
        card = read_card(folder)
    except EncoderError:
        return False
    return choice.adapt and isinstance(card, AdaptedCard) and same_choice(card, str(choice.path), choice.settings)


def fits(encoder: Encoder, choice: EncoderChoice | None) -> bool:
    """True where vectors of `encoder` stay valid under the choice; no choice leaves everything as it is.

    An adapted one fits where it was adapted from the chosen model, as that is now or, where it is gone, as it was.
    """
    if choice is None:
        return True
    if choice.path is None:
        return isinstance(encoder, ArchiveEncoder)
    if not choice.adapt:
        return open_pretrained(choice).fingerprint == encoder.fingerprint
    if not isinstance(encoder, AdaptedEncoder):
        return False
    try:
        return open_pretrained(choice).fingerprint == encoder.card.original
    except EncoderError:
        return same_choice(encoder.card, str(choice.path), choice.settings)


def reopened(encoder: Encoder, choice: EncoderChoice | None) -> Encoder:
    """An encoder that fits the choice, with the batch size and on the device of the choice."""
    if choice is None or choice.path is None or not isinstance(encoder, PretrainedEncoder):
        return encoder
    return encoder.used_with(choice.settings)


def recorded_choice(folder: Path, *, anew: bool) -> EncoderChoice | None:
    """The choice by which the encoder in a folder came to be; None where no card can be read.

    An adapted encoder that is whole is a model to take as it is, unless it is wanted `anew`. Raises EncoderError where
    it must be adapted again and its original is gone.
    """
    try:
        card = read_card(folder)
    except EncoderError:
        return None
    if isinstance(card, ArchiveCard):
        return EncoderChoice()
    choice = EncoderChoice(path=Path(card.model), settings=card.settings, adapt=isinstance(card, AdaptedCard))
    if not choice.adapt:
        return choice
    try:
        if not anew:
            load(folder)
            return EncoderChoice(path=folder)
    except EncoderError:
        pass
    try:
        check(choice)
    except EncoderError as error:
        raise EncoderError(
            f"重新适配编码器需要原来的预训练模型 {card.model}，而它不能用：{error}"
            "也可以用 --encoder 指明另一个模型，或用 --encoder archive 改为在本档案上训练。"
        ) from error
    return choice


def adapt(choice: EncoderChoice, pairs: Sequence[Pair], folder: Path, trained_on: int, steps: Steps) -> AdaptedEncoder:
    """The chosen model after fine-tuning on these pairs of `trained_on` documents; its files lie in the folder."""
    original = open_pretrained(choice)
    if not isinstance(original, PretrainedEncoder):
        raise ValueError(f"expected a pretrained model to adapt, got {choice}")
    return adapt_model(original, pairs, folder, trained_on=trained_on, steps=steps)


def train(passages: Sequence[str], pairs: Sequence[Pair], *, progress: bool = False) -> ArchiveEncoder:
    """An encoder of the archive's own; see `training.train`, which is imported here because it needs seconds."""
    from indexer.encoders import training

    return training.train(passages, pairs, progress=progress)
