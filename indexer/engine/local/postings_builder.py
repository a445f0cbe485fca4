"""Gathers documents one by one into postings, after those of an older index that stay.

Owner of scipy's sparse matrices: a field's postings are one of terms by documents in
compressed rows, so joining two is scipy's business.
"""

from collections.abc import Iterator, Mapping
from itertools import count

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack  # type: ignore[import-untyped]  # no stubs

from indexer.engine.local.postings import FIELDS, FieldPostings, Postings, among, term_hash
from indexer.terms.kinds import KINDS, Kind, Terms

_MAX_COUNT = np.iinfo(np.uint16).max  # counts are kept in 16 bits


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
            self._counts[field].append(np.minimum(np.array(counts, np.int64), _MAX_COUNT).astype(np.uint16))
            for number, kind in enumerate(KINDS):
                lengths[place, number] = sum(terms.get(kind, {}).values())
        self._lengths.append(lengths)

    def build(self, old: Postings | None, kept: NDArray[np.int64]) -> Postings:
        """The documents of an old index that are `kept` (ordinals, ascending), and after them those that were added."""
        return self._postings() if old is None else _joined(old, kept, self._postings())

    def _postings(self) -> Postings:
        hashes = np.empty(sum(map(len, self._numbers.values())), np.uint64)
        for kind, numbers in self._numbers.items():
            hashes[list(numbers.values())] = [term_hash(kind, term) for term in numbers]
        order = np.argsort(hashes)
        places = np.empty(len(order), np.int32)
        places[order] = np.arange(len(order), dtype=np.int32)
        fields = {field: self._field(field, places) for field in FIELDS}
        empty = np.zeros((0, len(FIELDS), len(KINDS)), np.float32)
        lengths = np.stack(self._lengths) if self._lengths else empty
        return Postings(hashes[order], fields, np.ascontiguousarray(lengths.transpose(1, 2, 0)))

    def _field(self, field: str, places: NDArray[np.int32]) -> FieldPostings:
        starts = np.cumsum([0, *map(len, self._rows[field])], dtype=np.int64)
        rows = np.concatenate([np.empty(0, np.int32), *self._rows[field]])
        counts = np.concatenate([np.empty(0, np.uint16), *self._counts[field]])
        by_document = csr_array((counts, places[rows], starts), shape=(len(starts) - 1, len(places)))
        return _of_matrix(by_document.T.tocsr())


class _Numbers(dict[str, int]):
    """Term to its number; a new term gets the next one, of all kinds together."""

    def __init__(self, numbers: Iterator[int]) -> None:
        self._next = numbers

    def __missing__(self, term: str) -> int:
        self[term] = number = next(self._next)
        return number


def unheld(postings: Postings, terms: Terms) -> dict[Kind, list[str]]:
    """The terms that no document of these postings holds, in any kind."""
    absent = {
        kind: {t for t, held in zip(counts, postings.holds(kind, counts), strict=True) if not held}
        for kind, counts in terms.items()
    }
    held = {term for kind, counts in terms.items() for term in counts if term not in absent[kind]}
    return {kind: sorted(found - held) for kind, found in absent.items()}


def _joined(old: Postings, kept: NDArray[np.int64], new: Postings) -> Postings:
    """The kept documents of one, ascending, and then all of the other, over the terms of both."""
    at = np.searchsorted(old.hashes, new.hashes)
    added = ~among(new.hashes, old.hashes)
    hashes = np.insert(old.hashes, at[added], new.hashes[added])
    joined = {}
    for field in FIELDS:
        before = _matrix(old, field, hashes)
        before = before if len(kept) == len(old) else before[:, kept]
        joined[field] = hstack([before, _matrix(new, field, hashes)], format="csr")
    present = sum(np.diff(matrix.indptr) for matrix in joined.values()) > 0  # terms of removed documents alone go too
    fields = {field: _of_matrix(matrix if present.all() else matrix[present]) for field, matrix in joined.items()}
    return Postings(hashes[present], fields, np.concatenate([old.lengths[:, :, kept], new.lengths], axis=2))


def _matrix(postings: Postings, field: str, hashes: NDArray[np.uint64]) -> csr_array:
    """A field as a matrix of terms by documents, over `hashes`, which hold all of its own."""
    starts, documents, counts = postings.fields[field]
    sizes = np.zeros(len(hashes), np.int64)
    sizes[np.searchsorted(hashes, postings.hashes)] = np.diff(starts)
    spread = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    return csr_array((counts, documents, spread), shape=(len(hashes), len(postings)))


def _of_matrix(matrix: csr_array) -> FieldPostings:
    matrix.sort_indices()
    return matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32), matrix.data.astype(np.uint16)
