"""Which names the site has, what browsers may keep of it, and that they come back over TLS."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from search_api.web.access.tokens import TokenStore
from tests.access.requests import GATEWAY, PAGE, PROGRAM, PROXY, app_of, bearer

HSTS = "Strict-Transport-Security"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("dafu.example.cn", 200),
        ("DAFU.example.cn:8443", 200),
        ("10.1.2.3", 200),
        ("[fd00::1]:8000", 200),
        ("evil.example", 421),
        ("dafu.example.cn.evil.example", 421),
        ("evil.example@dafu.example.cn", 421),
        ("dafu.example.cn/evil.example", 421),
        ("dafu.example.cn:x", 421),
        ("127.0.0.1", 421),
        ("", 421),
    ],
)
@pytest.mark.parametrize("access", ["tokens", "proxy"])
def test_the_site_has_the_names_that_are_set(
    sample_index: Path, tmp_path: Path, secret: str, host: str, status: int, access: str
) -> None:
    settings = {**PROXY, "access": access, "tokens": tmp_path / "users.sqlite"}
    app = app_of(sample_index, **settings, allowed_hosts="Dafu.example.cn, 10.1.2.3,[fd00::1]")
    client = TestClient(app, client=(GATEWAY, 50000))
    known = {**bearer(secret), "X-Dafu-User": "chen", "Host": host, **PROGRAM}
    for path in ("/who", "/opensearch.xml", *(["/login"] if access == "tokens" else [])):
        answer = client.get(path, headers=known)
        assert answer.status_code == status, path
    for probe in ("/healthz", "/readyz"):
        assert client.get(probe, headers=known).status_code == 200


def test_a_listed_proxy_says_which_name_was_asked_for(sample_index: Path) -> None:
    client = TestClient(app_of(sample_index, **PROXY, allowed_hosts="oa.example.cn"), client=(GATEWAY, 50000))
    known = {"X-Dafu-User": "chen", "Host": "127.0.0.1:8000", **PROGRAM}
    assert client.get("/who", headers={**known, "X-Forwarded-Host": "oa.example.cn"}).status_code == 200
    refused = client.get("/who", headers={**known, "X-Forwarded-Host": "evil.example"})
    assert (refused.status_code, refused.json()["type"]) == (421, "urn:dafu:problem:wrong-host")
    assert "DAFU_ALLOWED_HOSTS" in refused.json()["detail"]


def test_open_has_this_machine_alone_whatever_is_set(sample_index: Path) -> None:
    app = app_of(sample_index, allowed_hosts="dafu.example.cn")
    for host, status in (("127.0.0.1:8000", 200), ("dafu.example.cn", 421)):
        client = TestClient(app, f"http://{host}", client=("127.0.0.1", 50000))
        assert client.get("/who", headers=PROGRAM).status_code == status


def test_nothing_is_kept_of_what_not_everybody_may_see(
    app: FastAPI, client: TestClient, tokens: TokenStore, secret: str
) -> None:
    everything, public = tokens.add("全部", None, frozenset(), None), tokens.add("公开", (), frozenset(), None)
    for path in ("/", "/?q=电梯", "/basket", "/status", "/api/v1/search?q=电梯", "/documents/none"):
        kept = [client.get(path, headers=bearer(s)).headers["Cache-Control"] for s in (secret, everything, public)]
        assert kept == ["no-store", "no-store", "no-cache"], path
    assert client.get("/static/style.css", headers=bearer(secret)).headers["Cache-Control"] == "no-cache"
    assert client.get("/healthz").headers["Cache-Control"] == "no-cache"
    assert client.post("/logout", headers={**bearer(secret), **PAGE}).headers["Cache-Control"] == "no-store"


def test_browsers_come_back_over_tls(app: FastAPI, sample_index: Path) -> None:
    for path in ("/login", "/healthz", "/static/style.css", "/who"):
        assert TestClient(app, "https://testserver").get(path).headers[HSTS] == "max-age=31536000"
        assert HSTS not in TestClient(app).get(path).headers  # browsers ignore it there, and it would be untrue
    behind = TestClient(app_of(sample_index, **PROXY), client=(GATEWAY, 50000))
    for proto, said in (("https", True), ("http", False)):
        answer = behind.get("/who", headers={"X-Dafu-User": "chen", "X-Forwarded-Proto": proto})
        assert (HSTS in answer.headers) is said
