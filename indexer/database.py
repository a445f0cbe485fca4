"""SQLite, and nothing of ours: connections as the index uses them. The only owner of sqlite3."""

import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from types import MappingProxyType

from corpus.errors import DafuError, FormatError

Connection = sqlite3.Connection
DatabaseError = sqlite3.DatabaseError

_READERS_SECONDS = 30.0  # that readers are waited for; a statement of ours takes milliseconds


def open_for_writing(
    path: Path, schema: str, version: int, migrations: Mapping[int, str] = MappingProxyType({})
) -> Connection:
    """The database, made by `schema` where it is new, brought from version n to n + 1 by migrations[n] where it is old.

    Raises DafuError for another version or a damaged file.
    """
    connection = sqlite3.connect(path, isolation_level=None, timeout=30)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")
        found = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if found == 0:
            connection.executescript(f"BEGIN;\n{schema};\nPRAGMA user_version={version};\nCOMMIT;")
            found = version
        while found in migrations:
            connection.executescript(f"BEGIN;\n{migrations[found]};\nPRAGMA user_version={found + 1};\nCOMMIT;")
            found += 1
        _check_version(path, found, version)
    except sqlite3.DatabaseError as error:
        connection.close()
        if isinstance(error, sqlite3.OperationalError):
            raise
        raise damaged(path, error) from error
    except DafuError:
        connection.close()
        raise
    return connection


def open_for_reading(path: Path, version: int, *, immutable: bool = False) -> Connection:
    """The database, read-only and usable from any thread (SQLite serialises). `immutable` for a generation's files."""
    if not path.is_file():
        raise DafuError(f"索引缺少文件 {path}。请重新运行 dafu index，或从备份恢复。")
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode=ro{'&immutable=1' if immutable else ''}", uri=True, check_same_thread=False
    )
    try:
        _check_version(path, int(connection.execute("PRAGMA user_version").fetchone()[0]), version)
    except sqlite3.DatabaseError as error:
        connection.close()
        raise damaged(path, error) from error
    except DafuError:
        connection.close()
        raise
    return connection


def integrity_faults(connection: Connection) -> list[str]:
    """What SQLite's own check finds wrong; empty where all is well."""
    try:
        rows = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(5)") if row[0] != "ok"]
        rows += [f"表 {row[0]} 的一行所指的 {row[2]} 不存在" for row in connection.execute("PRAGMA foreign_key_check")]
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return rows


def compact(connection: Connection) -> None:
    """Write the database anew, so that nothing that was deleted is left in its files.

    Raises DafuError where a reader that goes on for long keeps the write-ahead log in use.
    """
    connection.execute("VACUUM")
    deadline = time.monotonic() + _READERS_SECONDS
    while connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
        if time.monotonic() > deadline:
            raise DafuError("档案库一直有进程在读，删除的内容还留在它的日志文件里。请稍后重新运行。")
        time.sleep(0.1)


def copy_to(source: Path, target: Path) -> None:
    """A copy of a database as it is at one moment, whoever reads or writes it meanwhile.

    Raises DafuError where the source is damaged.
    """
    try:
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True, timeout=_READERS_SECONDS)) as old,
            closing(sqlite3.connect(target)) as new,
        ):
            old.backup(new)  # all pages in one step: a writer's next commit would start it over
            new.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise
        raise damaged(source, error) from error


def _check_version(path: Path, found: int, expected: int) -> None:
    if found != expected:
        raise FormatError(
            f"{path} 的格式版本是 {found}，本程序使用 {expected}。"
            "请用建立它的版本打开，或用 dafu index 在新文件夹中重建。"
        )


def damaged(path: Path, error: Exception) -> DafuError:
    """What is said of a database file that SQLite cannot read."""
    return DafuError(f"{path} 已损坏（{error}）。请从备份恢复，或删除索引文件夹后用 dafu index 重建。")
