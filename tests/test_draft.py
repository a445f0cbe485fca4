"""The draft of a reply: its words, its notes, and the Word file in the official format."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import docx
import pytest
from docx.enum.text import WD_COLOR_INDEX
from docx.shared import Mm, Pt

from corpus.errors import DafuError
from indexer.snapshot import open_index
from search_api.analyses.stated import figures
from search_api.desk.draft import DRAFT, Draft, OpenCommitment, drafted, to_docx
from search_api.desk.draft.template import Style
from search_api.desk.sheet import SheetTable, open_template
from tests.sheets import lines_of, passage, point, sheet
from tools import draft_template

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
NEWER = "松澜市民政局：《关于长者食堂的提案》答复，2025-03-01，第2段"
TABLE = SheetTable(head_rows=1, rows=(("年份", "家数"), ("2021", "46")))


@pytest.fixture
def draft(sample_index: Path) -> Draft:
    """Three asks: two passages of which one was replaced, a table that is not certain, and nothing."""
    made = sheet(
        point(
            passage(), passage(text="另一段。", superseded_by="x#1", newer=NEWER, address=None), text="建议送餐上门。"
        ),
        point(passage(table=TABLE), number=2, text="请公布家数。", is_uncertain=True),
        point(number=3, text="建海底隧道", precedent=False),
    )
    return drafted(open_index(sample_index), made)


def part(data: bytes, name: str) -> ElementTree.Element:
    with ZipFile(BytesIO(data)) as file:
        return ElementTree.fromstring(file.read(name))


def texts(data: bytes, name: str, tag: str) -> Iterator[str]:
    for found in part(data, name).iter(f"{W}{tag}"):
        yield "".join(text.text or "" for text in found.iter(f"{W}t")).strip()


def test_the_reply_in_its_order(draft: Draft) -> None:
    assert lines_of(to_docx(draft)) == [
        "〔　　〕文件",
        "〔　　〕〔2026〕〔　　〕号",
        "关于〔　　〕政协〔　　〕届〔　　〕次会议第20260031号提案的答复",
        "〔　　〕委员：",
        "您（们）提出的《关于独居老人的提案》（第20260031号）收悉。现答复如下：",
        "一、关于送餐上门",
        "46家中有28家能送。",
        "今年送出6.3万份。",
        "另一段。",
        "二、关于公布家数",
        "有关情况见下表：",
        "三、关于建海底隧道",
        "【此处待拟】【档案里没有找到先例，需要新拟。】",
        "感谢您（们）对〔　　〕工作的关心和支持。",
        "专此答复。",
        "〔　　〕",
        "〔　　〕年〔　　〕月〔　　〕日",
        "（联系人：〔　　〕，联系电话：〔　　〕）",
        "抄送：〔　　〕。",
    ]


@pytest.mark.parametrize(
    ("title", "number", "expected"),
    [
        ("关于食堂的提案", "31", "关于〔　　〕政协〔　　〕届〔　　〕次会议第31号提案的答复"),
        ("关于食堂的议案", "31", "关于〔　　〕人大〔　　〕届〔　　〕次会议第31号建议的答复"),
        ("关于食堂的建议", "31", "关于〔　　〕〔　　〕届〔　　〕次会议第31号〔提案、建议〕的答复"),
        (None, None, "关于〔　　〕〔　　〕届〔　　〕次会议第〔　　〕号〔提案、建议〕的答复"),
    ],
)
def test_the_title_names_what_is_known_and_leaves_the_rest_open(
    sample_index: Path, title: str | None, number: str | None, expected: str
) -> None:
    made = drafted(open_index(sample_index), sheet(point(passage()), title=title, number=number))
    assert lines_of(to_docx(made))[2] == expected


def test_every_passage_has_a_footnote_that_is_its_source(draft: Draft) -> None:
    data = to_docx(draft)
    body, notes = part(data, "word/document.xml"), part(data, "word/footnotes.xml")
    references = [found.get(f"{W}id") for found in body.iter(f"{W}footnoteReference")]
    defined = {found.get(f"{W}id"): found for found in notes.iter(f"{W}footnote") if found.get(f"{W}type") is None}
    assert references == ["1", "2", "3"] == list(defined)
    assert list(texts(data, "word/footnotes.xml", "footnote"))[2:] == [passage().citation] * 3
    # A link opens the source: its relationship stands beside the part of the footnotes.
    targets = {rel.get("Id"): rel.get("Target") for rel in part(data, "word/_rels/footnotes.xml.rels")}
    links = [found.get(f"{R}id") for found in notes.iter(f"{W}hyperlink")]
    assert len(links) == 2  # of three: one passage has no address
    assert {targets[each] for each in links} == {
        "http://10.1.2.3:8000/documents/%E6%9D%BE%E6%B0%91%E5%87%BD2021-42?passage=4"
    }


def test_the_footnotes_are_a_part_of_the_package(draft: Draft) -> None:
    data = to_docx(draft)
    with ZipFile(BytesIO(data)) as file:
        assert len(file.namelist()) == len(set(file.namelist()))
        kinds, rels = file.read("[Content_Types].xml").decode(), file.read("word/_rels/document.xml.rels").decode()
    assert 'PartName="/word/footnotes.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"' in kinds  # fmt: skip  # noqa: E501
    assert rels.count('Target="footnotes.xml"') == 1
    styles = {found.get(f"{W}styleId") for found in part(data, "word/styles.xml").iter(f"{W}style")}
    for name in ("word/document.xml", "word/footnotes.xml", "word/comments.xml"):
        used = {found.get(f"{W}val") for tag in ("pStyle", "rStyle") for found in part(data, name).iter(f"{W}{tag}")}
        assert used <= styles, name


def test_what_must_be_known_stands_in_comments(draft: Draft) -> None:
    comments = list(texts(to_docx(draft), "word/comments.xml", "comment"))
    assert comments == [
        f"已有新答复，请以新答复为准：{NEWER}",
        "没有把握：选入的段落未必答到这条诉求，请核对后再用。",
        "档案里没有找到先例，需要新拟。",
    ]


def test_open_commitments_of_its_passage_stand_in_a_comment(sample_index: Path) -> None:
    given = [
        OpenCommitment(doc_id="松民函2021-42", passage_id="松民函2021-42#4", quote="年底前再建十家", by="2021-12-31"),
        OpenCommitment(doc_id="另一份", passage_id="另一份#4", quote="不相干", by=None),
    ]
    made = drafted(open_index(sample_index), sheet(point(passage())), given)
    assert list(texts(to_docx(made), "word/comments.xml", "comment")) == [
        "这里有尚未见到兑现的承诺：“年底前再建十家”，期限 2021-12-31。"
    ]


def test_what_is_open_is_highlighted_and_a_quotation_is_not(sample_index: Path) -> None:
    made = drafted(
        open_index(sample_index), sheet(point(passage(text="见〔　　〕【附件】。")), point(number=2, precedent=False))
    )
    marked = [
        run.text
        for paragraph in docx.Document(BytesIO(to_docx(made))).paragraphs
        for run in paragraph.runs
        if run.font.highlight_color == WD_COLOR_INDEX.YELLOW
    ]
    assert "【此处待拟】" in marked
    assert "〔　　〕" in marked
    assert "【附件】" not in marked


def test_a_table_stays_a_table(draft: Draft) -> None:
    (table,) = docx.Document(BytesIO(to_docx(draft))).tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["年份", "家数"], ["2021", "46"]]


def test_the_page_is_that_of_the_standard(draft: Draft) -> None:
    """GB/T 9704-2012: A4, 37 mm above and 28 mm left of a text of 156 mm by 225 mm, 三号 on lines of 28 pt."""
    document = docx.Document(BytesIO(to_docx(draft)))
    (section,) = document.sections
    page = [section.page_width, section.page_height, section.top_margin, section.left_margin]
    assert [round((side or 0) / Mm(1)) for side in page] == [210, 297, 37, 28]
    wide = (section.page_width or 0) - (section.left_margin or 0) - (section.right_margin or 0)
    high = (section.page_height or 0) - (section.top_margin or 0) - (section.bottom_margin or 0)
    assert [round(wide / Mm(1)), round(high / Mm(1))] == [156, 225]
    styles = document.styles
    assert styles[Style.TITLE].font.size == Pt(22)
    assert (styles[Style.BODY].font.size, styles[Style.BODY].paragraph_format.line_spacing) == (Pt(16), Pt(28))
    assert styles[Style.BODY].paragraph_format.first_line_indent == Pt(32)
    assert 'w:eastAsia="方正小标宋简体"' in styles[Style.TITLE].element.xml
    assert 'w:eastAsia="黑体"' in styles[Style.POINT].element.xml
    assert 'w:instr=" PAGE "' in section.footer._element.xml


def test_a_template_made_of_an_exported_draft_keeps_none_of_its_words(draft: Draft, tmp_path: Path) -> None:
    own = tmp_path / "模板.docx"
    own.write_bytes(to_docx(draft))
    made = to_docx(draft.model_copy(update={"points": ()}), own)
    with ZipFile(BytesIO(made)) as file:
        everything = " ".join(file.read(name).decode() for name in file.namelist())
    assert "松澜市民政局" not in everything
    assert "没有把握" not in everything
    assert lines_of(to_docx(draft, own)) == lines_of(to_docx(draft))


def test_a_template_of_the_sheet_is_refused(tmp_path: Path) -> None:
    open_template().save(str(tmp_path / "模板.docx"))
    with pytest.raises(DafuError, match="缺少段落样式 发文机关标志"):
        open_template(tmp_path / "模板.docx", DRAFT)


def test_the_packaged_template_is_what_its_tool_makes(tmp_path: Path) -> None:
    packaged = DRAFT.packaged.read_bytes()
    made = tmp_path / "template.docx"
    draft_template.main(made)
    for name in ("word/styles.xml", "word/document.xml", "word/fontTable.xml"):
        assert ElementTree.tostring(part(made.read_bytes(), name)) == ElementTree.tostring(part(packaged, name))


def test_a_figure_that_was_overtaken_stands_in_a_comment_with_the_newer_one(sample_index: Path) -> None:
    """46 canteens in May 2021; 118 in May 2025, in a later reply."""
    snapshot = open_index(sample_index)
    old, series = next(
        (each, series)
        for series in figures(snapshot, "长者食堂")
        for each in series.series
        if series.place == "松澜市" and (each.value, each.period) == (46, "2021-05")
    )
    chosen = passage(doc_id=old.doc_id, passage_id=old.passage_id)
    (material,) = drafted(snapshot, sheet(point(chosen))).materials
    newest = series.series[-1]
    assert (newest.value, newest.period) == (118, "2025-05")
    told = f"数据有更新：松澜市{series.indicator}，2021-05为46家（“{old.quote}”），2025-05为118家（“"
    assert [remark for remark in material.remarks if remark.startswith(told) and str(newest.passage_id) in remark]
