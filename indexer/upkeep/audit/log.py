"""The files of the audit: a folder of JSON lines.

Lines go to audit.jsonl; once full it is renamed to audit-000001.jsonl and so on, the oldest first. Several processes
may write. A killed process loses no line; a power failure may lose the last seconds, for only full files and the lines
of commands are fsynced.
"""

import os
import re
from pathlib import Path

from corpus.errors import DafuError
from indexer.durable import append_line, locked_for_append, sync_folder
from indexer.upkeep.audit.event import Event

FOLDER = "audit"
"""In the index folder, unless the settings name another place."""

OFF = "off"
"""The setting for an index that keeps no audit."""

_CURRENT = "audit.jsonl"
_FULL = re.compile(r"audit-(\d{6,})\.jsonl")


class AuditError(DafuError):
    """A line could not be written."""


class AuditLog:
    """A folder to add lines to. A file holds at most `max_bytes`, and `max_files` full ones stay; None for no limit."""

    def __init__(self, folder: Path, max_bytes: int | None = None, max_files: int | None = None) -> None:
        self._folder, self._max_bytes, self._max_files = folder, max_bytes, max_files

    def write(self, event: Event, *, durable: bool = False) -> None:
        """Adds a line, and fsyncs it if `durable`. Raises AuditError."""
        line, current = event.line(), self._folder / _CURRENT
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with locked_for_append(current, mode=0o600) as file:
                if not self._would_overflow(file, line):
                    append_line(file, line, durable=durable)
                    return
                self._rotate(file)
            with locked_for_append(current, mode=0o600) as file:
                append_line(file, line, durable=durable)
        except OSError as error:
            raise AuditError(
                f"审计记录无法写入 {self._folder}（{error.strerror or error}）。请检查磁盘空间和文件夹的所有者。"
            ) from error

    def _would_overflow(self, file: int, line: bytes) -> bool:
        size = os.fstat(file).st_size
        return self._max_bytes is not None and size > 0 and size + len(line) > self._max_bytes

    def _rotate(self, file: int) -> None:
        """Renames the full file and drops the oldest."""
        os.fsync(file)
        full = full_files(self._folder)
        last = _FULL.fullmatch(full[-1].name) if full else None
        number = int(last[1]) + 1 if last else 1
        (self._folder / _CURRENT).rename(self._folder / f"audit-{number:06}.jsonl")
        if self._max_files is not None:
            for old in full[: max(len(full) + 1 - self._max_files, 0)]:
                old.unlink(missing_ok=True)
        sync_folder(self._folder)


def full_files(folder: Path) -> list[Path]:
    """The full files, oldest first."""
    named = [path for path in folder.iterdir() if _FULL.fullmatch(path.name)]
    return sorted(named, key=lambda path: (len(path.name), path.name))


def files(folder: Path) -> list[Path]:
    """Every file in the order of its lines; none if there is no audit."""
    if not folder.is_dir():
        return []
    current = folder / _CURRENT
    return [*full_files(folder), *([current] if current.exists() else [])]
