"""The server's own machine, and a gateway that says who asks: only a listed one is believed."""

from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from search_api.web.access.users import LOCAL
from tests.access.requests import ADMIN, GATEWAY, PAGE, PROGRAM, PROXY, app_of

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
