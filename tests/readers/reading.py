"""Saves a file and reads it: its documents, and the errors for what cannot be read."""

from collections.abc import Iterable
from pathlib import Path

from corpus.errors import ReadError
from corpus.readers import read
from corpus.types import RawDocument


def save(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def every(folder: Path, name: str, content: bytes | str) -> list[RawDocument | ReadError]:
    return list(read(save(folder, name, content), name))


def only(folder: Path, name: str, content: bytes | str) -> RawDocument:
    """The one document of a file that has no faults."""
    (found,) = every(folder, name, content)
    assert isinstance(found, RawDocument)
    return found


def texts(document: RawDocument) -> list[str]:
    return [block.text for block in document.blocks if block.text]


def documents(found: Iterable[RawDocument | ReadError]) -> list[RawDocument]:
    return [each for each in found if isinstance(each, RawDocument)]


def faults(found: Iterable[RawDocument | ReadError]) -> list[str]:
    return [str(each) for each in found if isinstance(each, ReadError)]
