"""What the sample archive's verdicts and conflicts are worth against the judged sets, and how pairs are counted."""

import json
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import DafuError
from eval.conflicts import measure_conflicts
from eval.fact_scores import Score
from eval.verdict_facts import measure_verdicts
from indexer.snapshot import open_index
from search_api.analyses.conflicts import conflicts

JUDGED = Path(__file__).resolve().parents[1] / "eval" / "sample"


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (JUDGED / name).read_text("utf-8").splitlines()]


def scored(scores: tuple[Score, ...], what: str, part: str) -> Score:
    (score,) = [each for each in scores if (each.what, each.part) == (what, part)]
    return score


def test_conflicts_of_the_sample_archive_stay_as_good(sample_index: Path) -> None:
    measured = measure_conflicts(open_index(sample_index), lines("conflicts.jsonl"))
    dev = scored(measured.scores, "矛盾", "dev")
    assert (dev.judged, dev.right) >= (14, 10)
    assert dev.precision >= 0.9
    assert scored(measured.scores, "列出的全部", "all").precision >= 0.8


def test_a_pair_is_found_in_either_order_and_only_by_its_own_values(sample_index: Path) -> None:
    snapshot = open_index(sample_index)
    one = next(each for each in conflicts(snapshot) if each.a.value is not None)
    sides = [vars(side) for side in (one.b, one.a)]
    line = {"split": "dev", "what": one.what, "kind": "value", "a": sides[0], "b": sides[1], "conflict": True}
    other = {**line, "a": {**sides[0], "value": -1}}
    score = scored(measure_conflicts(snapshot, [line, other]).scores, "矛盾", "dev")
    assert (score.right, score.found, score.judged) == (1, 1, 2)


def test_verdicts_of_the_sample_archive_stay_as_good(sample_index: Path) -> None:
    measured = measure_verdicts(open_index(sample_index), lines("verdicts.jsonl"))
    macro = {mean.part: mean.value for mean in measured.means}
    assert macro["dev"] >= 0.8
    assert macro["test"] >= 0.55
    assert scored(measured.scores, "处理结果：全部段落", "test").precision >= 0.6


def test_a_passage_that_the_index_lacks_is_named(sample_index: Path) -> None:
    line = {"passage_id": "甲局:1号#00000000", "split": "dev", "verdict": None}
    with pytest.raises(DafuError, match="甲局:1号#00000000"):
        measure_verdicts(open_index(sample_index), [line])
