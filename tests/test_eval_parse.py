"""`dafu eval parse`: each field of a record is right, wrong, missing or spurious."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from corpus.errors import DafuError
from dafu import app
from eval.parse import RESULTS, measure_parse, read_record
from tests.letters import letter

RECORD: dict[str, dict[str, Any]] = {
    "甲.txt": {
        "agency": "松澜市民政局",
        "title": "关于增设长者食堂的建议",
        "doc_number": "松民函〔2023〕51号",
        "addressees": [],
        "contact_present": True,
        "addressees_count": 1,
        "in_passages": ["全市现有长者食堂六十八家", "电梯"],
        "not_passages": ["感谢您"],
        "answer_begins": "全市现有",
        "published_on": "2023-07-01",
    },
    "表.csv#2": {"title": "路灯不亮", "question": None},
    "丙.txt": {"agency": "松澜市民政局"},
}


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    folder = tmp_path / "答复"
    folder.mkdir()
    (folder / "甲.txt").write_text(letter(), "utf-8")
    rows = ["标题,来信内容,答复内容"]
    rows += [
        f"{title},{asked},您好，市里正在抓紧办理，年内完成。"
        for title, asked in (("积水", "积水"), ("路灯不亮", "不亮"))
    ]
    (folder / "表.csv").write_text("\n".join(rows), "utf-8")
    return folder


def test_each_field_is_right_wrong_missing_or_spurious(archive: Path) -> None:
    found = measure_parse(archive, RECORD)
    assert {(c.key, c.field): c.result for c in found.comparisons} == {
        ("甲.txt", "agency"): "right",
        ("甲.txt", "title"): "wrong",
        ("甲.txt", "doc_number"): "missing",
        ("甲.txt", "addressees"): "spurious",
        ("甲.txt", "contact_present"): "right",
        ("甲.txt", "addressees_count"): "right",
        ("甲.txt", "in_passages"): "wrong",
        ("甲.txt", "not_passages"): "right",
        ("甲.txt", "answer_begins"): "right",
        ("表.csv#2", "title"): "right",
        ("表.csv#2", "question"): "spurious",
    }
    assert (found.unread, found.unknown, found.whole) == (("丙.txt",), ("published_on",), 0)
    assert [found.count(result) for result in RESULTS] == [6, 2, 1, 2]


def test_the_command_prints_a_table_and_writes_json(archive: Path, tmp_path: Path) -> None:
    record, out = tmp_path / "记录.json", tmp_path / "结果.json"
    record.write_text(json.dumps(RECORD), "utf-8")
    done = CliRunner().invoke(app, ["eval", "parse", str(archive), "--expected", str(record), "--json", str(out)])
    assert done.exit_code == 0
    assert "核对 2 份，11 项中 6 项正确；0 份全对。" in done.output
    assert "没有读出 1 份：丙.txt" in done.output
    written = json.loads(out.read_text("utf-8"))
    assert (written["right"], written["wrong"], written["missing"], written["spurious"]) == (6, 2, 1, 2)
    assert written["by_field"]["title"] == {"right": 1, "wrong": 1, "missing": 0, "spurious": 0}
    assert {
        "document": "甲.txt",
        "field": "doc_number",
        "result": "missing",
        "expected": "松民函〔2023〕51号",
        "found": None,
    } in (written["faults"])


def test_a_record_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[1]", "utf-8")
    with pytest.raises(DafuError, match=r"期望 .*的核对记录，实际 .*a\.json 不是。请"):
        read_record(tmp_path / "a.json")
    with pytest.raises(DafuError, match="期望 JSON 格式的核对记录"):
        read_record(tmp_path / "b.json")


def test_a_record_of_other_files_is_refused(archive: Path) -> None:
    with pytest.raises(DafuError, match="里有核对记录所列的文件，实际一个也没有。请检查"):
        measure_parse(archive, {"丁.txt": {"agency": None}})
