"""How large what is in a body may be: JSON and forms within bounds, faults told briefly, nothing written to a disk."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from starlette.testclient import TestClient

from search_api.web.rendering.baskets import MAX_FILE
from search_api.web.uploads.bodies import NotJsonError, parse_json
from search_api.web.uploads.proposal import MAX_JSON
from tests.limits.requests import MATCH, PROPOSAL, client_of

LISTS = b"[" + b"[]," * 400_000 + b"[]]"
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def client(index: Path) -> Iterator[TestClient]:
    with client_of(index) as client:
        yield client


def nested(levels: int) -> bytes:
    return b"[" * levels + b"]" * levels


@pytest.mark.parametrize("data", [b"{}", b"[]", b'"\xe5\xb9\xb4"', nested(20), b'{"a": [{"b": 1}]}', b"1"])
def test_what_is_within_the_bounds_is_read(data: bytes) -> None:
    assert parse_json(data) == json.loads(data)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(LISTS, id="lists"),
        pytest.param(b"[" + b'{"a":1},' * 20_000 + b"{}]", id="objects"),
        pytest.param(b"[" + b"1," * 200_001 + b"1]", id="numbers"),
        pytest.param(nested(21), id="a level too many"),
        pytest.param(nested(9_000), id="many levels"),
        pytest.param(nested(1_000_000), id="a million levels"),
        pytest.param(b'{"a":' * 30 + b"1" + b"}" * 30, id="objects in objects"),
        pytest.param(b"[1", id="cut off"),
        pytest.param(b"\xff\xff", id="no text"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"9" * 5000, id="digits"),
    ],
)
def test_what_is_beyond_them_is_refused(data: bytes) -> None:
    with pytest.raises(NotJsonError):
        parse_json(data)


def problem(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


def test_a_proposal_beyond_the_bounds_is_a_sentence(client: TestClient) -> None:
    assert problem(client.post(MATCH, content=b'{"a": ' + LISTS + b"}", headers=JSON)) == (400, "upload-unreadable")
    large = client.post(MATCH, content=b'{"text": "' + b"a" * MAX_JSON + b'"}', headers=JSON)
    assert problem(large) == (413, "upload-too-large")
    assert "JSON 超过上限 2 MB" in large.json()["detail"]
    assert client.post(MATCH, json={"text": PROPOSAL}).status_code == 200


def test_of_many_faults_the_first_are_told(client: TestClient) -> None:
    answer = client.post(MATCH, json={"points": [{"a": 1}] * 1000})
    assert problem(answer) == (422, "parameter")
    assert answer.json()["detail"].count("没有给出") == 5
    assert "还有 995 处" in answer.json()["detail"]


def test_a_basket_beyond_the_bounds_is_a_sentence(client: TestClient) -> None:
    headers = {"Accept": "application/json", **JSON}
    assert problem(client.post("/basket/contents", content=LISTS[:900_000], headers=headers)) == (400, "basket")
    for data, expected in ((b'{"a": ' + LISTS + b"}", (400, "basket")), (b" " * MAX_FILE, (413, "too-large"))):
        answer = client.post("/basket", files={"file": ("a.json", data)}, headers={"Accept": "application/json"})
        assert problem(answer) == expected


def test_a_verdict_is_a_small_form(client: TestClient) -> None:
    verdict = {"passage_id": "甲#deadbeef", "query": "电梯", "rank": "1", "useful": "yes"}
    headers = {"Accept": "application/json"}
    assert problem(client.post("/feedback", data=verdict, headers=headers)) == (409, "feedback")
    large = {**verdict, "more": "a" * 70_000}
    assert problem(client.post("/feedback", data=large, headers=headers)) == (413, "feedback")
    filed = client.post("/feedback", data=verdict, files={"file": ("a.txt", b"a")}, headers=headers)
    assert problem(filed) == (400, "feedback")
    assert problem(client.post("/feedback", data={"query": "电梯"}, headers=headers)) == (422, "parameter")


def test_a_form_of_thousands_of_fields_is_a_sentence(client: TestClient) -> None:
    kinds = {
        "application/x-www-form-urlencoded": b"a=1&" * 100_000,
        "multipart/form-data; boundary=X": b'--X\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 2000
        + b"--X--\r\n",
    }
    for kind, body in kinds.items():
        assert problem(client.post(MATCH, content=body, headers={"Content-Type": kind})) == (400, "upload-unreadable")


def test_an_upload_needs_no_room_on_a_disk(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/a/folder/that/is/not/there")
    assert client.post(MATCH, files={"file": ("提案.txt", PROPOSAL.encode())}).status_code == 200
    # More than forms usually keep in memory, and more text than is taken.
    large = client.post(MATCH, files={"file": ("提案.txt", PROPOSAL.encode() * 20_000)})
    assert problem(large) == (400, "upload-unreadable")
    assert "超过一份提案的上限" in large.json()["detail"]
