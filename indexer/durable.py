"""Writes that survive a crash, and faults of the disk as sentences."""

import errno
import fcntl
import filecmp
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from corpus import machine
from corpus.errors import DafuError
from indexer.database import DatabaseError

_MIN_ROOM = 1 << 20  # bytes; the smallest generation is larger
_READING = threading.Lock()


def make_private(folder: Path) -> None:
    """Makes a folder that its owner alone can enter, or closes one to others. Somebody else's stays as it is."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(PermissionError):
        if folder.stat().st_mode & 0o077:
            folder.chmod(0o700)


def save_array(path: Path, array: NDArray[Any]) -> None:
    """Writes what `np.save` writes. Of a full disk numpy raises an OSError without a number, which tells nobody why."""
    whole = np.ascontiguousarray(array)
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, np.lib.format.header_data_from_array_1_0(whole))
        file.write(whole.data)


def load_array(path: Path, mmap_mode: Literal["r"] | None = None) -> NDArray[Any]:
    """The array of an .npy file. Raises OSError, ValueError or EOFError where it cannot be read.

    One thread at a time: numpy reads a header with ast.literal_eval, which in Python 3.11 counts its depth for all
    threads together: two at once end in a SystemError ("AST constructor recursion depth mismatch").
    """
    with _READING:
        return np.asarray(np.load(path, mmap_mode=mmap_mode, allow_pickle=False))


def remove_tree(folder: Path) -> None:
    """Removes what is left of unfinished work, as far as it can: a fault of the disk may pass."""
    for _ in range(2):
        shutil.rmtree(folder, ignore_errors=True)


def write_atomically(path: Path, data: bytes) -> None:
    """Write, fsync, rename: a reader sees the old content or the new, never a part. Its owner alone reads the file."""
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        with open(temporary, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


@contextmanager
def locked_for_append(path: Path) -> Iterator[int]:
    """Opens a file for one process at a time to add lines to, making it if it is new, for its owner alone to read.
    Waits for the other processes.

    Another process may rename the file while this one waits for it: the file opened then is the new one of that name.
    """
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
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


def link_equal_files(old: Path, new: Path) -> None:
    """Makes each file of the new folder one with the old folder's file of that name where both say the same."""
    for path in sorted(new.rglob("*")):
        same = old / path.relative_to(new)
        if path.is_file() and same.is_file() and filecmp.cmp(path, same, shallow=False):
            path.unlink()
            link_or_copy(same, path)


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
        if sentence := _sentence(error, folder):
            raise DafuError(sentence) from error
        raise


def _sentence(error: Exception, folder: Path) -> str:
    """What is said of a fault; nothing where it is not the disk's."""
    text, number, fault = str(error).lower(), getattr(error, "errno", None), machine.fault_of(error)
    if fault == machine.NO_ROOM or _has_no_room(folder):
        return f"磁盘空间不足，写入 {folder} 失败。请腾出空间后重新运行；原有索引未受影响。"
    if fault and fault in (machine.NO_MEMORY, machine.TOO_MANY_FILES):
        return fault.sentence
    if number in (errno.EACCES, errno.EPERM, errno.EROFS) or "readonly database" in text or "permission denied" in text:
        return f"没有写入 {folder} 的权限。请检查文件夹的所有者和权限后重新运行。"
    if isinstance(error, FileExistsError | NotADirectoryError):
        return f"{folder} 或它的上级是一个文件，不是文件夹。请用 --into 指定一个文件夹。"
    if isinstance(error, DatabaseError):
        return f"{folder} 中的档案库无法读写（{error}）。请运行 dafu verify 检查，或从备份恢复。"
    if fault == machine.IO_ERROR:
        return f"读写 {folder} 时磁盘出错（{error}）。请检查磁盘后重新运行；原有索引未受影响。"
    return ""


def _has_no_room(folder: Path) -> bool:
    """Whether that is why a write failed, whatever the library made of it: of a full disk SQLite says that it cannot be
    read, and numpy how many bytes it wrote."""
    place = next(path for path in (folder, *folder.parents) if path.exists())
    return shutil.disk_usage(place).free < _MIN_ROOM
