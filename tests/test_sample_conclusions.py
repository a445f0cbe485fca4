"""The judged conclusions of the sample archive are whole: what became of promises, and where letters contradict."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from corpus.addresses import parse_passage_id
from corpus.documents import read_documents
from corpus.masked import masked_document
from corpus.passages import split
from corpus.sources import find_files
from corpus.types import Document
from tests.letters import SAMPLE

FOLDER = Path(__file__).resolve().parents[1] / "eval" / "sample"

Row = dict[str, Any]


def rows(name: str) -> list[Row]:
    return [json.loads(line) for line in (FOLDER / name).read_text("utf-8").splitlines()]


COMMITMENTS = rows("commitments.jsonl")
JUDGED = [row for row in COMMITMENTS if row["status"] is not None]
CONFLICTS = rows("conflicts.jsonl")
TEST_FOR_CONFLICTS = {"适老化改造与家庭养老床位"}  # dev for verdicts; nobody has tuned conflicts on it


@pytest.fixture(scope="module")
def archive() -> dict[str, Document]:
    read = [each for file in find_files([SAMPLE]).files for each in read_documents(file.path, file.relative)]
    return {each.doc_id: masked_document(each) for each in read if isinstance(each, Document)}


@pytest.fixture(scope="module")
def passages(archive: dict[str, Document]) -> dict[str, str]:
    return {p.passage_id: p.text for document in archive.values() for p in split(document)}


def evidence(row: Row) -> list[Row]:
    """All that is quoted for a status, the best first."""
    return [row["evidence"], *row.get("also", [])]


def misquoted(quoted: list[Row], passages: dict[str, str]) -> list[str]:
    """The quotes that are not in the passage they name, or whose passage is not of the document they name."""
    return [
        each["quote"]
        for each in quoted
        if each["quote"] not in passages.get(each["passage_id"], "")
        or parse_passage_id(each["passage_id"])[0] != each["doc_id"]
        or not each["quote"].strip()
    ]


def when(document: Document) -> str:
    """The day of a letter, or for one without a date the year of its number."""
    if document.replied_on is not None:
        return document.replied_on.isoformat()
    year = re.search(r"〔(\d{4})〕", document.doc_id)
    assert year is not None, document.doc_id
    return year[1]


def earlier(first: Document, second: Document) -> bool:
    a, b = when(first), when(second)
    common = min(len(a), len(b))
    return a[:common] < b[:common]


def test_commitments_and_what_became_of_them_are_quoted_literally(passages: dict[str, str]) -> None:
    assert misquoted(COMMITMENTS, passages) == []
    assert misquoted([each for row in JUDGED for each in evidence(row)], passages) == []


def test_a_status_rests_on_a_later_letter(archive: dict[str, Document]) -> None:
    offenders = [
        (row["quote"], each["quote"])
        for row in JUDGED
        for each in evidence(row)
        if not earlier(archive[row["doc_id"]], archive[each["doc_id"]])
    ]
    assert offenders == []


def test_no_evidence_stands_twice_or_without_a_status() -> None:
    assert all(row["evidence"] is None and "also" not in row for row in COMMITMENTS if row["status"] is None)
    quoted = [[(each["passage_id"], each["quote"]) for each in evidence(row)] for row in JUDGED]
    assert [each for each in quoted if len(set(each)) < len(each)] == []


def test_statuses_are_as_many_as_the_readme_says() -> None:
    assert Counter((row["split"], row["status"]) for row in COMMITMENTS) == {
        ("dev", "kept"): 8, ("dev", "late"): 17, ("dev", "dropped"): 4, ("dev", None): 107,
        ("test", "kept"): 6, ("test", "late"): 8, ("test", "dropped"): 4, ("test", None): 53,
    }  # fmt: skip


def sides(row: Row) -> list[Row]:
    return [row["a"], row["b"]]


def test_conflicts_are_quoted_literally(passages: dict[str, str]) -> None:
    quoted = [side for row in CONFLICTS for side in sides(row)]
    assert misquoted([each for side in quoted for each in (side, *side.get("also", []))], passages) == []


def test_the_first_of_two_letters_is_the_earlier(archive: dict[str, Document]) -> None:
    offenders = [
        row["what"] for row in CONFLICTS if not earlier(archive[row["a"]["doc_id"]], archive[row["b"]["doc_id"]])
    ]
    assert offenders == []


def test_values_conflict_by_number_and_verdicts_have_none() -> None:
    for row in CONFLICTS:
        values = [side["value"] for side in sides(row)]
        if row["kind"] == "verdict":
            assert values == [None, None], row["what"]
        else:
            assert row["kind"] == "value"
            assert all(isinstance(value, int | float) for value in values), row["what"]
            assert values[0] != values[1], row["what"]
        assert row["what"]
        assert row["why"].endswith(".")


def test_no_two_passages_are_judged_both_ways() -> None:
    judged = {tuple(side["passage_id"] for side in sides(row)): row["conflict"] for row in CONFLICTS}
    assert [
        row["what"] for row in CONFLICTS if judged[tuple(s["passage_id"] for s in sides(row))] != row["conflict"]
    ] == []
    lines = Counter((row["what"], row["a"]["passage_id"], row["b"]["passage_id"]) for row in CONFLICTS)
    assert max(lines.values()) == 1


def test_a_thread_is_in_one_split_of_conflicts_as_of_the_other_sets() -> None:
    splits = {row["thread"]: row["split"] for row in CONFLICTS}
    assert [row["what"] for row in CONFLICTS if splits[row["thread"]] != row["split"]] == []
    others = {row["thread"]: row["split"] for name in ("verdicts.jsonl", "commitments.jsonl") for row in rows(name)}
    assert {thread for thread in splits if splits[thread] != others[thread]} == TEST_FOR_CONFLICTS


def test_conflicts_are_as_many_as_the_readme_says() -> None:
    counted = Counter((row["conflict"], row["split"], row["kind"]) for row in CONFLICTS)
    assert counted == {
        (True, "dev", "value"): 8, (True, "dev", "verdict"): 6,
        (True, "test", "value"): 4, (True, "test", "verdict"): 7,
        (False, "dev", "value"): 38, (False, "dev", "verdict"): 25,
        (False, "test", "value"): 18, (False, "test", "verdict"): 14,
    }  # fmt: skip
