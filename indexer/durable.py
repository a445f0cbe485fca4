"""Writes that survive a crash, and faults of the disk as sentences."""

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corpus.errors import DafuError
from indexer.database import DatabaseError

_MIN_ROOM = 1 << 20  # bytes; the smallest generation is larger


def write_atomically(path: Path, data: bytes, mode: int = 0o666) -> None:
    """Write, fsync, rename: a reader sees the old content or the new, never a part. `mode` is of a new file, and the
    umask takes from it."""
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        with open(temporary, "wb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


@contextmanager
def locked_for_append(path: Path, mode: int = 0o666) -> Iterator[int]:
    """Opens a file for one process at a time to add lines to, making it if it is new. Waits for the other processes.

    Another process may rename the file while this one waits for it: the file opened then is the new one of that name.
    """
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, mode)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if path.exists() and os.path.samestat(path.stat(), os.fstat(descriptor)):
                yield descriptor
                return
        finally:
            os.close(descriptor)


def append_line(file: int, line: bytes, *, durable: bool) -> None:
    """Adds a line, with its end, to a file that is locked for it, and fsyncs it if `durable`.

    A line before it that a full disk cut short gets its end, so that it alone is damaged. Raises OSError if this one
    is cut short.
    """
    size = os.fstat(file).st_size
    if size and os.pread(file, 1, size - 1) != b"\n":
        line = b"\n" + line
    written = os.write(file, line)
    if written < len(line):
        raise OSError(f"只写入了 {written} 个字节，应为 {len(line)} 个，磁盘可能已满")
    if durable:
        os.fsync(file)


def link_or_copy(old: Path, new: Path) -> None:
    """The same file under another name; neither is ever written to. A copy where the file system has no hard links."""
    try:
        os.link(old, new)
    except OSError:
        shutil.copy2(old, new)


def link_files(old: Path, new: Path) -> None:
    """A folder of the same files."""
    for path in sorted(old.rglob("*")):
        if path.is_file():
            place = new / path.relative_to(old)
            place.parent.mkdir(parents=True, exist_ok=True)
            link_or_copy(path, place)


def sync_tree(folder: Path) -> None:
    """fsync every file and folder below, and the folder itself."""
    for path in folder.rglob("*"):
        _sync(path)
    _sync(folder)


def sync_folder(folder: Path) -> None:
    """fsync a folder: makes the names in it durable."""
    _sync(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def disk_faults(folder: Path) -> Iterator[None]:
    """Turn a fault of the disk below `folder` into a DafuError; the libraries report one in their own ways."""
    try:
        yield
    except DafuError:
        raise
    except Exception as error:
        text = str(error).lower()
        number = getattr(error, "errno", None)
        if (
            number in (errno.ENOSPC, errno.EDQUOT)
            or "no space left" in text
            or "is full" in text
            or "os error 28" in text
            or _has_no_room(folder)
        ):
            raise DafuError(f"磁盘空间不足，写入 {folder} 失败。请腾出空间后重新运行；原有索引未受影响。") from error
        if (
            number in (errno.EACCES, errno.EPERM, errno.EROFS)
            or "readonly database" in text
            or "permission denied" in text
        ):
            raise DafuError(f"没有写入 {folder} 的权限。请检查文件夹的所有者和权限后重新运行。") from error
        if isinstance(error, FileExistsError | NotADirectoryError):
            raise DafuError(f"{folder} 或它的上级是一个文件，不是文件夹。请用 --into 指定一个文件夹。") from error
        if isinstance(error, DatabaseError):
            raise DafuError(
                f"{folder} 中的档案库无法读写（{error}）。请运行 dafu verify 检查，或从备份恢复。"
            ) from error
        if number == errno.EIO or "disk i/o error" in text:
            raise DafuError(f"读写 {folder} 时磁盘出错（{error}）。请检查磁盘后重新运行；原有索引未受影响。") from error
        raise


def _has_no_room(folder: Path) -> bool:
    """Whether that is why a write failed, whatever the library made of it: of a full disk SQLite says that it cannot be
    read, and numpy how many bytes it wrote."""
    place = next(path for path in (folder, *folder.parents) if path.exists())
    return shutil.disk_usage(place).free < _MIN_ROOM
