"""The passages of a generation: which rows there are, what each belongs to, and which of them a filter lets through.

Row r of the table is row r of the vector index. `key` names a passage across generations; rows ascend by key, and a
document's rows stand together. Every document has a row.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus.errors import DafuError, FormatError
from corpus.language.districts import district_of
from corpus.types import OPEN_SCOPE, Document
from indexer import database
from indexer.archive.store import VersionKey
from indexer.engine.filters import Filter
from indexer.engine.lookup import doc_number_key, number_key
from indexer.terms import analyzer

SCHEMA_VERSION = 3
_SCHEMA = """
CREATE TABLE documents (
    ordinal INTEGER PRIMARY KEY, doc_id TEXT NOT NULL, json_sha256 TEXT NOT NULL, title TEXT, agency TEXT, year INTEGER,
    kind TEXT NOT NULL, role TEXT NOT NULL, doc_number TEXT, proposal_numbers TEXT NOT NULL, replied_on TEXT,
    outcome TEXT, scope TEXT NOT NULL
);
CREATE TABLE passages (
    key INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES documents(ordinal), number INTEGER NOT NULL,
    section INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL
)
"""


class DocumentEntry(NamedTuple):
    """What a filter, a look-up or a result list needs of a document without opening it."""

    doc_id: str
    json_sha256: str
    title: str | None
    agency: str | None
    year: int | None
    kind: str
    role: str
    doc_number: str | None
    proposal_numbers: tuple[str, ...]
    replied_on: str | None
    outcome: str | None = None
    scope: str = OPEN_SCOPE

    @property
    def version(self) -> VersionKey:
        return VersionKey(self.doc_id, self.json_sha256)


def entry_of(document: Document, version: VersionKey) -> DocumentEntry:
    """The year is that of the reply, else of the document number, else of the question."""
    dated = document.replied_on or document.asked_on
    numbered = document.doc_number.partition("〔")[2][:4] if document.doc_number else ""
    year = document.replied_on.year if document.replied_on else int(numbered) if numbered.isdecimal() else None
    return DocumentEntry(
        doc_id=document.doc_id,
        json_sha256=version.json_sha256,
        title=document.title,
        agency=document.agency,
        year=year or (dated.year if dated else None),
        kind=document.proposal_kind,
        role=document.role,
        doc_number=document.doc_number,
        proposal_numbers=document.proposal_numbers,
        replied_on=document.replied_on.isoformat() if document.replied_on else None,
        outcome=document.outcome,
        scope=document.scope or OPEN_SCOPE,
    )


ColumnName = Literal["agency", "district", "year", "kind", "role", "outcome"]


class Column(NamedTuple):
    """A fact of every document: its distinct values, ascending, and of each document which it has, -1 for none."""

    values: tuple[str, ...]
    codes: NDArray[np.int64]

    @classmethod
    def of(cls, facts: Iterable[str | None]) -> "Column":
        """One fact a document, in their order."""
        each = list(facts)
        values = tuple(sorted({fact for fact in each if fact is not None}))
        places: dict[str | None, int] = {value: i for i, value in enumerate(values)}
        return cls(values, np.array([places.get(fact, -1) for fact in each], dtype=np.int64))

    def where(self, holds: Callable[[str], bool]) -> NDArray[np.bool_]:
        """Mask over documents of those whose value holds; it is asked once a value."""
        return np.array([*map(holds, self.values), False])[self.codes]  # -1 is the last


@dataclass(frozen=True)
class PassageTable:
    """Columns of equal length n, one row a passage; `document` indexes `documents`."""

    documents: tuple[DocumentEntry, ...]
    key: NDArray[np.int64]
    document: NDArray[np.int64]
    number: NDArray[np.int64]
    section: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.key)

    @cached_property
    def ordinals(self) -> dict[str, int]:
        """doc_id to its position in `documents`."""
        return {entry.doc_id: i for i, entry in enumerate(self.documents)}

    @cached_property
    def places_by_id(self) -> NDArray[np.int64]:
        """Of each document its place among all doc_ids in order: what ties are broken by."""
        by_id = sorted(range(len(self.documents)), key=lambda i: self.documents[i].doc_id)
        places = np.empty(len(by_id), np.int64)
        places[by_id] = np.arange(len(by_id))
        return places

    @cached_property
    def columns(self) -> dict[ColumnName, Column]:
        """What documents are filtered and counted by."""
        documents = self.documents
        return {
            "agency": Column.of(e.agency for e in documents),
            "year": Column.of(str(e.year) if e.year else None for e in documents),
            "kind": Column.of(e.kind for e in documents),
            "role": Column.of(e.role for e in documents),
            "outcome": Column.of(e.outcome for e in documents),
            "district": Column.of(district_of(e.agency) if e.agency else None for e in documents),
        }

    @cached_property
    def _days(self) -> NDArray[np.int64]:
        """Of each document the day of its reply, as date.toordinal counts; 0 where it has none."""
        replied = (e.replied_on for e in self.documents)
        return np.array([date.fromisoformat(day).toordinal() if day else 0 for day in replied], dtype=np.int64)

    def newest_first(self, ordinals: NDArray[np.int64]) -> NDArray[np.int64]:
        """Places in `ordinals` by date of reply, those without one last; ties by doc_id."""
        return np.lexsort((self.places_by_id[ordinals], -self._days[ordinals]))

    @cached_property
    def _numbers(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for i, entry in enumerate(self.documents):
            for number in entry.proposal_numbers:
                found.setdefault(number_key(number), []).append(i)
        return found

    @cached_property
    def _doc_numbers(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for i, entry in enumerate(self.documents):
            if entry.doc_number:
                found.setdefault(doc_number_key(entry.doc_number), []).append(i)
        return found

    def with_number(self, number: str) -> list[int]:
        """Ordinals of the documents that answer a proposal of this number."""
        return self._numbers.get(number_key(number), [])

    def with_doc_number(self, number: str) -> list[int]:
        """Ordinals of the documents with this document number."""
        return self._doc_numbers.get(doc_number_key(number), [])

    def only(self, ordinals: NDArray[np.int64]) -> "PassageTable":
        """A table of these documents alone, ascending, numbered anew; passages keep their keys."""
        places = np.full(len(self.documents), -1)
        places[ordinals] = np.arange(len(ordinals))
        rows = self.rows_within(ordinals)
        columns = (self.key, places[self.document], self.number, self.section, self.start, self.end)
        return PassageTable(tuple(self.documents[i] for i in ordinals), *(column[rows] for column in columns))

    def rows_of(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """Rows of passage keys, all of which must be in the table."""
        return np.searchsorted(self.key, keys)

    def rows_of_documents(self, allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """A mask over documents as a mask over rows."""
        return allowed[self.document]

    def rows_within(self, ordinals: NDArray[np.int64]) -> NDArray[np.int64]:
        """The rows of these documents, ascending."""
        chosen = np.zeros(len(self.documents), dtype=bool)
        chosen[ordinals] = True
        return np.flatnonzero(self.rows_of_documents(chosen))

    def documents_of_rows(self, allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """A mask over rows as one over documents: those with a row that is let through."""
        mask = np.zeros(len(self.documents), dtype=bool)
        mask[self.document[allowed]] = True
        return mask

    def rows_in(self, ordinal: int) -> NDArray[np.int64]:
        """The rows of one document, ascending."""
        first, end = np.searchsorted(self.document, [ordinal, ordinal + 1])
        return np.arange(first, end)

    def allowed_documents(self, wanted: Filter) -> NDArray[np.bool_]:
        """Mask over documents of the filter's fields; its phrases and exclusions are the caller's business."""
        mask = np.ones(len(self.documents), dtype=bool)
        columns = self.columns
        if wanted.agencies:
            sought = [analyzer.normalise(agency) for agency in wanted.agencies]
            mask &= columns["agency"].where(lambda name: any(part in analyzer.normalise(name) for part in sought))
        if wanted.years:
            mask &= columns["year"].where(lambda year: any(lo <= int(year) <= hi for lo, hi in wanted.years))
        if wanted.dates:
            spans = [(lo.toordinal(), hi.toordinal()) for lo, hi in wanted.dates]
            mask &= np.logical_or.reduce([(lo <= self._days) & (self._days <= hi) for lo, hi in spans])
        if wanted.kinds:
            mask &= columns["kind"].where(lambda kind: kind in wanted.kinds)
        if wanted.roles:
            mask &= columns["role"].where(lambda role: role in wanted.roles)
        for values, find in ((wanted.numbers, self.with_number), (wanted.doc_numbers, self.with_doc_number)):
            if values:
                chosen = np.zeros(len(self.documents), dtype=bool)
                chosen[[i for value in values for i in find(value)]] = True
                mask &= chosen
        return mask

    def save(self, path: Path) -> None:
        """Write the file `passages` (SQLite)."""
        connection = database.open_for_writing(path, _SCHEMA, SCHEMA_VERSION)
        try:
            # One file and no side files: a generation is closed before it is named.
            connection.execute("PRAGMA journal_mode=DELETE")
            connection.execute("BEGIN")
            connection.executemany(
                f"INSERT INTO documents VALUES ({', '.join('?' * 13)})",
                (
                    (i, *e[:8], json.dumps(e.proposal_numbers, ensure_ascii=False), *e[9:])
                    for i, e in enumerate(self.documents)
                ),
            )
            columns = np.stack([self.key, self.document, self.number, self.section, self.start, self.end], axis=1)
            connection.executemany("INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?)", columns.tolist())
            connection.execute("COMMIT")
        finally:
            connection.close()

    @classmethod
    def load(cls, path: Path) -> "PassageTable":
        """Read the file `passages`. Raises DafuError where it is missing, damaged or of another version."""
        try:
            connection = database.open_for_reading(path, SCHEMA_VERSION, immutable=True)
        except FormatError as error:  # the archive has all that is needed: an update makes the file anew
            raise DafuError(f"{path} 是另一版本的程序建立的。请重新运行 dafu index，它会重建索引。") from error
        try:
            rows = connection.execute("SELECT * FROM documents ORDER BY ordinal").fetchall()
            documents = tuple(DocumentEntry._make((*r[1:9], tuple(json.loads(r[9])), *r[10:])) for r in rows)
            columns = np.array(
                connection.execute("SELECT * FROM passages ORDER BY key").fetchall(), dtype=np.int64
            ).reshape(-1, 6)
        except database.DatabaseError as error:
            raise database.damaged(path, error) from error
        finally:
            connection.close()
        return cls(documents, *(np.ascontiguousarray(column) for column in columns.T))
