"""Which encoder a generation gets: the old one kept, a pretrained one opened, or one trained from the archive."""

from collections.abc import Sequence

from corpus.passages import split
from indexer import encoders
from indexer.encoders import Encoder, EncoderChoice
from indexer.generation import Generation
from indexer.importing import Progress
from indexer.manifest import EncoderInfo
from indexer.pairs import Pair, pairs_of, stretches
from indexer.store import Archive, VersionKey

_MOST_PAIRS = 400_000  # sampled evenly over the archive: bounds memory, and more teach little
_PAIRS_A_DOCUMENT = 40  # of a letter of ten passages


def encoder_for(
    archive: Archive, kept: Generation | None, choice: EncoderChoice | None, progress: Progress
) -> tuple[Encoder, EncoderInfo]:
    """That of the generation `kept`, else the chosen pretrained model, else one trained from all live documents."""
    if kept is not None:
        return kept.encoder, kept.manifest.encoder
    if choice is not None and choice.path is not None:
        encoder = encoders.open_pretrained(choice)
        return encoder, _info(str(choice.path), encoder, None)
    progress("训练编码器", 0, 1)
    live = archive.live()
    texts, pairs = _training_material(archive, live)
    trained = encoders.train(texts, pairs)
    progress("训练编码器", 1, 1)
    return trained, _info("archive", trained, len(live))


def _training_material(archive: Archive, live: Sequence[VersionKey]) -> tuple[list[str], list[Pair]]:
    """Texts and pairs of the archive, from every n-th document where there are more than training can use."""
    texts: list[str] = []
    pairs: list[Pair] = []
    step = max(1, -(-len(live) * _PAIRS_A_DOCUMENT // _MOST_PAIRS))
    for version in live[::step]:
        document = archive.document(version)
        passages = split(document)
        texts += stretches(document.text)
        pairs += pairs_of(document, passages)
    return texts, pairs


def _info(kind: str, encoder: Encoder, trained_on: int | None) -> EncoderInfo:
    return EncoderInfo(kind=kind, fingerprint=encoder.fingerprint, dimension=encoder.dimension, trained_on=trained_on)
