"""Files of every format, made here: the documents read from them, and the errors for those that cannot be read."""

import gzip
import json
import random
import time
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from corpus.errors import ReadError
from corpus.readers import MAX_BYTES, OLD_SUFFIXES, SUFFIXES, read
from corpus.readers.fields import IGNORED, NAMES, columns, field_of, gather
from corpus.readers.list_numbers import Level, ListNumbers, in_style
from corpus.readers.runs import Run, paragraph
from corpus.readers.table import XLSX_MEDIA_TYPE
from corpus.types import Block, RawDocument

LETTER = "张立勤委员：\n\n　　您提出的提案收悉。\n\n福田区民政局\n"


def save(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def every(folder: Path, name: str, content: bytes | str) -> list[RawDocument | ReadError]:
    return list(read(save(folder, name, content), name))


def only(folder: Path, name: str, content: bytes | str) -> RawDocument:
    """The one document of a file that has no faults."""
    (found,) = every(folder, name, content)
    assert isinstance(found, RawDocument)
    return found


def texts(document: RawDocument) -> list[str]:
    return [block.text for block in document.blocks if block.text]


def documents(found: Iterable[RawDocument | ReadError]) -> list[RawDocument]:
    return [each for each in found if isinstance(each, RawDocument)]


def faults(found: Iterable[RawDocument | ReadError]) -> list[str]:
    return [str(each) for each in found if isinstance(each, ReadError)]


def pdf(pages: Sequence[Sequence[str]], encrypted: bool = False) -> bytes:
    """A PDF with a text layer in a standard Chinese font, a line each; a page without lines has none."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "",
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [4 0 R] >>",
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 5 0 R"
        " /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>",
        "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 4 /FontBBox [0 -200 1000 900] /ItalicAngle 0"
        " /Ascent 880 /Descent -120 /CapHeight 700 /StemV 80 >>",
    ]
    kids = []
    for lines in pages:
        shown = " ".join(f"<{line.encode('utf-16-be').hex()}> Tj T*" for line in lines)
        stream = f"BT /F1 14 Tf 20 TL 60 780 Td {shown} ET" if lines else ""
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {len(objects)} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(kids)}] >>"
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    key = f"<{'00' * 32}>"
    lock = f"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O {key} /U {key} >> /ID [{key} {key}]" if encrypted else ""
    size = len(objects) + 1
    tail = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer << /Size {size} /Root 1 0 R {lock} >>"
    return out + f"{tail}\nstartxref\n{len(out)}\n%%EOF".encode()


def word(build: "docx.document.Document") -> bytes:
    buffer = BytesIO()
    build.save(buffer)
    return buffer.getvalue()


def excel(*sheets: Sequence[Sequence[object]]) -> bytes:
    book = openpyxl.Workbook()
    for number, rows in enumerate(sheets):
        sheet = book.worksheets[0] if number == 0 else book.create_sheet(f"表{number + 1}")
        for row in rows:
            sheet.append(list(row))
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_block_a_line_blank_lines_and_indents_kept(tmp_path: Path, codec: str) -> None:
    found = only(tmp_path, "答复.txt", LETTER.encode(codec))
    assert found.blocks[:3] == (Block("张立勤委员："), Block(""), Block("　　您提出的提案收悉。"))
    assert found.source.model_dump() == {"path": "答复.txt", "locator": None, "media_type": "text/plain"}
    assert found.fields == {}


def test_a_form_feed_is_a_blank_line(tmp_path: Path) -> None:
    assert only(tmp_path, "a.txt", "第一页\f第二页").blocks == (Block("第一页"), Block(""), Block("第二页"))


def test_a_flood_of_line_ends_makes_few_blocks(tmp_path: Path) -> None:
    assert len(only(tmp_path, "a.txt", "甲" + "\n" * 1_000_000 + "乙").blocks) == 9


def test_fifty_megabytes_on_one_line_take_seconds(tmp_path: Path) -> None:
    path = save(tmp_path, "a.txt", "我局高度重视，" * 2_400_000)
    started = time.perf_counter()
    (found,) = read(path, "a.txt")
    assert isinstance(found, RawDocument)
    assert len(found.blocks) == 1
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    ("text", "media_type"),
    [
        ("# 关于提案的答复\n\n您好。", "text/markdown"),
        ("您好。\n**一是加强宣传。**开展讲座。", "text/markdown"),
        ("张**、李**委员：\n您好。", "text/plain"),
        ("#1号楼加装电梯", "text/plain"),
    ],
)
def test_markdown_of_ocr_tools_is_told_from_masked_names(tmp_path: Path, text: str, media_type: str) -> None:
    assert only(tmp_path, "a.txt", text).source.media_type == media_type


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("## 一、基本情况", [Block("一、基本情况", level=2)]),
        ("### **三、持续跟进**", [Block("三、持续跟进", level=3, lead=6)]),
        ("**（一）增加床位。**今年建成3家。", [Block("（一）增加床位。今年建成3家。", lead=8)]),
        ("**三、下一步**", [Block("三、下一步", lead=5)]),
        (
            "**一是做好服务。**科技赋能。**二是不断完善。**依托优势。",
            [Block("一是做好服务。科技赋能。", lead=7), Block("二是不断完善。依托优势。", lead=7)],
        ),
        ("这是**重点**内容。**质量**第一。", [Block("这是重点内容。质量第一。")]),
        ("1. 建立机制\n2. 发展团队", [Block("1. 建立机制"), Block("2. 发展团队")]),
        ("1. **发展团队。**一是鼓励", [Block("1. 发展团队。一是鼓励", lead=8)]),
        ("- 甲\n* 乙", [Block("甲"), Block("乙")]),
        ("- 3 -", [Block("- 3 -")]),
        ("见[附件](http://a.gov.cn/1.pdf)和![图](a.png)图", [Block("见附件和图")]),
        ("老龄化<b>趋势</b>加快<br>下一行", [Block("老龄化趋势加快"), Block("下一行")]),
        ("第一行  \n第二行\n第三行", [Block("第一行"), Block("第二行"), Block("第三行")]),
        ("|项|额|\n|-|-|\n|养老|**100**万|", [Block("项 | 额", whole=True), Block("养老 | 100万", whole=True)]),
        ("一段。\n\n    缩进的一段。", [Block("一段。"), Block("缩进的一段。")]),
        ("\\*注：5\\_6 `代码*` &lt;甲&gt;", [Block("*注：5_6 代码* <甲>")]),
        ("张**、李**委员、王**委员：", [Block("张**、李**委员、王**委员：")]),
        ("李**委员，**一是**加强", [Block("李**委员，一是加强")]),
        ("2*3*4，138****1234，李*明、王*红", [Block("2*3*4，138****1234，李*明、王*红")]),
        ("推进**“放管服”**改革", [Block("推进“放管服”改革")]),
        ("[1]: 见附件", [Block("[1]: 见附件")]),
        ("这一段后面是分隔线。\n---", [Block("这一段后面是分隔线。")]),
        ("短标题\n===", [Block("短标题", level=1)]),
        ("```正文\n围栏里\n```", [Block("正文"), Block("围栏里")]),
        ("<center>**居中**</center>\n<tr>", [Block("居中", lead=2)]),
        ("<table><tr><td>甲</td><td>乙</td></tr></table>", [Block("甲 | 乙", whole=True)]),
        (">" * 30 + "引用", [Block("引用")]),
    ],
)  # fmt: skip
def test_markdown_blocks(tmp_path: Path, source: str, expected: list[Block]) -> None:
    found = only(tmp_path, "a.md", source)
    assert [block for block in found.blocks if block.text] == expected


def test_a_blank_block_stands_between_paragraphs_but_not_between_lines(tmp_path: Path) -> None:
    found = only(tmp_path, "a.md", "甲\n乙\n\n丙")
    assert [block.text for block in found.blocks] == ["甲", "乙", "", "丙", ""]


BODY = (
    "<p>　　张立勤委员：</p>"
    "<p>&emsp;&emsp;您提出的《建设虚拟养老院的建议》（第2024121号）收悉。经研究，现答复如下：</p>"
    "<p><strong>一、基本情况。</strong>我局高度重视，组织相关科室\n深入研究，梳理我区已开展的工作。</p>"
    "<p style='text-align:right'>福田区民政局<br>2024年9月20日</p>"
)
BODY_TEXTS = [
    "张立勤委员：",
    "您提出的《建设虚拟养老院的建议》（第2024121号）收悉。经研究，现答复如下：",
    "一、基本情况。我局高度重视，组织相关科室深入研究，梳理我区已开展的工作。",
    "福田区民政局",
    "2024年9月20日",
]
HEADING = "福田区民政局关于第2024121号提案的答复"


@pytest.mark.parametrize(
    "container",
    [
        "<div id='zoom'>{}</div>",
        "<div class='TRS_Editor big'>{}</div>",
        "<td class='content'>{}</td>",
        "<div>{}</div>",
        "{}",
    ],
)
@pytest.mark.parametrize("codec", ["utf-8", "gbk"])
def test_a_letter_page_gives_the_letter_and_not_the_site(tmp_path: Path, container: str, codec: str) -> None:
    page = (
        f"<html><head><meta charset={codec}><title>{HEADING}-提案办理-福田政府在线</title>"
        "<style>p{margin: 0}</style></head><body>"
        "<div class='nav-top'><a>首页</a><a>政务公开</a></div><script>var a='脚本。';</script>"
        f"{container.format(BODY)}"
        "<div class='page-footer'>版权所有。主办单位：福田区人民政府</div></body></html>"
    )
    found = only(tmp_path, "a.html", page.encode(codec))
    assert texts(found) == [HEADING, *BODY_TEXTS]
    assert found.fields == {"page_title": HEADING}
    assert found.blocks[0].level == 1
    assert found.blocks[3] == Block(BODY_TEXTS[2], lead=7, whole=True)
    assert not found.blocks[4].whole


def test_a_header_table_becomes_fields_and_leaves_the_blocks(tmp_path: Path) -> None:
    page = (
        f"<html><body><h1>{HEADING[:6]}<br>{HEADING[6:]}</h1><div class=content>"
        "<table><tr><td>索 引 号：</td><td>0071-2024</td><td>发布机构</td><td>区政府办</td></tr>"
        "<tr><td>发文机关</td><td>福田区民政局</td><td>文　　号：</td>"
        "<td>福民函〔2024〕49号</td></tr></table><p>发布日期：2024-09-25 10:30 来源：福田政府在线 浏览次数：3</p>"
        f"{BODY}<table><tr><td>单位</td><td>金额</td></tr><tr><td>颐养院</td><td>5万元</td></tr></table></div></body></html>"
    )
    found = only(tmp_path, "a.html", page)
    assert found.fields == {
        "agency": "福田区民政局",
        "doc_number": "福民函〔2024〕49号",
        "published_on": "2024-09-25 10:30",
    }
    assert texts(found) == [HEADING, *BODY_TEXTS, "单位 | 金额", "颐养院 | 5万元"]


QUESTION, REPLY = ["您好。", "问题：我们小区没有电梯。"], ["王先生：", "您好！来信收悉。", "联系电话：82910000"]
MESSAGE_PAGES = {
    "table": "<table><tr><th>信件标题</th><td>{title}</td></tr>"
    "<tr><th>来信人</th><td>王**</td><th>来信时间</th><td>{asked}</td></tr>"
    "<tr><th>来信内容</th><td>{question}</td></tr>"
    "<tr><th>答复单位</th><td>{agency}</td><th>答复时间</th><td>{replied}</td></tr>"
    "<tr><th>答复内容</th><td>{reply}</td></tr></table>",
    "list": "<dl><dt>标题：</dt><dd>{title}</dd><dt>留言时间：</dt><dd>{asked}</dd>"
    "<dt>留言内容：</dt><dd>{question}</dd><dt>回复内容：</dt><dd>{reply}</dd>"
    "<dt>回复单位：</dt><dd>{agency}</dd><dt>回复时间：</dt><dd>{replied}</dd></dl>",
    "lines": "<ul><li>标题：{title}</li><li>写信时间：{asked} 办理单位：{agency} 办结时间：{replied}</li></ul>"
    "<h3>来信内容</h3><div>{question}</div><h3>答复内容</h3><div>{reply}<p>【打印】【关闭】</p></div>",
    "bare": "<p>标题：{title}</p><p>写信时间：{asked}</p><div><p>内容：</p>{question}</div><p>答复：{first}</p>{rest}"
    "<p>答复单位：{agency}　答复时间：{replied}</p>",
}


@pytest.mark.parametrize("layout", MESSAGE_PAGES)
def test_a_message_page_gives_the_reply_as_blocks_and_the_message_as_a_field(tmp_path: Path, layout: str) -> None:
    question, reply = ([f"<p>{line}</p>" for line in lines] for lines in (QUESTION, REPLY))
    main = MESSAGE_PAGES[layout].format(
        title="加装电梯", asked="2023-03-01", agency="市住建局", replied="2023-03-08",
        question="".join(question), reply="".join(reply), first=REPLY[0], rest="".join(reply[1:]),
    )  # fmt: skip
    page = f"<title>信件详情_市长信箱</title><body><p>首页</p><div>{main}</div><p>打印本页</p>"
    found = only(tmp_path, "a.htm", page)
    assert texts(found) == REPLY
    assert found.fields == {
        "title": "加装电梯",
        "asked_on": "2023-03-01",
        "agency": "市住建局",
        "replied_on": "2023-03-08",
        "question": "\n".join(QUESTION),
        "page_title": "信件详情",
    }


def test_readability_tells_the_letter_from_unnamed_columns_and_its_edges_stay(tmp_path: Path) -> None:
    body = "您的提案收悉，经研究，现答复如下。<br>我局高度重视，逐项落实，成效明显。"
    letter = f"<p>张委员：</p><p>{body}</p><p>福田区民政局</p>"
    page = (
        f"<div><div>天气 晴</div><div>通知公告</div></div><div><div>{letter}</div></div><div><div>友情链接</div></div>"
    )
    expected = ["张委员：", "您的提案收悉，经研究，现答复如下。", "我局高度重视，逐项落实，成效明显。", "福田区民政局"]
    assert texts(only(tmp_path, "a.html", page)) == expected


def test_a_heading_inside_the_letter_stands_once(tmp_path: Path) -> None:
    page = f"<title>{HEADING}_某网</title><div id=zoom><h2>{HEADING[:6]}<br>{HEADING[6:]}</h2>{BODY}</div>"
    assert texts(only(tmp_path, "a.html", page)) == [HEADING[:6], HEADING[6:], *BODY_TEXTS]


def test_a_labelled_line_of_the_letter_itself_stays_in_it(tmp_path: Path) -> None:
    found = only(tmp_path, "a.html", f"<div id=zoom><p>提案编号：2024121</p><p>发布日期：2024-09-25</p>{BODY}</div>")
    assert found.fields == {"proposal_number": "2024121", "published_on": "2024-09-25"}
    assert texts(found) == ["提案编号：2024121", *BODY_TEXTS]


def test_a_page_without_any_known_structure_keeps_all_its_text(tmp_path: Path) -> None:
    found = only(tmp_path, "a.html", "您好，反映的问题收悉。<br>经查属实。<div>感谢来信</div>")
    assert texts(found) == ["您好，反映的问题收悉。", "经查属实。", "感谢来信"]


def test_lines_with_indents_are_whole_paragraphs(tmp_path: Path) -> None:
    found = only(tmp_path, "a.html", "<p>　　第一段。<br>　　第二段。</p><p>断开<br>的行。</p>")
    assert [(block.text, block.whole) for block in found.blocks] == [
        ("第一段。", True), ("第二段。", True), ("断开", False), ("的行。", False),
    ]  # fmt: skip


@pytest.mark.parametrize("depth", [20_000, 100_000])
@pytest.mark.parametrize("tag", ["div", "ul><li", "span", "table><tr><td"])
def test_deep_nesting_neither_crashes_nor_takes_long(tmp_path: Path, tag: str, depth: int) -> None:
    started = time.process_time()
    assert texts(only(tmp_path, "a.html", f"<{tag}>" * depth + "<p>您好，来信收悉。</p>")) == ["您好，来信收悉。"]
    assert time.process_time() - started < 10


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
        Block("横向合并 | 丙", whole=True),
        Block("纵向合并 | 甲 乙", whole=True),
        Block("末", whole=True),
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
        (3, "decimalEnclosedCircle", "③"),
        (3, "upperLetter", "C"),
        (14, "lowerRoman", "xiv"),
        (7, "decimalZero", "07"),
        (100, "chineseCounting", "100"),
        (5, "unheardOf", "5"),
    ],
)
def test_numbers_as_word_prints_them(value: int, style: str, expected: str) -> None:
    assert in_style(value, style) == expected


def test_a_pdf_gives_its_lines_and_a_blank_between_pages(tmp_path: Path) -> None:
    found = only(tmp_path, "a.pdf", pdf([["关于⽼年⼈的答复", "您提出的"], ["— 2 —", "建议》收悉。"]]))
    assert [block.text for block in found.blocks] == ["关于老年人的答复", "您提出的", "", "— 2 —", "建议》收悉。"]
    assert not any(block.whole for block in found.blocks)
    assert found.source.media_type == "application/pdf"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (pdf([[], []]), "实际 2 页都没有文字，是没有文字层的扫描件。请先做文字识别（OCR）"),
        (pdf([["您好"]], encrypted=True), "实际需要密码才能打开。请去掉密码"),
        (pdf([["\ue5e5\ue5e6\ue5e7\ue5e8"]]), "文字层是乱码"),
    ],
)
def test_a_pdf_that_has_no_text_to_give(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(ReadError, match=message):
        every(tmp_path, "a.pdf", content)


HEADER = (" 编 号 ", "标题", "答复内容（全文）", "答复日期", "提案编号", "承办单位", "单位", "金额")
ROW = ("甲1", "加装电梯", "您好。\n已办结。", "2020-01-02", "20200110", "市住建局", "某处", "3")
ROW_FIELDS = {
    "doc_id": "甲1",
    "title": "加装电梯",
    "replied_on": "2020-01-02",
    "proposal_number": "20200110",
    "agency": "市住建局",
}


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4, 5, 6, 7), (7, 6, 5, 4, 3, 2, 1, 0), (2, 0, 7, 4, 6, 5, 1, 3)])
@pytest.mark.parametrize("form", ["xlsx", "csv", "tsv", "semicolons"])
def test_a_table_row_is_a_document_in_any_order_of_columns(tmp_path: Path, form: str, order: Sequence[int]) -> None:
    rows = [[row[i] for i in order] for row in (HEADER, ROW)]
    delimiter = {"csv": ",", "tsv": "\t", "semicolons": ";"}.get(form, ",")
    lines = [delimiter.join(f'"{cell}"' for cell in row) for row in (["2020年提案答复汇总表"], *rows)]
    content = excel([["2020年提案答复汇总表"], *rows]) if form == "xlsx" else "\r\n".join(lines).encode("gb18030")
    found = only(tmp_path, f"a.{'csv' if form == 'semicolons' else form}", content)
    assert found.fields == ROW_FIELDS
    assert texts(found) == ["您好。", "已办结。"]
    assert found.source.locator == 3


def test_excel_values_are_written_as_people_write_them(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["ID", "文号", "回复时间", "来信时间", "答复"],
        [7, 20200110.0, datetime(2020, 1, 2), date(2019, 12, 31), "已办结"],
        ["x", "#N/A", datetime(2020, 1, 2, 8, 30), None, "已转办"],
    ]
    first, second = documents(every(tmp_path, "a.xlsx", excel(rows)))
    expected = {"doc_id": "7", "doc_number": "20200110", "replied_on": "2020-01-02", "asked_on": "2019-12-31"}
    assert first.fields == expected
    assert second.fields == {"doc_id": "x", "replied_on": "2020-01-02 08:30"}


def test_the_size_that_a_sheet_states_is_not_believed(tmp_path: Path) -> None:
    buffer = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(excel([["编号", "答复"], [1, "已办结"]]))) as whole,
        zipfile.ZipFile(buffer, "w") as wrong,
    ):
        for name in whole.namelist():
            wrong.writestr(name, whole.read(name).replace(b'ref="A1:B2"', b'ref="A1"'))
    assert texts(only(tmp_path, "a.xlsx", buffer.getvalue())) == ["已办结"]


def test_a_long_cell_of_a_csv_file_is_read_whole(tmp_path: Path) -> None:
    text = "我局高度重视，" * 30_000
    assert texts(only(tmp_path, "a.csv", f"编号,答复\n1,{text}\n")) == [text]


def test_sheets_do_not_share_locators_and_one_without_replies_is_passed_over(tmp_path: Path) -> None:
    found = every(tmp_path, "a.xlsx", excel([["正文"], ["甲"]], [["说明"], ["无"]], [["正文"], ["乙"], [None], ["丙"]]))
    assert [(texts(d), d.source.locator) for d in documents(found)] == [
        (["甲"], 2), (["乙"], 2 * 2**20 + 2), (["丙"], 2 * 2**20 + 4),
    ]  # fmt: skip


def test_a_row_without_text_is_reported_and_costs_no_other(tmp_path: Path) -> None:
    found = every(tmp_path, "a.csv", "标题,答复\n甲,\n,\n乙,已办结\n")
    assert [texts(d) for d in documents(found)] == [["已办结"]]
    assert faults(found) == ["a.csv：第 2 行：期望有正文，实际正文为空，已跳过。请补上答复内容，或删去这一行。"]


def test_an_unclosed_quotation_mark_costs_its_own_row(tmp_path: Path) -> None:
    found = every(tmp_path, "a.csv", '编号,答复\n1,"两\n行"\n2,"没有闭合\n3,已办结\n4,已转办\n')
    assert [d.fields["doc_id"] for d in documents(found)] == ["1", "3", "4"]
    assert [d.source.locator for d in documents(found)] == [2, 5, 6]
    assert "第 4 行：期望成对的引号" in faults(found)[0]


@pytest.mark.parametrize(
    "content", [excel([["编号", "姓名"], [1, "王"]]), b"\xef\xbb\xbf" + "编号;姓名\n1;王".encode()]
)
def test_a_table_without_replies_names_what_it_has_and_what_it_should_have(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ReadError, match=r"期望表头里有一列正文（如 答复内容、.*实际的列是：编号、姓名"):
        every(tmp_path, "a.xlsx" if content.startswith(b"PK") else "a.csv", content)


def test_json_lines_and_the_faults_among_them(tmp_path: Path) -> None:
    lines = [
        '{"id": 7, "reply": "<p>您好。</p><p>已办结。</p>", "title": null, "提案编号": 20200110.0}',
        "{damaged",
        "[1]",
        "",
        '{"id": "x", "名称": "甲"}',
        "[" * 100_000,
        '{"text": ["一", "二"], "question": "没有\u2028电梯", "addressees": ["王", "李"]}',
    ]
    found = every(tmp_path, "a.jsonl", "\n".join(lines))
    first, last = documents(found)
    assert (first.fields, texts(first)) == ({"doc_id": "7", "proposal_number": "20200110"}, ["您好。", "已办结。"])
    assert (last.source.locator, texts(last)) == (7, ["一", "二"])
    assert last.fields == {"question": "没有\n电梯", "addressees": "王、李"}
    assert [fault.split("：")[1] for fault in faults(found)] == ["第 2 行", "第 3 行", "第 5 行", "第 6 行"]
    assert "实际的键是：id、名称" in faults(found)[2]


@pytest.mark.parametrize(
    "content", ['[{"text": "甲"}, {"text": "乙"}]', '{\n"text": "甲"\n}', '{"text": "甲"}\n{"text": "乙"}']
)
@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_json_is_read_as_a_list_an_object_or_lines_under_either_name(tmp_path: Path, name: str, content: str) -> None:
    found = documents(every(tmp_path, name, content))
    assert [texts(d) for d in found] == [["甲"], ["乙"]][: len(found)]
    assert len(found) == content.count("text")


def test_a_cut_gzip_gives_the_lines_before_the_cut(tmp_path: Path) -> None:
    random.seed(7)
    lines = [json.dumps({"id": i, "text": f"第{i}封来信收悉{random.random()}"}) for i in range(2000)]
    whole = gzip.compress("\n".join(lines).encode())
    assert len(every(tmp_path, "a.jsonl.gz", whole + gzip.compress(b'\n{"text": "again"}'))) == 2001
    found = every(tmp_path, "b.jsonl.gz", whole[: len(whole) // 2])
    ids = [int(d.fields["doc_id"]) for d in documents(found)]
    assert ids == list(range(len(ids)))
    assert 500 < len(ids) < 1500
    assert faults(found) == [str(found[-1])]
    assert "实际文件不完整：前面的行已读入" in str(found[-1])


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
    ("版式.docx", zipped("OFD.xml"), "OFD 版式文件，请转换为 PDF"),
    ("炸弹.docx", bomb(), "期望解压后不超过 200 MB、不超过原大小 200 倍"),
    ("文字.docx", "您好".encode(), "期望 Word 文档（.docx），实际内容不是"),
    ("文字.xlsx", "您好".encode(), "期望 Excel 表格（.xlsx），实际内容不是"),
    ("文字.pdf", "您好".encode(), "期望 PDF 文件，实际内容不是"),
    ("截断.pdf", b"%PDF-1.4\n1 0 obj\n<<", "期望完好的 PDF 文件.*文件可能已损坏"),
    ("旧版.doc", OLE + "WordDocument".encode("utf-16-le"), "旧版 Word 文档（.doc），请用 Word 或 WPS 另存为 .docx"),
    ("旧版.xls", OLE + "Workbook".encode("utf-16-le"), "旧版 Excel 表格（.xls）.*另存为 .xlsx"),
    ("加密.docx", OLE + "EncryptedPackage".encode("utf-16-le"), "加了密码的 Office 文件"),
    ("富文本.doc", rb"{\rtf1 x}", "RTF 文档"),
    ("压缩.txt", gzip.compress(b"x"), "实际是 gzip 压缩文件。请先解压缩"),
    ("没压缩.jsonl.gz", b'{"text": "x"}', "实际不是 gzip"),
    ("坏.jsonl.gz", gzip.compress(b"")[:10] + b"\xff" * 50, "期望完整的 gzip 文件，实际数据损坏"),
    ("坏.json", b'[{"text": "x"', "期望 JSON 对象的列表，实际解析失败"),
    ("空.html", b"<html><script>load()</script></html>", "实际没有任何正文"),
    ("别的.xyz", b"abc", "实际是“.xyz”。请另存为其中一种格式"),
    *[(f"噪声{suffix}", NOISE, "期望") for suffix in sorted(SUFFIXES | OLD_SUFFIXES)],
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


@pytest.mark.parametrize("suffix", [".docx", ".xlsx", ".pdf", ".jsonl.gz"])
def test_scrambled_files_raise_nothing_but_read_errors(tmp_path: Path, suffix: str) -> None:
    built = docx.Document()
    built.add_paragraph("您好，来信收悉。")
    whole = {
        ".docx": word(built),
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


@pytest.mark.parametrize(
    ("label", "field"),
    [
        ("【发文字号】：", "doc_number"), (" 答 复 内 容 (全文)", "text"), ("ＩＤ", "doc_id"), ("Reply", "text"),
        ("案由", "title"), ("留言内容", "question"), ("办结时间", "replied_on"), ("写信时间", "asked_on"),
        ("建议编号*", "proposal_number"), ("索引号", IGNORED), ("金额", None), ("", None), ("(全文)", None),
    ],
)  # fmt: skip
def test_names_of_columns(label: str, field: str | None) -> None:
    assert field_of(label) == field


def test_every_name_stands_for_one_field() -> None:
    names = [name for row in NAMES.values() for name in row.split()]
    assert len(names) == len(set(names))
    assert all(field_of(field) == field for field in NAMES)


def test_of_several_names_the_best_has_the_field() -> None:
    assert columns(["单位", "答复单位", "内容", "答复内容"]) == {1: "agency", 3: "text", 2: "question"}
    assert columns(["标题", "内容"]) == {0: "title", 1: "text"}
    assert gather([("发文机关", " "), ("发布机构", "区政府办"), ("索引号", "7")]) == {"agency": "区政府办"}


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
