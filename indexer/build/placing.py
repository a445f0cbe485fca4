"""Which scope a file's place asks for: what an administrator gave its folder, also after the folder was renamed."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from corpus.scopes import narrowed
from corpus.sources import SourceFile, name_of
from corpus.types import OPEN_SCOPE
from indexer.archive import Archive
from indexer.build.manifest import sha256_of


class Places:
    """The scope of each place, as the archive has it when this is made."""

    def __init__(self, archive: Archive) -> None:
        self._given = {Path(folder): scope for folder, scope in archive.scopes().items()}

    def scope_of(self, name: str) -> str:
        """The scope of the innermost folder around a file that was given one."""
        path = Path(name)
        return next((self._given[folder] for folder in (path, *path.parents) if folder in self._given), OPEN_SCOPE)


def give_scope(archive: Archive, sources: Sequence[Path], scope: str | None, *, widen: bool) -> list[str]:
    """Remembers the sources, and gives them a scope if there is one; returns what to tell the administrator.

    Without `widen` a source that was restricted stays restricted as it was, and by the new scope too.
    """
    notes = []
    with archive.transaction():
        places = Places(archive)
        for source in sources:
            place = source.resolve()
            archive.add_source(name_of(place if place.is_dir() else place.parent))
            if not scope:
                continue
            before = places.scope_of(name_of(place))
            after = scope if widen else narrowed(before, scope)
            archive.set_scope(name_of(place), after)
            if after != scope:
                notes.append(
                    f"注意：来源 {source} 以前限“{before}”，没有放宽，现在限“{after}”。"
                    f"确实要改成“{scope}”，请加 --widen：dafu index {source} --scope {scope} --widen"
                )
    return notes


def follow_renamed(archive: Archive, files: Sequence[SourceFile]) -> list[str]:
    """Gives the scope of a restricted folder that is gone to the folder that has its files now; returns what to tell.

    What comes into the renamed folder later has no earlier life by which it could be known.
    """
    gone = {Path(f): s for f, s in archive.scopes().items() if s != OPEN_SCOPE and not Path(f).exists()}
    if not gone:
        return []
    followed: dict[Path, tuple[Path, str]] = {}
    for old, new in _renamed(archive, files, gone):
        followed.setdefault(new, (old, gone[old]))
    with archive.transaction():
        for new, (_, scope) in followed.items():
            archive.set_scope(str(new), narrowed(Places(archive).scope_of(str(new)), scope))
    return [
        f"注意：限“{scope}”的文件夹 {old} 不见了，其中的文件现在在 {new}，这个文件夹也限“{scope}”。"
        f"确实要公开，请运行 dafu index {new} --scope {OPEN_SCOPE} --widen。"
        for new, (old, scope) in followed.items()
    ]


def _renamed(archive: Archive, files: Sequence[SourceFile], gone: Iterable[Path]) -> Iterator[tuple[Path, Path]]:
    """The folders that are gone with those that hold a file of theirs, at the same place and of the same bytes."""
    known = archive.files()
    lost: dict[tuple[str, int], list[tuple[Path, Path, str]]] = {}
    for folder in gone:
        for name, state in known.items():
            if Path(name).is_relative_to(folder) and Path(name) != folder:
                tail = Path(name).relative_to(folder)
                lost.setdefault((tail.name, state.size), []).append((folder, tail, state.sha256))
    for file in files:
        path = file.resolved
        if name_of(path) in known or not lost:
            continue
        for folder, tail, sha256 in lost.get((path.name, _size(path)), ()):
            if path.parts[-len(tail.parts) :] == tail.parts and _has_content(path, sha256):
                yield folder, Path(name_of(Path(*path.parts[: -len(tail.parts)])))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def _has_content(path: Path, sha256: str) -> bool:
    try:
        return sha256_of(path) == sha256
    except OSError:
        return False
