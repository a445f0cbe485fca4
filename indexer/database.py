"""SQLite connections as an index uses them; knows nothing of what is stored. The only owner of sqlite3."""

import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from corpus.errors import DafuError, FormatError

Connection = sqlite3.Connection
DatabaseError = sqlite3.DatabaseError

_MAX_WAIT_S = 30.0  # for other processes; a statement of ours takes milliseconds


class _Step(NamedTuple):
    """A script, and the version of a database after it."""

    script: str
    version: int


def open_for_writing(path: Path, schema: str, version: int) -> Connection:
    """Opens a database that is made anew when its format changes. A new one is made by `schema`.

    Raises DafuError for any other version and for a damaged file.
    """
    return _open_and_migrate(path, {0: _Step(schema, version)}, version)


def open_migrated(path: Path, steps: Sequence[str]) -> Connection:
    """Opens a database that outlives programs: steps[n] brings it from version n to n + 1; a new one takes them all.

    Several processes may do so at once. A step that fails leaves the database as it was. Raises DafuError for a version
    beyond the last and for a damaged file.
    """
    return _open_and_migrate(path, {n: _Step(script, n + 1) for n, script in enumerate(steps)}, len(steps))


def _open_and_migrate(path: Path, steps: Mapping[int, _Step], version: int) -> Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=_MAX_WAIT_S)
    with _closed_on_failure(connection, path, passing=sqlite3.OperationalError):
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")
        while (found := _version(connection)) in steps and found != version:
            _apply(connection, found, steps[found])
        if found != version:
            raise _of_another_version(path, found, version)
    return connection


def _apply(connection: Connection, found: int, step: _Step) -> None:
    """Takes one step in a transaction, unless another process has taken it meanwhile."""
    with transaction(connection):
        if _version(connection) == found:
            for statement in _statements(step.script):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version={step.version}")


def _statements(script: str) -> Iterator[str]:
    """The statements of a script. `executescript` would commit before each of its own scripts."""
    statement = ""
    for piece in script.split(";"):
        statement += piece + ";"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip("; \n"):
        yield statement


def open_for_reading(path: Path, version: int, *, immutable: bool = False) -> Connection:
    """Opens a database read-only, for any thread (SQLite serialises). `immutable` is for files of a generation.

    Raises DafuError for a missing or damaged file, and FormatError for another version.
    """
    if not path.is_file():
        raise DafuError(f"索引缺少文件 {path}。请重新运行 dafu index，或从备份恢复。")
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode=ro{'&immutable=1' if immutable else ''}", uri=True, check_same_thread=False
    )
    with _closed_on_failure(connection, path):
        found = _version(connection)
        if found < version:
            raise FormatError(
                f"{path} 是旧版本的程序建立的（格式版本 {found}，本程序使用 {version}）。请运行 dafu index，它会升级。"
            )
        if found > version:
            raise _of_another_version(path, found, version)
    return connection


@contextmanager
def transaction(connection: Connection) -> Iterator[None]:
    """Commits at the end of the block, or rolls back if it raises. Waits for another process that is writing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if connection.in_transaction:  # a full disk has rolled it back already
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def integrity_faults(connection: Connection) -> list[str]:
    """Everything SQLite's own check finds wrong; empty if all is well."""
    try:
        rows = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(5)") if row[0] != "ok"]
        rows += [f"表 {row[0]} 的一行所指的 {row[2]} 不存在" for row in connection.execute("PRAGMA foreign_key_check")]
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return rows


def compact(connection: Connection) -> None:
    """Rewrites the database so that nothing that was deleted is left in its files.

    Raises DafuError if a long-running reader keeps the write-ahead log in use.
    """
    connection.execute("VACUUM")
    deadline = time.monotonic() + _MAX_WAIT_S
    while connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
        if time.monotonic() > deadline:
            raise DafuError("档案库一直有进程在读，删除的内容还留在它的日志文件里。请稍后重新运行。")
        time.sleep(0.1)


def copy_to(source: Path, target: Path) -> None:
    """Copies a database as it is at one moment, whoever reads or writes it meanwhile.

    Raises DafuError if the source is damaged.
    """
    try:
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True, timeout=_MAX_WAIT_S)) as old,
            closing(sqlite3.connect(target)) as new,
        ):
            old.backup(new)  # all pages in one step: a writer's next commit would start it over
            new.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise
        raise damaged(source, error) from error


def damaged(path: Path, error: Exception) -> DafuError:
    """The error for a database file that SQLite cannot read."""
    return DafuError(f"{path} 已损坏（{error}）。请从备份恢复，或删除索引文件夹后用 dafu index 重建。")


def _version(connection: Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _of_another_version(path: Path, found: int, expected: int) -> FormatError:
    return FormatError(
        f"{path} 的格式版本是 {found}，本程序使用 {expected}。请用建立它的版本打开，或用 dafu index 在新文件夹中重建。"
    )


@contextmanager
def _closed_on_failure(
    connection: Connection, path: Path, *, passing: type[Exception] | tuple[()] = ()
) -> Iterator[None]:
    """Closes the connection if the block raises. SQLite's errors become a sentence, except for those of `passing`."""
    try:
        yield
    except BaseException as error:
        connection.close()
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, passing):
            raise damaged(path, error) from error
        raise
