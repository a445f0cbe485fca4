"""Tells the real format of a file: its suffix, checked against its first bytes. Refuses files that cannot be read.

Not for: reading them.
"""

import re
from typing import Literal

from corpus.errors import ReadError
from corpus.readers.packed import office_format

Format = Literal["text", "markdown", "html", "docx", "pdf", "xlsx", "table", "jsonl"]

_FORMATS: dict[str, Format] = {
    ".txt": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".docx": "docx",
    ".pdf": "pdf",
    ".xlsx": "xlsx",
    ".csv": "table",
    ".tsv": "table",
    ".jsonl": "jsonl",
    ".jsonl.gz": "jsonl",
    ".json": "jsonl",
}
SUFFIXES = frozenset(_FORMATS)
"""The suffixes of files that can be read, lower case, with the dot."""

OLD_SUFFIXES = frozenset({".doc", ".xls", ".wps", ".et", ".rtf"})
"""Old suffixes, which often hide html or docx; for other content, the ReadError says how to convert it."""

_NAMES = {"docx": "Word 文档（.docx）", "pdf": "PDF 文件", "xlsx": "Excel 表格（.xlsx）"}

_BOM_BYTES = b"\xef\xbb\xbf\xff\xfe"
_HTML = re.compile(
    rb"\s*(<\?xml[^>]*>\s*)?(<!--(?:(?!-->).){0,2000}-->\s*)*<(!doctype\s+html|(html|head|body|meta|title|div|table|p)[\s>])",
    re.IGNORECASE | re.DOTALL,
)
_OLE_STREAMS = (
    ("EncryptedPackage", "加了密码的 Office 文件，请在 Word 或 Excel 里去掉密码后重新保存"),
    ("WordDocument", "旧版 Word 文档（.doc），请用 Word 或 WPS 另存为 .docx"),
    ("Workbook", "旧版 Excel 表格（.xls），请用 Excel 或 WPS 另存为 .xlsx"),
)


def suffix_of(name: str) -> str:
    """The suffix in lower case; .jsonl.gz counts as one."""
    lower = name.lower()
    if lower.endswith(".jsonl.gz"):
        return ".jsonl.gz"
    stem, dot, last = lower.rpartition(".")
    return dot + last if stem else ""


def format_of(name: str, data: bytes) -> Format:
    """The format of a file by its name and content. Raises ReadError if they contradict each other."""
    if not data.strip(b"\0\t\r\n " + _BOM_BYTES):
        raise ReadError("期望有内容的文件，实际是空文件。请检查它是否上传或复制完整。")
    suffix = suffix_of(name)
    if binary := _binary_format(data, suffix):
        return binary
    declared = _FORMATS.get(suffix)
    if declared in ("markdown", "html", "jsonl"):
        return declared
    if _HTML.match(data[:4096].replace(b"\0", b"").lstrip(_BOM_BYTES)):
        return "html"
    if declared in ("docx", "pdf", "xlsx"):
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
        return office_format(data)
    if data.startswith(b"%PDF-") or (suffix == ".pdf" and b"%PDF-" in data[:1024]):
        return "pdf"
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise ReadError(f"期望可以直接读取的格式，实际是{_ole_kind(data)}。")
    if data.lstrip().startswith(b"{\\rtf"):
        raise ReadError("期望可以直接读取的格式，实际是 RTF 文档，请用 Word 或 WPS 另存为 .docx。")
    if data.startswith(b"\x1f\x8b"):
        if suffix == ".jsonl.gz":
            return "jsonl"
        raise ReadError("期望未压缩的文件（只有 .jsonl.gz 可以是 gzip），实际是 gzip 压缩文件。请先解压缩。")
    if suffix == ".jsonl.gz":
        raise ReadError("期望 gzip 压缩的 .jsonl.gz，实际不是 gzip。请重新导出，或改名为 .jsonl。")
    return None


def _ole_kind(data: bytes) -> str:
    for stream, kind in _OLE_STREAMS:
        if stream.encode("utf-16-le") in data:
            return kind
    return "旧版 Office 文件，请用 Word、Excel 或 WPS 另存为 .docx 或 .xlsx"
