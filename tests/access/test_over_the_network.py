"""Through a real socket: headers of others, paths of a proxy, and a token that is revoked meanwhile."""

from http.client import HTTPConnection
from pathlib import Path

from search_api.web.access.cookies import PLAIN
from search_api.web.access.tokens import TokenStore
from search_api.web.access.users import LOCAL
from tests.access.requests import ADMIN, PAGE, app_of, ask, bearer, session
from tests.served import running


def test_spoofed_headers_from_another_address(sample_index: Path) -> None:
    forwarded = {
        "X-Forwarded-For": "6.6.6.6, 10.1.2.3, 127.0.0.3",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil.example, oa.example.cn:8443",
    }
    with running(app_of(sample_index, access="proxy", trusted_proxies="127.0.0.2,127.0.0.3")) as port:
        for source in ("127.0.0.1", "127.0.0.4"):
            status, said = ask(port, {**ADMIN, **forwarded}, source)
            assert (status, said["type"]) == (403, "urn:dafu:problem:not-from-here")
        status, said = ask(port, {**ADMIN, **forwarded}, "127.0.0.2")
        assert status == 200
        assert said["client"] == "10.1.2.3"  # the last that no listed proxy wrote of itself
        assert said["base"] == "https://oa.example.cn:8443/"


def test_an_unlisted_proxy_says_nothing_of_the_client(sample_index: Path, tmp_path: Path, secret: str) -> None:
    forwarded = {"X-Forwarded-For": "6.6.6.6", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}
    with running(app_of(sample_index, access="tokens", tokens=tmp_path / "users.sqlite")) as port:
        status, said = ask(port, {**bearer(secret), **forwarded})
    assert (status, said["client"], said["base"]) == (200, "127.0.0.1", f"http://127.0.0.1:{port}/")


def test_open_through_a_socket_trusts_no_header(sample_index: Path) -> None:
    with running(app_of(sample_index)) as port:
        assert ask(port, {})[1]["name"] == LOCAL.name
        assert ask(port, {}, "127.0.0.2")[0] == 200
        for host in (
            "evil.example", "evil_host.example", "", "[", "127.0.0.1@evil.example", "evil.example#127.0.0.1",
            "127.0.0.1.nip.io",
        ):  # fmt: skip
            assert ask(port, {"Host": host})[0] == 421, host
        assert ask(port, {"Host": f"evil.example:{port}"}, path="/api/v1/search?q=x")[0] == 421
        assert ask(port, {"X-Forwarded-For": "127.0.0.1"})[0] == 403


def test_under_a_path_of_a_proxy(sample_index: Path, tmp_path: Path, secret: str) -> None:
    app = app_of(sample_index, access="tokens", tokens=tmp_path / "users.sqlite")
    with running(app, "/dafu") as port:
        assert ask(port, {})[0] == 401
        assert ask(port, bearer(secret))[0] == 200
        assert ask(port, {}, path="/healthz") == (200, {"status": "ok"})
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/documents/a%2Fb?passage=1", headers=PAGE)
        assert connection.getresponse().headers["Location"] == "/dafu/login?next=%2Fdocuments%2Fa%2Fb%3Fpassage%3D1"
        connection.close()


def test_a_token_is_revoked_while_the_server_runs(
    sample_index: Path, tmp_path: Path, tokens: TokenStore, secret: str
) -> None:
    app = app_of(sample_index, access="tokens", tokens=tmp_path / "users.sqlite")
    cookie = {"Cookie": f"{PLAIN}={session(app, secret)}"}
    with running(app) as port:
        assert ask(port, bearer(secret))[0] == 200
        assert ask(port, cookie)[0] == 200
        later = tokens.add("李四", (), frozenset(), None)
        assert ask(port, bearer(later))[1]["name"] == "李四"
        tokens.revoke("张三")
        assert ask(port, bearer(secret))[0] == 401
        assert ask(port, cookie)[0] == 401
        assert ask(port, bearer(later))[0] == 200
