"""Reads a file into raw documents: blocks in reading order, and fields from outside its prose.

Entry point: `read`. One module a format; each third-party library is imported in one of them. Not for: cleaning and
parsing.
"""

import stat
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

from corpus.errors import ReadError
from corpus.readers.formats import OLD_SUFFIXES, SUFFIXES, Format, format_of, suffix_of
from corpus.types import RawDocument

__all__ = ["MAX_BYTES", "OLD_SUFFIXES", "SUFFIXES", "load", "read", "read_bytes", "suffix_of"]

# A file is held in memory with its text, about six times its size at worst; 200 MB of plain text are 20,000 documents.
MAX_BYTES = 200 * 1024 * 1024

_Reader = Callable[[bytes, str], Iterator[RawDocument | ReadError]]

# Module and function. A format's libraries are loaded with its first file: a process that reads one uploaded file
# starts reading after 0.2 s of processor time, with all libraries loaded after 0.6 s.
_READERS: dict[Format, tuple[str, str]] = {
    "text": ("text", "read"),
    "markdown": ("markdown", "read"),
    "html": ("html", "read"),
    "docx": ("docx", "read"),
    "pdf": ("pdf", "read"),
    "xlsx": ("table", "read_xlsx"),
    "table": ("table", "read_csv"),
    "jsonl": ("jsonl", "read"),
}


def read(path: Path, relative: str) -> Iterator[RawDocument | ReadError]:
    """The documents of a file, with a ReadError in place of each bad row or line.

    `relative` names the file in `Source.path` and in every message. Raises ReadError if the whole file cannot be
    read.
    """
    yield from read_bytes(load(path, relative), path.name, relative)


def read_bytes(data: bytes, name: str, relative: str) -> Iterator[RawDocument | ReadError]:
    """Like `read`, but takes the content; `name` tells the format if the content does not."""
    try:
        for found in _reader(format_of(name, data))(data, relative):
            yield ReadError(f"{relative}：{found}") if isinstance(found, ReadError) else found
    except ReadError as error:
        raise ReadError(f"{relative}：{error}") from error


def load(path: Path, relative: str) -> bytes:
    """The content of a file. Raises ReadError if it is too large or cannot be opened."""
    try:
        return _load(path)
    except ReadError as error:
        raise ReadError(f"{relative}：{error}") from error


def _reader(kind: Format) -> _Reader:
    module, function = _READERS[kind]
    reader: _Reader = getattr(import_module(f"corpus.readers.{module}"), function)
    return reader


def _load(path: Path) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise ReadError("期望普通文件，实际是文件夹或设备。请给出文件的路径。")
        if status.st_size > MAX_BYTES:
            raise ReadError(
                f"期望不超过 {MAX_BYTES >> 20} MB 的文件，实际为 {status.st_size / (1 << 20):.0f} MB。请拆成几个文件。"
            )
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ReadError(f"期望可以打开的文件，实际打不开（{reason}）。请检查它是否还在，以及读取权限。") from error
