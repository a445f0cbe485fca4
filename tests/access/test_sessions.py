"""A browser's session: a secret of its own, which the server ends; and the cookie in which the browser keeps it."""

import shutil
from contextlib import closing
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from corpus.errors import DafuError
from indexer import database
from search_api.web.access.cookies import PLAIN
from search_api.web.access.sessions import SessionStore
from search_api.web.access.tokens import TokenStore
from search_api.web.access.users import User
from tests.access.requests import GATEWAY, PAGE, PROGRAM, app_of, bearer, session
from tests.served import Clock

HERE = {"Sec-Fetch-Site": "same-origin"}
IDLE, LONGEST = 1800.0, 43200.0


@pytest.fixture
def clock() -> Clock:
    return Clock(1_000_000.0)


@pytest.fixture
def sessions(tokens: TokenStore, clock: Clock) -> SessionStore:
    return SessionStore(tokens, IDLE, LONGEST, clock)


def is_known(sessions: SessionStore, secret: str) -> bool:
    return sessions.find(secret) is not None


# The store


def test_a_session_is_its_tokens_holder(sessions: SessionStore, secret: str) -> None:
    first, second = sessions.begin(secret), sessions.begin(secret)
    assert len({first, second, secret}) == 3
    assert min(len(first), len(second)) >= 43  # 256 bits
    found = sessions.find(first)
    assert found is not None
    assert found.user == User("张三", frozenset({"公开", "内部"}), frozenset({"originals"}))
    assert not is_known(sessions, secret)
    assert not is_known(sessions, "")


def test_the_file_has_no_secret(sessions: SessionStore, tokens: TokenStore, secret: str, tmp_path: Path) -> None:
    begun = sessions.begin(secret)
    for path in tmp_path.glob("users.sqlite*"):
        assert begun.encode() not in path.read_bytes()
        assert secret.encode() not in path.read_bytes()


def test_to_look_makes_no_file(sessions: SessionStore, tmp_path: Path) -> None:
    assert not is_known(sessions, "x")
    assert list(tmp_path.iterdir()) == []


def test_one_that_is_not_used_ends(sessions: SessionStore, clock: Clock, secret: str) -> None:
    begun = sessions.begin(secret)
    clock.now += IDLE
    assert is_known(sessions, begun)
    clock.now += 1
    assert not is_known(sessions, begun)


def test_one_that_is_used_lasts_until_it_is_too_old(sessions: SessionStore, clock: Clock, secret: str) -> None:
    begun, start = sessions.begin(secret), clock.now
    while clock.now - start + IDLE / 2 <= LONGEST:
        clock.now += IDLE / 2
        found = sessions.find(begun)
        assert found is not None
        assert found.is_due
        sessions.touch(begun)
    clock.now = start + LONGEST + 1
    assert not is_known(sessions, begun)


def test_its_use_is_not_written_down_at_every_request(sessions: SessionStore, clock: Clock, secret: str) -> None:
    begun = sessions.begin(secret)

    def is_due() -> bool:
        found = sessions.find(begun)
        assert found is not None
        return found.is_due

    clock.now += IDLE / 10
    assert not is_due()
    clock.now += 1
    assert is_due()
    sessions.touch(begun)
    assert not is_due()


def test_it_ends_by_itself_alone(sessions: SessionStore, secret: str) -> None:
    here, elsewhere = sessions.begin(secret), sessions.begin(secret)
    sessions.end(here)
    assert not is_known(sessions, here)
    assert is_known(sessions, elsewhere)
    sessions.touch(here)
    assert not is_known(sessions, here)  # a request under way brings nothing back


def test_it_ends_with_its_token(sessions: SessionStore, tokens: TokenStore, secret: str) -> None:
    other = tokens.add("李四", (), frozenset(), None)
    mine, other_ones = sessions.begin(secret), sessions.begin(other)
    tokens.revoke("张三")
    assert not is_known(sessions, mine)
    tokens.add("张三", ("内部",), frozenset(), None)
    assert not is_known(sessions, mine)  # the name is the same, and nothing else
    assert is_known(sessions, other_ones)


def test_those_that_are_over_are_taken_out(
    sessions: SessionStore, tokens: TokenStore, clock: Clock, secret: str
) -> None:
    def kept() -> int:
        with closing(database.open_migrated(tokens.path, ["", "", "", ""])) as connection:
            return int(connection.execute("SELECT count(*) FROM sessions").fetchone()[0])

    sessions.begin(secret)
    clock.now += IDLE - 1
    sessions.begin(secret)
    assert kept() == 2
    clock.now += 2
    sessions.begin(secret)
    assert kept() == 2


def test_another_process_ends_it(sessions: SessionStore, clock: Clock, secret: str, tmp_path: Path) -> None:
    begun = sessions.begin(secret)
    assert is_known(sessions, begun)
    elsewhere = SessionStore(TokenStore(tmp_path / "users.sqlite"), IDLE, LONGEST, clock)
    elsewhere.end(begun)
    assert not is_known(sessions, begun)


def test_a_database_put_in_its_place_counts_at_once(sessions: SessionStore, secret: str, tmp_path: Path) -> None:
    shutil.copy(tmp_path / "users.sqlite", tmp_path / "before")
    begun = sessions.begin(secret)
    assert is_known(sessions, begun)
    for path in tmp_path.glob("users.sqlite*"):
        path.unlink()
    (tmp_path / "before").rename(tmp_path / "users.sqlite")
    assert not is_known(sessions, begun)


def test_a_damaged_database_lets_nobody_in(app: FastAPI, client: TestClient, tokens: TokenStore, secret: str) -> None:
    cookie = {"Cookie": f"{PLAIN}={session(app, secret)}"}
    assert client.get("/who", headers=cookie).status_code == 200
    with closing(database.open_migrated(tokens.path, ["", "", "", ""])) as connection:
        connection.execute("DROP TABLE sessions")
    answer = client.get("/who", headers={**cookie, **PROGRAM})
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:dafu:problem:tokens-unavailable")
    with pytest.raises(DafuError, match=r"会话无法从 .*users\.sqlite 读出"):
        app.state.sessions.find("x")


# The cookie


def attributes(cookie: str) -> dict[str, str]:
    parts = (part.strip().partition("=") for part in cookie.split(";"))
    return {name.lower() if number else name: value for number, (name, _, value) in enumerate(parts)}


ON_TLS = {"path": "/", "secure": ""}


@pytest.mark.parametrize(
    ("base", "root_path", "name", "expected"),
    [
        ("http://testserver", "", "dafu_session", {"path": "/"}),
        ("http://testserver", "/dafu", "dafu_session", {"path": "/dafu"}),
        ("https://testserver", "", "__Host-dafu_session", ON_TLS),
        ("https://testserver", "/dafu", "__Host-dafu_session-0c53f902", ON_TLS),
    ],
)
def test_the_cookie_stays_with_this_site(
    app: FastAPI, secret: str, base: str, root_path: str, name: str, expected: dict[str, str]
) -> None:
    client = TestClient(app, base, root_path=root_path, follow_redirects=False)
    answer = client.post("/login", data={"token": secret, "next": "/status"})
    assert answer.headers["Location"] == f"{root_path}/status"
    given = attributes(answer.headers["Set-Cookie"])
    begun = given.pop(name)
    assert given == {"httponly": "", "samesite": "lax", **expected}  # no Max-Age: it goes when the browser is closed
    assert app.state.sessions.find(begun) is not None
    out = client.post("/logout", headers={"Cookie": f"{name}={begun}", **HERE})
    gone = attributes(out.headers["Set-Cookie"])
    assert (gone[name], gone["max-age"], gone["path"]) == ('""', "0", expected["path"])
    assert ("secure" in gone) is ("secure" in expected)  # browsers refuse to replace a cookie of __Host- otherwise


def test_behind_a_listed_proxy_the_cookie_knows_https(sample_index: Path, tmp_path: Path, secret: str) -> None:
    settings = {"access": "tokens", "tokens": tmp_path / "users.sqlite", "trusted_proxies": GATEWAY}
    for peer, name in ((GATEWAY, "__Host-dafu_session"), ("10.1.2.3", "dafu_session")):
        client = TestClient(app_of(sample_index, **settings), client=(peer, 50000), follow_redirects=False)
        answer = client.post("/login", data={"token": secret}, headers={"X-Forwarded-Proto": "https"})
        assert answer.headers["Set-Cookie"].startswith(f"{name}=")


def test_over_tls_a_cookie_that_could_come_in_plain_says_nothing(app: FastAPI, secret: str) -> None:
    begun = session(app, secret)
    for base, name, status in (
        ("https://testserver", "__Host-dafu_session", 200),
        ("https://testserver", "dafu_session", 401),
        ("http://testserver", "dafu_session", 200),
        ("http://testserver", "__Host-dafu_session", 401),
    ):
        asked = {"Cookie": f"{name}={begun}", **PROGRAM}
        assert TestClient(app, base).get("/who", headers=asked).status_code == status, (base, name)


def test_a_token_in_a_cookie_opens_nothing_and_is_taken_out(client: TestClient, secret: str) -> None:
    """Former versions kept the token itself there."""
    former = {"Cookie": f"dafu_token={secret}"}
    assert client.get("/who", headers={**former, **PROGRAM}).status_code == 401
    assert client.get("/who", headers={"Cookie": f"{PLAIN}={secret}", **PROGRAM}).status_code == 401
    gone = attributes(client.get("/login", headers=former).headers["Set-Cookie"])
    assert (gone["dafu_token"], gone["max-age"]) == ('""', "0")
    assert "Set-Cookie" not in client.get("/login").headers


# Logging in and out


def test_a_cookie_from_before_the_logout_opens_nothing(app: FastAPI, client: TestClient, secret: str) -> None:
    client.post("/login", data={"token": secret})
    cookie = {"Cookie": f"{PLAIN}={client.cookies[PLAIN]}"}
    client.post("/logout", headers=HERE)
    client.cookies.clear()
    assert client.get("/status", headers={**cookie, **PAGE}).headers["Location"] == "/login?next=%2Fstatus"
    refused = client.get("/who", headers={**cookie, **PROGRAM})
    assert (refused.status_code, "登录已经结束" in refused.json()["detail"]) == (401, True)
    assert client.get("/who", headers=bearer(secret)).status_code == 200  # a program's token is its own


def test_who_logs_in_again_leaves_no_session_behind(client: TestClient, secret: str) -> None:
    """Nor does a session that somebody else put into the browser become the user's."""
    client.post("/login", data={"token": secret})
    first = client.cookies[PLAIN]
    client.post("/login", data={"token": secret}, headers=HERE)
    assert client.cookies[PLAIN] != first
    client.cookies.clear()
    assert client.get("/who", headers={"Cookie": f"{PLAIN}={first}", **PROGRAM}).status_code == 401


def test_a_session_lasts_as_long_as_the_settings_say(sample_index: Path, tmp_path: Path, secret: str) -> None:
    settings = {"access": "tokens", "tokens": tmp_path / "users.sqlite"}
    app = app_of(sample_index, **settings, session_idle_minutes=5, session_hours=1)
    begun = session(app, secret)
    with closing(database.open_migrated(tmp_path / "users.sqlite", ["", "", "", ""])) as connection:
        for column, seconds, status in (
            ("used_at", 290, 200), ("used_at", 310, 401), ("begun_at", 3500, 200), ("begun_at", 3700, 401),
        ):  # fmt: skip
            connection.execute("UPDATE sessions SET used_at = unixepoch(), begun_at = unixepoch()")
            connection.execute(f"UPDATE sessions SET {column} = unixepoch() - {seconds}")
            asked = {"Cookie": f"{PLAIN}={begun}", **PROGRAM}
            assert TestClient(app).get("/who", headers=asked).status_code == status, (column, seconds)


def test_a_request_keeps_its_session_alive(app: FastAPI, client: TestClient, tokens: TokenStore, secret: str) -> None:
    asked = {"Cookie": f"{PLAIN}={session(app, secret)}", **PROGRAM}

    def used() -> int:
        return int(connection.execute("SELECT unixepoch() - used_at FROM sessions").fetchone()[0])

    with closing(database.open_migrated(tokens.path, ["", "", "", ""])) as connection:
        connection.execute("UPDATE sessions SET used_at = used_at - 1000")
        assert client.get("/who", headers=asked).status_code == 200
        assert used() < 100
