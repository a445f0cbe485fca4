"""Numbers of any length in an address or a body: Python reads no more than 4,300 digits, and users get a sentence."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from tests.limits.requests import client_of

DIGITS = "9" * 5000
FIELDS = ("q", "since", "until", "agency", "district", "year", "kind", "role", "outcome", "sort", "page", "hit")
QUERIES = (
    "年份:{}",
    "年份:{}..{}",
    "日期:{}",
    "编号:{}",
    "文号:{}",
    "{}",
    '"{}"',
    "-{}",
    "提案第{}号",
    "{}年",
    "函〔2023〕{}号",
)
DOCUMENT = "/documents/" + quote("松澜市民政局:20230001")


@pytest.fixture(scope="module")
def client(index: Path) -> Iterator[TestClient]:
    with client_of(index) as client:
        yield client


ADDRESSES = [
    *(f"/?q=电梯&{field}={DIGITS}" for field in FIELDS),
    *(f"/api/v1/search?q=电梯&{field}={DIGITS}" for field in (*FIELDS, "k", "offset", "mode", "explain", "facets")),
    *(f"/?q={quote(query.replace('{}', DIGITS[:60]))}" for query in QUERIES),
    *(f"/api/v1/search?q={quote(query.replace('{}', DIGITS))}" for query in QUERIES),
    *(f"{DOCUMENT}?{field}={DIGITS}" for field in ("version", "passage", "hit", "page", "unmasked")),
    *(f"{DOCUMENT}?passage={passage}" for passage in (f"deadbeef.{DIGITS}", f"{DIGITS}.1")),
    f"/documents/{DIGITS}",
    f"/api/v1/documents/{DIGITS}?unmasked={DIGITS}",
    *(f"/basket?{field}={DIGITS}" for field in ("title", "number", "ask", "none", "p")),
    f"/basket?ask={DIGITS}:建议",
    *(f"/basket?p={quote(pick)}" for pick in (f"{DIGITS}:1:甲#1", f"1:1:甲#{DIGITS}", f"1:1:甲#deadbeef.{DIGITS}")),
    f"/basket/export?p=1:1:L%23deadbeef.{DIGITS}&format={DIGITS}",
    f"/feed?q=电梯&page={DIGITS}",
    f"/api/v1/suggest?q={DIGITS}&k={DIGITS}",
]


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address.replace(DIGITS, "99…")[:60])
def test_no_number_in_an_address_is_an_error_of_ours(client: TestClient, address: str) -> None:
    assert client.get(address).status_code < 500


BODIES = {
    "/api/v1/match": f'{{"text": "关于电梯的提案", "number": {DIGITS}}}',
    "/basket/contents": f'{{"version": 1, "picks": [{{"passage_id": "甲#deadbeef.{DIGITS}", "point": {DIGITS}}}]}}',
}


@pytest.mark.parametrize("path", BODIES)
def test_no_number_in_a_body_is_an_error_of_ours(client: TestClient, path: str) -> None:
    headers = {"Content-Type": "application/json"}
    assert 400 <= client.post(path, content=BODIES[path].encode(), headers=headers).status_code < 500


def test_no_number_in_a_form_is_an_error_of_ours(client: TestClient) -> None:
    verdict = {"passage_id": f"甲#deadbeef.{DIGITS}", "query": "电梯", "useful": "yes"}
    assert [client.post("/feedback", data={**verdict, "rank": n}).status_code for n in ("1", DIGITS)] == [409, 422]
    assert client.post("/match", data={"point": "电梯", "action": f"drop-{DIGITS}"}).status_code == 400


def test_a_wrong_page_is_told_in_a_short_sentence(client: TestClient) -> None:
    answer = client.get("/", params={"q": "电梯", "page": DIGITS}, headers={"Accept": "text/html"})
    assert (answer.status_code, f"页码“{DIGITS[:20]}”不能使用" in answer.text) == (400, True)
