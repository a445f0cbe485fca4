"""Plain text and Markdown: the blocks read from them."""

import time
from pathlib import Path

import pytest

from corpus.readers import read
from corpus.types import Block, RawDocument
from tests.readers.reading import only, save

LETTER = "张立勤委员：\n\n　　您提出的提案收悉。\n\n福田区民政局\n"


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
        (
            "|项|额|\n|-|-|\n|养老|**100**万|",
            [Block("项\t额", whole=True, row=1, heads=1), Block("养老\t100万", whole=True, row=2, heads=1)],
        ),
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
        ("<table><tr><td>甲</td><td>乙</td></tr></table>", [Block("甲\t乙", whole=True)]),
        (">" * 30 + "引用", [Block("引用")]),
    ],
)  # fmt: skip
def test_markdown_blocks(tmp_path: Path, source: str, expected: list[Block]) -> None:
    found = only(tmp_path, "a.md", source)
    assert [block for block in found.blocks if block.text] == expected


def test_a_blank_block_stands_between_paragraphs_but_not_between_lines(tmp_path: Path) -> None:
    found = only(tmp_path, "a.md", "甲\n乙\n\n丙")
    assert [block.text for block in found.blocks] == ["甲", "乙", "", "丙", ""]
