"""The files that an update left out without reading them, or because they hold no reply, and why."""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from pathlib import Path
from typing import Any


class LeftOut:
    """The table left_out of an archive: reasons by the files' resolved paths."""

    def __init__(self, execute: Callable[..., Iterable[tuple[Any, ...]]]) -> None:
        self._execute = execute

    def all(self) -> list[tuple[str, str]]:
        """Each path with its reason, ascending."""
        return [(path, reason) for path, reason in self._execute("SELECT path, reason FROM left_out ORDER BY path")]

    def renew(self, reasons: Mapping[str, str], kept: Set[str], below: Sequence[str]) -> None:
        """What an update of the sources `below` left out, in place of what one before did; `kept` are files of which it
        learnt nothing new."""
        held = dict(self.all())
        gone = {path for path in held.keys() - kept if any(map(Path(path).is_relative_to, below))}
        for path in gone | reasons.keys():
            if held.get(path) != reasons.get(path):
                self._execute("DELETE FROM left_out WHERE path = ?", path)
        for path, reason in reasons.items():
            if held.get(path) != reason:
                self._execute("INSERT INTO left_out (path, reason) VALUES (?, ?)", path, reason)
