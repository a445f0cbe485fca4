"""The source of truth: documents, their versions, their scopes, what was derived from them, and which file holds them.

A caller opens it with `open_archive` and knows it as an `Archive`. Where to start with another database: a module
beside sqlite.py, a Dialect, its migrations, and a parameter of the fixture in tests/test_archive.py.
"""

from pathlib import Path

from indexer.archive.protocol import (
    Alarm,
    Archive,
    Failure,
    FileState,
    Origin,
    RecordedPassage,
    Row,
    Version,
    VersionKey,
)
from indexer.archive.sqlite import SqliteArchive

__all__ = [
    "Alarm",
    "Archive",
    "Failure",
    "FileState",
    "Origin",
    "RecordedPassage",
    "Row",
    "Version",
    "VersionKey",
    "open_archive",
]


def open_archive(path: Path, *, writable: bool = False) -> Archive:
    """The archive at a path. `writable` makes it if it is new and brings an older one up to date.

    Raises DafuError if it is missing, damaged, or not of this program's version.
    """
    return SqliteArchive.writable(path) if writable else SqliteArchive.readable(path)
