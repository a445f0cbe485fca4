"""What one request may cost, and what the server says of it: rates, slots, time, bodies, clients that go away."""

import asyncio
import contextvars
import re
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest
from starlette.testclient import TestClient

from corpus.errors import DafuError
from indexer import deadline
from indexer.deadline import Deadline
from search_api.query.language import LONGEST_QUERY
from search_api.searcher import Searcher
from search_api.web.app import create_app
from search_api.web.middleware import rates
from search_api.web.middleware.concurrency import ConcurrencyLimit, NoSlotError
from search_api.web.middleware.rates import Allowance, Rates
from search_api.web.settings.model import Settings
from search_api.web.uploads import proposal as uploads
from tests.conftest import make_index, write_letters
from tests.served import LONGEST_S, Clock, held, served

PROPOSAL = (
    "关于老年人助餐的提案\n\n现状不便。\n\n建议：\n一、增设长者食堂，补贴每餐两元。\n二、加装电梯，提高财政补贴。"
)
AT_ONCE = 1e-6  # seconds that no work can keep to
SEARCH = "/api/v1/search"
MATCH = "/api/v1/match"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("limits")
    write_letters(folder / "letters")
    make_index(folder / "letters", folder / "index")
    return folder / "index"


def client_of(index: Path, **settings: object) -> TestClient:
    return TestClient(create_app(index, Settings.model_validate(settings)))


# Rates


def left_and_wait(allowance: Allowance | None) -> tuple[int, float]:
    assert allowance is not None
    return allowance.left, allowance.wait


def test_a_bucket_empties_at_once_and_fills_steadily() -> None:
    clock = Clock(100.0)
    bucket = Rates(per_second=2.0, burst=4, clock=clock)
    assert [left_and_wait(bucket.take("甲")) for _ in range(5)] == [(3, 0), (2, 0), (1, 0), (0, 0), (0, 0.5)]
    clock.now = 100.5
    assert [left_and_wait(bucket.take("甲")) for _ in range(2)] == [(0, 0), (0, 0.5)]
    assert left_and_wait(bucket.take("乙")) == (3, 0)
    clock.now = 101.0
    assert left_and_wait(bucket.take("甲")) == (0, 0)


def test_a_look_takes_nothing() -> None:
    bucket = Rates(per_second=2.0, burst=2, clock=Clock(7.0))
    assert [left_and_wait(bucket.look("甲")) for _ in range(3)] == [(1, 0)] * 3
    assert [left_and_wait(bucket.take("甲")) for _ in range(2)] == [(1, 0), (0, 0)]
    assert [left_and_wait(bucket.look("甲")) for _ in range(3)] == [(0, 0.5)] * 3


@pytest.mark.parametrize(("cost", "waits"), [(3, [0, 1.0]), (4, [0, 2.0]), (9, [0, 2.0])])
def test_what_costs_more_waits_longer_and_the_dearest_is_let_through(cost: int, waits: list[float]) -> None:
    bucket = Rates(per_second=2.0, burst=4, clock=Clock(7.0))
    assert [left_and_wait(bucket.take("甲", cost))[1] for _ in waits] == waits


def test_without_a_rate_there_is_no_limit() -> None:
    assert Rates(per_second=0.0, burst=1).take("甲", 5) is None


def test_no_number_of_clients_fills_the_memory() -> None:
    bucket = Rates(per_second=1.0, burst=2, clock=Clock(0.0))
    for number in range(rates._MAX_CLIENTS + 100):
        bucket.take(str(number))
    assert len(bucket) == rates._MAX_CLIENTS
    assert left_and_wait(bucket.take(str(number))) == (0, 0)  # the last are remembered
    assert left_and_wait(bucket.take("0")) == (1, 0)  # the first are forgotten


def test_who_asks_too_often_is_told_when_to_come_back(index: Path) -> None:
    with client_of(index, requests_per_second=0.01, request_burst=2) as client:
        answers = [client.get(SEARCH, params={"q": "电梯"}) for _ in range(3)]
        assert [a.status_code for a in answers] == [200, 200, 429]
        assert answers[0].headers["ratelimit-policy"] == '"reader";q=2;w=200'
        assert re.fullmatch(r'"reader";r=1;t=\d+', answers[0].headers["ratelimit"])
        refused = answers[2]
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["type"] == "urn:dafu:problem:rate-limited"
        assert refused.headers["retry-after"] in re.findall(r"请 (\d+) 秒后再试", refused.json()["detail"])
        assert 90 < int(refused.headers["retry-after"]) <= 100
        page = client.get("/", params={"q": "电梯"}, headers={"Accept": "text/html"})
        assert (page.status_code, "请求过于频繁" in page.text) == (429, True)
        for path in ("/healthz", "/readyz", "/metrics", "/static/style.css", "/opensearch.xml"):
            assert client.get(path).status_code == 200, path


def test_a_match_counts_as_several_requests(index: Path) -> None:
    with client_of(index, requests_per_second=0.01, request_burst=6) as client:
        statuses = [client.post(MATCH, json={"text": PROPOSAL}).status_code for _ in range(2)]
        assert [*statuses, client.get(SEARCH, params={"q": "电梯"}).status_code] == [200, 429, 200]


def test_one_user_does_not_use_up_the_rate_of_another(index: Path) -> None:
    settings = Settings.model_validate(
        {"access": "proxy", "trusted_proxies": "127.0.0.1", "requests_per_second": 0.01, "request_burst": 1}
    )

    def asked(client: httpx2.Client, name: str) -> int:
        return client.get(SEARCH, params={"q": "电梯"}, headers={"X-Dafu-User": name}).status_code

    with served(create_app(index, settings)) as client:
        assert [asked(client, name) for name in ("wang", "wang", "li", "li")] == [200, 429, 200, 429]


def test_on_the_server_itself_nobody_is_slowed_down_unless_asked_to(index: Path) -> None:
    with client_of(index) as client:
        answers = [client.get("/api/v1/suggest", params={"q": "电"}) for _ in range(60)]
        assert {a.status_code for a in answers} == {200}
        assert "ratelimit" not in answers[0].headers


def test_a_refusal_is_heard_by_who_is_still_sending(index: Path) -> None:
    """A browser sends to the end before it listens: a connection that breaks in between shows no sentence."""
    settings = Settings.model_validate({"requests_per_second": 0.01, "request_burst": 1})
    with served(create_app(index, settings)) as client, connected(client) as browser:
        client.get(SEARCH, params={"q": "电梯"})
        browser.sendall(head_of(MATCH, 8 << 20) + b"x" * (8 << 20))
        assert browser.recv(1000).startswith(b"HTTP/1.1 429")


# Sizes


def test_what_is_too_large_is_refused_with_its_limit(index: Path) -> None:
    with client_of(index) as client:
        too_long = client.get(SEARCH, params={"q": "a " * (LONGEST_QUERY // 2) + "b"})
        assert (too_long.status_code, f"超过上限 {LONGEST_QUERY}" in too_long.json()["detail"]) == (400, True)
        too_deep = client.get(SEARCH, params={"q": "电梯", "offset": 10_001})
        assert (too_deep.status_code, "应不大于 10000" in too_deep.json()["detail"]) == (422, True)
        too_large = client.post(MATCH, files={"file": ("大.txt", b"x" * (uploads.MAX_BYTES + 1))})
        assert (too_large.status_code, "超过上限 10 MB" in too_large.json()["detail"]) == (413, True)
        assert 'dafu_problems_total{kind="upload-too-large"} 1.0' in client.get("/metrics").text


# Time


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


# Slots


def test_who_waits_too_long_leaves_the_queue(pool: ThreadPoolExecutor) -> None:
    seen: list[tuple[str, float]] = []
    clock = Clock(100.0)

    async def scene() -> None:
        limit = ConcurrencyLimit(
            "search", 1, 1, lambda work, phase, seconds: seen.append((phase, seconds)), max_wait=0.01, clock=clock
        )
        first = await limit.acquire()
        with pytest.raises(NoSlotError):
            await limit.acquire()
        assert (limit.running, limit.waiting, limit.is_full) == (1, 0, False)
        waiting = asyncio.create_task(limit.acquire())
        await asyncio.sleep(0)
        assert limit.is_full
        clock.now = 103.0
        first.release()
        first.release()  # does nothing
        second = await waiting
        clock.now = 104.5
        second.release()
        assert limit.running == 0

    pool.submit(asyncio.run, scene()).result()  # a thread of its own: Playwright leaves a loop running in this one
    assert seen == [("waiting", 0.0), ("waiting", 0.0), ("working", 3.0), ("waiting", 3.0), ("working", 1.5)]


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


def figure(client: httpx2.Client, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", client.get("/metrics").text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def until(client: httpx2.Client, name: str, value: float) -> None:
    """Wait until a figure has come to this."""
    wait = threading.Event()
    for _ in range(int(LONGEST_S / 0.01)):
        if figure(client, name) == value:
            return
        wait.wait(0.01)
    pytest.fail(f"{name} is {figure(client, name)}, expected {value}")


def test_more_than_can_be_done_is_refused_at_once_and_the_rest_is_answered(
    index: Path, pool: ThreadPoolExecutor
) -> None:
    searcher, encoder = held(index)

    def search() -> Future[httpx2.Response]:
        return pool.submit(client.get, SEARCH, params={"q": "电梯"})

    with served(create_app(searcher, Settings(concurrent_searches=2, waiting_requests=1))) as client:
        taken = [search(), search()]
        encoder.has_begun()
        encoder.has_begun()
        taken.append(search())
        until(client, 'dafu_work_waiting{work="search"}', 1)
        refused = client.get(SEARCH, params={"q": "电梯"})
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        assert "正在办 2 件，等候 1 件" in refused.json()["detail"]
        page = client.get("/", headers={"Accept": "text/html"})
        assert (page.status_code, "现在太忙" in page.text) == (503, True)
        for path in ("/healthz", "/static/style.css", "/metrics"):
            assert client.get(path).status_code == 200
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["overloaded"]) == (200, True)
        assert client.post(MATCH, json={"text": ""}).status_code == 400  # a match has slots of its own
        encoder.let_go.set()
        assert [answer.result().status_code for answer in taken] == [200, 200, 200]
        assert client.get("/readyz").json()["overloaded"] is False
        assert figure(client, 'dafu_problems_total{kind="overloaded"}') == 2


def test_matches_have_few_slots_and_searches_go_on(index: Path, pool: ThreadPoolExecutor) -> None:
    searcher, encoder = held(index)
    with served(create_app(searcher, Settings(concurrent_matches=1, waiting_requests=0))) as client:
        first = pool.submit(client.post, MATCH, json={"text": PROPOSAL})
        encoder.has_begun()
        refused = client.post(MATCH, json={"text": PROPOSAL})
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        assert "同时对照提案的人太多" in refused.json()["detail"]
        page = client.post("/match", data={"text": PROPOSAL}, headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["retry-after"]) == (503, "5")
        assert client.get(SEARCH, params={"q": "电梯", "mode": "lexical"}).status_code == 200
        encoder.let_go.set()
        assert first.result().json()["points"]


def head_of(path: str, length: int) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json", f"Content-Length: {length}"]
    return "\r\n".join([*lines, "", ""]).encode()


def connected(client: httpx2.Client) -> socket.socket:
    return socket.create_connection((client.base_url.host, client.base_url.port), timeout=LONGEST_S)


def test_a_slow_upload_keeps_nobody_from_matching(index: Path) -> None:
    with (
        served(create_app(index, Settings(concurrent_matches=1, waiting_requests=0))) as client,
        connected(client) as slow,
    ):
        slow.sendall(head_of(MATCH, 1000) + b'{"text"')
        until(client, 'dafu_work_running{work="upload"}', 1)
        assert client.post(MATCH, json={"text": PROPOSAL}).status_code == 200


# Clients that go away


@pytest.mark.parametrize(
    "sent",
    [
        lambda body: b"GET /api/v1/search?q=abc%20%E7%94%B5%E6%A2%AF HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        lambda body: head_of(MATCH, len(body)) + body,
        lambda body: (
            head_of(MATCH, len(body)).replace(b"Host", b"Accept: application/x-ndjson\r\nHost") + body
        ),
    ],
    ids=["search", "match", "match line by line"],
)  # fmt: skip
def test_the_work_of_a_client_that_goes_away_is_stopped(index: Path, sent: Callable[[bytes], bytes]) -> None:
    searcher, encoder = held(index)
    body = httpx2.Request("POST", "http://x", json={"text": PROPOSAL}).content
    with served(create_app(searcher, Settings())) as client:
        with connected(client) as leaving:
            leaving.sendall(sent(body))
            encoder.has_begun()
        until(client, 'dafu_problems_total{kind="abandoned"}', 1)
        until(client, "dafu_http_requests_in_flight", 1)  # that of the question itself
        assert [figure(client, f'dafu_work_running{{work="{work}"}}') for work in ("search", "match")] == [0, 0]
        assert not encoder.let_go.is_set()
    assert encoder.calls == 1
