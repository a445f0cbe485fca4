"""The paired test against exact enumeration, a comparison worked by hand, and what `dafu eval compare` prints."""

import itertools
import json
import math
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from corpus.errors import DafuError
from dafu import app
from eval.compare import compare, compare_files
from eval.reports.cells import clipped
from eval.significance import PERMUTATIONS, randomisation_p
from eval.trec import Run, Topic, write_run

TOPICS = [Topic(f"q{i}", text, "c") for i, text in enumerate(["食堂", "电梯", "停车 [/b] :smile:", "空", "月球"], 1)]
QRELS = {"q1": {"a": 1}, "q2": {"a": 1}, "q3": {"a": 1}, "q4": {"a": 1}, "q5": {"a": 0}}
A: Run = {"q1": {"a": 1.0}, "q3": {"a": 2.0, "b": 1.0}, "q5": {"a": 1.0}}
B: Run = {"q1": {"a": 1.0}, "q2": {"a": 3.0, "b": 2.0, "c": 1.0, "d": 0.5}, "q3": {"b": 2.0, "a": 1.0}}


@pytest.mark.parametrize(
    "differences",
    [
        [0.4, 0.1, 0.3, -0.2, 0.5, 0.1],
        [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
        [0.5, -0.5, 0.2, 0.0, 0.0],
        [0.1] * 3,
    ],
)
def test_p_is_that_of_every_assignment_of_signs(differences: list[float]) -> None:
    observed = abs(sum(differences)) - 1e-12
    signs = list(itertools.product([-1, 1], repeat=len(differences)))
    extreme = [abs(sum(s * d for s, d in zip(sign, differences, strict=True))) >= observed for sign in signs]
    exact = sum(extreme) / len(signs)
    error = math.sqrt(exact * (1 - exact) / PERMUTATIONS)
    assert randomisation_p(np.array(differences)[:, None])[0] == pytest.approx(exact, abs=4 * error + 1e-4)


def test_p_is_one_without_a_difference_and_never_zero() -> None:
    both = np.stack([np.zeros(60), np.ones(60)], axis=1)
    assert randomisation_p(both).tolist() == [1.0, 1 / (PERMUTATIONS + 1)]


def test_a_comparison_by_hand() -> None:
    found = compare(A, B, QRELS, TOPICS)
    ndcg, rr, recall = found.differences
    second = 1 / math.log2(3)
    # q1: 1 in both. q2: nothing in A, first in B. q3: first in A, second in B. q4: in neither. q5 does not count.
    assert (found.queries, found.without_results) == (4, (2, 1))
    assert (ndcg.measure, rr.measure, recall.measure) == ("nDCG@10", "RR@10", "R@10")
    assert (ndcg.a, ndcg.b) == pytest.approx(((1 + 0 + 1 + 0) / 4, (1 + 1 + second + 0) / 4))
    assert (rr.a, rr.b) == pytest.approx(((1 + 0 + 1 + 0) / 4, (1 + 1 + 1 / 2 + 0) / 4))
    assert (recall.a, recall.b) == pytest.approx((2 / 4, 3 / 4))
    assert [(d.wins, d.ties, d.losses) for d in found.differences] == [(1, 2, 1), (1, 2, 1), (1, 3, 0)]
    assert ndcg.ci[0] < ndcg.mean < ndcg.ci[1]
    # Of the signs of (1, -0.37), all four are as far from 0 as 0.63, where the two pull apart.
    assert ndcg.p == 1.0
    assert [(c.topic.query_id, c.a, c.b) for c in found.changed] == [
        ("q2", 0.0, 1.0),
        ("q3", 1.0, pytest.approx(second)),
    ]
    assert (found.changed[0].first_a, found.changed[0].first_b) == ((), ("a", "b", "c"))
    assert found.changed[1].first_b == ("b", "a")
    assert found.deltas == pytest.approx((1, 0, 0, second - 1))


def test_swapping_the_runs_turns_every_sign() -> None:
    there, back = compare(A, B, QRELS, TOPICS).differences[0], compare(B, A, QRELS, TOPICS).differences[0]
    assert (back.mean, back.p) == (-there.mean, there.p)
    assert (back.wins, back.losses) == (there.losses, there.wins)
    assert back.ci == pytest.approx((-there.ci[1], -there.ci[0]))


@pytest.fixture
def files(tmp_path: Path) -> Path:
    write_run(tmp_path / "a.run", A, "a")
    write_run(tmp_path / "b.run", B, "b")
    qrels = "".join(f"{q} 0 {d} {relevance}\n" for q, judged in QRELS.items() for d, relevance in judged.items())
    (tmp_path / "qrels.txt").write_text(qrels, encoding="utf-8")
    (tmp_path / "topics.jsonl").write_text("\n".join(json.dumps(t._asdict()) for t in TOPICS[1:]), encoding="utf-8")
    return tmp_path


def test_compare_prints_the_measures_and_the_queries_that_changed(files: Path) -> None:
    arguments = ["eval", "compare", str(files / "a.run"), str(files / "b.run"), "--qrels", str(files / "qrels.txt")]
    topics = ["--topics", str(files / "topics.jsonl"), "--json", str(files / "out.json")]
    result = CliRunner().invoke(app, [*arguments, *topics])
    assert result.exit_code == 0, result.output
    lines = [" ".join(line.split()) for line in result.output.splitlines()]
    # Without q1, which the topics leave out: A has 0, 1, 0 and B 1, 0.631, 0.
    assert "共同比较 3 题；差为 B 减 A，胜为 B 较好的题数。" in lines
    assert "A 中有 2 题没有结果，按 0 计。" in lines
    assert any(line.startswith("nDCG@10 0.333 0.544 +0.210 ") and line.endswith(" 1.000 1 1 1") for line in lines)
    assert "变化最大的 2 题（nDCG@10；其下为各自的前三份，✓ 为相关）：" in lines
    assert "q2 0.000 1.000" in lines
    assert "停车 [/b] :smile: ✓ a · b" in lines
    written = json.loads((files / "out.json").read_text(encoding="utf-8"))
    assert (written["run_a"], written["queries"]) == ("a.run", 3)
    assert written["measures"]["R@10"]["wins"] == 1
    assert [c["query_id"] for c in written["changed"]] == ["q2", "q3"]
    assert written["changed"][0]["first_b"] == ["a", "b", "c"]


def test_compare_without_topics_takes_every_judged_query(files: Path) -> None:
    found, _ = compare_files(files / "a.run", files / "b.run", files / "qrels.txt", None)
    assert found.differences == compare(A, B, QRELS, TOPICS).differences
    result = CliRunner().invoke(
        app, ["eval", "compare", *[str(files / "a.run")] * 2, "--qrels", str(files / "qrels.txt")]
    )
    assert "没有一题的 nDCG@10 有变化。" in result.output


def test_runs_of_other_topics_are_refused(files: Path) -> None:
    write_run(files / "other.run", {"z9": {"a": 1.0}}, "z")
    with pytest.raises(DafuError, match=r"没有共同的题目：排序中有“z9”等 1 题，应有“q1”等 4 题"):
        compare_files(files / "a.run", files / "other.run", files / "qrels.txt", None)
    (files / "none.txt").write_text("q1 0 a 0\n", encoding="utf-8")
    with pytest.raises(DafuError, match="没有一道要比较的题目有相关的文档"):
        compare_files(files / "a.run", files / "b.run", files / "none.txt", None)


def test_a_query_is_shown_on_one_line_and_masked() -> None:
    assert clipped("联系人：陈小平，\n 电话：13000001234") == "联系人：陈**， 电话：130********"
    assert clipped("甲" * 100, 5) == "甲甲甲甲甲…"
