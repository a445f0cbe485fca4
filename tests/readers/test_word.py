"""Word documents: their blocks in order, with levels, weights and printed numbers."""

from pathlib import Path

import docx
import pytest
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from corpus.readers.list_numbers import Level, ListNumbers, in_style
from corpus.readers.runs import Run, paragraph
from corpus.types import Block
from tests.readers.files import word
from tests.readers.reading import only, texts


def test_a_word_document_in_order(tmp_path: Path) -> None:
    built = docx.Document()
    built.add_heading("关于提案的答复", 0)
    built.add_heading("一、基本情况", 1)
    run_in = built.add_paragraph()
    run_in.add_run("（一）增加床位。").bold = True
    run_in.add_run("今年建成3家。")
    table = built.add_table(3, 3)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "横向合并"
    table.cell(1, 0).merge(table.cell(2, 0)).text = "纵向合并"
    for place, text in {(0, 2): "丙", (1, 1): "甲\n乙", (2, 2): "末"}.items():
        table.cell(*place).text = text
    table._tbl.tr_lst[2].tc_lst[0].p_lst[0].add_r().text = "合并前的字"
    built.add_paragraph("表后一段\n换行")
    assert only(tmp_path, "a.docx", word(built)).blocks == (
        Block("关于提案的答复", level=1, whole=True),
        Block("一、基本情况", level=1, lead=6, whole=True),
        Block("（一）增加床位。今年建成3家。", lead=8, whole=True),
        Block("横向合并\t横向合并\t丙", whole=True, row=1, heads=1),
        Block("纵向合并\t甲 乙\t", whole=True, row=2, heads=1),
        Block("纵向合并\t\t末", whole=True, row=3, heads=1),
        Block("表后一段"),
        Block("换行"),
    )


def test_tracked_changes_content_controls_and_text_boxes(tmp_path: Path) -> None:
    built = docx.Document()
    run = "<w:r><w:t>{}</w:t></w:r>"
    for inner in (
        f"{run.format('原文')}<w:ins>{run.format('插入')}</w:ins><w:del><w:r><w:delText>删除</w:delText></w:r></w:del>",
        f"<w:hyperlink>{run.format('链接')}</w:hyperlink><w:sdt><w:sdtContent>{run.format('控件')}</w:sdtContent></w:sdt>",
        f"<w:moveFrom>{run.format('移走')}</w:moveFrom><w:moveTo>{run.format('移来')}</w:moveTo>",
        f"{run.format('正文')}<w:r><mc:AlternateContent>"
        f"<mc:Choice><w:txbxContent><w:p>{run.format('框内')}</w:p></w:txbxContent></mc:Choice>"
        f"<mc:Fallback><w:txbxContent><w:p>{run.format('框内')}</w:p></w:txbxContent></mc:Fallback>"
        "</mc:AlternateContent></w:r>",
    ):
        names = f'{nsdecls("w")} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
        built.element.body.insert(-1, parse_xml(f"<w:p {names}>{inner}</w:p>"))
    control = f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p>{run.format('整段控件')}</w:p></w:sdtContent></w:sdt>"
    built.element.body.insert(-1, parse_xml(control))
    assert texts(only(tmp_path, "a.docx", word(built))) == ["原文插入", "链接控件", "移来", "正文", "框内", "整段控件"]


def test_a_form_around_a_letter_keeps_its_paragraphs(tmp_path: Path) -> None:
    built = docx.Document()
    table = built.add_table(1, 2)
    table.cell(0, 0).text = "答复内容"
    table.cell(0, 1).text = "您好。来信收悉。\n现答复如下。"
    table.cell(0, 1).add_paragraph("感谢来信。")
    assert texts(only(tmp_path, "a.docx", word(built))) == [
        "答复内容",
        "您好。来信收悉。",
        "现答复如下。",
        "感谢来信。",
    ]


def test_a_style_takes_level_and_weight_from_those_it_is_based_on(tmp_path: Path) -> None:
    built = docx.Document()
    derived = built.styles.add_style("二级标题", WD_STYLE_TYPE.PARAGRAPH)
    derived.base_style = built.styles["Heading 2"]
    built.add_paragraph("（一）情况", style="二级标题").runs[0].add_text("介绍")
    built.add_paragraph("正文").paragraph_format.element.get_or_add_pPr().append(
        parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="2"/>')
    )
    found = only(tmp_path, "a.docx", word(built))
    assert found.blocks == (Block("（一）情况介绍", level=2, lead=7, whole=True), Block("正文", level=3, whole=True))


def test_automatic_numbers_are_printed(tmp_path: Path) -> None:
    built = docx.Document()
    for text, style in (("甲", "List Number"), ("乙", "List Number"), ("点", "List Bullet"), ("丙", "List Number")):
        built.add_paragraph(text, style=style)
    assert texts(only(tmp_path, "a.docx", word(built))) == ["1.甲", "2.乙", "点", "3.丙"]


def test_a_list_prints_the_levels_that_it_defines_anew_for_itself(tmp_path: Path) -> None:
    built = docx.Document()
    root = built.part.numbering_part.element
    levels = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:numFmt w:val="decimal"/><w:lvlText w:val="%{depth + 1}."/></w:lvl>'
        for depth in range(2)
    )
    own = '<w:lvl w:ilvl="0"><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl>'
    for xml in (
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="90">{levels}</w:abstractNum>',
        f'<w:num {nsdecls("w")} w:numId="91"><w:abstractNumId w:val="90"/>'
        f'<w:lvlOverride w:ilvl="0">{own}</w:lvlOverride></w:num>',
        f'<w:num {nsdecls("w")} w:numId="92"><w:abstractNumId w:val="90"/>'
        f'<w:lvlOverride w:ilvl="0"><w:startOverride w:val="4"/></w:lvlOverride></w:num>',
    ):
        root.append(parse_xml(xml))
    for text, number, depth in (("甲", 91, 0), ("子", 91, 1), ("乙", 91, 0), ("丙", 92, 0)):
        listed = f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>'
        built.add_paragraph(text)._p.get_or_add_pPr().append(parse_xml(listed))
    assert texts(only(tmp_path, "a.docx", word(built))) == ["一、甲", "1.子", "二、乙", "4.丙"]


def test_fields_are_read_and_hidden_text_is_not(tmp_path: Path) -> None:
    built = docx.Document()
    field = f'<w:fldSimple {nsdecls("w")} w:instr=" DATE "><w:r><w:t>2024年6月12日</w:t></w:r></w:fldSimple>'
    built.add_paragraph("印发于")._p.append(parse_xml(field))
    quiet = built.styles.add_style("暗", WD_STYLE_TYPE.CHARACTER)
    quiet.font.hidden = True
    mixed = built.add_paragraph("年内完工。")
    mixed.add_run("（暂不对外说）").font.hidden = True
    mixed.add_run("（内部备注）", style="暗")
    mixed.add_run("请放心。", style="暗").font.hidden = False
    unseen = built.styles.add_style("暗段", WD_STYLE_TYPE.PARAGRAPH)
    unseen.font.hidden = True
    built.add_paragraph("整段备注", style="暗段")
    assert texts(only(tmp_path, "a.docx", word(built))) == ["印发于2024年6月12日", "年内完工。请放心。"]


def test_of_a_page_header_the_document_number_alone_is_read(tmp_path: Path) -> None:
    built = docx.Document()
    built.sections[0].header.paragraphs[0].text = "青禾区水务局文件"
    built.sections[0].header.add_paragraph("青水函〔2024〕 37号")
    built.add_paragraph("正文一段。")
    found = only(tmp_path, "a.docx", word(built))
    assert (texts(found), found.fields) == (["正文一段。"], {"doc_number": "青水函〔2024〕37号"})

    built.sections[0].header.paragraphs[1].text = "依据国办发〔2023〕1号办理"
    assert only(tmp_path, "a.docx", word(built)).fields == {}


def test_a_note_stands_after_its_paragraph(tmp_path: Path) -> None:
    built = docx.Document()
    for kind in ("footnote", "endnote"):
        notes = "".join(
            f'<w:{kind} w:id="{number}"><w:p><w:r><w:{kind}Ref/></w:r><w:r><w:t>{text}</w:t></w:r></w:p></w:{kind}>'
            for number, text in ((-1, "分隔线"), (1, f" {kind}一"), (2, "注：二"))
        )
        root = f"<w:{kind}s {nsdecls('w')}>{notes}</w:{kind}s>"
        part = Part(PackURI(f"/word/{kind}s.xml"), "application/xml", root.encode(), built.part.package)
        built.part.relate_to(part, f"{RELATIONSHIP_TYPE.OFFICE_DOCUMENT.rsplit('/', 1)[0]}/{kind}s")
    for number, kind in ((1, "footnote"), (2, "footnote"), (1, "endnote")):
        run = f'<w:r {nsdecls("w")}><w:{kind}Reference w:id="{number}"/></w:r>'
        built.add_paragraph(f"第{number}段")._p.append(parse_xml(run))
    built.add_paragraph("末段")
    expected = ["第1段", "注：footnote一", "第2段", "注：二", "第1段", "注：endnote一", "末段"]
    assert texts(only(tmp_path, "a.docx", word(built))) == expected


def test_list_numbers_count_by_level_and_start_again_below_a_new_one() -> None:
    levels = {
        (1, 0): Level("a", 1, "chineseCounting", "%1、"),
        (1, 1): Level("a", 1, "japaneseCounting", "（%2）"),
        (1, 2): Level("a", 3, "decimal", "%2.%3"),
        (2, 0): Level("b", 1, "bullet", "·"),
    }
    numbers = ListNumbers(levels)
    steps = [(1, 0), (1, 1), (1, 1), (1, 2), (1, 0), (1, 1), (2, 0), (9, 0)]
    assert [numbers.next(*step) for step in steps] == ["一、", "（一）", "（二）", "二.3 ", "二、", "（一）", "", ""]


@pytest.mark.parametrize(
    ("value", "style", "expected"),
    [
        (10, "chineseCounting", "十"),
        (12, "chineseCountingThousand", "十二"),
        (21, "japaneseCounting", "二十一"),
        (12, "chineseLegalSimplified", "壹拾贰"),
        (12, "taiwaneseCountingThousand", "十二"),
        (12, "taiwaneseDigital", "一二"),
        (3, "decimalEnclosedCircle", "③"),
        (21, "decimalEnclosedCircle", "21"),
        (2, "decimalEnclosedParen", "⑵"),
        (10, "ideographTraditional", "癸"),
        (3, "upperLetter", "C"),
        (14, "lowerRoman", "xiv"),
        (7, "decimalZero", "07"),
        (100, "chineseCounting", "100"),
        (5, "unheardOf", "5"),
    ],
)
def test_numbers_as_word_prints_them(value: int, style: str, expected: str) -> None:
    assert in_style(value, style) == expected


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([Run("　　"), Run("三、标题", True), Run(" ")], [Block("三、标题", lead=4)]),
        ([Run("前文。"), Run("二是", True), Run("后文")], [Block("前文。"), Block("二是后文", lead=2)]),
        ([Run("前文。"), Run("特别强调", True), Run("后文")], [Block("前文。特别强调后文")]),
        ([Run("前文，"), Run("二是完善。", True), Run("后文")], [Block("前文，二是完善。后文")]),
        ([Run("粗", True), Run(" "), Run("体", True), Run("细")], [Block("粗 体细", lead=3)]),
        ([Run("\n \n")], []),
    ],
)
def test_runs_make_blocks(runs: list[Run], expected: list[Block]) -> None:
    assert paragraph(runs) == expected
