"""The web layer through its client: answers, errors, filters, safety, and an index that comes and goes."""

import json
import re
import shutil
import threading
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.datastructures import QueryParams
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from corpus.errors import DafuError
from indexer.engine.filters import Filter
from search_api.searcher import Searcher
from search_api.snapshots import Snapshots
from search_api.web import server
from search_api.web.app import create_app
from search_api.web.rendering import reference
from search_api.web.rendering.forms import SearchForm
from search_api.web.rendering.marking import clipped, excerpt, marked
from search_api.web.settings.model import Settings
from search_api.web.settings.sources import load_settings
from search_api.web.urls import DocumentAddress
from tests.conftest import make_index, write_letters
from tests.letters import letter
from tests.served import Clock

HOSTILE = "<script>alert(1)</script>"
FAR = "机关食堂招标"
HOSTILE_ID = "局:〔2025〕/1_号#?100%<b>"


def quoted(doc_id: str) -> str:
    return quote(doc_id, safe="")


def write_web_letters(folder: Path) -> None:
    """The three of `write_letters`, an opinion, a message, and a letter that wants to be markup."""
    write_letters(folder)
    (folder / "会办意见.txt").write_text(
        letter(
            heading="松澜市财政局关于市人大十四届四次会议第0508号建议的会办意见",
            salutation="市民政局：",
            opening="贵局转来的《关于提高老年人助餐补贴的建议》（第0508号）收悉。现提出会办意见如下：",
            body="一、资金保障\n（一）关于补贴标准。助餐补贴由市、区两级财政按比例分担，纳入年度预算。",
            closing="松澜市财政局\n2024年5月9日\n（联系人：王大伟，电话：0755-86605678）",
        ),
        encoding="utf-8",
    )
    (folder / "恶意.jsonl").write_text(
        json.dumps(
            {
                "id": HOSTILE_ID,
                "title": f"关于夜间照明的{HOSTILE}建议",
                "agency": '城管局"><img src=x>',
                "replied_on": "2025-03-01",
                "question": f"路灯什么时候修？{HOSTILE}",
                "text": f"您反映的夜间照明问题，答复如下。\n一、办理情况{HOSTILE}\n"
                f"夜间照明路灯已经修复，{HOSTILE}共四十盏。",
            },
            ensure_ascii=False,
        )
        + "\n",
        encoding="utf-8",
    )


@pytest.fixture(scope="module")
def web_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("web")
    write_web_letters(folder / "letters")
    report = make_index(folder / "letters", folder / "index")
    assert (report.documents, report.failures) == (5, ())
    return folder / "index"


@pytest.fixture(scope="module")
def app(web_index: Path) -> FastAPI:
    return create_app(Searcher(web_index), Settings(site_name="松澜答复"))


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client


# The API


def test_search_answers_the_contract_and_nothing_else(client: TestClient) -> None:
    answer = client.get("/api/v1/search", params={"q": "电梯补贴", "k": 2}).json()
    assert list(answer) == ["query", "mode", "total", "took_ms", "message", "hits"]
    assert (answer["query"], answer["mode"], len(answer["hits"])) == ("电梯补贴", "hybrid", 2)
    hit = answer["hits"][0]
    assert list(hit) == [
        "rank", "doc_id", "score", "band", "title", "agency", "replied_on", "doc_number", "proposal_number",
        "proposal_kind", "role", "passages",
    ]  # fmt: skip
    assert (hit["rank"], hit["agency"], hit["replied_on"]) == (1, "松澜市民政局", "2022-06-18")
    assert hit["doc_number"] is None  # absent is there, as null
    passage = next(p for p in hit["passages"] if "十五万元" in p["text"])
    assert set(passage) == {"passage_id", "section", "text", "start", "end", "highlights"}
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
        assert passage["passage_id"] == f"{hit['doc_id']}#{passage['number']}"
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


# Pages


def test_the_front_page_shows_what_the_archive_holds(client: TestClient) -> None:
    page = client.get("/").text
    assert "收录 5 份答复，来自 3 个单位，2021 至 2025 年" in page
    assert "<title>松澜答复</title>" in page
    assert page.index("夜间照明") < page.index("助餐补贴")  # the newest first


def test_results_show_the_letter_its_passages_and_why(client: TestClient) -> None:
    page = client.get("/", params={"q": "加装电梯 住房公积金"}).text
    hit = page[page.index('<li id="hit-1">') :]
    assert "关于加装电梯的提案" in hit
    assert "2022年6月18日" in hit
    assert "政协提案 20230002" in hit
    assert "主办答复" in hit
    assert "<mark>加装电梯</mark>财政补贴" in hit
    assert "为什么是这条" in hit
    assert "<dd>加装、电梯、住房、公积金</dd>" in hit[hit.index("共同的词") : hit.index("词语得分")]
    assert 'value="加装电梯 住房公积金"' in page


def test_the_chance_stands_in_the_explanation(client: TestClient) -> None:
    page = client.get("/", params={"q": "加装电梯 住房公积金"}).text
    assert re.search(r"<dt>可能性</dt><dd>答复这一问题的可能性 (\d\d%|99% 以上)，按本档案的自测推算</dd>", page)


def test_nothing_close_stands_above_the_nearest_hits(client: TestClient) -> None:
    far, close = client.get("/", params={"q": FAR}).text, client.get("/", params={"q": "加装电梯财政补贴"}).text
    notice = "<strong>没有足够接近的答复。</strong>以下是最接近的几份，仅供参考。"
    assert far.index(notice) < far.index('<li id="hit-1">')
    assert 'data-band="可参考"' in far
    assert 'data-band="相关"' not in far
    assert 'data-band="高度相关"' not in far
    assert "没有足够接近" not in close
    answers = [client.get("/api/v1/search", params={"q": q}).json() for q in (FAR, "加装电梯财政补贴")]
    assert [answer["message"] for answer in answers] == ["没有足够接近的答复", None]
    assert answers[0]["hits"]


def test_a_list_by_a_filter_is_never_far(client: TestClient) -> None:
    assert "没有足够接近" not in client.get("/", params={"kind": "npc"}).text
    assert client.get("/api/v1/search", params={"q": "0508"}).json()["message"] is None


def test_where_nothing_is_found_nothing_is_nearest(client: TestClient) -> None:
    page = client.get("/", params={"q": "xyzzy"}).text
    assert "没有找到符合的答复" in page
    assert "以下是最接近的" not in page
    answer = client.get("/api/v1/search", params={"q": "xyzzy"}).json()
    assert (answer["message"], answer["hits"]) == ("没有足够接近的答复", [])


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"agency": "松澜市财政局"}, 1),
        ({"since": "2022-06-18", "until": "2024-05-09"}, 3),
        ({"year": ["2022", "2024"]}, 2),
        ({"outcome": "A"}, 0),
        ({"district": "市级"}, 4),
        ({"kind": "npc"}, 1),
        ({"role": "lead"}, 4),
        ({"kind": "cppcc", "since": "2023-01-01"}, 1),
        ({"q": "补贴", "role": "opinion"}, 1),
        ({"q": "年份:2021..2023", "since": "2022-01-01"}, 2),
        ({"q": "日期:2022..2023", "until": "2022-12-31"}, 1),
        ({"q": "日期:2023", "until": "2022-12-31"}, 0),
        ({"q": "单位:松澜市", "agency": "松澜市民政局"}, 3),
        ({"q": "0508", "agency": "松澜市民政局"}, 0),
        ({"q": "类型:人大", "kind": "npc"}, 1),
        ({"q": "类型:人大", "kind": "cppcc"}, 0),
    ],
)
def test_filters_narrow(client: TestClient, params: dict[str, str | list[str]], found: int) -> None:
    page = client.get("/", params=params).text
    assert len(re.findall(r'<li id="hit-\d+">', page)) == found
    assert ("没有找到符合的答复" in page) is (found == 0)


def test_filters_alone_list_the_letters_by_date(client: TestClient) -> None:
    page = client.get("/", params={"agency": "松澜市民政局"}).text
    dates = re.findall(r'<time datetime="([\d-]+)"', page)
    assert dates == ["2023-06-18", "2022-06-18", "2021-06-18"]
    assert "按日期排列" in page
    assert "高度相关" not in page
    assert "为什么是这条" not in page


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"q": ""}, "查询为空"),
        ({"q": "作者:张三"}, "不认识的字段"),
        ({"q": '"长者食堂'}, "引号没有成对"),
        ({"q": "食堂", "since": "2024-01-01", "until": "2020-01-01"}, "日期范围前后颠倒"),
        ({"q": "食堂", "since": "去年"}, "日期“去年”无法识别"),
        ({"q": "食堂", "kind": "信"}, "筛选“类型”的值“信”无法识别"),
        ({"q": "食堂", "page": "0"}, "页码“0”不能使用"),
        ({"q": "食堂", "page": "1001"}, "页码“1001”不能使用"),
    ],
)
def test_a_wrong_query_is_a_sentence_and_stays_in_the_box(
    client: TestClient, params: dict[str, str], sentence: str
) -> None:
    answer = client.get("/", params=params)
    assert answer.status_code == 400
    assert sentence in answer.text
    shown = params["q"].replace('"', "&#34;")
    assert f'value="{shown}"' in answer.text
    assert 'aria-invalid="true"' in answer.text or not params["q"]


def test_an_empty_result_says_what_to_try(client: TestClient) -> None:
    page = client.get("/", params={"q": '"海底隧道"', "agency": "民政局"}).text
    assert "没有找到符合的答复" in page
    assert "去掉筛选再查" in page
    assert "去掉引号" in page
    assert "减号" not in page[page.index("可以试试") :]


def test_a_page_beyond_the_last_leads_back(client: TestClient) -> None:
    page = client.get("/", params={"role": "lead", "page": "7"}).text
    assert "共 4 份答复，没有第 7 页" in page
    assert 'href="/?role=lead"' in page


def test_a_letter_shows_its_facts_outline_and_chosen_passage(client: TestClient) -> None:
    search = client.get("/", params={"q": "公积金", "kind": "cppcc"}).text
    link = re.search(r'<h2><a href="([^"#]+)#p(\d+)"', search)
    assert link is not None
    page = client.get(link[1].replace("&amp;", "&")).text
    assert f"passage={link[2]}" in link[1]
    facts = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", page))
    assert facts["单位"] == "松澜市民政局"
    assert facts["届次"] == "十届二次会议"
    assert facts["编号"] == "20230002"
    assert facts["委员"] == "陈岚"
    assert facts["答复日期"] == "2022年6月18日"
    assert re.search(r'<h2 id="s\d+" class="heading"><span>一、基本情况</span></h2>', page)
    chosen = re.search(rf'<span id="p{link[2]}" class="chosen" aria-current="location">(.*?)</span>', page)
    assert chosen is not None
    assert "<mark>公积金</mark>" in chosen[1]
    assert re.search(r'<a href="#s\d+">一、基本情况</a>', page)
    assert "加装电梯.txt" in facts["来源"]
    assert 'href="/?q=%E5%85%AC%E7%A7%AF%E9%87%91&amp;kind=cppcc#hit-1"' in page


def test_every_character_of_a_letter_is_on_its_page(client: TestClient, web_index: Path) -> None:
    generation = Searcher(web_index).snapshot
    for entry in generation.engine.entries():
        page = client.get(f"/documents/{quoted(entry.doc_id)}", params={"q": "补贴 照明"}).text
        article = re.search(r'<article aria-label="答复正文">(.*?)</article>', page, re.S)
        assert article is not None
        api = client.get(f"/api/v1/documents/{quoted(entry.doc_id)}").json()
        letter_alone = re.sub(r'<small class="tools">.*?</small>', "", article[1], flags=re.S)
        shown = unescape(re.sub(r"<[^>]*>", "", letter_alone))
        assert "".join(shown.split()) == "".join(api["text"].split())
        anchors = re.findall(r' id="([^"]+)"', page)
        assert len(anchors) == len(set(anchors))
        assert {f"p{passage['number']}" for passage in api["passages"]} <= set(anchors)


def test_a_heading_that_begins_its_paragraph_is_bold_and_in_the_outline(client: TestClient) -> None:
    doc_id = client.get("/api/v1/search", params={"q": "0508"}).json()["hits"][0]["doc_id"]
    page = client.get(f"/documents/{quoted(doc_id)}", params={"q": "标准。助餐"}).text
    assert re.search(r"<strong>（一）关于补贴<mark>标准</mark>。</strong></span><span><mark>助餐</mark>补贴", page)
    assert re.search(r'<li data-level="2"><a href="#s\d">（一）关于补贴标准</a>', page)


def test_contact_data_never_reaches_a_page(client: TestClient) -> None:
    doc_id = client.get("/api/v1/search", params={"q": "0508"}).json()["hits"][0]["doc_id"]
    pages = [client.get(f"/documents/{quoted(doc_id)}").text, client.get("/", params={"q": "王大伟 86605678"}).text]
    for page in pages:
        assert "王大伟，" not in page
        assert "0755-86605678" not in page
    assert "王**" in pages[0]


def test_strangers_texts_are_never_markup(client: TestClient) -> None:
    for params in (
        {"q": f"夜间照明 {HOSTILE}"},
        {"q": '夜间"照明"', "agency": '"><script>alert(2)</script>'},
        {"q": "夜间照明 script alert", "kind": "other"},
        {"q": "x", "since": "<script>"},
    ):
        page = client.get("/", params=params).text
        assert "<script>" not in page
        assert "<img" not in page
    for path in (
        f"/documents/{quoted(HOSTILE_ID)}",
        "/documents/<script>",
        "/<script>alert(1)</script>",
    ):
        page = client.get(path, params={"q": "script 夜间照明", "passage": "<script>"}).text
        assert "<script>" not in page
        assert "&lt;" in page


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


def test_without_an_index_the_server_says_so_and_recovers(web_index: Path, tmp_path: Path) -> None:
    folder, clock = tmp_path / "index", Clock()
    with TestClient(create_app(Snapshots(folder, clock))) as client:
        assert client.get("/healthz").status_code == 200
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["type"]) == (503, "urn:dafu:problem:index-unavailable")
        assert "中没有索引" in ready.json()["detail"]
        assert ready.headers["retry-after"] == "5"
        page = client.get("/", headers={"Accept": "text/html"})
        assert page.status_code == 503
        assert "请先运行：dafu index" in page.text
        assert client.get("/api/v1/search?q=食堂").status_code == 503
        assert "dafu_index_ready 0.0" in client.get("/metrics").text
        shutil.copytree(web_index, folder)
        clock.now += 1.0
        assert client.get("/readyz").status_code == 200
        assert client.get("/api/v1/search?q=食堂").json()["total"]
        assert "dafu_index_ready 1.0" in client.get("/metrics").text


def test_a_missing_index_is_looked_for_at_most_once_a_second(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()

    def looks() -> int:
        return sum(record.getMessage().startswith("index unavailable") for record in caplog.records)

    with TestClient(create_app(Snapshots(tmp_path, clock))) as client:
        for _ in range(5):
            assert client.get("/readyz").status_code == 503
        assert looks() == 1
        clock.now += 0.9
        assert client.get("/readyz").status_code == 503
        assert looks() == 1
        clock.now += 0.1
        assert client.get("/readyz").status_code == 503
        assert looks() == 2


def test_a_broken_index_is_named(web_index: Path, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    shutil.copytree(web_index, folder)
    (folder / "generations" / "1" / "vectors.faiss").write_bytes(b"damaged")
    with TestClient(create_app(folder)) as client:
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "vectors.faiss" in answer.json()["detail"]


def test_a_running_server_takes_up_a_new_generation(tmp_path: Path) -> None:
    write_web_letters(tmp_path / "letters")
    make_index(tmp_path / "letters", tmp_path / "index")
    with TestClient(create_app(tmp_path / "index")) as client:
        assert client.get("/readyz").json()["generation"] == 1
        assert "收录 5 份" in client.get("/").text
        (tmp_path / "letters" / "新.txt").write_text(letter(), encoding="utf-8")
        make_index(tmp_path / "letters", tmp_path / "index")
        assert client.get("/readyz").json()["generation"] == 2
        assert "收录 6 份" in client.get("/").text
        assert client.get("/api/v1/search", params={"q": "20230112"}).json()["total"] == 1


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


# Rules


def test_marked_escapes_everything_but_its_own_marks() -> None:
    assert str(marked('<i><b>&"c', [(3, 6)])) == "&lt;i&gt;<mark>&lt;b&gt;</mark>&amp;&#34;c"
    assert str(marked("无", [])) == "无"
    assert clipped([(0, 3), (5, 9)], 2, 6) == [(0, 1), (3, 4)]


def test_an_excerpt_holds_the_marks_and_begins_a_sentence() -> None:
    text = "甲" * 200 + "。乙乙电梯补贴乙。" + "丙" * 200
    shown = str(excerpt(text, [(203, 207)], 40))
    assert shown.startswith("…乙乙<mark>电梯补贴</mark>")
    assert shown.endswith("丙…")
    assert str(excerpt("短文", [(0, 1)])) == "<mark>短</mark>文"


def test_no_id_can_climb_out_of_its_address() -> None:
    assert DocumentAddress("/dafu")("a/../b#c?d") == "/dafu/documents/a%2F..%2Fb%23c%3Fd"
    assert DocumentAddress("")("局", "00c0ffee", "q=x&page=2") == (
        "/documents/%E5%B1%80?q=x&page=2&passage=00c0ffee#p00c0ffee"
    )


def test_a_form_and_its_address_are_one() -> None:
    form = SearchForm.read(QueryParams("q= 电梯 补贴 &since=2020-01-01&year=2023&year=2021&year=2023&page=3&passage=7"))
    assert (form.q, form.offset, form.chosen) == ("电梯 补贴", 20, {"year": ("2023", "2021")})
    asked = "q=%E7%94%B5%E6%A2%AF+%E8%A1%A5%E8%B4%B4&since=2020-01-01"
    assert form.address() == f"{asked}&year=2023&year=2021&page=3"
    assert SearchForm.read(QueryParams(form.address())) == form
    assert form.toggled("year", "2021") == f"{asked}&year=2023"
    assert form.toggled("year", "2019") == f"{asked}&year=2023&year=2021&year=2019"
    assert form.parsed().wanted == Filter(dates=((date(2020, 1, 1), date.max),))
    assert form.parsed().chosen == form.chosen


# Settings and server


def test_settings_come_from_arguments_then_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAFU_PORT", "9001")
    monkeypatch.setenv("DAFU_SITE_NAME", "松澜市答复库")
    loaded = load_settings(index=Path("档案"), host=None)
    assert (loaded.index, loaded.host, loaded.port) == (Path("档案"), "127.0.0.1", 9001)
    assert loaded.site_name == "松澜市答复库"
    assert load_settings(port=9002).port == 9002
    assert all(field.description for field in Settings.model_fields.values())


def test_a_wrong_setting_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAFU_PORT", "八千")
    with pytest.raises(DafuError, match=r"设置 port（环境变量 DAFU_PORT）的值“八千”不能使用"):
        load_settings()


def test_a_taken_port_is_a_sentence(web_index: Path) -> None:
    with (
        server.listening("127.0.0.1", 0) as taken,
        pytest.raises(DafuError, match=r"无法在 127\.0\.0\.1:\d+ 上监听.*--port"),
    ):
        server.serve(Settings(index=web_index, port=taken.getsockname()[1]))


def test_the_newest_letters_on_the_front_page_are_masked(tmp_path: Path) -> None:
    text = "您反映的长者食堂送餐问题收悉。经研究，现将办理情况答复如下：送餐每单补贴两元。"
    record = {
        "id": "1",
        "text": text,
        "title": "关于联系人：陈小平，电话：13000001234的来信",
        "replied_on": "2024-05-06",
    }
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "one.jsonl").write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    make_index(tmp_path / "letters", tmp_path / "index")
    home = TestClient(create_app(tmp_path / "index")).get("/").text
    assert "电话：130********" in home
    assert "13000001234" not in home
