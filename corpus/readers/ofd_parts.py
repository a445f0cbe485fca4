"""The parts of an OFD package (GB/T 33190-2016): finds them by the paths that producers write, and parses their XML.

Not for: what the parts say (ofd), whether the package may be opened at all (packed).
"""

import math
import posixpath
import zipfile
from collections.abc import Iterator
from io import BytesIO

from lxml import etree

from corpus.errors import ReadError
from corpus.readers.damage import NO_MEMORY

_UTF8_FLAG = 0x800


class Part:
    """An XML part: its root, and its path, from which the paths in it start."""

    def __init__(self, path: str, root: etree._Element) -> None:
        self.path, self.root = path, root


class Package:
    """The files of an OFD, by path. Paths are compared without case, and names that a zip stores in GBK are read so."""

    def __init__(self, data: bytes) -> None:
        self._archive = zipfile.ZipFile(BytesIO(data))
        self._entries = {_folded(_name(entry)): entry for entry in self._archive.infolist()}

    def __contains__(self, path: str) -> bool:
        return _folded(path) in self._entries

    def located(self, location: str, part: str, folder: str = "") -> str | None:
        """The path of a location that `part` names: from the root where it begins with a slash, else from the part's
        own folder, from `folder` beside it, or, as some producers write it, from the root all the same."""
        plain = location.strip().replace("\\", "/")
        near = posixpath.dirname(part)
        starts = [""] if plain.startswith("/") else [posixpath.join(near, folder.replace("\\", "/")), near, ""]
        found = (posixpath.join(start, plain.lstrip("/")) for start in starts)
        return next((path for path in found if path in self), None)

    def read(self, path: str) -> bytes:
        return self._archive.read(self._entries[_folded(path)])

    def part(self, path: str) -> Part:
        """Raises ReadError where there is no such part or it is no XML."""
        if path not in self:
            raise ReadError(f"期望完好的 OFD 文件，实际缺少部件“{path[:80]}”，文件已损坏。{RENEW}")
        try:
            root = etree.fromstring(self.read(path), etree.XMLParser(resolve_entities=False, no_network=True))
        except etree.XMLSyntaxError as error:
            if getattr(error, "code", None) == NO_MEMORY:
                raise MemoryError from error
            raise ReadError(
                f"期望完好的 OFD 文件，实际部件“{path[:80]}”不是 XML，文件已损坏或加了密。{RENEW}"
            ) from error
        return Part(path, root)


RENEW = "请重新下载或导出这个文件，或换用 PDF、Word 原件。"


def local(element: etree._Element) -> str:
    """The element's name without its namespace, which differs between editions of the standard."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def children(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    return (child for child in element if local(child) in names)


def below(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    return (found for found in element.iter() if local(found) in names)


def text(element: etree._Element, name: str) -> str:
    """The text of the first child of this name; empty if there is none."""
    return next((child.text or "" for child in children(element, name)), "").strip()


def number(stated: str, otherwise: float) -> float:
    """A finite number of a million at most, else `otherwise`."""
    try:
        value = float(stated)
    except ValueError:
        return otherwise
    return value if math.isfinite(value) and abs(value) < 1e6 else otherwise


def numbers(stated: str, otherwise: tuple[float, ...]) -> tuple[float, ...]:
    """As many numbers as `otherwise` has; each that is none is its own there."""
    words = stated.replace(",", " ").split()
    return tuple(map(number, words, otherwise)) if len(words) == len(otherwise) else otherwise


def _name(entry: zipfile.ZipInfo) -> str:
    if entry.flag_bits & _UTF8_FLAG or entry.filename.isascii():
        return entry.filename
    raw = entry.filename.encode("cp437", "replace")
    for codec in ("utf-8", "gb18030"):
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return entry.filename


def _folded(path: str) -> str:
    return posixpath.normpath(path.replace("\\", "/")).lstrip("/").casefold()
