"""Uploaded files that would take the server's memory, its time or its secrets: refused with a sentence, at no cost."""

import os
import re
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import docx
import pytest
from starlette.testclient import TestClient

from corpus.documents import text_of
from corpus.errors import ReadError
from search_api.searcher import Searcher
from search_api.web.app import create_app
from tests.hostile.files import (
    ASK,
    far_cells,
    far_row,
    heavy_word,
    laughs,
    lying,
    lzma,
    plain_word,
    sheet,
    unchanged,
    with_parts,
    with_prolog,
)
from tests.readers.files import pdf, word

SECRET = "root:x:0:0"


@pytest.fixture(scope="module")
def client(sample_index: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Searcher(sample_index))) as client:
        yield client


HOSTILE: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "套娃": (
        "a.docx",
        lambda: with_prolog(plain_word(), "word/document.xml", laughs()),
        "期望不含 DOCTYPE 声明的 Office 文档，实际部件“word/document.xml”里有",
    ),
    "套娃表": (
        "a.xlsx",
        lambda: with_prolog(sheet(["ask"]), "xl/worksheets/sheet1.xml", laughs(), "ask"),
        "实际部件“xl/worksheets/sheet1.xml”里有",
    ),
    "双字节": (
        "a.docx",
        lambda: with_prolog(plain_word(), "word/document.xml", laughs(), encoding="utf-16"),
        "期望不含 DOCTYPE",
    ),
    "膨胀": (
        "a.docx",
        lambda: with_parts(plain_word(), x=b"0" * (30 << 20)),
        "不超过原大小 200 倍的文档，实际解压后为 31 MB",
    ),
    "谎报": ("a.docx", lying, "损坏或不完整的压缩包"),
    "碎片": (
        "a.docx",
        lambda: with_parts(plain_word(), unchanged, **{f"p{n}": b"" for n in range(10_001)}),
        "期望不超过 10000 个部件的 Office 文档，实际有 10",
    ),
    "怪压缩": ("a.docx", lzma, "期望 Office 文档常用的压缩方法，实际部件“word/document.xml”用的是别的方法"),
    "远格": ("a.xlsx", far_cells, "期望一个工作表不超过 2000 万个单元格，实际到第 10"),
    "远行": ("a.xlsx", far_row, "期望一份提案，实际有 0 份内容"),
    "多页": ("a.pdf", lambda: pdf([[]] * 2001), "期望不超过 2000 页的 PDF，实际有 2001 页。请拆成几个文件"),
    "太长": (
        "a.txt",
        lambda: ("长" * 300_001).encode(),
        "有 300001 个字符，超过一份提案的上限 300000。请只留提案的正文",
    ),
    "吃内存": ("a.docx", heavy_word, "期望 1200 MB 内存以内能读完的文件"),
    "可执行": ("a.docx", lambda: b"MZ" + bytes(5000), "实际内容不是"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused_with_a_sentence(client: TestClient, kind: str) -> None:
    name, make, sentence = HOSTILE[kind]
    answer = client.post("/api/v1/match", files={"file": (name, make())})
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:dafu:problem:upload-unreadable"
    assert sentence in answer.json()["detail"]
    page = client.post("/match", files={"file": ("好.docx", plain_word())})
    assert (page.status_code, "长者食堂" in page.text) == (200, True)


# What a file names is not fetched


class _Listener(BaseHTTPRequestHandler):
    asked: list[str] = []  # noqa: RUF012  # of the one server of these tests

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Listener)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def linked_word(address: str) -> bytes:
    """A docx that takes its template, a picture and a sub-document from elsewhere."""
    document = docx.Document()
    document.add_paragraph(ASK)
    for kind in ("image", "attachedTemplate", "subDocument", "aFChunk", "styles"):
        document.part.relate_to(
            f"{address}/{kind}", f"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}", True
        )
    return word(document)


def linked_html(address: str) -> bytes:
    return (
        f'<!DOCTYPE html [<!ENTITY x SYSTEM "{address}/entity">]><html><head><base href="{address}/">'
        f'<link rel="stylesheet" href="{address}/style.css"><script src="{address}/a.js"></script></head><body>'
        f'<p>{ASK}&x;</p><img src="{address}/a.png"><iframe src="{address}/frame"></iframe>'
        f'<object data="{address}/object"></object><xi:include href="{address}/include" parse="text"/></body></html>'
    ).encode()


@pytest.mark.parametrize("scheme", ["http", "file"])
def test_nothing_that_a_file_names_is_fetched(scheme: str, elsewhere: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET)
    address = elsewhere if scheme == "http" else f"{scheme}://{tmp_path}/secret#"
    parameter = f'<!ENTITY % p SYSTEM "{address}/p"> %p;'
    entity = f'<!DOCTYPE x SYSTEM "{address}/dtd" [<!ENTITY x SYSTEM "{address}/entity">{parameter}]>'
    # UTF-7 hides the declaration from our own check; the libraries' settings stand behind it.
    for name, data in {
        "链接.docx": linked_word(address),
        "链接.html": linked_html(address),
        "实体.docx": with_prolog(plain_word(), "word/document.xml", entity),
        "暗.docx": with_prolog(plain_word(), "word/document.xml", entity, encoding="utf-7"),
        "暗.xlsx": with_prolog(sheet(["ask"]), "xl/worksheets/sheet1.xml", entity, "ask", "utf-7"),
    }.items():
        try:
            found = text_of(data, name, name)
        except ReadError as error:
            found = str(error)
        assert SECRET not in found, name
    assert _Listener.asked == []


def test_entities_that_our_check_does_not_see_are_not_expanded() -> None:
    """In UTF-7: python-docx leaves the reference alone or libxml2 refuses it."""
    data = with_prolog(plain_word("前" + ASK), "word/document.xml", laughs(), encoding="utf-7")
    with suppress(ReadError):
        assert len(text_of(data, "a.docx", "a.docx")) < 100


def test_a_zip_inside_a_document_is_not_opened() -> None:
    bomb = BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", b"0" * (300 << 20))
    inside = with_parts(plain_word(), unchanged, **{"word/embeddings/a.zip": bomb.getvalue()})
    assert text_of(inside, "a.docx", "a.docx") == ASK


def test_a_list_s_number_is_no_longer_than_word_allows() -> None:
    """Printed before each of 500 paragraphs, a pattern of 100,000 characters would be 50 million."""
    document = docx.Document()
    for _ in range(500):
        document.add_paragraph(ASK, style="List Number")

    def change(name: str, xml: bytes) -> bytes:
        return re.sub(rb'<w:lvlText w:val="[^"]*"', b'<w:lvlText w:val="' + b"x" * 100_000 + b'"', xml)

    text = text_of(with_parts(word(document), change), "a.docx", "a.docx")
    assert text.startswith("x" * 255)
    assert len(text) < 500 * 300


# The process that reads


def test_nothing_of_an_upload_stays_on_the_disk(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    large = plain_word() + os.urandom(3 << 20)  # larger than what a form keeps in memory
    for name, data in (("好.docx", plain_word()), ("坏.docx", large)):
        client.post("/match", files={"file": (name, data)})
        assert list(tmp_path.iterdir()) == []


# Names


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\提案\\甲.doc", "甲.doc"),
        ("-c import os.exe", "-c import os.exe"),
        ("甲\u202eexe.xcod", "甲exe.xcod"),
        ("换\u2028行.zip", "换 行.zip"),
        ("长" * 300 + ".bin", "长" * 76 + ".bin"),
    ],
)
def test_a_name_is_repeated_harmlessly_and_leads_nowhere(client: TestClient, name: str, shown: str) -> None:
    answer = client.post("/api/v1/match", files={"file": (name, b"\x00\x01\x02" * 50)})
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith(f"{shown}：")
