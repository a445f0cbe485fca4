"""Reads a file into raw documents: blocks in reading order, and fields from outside its prose.

Entry point: `read`. One module a format; each third-party library is imported in one of them. Not for: cleaning and
parsing.
"""

import stat
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

from corpus import machine
from corpus.errors import ReadError
from corpus.readers.damage import as_read_error
from corpus.readers.formats import SUFFIXES, Format, format_of, suffix_of
from corpus.readers.lengths import Counted
from corpus.readers.parts import Frames, Part, PartError, beside, none
from corpus.types import RawDocument

__all__ = [
    "MAX_BYTES",
    "SUFFIXES",
    "load",
    "picture_of",
    "read",
    "read_bytes",
    "suffix_of",
    "too_large",
]

# A file is held in memory with its text, about six times its size at worst; 200 MB of plain text are 20,000 documents.
MAX_BYTES = 200 * 1024 * 1024

_Found = RawDocument | ReadError
_Reader = Callable[..., Iterator[_Found | Part]]

# Module and function. A format's libraries are loaded with its first file: a process that reads one uploaded file
# starts reading after 0.2 s of processor time, with all libraries loaded after 0.6 s.
_READERS: dict[Format, tuple[str, str]] = {
    "text": ("text", "read"),
    "markdown": ("markdown", "read"),
    "html": ("html", "read"),
    "mht": ("mail", "read_page"),
    "docx": ("docx", "read"),
    "doc": ("word97", "read"),
    "rtf": ("rtf", "read"),
    "pdf": ("pdf", "read"),
    "xlsx": ("workbook", "read_xlsx"),
    "xls": ("workbook", "read_xls"),
    "table": ("table", "read_csv"),
    "export": ("exported", "read"),
    "jsonl": ("jsonl", "read"),
    "eml": ("mail", "read"),
    "zip": ("archives", "read_zip"),
    "rar": ("archives", "read_rar"),
    "ofd": ("ofd", "read"),
    "picture": ("pictures", "read"),
}


def read(path: Path, relative: str) -> Iterator[RawDocument | ReadError]:
    """The documents of a file, with a ReadError in place of each bad row or line.

    `relative` names the file in `Source.path` and in every message. Raises ReadError if the whole file cannot be
    read.
    """
    yield from read_bytes(load(path, relative), path.name, relative, beside(path, _load))


def read_bytes(
    data: bytes, name: str, relative: str, frames: Frames = none, within: frozenset[Format] = frozenset()
) -> Iterator[RawDocument | ReadError]:
    """Like `read`, but takes the content; `name` tells the format if the content does not.

    `frames` has the pages that a web page shows in its own; `within` are the formats of what the file is a part of.
    """
    counted = Counted(len(data))
    try:
        for number, found in enumerate(_documents(data, name, relative, frames, within), 1):
            if isinstance(found, RawDocument):
                counted.add(_length(found), f"第 {number} 份")
            named = isinstance(found, RawDocument | PartError)
            yield found if named else ReadError(f"{relative}：{found}")
    except ReadError as error:
        raise ReadError(f"{relative}：{error}") from error


def picture_of(data: bytes, name: str, number: int, relative: str) -> bytes:
    """A page that is a picture, numbered from 1, as a JPEG. Raises ReadError where there is none."""
    with as_read_error("页面图像"):
        module = import_module(f"corpus.readers.{_READERS[format_of(name, data)][0]}")
        page = module.picture(data, number - 1)
        if page is not None:
            return bytes(import_module("corpus.readers.pictures").jpeg(page))
    raise ReadError(f"{relative}：期望第 {number} 页是图片，实际画不出来。请打开原件查看。")


def too_large(size: int) -> str | None:
    """What to say of a file of so many bytes; None if it is not too large to be opened."""
    if size <= MAX_BYTES:
        return None
    return f"期望不超过 {MAX_BYTES >> 20} MB 的文件，实际为 {size / (1 << 20):.0f} MB。请拆成几个文件。"


def load(path: Path, relative: str) -> bytes:
    """The content of a file. Raises ReadError if it is too large or cannot be opened, OSError where the disk fails."""
    try:
        return _load(path)
    except ReadError as error:
        raise ReadError(f"{relative}：{error}") from error


def _length(document: RawDocument) -> int:
    return sum(len(block.text) for block in document.blocks) + sum(map(len, document.fields.values()))


def _documents(
    data: bytes, name: str, relative: str, frames: Frames, within: frozenset[Format]
) -> Iterator[RawDocument | ReadError]:
    kind = format_of(name, data)
    if kind in within:
        raise ReadError("期望压缩包和邮件只有一层，实际里面还有一层。请把里面的一层也解开，放入文件夹。")
    reader = _reader(kind)
    for found in reader(data, relative, frames) if kind == "html" else reader(data, relative):
        if isinstance(found, Part):
            yield from _of_part(found, relative, within | {kind})
        else:
            yield found


def _of_part(part: Part, relative: str, within: frozenset[Format]) -> Iterator[RawDocument | ReadError]:
    try:
        for found in read_bytes(part.data, part.name, f"{relative}/{part.name}", within=within):
            yield PartError(str(found)) if isinstance(found, ReadError) else found
    except ReadError as error:
        yield PartError(str(error))


def _reader(kind: Format) -> _Reader:
    module, function = _READERS[kind]
    reader: _Reader = getattr(import_module(f"corpus.readers.{module}"), function)
    return reader


def _load(path: Path) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise ReadError("期望普通文件，实际是文件夹或设备。请给出文件的路径。")
        if reason := too_large(status.st_size):
            raise ReadError(reason)
        return path.read_bytes()
    except OSError as error:
        if machine.is_certain(error):
            raise
        reason = error.strerror or type(error).__name__
        raise ReadError(f"期望可以打开的文件，实际打不开（{reason}）。请检查它是否还在，以及读取权限。") from error
