"""A document that is not for a user shows in no endpoint, and is not told apart from one that does not exist."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from tests.scopes.hidden import HIDDEN_ID, headers, leaks, reading


@pytest.fixture(scope="module")
def client(index: Path) -> Iterator[TestClient]:
    with reading(index) as client:
        yield client


PASTED = "关于养老的提案\n建议：\n一、增加长者食堂，每餐给予补贴。\n二、建设新的基地并试验。"
# Method, address, and what is sent. Words that are asked for come back, so none of these asks for the letter's own.
ASKED = [
    ("GET", "/", {}),
    ("GET", "/?q=长者食堂每餐补贴&explain=1", {}),
    ("GET", "/?q=选址", {}),
    ("GET", "/?q=&since=2030-01-01", {}),
    ("GET", "/?q=第六百四十", {}),
    ("GET", "/topic", {}),
    ("GET", "/topic?q=长者食堂 每餐补贴", {}),
    ("GET", "/status", {}),
    ("GET", "/match", {}),
    ("GET", "/basket", {}),
    ("GET", "/docs", {}),
    ("GET", "/embed", {}),
    ("GET", "/feed", {}),
    ("GET", "/feed?q=补贴", {}),
    ("GET", "/opensearch.xml", {}),
    ("GET", "/opensearch/suggestions?q=松澜", {}),
    ("GET", "/api/v1/search?q=长者食堂&explain=true&facets=true&k=100", {}),
    ("GET", "/api/v1/search?q=食堂旁&mode=lexical&facets=true", {}),
    ("GET", "/api/v1/search?q=食堂旁&mode=vector&facets=true", {}),
    ("GET", "/api/v1/search?q=食堂&sort=date&facets=true", {}),
    ("GET", "/api/v1/suggest?q=松澜市&k=20", {}),
    ("GET", "/api/v1/suggest?q=lanjing&k=20", {}),
    ("GET", "/api/v1/suggest?q=关于&k=20", {}),
    ("GET", "/api/v1/figures", {}),
    ("GET", "/api/v1/lineage?doc_id=松澜市民政局:cppcc:20230001:2021-06-18", {}),
    ("GET", "/api/v1/conflicts", {}),
    ("GET", "/api/v1/commitments?k=200", {}),
    ("GET", "/commitments", {}),
    ("GET", "/commitments/feed", {}),
    ("GET", "/conflicts", {}),
    ("POST", "/api/v1/match", {"json": {"text": PASTED}}),
    ("POST", "/match", {"data": {"text": PASTED}}),
    ("GET", "/healthz", {}),
    ("GET", "/readyz", {}),
    ("GET", "/metrics", {}),
    ("GET", "/openapi.json", {}),
]


@pytest.mark.parametrize(("method", "address", "sent"), ASKED, ids=[f"{m} {a}" for m, a, _ in ASKED])
def test_no_endpoint_shows_a_trace_of_the_letter(
    client: TestClient, method: str, address: str, sent: dict[str, object]
) -> None:
    answer = client.request(method, address, headers=headers("公开", rights="originals"), **sent)  # type: ignore[arg-type]
    assert answer.status_code in (200, 403), answer.text  # 403: the state of the server
    assert not leaks(answer.text)
    assert not leaks(json.dumps(dict(answer.headers)))


def test_the_same_questions_show_it_to_a_user_of_the_scope(client: TestClient) -> None:
    """Or the test above would prove nothing."""
    showing = {
        address
        for method, address, sent in ASKED
        if leaks(client.request(method, address, headers=headers("公开", "内部"), **sent).text)  # type: ignore[arg-type]
    }
    assert showing >= {
        "/",
        "/?q=长者食堂每餐补贴&explain=1",
        "/?q=选址",
        "/status",
        "/feed",
        "/feed?q=补贴",
        "/match",
        "/api/v1/match",
        "/api/v1/commitments?k=200",
        "/api/v1/search?q=食堂旁&mode=lexical&facets=true",
        "/api/v1/search?q=食堂旁&mode=vector&facets=true",
        "/api/v1/suggest?q=松澜市&k=20",
        "/api/v1/suggest?q=lanjing&k=20",
        "/opensearch/suggestions?q=松澜",
    }


def neutral(text: str, doc_id: str) -> str:
    """Without what was asked for and the request's own id."""
    for written in (doc_id, quote(doc_id, safe=""), quote(doc_id, safe=":"), quote(doc_id), json.dumps(doc_id)[1:-1]):
        text = text.replace(written, "ID")
    return text


NAMED = [
    ("GET", "/documents/{}", None),
    ("GET", "/documents/{}?version=123456789abc", None),
    ("GET", "/documents/{}?unmasked=1", None),
    ("GET", "/documents/{}/original", None),
    ("GET", "/api/v1/documents/{}", None),
    ("GET", "/api/v1/lineage?doc_id={}", None),
    ("GET", "/basket?p={}%230", None),
    ("GET", "/basket/export?format=json&p={}%230", None),
    ("GET", "/basket/export?format=md&p={}%230", None),
    ("POST", "/basket/contents", {"picks": [{"passage_id": "{}#0"}]}),
    ("POST", "/feedback", {"passage_id": "{}#0", "query": "食堂", "rank": "1", "useful": "yes"}),
]


@pytest.mark.parametrize(("method", "address", "sent"), NAMED, ids=[f"{m} {a}" for m, a, _ in NAMED])
def test_who_names_the_letter_is_answered_as_for_one_that_does_not_exist(
    client: TestClient, method: str, address: str, sent: dict[str, object] | None
) -> None:
    """Of the same length, so that nothing but the name may differ."""
    answers = []
    for doc_id in (HIDDEN_ID, HIDDEN_ID.replace("9号", "8号")):
        body = json.loads(json.dumps(sent).replace("{}", doc_id)) if sent else None
        given = {"data": body} if address == "/feedback" else {"json": body} if body else {}
        known = headers("公开", rights="originals") | {
            "X-Request-ID": "同一个".encode().hex(),
            "Origin": "http://127.0.0.1",
        }
        answer = client.request(method, address.format(quote(doc_id, safe="")), headers=known, **given)
        answers.append((answer.status_code, neutral(answer.text, doc_id)))
    assert answers[0] == answers[1]
    assert "潜航" not in answers[0][1]


def test_a_match_is_kept_for_readers_of_the_same_scopes_only(client: TestClient) -> None:
    asked = {"json": {"text": PASTED}}
    assert leaks(client.post("/api/v1/match", headers=headers("公开", "内部"), **asked).text)  # type: ignore[arg-type]
    assert not leaks(client.post("/api/v1/match", headers=headers("公开"), **asked).text)  # type: ignore[arg-type]
