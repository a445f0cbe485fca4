"""From texts to vectors: which encoder is wanted, opening it, training it, and the one that a generation keeps.

Torch and sentence-transformers are imported by training.py and pretrained.py only, and only when one of them works:
searching with an encoder of the archive's own needs numpy alone.
"""

from collections.abc import Sequence
from pathlib import Path

from indexer.encoders.archive import ArchiveEncoder
from indexer.encoders.card import CARD_NAME, ArchiveCard, read_card
from indexer.encoders.choice import EncoderChoice, EncoderSettings
from indexer.encoders.pretrained import PretrainedEncoder
from indexer.encoders.protocol import Encoder, EncoderError

__all__ = [
    "ArchiveEncoder",
    "Encoder",
    "EncoderChoice",
    "EncoderError",
    "EncoderSettings",
    "PretrainedEncoder",
    "check",
    "fits",
    "load",
    "open_encoder",
    "open_pretrained",
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
    return PretrainedEncoder.load(card, model or card.model)


def open_encoder(name: str, settings: EncoderSettings | None = None) -> Encoder:
    """The encoder in a folder, or a model's name in the local Hugging Face cache; the network is never asked.

    A folder may hold any sentence-transformers model, or an encoder trained from another archive, which takes no
    settings. Raises EncoderError, before anything starts, for a folder in which something is missing or cut short.
    """
    if (Path(name) / CARD_NAME).is_file():
        return load(Path(name))
    return PretrainedEncoder(name, settings or EncoderSettings())


def open_pretrained(choice: EncoderChoice) -> Encoder:
    """The model that was chosen. Raises EncoderError as `open_encoder` does, and for a choice of none."""
    if choice.path is None:
        raise EncoderError("没有指明预训练模型。请用 --encoder 给出模型的文件夹。")
    return open_encoder(str(choice.path), choice.settings)


def check(choice: EncoderChoice | None) -> None:
    """Raises EncoderError where the chosen model could not be opened. Loads no model."""
    if choice is not None and choice.path is not None:
        open_pretrained(choice)


def fits(encoder: Encoder, choice: EncoderChoice | None) -> bool:
    """True where vectors of `encoder` stay valid under the choice; no choice leaves everything as it is."""
    if choice is None:
        return True
    if choice.path is None:
        return isinstance(encoder, ArchiveEncoder)
    return open_pretrained(choice).fingerprint == encoder.fingerprint


def train(passages: Sequence[str], pairs: Sequence[tuple[str, str]], *, progress: bool = False) -> ArchiveEncoder:
    """An encoder of the archive's own; see `training.train`, which is imported here because it needs seconds."""
    from indexer.encoders import training

    return training.train(passages, pairs, progress=progress)
