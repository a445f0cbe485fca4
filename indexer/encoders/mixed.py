"""Both encoders in one vector: what the archive taught, and what ordinary language says.

A passage's vector is that of `archive` followed by that of `general`, each of length 1; a query's parts are weighed, so
that an inner product is (1 - share) * cosine + share * cosine. The general vectors of an archive's texts lie close
together, for they are all of one genre: from each the mean of its kind is taken off first, queries' from queries',
passages' from passages'.

`general` is slow. Until the means are known, and where a passage's vector is not there yet, its part is zeros and the
archive's part answers alone.
"""

import hashlib
import math
from collections.abc import Iterable, Sequence, Set
from pathlib import Path
from typing import Literal, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from indexer.durable import load_array, save_array
from indexer.encoders.archive import KIND as ARCHIVE
from indexer.encoders.archive import ArchiveEncoder
from indexer.encoders.card import Card, check_fingerprint, read_card, write_card
from indexer.encoders.errors import EncoderError
from indexer.encoders.general.encoder import KIND as GENERAL
from indexer.encoders.general.encoder import GeneralEncoder
from indexer.encoders.protocol import USUAL_SHARE, Encoder, Memory, Vectors, unit_vectors
from indexer.encoders.registry import EncoderKind, Material
from indexer.terms.analysis import Analysis

_CENTRES_NAME = "centres.npy"


class MixedCard(Card):
    """The card of a mixed encoder; its parts lie in folders beside it."""

    kind: Literal["mixed"] = "mixed"


class _Centres(NamedTuple):
    """The means of the general vectors of queries and of passages, shape (d,) each."""

    queries: NDArray[np.float32]
    passages: NDArray[np.float32]


class MixedEncoder(Encoder):
    """An encoder of the archive's own and a general one, side by side."""

    kind = "mixed"

    def __init__(
        self, archive: Encoder, general: Encoder, centres: _Centres | None = None, share: float = USUAL_SHARE
    ) -> None:
        self._archive, self._general, self._centres, self._share = archive, general, centres, share
        self._memory: Memory = _unremembered

    @property
    def dimension(self) -> int:
        return self._archive.dimension + self._general.dimension

    @property
    def fingerprint(self) -> str:
        """SHA-256 over those of the parts, and over the means; the share changes no passage."""
        parts = f"{self._archive.fingerprint} {self._general.fingerprint}".encode()
        means = b"" if self._centres is None else np.stack(self._centres).tobytes()
        return hashlib.sha256(parts + means).hexdigest()

    @property
    def slow(self) -> Encoder:
        return self._general

    def on_device(self, device: str) -> Self:
        found = type(self)(self._archive, self._general.on_device(device), self._centres, self._share)
        found._memory = self._memory
        return found

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        by_archive = self._archive.encode_queries(texts)
        if self._centres is None:
            return self._joined(by_archive, self._nothing(len(texts)))
        general = unit_vectors(self._general.encode_queries(texts) - self._centres.queries)
        return self._joined((1 - self._share) * by_archive, self._share * general)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return self._joined(self._archive.encode_passages(texts), self._general_passages(texts))

    def encode_analysed(self, texts: Sequence[Analysis]) -> Vectors:
        by_archive = self._archive.encode_analysed(texts)
        return self._joined(by_archive, self._general_passages([text.text for text in texts]))

    def encode_documents(self, documents: Sequence[Analysis], passages: Sequence[Vectors]) -> Vectors:
        means = [self._mean(of_document) for of_document in passages]
        return self._joined(self._archive.encode_analysed(documents), np.stack(means) if means else self._nothing(0))

    def remembering(self, memory: Memory) -> Self:
        found = self._with(self._archive, self._centres, self._share)
        found._memory = memory
        return found

    def centred(self, queries: Vectors, passages: Vectors) -> Self:
        if self._centres is not None or not len(queries) or not len(passages):
            return self
        return self._with(self._archive, _Centres(queries.mean(axis=0), passages.mean(axis=0)), self._share)

    @property
    def is_ready(self) -> bool:
        return self._centres is not None

    def weighed(self, share: float) -> Self:
        return self._with(self._archive, self._centres, share)

    def lacking(self, passages: Vectors) -> NDArray[np.bool_]:
        return np.asarray(~passages[:, self._archive.dimension :].any(axis=1), dtype=np.bool_)

    def completed(self, passages: Vectors, texts: Sequence[str]) -> Vectors:
        return self._joined(passages[:, : self._archive.dimension], self._general_passages(texts))

    def completed_document(self, document: Vectors, passages: Vectors) -> Vectors:
        return np.concatenate([document[: self._archive.dimension], self._mean(passages)])

    def without(self, terms: Set[str]) -> Self:
        return self._with(self._archive.without(terms), self._centres, self._share)

    def remembered(self, terms: Iterable[str]) -> list[str]:
        return self._archive.remembered(terms)

    def save(self, folder: Path) -> None:
        self._archive.save(folder / "archive")
        self._general.save(folder / "general")
        if self._centres is not None:
            save_array(folder / _CENTRES_NAME, np.stack(self._centres))
        write_card(MixedCard(fingerprint=self.fingerprint), folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The encoder of a folder that `save` wrote. Raises EncoderError where it is not as the card says."""
        card = read_card(folder, MixedCard)
        general = GeneralEncoder.load(folder / "general")
        encoder = cls(ArchiveEncoder.load(folder / "archive"), general, _centres_in(folder, general.dimension))
        check_fingerprint(card, encoder.fingerprint, folder)
        return encoder

    @property
    def quick(self) -> Encoder:
        """The part that the archive taught."""
        return self._archive

    def with_quick(self, quick: Encoder) -> Self:
        return self._with(quick, self._centres, self._share)

    def _with(self, archive: Encoder, centres: _Centres | None, share: float) -> Self:
        found = type(self)(archive, self._general, centres, share)
        found._memory = self._memory
        return found

    def _general_passages(self, texts: Sequence[str]) -> Vectors:
        """Zeros where nothing is known of a text yet."""
        if self._centres is None:
            return self._nothing(len(texts))
        found = self._memory(self._general, texts)
        known = found.any(axis=1, keepdims=True)
        return unit_vectors(np.where(known, found - self._centres.passages, np.float32(0)))

    def _mean(self, passages: Vectors) -> Vectors:
        """The general part of a document: that of its passages, of length 1."""
        total = passages[:, self._archive.dimension :].sum(axis=0, keepdims=True)
        return np.asarray(unit_vectors(total)[0], dtype=np.float32)

    def _nothing(self, count: int) -> Vectors:
        return np.zeros((count, self._general.dimension), np.float32)

    def _joined(self, by_archive: Vectors, general: Vectors) -> Vectors:
        return np.concatenate([by_archive, general], axis=1).astype(np.float32, copy=False)


class MixedKind(EncoderKind):
    """The archive's own part is trained at once; the general one follows."""

    name = "mixed"
    learns = True
    uses_device = True

    def check(self) -> None:
        GENERAL.check()

    def load(self, folder: Path, model: str | None = None) -> Encoder:
        return MixedEncoder.load(folder)

    def make(self, material: Material) -> Encoder:
        general = GENERAL.make(material)
        return MixedEncoder(ARCHIVE.make(material), general)

    def unacquainted(self, encoder: Encoder, material: Material) -> Encoder:
        return encoder.with_quick(ARCHIVE.unacquainted(encoder.quick, material))


KIND = MixedKind()


def _unremembered(encoder: Encoder, texts: Sequence[str]) -> Vectors:
    return encoder.encode_passages(texts)


def _centres_in(folder: Path, dimension: int) -> _Centres | None:
    path = folder / _CENTRES_NAME
    if not path.is_file():
        return None
    try:
        both = load_array(path)
    except (OSError, ValueError, EOFError) as error:
        raise EncoderError(f"编码器文件损坏：{path}（{error}）。请重新建立索引。") from error
    if both.shape != (2, dimension) or both.dtype != np.float32 or not math.isfinite(float(both.sum())):
        raise EncoderError(f"编码器文件损坏：{path}（形状 {both.shape}）。请重新建立索引。")
    return _Centres(*both)
