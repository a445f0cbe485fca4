"""The embedded engine over documents of a test's own, and an encoder whose vectors can be explained."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from corpus.types import Document
from indexer.archive import VersionKey
from indexer.encoders import Encoder
from indexer.engine.local import LocalEngine, SegmentWriter
from indexer.paths import GenerationPaths
from indexer.terms.kinds import terms_of


class BigramEncoder(Encoder):
    """Counts of a text's character bigrams, folded into 32 numbers: equal texts are equal, similar ones are near."""

    kind = "bigrams"
    dimension = 32
    fingerprint = "0" * 64

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([self._vector(text) for text in texts])

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self.encode_queries(texts)

    def save(self, folder: Path) -> None:
        """Nothing to keep."""

    def _vector(self, text: str) -> NDArray[np.float32]:
        vector = np.zeros(self.dimension, np.float32)
        for bigram, n in terms_of(text).get("bigrams", {}).items():
            vector[sum(map(ord, bigram)) % self.dimension] += n
        length = np.float32(np.linalg.norm(vector))
        return vector / length if length else vector


@contextmanager
def local_engine(documents: Sequence[Document], encoder: Encoder | None = None) -> Iterator[LocalEngine]:
    """The embedded engine over these documents, with keys in their order."""
    by_version = {VersionKey(document.doc_id, document.content_sha256): document for document in documents}
    with TemporaryDirectory() as folder:
        paths = GenerationPaths(Path(folder) / "1")
        paths.folder.mkdir()
        writer = SegmentWriter(list(by_version), by_version.__getitem__, lambda *_: None)
        writer.write(paths, encoder or BigramEncoder())
        yield LocalEngine.open(paths, lambda entry: by_version[entry.version])
