"""Measures worked by hand, the field's formats, and `dafu eval run` on the sample archive."""

import gzip
import json
import math
import re
from pathlib import Path

import ir_measures
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from typer.testing import CliRunner

from corpus.errors import DafuError
from dafu import app
from eval.measures import PRECISION_AT, judged, measure, per_query
from eval.significance import bootstrap_intervals
from eval.trec import Run, Topic, ranked, read_candidates, read_qrels, read_run, read_topics, write_run

TOPICS = [
    Topic("q1", "食堂", "short"),
    Topic("q2", "电梯", "short"),
    Topic("q3", "停车", "long"),
    Topic("q4", "无", "long"),
]
QRELS = {"q1": {"a": 2, "b": 1}, "q2": {"a": 1}, "q3": {"c": 1}}
RUN = {"q1": {"x": 3.0, "a": 2.0, "b": 1.0}, "q2": {"b": 1.0, "a": 0.5}}


def test_measures_by_hand() -> None:
    figures = measure(RUN, QRELS, TOPICS)
    # q1: a (gain 2) at rank 2, b (gain 1) at rank 3; q2: a at rank 2; q3 is judged without results: 0; q4 is unjudged.
    q1 = (2 / math.log2(3) + 1 / math.log2(4)) / (2 / math.log2(2) + 1 / math.log2(3))
    q2 = (1 / math.log2(3)) / 1
    assert figures["all"].means["nDCG@10"] == pytest.approx((q1 + q2 + 0) / 3)
    assert figures["all"].means["RR@10"] == pytest.approx((1 / 2 + 1 / 2 + 0) / 3)
    assert figures["all"].means["R@10"] == pytest.approx((1 + 1 + 0) / 3)
    assert figures["all"].queries == 3
    assert figures["short"].means["nDCG@10"] == pytest.approx((q1 + q2) / 2)
    # Of two queries, a resample is both (1/2), only the first (1/4) or only the second (1/4).
    assert figures["short"].ci["nDCG@10"] == pytest.approx((min(q1, q2), max(q1, q2)))
    zero = {"nDCG@10": 0.0, "R@10": 0.0, "RR@10": 0.0, "R@100": 0.0}
    assert figures["long"].to_json() == {**zero, "queries": 1, "ci": {name: [0.0, 0.0] for name in zero}}


def test_a_topic_without_a_relevant_document_is_no_failure() -> None:
    nothing = Topic("n1", "月球基地", "none")
    figures = measure({**RUN, "n1": {"a": 1.0}}, {**QRELS, "n1": {"a": 0, "b": -1}}, [*TOPICS, nothing])
    assert "none" not in figures
    assert figures == measure(RUN, QRELS, TOPICS)
    assert judged([nothing, TOPICS[0], TOPICS[3]], {**QRELS, "n1": {"a": 0}}) == [TOPICS[0]]


def test_topics_without_a_category_are_counted_once() -> None:
    assert measure(RUN, QRELS, [Topic("q1", "食堂", "all")])["all"].queries == 1


def test_interpolated_precision_by_hand() -> None:
    # a at rank 2, b at rank 4: precision is at most 2/4 wherever recall is at least 0.
    run = {"q": {"x": 4.0, "a": 3.0, "y": 2.0, "b": 1.0}}
    assert per_query(run, {"q": {"a": 1, "b": 1}}, ["q"], PRECISION_AT).tolist() == [[0.5] * 11]
    run = {"q": {"a": 4.0, "x": 3.0, "y": 2.0, "b": 1.0}}
    assert per_query(run, {"q": {"a": 1, "b": 1}}, ["q"], PRECISION_AT).tolist() == [[1.0] * 6 + [0.5] * 5]


def test_documents_of_equal_score_are_measured_in_the_order_they_are_shown_in() -> None:
    run: Run = {"q": {"c": 1.0, "b": 1.0, "a": 1.0}}
    assert ranked(run["q"]) == ["a", "b", "c"]
    for relevant, rank in (("a", 1), ("b", 2), ("c", 3)):
        assert per_query(run, {"q": {relevant: 1}}, ["q"])[0].tolist() == pytest.approx(
            [1 / math.log2(rank + 1), 1, 1 / rank, 1]
        )


def column(*values: float) -> NDArray[np.float64]:
    return np.array(values)[:, None]


def test_bootstrap_intervals_by_hand() -> None:
    assert bootstrap_intervals(column(0.25)).tolist() == [[0.25, 0.25]]
    # Two queries: the mean is 0 or 1 in a quarter of the resamples each.
    assert bootstrap_intervals(column(0, 1)).tolist() == [[0.0, 1.0]]
    # Three: the mean of (1, 1, 0) is 0 in one resample of 27, which is more than 2.5 %.
    assert bootstrap_intervals(column(1, 1, 0)).tolist() == [[0.0, 1.0]]
    # Nine of ten: a resample's zeros are Binomial(10, 0.1); four or more have 1.3 %, three or more 7.0 %.
    assert bootstrap_intervals(column(*[1] * 9, 0)).tolist() == [[pytest.approx(0.7), 1.0]]
    both = np.hstack([column(0.1, 0.5, 0.9, 0.2), column(1, 1, 0, 1)])
    assert bootstrap_intervals(both).tolist() == bootstrap_intervals(both.copy()).tolist()
    assert bootstrap_intervals(both)[1].tolist() == bootstrap_intervals(both[:, 1:])[0].tolist()


def test_formats_are_those_of_trec(tmp_path: Path) -> None:
    (tmp_path / "qrels.txt").write_text("q1 0 a 2\nq1 0 b 1\n\nq2\t0\ta\t1\n", encoding="utf-8")
    assert read_qrels(tmp_path / "qrels.txt") == {"q1": {"a": 2, "b": 1}, "q2": {"a": 1}}
    (tmp_path / "c.txt").write_text("a\nb\n\n", encoding="utf-8")
    assert read_candidates(tmp_path / "c.txt") == {"a", "b"}
    write_run(tmp_path / "r.run", {"q1": {"b": 1.0, "a": 1.0, "c": 2.5}}, "hybrid")
    assert (tmp_path / "r.run").read_text(encoding="utf-8").splitlines() == [
        "q1 Q0 c 1 2.5 hybrid",
        "q1 Q0 a 2 1.0 hybrid",
        "q1 Q0 b 3 1.0 hybrid",
    ]
    line = json.dumps({"query_id": "q1", "text": "食堂", "category": "short"}) + "\n"
    (tmp_path / "t.jsonl.gz").write_bytes(gzip.compress(line.encode()))
    assert read_topics(tmp_path / "t.jsonl.gz") == [Topic("q1", "食堂", "short")]


def read_by_ir_measures(path: Path) -> Run:
    run: Run = {}
    with path.open(encoding="utf-8") as file:
        for hit in ir_measures.read_trec_run(file):  # type: ignore[no-untyped-call]  # has no annotations
            run.setdefault(hit.query_id, {})[hit.doc_id] = hit.score
    return run


def test_runs_of_other_tools_are_read(tmp_path: Path) -> None:
    # trec_eval's own example is separated by tabs and blanks, and its ranks start at 0.
    text = "301\tQ0\tFR940202-2-00150\t0\t2.129133\tSTANDARD\n301  Q0 FR940202-2-00098  1 -1.5e-2 STANDARD\r\n"
    (tmp_path / "other.run").write_text(text, encoding="utf-8")
    expected: Run = {"301": {"FR940202-2-00150": 2.129133, "FR940202-2-00098": -0.015}}
    assert read_run(tmp_path / "other.run") == expected
    assert read_by_ir_measures(tmp_path / "other.run") == expected


IDS = st.text(st.characters(exclude_categories=("Cs", "Z", "Cc")), min_size=1)
RUNS = st.dictionaries(IDS, st.dictionaries(IDS, st.floats(allow_nan=False, allow_infinity=False), min_size=1))


@given(run=RUNS.filter(bool))
@settings(suppress_health_check=[HealthCheck.too_slow])  # a busy machine draws slowly
def test_a_run_that_is_written_is_read_the_same_by_us_and_by_ir_measures(
    tmp_path_factory: pytest.TempPathFactory, run: Run
) -> None:
    path = tmp_path_factory.mktemp("run") / "r.run"
    write_run(path, run, "tag")
    assert read_run(path) == run
    assert read_by_ir_measures(path) == run


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("qrels.txt", "q1 0 a\n", "第 1 行：应为“query_id 0 doc_id 相关度”四列，实际是“q1 0 a”"),
        ("qrels.txt", "q1 0 a 1\nq1 0 b x\n", "第 2 行"),
        ("qrels.txt", "q1 0 a --1\n", "第 1 行"),
        ("topics.jsonl", '{"query_id": "q1"}\n', "第 1 行：应为含 query_id、text、category"),
        ("topics.jsonl", "\n", "没有题目"),
        ("topics.jsonl.gz", "no gzip", "无法读取"),
        ("topics.jsonl", '{"query_id": 1, "text": "a"}\n' * 2, "第 2 行：query_id“1”重复出现"),
        ("candidates.txt", " \n", "没有候选"),
        (
            "x.run",
            "q1 Q0 a 1 2.5\n",
            "第 1 行：应为“query_id Q0 doc_id 名次 得分 标签”六列，实际有 5 列：“q1 Q0 a 1 2.5”",
        ),
        ("x.run", "q1 Q0 a 1 2.5 t\nq1 Q0 b 2 high t\n", "第 2 行：第五列应为得分（数字），实际是“high”"),
        ("x.run", "q1 Q0 a 1 nan t\n", "第 1 行：第五列应为得分（数字），实际是“nan”"),
        ("x.run", "q1 Q0 a 1 2 t\nq1 Q0 a 2 1 t\n", "第 2 行：题目“q1”中文档“a”重复出现"),
        ("x.run", "\n", "没有排序"),
    ],
)
def test_damaged_input_is_named_by_file_and_line(tmp_path: Path, name: str, content: str, sentence: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    read = {"qrels": read_qrels, "topics": read_topics, "candidates": read_candidates, "x": read_run}
    with pytest.raises(DafuError, match=re.escape(sentence)):
        read[name.partition(".")[0]](tmp_path / name)


def test_eval_run_prints_every_mode_and_writes_json_and_runs(sample_index: Path, tmp_path: Path) -> None:
    found = "松澜市民政局:松民函〔2023〕51号"
    topics = [
        {"query_id": "t1", "text": "长者食堂 关停", "category": "keywords"},
        {"query_id": "t2", "text": "松民函〔2023〕51号", "category": "number"},
    ]
    (tmp_path / "topics.jsonl").write_text("\n".join(json.dumps(t) for t in topics), encoding="utf-8")
    (tmp_path / "qrels.txt").write_text(f"t1 0 {found} 1\nt2 0 {found} 1\n", encoding="utf-8")
    arguments = ["--topics", str(tmp_path / "topics.jsonl"), "--qrels", str(tmp_path / "qrels.txt")]
    outputs = ["--json", str(tmp_path / "out.json"), "--runs", str(tmp_path / "runs")]
    result = CliRunner().invoke(app, ["eval", "run", "--index", str(sample_index), *arguments, *outputs])
    assert result.exit_code == 0, result.output
    figures = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert list(figures) == ["lexical", "vector", "hybrid"]
    for mode in figures:
        assert list(figures[mode]) == ["all", "keywords", "number"]
        assert figures[mode]["number"]["RR@10"] == 1.0
        run = (tmp_path / "runs" / f"{mode}.run").read_text(encoding="utf-8").splitlines()
        assert {line.split()[0] for line in run} == {"t1", "t2"}
        low, high = figures[mode]["all"]["ci"]["nDCG@10"]
        assert low <= figures[mode]["all"]["nDCG@10"] <= high
    assert figures["lexical"]["keywords"]["R@10"] == 1.0
    assert "95 % 区间" in result.output
    assert result.output.count("1.000–1.000") >= 3  # the look-up, by every mode
    assert "lexical：每题用时中位" in result.output


def test_topics_that_cannot_be_measured_are_counted_out_or_refused(sample_index: Path, tmp_path: Path) -> None:
    write = {"t1": "松民函〔2023〕51号", "n1": "月球基地", "u1": "没有评判的题"}
    topics = [json.dumps({"query_id": query_id, "text": text}) for query_id, text in write.items()]
    (tmp_path / "topics.jsonl").write_text("\n".join(topics), encoding="utf-8")
    arguments = ["eval", "run", "--index", str(sample_index), "--modes", "lexical"]
    files = ["--topics", str(tmp_path / "topics.jsonl"), "--qrels", str(tmp_path / "qrels.txt")]
    (tmp_path / "qrels.txt").write_text("t1 0 松澜市民政局:松民函〔2023〕51号 1\nn1 0 x 0\n", encoding="utf-8")
    result = CliRunner().invoke(app, [*arguments, *files])
    assert result.exit_code == 0, result.output
    assert "另有 2 题没有评判或没有相关的文档，不计入。" in result.output
    assert re.search(r"lexical +all +1\.000 .* 1 *\n", result.output)
    (tmp_path / "qrels.txt").write_text("n1 0 x 0\n", encoding="utf-8")
    refused = CliRunner().invoke(app, [*arguments, *files])
    assert "没有一道题有相关的文档" in str(refused.exception)


def test_candidates_are_all_that_stays_of_a_ranking(sample_index: Path, tmp_path: Path) -> None:
    relevant, other = "松澜市民政局:松民函〔2023〕51号", "松澜市民政局:松民函〔2021〕42号"
    (tmp_path / "topics.jsonl").write_text(json.dumps({"query_id": "t", "text": "长者食堂", "category": "c"}), "utf-8")
    (tmp_path / "qrels.txt").write_text(f"t 0 {relevant} 1\n", encoding="utf-8")
    (tmp_path / "candidates.txt").write_text(f"{relevant}\n{other}\n", encoding="utf-8")
    command = ["eval", "run", "--index", str(sample_index), "--modes", "lexical", "--runs", str(tmp_path / "runs")]
    files = [
        f"--{n}={tmp_path / f}"
        for n, f in (("topics", "topics.jsonl"), ("qrels", "qrels.txt"), ("candidates", "candidates.txt"))
    ]
    assert CliRunner().invoke(app, [*command, *files]).exit_code == 0
    run = (tmp_path / "runs" / "lexical.run").read_text(encoding="utf-8").splitlines()
    assert {line.split()[2] for line in run} == {relevant, other}


def test_unknown_mode_is_wrong_usage(tmp_path: Path) -> None:
    arguments = ["eval", "run", "--index", "x", "--topics", "t", "--qrels", "q", "--modes", "magic"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert "magic" in result.output


@pytest.mark.parametrize("command", [["self", "--index", "i"], ["compare", "a", "b", "--qrels", "q"], ["bench"]])
def test_a_folder_that_is_not_there_is_told_before_the_work(command: list[str], tmp_path: Path) -> None:
    out = tmp_path / "absent" / "out.json"
    with pytest.raises(DafuError, match=r"结果无法写入 .*out\.json：文件夹 .*absent 不存在。请先建立它。"):
        CliRunner().invoke(app, ["eval", *command, "--json", str(out)], catch_exceptions=False)
