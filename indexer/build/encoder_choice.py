"""Which encoder a generation gets: the old one, a pretrained one as it came or adapted, or one made for the archive."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from corpus.passages import split
from corpus.types import Document
from indexer import encoders
from indexer.archive import Archive, VersionKey
from indexer.build.generation import Generation
from indexer.build.known_items import blanked, held_out, known_items
from indexer.build.manifest import EncoderInfo
from indexer.build.masked import masked_from
from indexer.encoders import Encoder, EncoderChoice
from indexer.encoders.pairs import Pair, pairs_of, stretches
from indexer.progress import Progress
from indexer.terms.analyzer import DEFAULT, Analyzer

_MIN_HELD = 30
"""Known-item queries below which holding them out tells little and costs much. Of 20 asks of two of five real letters,
said otherwise, 18 have the answering passage among the first with an encoder taught the 11 pairs, 16 without. The 78
documents of the sample archive are held out whole; their paraphrases gain by it, R@10 0.79 for 0.71."""

_MAX_DOCUMENTS = 4000
"""Documents that teach at most, evenly over the archive: their terms fill the vocabulary and their pairs the training
twice over, and analysing them takes half a minute."""


class ArchiveMaterial:
    """The masked texts and pairs of an archive's live documents, for an encoder to learn from (`encoders.Material`)."""

    def __init__(self, archive: Archive, analyzer: Analyzer = DEFAULT) -> None:
        self.analyzer = analyzer
        self._read = masked_from(archive)
        self.live = archive.live()

    @property
    def holds_out(self) -> bool:
        return sum(1 for document in self._held.values() for _ in known_items(document)) >= _MIN_HELD

    def texts_and_pairs(self, *, blind: bool = False) -> tuple[list[str], list[Pair]]:
        """From every n-th document where there are more than training can use; documents held out are blanked."""
        hidden = self._held if blind or self.holds_out else {}
        texts: list[str] = []
        pairs: list[Pair] = []
        step = -(-len(self.live) // _MAX_DOCUMENTS) or 1
        for version in self.live[::step]:
            document = blanked(hidden[version]) if version in hidden else self._read(version)
            texts += stretches(document.text)
            pairs += pairs_of(document, split(document))
        return texts, pairs

    @cached_property
    def _held(self) -> Mapping[VersionKey, Document]:
        """The documents that the calibration asks about."""
        return held_out(self.live, self._read)


def encoder_for(
    material: ArchiveMaterial, kept: Generation | None, choice: EncoderChoice | None, workshop: Path, progress: Progress
) -> tuple[Encoder, EncoderInfo]:
    """The encoder of the generation `kept`, else the chosen one, else one trained from all live documents.

    An adapted model's files are made in the folder `workshop`.
    """
    if kept is not None:
        return encoders.reopened(kept.encoder, choice), kept.manifest.encoder
    choice = choice or encoders.default_choice()
    if choice.path is None:
        return _made(material, choice.name, progress)
    if choice.adapt:
        return _adapted(material, choice, workshop, progress)
    encoder = encoders.open_chosen(choice)
    if encoder.lineage:  # adapted by another index, or by this one before it was damaged
        return encoder, _info(encoder.lineage.model, encoder, encoder.lineage.trained_on)
    return encoder, _info(str(choice.path), encoder, None)


def unacquainted(archive: Archive, encoder: Encoder, analyzer: Analyzer = DEFAULT) -> Encoder:
    """The encoder to ask known-item queries with: one that was not taught their answers."""
    return encoders.kind_named(encoder.kind).unacquainted(encoder, ArchiveMaterial(archive, analyzer))


def _made(material: ArchiveMaterial, name: str, progress: Progress) -> tuple[Encoder, EncoderInfo]:
    kind = encoders.kind_named(name)
    progress("训练编码器", 0, 1)
    encoder = kind.make(material)
    progress("训练编码器", 1, 1)
    return encoder, _info(name, encoder, len(material.live) if kind.learns else None)


def _adapted(
    material: ArchiveMaterial, choice: EncoderChoice, workshop: Path, progress: Progress
) -> tuple[Encoder, EncoderInfo]:
    progress("适配编码器", 0, 1)
    _, pairs = material.texts_and_pairs(blind=True)
    encoder = encoders.open_chosen(choice).adapted(
        pairs, workshop, trained_on=len(material.live), steps=lambda *done: progress("适配编码器", *done)
    )
    return encoder, _info(str(choice.path), encoder, len(material.live))


def _info(kind: str, encoder: Encoder, trained_on: int | None) -> EncoderInfo:
    return EncoderInfo(kind=kind, fingerprint=encoder.fingerprint, dimension=encoder.dimension, trained_on=trained_on)
