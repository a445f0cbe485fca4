"""The archive: every version of every document, and which file carries it. The source of truth of an index."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from corpus.errors import DafuError
from corpus.types import OPEN_SCOPE, Document
from indexer import database

SCHEMA_VERSION = 2
_UNCARRIED = """
CREATE TABLE uncarried (
    doc_id TEXT NOT NULL, json_sha256 TEXT NOT NULL, since TEXT NOT NULL, PRIMARY KEY (doc_id, json_sha256)
) WITHOUT ROWID;
CREATE TRIGGER version_dropped AFTER DELETE ON origins WHEN NOT EXISTS (
    SELECT 1 FROM origins WHERE doc_id = OLD.doc_id AND json_sha256 = OLD.json_sha256
) BEGIN
    INSERT OR IGNORE INTO uncarried VALUES (OLD.doc_id, OLD.json_sha256, strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now'));
END;
CREATE TRIGGER version_carried AFTER INSERT ON origins BEGIN
    DELETE FROM uncarried WHERE doc_id = NEW.doc_id AND json_sha256 = NEW.json_sha256;
END
"""
"""The versions that no file carries any more, and since when: what a purge goes by."""
_SCHEMA = (
    """
CREATE TABLE files (
    path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, sha256 TEXT NOT NULL,
    parser TEXT NOT NULL, read_at TEXT NOT NULL, errors TEXT NOT NULL, scope TEXT NOT NULL DEFAULT '公开'
) WITHOUT ROWID;
CREATE TABLE scopes (folder TEXT PRIMARY KEY, scope TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE versions (
    doc_id TEXT NOT NULL, json_sha256 TEXT NOT NULL, content_sha256 TEXT NOT NULL, json TEXT NOT NULL,
    stored_at TEXT NOT NULL, PRIMARY KEY (doc_id, json_sha256)
);
CREATE TABLE origins (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL REFERENCES files(path) ON DELETE CASCADE,
    doc_id TEXT NOT NULL, json_sha256 TEXT NOT NULL,
    FOREIGN KEY (doc_id, json_sha256) REFERENCES versions(doc_id, json_sha256)
);
CREATE INDEX origins_by_document ON origins(doc_id, sequence);
CREATE INDEX origins_by_path ON origins(path);
"""
    + _UNCARRIED
)
_MIGRATIONS = {
    1: """
ALTER TABLE files ADD COLUMN scope TEXT NOT NULL DEFAULT '公开';
CREATE TABLE scopes (folder TEXT PRIMARY KEY, scope TEXT NOT NULL) WITHOUT ROWID;
"""
    + _UNCARRIED
    + """;
INSERT INTO uncarried SELECT doc_id, json_sha256, strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now') FROM versions
WHERE (doc_id, json_sha256) NOT IN (SELECT doc_id, json_sha256 FROM origins)
"""
}
"""From a version to the next: what the archive holds cannot be made again from files that are gone."""


class FileState(NamedTuple):
    """What was known of a file when it was last read; `errors` are the sentences that the report repeats, `scope` is
    that of the documents in it that name none."""

    size: int
    mtime_ns: int
    sha256: str
    parser: str
    errors: tuple[str, ...]
    scope: str = OPEN_SCOPE


class Failure(NamedTuple):
    """A file, or a row of one, that is no document, and why."""

    path: str
    reason: str


class VersionKey(NamedTuple):
    """Names one version of one document. `json_sha256` covers what was read off it as well as its text."""

    doc_id: str
    json_sha256: str


class Version(NamedTuple):
    """One text of a document: its last reading, and the moment at which the text was first stored."""

    content_sha256: str
    json_sha256: str
    stored_at: str
    scope: str = OPEN_SCOPE


class Origin(NamedTuple):
    """The file that carries a version, by its absolute path, and what it held when it was last read."""

    path: str
    sha256: str


class Archive:
    """archive.sqlite. Reading is safe from any thread; writing belongs to the holder of the index's lock."""

    def __init__(self, connection: database.Connection) -> None:
        self._connection = connection

    @classmethod
    def writable(cls, path: Path) -> "Archive":
        return cls(database.open_for_writing(path, _SCHEMA, SCHEMA_VERSION, _MIGRATIONS))

    @classmethod
    def readable(cls, path: Path) -> "Archive":
        return cls(database.open_for_reading(path, SCHEMA_VERSION))

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def files(self) -> dict[str, FileState]:
        rows = self._connection.execute("SELECT path, size, mtime_ns, sha256, parser, errors, scope FROM files")
        return {
            path: FileState(size, mtime, sha, parser, tuple(json.loads(e)), scope)
            for path, size, mtime, sha, parser, e, scope in rows
        }

    def failures(self) -> list[Failure]:
        """What could not be read of the files as they were last seen."""
        return [Failure(path, reason) for path, state in sorted(self.files().items()) for reason in state.errors]

    def touch_file(self, path: str, size: int, mtime_ns: int) -> None:
        """The file's stamp changed, its content did not."""
        self._connection.execute("UPDATE files SET size = ?, mtime_ns = ? WHERE path = ?", (size, mtime_ns, path))

    def put_file(self, path: str, state: FileState, documents: Iterable[Document]) -> None:
        """Replace what the file carries. Versions are only added."""
        self.forget_file(path)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self._connection.execute(
            "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (path, *state[:4], now, json.dumps(state.errors, ensure_ascii=False), state.scope),
        )
        for given in documents:
            scope = given.scope or (None if state.scope == OPEN_SCOPE else state.scope)
            document = given.model_copy(update={"scope": scope})
            text = document.model_dump_json()
            key = VersionKey(document.doc_id, hashlib.sha256(text.encode()).hexdigest())
            self._connection.execute(
                "INSERT OR IGNORE INTO versions VALUES (?, ?, ?, ?, ?)", (*key, document.content_sha256, text, now)
            )
            self._connection.execute("INSERT INTO origins (path, doc_id, json_sha256) VALUES (?, ?, ?)", (path, *key))

    def mark_unreadable(self, path: str, state: FileState) -> None:
        """The file can no longer be read; what it carried when it could stays."""
        self._connection.execute(
            "UPDATE files SET size = ?, mtime_ns = ?, sha256 = ?, parser = ?, errors = ? WHERE path = ?",
            (*state[:4], json.dumps(state.errors, ensure_ascii=False), path),
        )

    def forget_file(self, path: str) -> None:
        """The file carries nothing any more; the versions stay."""
        self._connection.execute("DELETE FROM files WHERE path = ?", (path,))

    def set_scope(self, folder: str, scope: str) -> None:
        """Give it to what is read below a source from now on; a folder inside may have another."""
        self._connection.execute("INSERT OR REPLACE INTO scopes VALUES (?, ?)", (folder, scope))

    def scopes(self) -> dict[str, str]:
        """Source to the scope that it was given, by absolute paths."""
        return dict(self._connection.execute("SELECT folder, scope FROM scopes"))

    def live(self) -> list[VersionKey]:
        """The version of each document that was imported last, ordered by doc_id."""
        rows = self._connection.execute(
            "SELECT doc_id, json_sha256 FROM origins o"
            " WHERE sequence = (SELECT MAX(sequence) FROM origins WHERE doc_id = o.doc_id) ORDER BY doc_id"
        )
        return [VersionKey(*row) for row in rows]

    def document(self, key: VersionKey) -> Document:
        """The version as it was stored. Raises DafuError where the archive lacks it or holds something else."""
        query = "SELECT CAST(json AS BLOB) FROM versions WHERE doc_id = ? AND json_sha256 = ?"
        try:
            row = self._connection.execute(query, key).fetchone()
        except database.DatabaseError:
            row = None
        if row is None or hashlib.sha256(row[0]).hexdigest() != key.json_sha256:
            raise DafuError(f"档案库中《{key.doc_id}》的这一版本缺失或已损坏。请运行 dafu verify 检查，或从备份恢复。")
        return Document.model_validate_json(row[0])

    def versions(self, doc_id: str) -> list[Version]:
        """Every version of the text, oldest first."""
        rows = self._connection.execute(
            "SELECT content_sha256, json_sha256, MIN(stored_at) OVER text,"
            f" COALESCE(json_extract(json, '$.scope'), '{OPEN_SCOPE}') FROM versions WHERE doc_id = ?"
            " WINDOW text AS (PARTITION BY content_sha256) ORDER BY rowid",
            (doc_id,),
        )
        last_readings = {version.content_sha256: version for version in map(Version._make, rows)}
        return list(last_readings.values())

    def origin(self, key: VersionKey) -> Origin | None:
        """The file that was last seen to carry this version; None where none does any more."""
        row = self._connection.execute(
            "SELECT path, sha256 FROM origins JOIN files USING (path)"
            " WHERE doc_id = ? AND json_sha256 = ? ORDER BY sequence DESC LIMIT 1",
            key,
        ).fetchone()
        return Origin(*row) if row else None

    def carrying(self) -> set[str]:
        """The files that carry at least one document."""
        return {path for (path,) in self._connection.execute("SELECT DISTINCT path FROM origins")}

    def shared_identities(self) -> dict[str, tuple[str, ...]]:
        """doc_id to the files that carry it, for those that several files carry with different content."""
        rows = self._connection.execute(
            "SELECT doc_id, json_group_array(DISTINCT path) FROM origins GROUP BY doc_id"
            " HAVING COUNT(DISTINCT json_sha256) > 1 ORDER BY doc_id"
        )
        return {doc_id: tuple(json.loads(paths)) for doc_id, paths in rows}

    def uncarried(self, until: str, *, superseded: bool) -> list[VersionKey]:
        """The versions of documents that no file has carried since that moment or longer; with `superseded` also the
        earlier texts of documents that a file carries."""
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
        rows = self._connection.execute(f"{query} ORDER BY 1, 2", (until,) * (1 + superseded))
        return [VersionKey(*row) for row in rows]

    def carriers(self, doc_id: str) -> list[str]:
        """The files that carry some version of a document."""
        rows = self._connection.execute("SELECT DISTINCT path FROM origins WHERE doc_id = ? ORDER BY path", (doc_id,))
        return [path for (path,) in rows]

    def delete(self, versions: Sequence[VersionKey]) -> None:
        """Take versions that no file carries out of the archive; their bytes are gone with the next `compact`."""
        with self.transaction():
            for table in ("uncarried", "versions"):
                self._connection.executemany(f"DELETE FROM {table} WHERE doc_id = ? AND json_sha256 = ?", versions)

    def compact(self) -> None:
        """See database.compact."""
        database.compact(self._connection)

    def holds(self, text: str) -> bool:
        """Whether these characters, none of them escaped in JSON, stand in any version of any document."""
        return bool(self._connection.execute("SELECT 1 FROM versions WHERE instr(json, ?) LIMIT 1", (text,)).fetchone())

    def integrity_faults(self) -> list[str]:
        """What is wrong with the file and with any version of any document; empty where all is well."""
        if faults := database.integrity_faults(self._connection):
            return faults
        rows = self._connection.execute("SELECT doc_id, json_sha256, CAST(json AS BLOB) FROM versions")
        damaged = (doc_id for doc_id, sha, text in rows if hashlib.sha256(text).hexdigest() != sha)
        return [f"《{doc_id}》的一个版本已损坏。" for doc_id in damaged]
