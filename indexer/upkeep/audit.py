"""Who did what with an index: lines that are only ever added, by the service and by the commands.

A folder of JSON lines. audit.jsonl is written to; once full it is named audit-000001.jsonl and so on, the oldest first.
A line is one write to a file opened to append, under its lock, so that several processes may
write. A killed process loses no line; a power failure may lose the last seconds, for only full files and the lines of
commands are fsynced.

Not for: reading the lines (search_api/cli/audit_report.py).
"""

import fcntl
import os
import pwd
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import typer
from pydantic import AwareDatetime, BaseModel, ConfigDict

from corpus.errors import DafuError
from corpus.privacy import mask
from indexer.durable import sync_folder

FOLDER = "audit"
"""In the index folder, unless the settings name another place."""

VARIABLE = "DAFU_AUDIT"
"""The environment variable that names another folder, or says off: the service's setting, which commands obey too."""

OFF = "off"
HERE = "本机"
"""The client of a command."""

_CURRENT = "audit.jsonl"
_FULL = re.compile(r"audit-(\d{6,})\.jsonl")
_LONGEST = 200  # characters of a query or a path in a line: enough to know what was asked, and no pasted letter


class AuditError(DafuError):
    """A line could not be written."""


class Event(BaseModel):
    """One line. `status` is that of HTTP, or a command's exit code; `hits` counts documents, of an export passages.

    `doc_ids` are those of an export; `query_length` is in characters, also where the query itself is not kept.
    """

    model_config = ConfigDict(frozen=True)

    time: AwareDatetime
    request_id: str | None = None
    reader: str
    client: str
    action: str
    status: int
    path: str | None = None
    doc_id: str | None = None
    doc_ids: tuple[str, ...] | None = None
    version: str | None = None
    generation: int | None = None
    hits: int | None = None
    points: int | None = None
    format: str | None = None
    query: str | None = None
    query_length: int | None = None
    detail: str | None = None

    def line(self) -> bytes:
        """With personal data masked: a query, an address or an id may hold some."""
        texts = ("path", "doc_id", "version", "query", "detail")
        masked = {name: _clean(text) for name in texts if (text := getattr(self, name)) is not None}
        return (self.model_copy(update=masked).model_dump_json(exclude_none=True) + "\n").encode()


def _clean(text: str) -> str:
    """Masked, cut, and without halves of characters (a lone surrogate), which JSON may bring and UTF-8 cannot hold."""
    return mask(text)[:_LONGEST].encode("utf-8", "replace").decode()


class AuditLog:
    """A folder to add lines to. A file is full at `largest` bytes, and `kept` full files stay; None for no end."""

    def __init__(self, folder: Path, largest: int | None = None, kept: int | None = None) -> None:
        self._folder, self._largest, self._kept = folder, largest, kept

    def write(self, event: Event, *, durable: bool = False) -> None:
        """Add a line, and see it on the disk where `durable`. Raises AuditError."""
        data = event.line()
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._locked() as file:
                if not self._is_full(file, len(data)):
                    _append(file, data, durable=durable)
                    return
                self._turn(file)
            with self._locked() as file:
                _append(file, data, durable=durable)
        except OSError as error:
            raise AuditError(
                f"审计记录无法写入 {self._folder}（{error.strerror or error}）。请检查磁盘空间和文件夹的所有者。"
            ) from error

    @contextmanager
    def _locked(self) -> Iterator[int]:
        """The file that lines are added to. Another process may name it as full while this one waits for it."""
        current = self._folder / _CURRENT
        while True:
            descriptor = os.open(current, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                if current.exists() and os.path.samestat(current.stat(), os.fstat(descriptor)):
                    yield descriptor
                    return
            finally:
                os.close(descriptor)

    def _is_full(self, file: int, more: int) -> bool:
        return self._largest is not None and (size := os.fstat(file).st_size) > 0 and size + more > self._largest

    def _turn(self, file: int) -> None:
        """Name the full file and drop the oldest."""
        os.fsync(file)
        full = full_files(self._folder)
        last = _FULL.fullmatch(full[-1].name) if full else None
        number = int(last[1]) + 1 if last else 1
        (self._folder / _CURRENT).rename(self._folder / f"audit-{number:06}.jsonl")
        if self._kept is not None:
            for old in full[: max(len(full) + 1 - self._kept, 0)]:
                old.unlink(missing_ok=True)
        sync_folder(self._folder)


def full_files(folder: Path) -> list[Path]:
    """Oldest first."""
    named = [path for path in folder.iterdir() if _FULL.fullmatch(path.name)]
    return sorted(named, key=lambda path: (len(path.name), path.name))


def files(folder: Path) -> list[Path]:
    """All of a folder in the order of their lines; none where there is no audit."""
    if not folder.is_dir():
        return []
    current = folder / _CURRENT
    return [*full_files(folder), *([current] if current.exists() else [])]


def folder_of(index: Path) -> Path | None:
    """Where the commands keep the audit of an index; None where the administrator wants none."""
    setting = os.environ.get(VARIABLE, "")
    if setting == OFF:
        return None
    return Path(setting) if setting else index / FOLDER


@contextmanager
def audited(index: Path, action: str, detail: str | None = None) -> Iterator[None]:
    """Around a command that changes an index: adds a line when it ends, however it ends.

    A command goes on without its line, and says so. Nothing is kept of an index that does not come to be.
    """
    status = 1
    try:
        yield
        status = 0
    except typer.Exit as leaving:
        status = leaving.exit_code
        raise
    finally:
        record(index, action, status, detail)


def record(index: Path, action: str, status: int = 0, detail: str | None = None) -> None:
    """Add a command's line at once, as a command without an end does of its steps."""
    folder = folder_of(index)
    if folder is None or not index.is_dir():
        return
    event = Event(
        time=datetime.now().astimezone(), reader=_user(), client=HERE, action=action, status=status, detail=detail
    )
    try:
        AuditLog(folder).write(event, durable=True)
    except AuditError as error:
        typer.echo(str(error), err=True)


def _user() -> str:
    """The account that runs the command, by the system and not by its environment."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


def _append(file: int, data: bytes, *, durable: bool) -> None:
    size = os.fstat(file).st_size
    if size and os.pread(file, 1, size - 1) != b"\n":  # a full disk cut the last line: it is damaged alone
        data = b"\n" + data
    written = os.write(file, data)
    if written < len(data):
        raise OSError(f"只写入了 {written} 个字节，应为 {len(data)} 个，磁盘可能已满")
    if durable:
        os.fsync(file)
