"""Which documents hold a term, and how often? An inverted index over whole documents, scored exactly by BM25.

tantivy's BM25 fixes k1 and b; here they are free, every document is scored, a filter is a mask, and a pasted text costs
one pass over its terms' postings. A term is kept as a 64-bit hash: of a million terms two meet with a chance of 1 in
30 million, and would then be one term.

Not for: passages and phrases (see lexical.py).
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix, csr_matrix  # type: ignore[import-untyped]  # no stubs

from corpus.errors import DafuError
from indexer import deadline
from indexer.terms.kinds import KINDS, Kind, Terms

FIELDS = ("title", "body", "question")
"""Of a document; each has its own counts and lengths, and a term weighs in all of them as it does in the body."""

# Chosen on half of the leader messages, nDCG@10 of BM25 alone, subjects and messages: k1 1.2, b 0.75 (tantivy's)
# 0.724 and 0.771; k1 2, b 0.75 0.727 and 0.770; k1 2, b 0.95 0.726 and 0.787; k1 3, b 0.95 0.726 and 0.788. A reply is
# long because it is thorough or because it thanks and reports: without b near 1 the long ones gather chance matches.
K1 = 2.0
B = 0.95

_OTHERS = 100  # documents that an archive lacks, when it is asked how rare a term is
_MAX = np.iinfo(np.uint16).max  # counts are kept in 16 bits

Column = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.uint16]]
"""Of a field: where each term's postings start (and one more), their documents' ordinals, and the counts."""


@dataclass(frozen=True)
class Postings:
    """Columns over documents 0..n-1. `hashes` ascend; row i of a column belongs to hashes[i]."""

    hashes: NDArray[np.uint64]
    columns: Mapping[str, Column]
    lengths: NDArray[np.float32]
    """Terms of each field, kind and document: shape (len(FIELDS), len(KINDS), n)."""

    def __len__(self) -> int:
        return int(self.lengths.shape[2])

    def scores(self, terms: Terms, weights: Mapping[Kind, float]) -> NDArray[np.float64]:
        """BM25 of every document, shape (n,): over fields, the terms' weights by kind times 1 + ln(count in the query).

        score = sum of weight * idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / mean length)), with the idf
        ln(1 + (N - n + 0.5) / (n + 0.5)) of Robertson and Zaragoza, The Probabilistic Relevance Framework (2009), kept
        positive as Lucene does. The logarithm is measured: a term that stands ten times in a pasted message counts
        like three, messages 0.787 to 0.790 alone and 0.801 to 0.808 fused.
        """
        total = np.zeros(len(self))
        for number, kind in enumerate(KINDS):
            counts = terms.get(kind)
            if not counts or weights[kind] <= 0 or not len(self):
                continue
            rows, found = self._rows(kind, counts)
            repeated = np.array(list(counts.values()), dtype=np.float64)[found]
            weight = weights[kind] * (1 + np.log(repeated)) * self._idf[rows]
            for place, field in enumerate(FIELDS):
                deadline.check()
                self._add(total, self.columns[field], rows, weight, self._norms[place, number])
        return total

    def coverage(
        self, terms: Terms, weights: Mapping[Kind, float], documents: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], float]:
        """Of each of these documents, ordinals ascending, the share of the query's terms that it holds, weighted by
        rarity; and the share that any document of all holds.

        Rarity is the idf among all documents and a hundred others that hold none of the terms: five documents about one
        field hold all of its words, and those say what they are about all the same.
        """
        held, asked, known = np.zeros(len(documents)), 0.0, 0.0
        for kind, counts in terms.items():
            if weights[kind] <= 0:
                continue
            rows, found = self._rows(kind, counts)
            holding = np.zeros(len(counts))
            holding[found] = self._holding[rows]
            rarity = np.log1p((len(self) + _OTHERS - holding + 0.5) / (holding + 0.5))
            weight = weights[kind] * (1 + np.log(list(counts.values()))) * rarity
            asked += float(weight.sum())
            known += float(weight[found].sum())
            held += self._held(rows, weight[found], documents)
        return (held / asked, known / asked) if asked else (held, 0.0)

    def _held(
        self, rows: NDArray[np.int64], weight: NDArray[np.float64], documents: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Of each of the documents the weights of the rows that it holds in any field, each once."""
        held = np.zeros(len(documents))
        places_of = np.full(len(self), -1)
        places_of[documents] = np.arange(len(documents))
        seen: list[NDArray[np.int64]] = []  # term and document as one number: ascending, as the postings are
        for field in ("body", "title", "question"):
            deadline.check()
            starts, ordinals, _ = self.columns[field]
            sizes = starts[rows + 1] - starts[rows]
            at = places_of[_gathered(ordinals, starts, rows)]
            found = np.flatnonzero(at >= 0)
            at = at[found]
            term = np.searchsorted(np.cumsum(sizes), found, side="right")
            both = term * len(documents) + at
            new = ~np.logical_or.reduce([_among(both, before) for before in seen]) if seen else slice(None)
            held += np.bincount(at[new], weight[term[new]], minlength=len(documents))
            seen.append(both)
        return held

    def document_frequency(self, kind: Kind, terms: Mapping[str, int]) -> NDArray[np.int64]:
        """In how many documents' bodies each of the terms stands."""
        rows, found = self._rows(kind, terms)
        frequencies = np.zeros(len(terms), dtype=np.int64)
        frequencies[found] = np.diff(self.columns["body"][0])[rows]
        return frequencies

    def holds(self, kind: Kind, terms: Mapping[str, int]) -> NDArray[np.bool_]:
        """Mask over the terms: which of them stand in any document."""
        return self._rows(kind, terms)[1]

    def _rows(self, kind: Kind, terms: Mapping[str, int]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Rows of the terms that are known, and a mask over the terms that says which those are."""
        wanted = np.array([_hash(kind, term) for term in terms], dtype=np.uint64)
        at = np.minimum(np.searchsorted(self.hashes, wanted), max(len(self.hashes) - 1, 0))
        found = self.hashes[at] == wanted if len(self.hashes) else np.zeros(len(wanted), dtype=bool)
        return at[found], found

    def _add(
        self,
        total: NDArray[np.float64],
        column: Column,
        rows: NDArray[np.int64],
        weight: NDArray[np.float64],
        norm: NDArray[np.float64],
    ) -> None:
        starts, ordinals, counts = column
        documents, tf = _gathered(ordinals, starts, rows), _gathered(counts, starts, rows).astype(np.float64)
        part = np.repeat(weight * (K1 + 1), starts[rows + 1] - starts[rows]) * tf / (tf + norm[documents])
        total += np.bincount(documents, part, minlength=len(total))

    @cached_property
    def _idf(self) -> NDArray[np.float64]:
        """Of each term by the documents whose body holds it; one that stands in no body is as rare as in its own field.

        老年人 stands in every document and in few titles: by the titles alone it would weigh most where it says least.
        """
        n = self._holding
        return np.asarray(np.log1p((len(self) - n + 0.5) / (n + 0.5)), dtype=np.float64)

    @cached_property
    def _holding(self) -> NDArray[np.int64]:
        """Of each term the documents whose body holds it, or those of its own field where no body does."""
        present = np.stack([np.diff(self.columns[field][0]) for field in FIELDS])
        return np.asarray(np.where(present[1] > 0, present[1], present.max(axis=0)), dtype=np.int64)

    @cached_property
    def _norms(self) -> NDArray[np.float64]:
        """k1 * (1 - b + b * length / mean length) of each field, kind and document."""
        lengths = self.lengths.astype(np.float64)
        mean = np.maximum(lengths.mean(axis=2, keepdims=True), 1e-9) if len(self) else 1.0
        return np.asarray(K1 * (1 - B + B * lengths / mean), dtype=np.float64)

    @cached_property
    def relative_lengths(self) -> NDArray[np.float64]:
        """Of each document the natural logarithm of its body's length beside the mean one."""
        lengths = self.lengths[FIELDS.index("body"), KINDS.index("bigrams")].astype(np.float64)
        return np.asarray(np.log(np.maximum(lengths, 1) / max(lengths.mean(), 1)) if len(self) else lengths)

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        for name, array in self._arrays().items():
            np.save(folder / f"{name}.npy", array, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> "Postings":
        """What `save` wrote, mapped into memory. Raises DafuError for a file that is missing, cut short or misfits."""
        try:
            read = {path.stem: _array(path) for path in folder.glob("*.npy")}
            columns: dict[str, Column] = {
                f: (read[f"{f}-starts"], read[f"{f}-letters"], read[f"{f}-counts"]) for f in FIELDS
            }
            found = cls(read["hashes"], columns, read["lengths"])
        except KeyError as error:
            raise _damaged(folder, f"缺少 {error.args[0]}.npy") from error
        fits = found.lengths.shape[:-1] == (len(FIELDS), len(KINDS)) and all(
            len(starts) == len(found.hashes) + 1 and int(starts[-1]) == len(documents) == len(counts)
            for starts, documents, counts in columns.values()
        )
        if not fits:
            raise _damaged(folder, "各文件的长度不一致")
        return found

    def _arrays(self) -> dict[str, NDArray[np.generic]]:
        arrays: dict[str, NDArray[np.generic]] = {"hashes": self.hashes, "lengths": self.lengths}
        for field, (starts, documents, counts) in self.columns.items():
            arrays |= {f"{field}-starts": starts, f"{field}-letters": documents, f"{field}-counts": counts}
        return arrays


def _gathered(postings: NDArray[Any], starts: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[Any]:
    """The postings of these rows, one row after the other; slices joined, which takes a third of an index array."""
    edges = zip(starts[rows].tolist(), starts[rows + 1].tolist(), strict=True)
    return np.concatenate([postings[:0], *(postings[start:end] for start, end in edges)])


def _among(values: NDArray[Any], ascending: NDArray[Any]) -> NDArray[np.bool_]:
    at = np.minimum(np.searchsorted(ascending, values), len(ascending) - 1)
    return ascending[at] == values if len(ascending) else np.zeros(len(values), dtype=bool)


class PostingsBuilder:
    """Gathers documents one by one."""

    def __init__(self) -> None:
        numbers = count()
        self._numbers = {kind: _Numbers(numbers) for kind in KINDS}
        self._rows: dict[str, list[NDArray[np.int32]]] = {field: [] for field in FIELDS}
        self._counts: dict[str, list[NDArray[np.uint16]]] = {field: [] for field in FIELDS}
        self._lengths: list[NDArray[np.float32]] = []

    def add(self, document: Mapping[str, Terms]) -> None:
        """The next document: field to its terms."""
        lengths = np.zeros((len(FIELDS), len(KINDS)), np.float32)
        for place, field in enumerate(FIELDS):
            terms = document.get(field, {})
            numbers = [n for kind, counts in terms.items() for n in map(self._numbers[kind].__getitem__, counts)]
            counts = [n for of_kind in terms.values() for n in of_kind.values()]
            self._rows[field].append(np.array(numbers, np.int32))
            self._counts[field].append(np.minimum(np.array(counts, np.int64), _MAX).astype(np.uint16))
            for number, kind in enumerate(KINDS):
                lengths[place, number] = sum(terms.get(kind, {}).values())
        self._lengths.append(lengths)

    def build(self, old: Postings | None, kept: NDArray[np.int64]) -> Postings:
        """The `kept` documents of an old index, in their order, and after them those that were added."""
        return self._postings() if old is None else _joined(old, kept, self._postings())

    def _postings(self) -> Postings:
        hashes = np.empty(sum(map(len, self._numbers.values())), np.uint64)
        for kind, numbers in self._numbers.items():
            hashes[list(numbers.values())] = [_hash(kind, term) for term in numbers]
        order = np.argsort(hashes)
        new = np.empty(len(order), np.int32)
        new[order] = np.arange(len(order), dtype=np.int32)
        columns = {field: self._column(field, new) for field in FIELDS}
        empty = np.zeros((0, len(FIELDS), len(KINDS)), np.float32)
        lengths = np.stack(self._lengths) if self._lengths else empty
        return Postings(hashes[order], columns, np.ascontiguousarray(lengths.transpose(1, 2, 0)))

    def _column(self, field: str, new: NDArray[np.int32]) -> Column:
        starts = np.cumsum([0, *map(len, self._rows[field])], dtype=np.int64)
        rows = np.concatenate([np.empty(0, np.int32), *self._rows[field]])
        counts = np.concatenate([np.empty(0, np.uint16), *self._counts[field]])
        matrix = csr_matrix((counts, new[rows], starts), shape=(len(starts) - 1, len(new)))
        return _as_column(matrix.tocsc())


class _Numbers(dict[str, int]):
    """Term to its number; a new term gets the next one, of all kinds together."""

    def __init__(self, numbers: Iterator[int]) -> None:
        self._next = numbers

    def __missing__(self, term: str) -> int:
        self[term] = number = next(self._next)
        return number


def _joined(old: Postings, kept: NDArray[np.int64], new: Postings) -> Postings:
    """The kept documents of one, ascending, and then all of the other, over the terms of both.

    Columns are copied and not sorted anew: of every term the new documents come after the kept ones.
    """
    at = np.searchsorted(old.hashes, new.hashes)
    added = ~_among(new.hashes, old.hashes)
    hashes = np.insert(old.hashes, at[added], new.hashes[added])
    columns = {}
    for field in FIELDS:
        before = _spread(_only(old.columns[field], kept, len(old)), old.hashes, hashes)
        columns[field] = _appended(before, _spread(new.columns[field], new.hashes, hashes), len(kept))
    present = sum(np.diff(starts) for starts, _, _ in columns.values()) > 0
    for field, (starts, documents, counts) in columns.items():  # terms of removed documents alone go with them
        columns[field] = (np.concatenate([starts[:-1][present], starts[-1:]]), documents, counts)
    return Postings(hashes[present], columns, np.concatenate([old.lengths[:, :, kept], new.lengths], axis=2))


def _only(column: Column, kept: NDArray[np.int64], documents: int) -> Column:
    """The postings of the kept ones of so many documents, numbered anew."""
    if len(kept) == documents:
        return column
    starts, ordinals, counts = column
    places = np.full(documents, -1, np.int32)
    places[kept] = np.arange(len(kept), dtype=np.int32)
    placed = places[ordinals]
    stays = placed >= 0
    before = np.concatenate([np.zeros(1, np.int64), np.cumsum(stays, dtype=np.int64)])
    return before[starts], placed[stays], counts[stays]


def _spread(column: Column, own: NDArray[np.uint64], hashes: NDArray[np.uint64]) -> Column:
    """A column over `hashes`, which hold all of its own."""
    starts, documents, counts = column
    sizes = np.zeros(len(hashes), np.int64)
    sizes[np.searchsorted(hashes, own)] = np.diff(starts)
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)]), documents, counts


def _appended(old: Column, new: Column, first: int) -> Column:
    """Of each term the postings of one and after them those of the other, whose documents are numbered from `first`."""
    places = np.repeat(old[0][1:], np.diff(new[0]))
    return old[0] + new[0], np.insert(old[1], places, new[1] + np.int32(first)), np.insert(old[2], places, new[2])


def _as_column(matrix: csc_matrix) -> Column:
    return matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32), matrix.data.astype(np.uint16)


def _hash(kind: Kind, term: str) -> int:
    return int.from_bytes(hashlib.blake2b(f"{kind}\0{term}".encode(), digest_size=8).digest())


def _array(path: Path) -> NDArray[Any]:
    try:
        return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except (OSError, ValueError, EOFError) as error:  # numpy's own words for garbage advise to unpickle it
        raise _damaged(path.parent, f"{path.name} 无法读取") from error


def _damaged(folder: Path, why: str) -> DafuError:
    return DafuError(f"词语索引 {folder} 缺失或已损坏（{why}）。请运行 dafu verify 检查，或重新运行 dafu index。")
