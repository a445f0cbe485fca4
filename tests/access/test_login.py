"""With tokens nothing is open that was not meant to be; logging in and out, the cookie, and the way back."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from search_api.snapshots import Snapshots
from search_api.web.access.cookies import PLAIN
from search_api.web.access.tokens import TokenStore
from search_api.web.metrics import Metrics
from search_api.web.middleware.load_limits import FAILED_LOGINS_PER_S, MAX_FAILED_LOGINS, Limits
from search_api.web.pages.login import local
from search_api.web.settings.model import Settings
from tests.access.requests import FREE, PAGE, PROGRAM, bearer


def routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    """(method, path) of everything that the application answers."""
    for route in iter_route_contexts(app.routes):
        path = str(route.path).replace("{doc_id:path}", "1").replace("/static", "/static/style.css")
        for method in getattr(route, "methods", None) or {"GET"}:
            yield method, path


def test_no_route_is_open_that_was_not_meant_to_be(app: FastAPI, client: TestClient, secret: str) -> None:
    found = list(routes(app))
    assert len(found) > 35
    assert {path for _, path in found} > FREE
    for method, path in found:
        for shown in ({}, bearer("dafu_wrong"), {"Cookie": f"{PLAIN}=wrong"}, {"Authorization": "Basic eDp5"}):
            headers = {**shown, "Sec-Fetch-Site": "same-origin"}
            program = client.request(method, path, headers={**headers, **PROGRAM})
            page = client.request(method, path, headers={**headers, **PAGE})
            if path in FREE:
                assert program.status_code == (401 if method == "POST" else 200), (method, path)
                assert "WWW-Authenticate" not in program.headers
                continue
            assert program.status_code == 401, (method, path)
            assert program.headers["WWW-Authenticate"] == 'Bearer realm="dafu"'
            assert program.headers["Content-Type"] == "application/problem+json"
            assert page.status_code in (303, 401), (method, path)
            assert page.status_code == 401 or page.headers["Location"].startswith("/login")


@pytest.mark.parametrize(
    "path", ["/static/../who", "/static%2F..%2Fwho", "//who", "/who/", "/healthz/../who", "/static"]
)
def test_a_crooked_path_leads_nowhere(client: TestClient, path: str) -> None:
    answer = client.get(path, headers=PROGRAM)
    assert answer.status_code in (401, 404)
    assert "rights" not in answer.text


def test_a_program_shows_its_token(client: TestClient, secret: str) -> None:
    assert client.get("/who", headers=bearer(secret)).json() == {
        "name": "张三", "scopes": ["公开", "内部"], "rights": ["originals"], "client": "testclient",
        "base": "http://testserver/",
    }  # fmt: skip
    assert client.get("/api/v1/search?q=电梯", headers=bearer(secret)).status_code == 200
    assert client.get("/who", headers={"Authorization": f"bearer  {secret} "}).status_code == 200
    refused = client.get("/api/v1/search?q=电梯")
    assert refused.json()["title"] == "需要登录"
    assert "Authorization" in refused.json()["detail"]
    assert "已收回或已过期" in client.get("/who", headers={**bearer("x"), **PROGRAM}).json()["detail"]


def test_figures_are_for_administrators(client: TestClient, tokens: TokenStore, secret: str) -> None:
    refused = client.get("/metrics", headers=bearer(secret))
    assert (refused.status_code, "admin" in refused.json()["detail"]) == (403, True)
    monitor = tokens.add("监控", (), frozenset({"admin"}), None)
    assert "dafu_index_ready 1.0" in client.get("/metrics", headers=bearer(monitor)).text


def test_in_and_out_again(client: TestClient, secret: str) -> None:
    asked = client.get("/?q=电梯&page=2", headers=PAGE)
    assert asked.status_code == 303
    assert parse_qs(urlsplit(asked.headers["Location"]).query) == {"next": [f"/?q={quote('电梯')}&page=2"]}
    form = client.get(asked.headers["Location"])
    assert f'name="next" value="/?q={quote("电梯")}&amp;page=2"' in form.text
    assert "signed-in" not in form.text
    assert form.headers["Cache-Control"] == "no-store"

    wrong = client.post("/login", data={"token": secret[:-1], "next": "/status"})
    assert wrong.status_code == 401
    assert "令牌不对" in wrong.text
    assert 'value="/status"' in wrong.text
    assert secret[:-1] not in wrong.text
    assert "Set-Cookie" not in wrong.headers

    done = client.post("/login", data={"token": f" {secret}\n", "next": f"/?q={quote('电梯')}&page=2"})
    assert (done.status_code, done.headers["Location"]) == (303, f"/?q={quote('电梯')}&page=2")
    home = client.get("/", headers=PAGE)
    assert home.status_code == 200
    assert "<span>张三</span>" in home.text

    out = client.post("/logout", headers={"Sec-Fetch-Site": "same-origin"})
    assert (out.status_code, out.headers["Location"]) == (303, "/login")
    assert client.get("/", headers=PAGE).status_code == 303


@pytest.mark.parametrize(
    "hostile",
    [
        "", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example",
        "https:evil.example", "javascript:alert(1)", "evil.example", "/\t/evil.example", "\t//evil.example",
        "/\n/evil.example", "\x00//evil.example", "/a\r\nSet-Cookie: x=1", "/ /evil.example", "@evil.example", "/login",
        "/logout", "/login?next=//evil.example", "?q=1", "#x",
    ],
)  # fmt: skip
def test_the_way_back_stays_on_this_site(client: TestClient, secret: str, hostile: str) -> None:
    assert local(hostile) == "/"
    for answer in (
        client.post("/login", data={"token": secret, "next": hostile}),
        TestClient(client.app, root_path="/dafu", follow_redirects=False).post(
            "/login", data={"token": secret, "next": hostile}
        ),
    ):
        assert answer.headers["Location"] in ("/", "/dafu/") or local(answer.headers["Location"]) != "/"
        assert "evil" not in answer.headers["Location"]
    assert 'name="next" value="/"' in client.get("/login", params={"next": hostile}).text


@pytest.mark.parametrize("address", ["/", "/status", "/documents/%E5%B1%80%3A1%2F2?passage=3", "/?q=a&next=//evil"])
def test_the_way_back_leads_to_any_page_of_ours(address: str) -> None:
    assert local(address) == address


def test_an_address_too_long_to_come_back_to_loses_its_query(client: TestClient) -> None:
    answer = client.get("/", params={"q": "长" * 5000}, headers=PAGE)
    assert answer.headers["Location"] == "/login"
    assert client.post("/match", headers={**PAGE, "Sec-Fetch-Site": "same-origin"}).headers["Location"] == "/login"


def test_failures_are_counted_by_address(app: FastAPI, secret: str) -> None:
    first, other = (TestClient(app, client=(f"10.1.2.{i}", 50000), follow_redirects=False) for i in (3, 4))
    for _ in range(MAX_FAILED_LOGINS):
        assert first.post("/login", data={"token": "wrong"}).status_code == 401
    waits = first.post("/login", data={"token": secret})
    assert waits.status_code == 429
    assert 0 < int(waits.headers["Retry-After"]) <= 1 / FAILED_LOGINS_PER_S
    assert "失败的次数太多。请等" in waits.text
    assert other.post("/login", data={"token": secret}).status_code == 303
    assert first.get("/who", headers=bearer(secret)).status_code == 200  # a program that knows its token is not held up


def test_after_ten_failures_an_address_may_fail_every_six_seconds() -> None:
    now = 100.0
    logins = Limits(Settings(), Metrics(Snapshots(Path("no-index"))), lambda: now).failed_logins

    def wait(address: str = "10.1.2.3") -> float:
        allowance = logins.look(address)
        assert allowance is not None
        return allowance.wait

    for _ in range(10):
        assert wait() == 0
        logins.take("10.1.2.3")
    assert wait() == pytest.approx(6.0)
    assert wait("10.1.2.4") == 0
    now = 104.0
    assert wait() == pytest.approx(2.0)
    now = 106.1
    assert wait() == 0  # to be let in costs nothing; the next failure has to wait again
    logins.take("10.1.2.3")
    assert wait() == pytest.approx(5.9)
    now = 106.1 + 60
    for _ in range(10):  # a minute without failures fills the bucket
        assert wait() == 0
        logins.take("10.1.2.3")
    assert wait() > 0


def test_a_login_of_any_size_is_a_sentence(client: TestClient) -> None:
    assert client.post("/login", data={"token": "x" * 20_000}).status_code == 413
    assert client.post("/login", content=b"\xff\x00=%ff", headers=PROGRAM).status_code == 401
