"""The judged set of commitments and verdicts is whole, and what is read off the sample archive stays as good."""

import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from corpus.facts.commitments import Commitment
from eval.facts_commitments import SPLITS, measure_commitments, pairs
from tests.letters import SAMPLE

FOLDER = Path(__file__).resolve().parents[1] / "eval" / "sample"


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / name).read_text("utf-8").splitlines()]


def test_a_thread_is_in_one_split() -> None:
    judged = rows("commitments.jsonl") + rows("verdicts.jsonl")
    threads = {(row["thread"], row["split"]) for row in judged}
    assert {split for _, split in threads} == set(SPLITS)
    assert max(Counter(thread for thread, _ in threads).values()) == 1


def test_days_are_days_and_verdicts_have_words() -> None:
    assert all(row["due"] is None or date.fromisoformat(row["due"]) for row in rows("commitments.jsonl"))
    assert all((row["verdict"] is None) == (row["quote"] is None) for row in rows("verdicts.jsonl"))


def test_a_status_has_later_words_that_show_it() -> None:
    judged = rows("commitments.jsonl")
    assert {row["status"] for row in judged} == {"kept", "late", "dropped", None}
    assert all((row["status"] is None) == (row["evidence"] is None) for row in judged)


def commitment(start: int, end: int) -> Commitment:
    return Commitment(start, end, None, None, None, "will")


def test_spans_are_one_commitment_where_they_share_half_of_the_shorter_and_each_once() -> None:
    judged = [(0, 10), (10, 20)]
    assert pairs(judged, [commitment(0, 20)]) == [(0, 0)]
    assert pairs(judged, [commitment(6, 16)]) == [(1, 0)]
    assert pairs(judged, [commitment(17, 40)]) == []


def test_the_sample_archive_is_read_as_well_as_the_readme_says() -> None:
    figures = measure_commitments(SAMPLE, FOLDER)
    dev, test = figures["dev"], figures["test"]
    assert dev.outcomes.right >= 15
    assert dev.outcomes.found - dev.outcomes.right <= 4
    assert test.commitments.precision >= 0.88
    assert test.commitments.recall >= 0.84
    assert test.commitments.due >= 0.9
