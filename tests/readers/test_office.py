"""Documents and tables of older Office and of WPS: what they keep beside their text."""

from pathlib import Path

import pytest

from corpus.types import Block
from tests.readers.files import OFFICE
from tests.readers.reading import documents, every, only, texts

DOC, XLS = (OFFICE / "letter.doc").read_bytes(), (OFFICE / "messages.xls").read_bytes()
LETTER = [
    "关于市政协八届三次会议第138号提案的答复",
    "罗向晚委员：",
    "您提出的《关于增设社区食堂的提案》收悉，现答复如下：",
    "一、基本情况",
    "全市现有社区食堂四十六家，其中助餐点十二家。",
    "（一）每餐补三元。",
    "（二）送餐上门。",
]


@pytest.mark.parametrize("name", ["答复.doc", "答复.wps", "答复.docx"])
def test_an_old_word_document_keeps_headings_numbers_and_table(tmp_path: Path, name: str) -> None:
    """The file has hidden text, a deletion and an insertion too."""
    found = only(tmp_path, name, DOC)
    assert found.source.media_type == "application/msword"
    assert found.fields == {"doc_number": "松民函〔2023〕51号"}
    assert texts(found)[:7] == LETTER
    assert [text for text in texts(found) if "北门街道" in text and "4" in text and "5" in text]
    assert texts(found)[-4:] == [
        "二、下一步工作",
        "今年将新建八家。槐树巷的年内开张。",
        "松澜市民政局",
        "2023年6月18日",
    ]
    assert [block.level for block in found.blocks[:4]] == [1, 0, 0, 2]


def test_the_text_of_a_word_document_outlives_its_formatting(tmp_path: Path) -> None:
    font = DOC.index("Times New Roman".encode("utf-16-le")) - 40  # where its length stands ([MS-DOC] 2.9.83)
    found = only(tmp_path, "a.doc", DOC[:font] + b"\xff" + DOC[font + 1 :])
    assert texts(found)[:5] == LETTER[:5]  # without what is hidden
    assert "今年将新建八家。槐树巷的年内开张。" in texts(found)
    assert not any(block.level for block in found.blocks)


@pytest.mark.parametrize("name", ["来信.xls", "来信.et", "来信.xlsx"])
def test_an_old_workbook_keeps_merged_cells_dates_and_zeros(tmp_path: Path, name: str) -> None:
    first, second = documents(every(tmp_path, name, XLS))
    assert first.fields == {
        "doc_id": "00000152",
        "title": "高龄老人助餐补贴怎么领",
        "asked_on": "2024-06-03",
        "replied_on": "2024-06-20",
        "agency": "青禾区民政局",
    }
    assert second.fields == {
        "doc_id": "00000153",
        "title": "社区食堂何时开张",
        "asked_on": "2024.6.5",
        "replied_on": "2024-06-20",
        "agency": "青禾区民政局",
    }
    assert texts(second) == ["槐树巷社区食堂年内开张。"]
    assert (first.source.locator, first.source.media_type) == (4, "application/vnd.ms-excel")


def test_a_table_of_text_under_the_name_of_a_workbook(tmp_path: Path) -> None:
    found = only(tmp_path, "导出.xls", "工单编号\t答复内容\n'0007\t已办结。\n".encode("gb18030"))
    assert (texts(found), found.source.media_type) == (["已办结。"], "text/csv")


def test_a_web_page_under_the_name_of_a_workbook_is_a_table(tmp_path: Path) -> None:
    rows = "<tr><td>金额<td>标题<td>答复内容</tr><tr><td>7<td><td>已办结。<br>请放心。</tr><tr><td>8<td>乙<td>已转办。"
    first, second = documents(every(tmp_path, "导出.xls", f"<html><table>{rows}</table></html>".encode("gb18030")))
    assert (first.fields, texts(first), first.source.locator) == ({}, ["已办结。", "请放心。"], 2)
    assert (second.fields, texts(second)) == ({"title": "乙"}, ["已转办。"])


def test_rtf(tmp_path: Path) -> None:
    """Written in GBK: a list, a table, hidden text and a deletion."""
    text = r"""{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0 \'cb\'ce\'cc\'e5;}}
{\listtext （一）\tab}一段话。{\v 内部备注}\par
{\deleted 明年再说。}今年办。\par
\trowd\cellx100\cellx200 街道\cell 2023年\cell\row
\'bd\'d6\u36947 ?\par}""".encode("gb18030")
    found = only(tmp_path, "a.rtf", text)
    assert texts(found) == ["（一）一段话。", "今年办。", "街道\t2023年", "街道"]
    assert all(isinstance(block, Block) and block.whole for block in found.blocks)
