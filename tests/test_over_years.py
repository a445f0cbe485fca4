"""How an answer changed over the years: which documents count, one dot a year, and the dots of the match page."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from indexer.engine.protocol import DocumentEntry, PassageEntry
from search_api.analyses.current import Candidate, Standing
from search_api.analyses.over_years import one_a_year, stages
from search_api.types import Status
from search_api.web.app import create_app
from tests.later_letters import ASK


def candidate(key: int, day: str | None, behind: float = 0.0, document: int | None = None) -> Candidate:
    of = key if document is None else document
    year = int(day[:4]) if day else None
    entry = DocumentEntry(of, f"甲局:{of}", "", None, "甲局", year, "cppcc", "lead", None, (), day)
    return Candidate(entry, PassageEntry(key, of, 1, f"{key:08x}", 0, 0, 9), behind)


def standing(of: Candidate, status: Status | None, taker: Candidate | None = None) -> Standing:
    return Standing(of, status, taker, "")


def years(*standings: Standing) -> list[tuple[int, Status | None]]:
    found = stages({each.of.passage.key: each for each in standings})
    return [(stage.year, stage.status) for stage in found]


NOW = candidate(1, "2024-05-06")


def test_current_and_superseded_answers_stand_in_order_of_time() -> None:
    before = standing(candidate(2, "2020-01-02", 0.4), "superseded", NOW)
    assert years(standing(NOW, "current"), before) == [(2020, "superseded"), (2024, "current")]


@pytest.mark.parametrize(
    ("left_out", "status"),
    [
        (candidate(3, "2021-01-02", 0.51), "current"),  # far from the ask
        (candidate(3, "2021-01-02"), "restates"),
        (candidate(3, "2021-01-02"), None),
        (candidate(3, None), "current"),  # of no known year
    ],
)
def test_what_is_far_or_answers_nothing_is_left_out(left_out: Candidate, status: Status | None) -> None:
    assert years(standing(NOW, "current"), standing(left_out, status)) == [(2024, "current")]


def test_what_a_near_passage_took_the_place_of_counts_however_far_it_is() -> None:
    far = candidate(4, "2019-01-02", 0.9)
    assert years(standing(NOW, "current"), standing(far, "superseded", NOW)) == [
        (2019, "superseded"),
        (2024, "current"),
    ]
    elsewhere = candidate(5, "2023-01-02", 0.9)
    assert years(standing(NOW, "current"), standing(far, "superseded", elsewhere)) == [(2024, "current")]


def test_a_document_counts_once_by_its_current_passage() -> None:
    old = candidate(6, "2024-05-06", 0.0, document=1)
    assert years(standing(NOW, "current"), standing(old, "superseded", NOW)) == [(2024, "current")]


def test_a_year_has_one_dot_the_current_one() -> None:
    same_year = standing(candidate(7, "2024-09-09", 0.1), "superseded", NOW)
    found = one_a_year(stages({1: standing(NOW, "current"), 7: same_year}))
    assert [(stage.doc_id, stage.status) for stage in found] == [("甲局:1", "current")]


@pytest.fixture(scope="module")
def client(sample_index: Path) -> Iterator[TestClient]:
    with TestClient(create_app(sample_index)) as client:
        yield client


def test_the_match_page_has_a_dot_a_year_that_leads_to_the_passage(client: TestClient) -> None:
    page = client.post("/match", data={"point": [f"{ASK}。"], "context": [""]}).text
    (line,) = re.findall(r'<ol class="years".*?</ol>', page, re.S)
    dots = re.findall(r'<a href="([^"]+)" data-status="(\w+)"[^>]*>(\d{4})<span class="unseen">年，([^<]+)', line)
    shown = [int(year) for _, _, year, _ in dots]
    assert shown == sorted(set(shown))
    assert {"2021", "2025"} <= {year for _, _, year, _ in dots}
    by_year = {year: (status, said) for _, status, year, said in dots}
    assert by_year["2021"] == ("superseded", "松澜市住房和城乡建设局，已有新答复")
    assert by_year["2025"] == ("current", "松澜市住房和城乡建设局，现行")
    assert all(client.get(address.partition("#")[0]).status_code == 200 for address, *_ in dots)


def test_an_ask_without_precedent_has_no_dots_and_the_api_none_at_all(client: TestClient) -> None:
    page = client.post("/match", data={"point": ["在海边建设一座低轨卫星发射场。"], "context": [""]}).text
    assert 'class="years"' not in page
    (point,) = client.post("/api/v1/match", json={"points": [{"text": ASK, "context": ""}]}).json()["points"]
    assert "over_years" not in point
