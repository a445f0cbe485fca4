"""What is an encoder? Two methods from texts to unit vectors, a fingerprint that says when vectors may be mixed, and
what some encoders can do besides.

A class inherits from `Encoder` and writes what stands first there. What it cannot do has a default, so that nobody has
to ask what an encoder is.
"""

from collections.abc import Callable, Iterable, Sequence, Set
from pathlib import Path
from typing import NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from indexer.encoders.choice import EncoderChoice, EncoderSettings
from indexer.encoders.errors import EncoderError
from indexer.encoders.pairs import Pair
from indexer.terms.analysis import Analysis

Steps = Callable[[int, int], None]
"""Told of each step: how many are done, of how many."""

Vectors = NDArray[np.float32]

Memory = Callable[["Encoder", Sequence[str]], Vectors]
"""Gives an encoder's vectors of passages with these texts, shape (n, d): those that it holds, and of the others what
the encoder makes of them now, or zeros."""


USUAL_SHARE = 0.7
"""Of a slow part in an inner product, where an archive's known questions leave it open; see eval/ablation.md."""


class Lineage(NamedTuple):
    """The model that an encoder was made of, and how many documents it was taught."""

    model: str
    trained_on: int


class Forgetful(Protocol):
    """An encoder that holds terms of the archive, and can be rid of them. By default it holds none."""

    def without(self, terms: Set[str]) -> Self:
        """One that does not know these terms; texts that hold none of them have the same vectors."""
        return self

    def remembered(self, terms: Iterable[str]) -> list[str]:
        """Which of the terms it holds."""
        return []


class Configurable(Protocol):
    """An encoder with a batch size and a device. By default it has neither."""

    def used_with(self, settings: EncoderSettings) -> Self:
        """The same encoder with that batch size and on that device, which change no vector."""
        return self

    def on_device(self, device: str) -> Self:
        """The same encoder, which encodes passages on that device."""
        return self


class Adaptable(Protocol):
    """An encoder that can be taught this archive's language, or was. By default it cannot."""

    @property
    def adaptable(self) -> bool:
        return False

    @property
    def lineage(self) -> Lineage | None:
        """Where it comes from, of one that was taught an archive's language."""
        return None

    def adapted(self, pairs: Sequence[Pair], folder: Path, *, trained_on: int, steps: Steps) -> "Encoder":
        """The encoder after fine-tuning on pairs of `trained_on` documents; its files lie in the folder."""
        raise EncoderError("这种编码器不能适配。请去掉 --adapt，或用 --encoder 指明一个预训练模型。")

    def adapted_from(self, choice: EncoderChoice, original: str | None) -> bool:
        """Whether it was adapted by this choice; `original` is the fingerprint of the model chosen, None if it is
        gone."""
        return False


class Patient(Protocol):
    """An encoder with a part that takes so long that an index answers without it first. By default it has none.

    A passage is encoded by that part once in its life; the archive keeps the vector.
    """

    @property
    def slow(self) -> "Encoder | None":
        """The part whose vectors of passages are kept."""
        return None

    @property
    def is_ready(self) -> bool:
        """Whether queries are compared by the slow part too."""
        return False

    def remembering(self, memory: Memory) -> Self:
        """The same encoder, whose slow part asks the memory."""
        return self

    def centred(self, queries: Vectors, passages: Vectors) -> Self:
        """The encoder made ready for its slow part by that part's vectors of queries and passages of the archive."""
        return self

    def lacking(self, passages: Vectors) -> NDArray[np.bool_]:
        """Of vectors that hold, a mask of those that lack the slow part."""
        return np.zeros(len(passages), dtype=bool)

    def completed(self, passages: Vectors, texts: Sequence[str]) -> Vectors:
        """Vectors of these texts with the slow part anew."""
        return passages

    def completed_document(self, document: Vectors, passages: Vectors) -> Vectors:
        """The vector of a document, shape (d,), with the slow part anew, from those of its passages."""
        return document

    def weighed(self, share: float) -> Self:
        """The same encoder for queries in which the slow part has this share of each inner product."""
        return self


class Encoder(Forgetful, Configurable, Adaptable, Patient, Protocol):
    """Turns texts into float32 vectors of length 1, shape (n, dimension): their inner product is the cosine. One of two
    encoders gives two such vectors side by side, weighed in queries: their inner product is the weighed mean cosine.

    A text of which the encoder knows nothing may get the zero vector, which scores 0 with everything. The same text
    gets the same vector at every call, from any thread.
    """

    @property
    def kind(self) -> str:
        """The name under which the registry knows how to read it back (registry.py)."""
        ...

    @property
    def fingerprint(self) -> str:
        """Hexadecimal. Two encoders give the same vectors when, and only when, their fingerprints are equal."""
        ...

    @property
    def dimension(self) -> int: ...

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]: ...

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]: ...

    def save(self, folder: Path) -> None:
        """Writes a card (card.py) and what else `indexer.encoders.load` needs into the folder, making it where it is
        missing."""
        ...

    @property
    def quick(self) -> "Encoder":
        """The part that is there at once."""
        return self

    def with_quick(self, quick: "Encoder") -> "Encoder":
        """The same encoder with another such part."""
        return quick

    def encode_documents(self, documents: Sequence[Analysis], passages: Sequence[Vectors]) -> Vectors:
        """Vectors of whole documents, of which those of the passages are known: `passages[i]` has shape (m, d)."""
        return self.encode_analysed(documents)

    def encode_analysed(self, texts: Sequence[Analysis]) -> NDArray[np.float32]:
        """`encode_passages` for texts whose terms are known already, which saves an encoder of terms the work."""
        return self.encode_passages([text.text for text in texts])


def unit_vectors(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each row of shape (n, d) divided by its length; a row of zeros stays one."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    units = np.zeros_like(vectors)
    np.divide(vectors, lengths, out=units, where=lengths > 0)
    return units
