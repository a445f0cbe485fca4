"""Takes archives apart: the files of a zip one by one, within limits; of a RAR the names alone."""

import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import PurePosixPath

import rarfile  # type: ignore[import-untyped]  # ships no types

from corpus.controls import without_controls
from corpus.errors import ReadError
from corpus.readers.damage import as_read_error
from corpus.readers.formats import is_left_by_programs
from corpus.readers.packed import METHODS
from corpus.readers.parts import Part, PartError

rarfile.TRY_ENCODINGS = ("utf-8", "gb18030")  # for names that are not marked as Unicode

_UTF8_NAME = 0x800  # flags of an entry, APPNOTE 4.4.4
_ENCRYPTED = 0x1
_MAX_NAMES = 20  # of a RAR, named one by one
_MAX_NAME = 200  # characters


def read_zip(data: bytes, relative: str) -> Iterator[Part | ReadError]:
    """Yields the files of a zip whose sizes packed.py has found to be within the limits."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        for entry in archive.infolist():
            name = _name(entry)
            if entry.is_dir() or any(map(is_left_by_programs, PurePosixPath(name).parts)):
                continue
            if fault := _fault(entry):
                yield PartError(f"{relative}/{name}：{fault}")
                continue
            try:
                content = archive.read(entry)
            except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, NotImplementedError):
                yield PartError(f"{relative}/{name}：期望完整的压缩包，实际这一件损坏。请重新压缩或复制。")
                continue
            yield Part(name, content)


def read_rar(data: bytes, relative: str) -> Iterator[Part]:
    """Raises ReadError with the names in a RAR: to unpack one takes a program that is not free."""
    with as_read_error("RAR 压缩包"), rarfile.RarFile(BytesIO(data)) as archive:
        names = [without_controls(entry.filename)[-_MAX_NAME:] for entry in archive.infolist() if not entry.is_dir()]
    listed = "、".join(names[:_MAX_NAMES]) + ("等" if len(names) > _MAX_NAMES else "")
    inside = f"里面有 {len(names)} 个文件：{listed}" if names else "里面的文件名加了密码，或者没有文件"
    raise ReadError(f"期望可以直接读取的文件，实际是 RAR 压缩包，{inside}。请解压后放入文件夹，或改用 zip 压缩。")
    yield Part("", b"")  # a generator, like the other readers


def _name(entry: zipfile.ZipInfo) -> str:
    """The path inside the zip. What is not marked as UTF-8 zipfile reads as cp437; Windows wrote it in GBK."""
    name = entry.filename
    if not entry.flag_bits & _UTF8_NAME:
        raw = name.encode("cp437", "replace")
        try:
            name = raw.decode("utf-8")
        except UnicodeDecodeError:
            name = raw.decode("gb18030", "replace")
    steps = [step for step in without_controls(name).replace("\\", "/").split("/") if step not in ("", ".", "..")]
    return "/".join(steps)[-_MAX_NAME:] or "未命名"


def _fault(entry: zipfile.ZipInfo) -> str | None:
    if entry.flag_bits & _ENCRYPTED:
        return "期望没有密码的压缩包，实际这一件加了密码。请解压后放入文件夹。"
    if entry.compress_type not in METHODS:
        return "期望常用的压缩方法（Deflate），实际用的是别的方法。请解压后放入文件夹，或重新压缩成 zip。"
    return None
