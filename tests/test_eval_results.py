"""Recorded results: written once, found again, and README's tables are what they give."""

import dataclasses
import json
import re
import subprocess
from pathlib import Path

import pytest

from corpus.errors import DafuError
from eval.bands import TopicHits, tally
from eval.experiment import Collection, ModeResult
from eval.measures import measure
from eval.reports.recorded import Result, check_name, current_commit, newest, record, result_of
from eval.reports.tables import README, bands, figures, with_tables
from eval.reports.tables import split as split_table
from eval.splits import measure_parts
from eval.trec import Topic

VALUES = {"nDCG@10": 0.5, "R@10": 1.0, "RR@10": 0.25, "R@100": 1.0}
RESULT = Result(
    commit="26606c8",
    date="2026-11-22T02:00:00+00:00",
    dataset="tiny",
    machine={"cores": 2},
    figures={
        "hybrid": {
            name: {**VALUES, "queries": n, "ci": {"nDCG@10": [0.4, 0.625]}}
            for name, n in (("all", 3), ("short", 2), ("long", 1))
        }
    },
    latency_ms={"hybrid": {"median": 3.04, "p95": 12.0}},
)


def test_readme_shows_the_newest_results() -> None:
    page = README.read_text(encoding="utf-8")
    named = re.findall(r"<!-- (\w+: \w+) -->", page)
    assert named == [
        "figures: leader_messages",
        "split: leader_messages",
        "bands: leader_messages",
        "figures: sample",
        "bands: sample",
        "split: everyday",
        "bands: everyday",
    ]
    assert with_tables(page) == page, "run: python -m eval.reports.tables"


def test_a_table_by_hand(tmp_path: Path) -> None:
    record(RESULT, tmp_path)
    page = "before\n<!-- figures: tiny -->\nold\n<!-- end -->\nafter\n"
    rows = [
        "| mode | topics | nDCG@10 | 95 % interval | R@10 | RR@10 | R@100 | ms a query (median, 95 %) | queries |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        "| hybrid | short | 0.500 | 0.400–0.625 | 1.000 | 0.250 | 1.000 |  | 2 |",
        "| hybrid | long | 0.500 | 0.400–0.625 | 1.000 | 0.250 | 1.000 |  | 1 |",
        "| hybrid | all | 0.500 | 0.400–0.625 | 1.000 | 0.250 | 1.000 | 3.0, 12.0 | 3 |",
    ]
    measured = "Measured at commit 26606c8 on 2026-11-22, 2 cores.\n\n"
    whole = f"before\n<!-- figures: tiny -->\n{measured}" + "\n".join(rows) + "\n<!-- end -->\nafter\n"
    assert with_tables(page, tmp_path) == whole
    assert with_tables(whole, tmp_path) == whole


def test_blocks_of_another_kind_are_left_alone(tmp_path: Path) -> None:
    page = "<!-- latency: tiny -->\nkept\n<!-- end -->\n"
    assert with_tables(page, tmp_path) == page


def of(value: float, queries: int) -> dict[str, object]:
    return {"nDCG@10": value, "queries": queries, "ci": {"nDCG@10": [value - 0.1, value + 0.1]}}


def test_a_table_of_a_split_by_hand(tmp_path: Path) -> None:
    split = {
        "dev": {"hybrid": {"all": of(0.5, 2), "short": of(0.25, 1), "long": of(0.75, 1)}},
        "test": {"hybrid": {"all": of(0.5, 1), "short": of(0.5, 1)}},
    }
    record(dataclasses.replace(RESULT, split=split), tmp_path)
    rows = [
        "| mode | topics | dev | 95 % interval | queries | test | 95 % interval | queries |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        "| hybrid | short | 0.250 | 0.150–0.350 | 1 | 0.500 | 0.400–0.600 | 1 |",
        "| hybrid | long | 0.750 | 0.650–0.850 | 1 |  |  | 0 |",
        "| hybrid | all | 0.500 | 0.400–0.600 | 2 | 0.500 | 0.400–0.600 | 1 |",
    ]
    whole = "<!-- split: tiny -->\nnDCG@10 at commit 26606c8.\n\n" + "\n".join(rows) + "\n<!-- end -->\n"
    assert with_tables("<!-- split: tiny -->\n<!-- end -->\n", tmp_path) == whole


def counts(two: int, one: int, zero: int, unjudged: int) -> dict[str, int]:
    return {"two": two, "one": one, "zero": zero, "unjudged": unjudged}


def test_a_table_of_bands_by_hand(tmp_path: Path) -> None:
    hits = {"高度相关": counts(3, 1, 0, 0), "相关": counts(1, 0, 1, 2), "可参考": counts(0, 0, 0, 0)}
    told = {"topics": 5, "answerable": 4, "right_abstentions": 1, "wrong_abstentions": 2, "bands": hits}
    short = {"topics": 4, "answerable": 4, "right_abstentions": 0, "wrong_abstentions": 2, "bands": hits}
    none = {"topics": 1, "answerable": 0, "right_abstentions": 1, "wrong_abstentions": 0, "bands": hits}
    of_parts = {"all": {"all": told, "short": short, "none": none}, "test": {"all": short, "short": short}}
    record(dataclasses.replace(RESULT, bands=of_parts), tmp_path)
    rows = [
        "| topics | band | hits | unjudged | judged 2 | judged 1 or 2 | with unjudged as 0 |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        "| all | 高度相关 | 4 | 0 | 0.75 | 1.00 | 0.75, 1.00 |",
        "| all | 相关 | 4 | 2 | 0.50 | 0.50 | 0.25, 0.25 |",
        "| all | 可参考 | 0 | 0 |  |  |  |",
        "| test | 高度相关 | 4 | 0 | 0.75 | 1.00 | 0.75, 1.00 |",
        "| test | 相关 | 4 | 2 | 0.50 | 0.50 | 0.25, 0.25 |",
        "| test | 可参考 | 0 | 0 |  |  |  |",
        "",
        "| 没有足够接近的答复 | should be | all | test |",
        "| --- | --- | --- | --- |",
        "| all | told | 1 of 1 | 0 of 0 |",
        "| all | not told | 2 of 4 | 2 of 4 |",
        "| short | not told | 2 of 4 | 2 of 4 |",
        "| none | told | 1 of 1 | 0 of 0 |",
    ]
    whole = "<!-- bands: tiny -->\nAt commit 26606c8.\n\n" + "\n".join(rows) + "\n<!-- end -->\n"
    assert with_tables("<!-- bands: tiny -->\n<!-- end -->\n", tmp_path) == whole


def test_what_was_not_measured_is_said_in_the_tables_place(tmp_path: Path) -> None:
    page = "<!-- figures: tiny -->\n<!-- end -->\n<!-- split: tiny -->\n<!-- end -->\n"
    assert with_tables(page, tmp_path).count("Not recorded yet: `dafu eval run … --record tiny`.") == 2
    record(RESULT, tmp_path)
    assert "The newest result (commit 26606c8) was measured without `--split`." in with_tables(page, tmp_path)
    assert "was measured without `--bands`." in with_tables(page.replace("split", "bands"), tmp_path)


def test_a_result_is_written_once(tmp_path: Path) -> None:
    path = record(RESULT, tmp_path)
    assert path.name == "2026-11-22-26606c8-tiny.json"
    assert json.loads(path.read_text(encoding="utf-8")) == dataclasses.asdict(RESULT)
    with pytest.raises(DafuError, match="已经存在：记录过的结果不改写"):
        record(RESULT, tmp_path)
    assert newest("tiny", tmp_path) == RESULT


def test_a_result_of_before_is_read_by_the_names_of_now(tmp_path: Path) -> None:
    """Recorded files are never edited: their own keys are halves, choosing, untouched and nothing_rightly."""
    hits = {"高度相关": counts(3, 1, 0, 0), "相关": counts(1, 0, 1, 2), "可参考": counts(0, 0, 0, 0)}
    told = {"topics": 5, "answerable": 4, "nothing_rightly": 1, "nothing_wrongly": 2, "bands": hits}
    old = {
        **dataclasses.asdict(RESULT),
        "halves": {"choosing": {"hybrid": {"all": of(0.5, 2)}}, "untouched": {"hybrid": {"all": of(0.25, 1)}}},
        "bands": {"all": {"all": told}, "untouched": {"all": told}},
    }
    del old["split"]
    path = tmp_path / "2026-11-22-26606c8-tiny.json"
    path.write_text(json.dumps(old, ensure_ascii=False), encoding="utf-8")
    found = newest("tiny", tmp_path)
    assert split_table(found).endswith("| hybrid | all | 0.500 | 0.400–0.600 | 2 | 0.250 | 0.150–0.350 | 1 |\n")
    assert "| all | told | 1 of 1 | 1 of 1 |" in bands(found)
    assert "| all | not told | 2 of 4 | 2 of 4 |" in bands(found)


def test_the_newest_is_by_date_and_of_the_very_dataset(tmp_path: Path) -> None:
    later = dataclasses.replace(RESULT, commit="0000000", date="2026-11-22T08:30:00+00:00")
    longer = dataclasses.replace(RESULT, dataset="very-tiny", date="2027-01-01T00:00:00+00:00")
    for result in (later, RESULT, longer):
        record(result, tmp_path)
    assert newest("tiny", tmp_path) == later
    with pytest.raises(DafuError, match="没有数据集“other”的结果：请先运行 dafu eval run --record other"):
        newest("other", tmp_path)
    (tmp_path / "2026-11-23-26606c8-tiny.json").write_text('{"commit": "x"}', encoding="utf-8")
    with pytest.raises(DafuError, match=r"2026-11-23-26606c8-tiny\.json 无法读取：应为含 commit、date"):
        newest("tiny", tmp_path)


@pytest.fixture
def measured() -> ModeResult:
    run, qrels, topics = {"q": {"a": 1.0}}, {"q": {"a": 1}}, [Topic("q", "食堂", "short")]
    return ModeResult("lexical", run, measure(run, qrels, topics), took_ms=(1.0, 2.0, 3.0))


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def test_the_commit_is_named_and_whether_all_was_committed(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "code.py").write_text("1\n", encoding="utf-8")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "one")
    git(tmp_path, "tag", "-a", "v1", "-m", "a tag is no commit")
    sha = git(tmp_path, "rev-parse", "--short", "HEAD").strip()
    assert current_commit(tmp_path) == sha
    (tmp_path / "code.py").write_text("2\n", encoding="utf-8")
    assert current_commit(tmp_path) == f"{sha}-dirty"
    with pytest.raises(DafuError, match="只能在 git 仓库中的 dafu 使用"):
        current_commit(tmp_path / ".git" / "objects")


def test_a_result_as_measured(measured: ModeResult) -> None:
    result = result_of([measured], "tiny", "26606c8-dirty")
    assert result.latency_ms == {"lexical": {"median": 2.0, "p95": 2.9}}
    assert result.figures["lexical"]["all"]["nDCG@10"] == 1.0
    assert figures(result).splitlines()[-1] == (
        "| lexical | all | 1.000 | 1.000–1.000 | 1.000 | 1.000 | 1.000 | 2.0, 2.9 | 1 |"
    )


def test_a_result_holds_parts_and_bands_where_they_were_measured(measured: ModeResult, tmp_path: Path) -> None:
    topics = (Topic("q-1", "电梯", "short"), Topic("q-2", "停车", "short"))
    parts = measure_parts([measured], Collection(topics, {"q-1": {"b": 1}, "q-2": {"c": 1}}), "number")
    hits = tally([TopicHits(topics[0], (("高度相关", 2),), abstained=False, answerable=True)])
    record(result_of([measured], "tiny", "26606c8", parts, {"all": hits}), tmp_path)
    found = newest("tiny", tmp_path)
    assert found.split is not None
    assert found.split["test"]["lexical"]["all"]["queries"] == 1
    assert found.bands is not None
    assert found.bands["all"]["short"]["bands"]["高度相关"] == counts(1, 0, 0, 0)
    assert "| all | 高度相关 | 1 | 0 | 1.00 | 1.00 | 1.00, 1.00 |" in bands(found)
    assert (
        split_table(found).splitlines()[-1] == "| lexical | all | 0.000 | 0.000–0.000 | 1 | 0.000 | 0.000–0.000 | 1 |"
    )


def test_what_cannot_be_recorded_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DafuError, match="应由小写字母、数字和下划线组成"):
        check_name("../tiny")
    with pytest.raises(DafuError, match="结果无法写入"):
        record(RESULT, tmp_path / "missing")
