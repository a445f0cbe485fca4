"""Tables and JSON: a document a row, its fields, and the faults among the rows."""

import gzip
import json
import random
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from corpus.errors import ReadError
from corpus.readers.fields import IGNORED, NAMES, columns, field_of, gather
from corpus.readers.merged import Region, Row, spread
from tests.readers.files import excel
from tests.readers.reading import documents, every, faults, only, texts

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


def merged(rows: Sequence[Sequence[object]], *ranges: str) -> bytes:
    """A workbook of one sheet with merged cells."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    for cells in ranges:
        sheet.merge_cells(cells)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_merged_cells_are_repeated_down_and_across(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["编号", "承办单位", "标题", "答复内容", "备注"],
        ["甲", "市民政局", "食堂", "已办结。"],
        [None, None, "送餐", "已转办。"],
        ["以下为重点件，请各单位注意保管"],
        ["乙", "市教育局", "校车", "已开通。", None],
        [None, None, None, None, "x"],
    ]
    content = merged(rows, "A2:A3", "B2:B3", "A4:E4", "D5:D6", "B5:B6")
    found = every(tmp_path, "a.xlsx", content)
    assert [d.fields for d in documents(found)] == [
        {"doc_id": "甲", "agency": "市民政局", "title": "食堂"},
        {"agency": "市民政局", "title": "送餐"},  # a number that two rows share names neither of them alone
        {"doc_id": "乙", "agency": "市教育局", "title": "校车"},
        {"agency": "市教育局"},
    ]
    assert [texts(d) for d in documents(found)] == [["已办结。"], ["已转办。"], ["已开通。"], ["已开通。"]]
    assert ["第 4 行" in fault for fault in faults(found)] == [True]


def test_merged_cells_beyond_the_sheet_or_over_each_other(tmp_path: Path) -> None:
    near = merged([["编号", "答复"], ["1", "已办结"], ["2", None]], "B2:B3")
    wide = rewritten(near, b'ref="B2:B3"', b'ref="B2:XFD1048576"')
    assert [texts(d) for d in documents(every(tmp_path, "a.xlsx", wide))] == [["已办结"], ["已办结"]]
    rows = [Row(number, ("甲", "乙")) for number in range(1, 101)]
    with pytest.raises(ReadError, match="实际合并的范围太大。请在 Excel 里取消合并"):
        spread(rows, [Region(1, 100, 0, 0)] * 11, 1000)


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_a_header_of_two_rows(tmp_path: Path, form: str) -> None:
    rows = [
        ["2024年来信汇总", "", "", "", "", ""],
        ["序号", "来信", "", "答复", "", "承办单位"],
        ["", "标题", "时间", "内容", "时间", ""],
        ["1", "食堂", "2024.6.3", "已办结。", "45463", "市民政局"],
    ]
    content = merged(rows, "A1:F1", "A2:A3", "B2:C2", "D2:E2", "F2:F3") if form == "xlsx" else to_csv(rows)
    found = only(tmp_path, f"a.{form}", content)
    expected = {"title": "食堂", "asked_on": "2024.6.3", "replied_on": "2024-06-20", "agency": "市民政局"}
    assert {field: found.fields[field] for field in expected} == expected
    assert texts(found) == ["已办结。"]


def test_a_first_row_of_words_is_no_second_row_of_the_header(tmp_path: Path) -> None:
    found = every(tmp_path, "a.csv", "编号,标题,答复,来信\n甲,内容,标题,时间\n乙,食堂,已办结,何时\n")
    assert [texts(d) for d in documents(found)] == [["标题"], ["已办结"]]


def to_csv(rows: Sequence[Sequence[str]]) -> bytes:
    return "\n".join(",".join(row) for row in rows).encode("utf-8-sig")


def test_marks_of_excel_are_no_part_of_a_value(tmp_path: Path) -> None:
    rows = [
        ["编号", "标题", "来信时间", "答复时间", "答复"],
        ["'0152", "'您好'", "45446.5", "2024年", "您好。_x000D_\n已办结。"],
    ]
    found = only(tmp_path, "a.xlsx", excel(rows))
    assert found.fields == {"doc_id": "0152", "title": "'您好'", "asked_on": "2024-06-03", "replied_on": "2024年"}
    assert texts(found) == ["您好。", "已办结。"]
    marked = '编号,答复\n"=""0152""",已办结\n\'0153,已办结\n'
    assert [d.fields["doc_id"] for d in documents(every(tmp_path, "a.csv", marked))] == ["0152", "0153"]
    assert only(tmp_path, "a.csv", "编号,答复\n45446,45446\n").fields == {"doc_id": "45446"}


def test_a_number_has_the_zeros_that_its_format_shows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (["编号", "答复"], [152, "一"], [153, "二"]):
        sheet.append(row)
    sheet["A2"].number_format, sheet["A3"].number_format = "00000000", '"A"0000'
    buffer = BytesIO()
    book.save(buffer)
    found = documents(every(tmp_path, "a.xlsx", buffer.getvalue()))
    assert [d.fields["doc_id"] for d in found] == ["00000152", "A0153"]


def rewritten(book: bytes, old: bytes, new: bytes) -> bytes:
    """The workbook with other words in its parts."""
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(book)) as whole, zipfile.ZipFile(buffer, "w") as wrong:
        for name in whole.namelist():
            wrong.writestr(name, whole.read(name).replace(old, new))
    return buffer.getvalue()


def test_the_size_that_a_sheet_states_is_not_believed(tmp_path: Path) -> None:
    book = rewritten(excel([["编号", "答复"], [1, "已办结"]]), b'ref="A1:B2"', b'ref="A1"')
    assert texts(only(tmp_path, "a.xlsx", book)) == ["已办结"]


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


def test_a_hotline_tells_its_replies_under_results(tmp_path: Path) -> None:
    reply = "已更换灯具两盏，当晚恢复照明。"
    told = f"工单编号,诉求标题,诉求内容,承办单位,办理结果\nG1,路灯不亮,三号楼前的灯坏了。,区城管局,{reply}\n"
    document = only(tmp_path, "工单.csv", told)
    assert texts(document) == [reply]
    assert "outcome" not in document.fields
    with pytest.raises(ReadError, match="期望表头里有一列正文"):
        every(tmp_path, "办结.csv", told.replace(reply, "已解决"))
