"""How often a user may ask, and how large a request may be."""

import re
from pathlib import Path

import httpx2
import pytest

from search_api.query.language import LONGEST_QUERY
from search_api.web.app import create_app
from search_api.web.middleware import rates
from search_api.web.middleware.rates import Allowance, Rates
from search_api.web.settings.model import Settings
from search_api.web.uploads import proposal as uploads
from tests.limits.requests import MATCH, PROPOSAL, SEARCH, client_of, connected, head_of
from tests.served import Clock, served

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
