"""No page of another site acts in a user's name."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from search_api.web.access.cookies import PLAIN
from tests.access.requests import GATEWAY, PROGRAM, PROXY, app_of, bearer, session

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
    cookie = {"Cookie": f"{PLAIN}={session(client.app, secret)}", **headers, **PROGRAM}
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
