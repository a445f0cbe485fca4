"""Files that are damaged, wrongly named, gone or too large."""

import gzip
import random
import zipfile
from io import BytesIO
from pathlib import Path

import docx
import pytest

from corpus.errors import ReadError
from corpus.readers import MAX_BYTES, SUFFIXES, read
from corpus.readers.workbook import XLSX_MEDIA_TYPE
from corpus.types import RawDocument
from tests.readers.files import OFFICE, excel, pdf, word
from tests.readers.reading import every, only, texts


def bomb() -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 10_000_000)
    return buffer.getvalue()


def zipped(name: str) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, "x")
    return buffer.getvalue()


def locked(doc: bytes) -> bytes:
    """A .doc whose header says that it is encrypted ([MS-DOC] 2.5.2)."""
    header = doc.index(b"\xec\xa5")
    return doc[: header + 11] + bytes([doc[header + 11] | 1]) + doc[header + 12 :]


DOC = (OFFICE / "letter.doc").read_bytes()
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
PLAIN_DOCX = word(docx.Document())
NOISE = random.Random(3).randbytes(5000)
DAMAGED: list[tuple[str, bytes, str]] = [
    ("空.txt", b"", "实际是空文件"),
    ("空白.txt", b"\xef\xbb\xbf \r\n\n", "实际是空文件"),
    ("空.docx", PLAIN_DOCX, "没有任何文字"),
    ("截断.docx", PLAIN_DOCX[: len(PLAIN_DOCX) // 2], "实际是损坏或不完整的压缩包"),
    ("压缩包.docx", zipped("照片.jpg"), "实际是别的压缩包"),
    ("缺件.docx", zipped("word/document.xml"), "期望完好的 Word 文档.*文件可能已损坏"),
    ("缺件.xlsx", zipped("xl/workbook.xml"), "期望完好的 Excel 表格.*文件可能已损坏"),
    ("版式.docx", zipped("OFD.xml"), "部件“OFD.xml”不是 XML"),
    ("炸弹.docx", bomb(), "期望解压后不超过 200 MB、不超过原大小 200 倍"),
    ("文字.docx", "您好".encode(), "期望 Word 文档（.docx），实际内容不是"),
    ("文字.xlsx", "您好".encode(), "期望 Excel 表格（.xlsx），实际内容不是"),
    ("文字.pdf", "您好".encode(), "期望 PDF 文件，实际内容不是"),
    ("截断.pdf", b"%PDF-1.4\n1 0 obj\n<<", "期望完好的 PDF 文件.*文件可能已损坏"),
    ("坏.doc", OLE + "WordDocument\0".encode("utf-16-le"), "期望完好的 Word 文档（.doc 或 .wps）.*文件可能已损坏"),
    ("截断.doc", DOC[: len(DOC) // 3], "期望完好的 Word 文档（.doc 或 .wps）.*文件可能已损坏"),
    ("坏.xls", OLE + "Workbook\0".encode("utf-16-le"), "期望完好的 Excel 或 WPS 表格.*文件可能已损坏"),
    ("幻灯片.docx", OLE + "PowerPoint Document\0".encode("utf-16-le"), "实际是别的旧版 Office 文件"),
    ("加密.docx", OLE + "EncryptedPackage".encode("utf-16-le"), "实际加了密码"),
    ("加密.doc", locked(DOC), "实际加了密码"),
    ("空.rtf", rb"{\rtf1 {\v x}}", "期望有文字的 RTF 文档"),
    ("文字.wps", "您好".encode(), "期望 Word 或 WPS 文档（.doc、.wps），实际内容不是"),
    ("压缩.txt", gzip.compress(b"x"), "实际是 gzip 压缩文件。请先解压缩"),
    ("没压缩.jsonl.gz", b'{"text": "x"}', "实际不是 gzip"),
    ("坏.jsonl.gz", gzip.compress(b"")[:10] + b"\xff" * 50, "期望完整的 gzip 文件，实际数据损坏"),
    ("坏.json", b'[{"text": "x"', "期望 JSON 对象的列表，实际解析失败"),
    ("空.html", b"<html><script>load()</script></html>", "实际没有任何正文"),
    ("别的.xyz", b"abc", "实际是“.xyz”。请另存为其中一种格式"),
    *[(f"噪声{suffix}", NOISE, "期望") for suffix in sorted(SUFFIXES)],
]


@pytest.mark.parametrize(("name", "content", "message"), DAMAGED, ids=[case[0] for case in DAMAGED])
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    with pytest.raises(ReadError, match=f"^{name}：.*{message}"):
        every(tmp_path, name, content)


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("网页.txt", "<!DOCTYPE html><p>您好，来信收悉。".encode("gbk"), "text/html"),
        ("网页.doc", "\ufeff<html><p>您好，来信收悉。</html>".encode("utf-16"), "text/html"),
        ("表格.xls", "<table><tr><td>您好，来信收悉。".encode(), "text/html"),
        ("打印.txt", pdf([["您好，来信收悉。"]]), "application/pdf"),
        ("表.docx", excel([["正文"], ["您好，来信收悉。"]]), XLSX_MEDIA_TYPE),
    ],
)
def test_a_file_under_a_wrong_name_is_read_as_what_it_is(
    tmp_path: Path, name: str, content: bytes, media_type: str
) -> None:
    found = only(tmp_path, name, content)
    assert found.source.media_type == media_type
    assert texts(found) == ["您好，来信收悉。"]


@pytest.mark.parametrize("suffix", [".docx", ".doc", ".xls", ".xlsx", ".pdf", ".jsonl.gz"])
def test_scrambled_files_raise_nothing_but_read_errors(tmp_path: Path, suffix: str) -> None:
    built = docx.Document()
    built.add_paragraph("您好，来信收悉。")
    whole = {
        ".docx": word(built),
        ".doc": DOC,
        ".xls": (OFFICE / "messages.xls").read_bytes(),
        ".xlsx": excel([["正文"], ["您好。"]]),
        ".pdf": pdf([["您好"]]),
        ".jsonl.gz": gzip.compress(b'{"text": "abc"}\n'),
    }[suffix]
    dice = random.Random(5)
    outcomes = set()
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(dice.choice([1, 5, 40])):
            data[dice.randrange(len(data))] = dice.randrange(256)
        try:
            outcomes |= {type(found) for found in every(tmp_path, f"a{suffix}", bytes(data))}
        except ReadError:
            outcomes.add(ReadError)
    assert outcomes == {RawDocument, ReadError}


def test_a_file_that_vanished_is_no_file_or_is_too_large(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"gone\.txt：期望可以打开的文件，实际打不开"):
        list(read(tmp_path / "gone.txt", "gone.txt"))
    with pytest.raises(ReadError, match="期望普通文件，实际是文件夹"):
        list(read(tmp_path, "folder"))
    large = tmp_path / "large.txt"
    with large.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(ReadError, match="期望不超过 200 MB 的文件"):
        list(read(large, "large.txt"))
