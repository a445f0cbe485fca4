"""How much is done at once: queues, slots, slow uploads, and clients that go away."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from search_api.web.app import create_app
from search_api.web.middleware.concurrency import ConcurrencyLimit, NoShareError, NoSlotError
from search_api.web.settings.model import Settings
from tests.limits.requests import MATCH, PROPOSAL, SEARCH, connected, figure, head_of, until
from tests.served import Clock, held, served

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


def test_one_user_has_a_share_of_the_slots_and_of_the_queue(pool: ThreadPoolExecutor) -> None:
    async def scene() -> None:
        limit = ConcurrencyLimit("search", 4, 4, lambda *_: None, share=0.5)
        held = [await limit.acquire("甲") for _ in range(2)]
        waiting = [asyncio.create_task(limit.acquire("甲")) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(NoShareError):
            await limit.acquire("甲")
        others = [await limit.acquire(user) for user in ("乙", "丙")]
        assert (limit.running, limit.waiting, limit.is_full) == (4, 2, False)
        waiting[0].cancel()
        await asyncio.sleep(0)
        held[0].release()  # whoever waited in vain has left no trace
        (await waiting[1]).release()
        for slot in (*held, *others):
            slot.release()
        assert (limit.running, limit.waiting) == (0, 0)
        for slot in [await limit.acquire("甲") for _ in range(2)]:
            slot.release()

    pool.submit(asyncio.run, scene()).result()


def test_who_waits_too_long_for_a_share_is_told_whose_requests_are_in_the_way(pool: ThreadPoolExecutor) -> None:
    async def scene() -> None:
        limit = ConcurrencyLimit("search", 2, 4, lambda *_: None, max_wait=0.01, share=0.5)
        first = await limit.acquire("甲")
        with pytest.raises(NoShareError):
            await limit.acquire("甲")
        second = await limit.acquire("乙")
        assert limit.running == 2
        with pytest.raises(NoSlotError) as refused:
            await limit.acquire("丙")
        assert not isinstance(refused.value, NoShareError)
        first.release()
        third = await limit.acquire("丙")
        second.release()
        third.release()
        assert (limit.running, limit.waiting) == (0, 0)

    pool.submit(asyncio.run, scene()).result()


def test_one_user_with_many_slow_searches_keeps_no_other_waiting(index: Path, pool: ThreadPoolExecutor) -> None:
    searcher, encoder = held(index)
    settings = Settings.model_validate(
        {"access": "proxy", "trusted_proxies": "127.0.0.1", "concurrent_searches": 2, "waiting_requests": 2}
    )

    def asks(user: str, mode: str) -> httpx2.Response:
        return client.get(SEARCH, params={"q": "电梯", "mode": mode}, headers={"X-Dafu-User": user})

    with served(create_app(searcher, settings)) as client:
        slow = [pool.submit(asks, "wang", "hybrid")]
        encoder.has_begun()
        slow.append(pool.submit(asks, "wang", "hybrid"))
        refused = asks("wang", "hybrid")  # one of these two, as the other waits for the first
        assert [asks("li", "lexical").status_code for _ in range(3)] == [200, 200, 200]
        assert (refused.status_code, refused.json()["type"]) == (429, "urn:dafu:problem:share-used-up")
        assert "每人最多同时办 1 件" in refused.json()["detail"]
        assert refused.headers["retry-after"] == "5"
        encoder.let_go.set()
        assert sorted(answer.result().status_code for answer in slow) in ([200, 200], [200, 429])


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
