"""The audit: requests that show something of a document, every refusal, and commands that change an index."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from starlette.routing import BaseRoute
from starlette.testclient import TestClient
from typer.testing import CliRunner

from dafu import app as command
from search_api.web.access.tokens import TokenStore
from search_api.web.app import create_app
from search_api.web.middleware.audit import ACTIONS, UNAUDITED
from search_api.web.settings.model import Settings
from tests.audit_lines import lines_in
from tests.conftest import make_index, write_letters

ID = "松澜市民政局:cppcc:20230001:2021-06-18"
PROPOSAL = "关于长者食堂的提案\n一、建议增开长者食堂窗口。\n二、建议缩短排队时间。"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of three documents, the first in two versions."""
    folder = tmp_path_factory.mktemp("audited")
    write_letters(folder / "letters")
    make_index(folder / "letters", folder / "index")
    first = folder / "letters" / "长者食堂.txt"
    first.write_text(first.read_text("utf-8").replace("六十八家", "七十家"), encoding="utf-8")
    make_index(folder / "letters", folder / "index")
    return folder / "index"


@pytest.fixture
def client(index: Path, tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(create_app(index, Settings(audit=tmp_path / "audit"))) as opened:
        opened.headers["Sec-Fetch-Site"] = "same-origin"
        yield opened


# Which requests


def routes(of: list[BaseRoute]) -> Iterator[tuple[str, str]]:
    for route in of:
        if inner := getattr(route, "original_router", None):
            yield from routes(inner.routes)
        else:
            yield from ((method, route.path) for method in getattr(route, "methods", None) or {"GET"})  # type: ignore[attr-defined]


def test_every_route_is_audited_or_said_not_to_be(index: Path) -> None:
    found = {(method, path) for method, path in routes(create_app(index).routes) if method != "HEAD"}
    assert len(found) > 20
    assert found == {*ACTIONS, *UNAUDITED}
    assert not ACTIONS.keys() & UNAUDITED


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/?q=长者食堂", {"action": "search", "query": "长者食堂", "query_length": 4, "status": 200}),
        ("/api/v1/search?q=电梯", {"action": "search", "query": "电梯", "status": 200}),
        ("/api/v1/search?q=", {"action": "search", "status": 400}),
        ("/feed?q=电梯", {"action": "feed", "query": "电梯"}),
        (f"/documents/{ID}", {"action": "open", "doc_id": ID, "generation": 2}),
        (f"/api/v1/documents/{ID}", {"action": "open", "doc_id": ID, "generation": 2}),
        ("/documents/无此答复", {"action": "open", "doc_id": "无此答复", "status": 404}),
        (f"/documents/{ID}?unmasked=1", {"action": "open_unmasked", "doc_id": ID}),
        (f"/api/v1/documents/{ID}?unmasked=true", {"action": "open_unmasked", "doc_id": ID}),
        (f"/documents/{ID}/original", {"action": "open_original", "doc_id": ID}),
        (f"/basket?p={quote(ID + '#1')}", {"action": "basket", "doc_ids": [ID], "hits": 1}),
        (f"/basket/export?format=md&p={quote(ID + '#1')}", {"action": "export", "doc_ids": [ID], "format": "md"}),
    ],
)
def test_what_a_request_leaves(client: TestClient, tmp_path: Path, address: str, expected: dict[str, Any]) -> None:
    answer = client.get(address)
    [line] = lines_in(tmp_path / "audit")
    assert {name: line.get(name) for name in expected} == expected
    assert (line["user"], line["client"]) == ("本机", "testclient")
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert line["status"] == answer.status_code
    assert datetime.fromisoformat(line["time"]).utcoffset() is not None


def test_a_search_says_how_many_it_found(client: TestClient, tmp_path: Path) -> None:
    total = client.get("/api/v1/search", params={"q": "长者食堂"}).json()["total"]
    assert total >= 1
    assert lines_in(tmp_path / "audit")[0]["hits"] == total


def test_what_is_sent_in_a_body(client: TestClient, tmp_path: Path) -> None:
    basket = json.dumps({"picks": [{"passage_id": f"{ID}#1"}]})
    client.post("/api/v1/match", json={"text": PROPOSAL})
    client.post("/match", data={"text": PROPOSAL})
    client.post("/basket/contents", content=basket)
    client.post("/basket/export", data={"basket": basket, "format": "docx"})
    client.post(
        "/feedback",
        data={"passage_id": f"{ID}#1", "query": "食堂", "rank": "1", "useful": "yes"},
        follow_redirects=False,
    )
    lines = lines_in(tmp_path / "audit")
    assert [line["action"] for line in lines] == ["match", "match", "basket", "export", "feedback"]
    assert all(line["points"] == 2 and "query" in line for line in lines[:2])
    assert lines[3]["format"] == "docx"
    assert [line.get("doc_ids") for line in lines[2:4]] == [[ID], [ID]]
    assert (lines[4]["doc_id"], lines[4]["query"]) == (ID, "食堂")


def test_an_older_version_is_another_action(client: TestClient, tmp_path: Path) -> None:
    page = client.get(f"/documents/{quote(ID, safe='')}").text
    name = page.split("version=")[1].split('"')[0]
    client.get(f"/documents/{quote(ID, safe='')}?version={name}")
    line = lines_in(tmp_path / "audit")[-1]
    assert (line["action"], line["version"]) == ("open_version", name)


def test_forms_figures_and_probes_leave_nothing(client: TestClient, tmp_path: Path) -> None:
    for address in (
        "/",
        "/match",
        "/basket",
        "/status",
        "/docs",
        "/healthz",
        "/readyz",
        "/api/v1/suggest?q=长",
        "/none",
    ):
        client.get(address)
    assert not lines_in(tmp_path / "audit")


def test_without_queries_only_their_length_is_kept(index: Path, tmp_path: Path) -> None:
    with TestClient(create_app(index, Settings(audit=tmp_path / "audit", audit_queries=False))) as client:
        client.get("/api/v1/search", params={"q": "长者食堂"})
        client.post("/api/v1/match", json={"text": PROPOSAL})
    assert "长者食堂" not in (tmp_path / "audit" / "audit.jsonl").read_text("utf-8")
    assert lines_in(tmp_path / "audit")[0]["query_length"] == 4


def test_personal_data_in_a_query_and_an_address_are_masked(client: TestClient, tmp_path: Path) -> None:
    client.get("/api/v1/search", params={"q": "联系人：周小平，电话：86601234"})
    client.get("/documents/" + quote("我叫周小平13812345678", safe=""))
    first, second = lines_in(tmp_path / "audit")
    assert first["query"] == "联系人：周**，电话：86******"
    assert second["doc_id"] == "我叫周**138********"


def test_a_pasted_text_is_cut(client: TestClient, tmp_path: Path) -> None:
    client.get("/api/v1/search", params={"q": "长者食堂的窗口太少。" * 100})
    [line] = lines_in(tmp_path / "audit")
    assert (len(line["query"]), line["query_length"]) == (200, 1000)


def test_off_keeps_nothing(index: Path, tmp_path: Path) -> None:
    before = sorted(index.rglob("*"))
    with TestClient(create_app(index, Settings(audit="off"))) as client:
        client.get("/?q=长者食堂")
    assert sorted(index.rglob("*")) == before


def test_a_folder_without_an_index_stays_empty(tmp_path: Path) -> None:
    """An index is restored into an empty folder, beside a server that waits for it."""
    with TestClient(create_app(tmp_path, Settings())) as client:
        assert client.get("/api/v1/search", params={"q": "长者食堂"}).status_code == 503
    assert not [*tmp_path.iterdir()]


# Who


def test_who_comes_in_and_who_is_refused(index: Path, tmp_path: Path) -> None:
    file = TokenStore(tmp_path / "users.sqlite")
    secret = file.add("李干事", (), frozenset(), None)
    settings = Settings(access="tokens", tokens=tmp_path / "users.sqlite", audit=tmp_path / "audit")
    with TestClient(create_app(index, settings)) as client:
        client.headers["Sec-Fetch-Site"] = "same-origin"
        client.get("/api/v1/search", params={"q": "长者食堂"})
        client.post("/login", data={"token": "dafu_wrong"})
        client.post("/login", data={"token": secret}, follow_redirects=False)
        client.get("/?q=长者食堂")
        client.get("/metrics")
        client.post("/logout", follow_redirects=False)
    assert [(line["user"], line["action"], line["status"]) for line in lines_in(tmp_path / "audit")] == [
        ("未登录", "refused", 401), ("未登录", "login_failed", 401), ("李干事", "login", 303),
        ("李干事", "search", 200), ("李干事", "refused", 403), ("李干事", "logout", 303),
    ]  # fmt: skip
    assert lines_in(tmp_path / "audit")[0]["path"] == "/api/v1/search"
    assert secret not in (tmp_path / "audit" / "audit.jsonl").read_text("utf-8")


# The files


def test_a_server_that_cannot_write_answers_and_says_so(index: Path, tmp_path: Path) -> None:
    (tmp_path / "audit").write_text("a file where the folder should be")
    with TestClient(create_app(index, Settings(audit=tmp_path / "audit"))) as client:
        assert client.get("/readyz").json()["audit_failing"] is False
        assert client.get("/api/v1/search", params={"q": "长者食堂"}).status_code == 200
        assert client.get("/readyz").json()["audit_failing"] is True
        assert "dafu_audit_failures_total 1.0" in client.get("/metrics").text
        (tmp_path / "audit").unlink()
        client.get("/api/v1/search", params={"q": "长者食堂"})
        assert client.get("/readyz").json()["audit_failing"] is False
    assert len(lines_in(tmp_path / "audit")) == 1


# Commands


def test_commands_that_change_an_index_leave_a_line(tmp_path: Path) -> None:
    write_letters(tmp_path / "letters")
    run = CliRunner().invoke
    assert run(command, ["index", str(tmp_path / "letters"), "--into", str(tmp_path / "index")]).exit_code == 0
    assert run(command, ["index", str(tmp_path / "none"), "--into", str(tmp_path / "index")]).exit_code == 1
    assert run(command, ["token", "add", "李干事", "--index", str(tmp_path / "index")]).exit_code == 0
    assert run(command, ["status", str(tmp_path / "index")]).exit_code == 0
    lines = lines_in(tmp_path / "index" / "audit")
    assert [(line["action"], line["status"], line["client"]) for line in lines] == [
        ("index", 0, "本机"), ("index", 1, "本机"), ("token", 0, "本机")
    ]  # fmt: skip
    assert lines[0]["detail"] == str(tmp_path / "letters")
    assert "李干事" in lines[2]["detail"]


def test_commands_obey_the_variable_of_the_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_letters(tmp_path / "letters")
    arguments = ["index", str(tmp_path / "letters"), "--into", str(tmp_path / "index")]
    monkeypatch.setenv("DAFU_AUDIT", "off")
    assert CliRunner().invoke(command, arguments).exit_code == 0
    assert not (tmp_path / "index" / "audit").exists()
    monkeypatch.setenv("DAFU_AUDIT", str(tmp_path / "elsewhere"))
    assert CliRunner().invoke(command, arguments).exit_code == 0
    assert [line["action"] for line in lines_in(tmp_path / "elsewhere")] == ["index"]
