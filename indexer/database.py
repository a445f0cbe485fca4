"""SQLite, and nothing of ours: connections as the index uses them. The only owner of sqlite3."""

import sqlite3
from pathlib import Path

from corpus.errors import DafuError, FormatError

Connection = sqlite3.Connection
DatabaseError = sqlite3.DatabaseError


def open_for_writing(path: Path, schema: str, version: int) -> Connection:
    """The database, made by `schema` where it is new. Raises DafuError for another version or a damaged file."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=30)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")
        found = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if found == 0:
            connection.executescript(f"BEGIN;\n{schema};\nPRAGMA user_version={version};\nCOMMIT;")
        else:
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
        rows = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(5)")]
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return [] if rows == ["ok"] else rows


def _check_version(path: Path, found: int, expected: int) -> None:
    if found != expected:
        raise FormatError(
            f"{path} 的格式版本是 {found}，本程序使用 {expected}。"
            "请用建立它的版本打开，或用 dafu index 在新文件夹中重建。"
        )


def damaged(path: Path, error: Exception) -> DafuError:
    """What is said of a database file that SQLite cannot read."""
    return DafuError(f"{path} 已损坏（{error}）。请从备份恢复，或删除索引文件夹后用 dafu index 重建。")
