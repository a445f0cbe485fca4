"""The files under the given sources: folders are walked, files are taken as they are.

`relative` is what a document remembers of its place; it does not depend on where the archive lies on this machine.
"""

import os
import unicodedata
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from corpus.errors import DafuError
from corpus.readers.formats import OLD_SUFFIXES, SUFFIXES, suffix_of

_NOT_OURS = frozenset({"desktop.ini", "thumbs.db", "__macosx"})
_LOCK_PREFIX = "~$"


def name_of(resolved: Path) -> str:
    """The path in Unicode, as an archive keeps it. What a name has of another encoding stands there by its bytes, as in
    \\udcb4: files of a ZIP that Windows made have such names.

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
        """The path without links. (Asking for it takes a call for each folder above.)"""
        return Path(self.real or os.path.realpath(self.path))


class SkippedFile(NamedTuple):
    """A file that is left out, and why, in Chinese for the report."""

    path: Path
    relative: str
    reason: str

    @property
    def resolved(self) -> Path:
        """The path without links; that of a link that leads in a circle is its own."""
        return Path(os.path.realpath(self.path))


class Found(NamedTuple):
    """Both sorted by `relative`."""

    files: list[SourceFile]
    skipped: list[SkippedFile]


def find_files(sources: Sequence[Path]) -> Found:
    """Every readable file under the sources, once each, and what was left out.

    Hidden files, lock files of Office and what operating systems leave behind are passed over in silence. A source may
    be a link; a link below it is followed inside it alone, for many may write to a shared folder and the importer reads
    what they may not. Where there are several sources, `relative` begins with the name of the source's folder. Raises
    DafuError for a source that does not exist.
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
    """The absolute path of a source, so that "." has a name."""
    if not os.path.exists(source):
        raise DafuError(f"期望存在的文件或文件夹，实际找不到：{source}。请检查路径。")
    return Path(os.path.abspath(source))


def _folder(place: Path) -> Path:
    return place if os.path.isdir(place) else place.parent


def _prefixes(folders: set[Path]) -> Mapping[Path, str]:
    """A different name for each folder: its own, with as many of those above it as it takes."""
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
    """Paths below a folder, their real ones, and a reason where they cannot be looked into. What links lead to comes
    last, so that a file has its own place and not that of a link; nothing is visited twice, so loops end."""
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
            children = sorted(child for child in place.iterdir() if not _is_hidden(child.name))
        except OSError as error:
            yield place, real, f"文件夹打不开（{error.strerror}）"
            continue
        for child in children:
            if child.is_symlink():
                links.append((child, os.path.realpath(child)))
            else:
                pending.append((child, os.path.join(real, child.name)))


def _first_time(real: str, seen: set[str]) -> bool:
    if real in seen:
        return False
    seen.add(real)
    return True


def _is_hidden(name: str) -> bool:
    return name.startswith((".", _LOCK_PREFIX)) or name.lower() in _NOT_OURS


def _reason(path: Path) -> str:
    """Why a path is no file to read, empty where it is one. (os.path asks without raising.)"""
    if not os.path.exists(path):
        return "打不开：没有权限，或链接指向的文件不存在"
    if not os.path.isfile(path):
        return "不是普通文件"
    suffix = suffix_of(path.name)
    if suffix in SUFFIXES or suffix in OLD_SUFFIXES:
        return ""
    return f"不支持的格式“{suffix}”" if suffix else "没有扩展名，不知道是什么格式"


def _relative(prefix: str, path: Path) -> str:
    joined = f"{prefix}/{path.as_posix()}" if prefix else path.as_posix()
    return unicodedata.normalize("NFC", "/".join(map(_readable, joined.split("/"))))


def _readable(name: str) -> str:
    """A file name that is no UTF-8 (unpacked from a Windows zip) read as GB18030."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return os.fsencode(name).decode("gb18030", "replace")
    return name
