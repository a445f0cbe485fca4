"""A proposal against the archive by the API: what is sent and answered, refused, kept and logged."""

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from search_api.query.language import LONGEST_QUERY
from search_api.searcher import Searcher
from search_api.web.app import create_app
from search_api.web.uploads.proposal import MAX_BYTES
from tests.letters import PASTED

URL = "/api/v1/match"


@pytest.fixture(scope="module")
def app(sample_index: Path) -> FastAPI:
    return create_app(Searcher(sample_index))


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client


def test_a_text_a_file_and_points_come_to_the_same(client: TestClient) -> None:
    answer = client.post(URL, json={"text": PASTED})
    assert answer.status_code == 200
    found = answer.json()
    assert list(found) == ["title", "number", "preamble", "points", "documents", "unused"]
    assert list(found["points"][0]) == ["number", "text", "context", "precedent", "closeness", "current", "hits"]
    assert {"doc_id", "covered", "score", "answers"} <= set(found["documents"][0])
    assert client.post(URL, data={"text": PASTED}, files={}).json() == found
    assert client.post(URL, files={"file": ("提案.txt", PASTED.encode("gb18030"))}).json() == found
    assert client.post(URL, files={"file": ("提案.docx", docx(PASTED))}).json() == found
    parts = {key: found[key] for key in ("title", "number", "preamble")}
    asks = [{"text": point["text"], "context": point["context"]} for point in found["points"]]
    assert client.post(URL, json={**parts, "points": asks}).json() == found


def docx(text: str) -> bytes:
    from docx import Document

    document, file = Document(), BytesIO()
    for line in text.split("\n"):
        document.add_paragraph(line)
    document.save(file)
    return file.getvalue()


def test_its_hits_are_those_of_a_search(client: TestClient) -> None:
    hit = client.post(URL, json={"points": [{"text": "长者食堂"}]}).json()["points"][0]["hits"][0]
    assert list(hit) == list(client.get("/api/v1/search", params={"q": "长者食堂"}).json()["hits"][0])


def test_json_lines_tell_the_progress_and_then_the_match(client: TestClient) -> None:
    answer = client.post(URL, json={"text": PASTED + "四、修路。"}, headers={"Accept": "application/x-ndjson"})
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    *steps, last = map(json.loads, answer.text.splitlines())
    of = len(last["points"])
    assert steps == [{"done": done, "of": of} for done in range(of + 1)]
    assert last == client.post(URL, json={"text": PASTED + "四、修路。"}).json()
    again = client.post(URL, json={"text": PASTED + "四、修路。"}, headers={"Accept": "application/x-ndjson"})
    assert again.text.splitlines()[0] == json.dumps({"done": of, "of": of})  # known, not searched again
    assert json.loads(again.text.splitlines()[-1]) == last


@pytest.mark.parametrize(
    ("sent", "status", "sentence"),
    [
        ({"json": {"text": ""}}, 400, "提案是空的"),
        ({"data": {"text": " "}}, 400, "提案是空的"),
        ({"json": {"text": "长" * (LONGEST_QUERY + 1)}}, 400, "超过上限 50000"),
        ({"json": {"points": []}}, 400, "没有可以查找的诉求"),
        ({"json": {"points": [{"text": "修路"}] * 61}}, 400, "超过上限 60 条"),
        ({"json": {}}, 422, "参数 points 没有给出"),
        ({"json": {"text": 3}}, 422, "参数 text 的值不正确，实际是“3”"),
        ({"json": {"points": [{"context": "因为"}]}}, 422, "参数 text 没有给出"),
        ({"json": ["修路"]}, 400, "应为 JSON 对象"),
        ({"content": b"{", "headers": {"Content-Type": "application/json"}}, 400, "不是 JSON"),
        ({"content": rb'{"text": "\ud800"}', "headers": {"Content-Type": "application/json"}}, 400, "不是 JSON"),
        ({"content": b"[" * 100_000, "headers": {"Content-Type": "application/json"}}, 400, "不是 JSON"),
        ({"content": b"x", "headers": {"Content-Type": "text/plain"}}, 415, "实际是“text/plain”"),
        ({"content": b"x"}, 415, "实际是“（没有）”"),
        ({"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}, 400, "表单无法读取"),
        ({"files": [("file", ("甲.txt", b"x")), ("file", ("乙.txt", b"x"))]}, 400, "一次只能传一个文件"),
        ({"files": {"file": ("坏.docx", b"PK nothing")}}, 400, "坏.docx："),
        ({"files": {"file": ("老.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)}}, 400, "老.doc："),
        ({"files": {"file": ("空.txt", b"")}}, 400, "空.txt："),
        ({"files": {"file": ("../../etc/提案.pdf", b"%PDF-1.4 nothing")}}, 400, "提案.pdf："),
        ({"data": {"text": "修路"}, "files": {"file": ("甲.txt", b"x")}}, 400, "请只留一种"),
        ({"files": {"file": ("大.txt", b"x" * (MAX_BYTES + 1))}}, 413, "文件超过上限 10 MB"),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_a_problem_with_a_sentence(
    client: TestClient, sent: dict[str, object], status: int, sentence: str
) -> None:
    answer = client.post(URL, **sent)  # type: ignore[arg-type]  # the table holds the client's own parameters
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert sentence in answer.json()["detail"]
    assert "/tmp" not in answer.text
    assert ".." not in answer.json()["detail"]


def test_nothing_is_left_on_the_disk(client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    big = (PASTED + "\n" + "附件" * 1_000_000).encode()  # more than is held in memory
    assert client.post(URL, files={"file": ("提案.txt", big)}).status_code == 400
    assert client.post(URL, files={"file": ("提案.txt", PASTED.encode())}).status_code == 200
    assert list(tmp_path.iterdir()) == []


def test_nothing_of_a_proposal_is_logged(client: TestClient) -> None:
    with capture_logs() as records:
        client.post(URL, json={"text": PASTED})
        client.post(URL, files={"file": ("卫星发射场.docx", b"nothing")})
        client.post("/match", data={"text": PASTED})
    assert [record["status"] for record in records if record["event"] == "request"] == [200, 400, 200]
    assert "卫星" not in str(records)
    assert "小区" not in str(records)


def test_without_an_index_a_match_says_so(tmp_path: Path) -> None:
    with TestClient(create_app(tmp_path)) as client:
        assert client.post(URL, json={"text": PASTED}).status_code == 503
        page = client.post("/match", data={"text": PASTED}, headers={"Accept": "text/html"})
        assert (page.status_code, client.get("/match").status_code) == (503, 200)
        assert "请先运行：dafu index" in page.text
