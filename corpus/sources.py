"""Finds the files under the given sources: walks folders, takes files as they are.

A document remembers `relative` as its place; it does not depend on where the sources lie on this machine.
"""

import os
import unicodedata
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from corpus.errors import DafuError
from corpus.readers.formats import SUFFIXES, is_left_by_programs, suffix_of
from corpus.readers.parts import FOLDERS

_PAGES = frozenset({".html", ".htm", ".mht", ".mhtml"})


def name_of(resolved: Path) -> str:
    """The path in Unicode, as an archive keeps it. Bytes that are no UTF-8 are escaped, as in \\udcb4: files unpacked
    from a ZIP that Windows made have such names.

    >>> name_of(Path("/答复/\\udcb4\\udcf0.txt"))
    '/答复/\\\\udcb4\\\\udcf0.txt'
    """
    return str(resolved).encode("utf-8", "backslashreplace").decode()


class SourceFile(NamedTuple):
    """`relative` is a POSIX path in NFC, no two alike in one call; `real` is the path without links, where known."""

    path: Path
    relative: str
    real: str = ""

    @property
    def resolved(self) -> Path:
        """The path without links. Resolving it takes a system call for each folder above."""
        return Path(self.real or os.path.realpath(self.path))


class SkippedFile(NamedTuple):
    """A file that is left out, with the reason in Chinese for the report."""

    path: Path
    relative: str
    reason: str

    @property
    def resolved(self) -> Path:
        """The path without links; a link that leads in a circle keeps its own path."""
        return Path(os.path.realpath(self.path))


class Found(NamedTuple):
    """The files to read and those left out, each sorted by `relative`."""

    files: list[SourceFile]
    skipped: list[SkippedFile]


def find_files(sources: Sequence[Path]) -> Found:
    """Every readable file under the sources, once each, and the files that were left out.

    Hidden files, Office lock files and files of operating systems are skipped without a word. A source may be a link; a
    link below it is followed only inside the source, because many people may write to a shared folder and the importer
    can read files that they cannot. With several sources, `relative` begins with the name of the source's folder.
    Raises DafuError for a source that does not exist.
    """
    places = [_existing(source) for source in sources]
    prefixes = _prefixes({_folder(place) for place in places}) if len(places) > 1 else {}
    found = Found([], [])
    seen: set[str] = set()
    for place in places:
        folder = _folder(place)
        prefix = prefixes.get(folder, "")
        entries = _walk(place, seen) if os.path.isdir(place) else _single(place, seen)
        for path, real, reason in entries:
            relative = _relative(prefix, path.relative_to(folder))
            reason = reason or _reason(path)
            if reason:
                found.skipped.append(SkippedFile(path, relative, reason))
            else:
                found.files.append(SourceFile(path, relative, real))
    found.files.sort(key=lambda file: file.relative)
    found.skipped.sort(key=lambda file: file.relative)
    return found


def _existing(source: Path) -> Path:
    """The absolute path of a source, because "." has no name."""
    if not os.path.exists(source):
        raise DafuError(f"期望存在的文件或文件夹，实际找不到：{source}。请检查路径。")
    return Path(os.path.abspath(source))


def _folder(place: Path) -> Path:
    return place if os.path.isdir(place) else place.parent


def _prefixes(folders: set[Path]) -> Mapping[Path, str]:
    """A different name for each folder: its own, preceded by as many folders above it as it takes."""
    depth = 1
    while True:
        names = {folder: "/".join(folder.parts[1:][-depth:]) for folder in folders}
        if len(set(names.values())) == len(folders):
            return names
        depth += 1


def _single(place: Path, seen: set[str]) -> Iterator[tuple[Path, str, str]]:
    real = os.path.realpath(place)
    if _first_time(real, seen):
        yield place, real, ""


def _walk(top: Path, seen: set[str]) -> Iterator[tuple[Path, str, str]]:
    """Yields each path below a folder, its real path, and the reason if it cannot be opened, else "".

    Targets of links come last, so that a file has its own place and not that of a link; nothing is visited twice, so
    loops end.
    """
    root = os.path.realpath(top)
    pending, links = deque([(top, root)]), deque[tuple[Path, str]]()
    while pending or links:
        place, real = pending.popleft() if pending else links.popleft()
        if not Path(real).is_relative_to(root):
            yield place, real, "链接指向来源文件夹之外，没有跟随（需要时请把它指向的文件夹也作为来源给出）"
            continue
        if not _first_time(real, seen):
            continue
        if not os.path.isdir(place):
            yield place, real, ""
            continue
        try:
            children = sorted(child for child in place.iterdir() if not is_left_by_programs(child.name))
        except OSError as error:
            yield place, real, f"文件夹打不开（{error.strerror}）"
            continue
        for child in _without_parts(children):
            if child.is_symlink():
                links.append((child, os.path.realpath(child)))
            else:
                pending.append((child, os.path.join(real, child.name)))


def _without_parts(children: Sequence[Path]) -> list[Path]:
    """The files and folders but for those in which browsers keep the parts of a saved page beside it."""
    pages = {child.stem for child in children if suffix_of(child.name) in _PAGES}
    parts = {f"{page}{end}" for page in pages for end in FOLDERS}
    return [child for child in children if child.name not in parts]


def _first_time(real: str, seen: set[str]) -> bool:
    if real in seen:
        return False
    seen.add(real)
    return True


def _reason(path: Path) -> str:
    """The reason why a path is not to be read, empty if it is. (os.path never raises.)"""
    if not os.path.exists(path):
        return "打不开：没有权限，或链接指向的文件不存在"
    if not os.path.isfile(path):
        return "不是普通文件"
    suffix = suffix_of(path.name)
    if suffix in SUFFIXES:
        return ""
    return f"不支持的格式“{suffix}”" if suffix else "没有扩展名，不知道是什么格式"


def _relative(prefix: str, path: Path) -> str:
    joined = f"{prefix}/{path.as_posix()}" if prefix else path.as_posix()
    return unicodedata.normalize("NFC", "/".join(map(_readable, joined.split("/"))))


def _readable(name: str) -> str:
    """The file name; one that is no UTF-8 (unpacked from a Windows ZIP) is read as GB18030."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return os.fsencode(name).decode("gb18030", "replace")
    return name
