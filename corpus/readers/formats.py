"""Tells the real format of a file: its suffix, checked against its first bytes. Refuses files that cannot be read.

Not for: reading them.
"""

import re
from typing import Literal

from corpus.errors import ReadError
from corpus.readers.packed import packed_format

Format = Literal[
    "text", "markdown", "html", "mht", "docx", "doc", "rtf", "pdf",
    "xlsx", "xls", "table", "export", "jsonl", "eml", "zip", "rar", "ofd", "picture",
]  # fmt: skip

_FORMATS: dict[str, Format] = {
    ".txt": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".shtml": "html",
    ".mht": "mht",
    ".mhtml": "mht",
    ".docx": "docx",
    ".doc": "doc",
    ".wps": "doc",
    ".rtf": "rtf",
    ".pdf": "pdf",
    ".xlsx": "xlsx",
    ".xls": "xls",
    ".et": "xls",
    ".csv": "table",
    ".tsv": "table",
    ".jsonl": "jsonl",
    ".jsonl.gz": "jsonl",
    ".json": "jsonl",
    ".eml": "eml",
    ".zip": "zip",
    ".rar": "rar",
    ".ofd": "ofd",
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".tif", ".tiff"), "picture"),
}
SUFFIXES = frozenset(_FORMATS)
"""The suffixes of files that can be read, lower case, with the dot."""

_NAMES: dict[Format, str] = {
    "docx": "Word 文档（.docx）",
    "doc": "Word 或 WPS 文档（.doc、.wps）",
    "rtf": "RTF 文档",
    "pdf": "PDF 文件",
    "xlsx": "Excel 表格（.xlsx）",
    "xls": "Excel 或 WPS 表格（.xls、.et）",
    "ofd": "OFD 版式文件",
    "picture": "jpg、png 或 tif 图片",
    "zip": "zip 压缩包",
    "rar": "RAR 压缩包",
}
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0", b"MM\0*")

_NOT_OURS = frozenset({"desktop.ini", "thumbs.db", "__macosx"})
_LOCK_PREFIX = "~$"
_BOM_BYTES = b"\xef\xbb\xbf\xff\xfe"
_HTML = re.compile(
    rb"\s*(<\?xml[^>]*>\s*)?(<!--(?:(?!-->).){0,2000}-->\s*)*<(!doctype\s+html|(html|head|body|meta|title|div|table|p)[\s>])",
    re.IGNORECASE | re.DOTALL,
)
_OLE_STREAMS: tuple[tuple[str, Format], ...] = (("WordDocument", "doc"), ("Workbook", "xls"), ("Book", "xls"))
_LOCKED = "EncryptedPackage"


def suffix_of(name: str) -> str:
    """The suffix in lower case; .jsonl.gz counts as one."""
    lower = name.lower()
    if lower.endswith(".jsonl.gz"):
        return ".jsonl.gz"
    stem, dot, last = lower.rpartition(".")
    return dot + last if stem else ""


def is_left_by_programs(name: str) -> bool:
    """Whether a file or folder is hidden, locks an open document, or is an operating system's own."""
    return name.startswith((".", _LOCK_PREFIX)) or name.lower() in _NOT_OURS


def format_of(name: str, data: bytes) -> Format:
    """The format of a file by its name and content. Raises ReadError if they contradict each other."""
    if not data.strip(b"\0\t\r\n " + _BOM_BYTES):
        raise ReadError("期望有内容的文件，实际是空文件。请检查它是否上传或复制完整。")
    suffix = suffix_of(name)
    if binary := _binary_format(data, suffix):
        return binary
    declared = _FORMATS.get(suffix)
    if declared in ("markdown", "html", "mht", "jsonl", "eml"):
        return declared
    if _HTML.match(data[:4096].replace(b"\0", b"").lstrip(_BOM_BYTES)):
        return "export" if declared == "xls" else "html"
    if declared == "xls" and b"\t" in data[:4096]:  # what hotline systems export under this name
        return "table"
    if declared in _NAMES:
        raise ReadError(
            f"期望 {_NAMES[declared]}，实际内容不是。文件可能已损坏或改过扩展名，请重新导出，或按真实格式改名。"
        )
    if declared is None:
        raise ReadError(
            f"期望 {'、'.join(sorted(SUFFIXES))} 文件，实际是“{suffix or '没有扩展名'}”。请另存为其中一种格式。"
        )
    return declared


def _binary_format(data: bytes, suffix: str) -> Format | None:
    if data.startswith(b"PK\x03\x04") or data.startswith(b"PK\x05\x06"):
        return packed_format(data, is_archive=_FORMATS.get(suffix) == "zip")
    if data.startswith(b"Rar!\x1a\x07"):
        return "rar"
    if data.startswith(b"%PDF-") or (suffix == ".pdf" and b"%PDF-" in data[:1024]):
        return "pdf"
    if data.startswith(_PICTURES):
        return "picture"
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _ole_format(data, suffix)
    if data.lstrip().startswith(b"{\\rtf"):
        return "rtf"
    if data.startswith(b"\x1f\x8b"):
        if suffix == ".jsonl.gz":
            return "jsonl"
        raise ReadError("期望未压缩的文件（只有 .jsonl.gz 可以是 gzip），实际是 gzip 压缩文件。请先解压缩。")
    if suffix == ".jsonl.gz":
        raise ReadError("期望 gzip 压缩的 .jsonl.gz，实际不是 gzip。请重新导出，或改名为 .jsonl。")
    return None


def _ole_format(data: bytes, suffix: str) -> Format:
    """The format of an old Office file by its streams; one that holds another's has both, and its suffix tells."""
    if _LOCKED.encode("utf-16-le") in data:
        raise ReadError("期望可以打开的 Office 文件，实际加了密码。请在 Word、Excel 或 WPS 里去掉密码后重新保存。")
    found = [kind for stream, kind in _OLE_STREAMS if f"{stream}\0".encode("utf-16-le") in data]
    declared = _FORMATS.get(suffix)
    if not found and declared not in ("doc", "xls"):  # one of these is cut off before its streams are named
        raise ReadError("期望 Word、Excel 或 WPS 的文字或表格，实际是别的旧版 Office 文件。请另存为 .docx 或 PDF。")
    return declared if declared and (declared in found or not found) else found[0]
