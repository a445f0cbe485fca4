"""Checks a zip: tells a Word document, an Excel workbook, an OFD and other archives apart, and refuses traps.

The size that counts is the unpacked one.
"""

import zipfile
import zlib
from io import BytesIO
from typing import Literal

from corpus.errors import ReadError

# A zip may name 4 GB in a few kilobytes. Word and Excel files of real archives unpack to a few MB, at most 40 times
# their size. Python's zipfile unpacks no more of a part than its header states (else the checksum fails), so a header
# that lies cannot exceed the sum.
MAX_UNPACKED = 200 * 1024 * 1024
_MAX_RATIO = 200

# A document has some 20 parts, a book with a picture on every page 1,000. Python keeps about half a kilobyte of each.
_MAX_PARTS = 10_000
_ENTRY = b"PK\x01\x02"  # begins each entry of a zip's directory
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # all that ECMA-376 part 2 allows; LZMA may claim 4 GB of memory

# Entities are declared in a document type, which ECMA-376 part 2 forbids. The zeros of UTF-16 are removed first.
_DOCUMENT_TYPE = b"<!DOCTYPE"
_XML = (".xml", ".rels")


def packed_format(data: bytes, *, is_archive: bool) -> Literal["docx", "xlsx", "ofd", "zip"]:
    """The format of an Office file, or of another zip that `is_archive` by its name.

    Raises ReadError for any other content, and for one that would harm its reader.
    """
    if (parts := data.count(_ENTRY)) > _MAX_PARTS:
        raise ReadError(
            f"期望不超过 {_MAX_PARTS} 个部件的 Office 文档，实际有 {parts} 个。请确认文件来源，另存为新文件后重试。"
        )
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_sizes(entries, len(data))
            kind = _kind({entry.filename for entry in entries}, is_archive=is_archive)
            for entry in entries if kind != "zip" else ():
                _check_part(archive, entry)
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, RuntimeError) as error:
        raise ReadError("期望完整的 Office 文档，实际是损坏或不完整的压缩包。请重新复制或导出这个文件。") from error
    return kind


def _check_sizes(entries: list[zipfile.ZipInfo], packed: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED or unpacked > _MAX_RATIO * packed:
        raise ReadError(
            f"期望解压后不超过 {MAX_UNPACKED >> 20} MB、不超过原大小 {_MAX_RATIO} 倍的文档，"
            f"实际解压后为 {unpacked / (1 << 20):.0f} MB、{unpacked // packed} 倍。请确认文件来源，并拆分后重试。"
        )


def _kind(names: set[str], *, is_archive: bool) -> Literal["docx", "xlsx", "ofd", "zip"]:
    if "word/document.xml" in names:
        return "docx"
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "OFD.xml" in {name.removeprefix("/") for name in names}:
        return "ofd"
    if is_archive:
        return "zip"
    raise ReadError("期望 Word 文档（.docx）、Excel 表格（.xlsx）或 OFD，实际是别的压缩包，请解压后放入里面的文档。")


def _check_part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    if entry.compress_type not in METHODS:
        raise ReadError(
            f"期望 Office 文档常用的压缩方法，实际部件“{entry.filename[:80]}”用的是别的方法。请在 Word 或 WPS 里另存。"
        )
    if entry.filename.lower().endswith(_XML) and _DOCUMENT_TYPE in archive.read(entry).replace(b"\0", b""):
        raise ReadError(
            f"期望不含 DOCTYPE 声明的 Office 文档，实际部件“{entry.filename[:80]}”里有，"
            "它可以用来耗尽内存或读取别的文件。请确认文件来源，在 Word 或 WPS 里另存后重试。"
        )
