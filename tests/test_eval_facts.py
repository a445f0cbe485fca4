"""`dafu eval facts`: figures and pairs of them against a judged set."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corpus.errors import DafuError
from dafu import app
from eval.fact_scores import interval
from eval.facts import measure_facts
from tests.codebase import ROOT
from tests.letters import numbered

BODY = "全市现有长者食堂六十八家，日均就餐九千人次，覆盖全部街道。"
SAID = "截至2022年底，全市共有长者食堂83家，占比三成。"
FIGURE = {"indicator": "长者食堂", "unit": "家", "place": "松澜市", "kind": "stock"}


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    folder = tmp_path / "答复"
    folder.mkdir()
    (folder / "1.txt").write_text(numbered(1).replace(BODY, SAID), "utf-8")
    (folder / "2.txt").write_text(numbered(2).replace(BODY, "截至2020年底，全市共有长者食堂118家。"), "utf-8")
    return folder


def judged(folder: Path, period: str = "2022-12", *, one: bool = True) -> Path:
    lines = [
        {"thread": 1, "file": "1.txt", "text": SAID,
         "figures": [{"id": "1", "quote": "83家", "value": 83, "periods": [period], **FIGURE}]},
        {"thread": 1, "file": "2.txt", "text": "截至2020年底，全市共有长者食堂118家。",
         "figures": [{"id": "2", "quote": "118家", "value": 118, "periods": ["2020-12"], **FIGURE}]},
        {"thread": 1, "pair": ["1", "2"], "one_series": one},
    ]  # fmt: skip
    folder.mkdir(exist_ok=True)
    (folder / "figures.jsonl").write_text("\n".join(json.dumps(line) for line in lines), "utf-8")
    return folder


def test_a_figure_is_right_where_value_unit_and_period_are(archive: Path, tmp_path: Path) -> None:
    found = measure_facts(archive, judged(tmp_path / "评判"))
    total, pairs = found.scores[0], found.scores[7]
    assert (total.right, total.found, total.judged) == (2, 3, 2)  # 三成 is judged no figure
    assert (pairs.right, pairs.found, pairs.judged) == (1, 1, 1)
    assert [fault.found for fault in found.faults] == ["30 % 2022-12"]
    wrong = measure_facts(archive, judged(tmp_path / "评判", "2021-12", one=False))
    assert (wrong.scores[0].right, wrong.scores[7].right, wrong.scores[7].found) == (1, 0, 1)


def test_the_command_prints_and_writes(archive: Path, tmp_path: Path) -> None:
    out = tmp_path / "结果.json"
    line = ["eval", "facts", str(archive), "--judged", str(judged(tmp_path / "评判")), "--json", str(out)]
    done = CliRunner().invoke(app, line)
    assert done.exit_code == 0, done.output
    assert json.loads(out.read_text("utf-8"))["scores"][0]["recall"] == 1.0


def test_what_is_missing_is_said(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(DafuError, match="实际一个也没有。请检查 --judged"):
        measure_facts(archive, tmp_path)
    (tmp_path / "figures.jsonl").write_text("{", "utf-8")
    with pytest.raises(DafuError, match="第 1 行"):
        measure_facts(archive, tmp_path)


def test_intervals_hold_the_share() -> None:
    low, high = interval(9, 10)
    assert 0.59 < low < 0.6
    assert 0.98 < high < 0.99
    assert interval(0, 0) == (0.0, 1.0)


def test_the_sample_is_read_as_well_as_recorded() -> None:
    """A change that reads the judged figures worse is seen here; what was reached stands in eval/README.md."""
    found = measure_facts(ROOT / "corpus/sample/letters", ROOT / "eval/sample")
    reached = {(score.what.strip("　"), score.part): score for score in found.scores}
    for part in ("dev", "test"):
        figures, pairs = reached["数据：值、单位、时期", part], reached["数据：同一序列", part]
        assert min(figures.precision, figures.recall) >= 0.92
        assert pairs.precision >= 0.9
    assert reached["数据：值、单位、时期", "dev"].judged + reached["数据：值、单位、时期", "test"].judged >= 120
