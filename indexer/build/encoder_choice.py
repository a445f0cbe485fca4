"""Which encoder a generation gets: the old one kept, a pretrained one opened, or one trained from the archive."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from corpus.passages import split
from corpus.types import Document
from indexer import encoders
from indexer.archive import Archive, VersionKey
from indexer.build.generation import Generation
from indexer.build.known_items import held_out, known_items, masked
from indexer.build.manifest import EncoderInfo
from indexer.encoders import AdaptedEncoder, Encoder, EncoderChoice
from indexer.encoders.pairs import Pair, pairs_of, stretches
from indexer.progress import Progress

_MIN_HELD = 30
"""Known-item queries below which holding them out tells little and costs much. Of 20 asks of two of five real letters,
said otherwise, 18 have the answering passage among the first with an encoder taught the 11 pairs, 16 without. The 78
documents of the sample archive are held out whole; their paraphrases gain by it, R@10 0.79 for 0.71."""

_DOCUMENTS = 4000
"""Most documents that teach, evenly over the archive: their terms fill the vocabulary and their pairs the training
twice over, and analysing them takes half a minute."""


def encoder_for(
    archive: Archive, kept: Generation | None, choice: EncoderChoice | None, workshop: Path, progress: Progress
) -> tuple[Encoder, EncoderInfo]:
    """That of the generation `kept`, else the chosen pretrained model, else one trained from all live documents.

    An adapted model's files are made in the folder `workshop`.
    """
    if kept is not None:
        return encoders.reopened(kept.encoder, choice), kept.manifest.encoder
    live = archive.live()
    if choice is not None and choice.path is not None:
        return _pretrained(archive, live, choice, workshop, progress)
    progress("训练编码器", 0, 1)
    held = held_out(live, archive.document)
    trained = encoders.train(*_training_material(archive, live, held if _suffice(held) else {}))
    progress("训练编码器", 1, 1)
    return trained, _info("archive", trained, len(live))


def unacquainted(archive: Archive, encoder: Encoder, info: EncoderInfo) -> Encoder:
    """The encoder to ask known-item queries with: one that was not taught them.

    That is the archive's own, but for one of few documents: it was taught all there is, and another one is trained
    here, in seconds, that sees the documents masked.
    """
    if info.kind != "archive":
        return encoder
    live = archive.live()
    held = held_out(live, archive.document)
    return encoder if _suffice(held) else encoders.train(*_training_material(archive, live, held))


def _pretrained(
    archive: Archive, live: Sequence[VersionKey], choice: EncoderChoice, workshop: Path, progress: Progress
) -> tuple[Encoder, EncoderInfo]:
    """The chosen model, adapted to all live documents where that is wanted."""
    if not choice.adapt:
        encoder = encoders.open_pretrained(choice)
        if isinstance(encoder, AdaptedEncoder):  # by another index, or by this one before it was damaged
            return encoder, _info(encoder.card.model, encoder, encoder.card.trained_on)
        return encoder, _info(str(choice.path), encoder, None)
    progress("适配编码器", 0, 1)
    _, pairs = _training_material(archive, live, held_out(live, archive.document))
    adapted = encoders.adapt(choice, pairs, workshop, len(live), lambda *done: progress("适配编码器", *done))
    return adapted, _info(str(choice.path), adapted, len(live))


def _suffice(held: Mapping[VersionKey, Document]) -> bool:
    """Whether these documents know pairs enough to be kept from training."""
    return sum(1 for document in held.values() for _ in known_items(document)) >= _MIN_HELD


def _training_material(
    archive: Archive, live: Sequence[VersionKey], hidden: Mapping[VersionKey, Document]
) -> tuple[list[str], list[Pair]]:
    """Texts and pairs of the archive, from every n-th document where there are more than training can use.

    Of the documents in `hidden`, those that the calibration asks about, only what is left when they are masked.
    """
    texts: list[str] = []
    pairs: list[Pair] = []
    step = -(-len(live) // _DOCUMENTS) or 1
    for version in live[::step]:
        document = masked(hidden[version]) if version in hidden else archive.document(version)
        passages = split(document, masked=document)  # nobody asks for their anchors
        texts += stretches(document.text)
        pairs += pairs_of(document, passages)
    return texts, pairs


def _info(kind: str, encoder: Encoder, trained_on: int | None) -> EncoderInfo:
    return EncoderInfo(kind=kind, fingerprint=encoder.fingerprint, dimension=encoder.dimension, trained_on=trained_on)
