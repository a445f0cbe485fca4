"""The archive in one SQLite file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer import database
from indexer.archive import migrations
from indexer.archive.dialect import SQLITE
from indexer.archive.sql import Rows, SqlArchive


class SqliteArchive(SqlArchive):
    """The file archive.sqlite. A reader sees it as it was at the start of each statement, also while it is written."""

    def __init__(self, connection: database.Connection, path: Path) -> None:
        super().__init__(connection, SQLITE, database.DatabaseError)
        self._sqlite, self._path = connection, path

    @classmethod
    def writable(cls, path: Path) -> "SqliteArchive":
        """Opens or makes the file, with the tables of this program."""
        archive = cls(database.open_migrated(path, migrations.SQLITE), path)
        with archive.transaction():
            archive._admissions.complete()
        return archive

    @classmethod
    def readable(cls, path: Path) -> "SqliteArchive":
        """Opens the file read-only."""
        return cls(database.open_for_reading(path, len(migrations.SQLITE)), path)

    def _execute(self, statement: str, *parameters: object) -> Rows:
        """Raises DafuError where the file is damaged; what the disk or another process is to blame for stays."""
        try:
            return super()._execute(statement, *parameters)
        except database.DatabaseError as error:
            if type(error) is not database.DatabaseError:
                raise
            raise database.damaged(self._path, error) from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with database.transaction(self._sqlite):
            yield

    def compact(self) -> None:
        database.compact(self._sqlite)

    def storage_faults(self) -> list[str]:
        return database.integrity_faults(self._sqlite)
