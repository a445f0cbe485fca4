"""Tables and JSON: a document a row, its fields, and the faults among the rows."""

import gzip
import json
import random
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import pytest

from corpus.errors import ReadError
from corpus.readers.fields import IGNORED, NAMES, columns, field_of, gather
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
