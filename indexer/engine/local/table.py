"""The documents and passages of a generation, as rows: which there are, and what each row belongs to.

Row r of the table is row r of the vector index. Keys name documents and passages across generations; rows and documents
ascend by key, and the rows of one document stand together. Every document has a row.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.errors import DafuError, FormatError
from corpus.language.agencies import district_of
from corpus.types import Passage
from indexer import database
from indexer.engine.lookup import doc_number_key, number_key
from indexer.engine.protocol import Column, DocumentEntry, FieldName, PassageEntry

SCHEMA_VERSION = 4
_SCHEMA = """
CREATE TABLE documents (
    key INTEGER PRIMARY KEY, doc_id TEXT NOT NULL, json_sha256 TEXT NOT NULL, title TEXT, agency TEXT, year INTEGER,
    kind TEXT NOT NULL, role TEXT NOT NULL, doc_number TEXT, proposal_numbers TEXT NOT NULL, replied_on TEXT,
    outcome TEXT, scope TEXT NOT NULL
);
CREATE TABLE passages (
    key INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES documents(key), anchor INTEGER NOT NULL,
    section INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL
)
"""
COLUMNS = 6  # of a passage


def passage_row(key: int, document: int, passage: Passage) -> tuple[int, ...]:
    """A passage as a row of the table: its key, its document's key, and where it stands."""
    return key, document, packed_anchor(passage.anchor), passage.section, passage.start, passage.end


def packed_anchor(anchor: str) -> int:
    """An anchor as one integer: 32 bits of hash, and above them which of equal passages it names.

    >>> printed_anchor(packed_anchor("00c0ffee")), printed_anchor(packed_anchor("deadbeef.3"))
    ('00c0ffee', 'deadbeef.3')
    """
    digits, _, repeat = anchor.partition(".")
    return int(digits, 16) | (int(repeat or 1) << 32)


def printed_anchor(packed: int) -> str:
    """The anchor that `packed_anchor` made an integer."""
    repeat = packed >> 32
    return f"{packed & 0xFFFFFFFF:08x}" + (f".{repeat}" if repeat > 1 else "")


@dataclass(frozen=True)
class PassageTable:
    """Columns of equal length n, one row a passage; `document` holds places in `documents`, called ordinals."""

    documents: tuple[DocumentEntry, ...]
    key: NDArray[np.int64]
    document: NDArray[np.int64]
    anchor: NDArray[np.int64]
    section: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]

    @classmethod
    def of(cls, documents: tuple[DocumentEntry, ...], rows: NDArray[np.int64]) -> "PassageTable":
        """From the rows of `passage_row`, shape (n, COLUMNS), ascending by key."""
        keys = np.array([entry.key for entry in documents], dtype=np.int64)
        key, document, *others = (np.ascontiguousarray(column) for column in rows.T)
        return cls(documents, key, np.searchsorted(keys, document), *others)

    def __len__(self) -> int:
        return len(self.key)

    @cached_property
    def document_keys(self) -> NDArray[np.int64]:
        """Keys of the documents, ascending."""
        return np.array([entry.key for entry in self.documents], dtype=np.int64)

    @cached_property
    def by_id(self) -> dict[str, int]:
        """doc_id to ordinal."""
        return {entry.doc_id: i for i, entry in enumerate(self.documents)}

    def ordinals_of(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """Ordinals of document keys. Raises KeyError for one that is not in the table."""
        return _places(self.document_keys, keys)

    def rows_of(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """Rows of passage keys. Raises KeyError for one that is not in the table."""
        return _places(self.key, keys)

    @cached_property
    def places_by_id(self) -> NDArray[np.int64]:
        """The place of each document among all doc_ids in order: what ties are broken by."""
        by_id = sorted(range(len(self.documents)), key=lambda i: self.documents[i].doc_id)
        places = np.empty(len(by_id), np.int64)
        places[by_id] = np.arange(len(by_id))
        return places

    @cached_property
    def columns(self) -> dict[FieldName, Column]:
        """What documents are filtered and counted by."""
        documents = self.documents
        return {
            "agency": Column.of(e.agency for e in documents),
            "district": Column.of(district_of(e.agency) if e.agency else None for e in documents),
            "year": Column.of(str(e.year) if e.year else None for e in documents),
            "kind": Column.of(e.kind for e in documents),
            "role": Column.of(e.role for e in documents),
            "outcome": Column.of(e.outcome for e in documents),
        }

    @cached_property
    def scope(self) -> Column:
        """The scope of every document."""
        return Column.of(e.scope for e in self.documents)

    @cached_property
    def days(self) -> NDArray[np.int64]:
        """The day of each document's reply, as date.toordinal counts; 0 where it has none."""
        replied = (e.replied_on for e in self.documents)
        return np.array([date.fromisoformat(day).toordinal() if day else 0 for day in replied], dtype=np.int64)

    def newest_first(self, ordinals: NDArray[np.int64]) -> NDArray[np.int64]:
        """Places in `ordinals` by date of reply, those without one last; ties by doc_id."""
        return np.lexsort((self.places_by_id[ordinals], -self.days[ordinals]))

    @cached_property
    def numbers(self) -> dict[str, list[int]]:
        """Look-up key of a proposal number to the ordinals of the documents that answer it."""
        return self._looked_up(lambda entry: [number_key(number) for number in entry.proposal_numbers])

    @cached_property
    def doc_numbers(self) -> dict[str, list[int]]:
        """Look-up key of a document number to the ordinals of the documents that have it."""
        return self._looked_up(lambda entry: [doc_number_key(entry.doc_number)] if entry.doc_number else [])

    def _looked_up(self, keys: Callable[[DocumentEntry], list[str]]) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for i, entry in enumerate(self.documents):
            for key in keys(entry):
                found.setdefault(key, []).append(i)
        return found

    def rows_within(self, ordinals: NDArray[np.int64]) -> NDArray[np.int64]:
        """The rows of these documents, ascending."""
        chosen = np.zeros(len(self.documents), dtype=bool)
        chosen[ordinals] = True
        return np.flatnonzero(chosen[self.document])

    def documents_of_rows(self, allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """A mask over rows as one over documents: those with a row that is let through."""
        mask = np.zeros(len(self.documents), dtype=bool)
        mask[self.document[allowed]] = True
        return mask

    def rows_in(self, ordinal: int) -> NDArray[np.int64]:
        """The rows of one document, ascending."""
        first, end = np.searchsorted(self.document, [ordinal, ordinal + 1])
        return np.arange(first, end)

    def passage(self, row: int) -> PassageEntry:
        """The passage of a row."""
        ordinal = int(self.document[row])
        return PassageEntry(
            key=int(self.key[row]),
            document=self.documents[ordinal].key,
            number=1 + row - int(np.searchsorted(self.document, ordinal)),
            anchor=printed_anchor(int(self.anchor[row])),
            section=int(self.section[row]),
            start=int(self.start[row]),
            end=int(self.end[row]),
        )

    def rows(self) -> NDArray[np.int64]:
        """The passages as rows of `passage_row`, shape (n, COLUMNS)."""
        columns = (self.key, self.document_keys[self.document], self.anchor, self.section, self.start, self.end)
        return np.stack(columns, axis=1)

    def save(self, path: Path) -> None:
        """Write the file `passages` (SQLite)."""
        connection = database.open_for_writing(path, _SCHEMA, SCHEMA_VERSION)
        try:
            # One file and no side files: a generation is closed before it is named.
            connection.execute("PRAGMA journal_mode=DELETE")
            connection.execute("BEGIN")
            connection.executemany(
                f"INSERT INTO documents VALUES ({', '.join('?' * 13)})",
                ((*e[:9], json.dumps(e.proposal_numbers, ensure_ascii=False), *e[10:]) for e in self.documents),
            )
            connection.executemany("INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?)", self.rows().tolist())
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
            read = connection.execute("SELECT * FROM documents ORDER BY key").fetchall()
            documents = tuple(DocumentEntry._make((*r[:9], tuple(json.loads(r[9])), *r[10:])) for r in read)
            rows = connection.execute("SELECT * FROM passages ORDER BY key").fetchall()
        except database.DatabaseError as error:
            raise database.damaged(path, error) from error
        finally:
            connection.close()
        return cls.of(documents, np.array(rows, dtype=np.int64).reshape(-1, COLUMNS))


def _places(ascending: NDArray[np.int64], keys: NDArray[np.int64]) -> NDArray[np.int64]:
    places = np.searchsorted(ascending, keys)
    if len(keys) and (not len(ascending) or not np.array_equal(ascending.take(places, mode="clip"), keys)):
        raise KeyError(f"keys that are not in this index: {np.setdiff1d(keys, ascending)[:3].tolist()}")
    return places
