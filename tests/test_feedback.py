"""Useful or not: taken with and without JavaScript."""

import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, expect
from starlette.testclient import TestClient

from search_api.feedback import MAX_QUERY, Verdict, read
from search_api.searcher import Searcher
from search_api.web.app import create_app
from search_api.web.settings.model import Settings
from tests.browser import NEEDS_BROWSER
from tests.conftest import make_index
from tests.served import running
from tests.verdicts import QUERY

SAME_ORIGIN = {"Origin": "http://testserver"}


# The route


@pytest.fixture(scope="module")
def searcher(sample_index: Path) -> Searcher:
    return Searcher(sample_index)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "feedback.sqlite"


@pytest.fixture
def client(searcher: Searcher, kept: Path) -> Iterator[TestClient]:
    with TestClient(create_app(searcher, Settings(feedback=kept)), headers=SAME_ORIGIN) as client:
        yield client


@pytest.fixture(scope="module")
def form(searcher: Searcher) -> dict[str, str]:
    hit = searcher.search(QUERY, 1).hits[0]
    return {"passage_id": hit.passages[0].passage_id, "query": QUERY, "rank": "1", "useful": "yes"}


def test_the_form_on_the_page_leads_back_to_its_thanks(client: TestClient, kept: Path) -> None:
    address = f"http://testserver/?q={quote(QUERY)}&kind=npc"
    page = client.get(address).text
    found = re.search(r'<form class="verdict".*?</form>', page, re.S)
    assert found is not None
    fields = {k: unescape(v) for k, v in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', found[0])}
    answer = client.post(
        "/feedback", data={**fields, "useful": "no"}, headers={"Referer": address}, follow_redirects=False
    )
    assert answer.status_code == 303
    anchor = urlsplit(answer.headers["location"]).fragment
    assert f'id="{anchor}"' in found[0]
    assert answer.headers["location"].startswith("http://testserver/?q=")
    [line] = read(kept)
    assert isinstance(line, Verdict)
    assert (line.query, line.passage_id, line.rank, line.useful) == (QUERY, fields["passage_id"], 1, False)
    assert (line.date, line.generation) == (date.today(), 1)


def test_a_script_gets_no_page(client: TestClient, form: dict[str, str], kept: Path) -> None:
    answer = client.post("/feedback", data=form, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.text) == (204, "")
    assert kept.is_file()


def test_without_a_referer_the_way_back_is_the_search(client: TestClient, form: dict[str, str]) -> None:
    for headers in ({}, {"Referer": "http://evil.example/?q=x"}):
        answer = client.post("/feedback", data=form, headers=headers, follow_redirects=False)
        assert answer.headers["location"].startswith("/?q=%E5%8A%A0")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://testserver"}, 204),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": "http://testserver", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "http://testserver", "Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}, 204),
        ({"Origin": "https://oa.example.cn", "X-Forwarded-Host": "oa.example.cn"}, 403),  # a proxy that is not listed
    ],
)
def test_only_our_own_pages_may_send_it(
    client: TestClient, form: dict[str, str], kept: Path, headers: dict[str, str], status: int
) -> None:
    answer = client.post("/feedback", data=form, headers={**headers, "Accept": "application/json"})
    assert answer.status_code == status
    assert kept.is_file() is (status == 204)


@pytest.mark.parametrize(
    ("changed", "status", "sentence"),
    [
        ({"passage_id": "无此局:1号#1"}, 409, "这一段已经不在现在的索引里"),
        ({"passage_id": "x"}, 409, "这一段已经不在现在的索引里"),
        ({"query": " "}, 422, "查询应为 1 到 500 个字"),
        ({"query": "长" * (MAX_QUERY + 1)}, 422, "查询应为 1 到 500 个字"),
        ({"rank": "0"}, 422, "名次应为正整数"),
        ({"rank": "第一"}, 422, "参数 rank 应为整数"),
        ({"useful": "maybe"}, 422, "参数 useful 应为 'yes'、'no' 之一"),
    ],
)
def test_what_cannot_be_meant_is_a_sentence(
    client: TestClient, form: dict[str, str], kept: Path, changed: dict[str, str], status: int, sentence: str
) -> None:
    answer = client.post("/feedback", data={**form, **changed}, headers={"Accept": "application/json"})
    assert answer.status_code == status
    assert sentence in answer.json()["detail"]
    assert not kept.exists()


def test_a_file_that_cannot_be_written_is_a_sentence(searcher: Searcher, form: dict[str, str], tmp_path: Path) -> None:
    settings = Settings(feedback=tmp_path / "{nowhere}" / "f.sqlite")
    with TestClient(create_app(searcher, settings), headers=SAME_ORIGIN) as client:
        answer = client.post("/feedback", data=form, headers={"Accept": "application/json"})
    assert answer.status_code == 507
    assert "请告诉管理员" in answer.json()["detail"]


def test_by_default_it_lies_in_the_index_folder(letters: Path, tmp_path: Path) -> None:
    make_index(letters, tmp_path / "index")
    searcher = Searcher(tmp_path / "index")
    passage_id = searcher.search("电梯", 1).hits[0].passages[0].passage_id
    for source in (searcher, tmp_path / "index"):
        with TestClient(create_app(source, Settings()), headers=SAME_ORIGIN) as client:
            fields = {"passage_id": passage_id, "query": "电梯", "rank": "1", "useful": "yes"}
            client.post("/feedback", data=fields, headers={"Accept": "application/json"})
    assert len(list(read(tmp_path / "index" / "users.sqlite"))) == 2


def test_off_takes_none_and_shows_no_buttons(searcher: Searcher, form: dict[str, str]) -> None:
    with TestClient(create_app(searcher, Settings(feedback="off")), headers=SAME_ORIGIN) as client:
        answer = client.post("/feedback", data=form, headers={"Accept": "application/json"})
        assert answer.status_code == 403
        assert "本站没有开启评价" in answer.json()["detail"]
        assert client.get("/feedback.css").text.endswith(".verdict { display: none; }\n")


@pytest.mark.parametrize(("length", "has_buttons"), [(MAX_QUERY, True), (MAX_QUERY + 1, False)])
def test_a_pasted_text_is_not_judged(client: TestClient, length: int, has_buttons: bool) -> None:
    page = client.get("/", params={"q": "电梯补贴" * (length // 4) + "的" * (length % 4)}).text
    assert 'id="hit-1"' in page
    assert ('<form class="verdict"' in page) is has_buttons


# In the browser


@pytest.fixture
def own_site(searcher: Searcher, kept: Path) -> Iterator[str]:
    with running(create_app(searcher, Settings(feedback=kept))) as port:
        yield f"http://127.0.0.1:{port}"


@NEEDS_BROWSER
@pytest.mark.parametrize("javascript", [True, False])
def test_a_verdict_is_given_in_a_browser(browser: Browser, own_site: str, kept: Path, javascript: bool) -> None:
    context = browser.new_context(java_script_enabled=javascript)
    page = context.new_page()
    page.goto(f"{own_site}/?q={QUERY}")
    first = page.locator(".verdict").first
    expect(first.get_by_text("已记下，谢谢")).to_be_hidden()
    first.get_by_role("button", name="有用").click()
    expect(first.get_by_text("已记下，谢谢")).to_be_visible()
    expect(first.get_by_role("button")).to_have_count(0)
    assert ("#said-1-" in page.url) is not javascript
    expect(page.locator(".verdict").nth(1).get_by_role("button")).to_have_count(2)
    [line] = read(kept)
    assert isinstance(line, Verdict)
    assert (line.query, line.rank, line.useful) == (QUERY, 1, True)
    context.close()


@NEEDS_BROWSER
def test_what_went_wrong_stands_beside_the_buttons(browser: Browser, own_site: str, kept: Path) -> None:
    kept.mkdir()
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{own_site}/?q={QUERY}")
    first = page.locator(".verdict").first
    first.get_by_role("button", name="没用").click()
    expect(first.locator(".said")).to_contain_text("评价没有记下")
    expect(first.get_by_role("button")).to_have_count(2)
    context.close()
