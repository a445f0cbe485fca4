"""Pairs of passages that users have said are no conflict, so that they are not listed again.

Kept beside the verdicts in the database of users (see user_database), with the day and nothing of the user.

Not for: finding conflicts (see analyses.conflicts).
"""

from contextlib import closing
from datetime import date
from pathlib import Path
from typing import NamedTuple

from corpus.errors import DafuError
from indexer.database import DatabaseError
from search_api import feedback
from search_api.analyses.conflicts import pair_key


class NoConflict(NamedTuple):
    """A pair, in the order of its addresses, and the day on which it was said to be none."""

    a: str
    b: str
    date: date


def keep(path: Path, one: str, other: str, day: date) -> None:
    """Notes a pair as no conflict; saying so twice is saying so once. Raises DafuError."""
    a, b = pair_key(one, other).split("\n")
    _write(path, "INSERT OR IGNORE INTO no_conflicts (a, b, date) VALUES (?, ?, ?)", (a, b, day.isoformat()))


def take_back(path: Path, one: str, other: str) -> None:
    """Forgets what was said of a pair. Raises DafuError."""
    a, b = pair_key(one, other).split("\n")
    _write(path, "DELETE FROM no_conflicts WHERE a = ? AND b = ?", (a, b))


def read(path: Path | None) -> list[NoConflict]:
    """The pairs, in the order of their addresses; none where there is no database. Raises DafuError."""
    connection = feedback.store(path).open_for_reading() if path else None
    if connection is None:
        return []
    with closing(connection):
        rows = connection.execute("SELECT a, b, date FROM no_conflicts ORDER BY a, b").fetchall()
    return [NoConflict(a, b, date.fromisoformat(day)) for a, b, day in rows]


def keys(path: Path | None) -> frozenset[str]:
    """The keys of the pairs, as `analyses.conflicts` takes them. Raises DafuError."""
    return frozenset(pair_key(said.a, said.b) for said in read(path))


def _write(path: Path, statement: str, values: tuple[str, ...]) -> None:
    try:
        with feedback.store(path).writing() as connection:
            connection.execute(statement, values)
    except (DafuError, DatabaseError, OSError) as error:
        raise DafuError(f"没有记下：文件 {path.name} 无法写入。请告诉管理员检查磁盘空间和文件夹的权限。") from error
