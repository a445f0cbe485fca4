"""Which documents hold a term, and how often? An inverted index over whole documents, scored exactly by BM25.

tantivy's BM25 fixes k1 and b; here they are free, every document is scored, scopes are a mask, and a pasted text costs
one pass over its terms' postings. A term is kept as a 64-bit hash: of a million terms two meet with a chance of 1 in
30 million, and would then be one term.

Not for: passages and phrases (see lexical.py).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.errors import DafuError
from indexer import deadline
from indexer.engine.parameters import RankingParameters
from indexer.terms.kinds import KINDS, Kind, Terms

FIELDS = ("title", "body", "question")
"""Each has its own counts and lengths, and a term weighs in all of them as it does in the body."""

_BODY = FIELDS.index("body")

FieldPostings = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.uint16]]
"""Of one field: where each term's postings start (and one more), their documents' ordinals, and the counts."""


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

    def scores(
        self, terms: Terms, weights: Mapping[Kind, float], ranking: RankingParameters, of: Statistics
    ) -> NDArray[np.float64]:
        """BM25 of every document, shape (n,): over fields, the terms' weights by kind times 1 + ln(count in the query).

        score = sum of weight * idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / mean length)), with the idf
        ln(1 + (N - n + 0.5) / (n + 0.5)) of Robertson and Zaragoza, The Probabilistic Relevance Framework (2009), kept
        positive as Lucene does. The logarithm is measured: a term that stands ten times in a pasted message counts
        like three, messages 0.787 to 0.790 alone and 0.801 to 0.808 fused. Documents that may not be seen have scores
        too, without meaning.
        """
        total = np.zeros(len(self))
        for number, kind in enumerate(KINDS):
            counts = terms.get(kind)
            if not counts or weights[kind] <= 0 or not len(self):
                continue
            rows, found = self._rows(kind, counts)
            repeated = np.array(list(counts.values()), dtype=np.float64)[found]
            weight = weights[kind] * (1 + np.log(repeated)) * _idf(self._holding(rows, of), of.documents)
            for place, field in enumerate(FIELDS):
                deadline.check()
                mean = max(float(of.mean_lengths[place, number]), 1e-9)
                part = weight * (ranking.k1 + 1)
                self._add(total, self.fields[field], rows, part, (self.lengths[place, number], mean), ranking)
        return total

    def coverage(
        self,
        terms: Terms,
        weights: Mapping[Kind, float],
        ordinals: NDArray[np.int64],
        absent: int,
        of: Statistics,
    ) -> tuple[NDArray[np.float64], float]:
        """The share of the query's terms that each of these documents holds, weighted by rarity (ordinals ascend); and
        the share that any document holds.

        Rarity is the idf among all documents and `absent` others that hold none of the terms.
        """
        held, asked, known = np.zeros(len(ordinals)), 0.0, 0.0
        for kind, counts in terms.items():
            if weights[kind] <= 0:
                continue
            rows, found = self._rows(kind, counts)
            holding = np.zeros(len(counts))
            holding[found] = self._holding(rows, of)
            weight = weights[kind] * (1 + np.log(list(counts.values()))) * _idf(holding, of.documents + absent)
            asked += float(weight.sum())
            known += float(weight[holding > 0].sum())
            held += self._held(rows, weight[found], ordinals)
        return (held / asked, known / asked) if asked else (held, 0.0)

    def document_frequency(self, kind: Kind, terms: Mapping[str, int], of: Statistics) -> NDArray[np.int64]:
        """In how many documents' bodies each of the terms stands."""
        rows, found = self._rows(kind, terms)
        frequencies = np.zeros(len(terms), dtype=np.int64)
        frequencies[found] = self._counted("body", rows, of)
        return frequencies

    def holds(self, kind: Kind, terms: Mapping[str, int]) -> NDArray[np.bool_]:
        """Mask over the terms: which of them stand in any document, seen or not."""
        return self._rows(kind, terms)[1]

    def relative_lengths(self, ordinals: NDArray[np.int64], of: Statistics) -> NDArray[np.float64]:
        """The natural logarithm of each document's body length beside the mean one."""
        lengths = self.lengths[_BODY, KINDS.index("bigrams")][ordinals].astype(np.float64)
        mean = float(of.mean_lengths[_BODY, KINDS.index("bigrams")])
        return np.asarray(np.log(np.maximum(lengths, 1) / max(mean, 1)))

    def _held(
        self, rows: NDArray[np.int64], weight: NDArray[np.float64], documents: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """For each of the documents the weights of the rows that it holds in any field, each once."""
        held = np.zeros(len(documents))
        places_of = np.full(len(self), -1)
        places_of[documents] = np.arange(len(documents))
        seen: list[NDArray[np.int64]] = []  # term and document as one number: ascending, as the postings are
        for field in ("body", "title", "question"):
            deadline.check()
            starts, ordinals, _ = self.fields[field]
            sizes = starts[rows + 1] - starts[rows]
            at = places_of[gathered(ordinals, starts, rows)]
            found = np.flatnonzero(at >= 0)
            at = at[found]
            term = np.searchsorted(np.cumsum(sizes), found, side="right")
            both = term * len(documents) + at
            new = ~np.logical_or.reduce([among(both, before) for before in seen]) if seen else slice(None)
            held += np.bincount(at[new], weight[term[new]], minlength=len(documents))
            seen.append(both)
        return held

    def _rows(self, kind: Kind, terms: Mapping[str, int]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Rows of the terms that are known, and a mask over the terms that says which those are."""
        wanted = np.array([term_hash(kind, term) for term in terms], dtype=np.uint64)
        at = np.minimum(np.searchsorted(self.hashes, wanted), max(len(self.hashes) - 1, 0))
        found = self.hashes[at] == wanted if len(self.hashes) else np.zeros(len(wanted), dtype=bool)
        return at[found], found

    def _add(
        self,
        total: NDArray[np.float64],
        postings: FieldPostings,
        rows: NDArray[np.int64],
        weight: NDArray[np.float64],
        length: tuple[NDArray[np.float32], float],
        ranking: RankingParameters,
    ) -> None:
        starts, ordinals, counts = postings
        documents, tf = gathered(ordinals, starts, rows), gathered(counts, starts, rows).astype(np.float64)
        lengths, mean = length
        norm = ranking.k1 * (1 - ranking.b + ranking.b * lengths[documents].astype(np.float64) / mean)
        part = np.repeat(weight, starts[rows + 1] - starts[rows]) * tf / (tf + norm)
        total += np.bincount(documents, part, minlength=len(total))

    def _holding(self, rows: NDArray[np.int64], of: Statistics) -> NDArray[np.int64]:
        """How many documents' bodies hold the term of each row, or hold it in its own field where no body does.

        老年人 stands in every document and in few titles: by the titles alone it would weigh most where it says least.
        """
        present = np.stack([self._counted(field, rows, of) for field in FIELDS])
        return np.asarray(np.where(present[_BODY] > 0, present[_BODY], present.max(axis=0)), dtype=np.int64)

    def _counted(self, field: str, rows: NDArray[np.int64], of: Statistics) -> NDArray[np.int64]:
        """How many of the documents that may be seen hold the term of each row in this field."""
        starts, ordinals, _ = self.fields[field]
        sizes = starts[rows + 1] - starts[rows]
        if of.seen is None:
            return np.asarray(sizes)
        seen = of.seen[gathered(ordinals, starts, rows)]
        counts = np.bincount(np.repeat(np.arange(len(rows)), sizes)[seen], minlength=len(rows))
        return np.asarray(counts, dtype=np.int64)

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        for name, array in self._arrays().items():
            np.save(folder / f"{name}.npy", array, allow_pickle=False)

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


def gathered(postings: NDArray[Any], starts: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[Any]:
    """The postings of these rows, one row after the other; slices joined, which takes a third of an index array."""
    edges = zip(starts[rows].tolist(), starts[rows + 1].tolist(), strict=True)
    return np.concatenate([postings[:0], *(postings[start:end] for start, end in edges)])


def among(values: NDArray[Any], ascending: NDArray[Any]) -> NDArray[np.bool_]:
    """Mask over `values` of those that stand in the other array, which ascends."""
    at = np.minimum(np.searchsorted(ascending, values), len(ascending) - 1)
    return ascending[at] == values if len(ascending) else np.zeros(len(values), dtype=bool)


def _idf(holding: NDArray[Any], documents: int) -> NDArray[np.float64]:
    return np.asarray(np.log1p((documents - holding + 0.5) / (holding + 0.5)), dtype=np.float64)


def _array(path: Path) -> NDArray[Any]:
    try:
        return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except (OSError, ValueError, EOFError) as error:  # numpy's own words for garbage advise to unpickle it
        raise _damaged(path.parent, f"{path.name} 无法读取") from error


def _damaged(folder: Path, why: str) -> DafuError:
    return DafuError(f"词语索引 {folder} 缺失或已损坏（{why}）。请运行 dafu verify 检查，或重新运行 dafu index。")
