"""The API: its contract, and its errors as problems with a sentence."""

import json
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from search_api.searcher import Searcher
from search_api.web.app import create_app
from tests.web.archive import HOSTILE_ID, quoted

# The API


def test_search_answers_the_contract_and_nothing_else(client: TestClient) -> None:
    answer = client.get("/api/v1/search", params={"q": "电梯补贴", "k": 2}).json()
    assert list(answer) == ["query", "mode", "total", "took_ms", "closeness", "message", "named", "searched", "hits"]
    assert (answer["query"], answer["mode"], len(answer["hits"])) == ("电梯补贴", "hybrid", 2)
    hit = answer["hits"][0]
    assert list(hit) == [
        "rank", "doc_id", "score", "band", "title", "agency", "replied_on", "doc_number", "proposal_number",
        "proposal_kind", "role", "passages",
    ]  # fmt: skip
    assert (hit["rank"], hit["agency"], hit["replied_on"]) == (1, "松澜市民政局", "2022-06-18")
    assert hit["doc_number"] is None  # absent is there, as null
    passage = next(p for p in hit["passages"] if "十五万元" in p["text"])
    told = {"passage_id", "section", "text", "start", "end", "highlights", "table"}
    assert set(passage) == told | {"status", "superseded_by", "why", "verdict"}
    assert "电梯" in [passage["text"][s:e] for s, e in passage["highlights"]]


def test_explanation_stands_there_only_when_asked(client: TestClient) -> None:
    explained = client.get("/api/v1/search", params={"q": "电梯", "explain": "true"}).json()["hits"]
    assert "电梯" in explained[0]["explanation"]["matched_terms"]
    lexical = client.get("/api/v1/search", params={"q": "电梯", "explain": "true", "mode": "lexical"}).json()["hits"]
    assert lexical[0]["explanation"]["vector_score"] is None


def test_offset_goes_on_where_the_page_ended(client: TestClient) -> None:
    both = client.get("/api/v1/search", params={"q": "答复", "k": 4}).json()["hits"]
    second = client.get("/api/v1/search", params={"q": "答复", "k": 2, "offset": 2}).json()["hits"]
    assert [h["doc_id"] for h in second] == [h["doc_id"] for h in both][2:4]
    assert [h["rank"] for h in second] == [3, 4]


def test_a_document_is_masked_and_its_passages_hold(client: TestClient) -> None:
    hit = client.get("/api/v1/search", params={"q": "0508"}).json()["hits"][0]
    answer = client.get(f"/api/v1/documents/{quoted(hit['doc_id'])}").json()
    assert answer["role"] == "opinion"
    assert answer["doc_number"] is None
    assert "86605678" not in json.dumps(answer, ensure_ascii=False)
    assert "王大伟" not in json.dumps(answer, ensure_ascii=False)
    assert answer["contact"]["names"] == ["王**"]
    for passage in answer["passages"]:
        assert re.fullmatch(re.escape(hit["doc_id"]) + r"#[0-9a-f]{8}(\.\d+)?", passage["passage_id"])
        assert answer["text"][passage["start"] : passage["end"]].strip()
        assert answer["sections"][passage["section"]]["start"] <= passage["start"]


def test_an_id_of_special_characters_is_found_from_its_own_link(client: TestClient) -> None:
    page = client.get("/", params={"q": "夜间照明路灯"}).text
    link = re.search(r'<h2><a href="([^"]+)"', page)
    assert link is not None
    document_page = client.get(link[1].replace("&amp;", "&"))
    assert document_page.status_code == 200
    assert "共四十盏" in document_page.text
    assert client.get(f"/api/v1/documents/{quoted(HOSTILE_ID)}").status_code == 200


# Errors


@pytest.mark.parametrize(
    ("address", "status", "kind", "sentence"),
    [
        ("/api/v1/search?q=", 400, "query", "查询为空"),
        ("/api/v1/search?q=作者:张三", 400, "query", "不认识的字段“作者”"),
        ('/api/v1/search?q="长者', 400, "query", "引号没有成对"),
        ("/api/v1/search?q=年份:2025..2020", 400, "query", "前后颠倒"),
        ("/api/v1/search", 422, "parameter", "参数 q 没有给出"),
        ("/api/v1/search?q=a&k=0", 422, "parameter", "参数 k 应不小于 1，实际是“0”"),
        ("/api/v1/search?q=a&k=101", 422, "parameter", "参数 k 应不大于 100"),
        ("/api/v1/search?q=a&k=x", 422, "parameter", "参数 k 应为整数，实际是“x”"),
        ("/api/v1/search?q=a&mode=magic", 422, "parameter", "参数 mode 应为 'hybrid'、'lexical'、'vector' 之一"),
        ("/api/v1/search?q=a&explain=maybe", 422, "parameter", "参数 explain 应为 true 或 false"),
        ("/api/v1/documents/无此信", 404, "document-not-found", "没有编号为“无此信”的答复"),
        ("/api/v1/nothing", 404, "not-found", "没有“/api/v1/nothing”这个地址"),
    ],
)
def test_an_error_is_a_problem_with_a_sentence(
    client: TestClient, address: str, status: int, kind: str, sentence: str
) -> None:
    answer = client.get(address, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    problem = answer.json()
    assert list(problem) == ["type", "title", "status", "detail", "instance"]
    assert (problem["type"], problem["status"]) == (f"urn:dafu:problem:{kind}", status)
    assert sentence in problem["detail"]
    assert problem["instance"].startswith("/api/v1/")


def test_a_wrong_method_is_a_problem(client: TestClient) -> None:
    answer = client.post("/api/v1/search")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert "不支持 POST 请求" in answer.json()["detail"]


def test_a_page_says_the_same_sentence(client: TestClient) -> None:
    missing = client.get("/documents/无此信", headers={"Accept": "text/html,*/*"})
    assert (missing.status_code, missing.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "没有编号为“无此信”的答复" in missing.text
    assert client.get("/nowhere", headers={"Accept": "*/*"}).headers["content-type"].startswith("text/html")
    assert client.get("/nowhere", headers={"Accept": "application/json"}).json()["status"] == 404


def test_an_unforeseen_fault_is_logged_and_not_shown(web_index: Path) -> None:
    app = create_app(Searcher(web_index))

    @app.get("/api/v1/broken")
    def broken() -> None:
        raise RuntimeError("数据库口令是 1234")

    with TestClient(app) as client, capture_logs() as records:
        answer = client.get("/api/v1/broken", headers={"X-Request-ID": "proxy-0001"})
        page = client.get("/api/v1/broken").text
    assert (answer.status_code, answer.json()["type"]) == (500, "urn:dafu:problem:internal")
    assert "proxy-0001" in answer.json()["detail"]
    assert "1234" not in answer.text + page
    assert answer.headers["content-security-policy"]
    failed = next(r for r in records if r["event"] == "request failed")
    assert "1234" in str(failed["exc_info"])
