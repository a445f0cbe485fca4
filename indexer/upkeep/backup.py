"""An index as one file, and back: all of its folder as it is at one moment, while servers read and a writer writes.

The file is a ZIP archive: made and read in one pass, a cut one is told by its missing end, and any tool opens it. With
it goes a list of the SHA-256 of every file.

Not for: keeping several backups, or elsewhere; that is the business of whoever calls this every night.
"""

import hashlib
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from corpus.errors import DafuError
from indexer import database
from indexer.build.generation import Generation, current_number
from indexer.build.manifest import FileSum
from indexer.durable import disk_faults, remove_tree, sync_folder, sync_tree
from indexer.paths import IndexPaths
from indexer.progress import Progress
from indexer.upkeep.locks import sharing

_FORMAT = 1
_LIST = "dafu-backup.json"
_WORKSHOP = ".dafu-backup."
"""What the folder's name begins with in which a backup is made; ops/systemd/dafu-backup.service knows it, too."""

_SIDE_FILES = ("-wal", "-shm", "-journal")  # of SQLite: what they hold is in the copy of the database
_SQLITE = b"SQLite format 3\0"
_FASTEST = 1  # of deflate's levels: half the size at 60 MB/s, and the others gain a tenth
_PIECE = 1_000_000  # bytes read at once
_TRIES = 5  # an update takes longer than the copy of the archive: one that keeps overtaking it is no update
_NAME = re.compile(r"(?!/)(?!.*//)[^\\\0:]+[^\\\0:/]")


class _Contents(BaseModel):
    """The list that goes with a backup."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int
    created_at: str
    generation: int
    files: dict[str, FileSum]


class Saved(NamedTuple):
    """What a backup holds: the number of its generation, of its documents and of its files, and its bytes."""

    generation: int
    documents: int
    files: int
    size: int


def backup(folder: Path, target: Path, progress: Progress) -> Saved:
    """Write the index to the file `target`, which then is whole or as it was before.

    Beside it as much room is taken for the moment as archive.sqlite has. Raises DafuError where there is no index, or
    the file cannot be written.
    """
    if target.is_dir():
        raise DafuError(f"{target} 是一个文件夹。请指定备份文件的名字，例如 {target / 'dafu.zip'}。")
    if not target.parent.is_dir():
        raise DafuError(f"备份无法写入 {target}：文件夹 {target.parent} 不存在。请先建立它。")
    if target.resolve().is_relative_to(folder.resolve()):
        raise DafuError(f"备份文件 {target} 在索引文件夹里面：索引的磁盘坏了，备份也就没有了。请放在别处。")
    with disk_faults(target.parent), _workshop(target.parent) as workshop:
        made = workshop / "backup"
        saved = _write(folder, made, workshop, progress)
        os.replace(made, target)
        sync_folder(target.parent)
    return saved


@contextmanager
def _workshop(place: Path) -> Iterator[Path]:
    """A folder to work in, gone at the end. What a killed backup left in the same place, under whatever name it was to
    be saved, goes first."""

    def clear() -> None:
        for left in place.glob(f"{_WORKSHOP}*"):
            remove_tree(left)

    with sharing(place, clear), TemporaryDirectory(prefix=_WORKSHOP, dir=place) as workshop:
        yield Path(workshop)


def _write(folder: Path, made: Path, workshop: Path, progress: Progress) -> Saved:
    live, archive = _at_one_moment(folder, workshop)
    with closing(live):
        number = live.number
        paths = [*_others(folder), *(p for p in sorted(live.paths.folder.rglob("*")) if p.is_file())]
        names = [p.relative_to(folder).as_posix() for p in paths]
        wanted = [p for p, name in zip(paths, names, strict=True) if not name.endswith(".lock")]
        sums: dict[str, FileSum] = {}
        with _private(made) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_FASTEST) as zipped:
            sums["CURRENT"] = _put(zipped, "CURRENT", f"{number}\n".encode("ascii"))
            sums["archive.sqlite"] = _put(zipped, "archive.sqlite", archive)
            archive.unlink()
            for done, path in enumerate(wanted):
                progress("备份", done, len(wanted))
                name = path.relative_to(folder).as_posix()
                sums[name] = _put(zipped, name, _snapshot(path, workshop))
            progress("备份", len(wanted), len(wanted))
            now = datetime.now(UTC).isoformat(timespec="seconds")
            contents = _Contents(format=_FORMAT, created_at=now, generation=number, files=sums)
            zipped.writestr(_LIST, contents.model_dump_json(indent=1))
        with made.open("rb") as file:
            os.fsync(file.fileno())
        return Saved(number, live.manifest.documents, len(sums), made.stat().st_size)


def _at_one_moment(folder: Path, workshop: Path) -> tuple[Generation, Path]:
    """The live generation, claimed, and a copy of the archive that has all of its documents.

    A purge names a generation without its documents before it takes them from the archive: where the same generation
    lives before and after the copy, nothing of it is missing.
    """
    paths, copied = IndexPaths(folder), workshop / "archive.sqlite"
    for _ in range(_TRIES):
        live = Generation.open_current(folder)
        copied.unlink(missing_ok=True)
        database.copy_to(paths.archive, copied)
        if current_number(paths) == live.number:
            return live, copied
        live.close()
    raise DafuError(f"{folder} 一直在更新，没有得到完整的备份。请稍后再试。")


def _others(folder: Path) -> Iterator[Path]:
    """Whatever else lies in the folder: tokens, feedback, logs; no locks and nothing temporary."""
    paths = IndexPaths(folder)
    ours = {paths.archive, paths.current, paths.generations}
    for top in sorted(folder.iterdir()):
        if top in ours or top.name.startswith("."):
            continue
        for path in [top] if top.is_file() else sorted(top.rglob("*")):
            if path.is_file() and not path.is_symlink() and not path.name.endswith((*_SIDE_FILES, ".tmp")):
                yield path


def _snapshot(path: Path, workshop: Path) -> Path:
    """The file to read in its place: of another database, a copy at one moment."""
    with path.open("rb") as file:
        if file.read(len(_SQLITE)) != _SQLITE or "generations" in path.parts:
            return path
    copied = workshop / "database"
    copied.unlink(missing_ok=True)
    database.copy_to(path, copied)
    return copied


def _put(zipped: zipfile.ZipFile, name: str, source: Path | bytes) -> FileSum:
    """Add a file and take its sum on the way. One that grows meanwhile is taken as long as it was."""
    if isinstance(source, bytes):
        zipped.writestr(name, source)
        return FileSum(size=len(source), sha256=hashlib.sha256(source).hexdigest())
    digest, size = hashlib.sha256(), source.stat().st_size
    info = zipfile.ZipInfo.from_file(source, name, strict_timestamps=False)
    info.compress_type = zipfile.ZIP_DEFLATED
    info._compresslevel = _FASTEST  # type: ignore[attr-defined]  # public from Python 3.13 on; without it, level 6
    left = size
    with source.open("rb") as opened, zipped.open(info, "w", force_zip64=True) as entry:
        while left and (piece := opened.read(min(_PIECE, left))):
            digest.update(piece)
            entry.write(piece)
            left -= len(piece)
    return FileSum(size=size - left, sha256=digest.hexdigest())


def _private(path: Path) -> IO[bytes]:
    """A new file for its owner alone: a backup and what it holds have every document, whoever may see it."""
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b")


def restore(file: Path, folder: Path, progress: Progress) -> int:
    """Put a backup into a folder that is not there or empty; the number of its files.

    Every file is checked against the list before the folder appears. Raises DafuError where anything is missing,
    changed, or wants to go elsewhere; then nothing has been put in place.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise DafuError(f"{folder} 不是空文件夹，没有恢复任何内容。请指定一个新的文件夹。")
    if not file.is_file():
        raise DafuError(f"找不到备份文件 {file}。请检查路径。")
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = folder.with_name(f".{folder.name}.restoring")
    with disk_faults(folder.parent):
        remove_tree(made)  # of a restore that was killed
        made.mkdir(mode=0o700)
        try:
            count = _unpack(file, made, progress)
            sync_tree(made)
            os.replace(made, folder)
            sync_folder(folder.parent)
        finally:
            remove_tree(made)
    return count


def _unpack(file: Path, made: Path, progress: Progress) -> int:
    try:
        with zipfile.ZipFile(file) as zipped:
            listed = _contents(zipped, file).files
            entries = _checked(zipped, listed, file)
            for done, (name, entry) in enumerate(entries.items()):
                progress("恢复", done, len(entries))
                if _take(zipped, entry, made / name) != listed[name]:
                    raise _damaged(file, f"{name} 与清单的校验和不符")
    except (zipfile.BadZipFile, EOFError, NotImplementedError, zlib.error) as error:
        raise _damaged(file, str(error)) from error
    return len(entries)


def _contents(zipped: zipfile.ZipFile, file: Path) -> _Contents:
    try:
        contents = _Contents.model_validate_json(zipped.read(_LIST))
    except (KeyError, ValidationError) as error:
        raise _damaged(file, f"其中没有完好的清单 {_LIST}") from error
    if contents.format != _FORMAT:
        raise DafuError(f"{file} 的备份格式是 {contents.format}，本程序使用 {_FORMAT}。请用建立它的版本恢复。")
    return contents


def _checked(zipped: zipfile.ZipFile, listed: dict[str, FileSum], file: Path) -> dict[str, zipfile.ZipInfo]:
    """Name to entry. Raises DafuError for a link or a name that leads out, and where list and file differ."""
    entries: dict[str, zipfile.ZipInfo] = {}
    for entry in zipped.infolist():
        name, mode = entry.filename, entry.external_attr >> 16
        is_plain = stat.S_IFMT(mode) in (0, stat.S_IFREG) and not entry.is_dir()
        if not _NAME.fullmatch(name) or {"..", "."} & set(name.split("/")) or not is_plain or name in entries:
            raise DafuError(
                f"备份文件 {file} 中有不该有的条目“{name}”，没有恢复任何内容。请只恢复 dafu backup 做的文件。"
            )
        entries[name] = entry
    entries.pop(_LIST)
    if entries.keys() != listed.keys():
        name = min(entries.keys() ^ listed.keys())
        raise _damaged(file, f"{name} 只在清单和文件之一里有")
    return entries


def _take(zipped: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> FileSum:
    digest, size = hashlib.sha256(), 0
    for folder in reversed([f for f in target.parents if not f.exists()]):
        folder.mkdir(mode=0o700)
    with zipped.open(entry) as packed, _private(target) as opened:
        while piece := packed.read(_PIECE):
            digest.update(piece)
            opened.write(piece)
            size += len(piece)
    return FileSum(size=size, sha256=digest.hexdigest())


def _damaged(file: Path, why: str) -> DafuError:
    return DafuError(f"备份文件 {file} 不完整或已损坏（{why}），没有恢复任何内容。请换一份备份。")
