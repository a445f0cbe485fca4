"""Tables inside documents: cells keep their places, heads are known, and what only lays out a page is no table."""

from pathlib import Path

import docx
import pytest
from docx.oxml import OxmlElement

from corpus.readers import markdown
from corpus.readers.html import fragment
from corpus.types import Block
from tests.readers.files import excel, word
from tests.readers.reading import only, texts

ROWS = ["街道\t2022年\t2023年\t2024年", "北门街道\t4\t\t6", "东仓街道\t2\t3\t", "东仓街道\t1\t\t5"]


def of_html(*rows: str) -> list[Block]:
    """The blocks of a table, of which each row is cells between strokes."""
    cells = ("".join(f"<td>{cell}</td>" for cell in row.split("|")) for row in rows)
    return fragment("<table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>")


def rows_of(blocks: list[Block]) -> list[str]:
    return [block.text for block in blocks if block.row]


def test_cells_keep_their_places_in_word(tmp_path: Path) -> None:
    built = docx.Document()
    table = built.add_table(4, 4)
    for at, row in enumerate(ROWS):
        for place, text in enumerate(row.split("\t")):
            table.cell(at, place).text = text
    table.cell(3, 0).text = ""
    table.cell(2, 0).merge(table.cell(3, 0))
    found = only(tmp_path, "a.docx", word(built))
    assert texts(found) == ROWS
    assert [(block.row, block.heads) for block in found.blocks] == [(1, 1), (2, 1), (3, 1), (4, 1)]


def test_rows_that_word_repeats_on_each_page_are_the_head(tmp_path: Path) -> None:
    built = docx.Document()
    table = built.add_table(3, 2)
    for at, row in enumerate(("2023|2024", "计划|完成", "3|4")):
        for place, text in enumerate(row.split("|")):
            table.cell(at, place).text = text
    for row in table.rows[:2]:
        row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    assert [block.heads for block in only(tmp_path, "a.docx", word(built)).blocks] == [2, 2, 2]


def test_a_table_in_a_table_of_word_is_the_table(tmp_path: Path) -> None:
    built = docx.Document()
    frame = built.add_table(1, 2)
    frame.cell(0, 0).text = "情况如下"
    inner = frame.cell(0, 1).add_table(2, 2)
    for at, row in enumerate(("街道|数量", "北门|3")):
        for place, text in enumerate(row.split("|")):
            inner.cell(at, place).text = text
    assert texts(only(tmp_path, "a.docx", word(built))) == ["情况如下", "街道\t数量", "北门\t3"]


def test_cells_keep_their_places_on_a_page() -> None:
    blocks = fragment(
        "<table><tr><th>街道</th><th>2022年</th><th>2023年</th><th>2024年</th></tr>"
        "<tr><td>北门街道</td><td>4</td><td></td><td>6</td></tr>"
        "<tr><td rowspan=2>东仓街道</td><td>2</td><td>3</td><td>&nbsp;</td></tr>"
        "<tr><td>1</td><td></td><td>5</td></tr></table>"
    )
    assert [block.text for block in blocks] == ROWS


def test_cells_keep_their_places_in_markdown_and_in_pasted_text(tmp_path: Path) -> None:
    lines = [f"| {row.replace(chr(9), ' | ')} |" for row in ROWS]
    marked = markdown.document("\n".join([lines[0], "|---|---|---|---|", *lines[1:]]), "a.md")
    assert rows_of(list(marked.blocks)) == ROWS
    for name, text in (("a.txt", "\n".join(ROWS)), ("b.txt", "\n".join(lines))):
        assert rows_of(list(only(tmp_path, name, f"各街道情况如下。\n{text}\n其余街道没有。").blocks)) == ROWS


def test_cells_keep_their_places_in_the_cell_of_a_sheet(tmp_path: Path) -> None:
    reply = "各街道情况如下。\n" + "\n".join(ROWS)
    found = only(tmp_path, "a.xlsx", excel([["编号", "答复内容"], ["1", reply]]))
    assert rows_of(list(found.blocks)) == ROWS


@pytest.mark.parametrize("cell", ["td", "th"])
def test_a_head_of_two_rows_with_merged_cells(cell: str) -> None:
    blocks = fragment(
        f"<table><tr><{cell} rowspan=2>街道<{cell} colspan=2>2023年<{cell} colspan=2>2024年</tr>"
        f"<tr><{cell}>计划<{cell}>完成<{cell}>计划<{cell}>完成</tr>"
        "<tr><td>北门<td>3<td>2<td><td>4</tr></table>"
    )
    assert rows_of(blocks) == [
        "街道\t2023年\t2023年\t2024年\t2024年",
        "街道\t计划\t完成\t计划\t完成",
        "北门\t3\t2\t\t4",
    ]
    assert {block.heads for block in blocks} == {2}


@pytest.mark.parametrize(
    ("rows", "heads"),
    [
        (["街道|2022年|2023年", "北门|4|5"], 1),
        (["年度|完成项目（个）", "2020|2"], 1),
        (["代表要求|办理结果", "接通断点|采纳"], 1),
        (["|计划|完成", "北门|4|5"], 1),
        (["北门街道|4|5", "东仓街道|6|7"], 0),
        (["2019|388|90万元", "2020|812|120万元"], 0),
        (["每餐补贴三元，由食堂直接抵扣。|已办", "新建食堂|在办"], 0),
    ],
)
def test_the_first_row_names_the_columns_if_it_has_names_alone(rows: list[str], heads: int) -> None:
    blocks = of_html(*rows)
    assert [(block.row, block.heads) for block in blocks] == [(1, heads), (2, heads)]


def test_captions_and_notes_are_paragraphs_and_the_names_of_groups_are_rows() -> None:
    blocks = fragment(
        "<table><tr><td colspan=3>表1 各街道情况</td></tr><tr><td>街道</td><td>数量</td><td>投资</td></tr>"
        "<tr><td colspan=3>城区</td></tr><tr><td>北门</td><td>3</td><td></td></tr>"
        "<tr><td>南坪</td><td></td><td></td></tr><tr><td colspan=3>注：不含在建项目。</td></tr></table>"
    )
    assert [(block.text, block.row) for block in blocks] == [
        ("表1 各街道情况", 0),
        ("街道\t数量\t投资", 1),
        ("城区\t\t", 2),
        ("北门\t3\t", 3),
        ("南坪\t\t", 4),
        ("注：不含在建项目。", 0),
    ]


def test_a_line_break_in_a_cell_becomes_a_space() -> None:
    assert rows_of(of_html("项目|情况", "食堂|已建<br>两处", "车位|<p>甲。</p><p>乙。</p>")) == [
        "项目\t情况",
        "食堂\t已建 两处",
        "车位\t甲。 乙。",
    ]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["提案编号|0152|类别|A", "承办单位|民政局"], ["提案编号\t0152\t类别\tA", "承办单位\t民政局"]),
        (["诉求来源：|门户网站", "诉求类型：|咨询"], ["诉求来源：\t门户网站", "诉求类型：\t咨询"]),
        (["|青禾区民政局", "|2024年6月20日"], ["青禾区民政局", "2024年6月20日"]),
        (["|<p>您好。来信收悉。</p><p>现答复如下。</p>", "|2024年"], ["您好。来信收悉。", "现答复如下。", "2024年"]),
        (["首页|政务公开|互动"], ["首页\t政务公开\t互动"]),
        (["情况|<p>甲。</p><p>乙。</p>", "打算|丙"], ["情况", "甲。", "乙。", "打算\t丙"]),
    ],
)  # fmt: skip
def test_forms_and_frames_are_no_tables(rows: list[str], expected: list[str]) -> None:
    blocks = of_html(*rows)
    assert [block.text for block in blocks] == expected
    assert not rows_of(blocks)


def test_a_frame_around_a_table_is_no_table() -> None:
    inner = "<table><tr><td>街道</td><td>数量</td></tr><tr><td>北门</td><td>3</td></tr></table>"
    blocks = fragment(f"<table><tr><td>左栏</td><td>{inner}<p>表后。</p></td></tr></table>")
    assert [(block.text, block.row) for block in blocks] == [
        ("左栏", 0),
        ("街道\t数量", 1),
        ("北门\t3", 2),
        ("表后。", 0),
    ]


def test_cells_merged_to_fill_the_memory_do_not() -> None:
    blocks = fragment(
        "<table><tr><td rowspan=60000 colspan=63>北门街道<td>1</tr>" + "<tr><td>2</tr>" * 50_000 + "</table>"
    )
    assert sum(len(block.text) for block in blocks) < 1_000_000
