"""OFD: text of several producers, pages and templates in order, what is left out, and what a damaged one says."""

from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.documents import read_documents
from corpus.errors import ReadError
from corpus.readers.scans import recognising
from corpus.types import Document
from tests.letters import letter
from tests.readers.ofds import NAMESPACE, Text, by_glyph, letter_ofd, package, page, scaled, whole, zipped
from tests.readers.reading import documents, every, faults, only, save, texts

LINES = [
    "青禾区水务局关于第147号提案的答复",
    "您提出的《关于整治内涝的提案》收悉，",
    "现答复如下：今年再改造五处，",
    "雨季前完工。",
]


def lines(y: float = 60) -> list[Text]:
    return [Text(30, y + 10 * number, line) for number, line in enumerate(LINES)]


@pytest.mark.parametrize("written", [whole, by_glyph, scaled])
def test_a_line_reads_the_same_however_a_producer_writes_it(tmp_path: Path, written: Callable[[Text], str]) -> None:
    content = package([page("".join(map(written, reversed(lines()))))])
    found = only(tmp_path, "a.ofd", content)
    assert texts(found) == LINES
    assert found.source.media_type == "application/ofd"


@pytest.mark.parametrize(
    ("delta", "expected"),
    [
        ("g 3 5", "一二三四五"),
        ("5 5 5 5", "一二三四五"),
        ("g 2 5 g 2 5", "一二三四五"),
        ("g 1 5 20 g 2 5", "一二 三四五"),
        ("", "一二三四五"),
    ],
)
def test_distances_between_characters(tmp_path: Path, delta: str, expected: str) -> None:
    content = package([page(whole(Text(30, 60, "一二三四五", delta_x=delta)))])
    assert texts(only(tmp_path, "a.ofd", content)) == [expected]


def test_letters_and_figures_without_distances_stand_close(tmp_path: Path) -> None:
    content = package([page(whole(Text(30, 60, "投资1200万元，5G基站12个", delta_x="")))])
    assert texts(only(tmp_path, "a.ofd", content)) == ["投资1200万元，5G基站12个"]


@pytest.mark.parametrize(
    "layout",
    [
        {"folder": "文档_0"},
        {"prefix": "/Doc_0/"},
        {"prefix": "Doc_0/"},
        {"prefix": "./"},
        {"page_path": "页面\\第{}页\\Content.xml"},
        {"page_path": "PAGES/page_{}/content.XML"},
    ],
    ids=str,
)
def test_parts_are_found_by_the_paths_that_producers_write(tmp_path: Path, layout: dict[str, str]) -> None:
    pages = [page("".join(map(whole, lines()))), page(whole(Text(30, 60, "第二页的文字")))]
    assert texts(only(tmp_path, "a.ofd", package(pages, **layout))) == [*LINES, "第二页的文字"]  # type: ignore[arg-type]


def test_a_name_that_the_zip_stores_in_gbk_is_found(tmp_path: Path) -> None:
    root = f"<ofd:OFD {NAMESPACE}><ofd:DocBody><ofd:DocRoot>文档/文.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
    document = f'<ofd:Document {NAMESPACE}><ofd:Pages><ofd:Page ID="1" BaseLoc="P.xml"/></ofd:Pages></ofd:Document>'
    parts = {"OFD.xml": root, "WdWd/Wd.xml": document, "WdWd/P.xml": page(whole(Text(30, 60, "您好来信收悉")))}
    content = zipped({name: part.encode() for name, part in parts.items()})
    stored = content.replace(b"WdWd/", "文档/".encode("gb18030")).replace(b"/Wd.xml", "/文.xml".encode("gb18030"))
    assert texts(only(tmp_path, "a.ofd", stored)) == ["您好来信收悉"]


def test_a_template_belongs_to_the_pages_that_use_it(tmp_path: Path) -> None:
    heads = {"5": page(whole(Text(30, 30, "青禾区水务局文件"))), "6": page(whole(Text(30, 30, "从来不用的模板")))}
    pages = [page("".join(map(whole, lines())), template="5"), page(whole(Text(30, 60, "第二页的文字")))]
    assert texts(only(tmp_path, "a.ofd", package(pages, templates=heads))) == [
        "青禾区水务局文件",
        *LINES,
        "第二页的文字",
    ]


@pytest.mark.parametrize(
    "shown",
    [
        Text(40, 150, "内部资料", 20, attributes='CTM="0.87 -0.5 0.5 0.87 0 0"'),
        Text(40, 150, "内部资料", 20, inside='<ofd:FillColor Value="225 225 225"/>'),
        Text(40, 150, "内部资料", 20, attributes='Alpha="40"'),
        Text(40, 60, "看不见的字", attributes='Visible="false"'),
    ],
    ids=["across", "pale", "transparent", "hidden"],
)
def test_watermarks_and_what_is_not_shown_are_no_text(tmp_path: Path, shown: Text) -> None:
    content = package([page("".join(map(whole, [shown, *lines()])))])
    assert texts(only(tmp_path, "a.ofd", content)) == LINES


def test_text_in_blocks_is_read_and_seals_and_attachments_are_not(tmp_path: Path) -> None:
    inner = f"<ofd:PageBlock><ofd:PageBlock>{''.join(map(whole, lines()))}</ofd:PageBlock></ofd:PageBlock>"
    seal = page(whole(Text(100, 100, "公章里的字"))).encode()
    content = package([page(inner)], extra={"Doc_0/Annots/a.xml": seal, "Doc_0/Signs/S/Seal.esl": b"x"})
    assert texts(only(tmp_path, "a.ofd", content)) == LINES


def test_a_letter_is_read_as_from_its_text(tmp_path: Path) -> None:
    text = letter()
    save(tmp_path, "a.ofd", letter_ofd(text))
    save(tmp_path, "a.txt", text)
    (found,), (plain,) = (list(read_documents(tmp_path / name, name)) for name in ("a.ofd", "a.txt"))
    assert isinstance(found, Document)
    assert isinstance(plain, Document)
    same = {"source", "doc_id"}
    assert found.model_dump(exclude=same) == plain.model_dump(exclude=same)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (zipped({"OFD.xml": b"<OFD/>", "Doc_0/Document.xml": b"<D/>"}), r"OFD.xml 没有指明文档（DocRoot），文件已损坏"),
        (package([page("")]).replace(b"OFD.xml", b"OFE.xml"), "实际是别的压缩包"),
        (package([page("")], extra={"Doc_0/Document.xml": b"\0\1"}), "部件“Doc_0/Document.xml”不是 XML"),
        (package([]), "实际没有任何页面，文件已损坏"),
        (package([page("")]), "实际 1 页都没有文字也没有图片"),
        (package([page("<ofd:PathObject/>")]), r"实际 1 页都没有可读的文字，.*没有做文字识别（--ocr off）"),
        (package([page(whole(Text(30, 60, "\ue5e5\ue5e6\ue5e7")))]), "是扫描件或只有字形：没有做文字识别"),
        (package([page("")])[:-300], "损坏或不完整的压缩包"),
        (package(["<!DOCTYPE x [<!ENTITY a 'b'>]>" + page("")]), "期望不含 DOCTYPE"),
        (package([page("")], page_path="P.xml", extra={"Doc_0/P.xml": b""}), "不是 XML，文件已损坏"),
    ],
    ids=["shell", "other", "no xml", "no page", "blank", "drawn", "private", "cut", "doctype", "empty part"],
)
def test_an_ofd_that_has_no_text_to_give_says_why(tmp_path: Path, content: bytes, message: str) -> None:
    with recognising(is_on=False), pytest.raises(ReadError, match=f"^a.ofd：.*{message}"):
        every(tmp_path, "a.ofd", content)


def test_a_page_that_is_a_picture_is_named(tmp_path: Path) -> None:
    content = package(
        [page("".join(map(whole, lines()))), page('<ofd:ImageObject ResourceID="7" Boundary="0 0 210 297"/>')]
    )
    with recognising(is_on=False):
        (fault,) = faults(every(tmp_path, "a.ofd", content))
    assert fault.startswith("a.ofd：第 2 页：期望文字，实际是没有可读文字的图片，没有读入：没有做文字识别（--ocr off）")


def test_a_page_whose_part_is_gone_costs_only_itself(tmp_path: Path) -> None:
    content = package([page("".join(map(whole, lines()))), page("")], extra={"Doc_0/Pages/Page_1/Content.xml": b"<"})
    found = every(tmp_path, "a.ofd", content)
    assert texts(documents(found)[0]) == LINES
    (fault,) = faults(found)
    assert fault.startswith("a.ofd：第 2 页：期望完好的 OFD 文件，实际部件“Doc_0/Pages/Page_1/Content.xml”不是 XML")
