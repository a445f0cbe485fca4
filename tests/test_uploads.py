"""Uploaded files that would take the server's memory, its time or its secrets: refused with a sentence, at no cost."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import TypeVar

import docx
import openpyxl
import pytest
from starlette.testclient import TestClient

from corpus.documents import text_of
from corpus.errors import ReadError
from search_api.searcher import Searcher
from search_api.web.app import create_app
from search_api.web.uploads import sandbox
from tests.readers.files import pdf, word

SECRET = "root:x:0:0"
ASK = "建议增设长者食堂。"
T = TypeVar("T")


@pytest.fixture(scope="module")
def client(sample_index: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Searcher(sample_index))) as client:
        yield client


def plain_word(text: str = ASK) -> bytes:
    document = docx.Document()
    document.add_paragraph(text)
    return word(document)


def unchanged(_: str, part: bytes) -> bytes:
    return part


def with_parts(data: bytes, change: Callable[[str, bytes], bytes] = unchanged, **added: bytes) -> bytes:
    """An office file with its parts changed, of their name and content, and others added."""
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, part in added.items():
            new.writestr(name, part)
    return buffer.getvalue()


def with_prolog(
    data: bytes, part: str, prolog: str, old: str = ASK, encoding: str = "utf-8", new: str = "&x;"
) -> bytes:
    """An office file, a document type before one of its parts, and the entity x in the place of a text."""

    def change(name: str, xml: bytes) -> bytes:
        if name != part:
            return xml
        body = xml.decode("utf-8").partition("?>")[2] if xml.startswith(b"<?xml") else xml.decode("utf-8")
        assert old in body
        return f'<?xml version="1.0" encoding="{encoding}"?>{prolog}{body.replace(old, new)}'.encode(encoding)

    return with_parts(data, change)


def sheet(*rows: list[str]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def laughs() -> str:
    """Billion laughs: three gigabytes in a kilobyte."""
    entities = ['<!ENTITY a0 "lol">'] + [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)]
    return f'<!DOCTYPE x [{"".join(entities)}<!ENTITY x "&a9;">]>'


def lying() -> bytes:
    """A docx whose directory says that its text unpacks to 100 bytes; it would to 30 MB."""
    text = zipfile.ZipInfo("word/document.xml")
    text.compress_type = zipfile.ZIP_DEFLATED
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(text, b"<a>" + b"0" * (30 << 20))
    data = bytearray(buffer.getvalue())
    for signature, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(signature) + place
        data[at : at + 4] = (100).to_bytes(4, "little")
    return bytes(data)


def lzma() -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("word/document.xml", b"<a/>")
    return buffer.getvalue()


def far_cells() -> bytes:
    """A sheet of 2,000 rows that each begin in the last column there is."""
    rows = "".join(f'<row r="{n}"><c r="ZZZ{n}" t="inlineStr"><is><t>x</t></is></c></row>' for n in range(1, 2001))

    def change(name: str, xml: bytes) -> bytes:
        return xml.replace(b"</sheetData>", f"{rows}</sheetData>".encode()) if "sheet1" in name else xml

    return with_parts(sheet(), lambda name, xml: change(name, xml.replace(b"<sheetData/>", b"<sheetData></sheetData>")))


def far_row() -> bytes:
    """A sheet whose second row claims to be number two billion."""

    def change(name: str, xml: bytes) -> bytes:
        return xml.replace(b'r="2"', b'r="2000000000"') if "sheet1" in name else xml

    return with_parts(sheet(["编号", "答复"], ["1", ASK]), change)


def heavy_word() -> bytes:
    """A docx of half a megabyte of which lxml would make more than a gigabyte; a picture makes the ratio look right."""

    def change(name: str, xml: bytes) -> bytes:
        return xml.replace(b"<w:sectPr", b"<w:p/>" * 10_000_000 + b"<w:sectPr", 1) if "document" in name else xml

    return with_parts(plain_word(), change, **{"word/media/a.png": os.urandom(400_000)})


def slow_pdf() -> bytes:
    """1,800 pages of Chinese: minutes of work."""
    line = "".join(map(chr, range(0x4E00, 0x4E28)))
    return pdf([[line] * 35] * 1800)


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
    "吃内存": ("a.docx", heavy_word, "期望 768 MB 内存以内能读完的文件"),
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


def children() -> set[int]:
    """The processes that this one has started and that still run, whichever thread started them."""
    found: set[int] = set()
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):
            found.update(map(int, (task / "children").read_text().split()))
    return found


def test_a_file_that_takes_too_long_is_given_up_and_its_process_is_gone() -> None:
    before = children()
    with pytest.raises(
        sandbox.UnreadableUploadError, match=r"慢\.pdf：期望 2 秒内能读完的文件，实际没有读完。请另存为"
    ):
        sandbox.text_in(slow_pdf(), "慢.pdf", seconds=2)
    assert children() <= before


def test_few_files_are_read_at_once(tmp_path: Path) -> None:
    before, most, data = children(), 0, plain_word(ASK * 2000)
    threads = [threading.Thread(target=sandbox.text_in, args=(data, "a.docx")) for _ in range(5)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        most = max(most, len(children() - before))
        time.sleep(0.01)
    assert most == 2


def test_a_file_that_a_page_sends_twice_is_read_once() -> None:
    """The second time it may take no time at all."""
    data = plain_word("请在河边建步道。")
    assert sandbox.text_in(data, "a.docx") == sandbox.text_in(data, "a.docx", seconds=0)
    with pytest.raises(sandbox.UnreadableUploadError):
        sandbox.text_in(data, "b.docx", seconds=0)


def test_nothing_of_an_upload_stays_on_the_disk(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    large = plain_word() + os.urandom(3 << 20)  # larger than what a form keeps in memory
    for name, data in (("好.docx", plain_word()), ("坏.docx", large)):
        client.post("/match", files={"file": (name, data)})
        assert list(tmp_path.iterdir()) == []


PARENT = """
import sys
from search_api.web.uploads import sandbox
sandbox.text_in(open(sys.argv[1], "rb").read(), "a.pdf")
"""


def test_the_process_dies_with_the_server(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(slow_pdf())
    server = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path / "a.pdf")])
    listed = Path(f"/proc/{server.pid}/task/{server.pid}/children")
    reading = _awaited(lambda: [pid for pid in listed.read_text().split() if _stopped_by_parent(pid)])
    server.kill()
    server.wait()
    _awaited(lambda: not Path(f"/proc/{reading[0]}/cmdline").exists())


def _stopped_by_parent(pid: str) -> bool:
    """Whether it has come as far as its limits: those are set first."""
    limits = Path(f"/proc/{pid}/limits").read_text()
    return str(sandbox.MEMORY) in limits


def _awaited(condition: Callable[[], T]) -> T:
    for _ in range(1000):
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError("nothing came of it in 20 seconds")


LIMITED = """
import json, os, resource, sys
from search_api.web.uploads.sandboxed import limit
limit(512 << 20, 5, 1 << 20, os.getppid())
said = {}
try:
    bytearray(600 << 20)
except MemoryError:
    said["memory"] = True
try:
    with open(sys.argv[1], "wb", 0) as file:
        while True:
            file.write(bytes(1 << 16))
except OSError:
    said["output"] = os.path.getsize(sys.argv[1])
said["core"] = resource.getrlimit(resource.RLIMIT_CORE)
said["cpu"] = resource.getrlimit(resource.RLIMIT_CPU)
said["processes"] = resource.getrlimit(resource.RLIMIT_NPROC)
print(json.dumps(said), flush=True)
while True:
    pass
"""


def test_the_limits_are_the_kernels(tmp_path: Path) -> None:
    ran = subprocess.run([sys.executable, "-c", LIMITED, str(tmp_path / "x")], capture_output=True, check=False)
    assert json.loads(ran.stdout) == {
        "memory": True, "output": 1 << 20, "core": [0, 0], "cpu": [5, 5], "processes": [0, 0],
    }  # fmt: skip
    assert -ran.returncode in (signal.SIGALRM, signal.SIGKILL, signal.SIGXCPU)


def test_the_process_starts_without_the_servers_libraries() -> None:
    heavy = {"torch", "numpy", "fastapi", "starlette", "jinja2", "tantivy", "faiss", "docx", "openpyxl", "pypdfium2"}
    program = "import sys, json, search_api.web.sandboxed; print(json.dumps(list(sys.modules)))"
    ran = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, check=True)
    assert not heavy & set(json.loads(ran.stdout))


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
