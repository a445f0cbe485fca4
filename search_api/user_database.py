"""The database of users' tokens, sessions, verdicts and cases: one SQLite file, to which several servers and commands
write.

Earlier programs kept tokens.json and feedback.jsonl. Such a file is read into the database once, and renamed.

Not for: what a token, a session, a verdict or a case is (see web/access, feedback.py and desk/cases).
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from corpus.errors import DafuError, FormatError
from indexer import database
from indexer.database import Connection
from indexer.durable import disk_faults

Load = Callable[[Connection, bytes, Path], None]
"""Puts the content of an old file, which lies at the path, into the database. Raises DafuError if it is damaged."""

_MODE = 0o600
_LEGACY_SUFFIXES = (".json", ".jsonl")
_STEPS = (
    """
    CREATE TABLE tokens (
        name TEXT PRIMARY KEY,
        sha256 TEXT NOT NULL,
        scopes TEXT,
        rights TEXT NOT NULL,
        created_at TEXT NOT NULL,
        expires_at TEXT
    ) STRICT;
    CREATE TABLE checksums (of TEXT PRIMARY KEY, sha256 TEXT NOT NULL) STRICT;
    CREATE TABLE feedback (
        id INTEGER PRIMARY KEY,
        date TEXT NOT NULL,
        generation INTEGER NOT NULL,
        query TEXT NOT NULL,
        passage_id TEXT NOT NULL,
        rank INTEGER NOT NULL,
        useful INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE imported (sha256 TEXT PRIMARY KEY, file TEXT NOT NULL) STRICT
    """,
    """
    CREATE TABLE sessions (
        sha256 TEXT PRIMARY KEY,
        token TEXT NOT NULL,
        begun_at INTEGER NOT NULL,
        used_at INTEGER NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE cases (
        case_id TEXT PRIMARY KEY,
        version INTEGER NOT NULL,
        status TEXT NOT NULL,
        deadline TEXT,
        owner TEXT NOT NULL,
        people TEXT NOT NULL,
        scope TEXT,
        seen_with TEXT,
        content TEXT NOT NULL,
        compared TEXT,
        changed_at TEXT NOT NULL,
        changed_by TEXT NOT NULL
    ) STRICT;
    CREATE TABLE case_changes (
        case_id TEXT NOT NULL,
        version INTEGER NOT NULL,
        at TEXT NOT NULL,
        by TEXT NOT NULL,
        what TEXT NOT NULL,
        PRIMARY KEY (case_id, version)
    ) STRICT
    """,
    """
    CREATE TABLE no_conflicts (a TEXT NOT NULL, b TEXT NOT NULL, date TEXT NOT NULL, PRIMARY KEY (a, b)) STRICT
    """,
)
"""_STEPS[n] brings a database from version n to n + 1. A released step is never changed."""


class UserDatabase:
    """The database at a path, or beside the old file at a path that ends with .json or .jsonl."""

    def __init__(self, path: Path, legacy_name: str, load: Load) -> None:
        """`legacy_name` is the name of the old file that may lie beside the database, `load` takes in its content."""
        is_legacy = path.suffix in _LEGACY_SUFFIXES
        self.path = path.with_suffix(".sqlite") if is_legacy else path
        self.legacy = path if is_legacy else path.with_name(legacy_name)
        self._load = load

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection in a transaction, which is on the disk once the block ends. Makes the file if it is new.

        Raises DafuError.
        """
        with self._sentences():
            self._create()
            with closing(database.open_migrated(self.path, _STEPS)) as connection:
                connection.execute("PRAGMA synchronous=FULL")  # an answer is given only for what a power cut leaves
                self._import(connection)
                with database.transaction(connection):
                    yield connection

    def open_for_reading(self) -> Connection | None:
        """A read-only connection for any thread; None if there is no database. Raises DafuError."""
        if self.legacy.is_file():
            with self.writing():
                pass
        if not self.path.is_file():
            return None
        with self._sentences():
            try:
                return database.open_for_reading(self.path, len(_STEPS))
            except FormatError:  # an older one, or one that another process is making
                with self.writing():
                    return database.open_for_reading(self.path, len(_STEPS))

    def compact(self) -> None:
        """Rewrites the file so that nothing that was deleted is left in it. Raises DafuError."""
        with self._sentences(), closing(database.open_migrated(self.path, _STEPS)) as connection:
            database.compact(connection)

    def _create(self) -> None:
        folder = self.path.parent
        if not folder.is_dir():
            raise DafuError(f"文件夹 {folder} 不存在。请用 --index 指定 dafu index 建立的索引文件夹。")
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _MODE))

    def _import(self, connection: Connection) -> None:
        """Takes in the old file. What a killed process had taken in already is not taken in twice."""
        if not self.legacy.is_file():
            return
        with database.transaction(connection):
            try:
                data = self.legacy.read_bytes()
            except FileNotFoundError:  # another process was quicker
                return
            except OSError as error:
                raise DafuError(
                    f"旧文件 {self.legacy} 无法读取（{error.strerror}），其中的内容没有转入 {self.path.name}。"
                    "请把它的所有者改成运行服务的用户。"
                ) from error
            sha256 = hashlib.sha256(data).hexdigest()
            if not connection.execute("SELECT 1 FROM imported WHERE sha256 = ?", (sha256,)).fetchone():
                self._load(connection, data, self.legacy)
                connection.execute("INSERT INTO imported VALUES (?, ?)", (sha256, self.legacy.name))
        with suppress(FileNotFoundError):
            self.legacy.replace(self.legacy.with_name(f"{self.legacy.name}.migrated"))

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        """Turns faults of the disk and of SQLite into a DafuError."""
        with disk_faults(self.path.parent):
            try:
                yield
            except (database.DatabaseError, DafuError) as error:
                # What indexer.database says of a damaged file is meant for an index.
                fault = error.__cause__ if isinstance(error, DafuError) else error
                if isinstance(fault, database.DatabaseError) and (reason := _reason(fault)):
                    raise DafuError(f"{self.path} {reason}") from fault
                raise


class Reader:
    """A connection that is kept from one look into the database to the next. For one thread at a time."""

    def __init__(self, users: UserDatabase) -> None:
        self._users = users
        self._connection: Connection | None = None
        self._file: tuple[int, int] | None = None

    def connection(self) -> Connection | None:
        """A read-only connection to the file that lies there now: another one where another file has taken its place.

        None if there is no database. Raises DafuError, OSError.
        """
        if self._users.legacy.is_file() or self._file is None or self._file != _identity(self._users.path):
            if self._connection:
                self._connection.close()
            self._connection, self._file = None, None
            self._connection = self._users.open_for_reading()
            self._file = _identity(self._users.path) if self._connection else None
        return self._connection


def _identity(path: Path) -> tuple[int, int] | None:
    """Differs for a file that was put in another one's place; None if there is no file."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


@contextmanager
def at_one_moment(connection: Connection) -> Iterator[None]:
    """All statements of the block see the database as it is at the first of them."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.rollback()


def is_database(path: Path) -> bool:
    """Whether a file is one of SQLite's. Raises OSError."""
    with path.open("rb") as file:
        return file.read(16) == b"SQLite format 3\0"


def _reason(error: database.DatabaseError) -> str:
    """Why SQLite could not do it; empty for what `disk_faults` has a sentence for."""
    text = str(error)
    if "locked" in text:
        return "一直有别的进程在写，没有等到。请稍后再试。"
    if "unable to open" in text:
        return (
            "无法打开。它只有写它的用户能读写：请以运行服务的用户运行 dafu token，"
            "或把文件和文件夹的所有者改成这个用户。"
        )
    if any(fault in text for fault in ("full", "readonly", "I/O")):
        return ""
    return f"已损坏（{text}）。请从备份恢复，或者移走它，再用 dafu token add 重新发放令牌。"
