"""What does a filter let through? Masks over rows and documents, kept for the filters that are asked again."""

from collections.abc import Iterable, Sequence
from threading import Lock
from typing import NamedTuple, Protocol

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from indexer.engine.filters import Filter
from indexer.engine.local.lexical import LexicalIndex
from indexer.engine.local.table import PassageTable
from indexer.engine.lookup import doc_number_key, number_key
from indexer.terms import analyzer

_KEPT = 32  # filters: a page of results asks for the same one several times; a mask has a byte a row


class Allowed(NamedTuple):
    """Masks of what a filter lets through."""

    rows: NDArray[np.bool_]
    documents: NDArray[np.bool_]


class Texts(Protocol):
    """Opens the published texts of a row's fields, body first."""

    def __call__(self, row: int) -> Sequence[str]: ...


class Selection:
    """Filters of one generation as masks. Safe from any thread."""

    def __init__(self, table: PassageTable, passages: LexicalIndex, texts: Texts) -> None:
        self._table, self._passages, self._texts = table, passages, texts
        self._kept: LRUCache[Filter, Allowed] = LRUCache(_KEPT)
        self._lock = Lock()

    def of(self, wanted: Filter) -> Allowed | None:
        """None where the filter lets everything through."""
        if not wanted:
            return None
        with self._lock:
            known = self._kept.get(wanted)
        if known is None:
            known = self._made(wanted)
            with self._lock:
                self._kept[wanted] = known
        return known

    def rows_holding(self, phrase: str, among: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
        """Rows whose passage, title, headings or question hold the phrase, character for character; ascending."""
        rows = self._table.rows_of(self._passages.containing(phrase))
        if among is not None:
            rows = rows[among[rows]]
        sought = squeezed(phrase)
        if len(sought) >= 2 and all("\u4e00" <= c <= "\u9fff" for c in sought):
            return rows  # the index is exact here
        held = [bool(sought) and any(sought in squeezed(text) for text in self._texts(int(row))) for row in rows]
        return rows[np.array(held, dtype=bool)] if len(rows) else rows

    def _made(self, wanted: Filter) -> Allowed:
        documents = self._documents(wanted)
        rows = documents[self._table.document]
        for word in wanted.excluded:
            documents[self._table.document[self.rows_holding(word, rows)]] = False
            rows = documents[self._table.document]
        for phrase in wanted.phrases:
            holding = np.zeros(len(self._table), dtype=bool)
            holding[self.rows_holding(phrase, rows)] = True
            rows &= holding
        return Allowed(rows, self._table.documents_of_rows(rows))

    def _documents(self, wanted: Filter) -> NDArray[np.bool_]:
        """Mask over documents of the filter's fields and scopes; phrases and exclusions come after."""
        table = self._table
        mask = np.ones(len(table.documents), dtype=bool)
        if wanted.scopes is not None:
            mask &= table.scope.where(wanted.scopes.__contains__)
        if wanted.agencies:
            sought = [analyzer.normalise(agency) for agency in wanted.agencies]
            mask &= table.columns["agency"].where(lambda name: any(p in analyzer.normalise(name) for p in sought))
        if wanted.years:
            mask &= table.columns["year"].where(lambda year: any(lo <= int(year) <= hi for lo, hi in wanted.years))
        if wanted.dates:
            spans = [(lo.toordinal(), hi.toordinal()) for lo, hi in wanted.dates]
            mask &= np.logical_or.reduce([(lo <= table.days) & (table.days <= hi) for lo, hi in spans])
        if wanted.kinds:
            mask &= table.columns["kind"].where(wanted.kinds.__contains__)
        if wanted.roles:
            mask &= table.columns["role"].where(wanted.roles.__contains__)
        if wanted.numbers:
            mask &= self._listed(i for number in wanted.numbers for i in table.numbers.get(number_key(number), ()))
        if wanted.doc_numbers:
            keys = map(doc_number_key, wanted.doc_numbers)
            mask &= self._listed(i for key in keys for i in table.doc_numbers.get(key, ()))
        return mask

    def _listed(self, ordinals: Iterable[int]) -> NDArray[np.bool_]:
        mask = np.zeros(len(self._table.documents), dtype=bool)
        mask[list(ordinals)] = True
        return mask


def squeezed(text: str) -> str:
    """The text normalised and without white space: what a phrase is compared on."""
    return "".join(analyzer.normalise(text).split())
