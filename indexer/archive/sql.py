"""The archive in a relational database: every statement, in standard SQL but for the expressions of a Dialect."""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from corpus.cached import cached_property
from corpus.errors import DafuError
from corpus.types import OPEN_SCOPE, Document
from indexer.archive.admission import Admissions
from indexer.archive.dialect import Dialect
from indexer.archive.integrity import damaged_text
from indexer.archive.left_out import LeftOut
from indexer.archive.memory import ScopeMemory, contested
from indexer.archive.naming import named, pseudonym
from indexer.archive.passage_vectors import PassageVectors
from indexer.archive.protocol import Alarm, Failure, FileState, Origin, RecordedPassage, Row, Version, VersionKey


class Rows(Protocol):
    """The rows that a statement found."""

    def fetchone(self) -> tuple[Any, ...] | None: ...

    def __iter__(self) -> Iterator[tuple[Any, ...]]: ...


class Connection(Protocol):
    """What the statements below need of a database driver (sqlite3, psycopg)."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Rows: ...

    def close(self) -> None: ...


class SqlArchive(ABC):
    """Implements Archive over a connection. A subclass opens the connection and looks after the storage.

    `database_error` is what the driver raises for storage that it cannot read.
    """

    def __init__(self, connection: Connection, dialect: Dialect, database_error: type[Exception]) -> None:
        self._connection, self._dialect, self._database_error = connection, dialect, database_error
        self._memory = ScopeMemory(self._execute)
        self.vectors = PassageVectors(self._execute)
        self.left_out = LeftOut(self._execute)
        self._admissions = Admissions(self._execute, self._memory, self.document, self._named)

    @abstractmethod
    def transaction(self) -> AbstractContextManager[None]: ...

    @abstractmethod
    def compact(self) -> None: ...

    @abstractmethod
    def storage_faults(self) -> list[str]:
        """Everything the database's own check finds wrong."""

    def close(self) -> None:
        self._connection.close()

    def _execute(self, statement: str, *parameters: object) -> Rows:
        return self._connection.execute(self._dialect.sql(statement), parameters)

    # Files

    def files(self) -> dict[str, FileState]:
        rows = self._execute("SELECT path, size, mtime_ns, sha256, parser, errors, scope FROM files")
        return {
            path: FileState(size, mtime, sha, parser, tuple(json.loads(e)), scope)
            for path, size, mtime, sha, parser, e, scope in rows
        }

    def failures(self) -> list[Failure]:
        return [Failure(path, reason) for path, state in sorted(self.files().items()) for reason in state.errors]

    def touch_file(self, path: str, size: int, mtime_ns: int) -> None:
        self._execute("UPDATE files SET size = ?, mtime_ns = ? WHERE path = ?", size, mtime_ns, path)

    def put_file(self, path: str, state: FileState, documents: Iterable[Document], *, widen: bool = False) -> None:
        self._admissions.put_file(path, state, documents, widen=widen)

    def mark_unreadable(self, path: str, state: FileState) -> None:
        self._execute(
            "UPDATE files SET size = ?, mtime_ns = ?, sha256 = ?, parser = ?, errors = ? WHERE path = ?",
            *(*state[:4], _as_json(state.errors), path),
        )

    def forget_file(self, path: str) -> None:
        self._execute("DELETE FROM files WHERE path = ?", path)

    def files_with_documents(self) -> set[str]:
        return {path for (path,) in self._execute("SELECT DISTINCT path FROM origins")}

    def files_holding(self, doc_id: str) -> list[str]:
        rows = self._execute("SELECT DISTINCT path FROM origins WHERE doc_id = ? ORDER BY path", doc_id)
        return [path for (path,) in rows]

    # Scopes

    def set_scope(self, folder: str, scope: str) -> None:
        self._execute(
            "INSERT INTO scopes (folder, scope) VALUES (?, ?)"
            " ON CONFLICT (folder) DO UPDATE SET scope = excluded.scope",
            *(folder, scope),
        )

    def scopes(self) -> dict[str, str]:
        return {folder: scope for folder, scope in self._execute("SELECT folder, scope FROM scopes")}

    def add_source(self, folder: str) -> None:
        self._memory.add_source(folder)

    def renew_alarms(self) -> None:
        self._memory.renew_alarms()

    def alarms(self) -> list[Alarm]:
        return self._memory.alarms()

    # Documents

    def live(self) -> list[VersionKey]:
        rows = self._execute(
            "WITH ordered AS (SELECT doc_id, json_sha256, sequence, source, asked,"
            " FIRST_VALUE(source) OVER claims AS first_source, FIRST_VALUE(asked) OVER claims AS first_asked"
            " FROM origins WINDOW claims AS (PARTITION BY doc_id ORDER BY COALESCE(since, sequence), sequence)),"
            " placed AS (SELECT doc_id, json_sha256, ROW_NUMBER() OVER (PARTITION BY doc_id ORDER BY sequence DESC)"
            " AS place FROM ordered WHERE source = first_source AND asked = first_asked)"
            " SELECT doc_id, json_sha256 FROM placed WHERE place = 1 ORDER BY doc_id"
        )
        return [VersionKey(*row) for row in rows]

    def document(self, key: VersionKey) -> Document:
        query = f"SELECT {self._dialect.stored_bytes.format('json')} FROM versions WHERE doc_id = ? AND json_sha256 = ?"
        try:
            row = self._execute(query, *key).fetchone()
        except self._database_error:
            row = None
        if row is None or hashlib.sha256(row[0]).hexdigest() != key.json_sha256:
            raise DafuError(f"档案库中《{key.doc_id}》的这一版本缺失或已损坏。请运行 dafu verify 检查，或从备份恢复。")
        return Document.model_validate_json(row[0])

    def versions(self, doc_id: str) -> list[Version]:
        claims = self._memory.claims(doc_id)
        left_out = {claim.content_sha256 for claim in contested(claims)}
        carried = {claim.json_sha256 for claim in claims}
        rows = self._execute(
            "SELECT content_sha256, json_sha256, MIN(stored_at) OVER (PARTITION BY content_sha256),"
            f" COALESCE({self._dialect.json_scope}, ?) FROM versions WHERE doc_id = ?"
            f" ORDER BY {self._dialect.insertion_order}",
            *(OPEN_SCOPE, doc_id),
        )
        parsings: dict[str, Version] = {}
        for version in map(Version._make, rows):
            held = parsings.get(version.content_sha256)
            if held is None or version.json_sha256 in carried or held.json_sha256 not in carried:
                parsings[version.content_sha256] = version
        return [version for content, version in parsings.items() if content not in left_out]

    def origin(self, key: VersionKey) -> Origin | None:
        row = self._execute(
            "SELECT path, sha256 FROM origins JOIN files USING (path)"
            " WHERE doc_id = ? AND json_sha256 = ? ORDER BY sequence DESC LIMIT 1",
            *key,
        ).fetchone()
        return Origin(*row) if row else None

    def pseudonym(self, text: str) -> str:
        return pseudonym(text, self._key)

    def rename(self, key: VersionKey) -> None:
        document = self.document(key)
        if (kept := self._named(document)).doc_id != key.doc_id:
            with self.transaction():
                self._admissions.rename(key, kept)

    def _named(self, document: Document) -> Document:
        return named(document, self._key)

    @cached_property
    def _key(self) -> bytes:
        row = self._execute("SELECT value FROM secrets WHERE name = 'pseudonyms'").fetchone()
        assert row is not None  # the step that made the table put it in
        return bytes.fromhex(row[0])

    def shared_identities(self) -> dict[str, tuple[str, ...]]:
        rows = self._execute(
            "SELECT doc_id, path FROM origins WHERE doc_id IN"
            " (SELECT doc_id FROM origins GROUP BY doc_id HAVING COUNT(DISTINCT json_sha256) > 1)"
            " GROUP BY doc_id, path ORDER BY doc_id, MIN(sequence)"
        )
        paths: dict[str, tuple[str, ...]] = {}
        for doc_id, path in rows:
            paths[doc_id] = (*paths.get(doc_id, ()), path)
        return paths

    def contains_text(self, text: str) -> bool:
        query = f"SELECT 1 FROM versions WHERE {self._dialect.json_contains} LIMIT 1"
        return self._execute(query, text).fetchone() is not None

    # Passages

    def record_passages(self, key: VersionKey, passages: Iterable[tuple[str, int, int]]) -> None:
        for anchor, start, end in passages:
            self._execute(
                "INSERT INTO passages (doc_id, anchor, json_sha256, start, stop) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (doc_id, anchor, json_sha256) DO NOTHING",
                *(key.doc_id, anchor, key.json_sha256, start, end),
            )

    def recorded_passages(self, doc_id: str, anchor: str) -> list[RecordedPassage]:
        rows = self._execute(
            "SELECT v.content_sha256, p.start, p.stop FROM passages p"
            " JOIN versions v ON v.doc_id = p.doc_id AND v.json_sha256 = p.json_sha256"
            f" WHERE p.doc_id = ? AND p.anchor = ? ORDER BY v.{self._dialect.insertion_order} DESC",
            *(doc_id, anchor),
        )
        return [RecordedPassage(*row) for row in rows]

    # Derivations

    def derived_keys(self, name: str, version: int) -> set[VersionKey]:
        rows = self._execute(
            "SELECT doc_id, json_sha256 FROM derivations WHERE name = ? AND version = ?", name, version
        )
        return {VersionKey(*row) for row in rows}

    def derived_rows(self, name: str, version: int) -> list[tuple[VersionKey, tuple[Row, ...]]]:
        rows = self._execute(
            "SELECT doc_id, json_sha256, rows_json FROM derivations WHERE name = ? AND version = ?"
            " ORDER BY doc_id, json_sha256",
            *(name, version),
        )
        return [(VersionKey(doc_id, sha), tuple(json.loads(text))) for doc_id, sha, text in rows]

    def derived(self, name: str, version: int, key: VersionKey) -> tuple[Row, ...]:
        query = "SELECT rows_json FROM derivations WHERE name = ? AND version = ? AND doc_id = ? AND json_sha256 = ?"
        try:
            row = self._execute(query, name, version, *key).fetchone()
            rows = json.loads(row[0]) if row else []
            return tuple(row for row in rows if isinstance(row, dict))
        except (self._database_error, ValueError):
            return ()

    def put_derived(self, name: str, version: int, key: VersionKey, rows: Sequence[Row]) -> None:
        self._execute(
            "INSERT INTO derivations (name, version, doc_id, json_sha256, rows_json) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (name, version, doc_id, json_sha256) DO UPDATE SET rows_json = excluded.rows_json",
            *(name, version, *key, _as_json([dict(row) for row in rows])),
        )

    def drop_derived(self, name: str, *, keep: int) -> None:
        self._execute("DELETE FROM derivations WHERE name = ? AND version <> ?", name, keep)

    # Maintenance

    def orphans(self, until: str, *, superseded: bool) -> list[VersionKey]:
        removed = (
            "SELECT doc_id FROM uncarried WHERE doc_id NOT IN (SELECT doc_id FROM origins)"
            " GROUP BY doc_id HAVING MAX(since) <= ?"
        )
        query = f"SELECT doc_id, json_sha256 FROM versions WHERE doc_id IN ({removed})"
        if superseded:
            query += (
                " UNION SELECT doc_id, json_sha256 FROM uncarried JOIN versions v USING (doc_id, json_sha256)"
                " WHERE since <= ? AND doc_id IN (SELECT doc_id FROM origins)"
                " AND content_sha256 NOT IN (SELECT content_sha256 FROM origins"
                " JOIN versions USING (doc_id, json_sha256) WHERE doc_id = v.doc_id)"
            )
        return [VersionKey(*row) for row in self._execute(f"{query} ORDER BY 1, 2", *[until] * (1 + superseded))]

    def delete(self, versions: Sequence[VersionKey]) -> None:
        with self.transaction():
            for table in ("derivations", "passages", "uncarried", "contents", "versions"):
                for key in versions:
                    self._execute(f"DELETE FROM {table} WHERE doc_id = ? AND json_sha256 = ?", *key)

    def integrity_faults(self) -> list[str]:
        return self.storage_faults() or damaged_text(self._execute, self._dialect)


def _as_json(value: object) -> str:
    """JSON that a person can read; no value that is not JSON, such as NaN."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
