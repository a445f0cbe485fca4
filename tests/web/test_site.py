"""What holds for the whole site: its figures, its description, its headers, its log, and any query at any time."""

import json
import re
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from search_api.web.app import create_app
from search_api.web.rendering import reference
from tests.web.archive import HOSTILE_ID, quoted

# Pages


def test_the_machine_room(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    ready = client.get("/readyz").json()
    assert (ready["status"], ready["generation"], ready["documents"]) == ("ready", 1, 5)
    assert ready["passages"] >= 5
    page = client.get("/status").text
    assert "第 1 代索引" in page
    assert "用本档案训练" in page
    assert re.search(r"<dt>自测</dt><dd>用 \d+ 组已知问答自测（nDCG@10，满分为 1）：只用词语 [01]\.\d{3}，", page)
    client.get("/api/v1/search", params={"q": "食堂"})
    client.get("/no/such/path")
    figures = client.get("/metrics").text
    assert re.search(r'dafu_http_requests_total\{method="GET",route="/api/v1/search",status="200"\} \d', figures)
    assert 'dafu_http_request_seconds_bucket{le="0.1",route="/api/v1/search"}' in figures
    assert 'route="other",status="404"' in figures
    assert "dafu_index_generation 1.0" in figures
    assert "dafu_index_documents 5.0" in figures
    assert "食堂" not in figures


def test_the_description_of_the_api(client: TestClient) -> None:
    openapi = client.get("/openapi.json").json()
    assert set(openapi["paths"]) >= {
        "/api/v1/search",
        "/api/v1/suggest",
        "/api/v1/documents/{doc_id}",
        "/healthz",
        "/readyz",
        "/metrics",
    }
    page = client.get("/docs").text
    for operation in reference.operations(openapi):
        assert operation.path in page
        assert all(f"<code>{parameter.name}</code>" in page for parameter in operation.parameters)
        assert all(parameter.description for parameter in operation.parameters)
    for name in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(openapi)):
        assert f'id="{name}"' in page, name
    assert "http://" not in page.replace("http://testserver", "")


@pytest.mark.parametrize(
    "path", ["/", "/?q=食堂", "/status", "/docs", "/nowhere", "/static/style.css", "/api/v1/search"]
)
def test_every_answer_carries_the_headers_and_nothing_from_outside(client: TestClient, path: str) -> None:
    answer = client.get(path)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self'")
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])
    assert not re.search(r"(?:src|href|url)\s*[=(]\s*[\"']?(?:https?:)?//", answer.text)
    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", answer.text)


def test_the_log_tells_everything_but_the_query(client: TestClient) -> None:
    with capture_logs() as records:
        client.get("/api/v1/search", params={"q": "失能老人送餐"})
        client.get("/", params={"q": "失能老人送餐", "agency": "民政局"})
        client.get("/healthz")
    lines = [r for r in records if r["event"] == "request"]
    assert [(r["path"], r["status"], r["log_level"]) for r in lines] == [
        ("/api/v1/search", 200, "info"),
        ("/", 200, "info"),
        ("/healthz", 200, "debug"),
    ]
    assert all(r["ms"] > 0 for r in lines)
    assert "老人" not in str(records)


def test_under_a_proxy_every_link_has_its_path(web_index: Path) -> None:
    with TestClient(create_app(web_index), root_path="/dafu") as client:
        for path in ("/", "/?q=电梯", "/status", "/docs", "/nowhere"):
            links = re.findall(r'(?:href|src|action)="([^"#]+)', client.get(path).text)
            assert links
            assert all(link.startswith("/dafu/") for link in links), links
        assert client.get("/dafu/static/style.css").status_code == 200


# An index that comes and goes

QUERIES = st.one_of(
    st.text(max_size=30),
    st.lists(
        st.sampled_from(
            ["单位:", "年份:", "2020..2025", "类型:政协", "-", '"', "电梯", "“", "”", "号", "〔2020〕", "\n", "\x00"]
        ),
        max_size=6,
    ).map("".join),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=QUERIES, agency=QUERIES, passage=QUERIES)
def test_no_query_breaks_anything(client: TestClient, query: str, agency: str, passage: str) -> None:
    query, agency, passage = (text.encode("utf-8", "replace").decode() for text in (query, agency, passage))
    assert client.get("/api/v1/search", params={"q": query}).status_code in (200, 400)
    page = client.get("/", params={"q": query, "agency": agency})
    assert page.status_code in (200, 400)
    assert "<h1" in page.text
    document_page = client.get(f"/documents/{quoted(HOSTILE_ID)}", params={"q": query, "passage": passage})
    assert document_page.status_code == 200


def test_many_ask_at_once(client: TestClient) -> None:
    statuses: list[int] = []

    def ask(i: int) -> None:
        statuses.append(client.get("/", params={"q": ["电梯", "停车", "食堂 补贴"][i % 3]}).status_code)

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 24
