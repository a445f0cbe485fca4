"""Turns the exceptions that libraries raise on damaged files into the one error that callers know."""

from collections.abc import Iterator
from contextlib import contextmanager

from corpus.errors import ReadError

NO_MEMORY = 2  # XML_ERR_NO_MEMORY: libxml2 reports it as a syntax error


@contextmanager
def as_read_error(kind: str) -> Iterator[None]:
    """Turns any exception into a ReadError about a damaged `kind` (a noun in Chinese).

    No library promises a closed list of exceptions: KeyError, AttributeError, struct, zlib, XML and recursion errors
    were all seen on cut and scrambled files. A MemoryError stays one. Not for use around a `yield`.
    """
    try:
        yield
    except (ReadError, MemoryError):
        raise
    except Exception as error:
        if getattr(error, "code", None) == NO_MEMORY:
            raise MemoryError from error
        raise ReadError(
            f"期望完好的 {kind}，实际读取时出错（{type(error).__name__}），文件可能已损坏。"
            "请用原程序打开确认，重新保存或导出后再试。"
        ) from error
