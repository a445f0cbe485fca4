"""The archive in figures, the index and its calibration, and what could not be read."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from indexer.build.update import BuildOptions, BuildReport, build
from search_api.web.app import create_app
from search_api.web.pages.status import Bar, bars, without_path
from tests.conftest import make_index, silent, write_letters


@pytest.fixture(scope="module")
def page(sample_index: Path) -> Iterator[str]:
    with TestClient(create_app(sample_index)) as client:
        yield client.get("/status").text


def test_letters_by_year_are_columns_that_lead_to_them(page: str) -> None:
    columns = re.findall(r'\?year=(\d{4})">.*?<rect y="([\d.]+)" width="10" height="([\d.]+)"/>.*?number">(\d+)<', page)
    assert [(year, count) for year, _, _, count in columns] == [
        ("2019", "7"), ("2020", "11"), ("2021", "13"), ("2022", "13"), ("2023", "13"), ("2024", "12"), ("2025", "9"),
    ]  # fmt: skip
    assert all(float(top) + float(height) == 100 for _, top, height, _ in columns)
    assert columns[2][2] == "100.0"


def test_twelve_agencies_and_the_rest(page: str, sample_index: Path) -> None:
    rows = re.findall(r'<li><a href="([^"]+)">([^<]+)</a><span class="number">(\d+)<', page)
    counts = [int(count) for _, _, count in rows]
    assert len(rows) == 12
    assert counts == sorted(counts, reverse=True)
    others, left = re.findall(r"另外 (\d+) 个单位共 (\d+) 份", page)[0]
    assert (12 + int(others), sum(counts) + int(left)) == (34, 78)
    with TestClient(create_app(sample_index)) as client:
        assert f"<strong>{rows[0][2]}</strong> 份答复" in client.get(rows[0][0]).text


def test_the_calibration_is_a_table(page: str) -> None:
    heads = re.findall(r'<th scope="col">(\S+) <small>(\d+) 组</small>', page)
    assert heads[0] == ("全部", "168")
    rows = re.findall(r'<th scope="row">(只用词语|只用向量|两者合用).*?</th>((?:<td>[01]\.\d{3}</td>)+)', page)
    assert [name for name, _ in rows] == ["只用词语", "只用向量", "两者合用"]
    assert all(figures.count("<td>") == len(heads) for _, figures in rows)
    assert page.count("正在使用") == 1


def test_everything_that_was_read_is_said_so(page: str) -> None:
    assert "没有，73 个文件都读入了" in page
    assert re.search(r"最近一次更新在 <time datetime=\"20\d\d-", page)
    assert "建议用 --retrain" not in page


def test_no_chart_needs_a_style_of_its_own(page: str) -> None:
    assert not re.search(r"\sstyle=|<style|<script(?![^>]*src=)", page)


def test_what_could_not_be_read_is_named_and_masked(tmp_path: Path) -> None:
    source = tmp_path / "秘密位置" / "letters"
    write_letters(source / "民政局")
    (source / "民政局" / "联系人：陈小平.docx").write_bytes(b"no docx")
    (source / "来信.jsonl").write_text(
        '{"a": 1}\n{"id": "好", "text": "您反映的路灯不亮问题，已经全部修复。"}\n', encoding="utf-8"
    )
    make_index(source, tmp_path / "index")
    with TestClient(create_app(tmp_path / "index")) as client:
        page = client.get("/status").text
    named = dict(re.findall(r"<dt>([^<]+)</dt><dd>(期望[^<]+|第[^<]+行[^<]+)</dd>", page))
    assert named["来信.jsonl"].startswith("第 1 行：期望有 text")
    assert named["民政局/联系人：陈**.docx"].startswith("期望 Word 文档")
    assert "有 2 处无法读取" in page
    assert "秘密位置" not in page
    assert "另有 1 份没有读出年份" in page


def test_an_archive_that_has_outgrown_its_encoder_says_so_as_the_command_does(tmp_path: Path) -> None:
    def index() -> BuildReport:
        return build([tmp_path / "letters"], tmp_path / "index", BuildOptions(), silent)

    write_letters(tmp_path / "letters")
    index()
    more = [
        {"id": f"甲{i}", "text": f"您反映的路灯不亮问题，已经修复，共{i}盏。", "replied_on": f"20{i:02}-01-02"}
        for i in (10, 14)
    ]
    (tmp_path / "letters" / "更多.jsonl").write_text("\n".join(map(json.dumps, more)), encoding="utf-8")
    report = index()
    with TestClient(create_app(tmp_path / "index")) as client:
        page = client.get("/status").text
    [note] = report.notes
    assert "建议用 --retrain 重新训练" in note
    assert note in page
    years = re.findall(r'class="year">(\d{4})', page)
    assert years == [str(year) for year in range(2010, 2024)]  # those without a letter are there, empty
    assert page.count("<rect") - page.count('<rect width="') == 5


def test_a_bar_is_never_too_short_to_see() -> None:
    assert bars([("甲", 1000), ("乙", 1), ("丙", 0)]) == [Bar("甲", 1000, 100.0), Bar("乙", 1, 1.0), Bar("丙", 0, 0.0)]
    assert bars([]) == []


@pytest.mark.parametrize(
    ("reason", "path", "told"),
    [
        ("民政局/a.docx：期望 Word 文档", "/data/答复/民政局/a.docx", "期望 Word 文档"),
        ("a.docx：期望 Word 文档", "/data/a.docx", "期望 Word 文档"),
        ("答复/a.csv：第 3 行：期望成对的引号", "/data/答复/a.csv", "第 3 行：期望成对的引号"),
        ("读 /data/a.docx 时磁盘出错", "/data/a.docx", "读 a.docx 时磁盘出错"),
    ],
)
def test_a_reason_does_not_repeat_the_path(reason: str, path: str, told: str) -> None:
    assert without_path(reason, path) == told
