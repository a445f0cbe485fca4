"""The time that a request may take: work over it is stopped, and says so."""

import contextvars
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from corpus.errors import DafuError
from indexer import deadline
from indexer.deadline import Deadline
from search_api.searcher import Searcher
from search_api.web.app import create_app
from search_api.web.settings.model import Settings
from tests.limits.requests import MATCH, PROPOSAL, SEARCH, client_of
from tests.served import held, served

AT_ONCE = 1e-6  # seconds that no work can keep to


class Countdown(Deadline):
    """Over at the n-th check."""

    def __init__(self, checks: int) -> None:
        super().__init__(60.0, DafuError("用时超过上限"))
        self.left = checks

    def check(self) -> None:
        self.left -= 1
        if self.left < 0:
            self.cancel(DafuError("用时超过上限"))
        super().check()


def test_without_a_limit_a_check_does_nothing() -> None:
    deadline.check()


def test_a_limit_holds_in_threads_that_work_in_its_context_and_nowhere_else() -> None:
    def works() -> bool:
        try:
            deadline.check()
        except DafuError:
            return False
        return True

    with ThreadPoolExecutor(1) as pool, deadline.limited(Deadline(0.0, DafuError("用时超过上限"))):
        assert not pool.submit(contextvars.copy_context().run, works).result()
        assert pool.submit(works).result()
    assert works()


def test_work_that_nobody_waits_for_ends_before_its_time() -> None:
    limit = Deadline(60.0, DafuError("用时超过上限"))
    limit.check()
    limit.cancel(DafuError("已断开"))
    with pytest.raises(DafuError, match="已断开"):
        limit.check()


def test_a_phrase_is_checked_at_every_passage_that_it_is_compared_with(sample_index: Path) -> None:
    counted = Countdown(10**6)
    phrase = "2"  # no Chinese phrase: the index finds what may hold it, the text decides
    with deadline.limited(counted):
        found = Searcher(sample_index).snapshot.engine.containing(phrase)
    assert len(found) > 50
    assert 10**6 - counted.left > len(found)
    again = Searcher(sample_index).snapshot.engine
    with deadline.limited(Countdown(len(found) // 2)), pytest.raises(DafuError, match="用时超过上限"):
        again.containing(phrase)
    assert again.containing(phrase).tolist() == found.tolist()  # what was stopped half-way left nothing behind


@pytest.mark.parametrize("steps", range(0, 12, 3))
def test_a_search_that_is_stopped_anywhere_is_whole_the_next_time(index: Path, steps: int) -> None:
    searcher = Searcher(index)
    with deadline.limited(Countdown(steps)), pytest.raises(DafuError, match="用时超过上限"):
        searcher.search("加装电梯 财政补贴")
    assert searcher.search("加装电梯 财政补贴").hits == Searcher(index).search("加装电梯 财政补贴").hits


def test_a_search_over_its_time_is_answered_with_a_sentence(index: Path) -> None:
    with client_of(index, search_seconds=AT_ONCE) as client:
        answer = client.get(SEARCH, params={"q": "电梯"})
        assert (answer.status_code, answer.json()["type"]) == (504, "urn:dafu:problem:timed-out")
        assert "已经停止。请加上单位、年份等条件" in answer.json()["detail"]
        page = client.get("/", params={"q": "电梯"}, headers={"Accept": "text/html"})
        assert (page.status_code, "用时超过上限" in page.text) == (504, True)
        assert client.get("/").status_code == 200
        figures = client.get("/metrics").text
        assert 'dafu_problems_total{kind="timed-out"} 2.0' in figures
        assert 'dafu_work_running{work="search"} 0.0' in figures


def test_a_match_over_its_time_says_so_in_every_form(index: Path) -> None:
    with client_of(index, match_seconds=AT_ONCE) as client:
        answer = client.post(MATCH, json={"text": PROPOSAL})
        assert (answer.status_code, "请把诉求分几次查" in answer.json()["detail"]) == (504, True)
        lines = client.post(MATCH, json={"text": PROPOSAL}, headers={"Accept": "application/x-ndjson"})
        assert lines.status_code == 200  # it had begun
        assert httpx2.Response(200, content=lines.text.splitlines()[-1]).json()["status"] == 504
        page = client.post("/match", data={"text": PROPOSAL})
        assert page.status_code == 504
        assert "请把诉求分几次查" in page.text
        assert "增设长者食堂" in page.text  # nothing has to be typed again


def test_work_over_its_time_is_stopped_and_not_left_running(index: Path) -> None:
    searcher, encoder = held(index)
    with served(create_app(searcher, Settings(search_seconds=0.05))) as client:
        assert client.get(SEARCH, params={"q": "电梯"}).status_code == 504
        assert 'dafu_work_running{work="search"} 0.0' in client.get("/metrics").text
        assert not encoder.let_go.is_set()
