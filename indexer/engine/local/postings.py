"""Which documents hold a term, and how often? An inverted index over whole documents.

tantivy's BM25 fixes k1 and b; over these postings they are free, every document is scored, scopes are a mask, and a
pasted text costs one pass over its terms' postings (document_scores.py). A term is kept as a 64-bit hash: of a million
terms two meet with a chance of 1 in 30 million, and would then be one term.

Not for: passages and phrases (see lexical.py).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus.errors import DafuError
from indexer.durable import load_array, save_array
from indexer.terms.kinds import KINDS, Kind

FIELDS = ("title", "body", "question")
"""Each has its own counts and lengths, and a term weighs in all of them as it does in the body."""

_BODY = FIELDS.index("body")

FieldPostings = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.uint16]]
"""Of one field: where each term's postings start (and one more), their documents' ordinals, and the counts."""


class TermPostings(NamedTuple):
    """The postings of some terms in one field, one term after the other: how many each has, their documents' ordinals,
    and the counts."""

    sizes: NDArray[np.int64]
    documents: NDArray[np.int32]
    counts: NDArray[np.uint16]

    def documents_seen(self, seen: NDArray[np.bool_] | None) -> NDArray[np.int64]:
        """How many documents hold each term, of those that a mask lets through."""
        if seen is None:
            return self.sizes
        before = np.concatenate([[0], np.cumsum(seen[self.documents], dtype=np.int64)])
        ends = np.cumsum(self.sizes)
        return np.asarray(before[ends] - before[ends - self.sizes], dtype=np.int64)


@dataclass(frozen=True)
class Statistics:
    """The documents that a user may see, as far as BM25 asks: `seen` is a mask over documents, None for all.

    `mean_lengths` has the shape (len(FIELDS), len(KINDS)).
    """

    seen: NDArray[np.bool_] | None
    documents: int
    mean_lengths: NDArray[np.float64]


@dataclass(frozen=True)
class Postings:
    """Postings over documents 0..n-1. `hashes` ascend; row i of a field belongs to hashes[i]."""

    hashes: NDArray[np.uint64]
    fields: Mapping[str, FieldPostings]
    lengths: NDArray[np.float32]
    """Terms of each field, kind and document: shape (len(FIELDS), len(KINDS), n)."""

    def __len__(self) -> int:
        return int(self.lengths.shape[2])

    def statistics(self, seen: NDArray[np.bool_] | None) -> Statistics:
        """What scores are counted from: the documents of a mask, or all."""
        lengths = self.lengths if seen is None else self.lengths[:, :, seen]
        documents = lengths.shape[2]
        sums = lengths.sum(axis=2, dtype=np.float64)  # whole numbers: exact in any order
        return Statistics(seen, documents, sums / max(1, documents))

    def document_frequency(self, kind: Kind, terms: Mapping[str, int], of: Statistics) -> NDArray[np.int64]:
        """In how many documents' bodies each of the terms stands."""
        rows, found = self.rows(kind, terms)
        starts = self.fields["body"][0]
        frequencies = np.zeros(len(terms), dtype=np.int64)
        if of.seen is None:
            frequencies[found] = starts[rows + 1] - starts[rows]
        else:
            frequencies[found] = self.gathered("body", rows).documents_seen(of.seen)
        return frequencies

    def holds(self, kind: Kind, terms: Mapping[str, int]) -> NDArray[np.bool_]:
        """Mask over the terms: which of them stand in any document, seen or not."""
        return self.rows(kind, terms)[1]

    def relative_lengths(self, ordinals: NDArray[np.int64], of: Statistics) -> NDArray[np.float64]:
        """The natural logarithm of each document's body length beside the mean one."""
        lengths = self.lengths[_BODY, KINDS.index("bigrams")][ordinals].astype(np.float64)
        mean = float(of.mean_lengths[_BODY, KINDS.index("bigrams")])
        return np.asarray(np.log(np.maximum(lengths, 1) / max(mean, 1)))

    def rows(self, kind: Kind, terms: Mapping[str, int]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Rows of the terms that are known, and a mask over the terms that says which those are."""
        wanted = np.array([term_hash(kind, term) for term in terms], dtype=np.uint64)
        at = np.minimum(np.searchsorted(self.hashes, wanted), max(len(self.hashes) - 1, 0))
        found = self.hashes[at] == wanted if len(self.hashes) else np.zeros(len(wanted), dtype=bool)
        return at[found], found

    def gathered(self, field: str, rows: NDArray[np.int64]) -> TermPostings:
        """The postings of these rows in a field, one row after the other.

        Slices are joined, which takes a third of what an index array takes.
        """
        starts, documents, counts = self.fields[field]
        slices = list(map(slice, starts[rows].tolist(), starts[rows + 1].tolist()))
        return TermPostings(starts[rows + 1] - starts[rows], _joined(documents, slices), _joined(counts, slices))

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        for name, array in self._arrays().items():
            save_array(folder / f"{name}.npy", array)

    @classmethod
    def load(cls, folder: Path) -> "Postings":
        """What `save` wrote, mapped into memory. Raises DafuError for a file that is missing, cut short or misfits."""
        try:
            read = {path.stem: _array(path) for path in folder.glob("*.npy")}
            fields: dict[str, FieldPostings] = {
                f: (read[f"{f}-starts"], read[f"{f}-documents"], read[f"{f}-counts"]) for f in FIELDS
            }
            found = cls(read["hashes"], fields, read["lengths"])
        except KeyError as error:
            raise _damaged(folder, f"缺少 {error.args[0]}.npy") from error
        fits = found.lengths.shape[:-1] == (len(FIELDS), len(KINDS)) and all(
            len(starts) == len(found.hashes) + 1 and int(starts[-1]) == len(documents) == len(counts)
            for starts, documents, counts in fields.values()
        )
        if not fits:
            raise _damaged(folder, "各文件的长度不一致")
        return found

    def _arrays(self) -> dict[str, NDArray[np.generic]]:
        arrays: dict[str, NDArray[np.generic]] = {"hashes": self.hashes, "lengths": self.lengths}
        for field, (starts, documents, counts) in self.fields.items():
            arrays |= {f"{field}-starts": starts, f"{field}-documents": documents, f"{field}-counts": counts}
        return arrays


def term_hash(kind: Kind, term: str) -> int:
    """64 bits that name a term of a kind."""
    return int.from_bytes(hashlib.blake2b(f"{kind}\0{term}".encode(), digest_size=8).digest())


def _joined(whole: NDArray[Any], slices: Sequence[slice]) -> NDArray[Any]:
    return np.concatenate([whole[:0], *[whole[part] for part in slices]])


def among(values: NDArray[Any], ascending: NDArray[Any]) -> NDArray[np.bool_]:
    """Mask over `values` of those that stand in the other array, which ascends."""
    at = np.minimum(np.searchsorted(ascending, values), len(ascending) - 1)
    return ascending[at] == values if len(ascending) else np.zeros(len(values), dtype=bool)


def _array(path: Path) -> NDArray[Any]:
    try:
        return load_array(path, "r")
    except (OSError, ValueError, EOFError) as error:  # numpy's own words for garbage advise to unpickle it
        raise _damaged(path.parent, f"{path.name} 无法读取") from error


def _damaged(folder: Path, why: str) -> DafuError:
    return DafuError(f"词语索引 {folder} 缺失或已损坏（{why}）。请运行 dafu verify 检查，或重新运行 dafu index。")
