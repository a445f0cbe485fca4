"""What is an encoder? Two methods from texts to unit vectors, and a fingerprint that says when vectors may be mixed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.errors import DafuError


class EncoderError(DafuError):
    """An encoder that cannot be opened, or that is no longer the one it was."""


class Encoder(Protocol):
    """Turns texts into float32 vectors of length 1, shape (n, dimension): their inner product is the cosine.

    A text of which the encoder knows nothing may get the zero vector, which scores 0 with everything. The same text
    gets the same vector at every call, from any thread.
    """

    @property
    def fingerprint(self) -> str:
        """Hexadecimal. Two encoders give the same vectors when, and only when, their fingerprints are equal."""
        ...

    @property
    def dimension(self) -> int: ...

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]: ...

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]: ...

    def save(self, folder: Path) -> None:
        """Writes what `indexer.encoders.load` needs into the folder, which is made where it is missing."""
        ...


def unit_vectors(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each row of shape (n, d) divided by its length; a row of zeros stays one."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    units = np.zeros_like(vectors)
    np.divide(vectors, lengths, out=units, where=lengths > 0)
    return units
