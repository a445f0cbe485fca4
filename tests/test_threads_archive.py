"""The judged archive of ten threads is whole: ids, literal quotes, splits, counts and what its README states."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from corpus.documents import read_documents
from corpus.masked import masked_document
from corpus.passages import split
from corpus.sources import find_files
from corpus.types import Document

FOLDER = Path(__file__).parent / "data" / "threads"
FILES = ("commitments", "conflicts", "current", "lineage", "verdicts")
VERDICTS = {"adopted", "partly", "declined", "done", "planned", "referred", "explained", None}

Row = dict[str, Any]


@cache
def documents() -> dict[str, Document]:
    """The masked letters by doc_id."""
    found: dict[str, Document] = {}
    for file in find_files([FOLDER / "letters"]).files:
        for read in read_documents(file.path, file.relative):
            assert isinstance(read, Document), read
            found[read.doc_id] = masked_document(read)
    return found


@cache
def passages() -> dict[str, str]:
    """The text of each passage of the letters by passage_id."""
    return {p.passage_id: p.text for document in documents().values() for p in split(document)}


def rows(name: str) -> list[Row]:
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text("utf-8").splitlines()]


def quoted(row: Row) -> Iterator[Row]:
    """The places of a row that name a passage, with `quote` where they have one."""
    if "passage_id" in row:
        yield row
    for key in ("evidence", "a", "b"):
        if row.get(key):
            yield row[key]
    yield from row.get("also", []) if row.get("status") else []
    yield from row.get("passages", [])


@pytest.mark.parametrize("name", FILES)
def test_every_passage_exists_and_every_quote_is_literally_in_it(name: str) -> None:
    places = [place for row in rows(name) for place in quoted(row)]
    assert places or name == "lineage"
    for place in places:
        text = passages()[place["passage_id"]]
        assert (place.get("quote") or "") in text, place
        assert place.get("doc_id", "") in place["passage_id"], place
        if "doc_id" in place:
            assert place["doc_id"] in documents(), place


@pytest.mark.parametrize("name", FILES)
def test_a_thread_is_in_one_split_and_no_letter_in_two_threads(name: str) -> None:
    splits = {(row["thread"], row["split"]) for each in FILES for row in rows(each) if "thread" in row}
    assert Counter(kind for _, kind in splits) == {"dev": 5, "kept": 5}
    thread_of = {doc_id: row["thread"] for row in rows("lineage") if "chain" in row for doc_id in row["chain"]}
    assert set(thread_of) == set(documents())
    for row in rows(name):
        for place in quoted(row):
            doc_id = place["passage_id"].rpartition("#")[0]
            assert thread_of[doc_id] == row["thread"], place


def test_there_are_thirty_letters_of_a_length_that_letters_have() -> None:
    lengths = [len("".join(document.text.split())) for document in documents().values()]
    assert len(lengths) == 30
    assert min(lengths) >= 500
    assert max(lengths) <= 1500
    assert {replied_on(doc_id).year for doc_id in documents()} == set(range(2019, 2027))


def test_commitments_are_well_formed_and_evidence_comes_from_a_later_letter() -> None:
    judged = rows("commitments")
    assert len({(row["passage_id"], row["quote"]) for row in judged}) == len(judged)
    for row in judged:
        assert row["status"] in {"kept", "late", "dropped", None}
        assert (row["status"] is None) == (row["evidence"] is None), row
        for due in [row["due"], *row.get("due_also", [])]:
            assert due is None or date.fromisoformat(due)
        for place in [row["evidence"], *row["also"]] if row["evidence"] else []:
            assert replied_on(place["doc_id"]) > replied_on(row["doc_id"]), row


def replied_on(doc_id: str) -> date:
    found = documents()[doc_id].replied_on
    assert found, f"expected a date on {doc_id}"
    return found


def test_every_passage_has_one_verdict() -> None:
    judged = rows("verdicts")
    assert Counter(row["passage_id"] for row in judged) == Counter(passages().keys())
    for row in judged:
        assert {row["verdict"], *row["also"]} <= VERDICTS, row
        assert (row["verdict"] is None) == (row["quote"] is None), row
        assert row["verdict"] not in row["also"], row


def test_conflicts_name_two_letters_of_one_thread_and_say_why() -> None:
    judged = rows("conflicts")
    for row in judged:
        assert row["kind"] in {"value", "verdict"}
        assert row["a"]["doc_id"] != row["b"]["doc_id"], row
        assert row["why"], row
        assert row["what"], row
        number = (int, float) if row["kind"] == "value" else (str,)
        assert isinstance(row["a"]["value"], number), row
        assert isinstance(row["b"]["value"], number), row
    real = Counter(row["conflict"] for row in judged)
    assert real[True] >= 8
    assert real[False] >= 12


def test_current_answers_are_superseded_by_one_that_is_current_and_later() -> None:
    judged = rows("current")
    assert len({row["query_id"] for row in judged}) == len(judged)
    for row in judged:
        current = {p["passage_id"] for p in row["passages"] if p["status"] == "current"}
        assert current, row
        for place in row["passages"]:
            by = place["superseded_by"]
            assert (place["status"] == "superseded") == (by is not None), place
            assert by is None or by in current, place
            if by:
                earlier, later = (replied_on(each.rpartition("#")[0]) for each in (place["passage_id"], by))
                assert earlier < later, place


def test_lineage_pairs_run_forward_in_time_and_name_passages_of_the_chain() -> None:
    for row in rows("lineage"):
        if "not_a_chain" in row:
            assert set(row["not_a_chain"]) <= set(documents()), row
            continue
        assert row["chain"] == sorted(row["chain"], key=replied_on), row
        for earlier, later in row["carried_over"] + row["changed"]:
            assert {earlier, later} <= set(passages()), (earlier, later)
            places = [row["chain"].index(each.rpartition("#")[0]) for each in (earlier, later)]
            assert places[0] < places[1], (earlier, later)


def test_the_readme_states_the_counts() -> None:
    readme = (FOLDER / "README.md").read_text("utf-8")
    for name in FILES:
        count = Counter(row["split"] for row in rows(name))
        assert f"| `{name}.jsonl` | {count['dev']} | {count['kept']} |" in readme, (name, count)
