"""The archive in one SQLite file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer import database
from indexer.archive import migrations
from indexer.archive.dialect import SQLITE
from indexer.archive.sql import SqlArchive


class SqliteArchive(SqlArchive):
    """The file archive.sqlite. A reader sees it as it was at the start of each statement, also while it is written."""

    def __init__(self, connection: database.Connection) -> None:
        super().__init__(connection, SQLITE, database.DatabaseError)
        self._sqlite = connection

    @classmethod
    def writable(cls, path: Path) -> "SqliteArchive":
        """Opens or makes the file, with the tables of this program."""
        return cls(database.open_migrated(path, migrations.SQLITE))

    @classmethod
    def readable(cls, path: Path) -> "SqliteArchive":
        """Opens the file read-only."""
        return cls(database.open_for_reading(path, len(migrations.SQLITE)))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with database.transaction(self._sqlite):
            yield

    def compact(self) -> None:
        database.compact(self._sqlite)

    def storage_faults(self) -> list[str]:
        return database.integrity_faults(self._sqlite)
