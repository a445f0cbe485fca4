"""Measures worked by hand, the field's formats, and `dafu eval run` on the sample archive."""

import gzip
import json
import math
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corpus.errors import DafuError
from dafu import app
from eval.measures import measure
from eval.trec import Topic, read_candidates, read_qrels, read_topics, write_run

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
    assert figures["all"]["nDCG@10"] == pytest.approx((q1 + q2 + 0) / 3)
    assert figures["all"]["RR@10"] == pytest.approx((1 / 2 + 1 / 2 + 0) / 3)
    assert figures["all"]["R@10"] == pytest.approx((1 + 1 + 0) / 3)
    assert figures["all"]["queries"] == 3
    assert figures["short"]["nDCG@10"] == pytest.approx((q1 + q2) / 2)
    assert figures["long"] == {"nDCG@10": 0.0, "R@10": 0.0, "RR@10": 0.0, "R@100": 0.0, "queries": 1}


def test_formats_are_those_of_trec(tmp_path: Path) -> None:
    (tmp_path / "qrels.txt").write_text("q1 0 a 2\nq1 0 b 1\n\nq2\t0\ta\t1\n", encoding="utf-8")
    assert read_qrels(tmp_path / "qrels.txt") == {"q1": {"a": 2, "b": 1}, "q2": {"a": 1}}
    (tmp_path / "c.txt").write_text("a\nb\n\n", encoding="utf-8")
    assert read_candidates(tmp_path / "c.txt") == {"a", "b"}
    write_run(tmp_path / "r.run", {"q1": {"b": 1.0, "a": 1.0, "c": 2.5}}, "hybrid")
    assert (tmp_path / "r.run").read_text(encoding="utf-8").splitlines() == [
        "q1 Q0 c 1 2.500000 hybrid",
        "q1 Q0 a 2 1.000000 hybrid",
        "q1 Q0 b 3 1.000000 hybrid",
    ]
    line = json.dumps({"query_id": "q1", "text": "食堂", "category": "short"}) + "\n"
    (tmp_path / "t.jsonl.gz").write_bytes(gzip.compress(line.encode()))
    assert read_topics(tmp_path / "t.jsonl.gz") == [Topic("q1", "食堂", "short")]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("qrels.txt", "q1 0 a\n", "第 1 行：应为“query_id 0 doc_id 相关度”四列，实际是“q1 0 a”"),
        ("qrels.txt", "q1 0 a 1\nq1 0 b x\n", "第 2 行"),
        ("topics.jsonl", '{"query_id": "q1"}\n', "第 1 行：应为含 query_id、text、category"),
        ("topics.jsonl", "\n", "没有题目"),
        ("topics.jsonl.gz", "no gzip", "无法读取"),
    ],
)
def test_damaged_input_is_named_by_file_and_line(tmp_path: Path, name: str, content: str, sentence: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    read = read_qrels if name.startswith("qrels") else read_topics
    with pytest.raises(DafuError, match=sentence):
        read(tmp_path / name)


def test_eval_run_prints_every_leg_and_writes_json_and_runs(sample_index: Path, tmp_path: Path) -> None:
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
    assert figures["lexical"]["keywords"]["R@10"] == 1.0


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
