"""Defines a peer: one function from passages and queries to rows and scores."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module, metadata
from typing import NamedTuple, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from corpus.errors import DafuError
from indexer.terms import analyzer


@dataclass(frozen=True)
class Texts:
    """Published texts and their vectors, shape (len(texts), d), float32 of length 1 or 0."""

    texts: Sequence[str]
    vectors: NDArray[np.float32]

    @cached_property
    def words(self) -> list[list[str]]:
        """jieba's search-mode words of each text, for a peer that brings no segmenter of its own."""
        return [analyzer.words(text) for text in self.texts]

    @property
    def spaced(self) -> list[str]:
        """The same words with a space between them, for a peer that splits at white space."""
        return [" ".join(words) for words in self.words]


class Scored(NamedTuple):
    """Rows of the passages and their scores, aligned, in any order; a row that is absent was not found."""

    rows: NDArray[np.int64]
    scores: NDArray[np.float64]

    @classmethod
    def of(cls, rows: Sequence[int], scores: Sequence[float]) -> "Scored":
        return cls(np.array(rows, dtype=np.int64), np.array(scores, dtype=np.float64))


class Peer(Protocol):
    """Another search program, fed with the same passages and vectors."""

    def __call__(self, passages: Texts, queries: Texts) -> Iterator[Scored]:
        """The scores of as many passages as the peer gives, one `Scored` a query and in their order."""
        ...


class Source(NamedTuple):
    """The module and function that make a peer, and the library that it needs."""

    module: str
    function: str
    library: str


# Each is a row of the table of figures.
PEERS = {
    "bm25s": Source("eval.peers.bm25s", "search", "bm25s"),
    "txtai": Source("eval.peers.txtai", "search", "txtai"),
    "lancedb": Source("eval.peers.lancedb", "search", "lancedb"),
    "haystack": Source("eval.peers.haystack", "concatenated", "haystack-ai"),
    "haystack-dbsf": Source("eval.peers.haystack", "fused_by_distribution", "haystack-ai"),
}


def load(name: str) -> Peer:
    """A peer by its name in PEERS. Raises DafuError where its library is not installed."""
    source = PEERS[name]
    try:
        return cast(Peer, getattr(import_module(source.module), source.function))
    except ModuleNotFoundError as error:
        raise DafuError(
            f"缺少 {name} 所需的程序库 {source.library}（{error}）。它属于可选组件 peers，请安装到另一个虚拟环境："
            "pip install -c constraints.txt -c eval/peers/constraints.txt -e '.[peers]'，见 eval/peers/README.md。"
        ) from error


def version(name: str) -> str:
    """The installed version of a peer's library, as `txtai 9.14.0`."""
    library = PEERS[name].library
    return f"{library} {metadata.version(library)}"
