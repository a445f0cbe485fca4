"""The sheet as a Word file: what it says, how its pages look, and the printed sheet."""

import os
import shutil
import subprocess
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import docx
import pypdfium2  # type: ignore[import-untyped]  # ships no types
import pytest
from docx.shared import Mm

from corpus.documents import read_documents
from corpus.errors import ReadError
from corpus.passages import split
from corpus.privacy import mask
from corpus.readers import read
from corpus.types import Document, RawDocument
from search_api.desk.sheet import Sheet, SheetPassage, citation, to_docx, to_markdown
from search_api.desk.sheet.wording import heading_of, paragraphs
from tests.letters import SAMPLE
from tests.sheets import TODAY, lines_of, passage, point, sheet

SOFFICE = shutil.which("soffice")


def letters_of(relative: str) -> list[Document]:
    found = [d for d in read_documents(SAMPLE / relative, relative) if not isinstance(d, ReadError)]
    assert found
    return found


@pytest.fixture(scope="module")
def realistic() -> Sheet:
    """Seven asks with none to three real passages each, under a title of four lines."""
    chosen = []
    for folder in ("市民政局", "市教育局"):
        for file in sorted((SAMPLE / folder).iterdir()):
            for letter in letters_of(f"{folder}/{file.name}"):
                chosen += [_chosen(letter, number) for number in (1, 2)]
    asks = (
        "建议把热饭热菜端到老人家门口",
        "请公布每年的学位缺口。" * 6,
        "课后服务不收费",
        "招牌",
        "加床位",
        "设专项",
        "立法",
    )
    points = tuple(
        point(*chosen[n * 3 : n * 3 + n % 4], number=n + 1, text=ask, context="缘由。" * 40 * (n % 2), precedent=n != 4)
        for n, ask in enumerate(asks)
    )
    return sheet(*points, title="关于健全“老有所养、幼有所育、学有所教”公共服务机制，补齐配套设施短板的提案" * 2)


def _chosen(letter: Document, number: int) -> SheetPassage:
    found = split(letter)[number - 1]
    known = {name: getattr(letter, name) for name in ("title", "agency", "doc_number", "replied_on")}
    source = citation(**known, passage_number=number)
    section = letter.sections[found.section].heading
    return passage(**known, doc_id=letter.doc_id, text=mask(found.text), section=section, citation=source)


def test_word_says_everything_in_order() -> None:
    made = sheet(point(passage(), passage(address="/documents/1")), point(number=2, context="", precedent=None))
    shown = [
        "46家中有28家能送。",
        "今年送出6.3万份。",
        passage().citation,
        "高度相关 · 2021年7月2日（4年8个月前） · 编号1087 · 三、送餐上门",
    ]
    assert lines_of(to_docx(made)) == [
        "关于独居老人的提案",
        "（答复参考）",
        "编号：20260031　　制表日期：2026年3月9日",
        "诉求2条，选取段落2个",
        *("诉求一：送餐上门。", "老人下不了楼。", *shown, *shown, "拟答复："),
        *("诉求二：送餐上门。", "（未选取段落）", "拟答复："),
    ]


def test_a_basket_without_a_proposal() -> None:
    made = sheet(point(passage(text="段"), number=None, text="", context=""), title=None, number=None)
    written = lines_of(to_docx(made))
    assert written[:5] == ["答复参考", "制表日期：2026年3月9日", "选取段落1个", "选取的段落", "段"]
    assert to_markdown(made).startswith("# 答复参考\n\n- 制表日期：2026年3月9日\n")


def test_our_own_reader_reads_the_word_sheet(realistic: Sheet, tmp_path: Path) -> None:
    (tmp_path / "单.docx").write_bytes(to_docx(realistic))
    (found,) = read(tmp_path / "单.docx", "单.docx")
    assert isinstance(found, RawDocument)
    said = [block.text for block in found.blocks]
    assert said == lines_of(to_docx(realistic))
    assert [b.text for b in found.blocks if b.level] == [realistic.title, *map(heading_of, realistic.points)]
    told = [line for p in realistic.points for q in p.passages for line in (*paragraphs(q.text), q.citation)]
    assert [line for line in said if line in set(told)] == told


def test_the_word_sheet_is_an_official_page(realistic: Sheet) -> None:
    document = docx.Document(BytesIO(to_docx(realistic)))
    section = document.sections[0]
    sizes = (section.page_width, section.page_height, section.top_margin, section.left_margin)
    assert [round(size / Mm(1)) for size in sizes if size] == [210, 297, 37, 28]
    assert 'w:instr=" PAGE "' in section.footer._element.xml
    properties = document.core_properties
    assert (properties.title, properties.author, properties.language) == (realistic.title, "答复", "zh-CN")
    assert properties.created
    assert properties.created.date() == TODAY


def test_what_belongs_together_stays_on_a_page() -> None:
    made = sheet(point(passage(text="先"), passage(text="后一\n后二", citation="出处")))
    document = docx.Document(BytesIO(to_docx(made)))
    kept = {}
    for p in document.paragraphs:
        assert p.style
        own = p.paragraph_format.keep_with_next
        kept[p.text[:4]] = p.style.paragraph_format.keep_with_next if own is None else own
    assert [t for t, keeps in kept.items() if keeps] == ["诉求一：", "老人下不", "松澜市民", "后二", "出处", "拟答复："]


def test_the_word_sheet_names_no_library_and_no_theme() -> None:
    """python-docx's template has its own name, a thumbnail, and theme fonts that win over w:eastAsia."""
    with ZipFile(BytesIO(to_docx(sheet(point(passage()))))) as file:
        parts = {name: file.read(name).decode() for name in file.namelist()}
    assert not [name for name in parts if "theme" in name or "thumbnail" in name or "app.xml" in name]
    assert not [name for name, xml in parts.items() if "python-docx" in xml or "Theme=" in xml]
    assert 'w:eastAsia="仿宋"' in parts["word/styles.xml"]
    assert 'w:name="仿宋"><w:altName w:val="FangSong,仿宋_GB2312' in parts["word/fontTable.xml"]
    assert parts["word/document.xml"].count("<w:t") == parts["word/document.xml"].count('w:hint="eastAsia"')


def test_a_title_longer_than_a_property_may_be_is_cut_there_alone() -> None:
    made = to_docx(sheet(title="长" * 256))
    assert docx.Document(BytesIO(made)).core_properties.title == "长" * 255
    assert lines_of(made)[0] == "长" * 256


@pytest.mark.skipif(SOFFICE is None, reason="no LibreOffice (soffice) here: the printed sheet is not looked at")
def test_the_printed_sheet(realistic: Sheet, tmp_path: Path) -> None:
    """A4 with a number on every page, nothing outside the margins, no ask left alone at the foot of a page."""
    hostile = point(passage(text="A" * 900), passage(text="<w:p>" + "https://a.cn/" * 90), number=8)
    made = realistic.model_copy(update={"points": (*realistic.points, hostile)})
    pages = _printed(to_docx(made), tmp_path)
    assert len(pages) > 5
    told = ["".join(chosen.text.split()) for asked in made.points for chosen in asked.passages]
    assert [text for text in told if text not in "".join(pages)] == []
    alone = tuple("".join(line.split()) for p in made.points for line in (heading_of(p), p.context) if line)
    assert not [page for page in pages if page.endswith(alone)]


def _printed(data: bytes, folder: Path) -> list[str]:
    """The pages' texts without white space and page numbers."""
    (folder / "单.docx").write_bytes(data)
    command = [str(SOFFICE), f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
    command += ["--convert-to", "pdf", "--outdir", str(folder), str(folder / "单.docx")]
    subprocess.run(command, check=True, capture_output=True, timeout=180, env={**os.environ, "HOME": str(folder)})
    pages = []
    with pypdfium2.PdfDocument(folder / "单.pdf") as document:
        for number, page in enumerate(document, 1):
            found = page.get_textpage()
            text = "".join(found.get_text_range().split())
            assert page.get_size() == pytest.approx((595, 842), abs=1)
            assert text.endswith(f"—{number}—")
            pages.append(text.removesuffix(f"—{number}—"))
            boxes = [found.get_charbox(n) for n in range(found.count_chars())]
            # Points; a comma may hang over the right margin by its own width.
            assert min(left for left, _, right, _ in boxes if right > left) > 79
            assert max(right for left, _, right, _ in boxes if right > left) < 522 + 16
    return pages
