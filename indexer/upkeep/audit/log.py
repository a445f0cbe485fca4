"""The files of the audit: a folder of JSON lines.

Lines go to audit.jsonl; once full it is renamed to audit-000001.jsonl and so on, the oldest first. Refusals go to files
of their own, refused.jsonl and so on: anybody can be refused as often as they like, and must not push out what users
did. Several processes may write. A killed process loses no line; a power failure may lose the last seconds, for only
full files and the lines of commands are fsynced.
"""

import os
import re
from pathlib import Path
from typing import Literal, get_args

from corpus.errors import DafuError
from indexer.durable import append_line, locked_for_append, sync_folder
from indexer.upkeep.audit.event import Event

FOLDER = "audit"
"""In the index folder, unless the settings name another place."""

OFF = "off"
"""The setting for an index that keeps no audit."""

Log = Literal["audit", "refused"]

LOGS: tuple[Log, ...] = get_args(Log)
"""What users did, and what was refused."""


class AuditError(DafuError):
    """A line could not be written."""


class AuditLog:
    """A log to add lines to. A file holds at most `max_bytes`, and `max_files` full ones stay; None for no limit."""

    def __init__(
        self, folder: Path, max_bytes: int | None = None, max_files: int | None = None, log: Log = "audit"
    ) -> None:
        self._folder, self._max_bytes, self._max_files, self._log = folder, max_bytes, max_files, log

    def write(self, event: Event, *, durable: bool = False) -> None:
        """Adds a line, and fsyncs it if `durable`. Raises AuditError."""
        line, current = event.line(), _current(self._folder, self._log)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with locked_for_append(current) as file:
                if not self._would_overflow(file, line):
                    append_line(file, line, durable=durable)
                    return
                self._rotate(file)
            with locked_for_append(current) as file:
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
        full = _full(self._folder, self._log)
        number = _number(full[-1]) + 1 if full else 1
        _current(self._folder, self._log).rename(self._folder / f"{self._log}-{number:06}.jsonl")
        if self._max_files is not None:
            for old in full[: max(len(full) + 1 - self._max_files, 0)]:
                old.unlink(missing_ok=True)
        sync_folder(self._folder)


def files(folder: Path, log: Log = "audit") -> list[Path]:
    """Every file of a log in the order of its lines; none if there is no audit."""
    if not folder.is_dir():
        return []
    current = _current(folder, log)
    return [*_full(folder, log), *([current] if current.exists() else [])]


def _current(folder: Path, log: Log) -> Path:
    return folder / f"{log}.jsonl"


def _full(folder: Path, log: Log) -> list[Path]:
    """The full files, oldest first."""
    name = re.compile(rf"{log}-\d{{6,}}\.jsonl")
    return sorted((path for path in folder.iterdir() if name.fullmatch(path.name)), key=_number)


def _number(full: Path) -> int:
    return int(full.stem.rpartition("-")[2])
