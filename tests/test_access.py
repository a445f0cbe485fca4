"""Who is asking: open, by tokens, by a gateway; what each of them refuses; and no request from a page elsewhere."""

import json
import stat
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from playwright.sync_api import Browser, expect
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.testclient import TestClient
from typer.testing import CliRunner

from corpus.errors import DafuError
from dafu import app as dafu
from indexer import database
from search_api.snapshots import Snapshots
from search_api.web.access.identity import COOKIE, user_of
from search_api.web.access.tokens import TokenStore
from search_api.web.access.users import LOCAL, NOBODY, RIGHTS, User
from search_api.web.app import create_app
from search_api.web.metrics import Metrics
from search_api.web.middleware.limits import FAILED_LOGINS_PER_S, MAX_FAILED_LOGINS, Limits
from search_api.web.pages.login import local
from search_api.web.settings.model import Settings
from tests.browser import NEEDS_BROWSER
from tests.served import running

FREE = {"/healthz", "/readyz", "/login", "/opensearch.xml", "/static/style.css"}
PAGE, PROGRAM = {"Accept": "text/html"}, {"Accept": "application/json"}
GATEWAY = "10.0.0.9"
PROXY = {"access": "proxy", "trusted_proxies": f"{GATEWAY},10.8.0.0/24"}


def app_of(index: Path, **settings: object) -> FastAPI:
    """With one more route, which says what the application knows of the request."""
    app = create_app(index, Settings.model_validate(settings))

    @app.api_route("/who", methods=["GET", "POST"])
    def who(request: Request) -> JSONResponse:
        user = user_of(request)
        known = {
            "name": user.name,
            "scopes": user.scopes and sorted(user.scopes),
            "rights": sorted(user.rights),
        }
        client = request.client.host if request.client else None
        return JSONResponse({**known, "client": client, "base": str(request.base_url)})

    return app


@pytest.fixture
def tokens(tmp_path: Path) -> TokenStore:
    return TokenStore(tmp_path / "users.sqlite")


@pytest.fixture
def secret(tokens: TokenStore) -> str:
    return tokens.add("张三", ("内部",), frozenset({"originals"}), None)


@pytest.fixture
def app(sample_index: Path, tmp_path: Path) -> FastAPI:
    return app_of(sample_index, access="tokens", tokens=tmp_path / "users.sqlite")


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    return TestClient(app, follow_redirects=False)


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


# The file of tokens


def test_a_token_is_kept_as_a_hash_that_only_its_owner_reads(tokens: TokenStore, secret: str, tmp_path: Path) -> None:
    for path in tmp_path.glob("users.sqlite*"):
        assert secret.encode() not in path.read_bytes()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (tmp_path / "users.sqlite").is_file()
    assert len(secret) >= len("dafu_") + 43  # 256 bits in base 64
    assert tokens.user(secret) == User("张三", frozenset({"公开", "内部"}), frozenset({"originals"}))
    for wrong in ("", secret[:-1], secret + "x", "dafu_", "\udcff"):
        assert tokens.user(wrong) is None


def test_without_scopes_a_token_opens_what_is_open(tokens: TokenStore) -> None:
    assert tokens.user(tokens.add("甲", (), frozenset(), None)) == User("甲", frozenset({"公开"}))
    assert tokens.user(tokens.add("乙", None, RIGHTS, None)) == User("乙", None, RIGHTS)


def test_a_token_ends_on_its_day(tokens: TokenStore, tmp_path: Path) -> None:
    secret = tokens.add("甲", (), frozenset(), 30)
    token = tokens.tokens()[0]
    assert token.expires_at is not None
    assert token.expires_at - token.created_at == timedelta(days=30)
    assert not token.has_expired(token.expires_at - timedelta(seconds=1))
    assert token.has_expired(token.expires_at)
    over = token.model_copy(update={"name": "乙", "expires_at": datetime.now(UTC) - timedelta(seconds=1)})
    (tmp_path / "tokens.json").write_text(
        json.dumps({"version": 1, "tokens": [over.model_dump(mode="json")]}), encoding="utf-8"
    )
    assert [token.name for token in tokens.tokens()] == ["甲", "乙"]
    tokens.revoke("甲")
    assert tokens.user(secret) is None


def test_a_change_by_another_process_is_seen_at_once(tokens: TokenStore, secret: str, tmp_path: Path) -> None:
    server = TokenStore(tmp_path / "users.sqlite")
    assert server.user(secret) is not None
    later = tokens.add("李四", (), frozenset(), None)
    assert server.user(later) is not None
    tokens.revoke("张三")
    assert server.user(secret) is None
    assert server.user(later) is not None
    for path in tmp_path.glob("users.sqlite*"):
        path.unlink()
    assert server.user(later) is None
    again = tokens.add("王五", (), frozenset(), None)
    assert (server.user(again), server.user(later)) == (User("王五", frozenset({"公开"})), None)


def test_many_at_once_lose_no_token(tmp_path: Path) -> None:
    def add(i: int) -> None:
        TokenStore(tmp_path / "users.sqlite").add(f"用户{i}", (), frozenset(), None)

    threads = [threading.Thread(target=add, args=(i,)) for i in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {token.name for token in TokenStore(tmp_path / "users.sqlite").tokens()} == {f"用户{i}" for i in range(16)}


def test_names_are_unique_and_can_be_printed(tokens: TokenStore, secret: str) -> None:
    with pytest.raises(DafuError, match=r"已经有名为“张三”的令牌.*dafu token revoke"):
        tokens.add("张三", (), frozenset(), None)
    for name in ("", "长" * 65, "甲\n乙"):
        with pytest.raises(DafuError, match=r"应为 1 到 64 个字"):
            tokens.add(name, (), frozenset(), None)
    with pytest.raises(DafuError, match=r"没有名为“李四”的令牌。现有：张三"):
        tokens.revoke("李四")


@pytest.mark.parametrize("text", ["", "{", '{"version": 2}', '{"tokens": [{"name": "甲"}]}', '{"admins": []}'])
def test_a_damaged_old_file_lets_nobody_in(
    tokens: TokenStore, secret: str, client: TestClient, tmp_path: Path, text: str
) -> None:
    (tmp_path / "tokens.json").write_text(text, encoding="utf-8")
    with pytest.raises(DafuError, match=r"令牌文件 .*tokens\.json 不能使用：.*请从备份恢复"):
        tokens.user(secret)
    answer = client.get("/api/v1/search?q=电梯", headers=bearer(secret))
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:dafu:problem:tokens-unavailable")
    assert "tokens.json" not in answer.text
    assert client.get("/healthz").status_code == 200
    assert (tmp_path / "tokens.json").read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE tokens SET scopes = NULL", "内容与它自己的校验和不符"),
        ("DELETE FROM tokens", "内容与它自己的校验和不符"),
        ("""UPDATE tokens SET rights = '["root"]'""", "有一行不是令牌"),
        ("UPDATE tokens SET created_at = 'x'", "有一行不是令牌"),
        ("DROP TABLE tokens", "no such table"),
    ],
)
def test_a_database_that_somebody_changed_lets_nobody_in(
    tokens: TokenStore, secret: str, client: TestClient, statement: str, sentence: str
) -> None:
    with closing(database.open_migrated(tokens.path, [""])) as connection:
        connection.execute(statement)
    with pytest.raises(DafuError, match=rf"令牌库 .*users\.sqlite 不能使用.*{sentence}.*请从备份恢复"):
        tokens.user(secret)
    answer = client.get("/api/v1/search?q=电梯", headers=bearer(secret))
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:dafu:problem:tokens-unavailable")
    assert "users.sqlite" not in answer.text


def test_a_file_that_is_no_database_lets_nobody_in(tmp_path: Path) -> None:
    (tmp_path / "users.sqlite").write_bytes(b"x" * 5000)
    with pytest.raises(DafuError, match=r"users\.sqlite 已损坏.*请从备份恢复，或者移走它"):
        TokenStore(tmp_path / "users.sqlite").user("dafu_x")
    with pytest.raises(DafuError, match=r"users\.sqlite 已损坏"):
        TokenStore(tmp_path / "users.sqlite").add("甲", (), frozenset(), None)


def test_tokens_by_command(tmp_path: Path) -> None:
    def run(*words: str) -> str:
        done = CliRunner().invoke(dafu, ["token", *words, "--index", str(tmp_path)], catch_exceptions=False)
        assert done.exit_code == 0
        return done.stdout

    secret = run("add", "张三", "--scope", "内部", "--scope", "民政", "--right", "originals", "--days", "30").strip()
    run("add", "监控", "--all-scopes", "--right", "admin")
    server = TokenStore(tmp_path / "users.sqlite")
    assert server.user(secret) == User("张三", frozenset({"公开", "内部", "民政"}), frozenset({"originals"}))
    listed = json.loads(run("list", "--json"))
    assert [(row["name"], row["scopes"], row["rights"]) for row in listed] == [
        ("张三", ["内部", "民政"], ["originals"]),
        ("监控", None, ["admin"]),
    ]
    assert "sha256" not in run("list", "--json")
    assert "张三  范围：公开、内部、民政  权利：originals" in run("list")
    assert run("revoke", "张三") == "已收回“张三”的令牌。\n"
    assert server.user(secret) is None
    for words, sentence in [
        (["add", "x", "--right", "root"], "没有“root”这种权利。可以是 admin、originals。"),
        (["add", "x", "--scope", "内部", "--all-scopes"], "--scope 和 --all-scopes 只能写一种。"),
    ]:
        with pytest.raises(DafuError, match=sentence):
            run(*words)


# Open: only this machine


@pytest.mark.parametrize(
    ("peer", "host", "headers", "status"),
    [
        ("127.0.0.1", "127.0.0.1:8000", {}, 200),
        ("127.0.0.1", "localhost", {}, 200),
        ("::1", "[::1]:8000", {}, 200),
        ("10.1.2.3", "127.0.0.1:8000", {}, 403),
        ("127.0.0.1", "127.0.0.1:8000", {"X-Forwarded-For": "10.1.2.3"}, 403),
        ("127.0.0.1", "127.0.0.1:8000", {"X-Forwarded-For": "127.0.0.1"}, 403),
        ("127.0.0.1", "127.0.0.1:8000", {"Via": "1.1 gateway"}, 403),
        ("127.0.0.1", "evil.example:8000", {}, 421),  # DNS rebinding
        ("127.0.0.1", "localhost.evil.example", {}, 421),
        ("127.0.0.1", "10.0.0.1:8000", {}, 421),
    ],
)
def test_open_is_for_this_machine(
    sample_index: Path, peer: str, host: str, headers: dict[str, str], status: int
) -> None:
    client = TestClient(app_of(sample_index), f"http://{host}", client=(peer, 50000))
    answer = client.get("/who", headers={**headers, **PROGRAM})
    assert answer.status_code == status
    if status == 200:
        assert answer.json()["name"] == LOCAL.name
        assert answer.json()["scopes"] is None
        assert client.get("/metrics").status_code == 200
    else:
        assert "本站现在只供在服务器本机上使用" in answer.json()["detail"]
    assert client.get("/healthz", headers=headers).status_code == 200


def test_there_is_nothing_to_log_in_to_where_nobody_asks(sample_index: Path) -> None:
    client = TestClient(app_of(sample_index))
    assert client.get("/login").status_code == client.post("/login").status_code == 404
    assert "退出" not in client.get("/").text


# Tokens


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
        for shown in ({}, bearer("dafu_wrong"), {"Cookie": f"{COOKIE}=wrong"}, {"Authorization": "Basic eDp5"}):
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


def attributes(cookie: str) -> dict[str, str]:
    parts = (part.strip().partition("=") for part in cookie.split(";")[1:])
    return {name.lower(): value for name, _, value in parts}


@pytest.mark.parametrize(
    ("base", "root_path", "expected"),
    [
        ("http://testserver", "", {"path": "/"}),
        ("https://testserver", "", {"path": "/", "secure": ""}),
        ("https://testserver", "/dafu", {"path": "/dafu", "secure": ""}),
    ],
)
def test_the_cookie_stays_with_this_site(
    app: FastAPI, secret: str, base: str, root_path: str, expected: dict[str, str]
) -> None:
    client = TestClient(app, base, root_path=root_path, follow_redirects=False)
    answer = client.post("/login", data={"token": secret, "next": "/status"})
    assert answer.headers["Location"] == f"{root_path}/status"
    assert attributes(answer.headers["Set-Cookie"]) == {
        "httponly": "", "samesite": "lax", "max-age": str(30 * 86400), **expected,
    }  # fmt: skip
    out = client.post("/logout", headers={"Cookie": f"{COOKIE}={secret}", "Sec-Fetch-Site": "same-origin"})
    assert attributes(out.headers["Set-Cookie"])["max-age"] == "0"
    assert attributes(out.headers["Set-Cookie"])["path"] == expected["path"]


def test_behind_a_listed_proxy_the_cookie_knows_https(sample_index: Path, tmp_path: Path, secret: str) -> None:
    settings = {"access": "tokens", "tokens": tmp_path / "users.sqlite", "trusted_proxies": GATEWAY}
    for peer, secure in ((GATEWAY, True), ("10.1.2.3", False)):
        client = TestClient(app_of(sample_index, **settings), client=(peer, 50000), follow_redirects=False)
        answer = client.post("/login", data={"token": secret}, headers={"X-Forwarded-Proto": "https"})
        assert ("Secure" in answer.headers["Set-Cookie"]) is secure


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


# A gateway


@pytest.mark.parametrize(
    ("headers", "user"),
    [
        ({"X-Dafu-User": "chen"}, ("chen", ["公开"], [])),
        ({"X-Dafu-User": quote("陈科长")}, ("陈科长", ["公开"], [])),
        ({"X-Dafu-User": "chen", "X-Dafu-Scopes": ""}, ("chen", ["公开"], [])),
        ({"X-Dafu-User": "chen", "X-Dafu-Scopes": quote("内部") + ", " + quote("民政")},
         ("chen", ["公开", "内部", "民政"], [])),
        ({"X-Dafu-User": "chen", "X-Dafu-Scopes": "*", "X-Dafu-Rights": "admin,originals,root"},
         ("chen", None, ["admin", "originals"])),
        ({"X-Dafu-User": "chen", "X-Dafu-Scopes": "%E5%86%85%2C*%2C"}, ("chen", ["公开", "内,*,"], [])),
        ({"X-Dafu-User": "a%0Ab%00" + "x" * 99}, ("ab" + "x" * 62, ["公开"], [])),
    ],
)  # fmt: skip
def test_a_gateway_says_who_it_is(
    sample_index: Path, headers: dict[str, str], user: tuple[str, list[str] | None, list[str]]
) -> None:
    client = TestClient(app_of(sample_index, **PROXY), client=(GATEWAY, 50000))
    answer = client.get("/who", headers=headers).json()
    assert (answer["name"], answer["scopes"], answer["rights"]) == user


ADMIN = {"X-Dafu-User": "root", "X-Dafu-Scopes": "*", "X-Dafu-Rights": "admin,originals"}


@pytest.mark.parametrize(
    ("peer", "headers", "status", "sentence"),
    [
        ("10.1.2.3", ADMIN, 403, "请从单位的登录网关打开本站"),
        ("10.1.2.3", {**ADMIN, "X-Forwarded-For": GATEWAY}, 403, "请从单位的登录网关打开本站"),
        ("127.0.0.1", ADMIN, 403, "请从单位的登录网关打开本站"),
        ("testclient", ADMIN, 403, "请从单位的登录网关打开本站"),
        (GATEWAY, {}, 401, "登录网关没有说明用户是谁。请管理员让网关在请求头 x-dafu-user 里写用户名"),
        (GATEWAY, {"X-Dafu-User": " %20"}, 401, "登录网关没有说明用户是谁"),
        ("10.8.0.77", {"X-Dafu-Rights": "admin"}, 401, "登录网关没有说明用户是谁"),
    ],
)
def test_only_a_listed_gateway_is_believed(
    sample_index: Path, peer: str, headers: dict[str, str], status: int, sentence: str
) -> None:
    client = TestClient(app_of(sample_index, **PROXY), client=(peer, 50000), follow_redirects=False)
    for path, form in (("/who", PROGRAM), ("/", PAGE)):
        answer = client.get(path, headers={**headers, **form})
        assert answer.status_code == status  # there is no page to log in on
        assert sentence in answer.text
    assert client.get("/healthz", headers=headers).status_code == 200
    assert client.get("/metrics", headers=headers).status_code == status


def test_a_header_that_came_twice_is_not_believed(sample_index: Path) -> None:
    client = TestClient(app_of(sample_index, **PROXY), client=(GATEWAY, 50000))
    for name in ("X-Dafu-User", "X-Dafu-Rights"):
        twice = [("X-Dafu-User", "chen"), ("X-Dafu-Rights", ""), (name, "admin"), *PROGRAM.items()]
        answer = client.get("/who", headers=twice)
        assert (answer.status_code, "出现了 2 次" in answer.json()["detail"]) == (403, True)


def test_headers_have_the_names_that_are_set(sample_index: Path) -> None:
    settings = {**PROXY, "user_header": "Remote-User", "scopes_header": "Remote-Groups"}
    client = TestClient(app_of(sample_index, **settings), client=(GATEWAY, 50000))
    answer = client.get("/who", headers={"Remote-User": "chen", "Remote-Groups": "a", "X-Dafu-Scopes": "*"}).json()
    assert (answer["name"], answer["scopes"]) == ("chen", ["a", "公开"])


# Over the network


def ask(
    port: int, headers: Mapping[str, str], source: str = "127.0.0.1", path: str = "/who"
) -> tuple[int, dict[str, str]]:
    """All of 127.0.0.0/8 is this machine: a request can come from another address of it than the server's."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30, source_address=(source, 0))
    try:
        connection.request("GET", path, headers={**PROGRAM, **headers})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


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
    with running(app_of(sample_index, access="tokens", tokens=tmp_path / "users.sqlite")) as port:
        assert ask(port, bearer(secret))[0] == 200
        assert ask(port, {"Cookie": f"{COOKIE}={secret}"})[0] == 200
        later = tokens.add("李四", (), frozenset(), None)
        assert ask(port, bearer(later))[1]["name"] == "李四"
        tokens.revoke("张三")
        assert ask(port, bearer(secret))[0] == 401
        assert ask(port, {"Cookie": f"{COOKIE}={secret}"})[0] == 401
        assert ask(port, bearer(later))[0] == 200


# No page of another site


HERE, EVIL = "http://testserver", "http://evil.example"
CROSS = [
    ({"Sec-Fetch-Site": "same-origin"}, True),
    ({"Sec-Fetch-Site": "none"}, True),
    ({"Sec-Fetch-Site": "same-site"}, False),
    ({"Sec-Fetch-Site": "cross-site"}, False),
    ({"Sec-Fetch-Site": "cross-site", "Origin": HERE}, False),
    ({"Sec-Fetch-Site": "same-origin", "Origin": EVIL}, True),  # behind a proxy that changes the name
    ({"Origin": HERE}, True),
    ({"Origin": EVIL}, False),
    ({"Origin": "null"}, False),
    ({"Origin": ""}, False),
    ({"Origin": f"{HERE}.evil.example"}, False),
    ({"Origin": f"{HERE}:8080"}, False),
    ({"Origin": EVIL, "Referer": f"{HERE}/"}, False),
    ({"Referer": f"{HERE}/match"}, True),
    ({"Referer": f"{EVIL}/?{HERE}/match"}, False),
    ({"X-Forwarded-Host": "evil.example", "Origin": EVIL}, False),
]


@pytest.mark.parametrize(("headers", "passes"), [*CROSS, ({}, False)])
def test_a_cookie_is_not_enough(client: TestClient, secret: str, headers: dict[str, str], passes: bool) -> None:
    cookie = {"Cookie": f"{COOKIE}={secret}", **headers, **PROGRAM}
    answer = client.post("/who", headers=cookie)
    assert answer.status_code == (200 if passes else 403)
    if not passes:
        assert answer.json()["type"] == "urn:dafu:problem:cross-origin"
        assert "请回到本站的网页再试一次" in answer.json()["detail"]
    assert client.get("/who", headers=cookie).status_code == 200  # to look is safe


@pytest.mark.parametrize(("headers", "passes"), [*CROSS, ({}, True)])
def test_nobody_is_logged_in_by_another_site(
    client: TestClient, secret: str, headers: dict[str, str], passes: bool
) -> None:
    answer = client.post("/login", data={"token": secret}, headers=headers)
    assert (answer.status_code, "Set-Cookie" in answer.headers) == ((303, True) if passes else (403, False))


@pytest.mark.parametrize("headers", [headers for headers, _ in CROSS])
def test_a_token_in_the_header_is_enough(client: TestClient, secret: str, headers: dict[str, str]) -> None:
    assert client.post("/who", headers={**bearer(secret), **headers}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        *((headers, passes) for headers, passes in CROSS if "X-Forwarded-Host" not in headers),
        ({}, True),  # a program
        ({"Cookie": "session=1"}, False),
        ({"Authorization": "Bearer x", "Origin": EVIL}, False),  # here nobody looks at it
    ],
)
@pytest.mark.parametrize("path", ["/feedback", "/match", "/basket", "/api/v1/match"])
def test_forms_are_taken_from_our_own_pages_in_every_mode(
    sample_index: Path, headers: dict[str, str], passes: bool, path: str
) -> None:
    gateway = {"X-Dafu-User": "chen"}
    for settings, peer, known in (({}, "testclient", {}), (PROXY, GATEWAY, gateway)):
        client = TestClient(app_of(sample_index, **settings), client=(peer, 50000))
        answer = client.post(path, headers={**known, **headers, **PROGRAM}, json={})
        assert (answer.status_code != 403) is passes


def test_behind_a_listed_proxy_our_name_is_the_one_it_was_asked_for(sample_index: Path) -> None:
    client = TestClient(app_of(sample_index, **PROXY), client=(GATEWAY, 50000))
    named = {"X-Dafu-User": "chen", "X-Forwarded-Host": "oa.example.cn", **PROGRAM}
    assert client.post("/who", headers={**named, "Origin": "https://oa.example.cn"}).status_code == 200
    assert client.post("/who", headers={**named, "Origin": HERE}).status_code == 403
    for broken in ("oa example", "a/b", "<b>", ""):
        answer = client.get("/who", headers={**named, "X-Forwarded-Host": broken}).json()
        assert answer["base"] == f"{HERE}/"


# Settings


def settings_file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "dafu.toml"
    path.write_text(text, encoding="utf-8")
    return path


def check(*words: str, environment: Mapping[str, str] | None = None) -> str:
    """What `dafu serve --check` prints. Raises DafuError as it does."""
    done = CliRunner().invoke(dafu, ["serve", "--check", *words], env=environment, catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def test_check_says_what_each_setting_is_and_where_it_comes_from(
    sample_index: Path, tmp_path: Path, tokens: TokenStore
) -> None:
    text = f"""
port = 9000
log_level = "warning"
site_name = "松澜"
access = "tokens"
tokens = "{tmp_path / "users.sqlite"}"
trusted_proxies = ["10.1.2.3", "10.8.0.0/24"]
"""
    file = settings_file(tmp_path, text)
    environment = {"DAFU_SITE_NAME": "松澜市", "DAFU_LOG_LEVEL": "error", "DAFU_SETTINGS": str(file)}
    said = check("--index", str(sample_index), "--port", "0", environment=environment)
    for line in (
        f"index = {sample_index}（命令行参数）",
        "port = 0（命令行参数）",
        "log_level = error（环境变量 DAFU_LOG_LEVEL）",
        "site_name = 松澜市（环境变量 DAFU_SITE_NAME）",
        f"access = tokens（设置文件 {file}）",
        f"trusted_proxies = 10.1.2.3/32,10.8.0.0/24（设置文件 {file}）",
        "host = 127.0.0.1（默认）",
        "feedback = （空）（默认）",
    ):
        assert f"{line}\n" in said
    for field in Settings.model_fields.values():
        assert f"    {field.description}\n" in said
    assert f"索引：{sample_index}，第 1 世代，" in said
    assert f"令牌：{tmp_path / 'users.sqlite'}，0 个" in said
    assert "还没有人能登录：请用 dafu token add 发放令牌" in said
    assert said.endswith("可以启动。\n")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("prot = 1", r"设置文件 .*dafu\.toml 里的“prot”不是设置的名称。可以用的名称：index、host、port"),
        ("port = 99999", r"设置 port（设置文件 .*dafu\.toml）的值“99999”不能使用"),
        ("port 1", r"设置文件 .*dafu\.toml 不是 UTF-8 的 TOML"),
        ('access = "nobody"', r"的值“nobody”不能使用。这一项是：怎样知道谁在用"),
        ('trusted_proxies = ["gateway"]', r"的值“gateway”不能使用。这一项是：本站前面的代理"),
        ('trusted_proxies = "0.0.0.0/0"', r"的值“0\.0\.0\.0/0”不能使用"),
        ('trusted_proxies = "10.0.0.5/8"', r"的值“10\.0\.0\.5/8”不能使用"),
        ('user_header = "X User:"', r"的值“X User:”不能使用"),
        ('access = "proxy"', r"没有写明哪些地址是登录网关"),
        ('host = "0.0.0.0"', r"监听地址 0\.0\.0\.0 从别的机器也连得上.*设 access 为 tokens.*或者设 access 为 proxy"),
        ('host = "::"', r"监听地址 :: 从别的机器也连得上"),
        ('index = "nowhere"', r"nowhere"),
    ],
)
def test_check_names_what_is_wrong(sample_index: Path, tmp_path: Path, text: str, sentence: str) -> None:
    index = [] if "index" in text else ["--index", str(sample_index)]
    with pytest.raises(DafuError, match=sentence):
        check(*index, "--settings", str(settings_file(tmp_path, text)))


def test_a_settings_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DafuError, match=r"设置文件 .*none\.toml 无法读取"):
        check("--settings", str(tmp_path / "none.toml"))


@pytest.mark.parametrize("words", [["--host", "0.0.0.0"], ["--host", "::"]])
def test_nobody_serves_everybody_by_mistake(sample_index: Path, words: list[str]) -> None:
    with pytest.raises(DafuError, match=r"从别的机器也连得上，而 access 是 open"):
        CliRunner().invoke(dafu, ["serve", "--index", str(sample_index), "--port", "0", *words], catch_exceptions=False)


# In a browser


@NEEDS_BROWSER
@pytest.mark.parametrize("javascript", [True, False])
def test_an_officer_logs_in_and_out(
    browser: Browser, sample_index: Path, tmp_path: Path, secret: str, javascript: bool
) -> None:
    with running(app_of(sample_index, access="tokens", tokens=tmp_path / "users.sqlite")) as port:
        site = f"http://127.0.0.1:{port}"
        with browser.new_context(base_url=site, java_script_enabled=javascript) as context:
            page = context.new_page()
            page.goto("/status")
            expect(page).to_have_url(f"{site}/login?next=%2Fstatus")
            page.get_by_label("访问令牌").fill("dafu_wrong")
            page.get_by_role("button", name="登录").click()
            expect(page.get_by_role("alert")).to_contain_text("令牌不对")
            page.get_by_label("访问令牌").fill(secret)
            page.get_by_label("访问令牌").press("Enter")
            expect(page).to_have_url(f"{site}/status")
            expect(page.get_by_role("banner")).to_contain_text("张三")
            page.goto("/match")
            page.locator("textarea").first.fill("关于加装电梯的提案\n为此建议：\n一、提高加装电梯的财政补贴。")
            page.get_by_role("button", name="逐条查找").click()
            expect(page.locator("#matrix")).to_be_visible()
            page.get_by_role("button", name="退出").click()
            expect(page).to_have_url(f"{site}/login")
            page.goto("/match")
            expect(page).to_have_url(f"{site}/login?next=%2Fmatch")


def test_nobody_sees_what_is_open_and_may_nothing() -> None:
    assert NOBODY.scopes == frozenset({"公开"})
    assert not any(NOBODY.may(right) for right in RIGHTS)
    assert all(LOCAL.may(right) for right in RIGHTS)
