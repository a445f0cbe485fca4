"""What does a filter let through? Masks over rows and documents, kept for the filters that are asked again."""

from collections.abc import Iterable, Sequence
from functools import partial
from threading import Lock
from typing import NamedTuple, Protocol

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from corpus.scopes import admits
from corpus.tables import CELL_SEPARATOR
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
        rows = self._rows_that_may_hold(phrase, among)
        if _is_exact(phrase):
            return rows
        sought = squeezed(phrase)
        held = [bool(sought) and any(sought in squeezed(text) for text in self._texts(int(row))) for row in rows]
        return rows[np.array(held, dtype=bool)] if len(rows) else rows

    def _rows_that_may_hold(self, phrase: str, among: NDArray[np.bool_] | None) -> NDArray[np.int64]:
        """Exactly those that do, for a phrase that the index decides alone."""
        rows = self._table.rows_of(self._passages.containing(phrase))
        return rows if among is None else rows[among[rows]]

    def _made(self, wanted: Filter) -> Allowed:
        """Narrows step by step, what costs most last: fields, phrases, and then what is excluded."""
        documents = self._documents(wanted)
        rows = documents[self._table.document]
        for phrase in sorted(wanted.phrases, key=_is_exact, reverse=True):
            holding = np.zeros(len(self._table), dtype=bool)
            holding[self.rows_holding(phrase, rows)] = True
            rows &= holding
        left = self._table.documents_of_rows(rows)
        self._exclude(wanted.excluded, left)
        rows &= left[self._table.document]
        return Allowed(rows, self._table.documents_of_rows(rows))

    def _exclude(self, words: Sequence[str], documents: NDArray[np.bool_]) -> None:
        """Takes out of the mask the documents that hold one of the words anywhere.

        What the index decides alone comes first. Of what is left, each passage is opened once for all words, and of a
        document none after the first that holds one: many words cost little more than one.
        """
        undecided = np.zeros(len(self._table), dtype=bool)
        sought = []
        for word in sorted(dict.fromkeys(words), key=_is_exact, reverse=True):
            may_hold = self._rows_that_may_hold(word, documents[self._table.document])
            if _is_exact(word):
                documents[self._table.document[may_hold]] = False
            elif squeezed(word):
                undecided[may_hold] = True
                sought.append(squeezed(word))
        for row in np.flatnonzero(undecided).tolist():
            ordinal = self._table.document[row]
            if documents[ordinal]:
                texts = [squeezed(text) for text in self._texts(row)]
                documents[ordinal] = not any(word in text for word in sought for text in texts)

    def _documents(self, wanted: Filter) -> NDArray[np.bool_]:
        """Mask over documents of the filter's fields and scopes; phrases and exclusions come after."""
        table = self._table
        mask = np.ones(len(table.documents), dtype=bool)
        if wanted.scopes is not None:
            mask &= table.scope.where(partial(admits, wanted.scopes))
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


def _is_exact(phrase: str) -> bool:
    """Whether the index says by itself which passages hold the phrase: Chinese characters alone.

    Several are terms side by side, and one is in every term that holds it: no text has it without such a term.
    """
    sought = squeezed(phrase)
    return bool(sought) and all("\u4e00" <= c <= "\u9fff" for c in sought)


def squeezed(text: str) -> str:
    """The text normalised and without white space, but for the ends of cells: what a phrase is compared on."""
    cells = text.strip().split(CELL_SEPARATOR)
    return CELL_SEPARATOR.join("".join(analyzer.normalise(cell).split()) for cell in cells)
