"""From a file to raw documents: blocks in reading order, and what the file says outside its prose.

Entry point: `read`. One file a format; each third-party library is imported in one of them. Not here: cleaning and
parsing.
"""

import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from corpus.errors import ReadError
from corpus.readers import docx, html, jsonl, markdown, pdf, table, text
from corpus.readers.formats import OLD_SUFFIXES, SUFFIXES, Format, format_of, suffix_of
from corpus.types import RawDocument

__all__ = ["MAX_BYTES", "OLD_SUFFIXES", "SUFFIXES", "read", "suffix_of"]

# A file is held in memory with its text, about six times its size at worst; 200 MB of plain text are 20,000 letters.
MAX_BYTES = 200 * 1024 * 1024

_READERS: dict[Format, Callable[[bytes, str], Iterator[RawDocument | ReadError]]] = {
    "text": text.read,
    "markdown": markdown.read,
    "html": html.read,
    "docx": docx.read,
    "pdf": pdf.read,
    "xlsx": table.read_xlsx,
    "table": table.read_csv,
    "jsonl": jsonl.read,
}


def read(path: Path, relative: str) -> Iterator[RawDocument | ReadError]:
    """The documents of a file; a bad row or line of it is a ReadError among them.

    `relative` names the file in `Source.path` and in every message. Raises ReadError where the whole file cannot be
    read.
    """
    try:
        data = _load(path)
        for found in _READERS[format_of(path.name, data)](data, relative):
            yield ReadError(f"{relative}：{found}") if isinstance(found, ReadError) else found
    except ReadError as error:
        raise ReadError(f"{relative}：{error}") from error


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
