"""The search box on a page of another origin: who may read answers, and what the box does in a browser."""

import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from starlette.testclient import TestClient

from corpus.errors import DafuError
from search_api.searcher import Searcher
from search_api.web.app import create_app
from search_api.web.settings.model import Settings
from search_api.web.settings.sources import load_settings
from tests.browser import NEEDS_BROWSER
from tests.served import running

PORTAL = "http://oa.example.cn:8080"


@pytest.fixture(scope="module")
def searcher(sample_index: Path) -> Searcher:
    return Searcher(sample_index)


@pytest.fixture(scope="module")
def client(searcher: Searcher) -> Iterator[TestClient]:
    with TestClient(create_app(searcher, Settings(embed_origins=(PORTAL,)))) as client:
        yield client


# Who may read


@pytest.mark.parametrize(
    ("path", "origin", "allowed", "varies"),
    [
        ("/api/v1/search?q=电梯", PORTAL, PORTAL, True),
        ("/api/v1/suggest?q=电", PORTAL, PORTAL, True),
        ("/api/v1/search?q=作者:张三", PORTAL, PORTAL, True),  # the box shows why
        ("/api/v1/search?q=电梯", "http://oa.example.cn", None, True),
        ("/api/v1/search?q=电梯", "http://evil.example", None, True),
        ("/api/v1/search?q=电梯", "null", None, True),
        ("/api/v1/search?q=电梯", None, None, True),
        ("/api/v1/documents/x", PORTAL, None, False),
        ("/", PORTAL, None, False),
        ("/status", PORTAL, None, False),
    ],
)
def test_only_named_origins_read_only_what_the_box_asks(
    client: TestClient, path: str, origin: str | None, allowed: str | None, varies: bool
) -> None:
    answer = client.get(path, headers={"Origin": origin} if origin else {})
    assert answer.headers.get("access-control-allow-origin") == allowed
    assert ("Origin" in answer.headers.get("vary", "")) is varies
    assert "access-control-allow-credentials" not in answer.headers


def test_a_preflight_is_answered(client: TestClient) -> None:
    asked = {"Access-Control-Request-Method": "GET"}
    mine = client.options("/api/v1/search", headers={"Origin": PORTAL, **asked})
    assert (mine.status_code, mine.headers["access-control-allow-origin"]) == (204, PORTAL)
    assert mine.headers["access-control-allow-methods"] == "GET"
    other = client.options("/api/v1/search", headers={"Origin": "http://evil.example", **asked})
    assert "access-control-allow-origin" not in other.headers
    assert client.options("/api/v1/documents/x", headers={"Origin": PORTAL, **asked}).status_code == 405


def test_behind_a_proxy_the_same_paths_are_meant(searcher: Searcher) -> None:
    app = create_app(searcher, Settings(embed_origins=(PORTAL,)))
    with TestClient(app, root_path="/dafu") as client:
        for path in ("/dafu/api/v1/search?q=电梯", "/api/v1/search?q=电梯"):
            assert client.get(path, headers={"Origin": PORTAL}).headers["access-control-allow-origin"] == PORTAL


@pytest.mark.parametrize(
    ("value", "origins"),
    [
        ("", ()),
        ("http://oa.example.cn", ("http://oa.example.cn",)),
        (" https://OA.example.cn:443/ , http://10.1.2.3:8080", ("https://oa.example.cn", "http://10.1.2.3:8080")),
        ("http://[fe80::1]:80", ("http://[fe80::1]",)),
    ],
)
def test_origins_are_read_as_browsers_send_them(
    monkeypatch: pytest.MonkeyPatch, value: str, origins: tuple[str, ...]
) -> None:
    monkeypatch.setenv("DAFU_EMBED_ORIGINS", value)
    assert load_settings().embed_origins == origins


@pytest.mark.parametrize("value", ["*", "oa.example.cn", "http://oa.example.cn/page", "ftp://x", "http://x:65536"])
def test_what_is_no_origin_is_refused_with_a_sentence(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("DAFU_EMBED_ORIGINS", f"http://ok.example,{value}")
    with pytest.raises(DafuError, match=rf"DAFU_EMBED_ORIGINS）的值“{re.escape(value)}”不能使用.*不能写 \*"):
        load_settings()


# The script and its page


def test_the_script_is_small_and_writes_no_markup(client: TestClient) -> None:
    short, long = client.get("/embed.js"), client.get("/static/embed.js")
    assert short.content == long.content
    assert "javascript" in short.headers["content-type"]
    assert len(short.content) < 15_000
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", short.text)
    assert client.get("/embed.js", headers={"If-None-Match": short.headers["etag"]}).status_code == 304


def test_the_page_says_how_and_for_whom(client: TestClient, searcher: Searcher) -> None:
    page = client.get("/embed").text
    assert "&lt;script src=&#34;http://testserver/embed.js&#34;&gt;" in page.replace('"', "&#34;")
    assert f"<code>{PORTAL}</code>" in page
    with TestClient(create_app(searcher, Settings()), root_path="/dafu") as closed:
        page = closed.get("/embed").text
        assert "还没有允许别的网页" in page
        assert "http://testserver/dafu/embed.js" in page


# In the browser


class Sites(NamedTuple):
    """The archive's address, a portal's that may carry the box, and another's that may not."""

    archive: str
    portal: str
    stranger: str


@pytest.fixture(scope="module")
def sites(searcher: Searcher, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    folder = tmp_path_factory.mktemp("portal")
    serve = partial(_Quiet, directory=str(folder))
    hosts = [ThreadingHTTPServer(("127.0.0.1", 0), serve) for _ in range(2)]
    portal, stranger = (f"http://127.0.0.1:{host.server_port}" for host in hosts)
    with running(create_app(searcher, Settings(embed_origins=(portal,)))) as port:
        archive = f"http://127.0.0.1:{port}"
        for mode in ("inline", "page"):
            (folder / f"{mode}.html").write_text(
                '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>门户</title>'
                '<link rel="icon" href="data:,">'
                "<style>* { color: red !important; font-size: 40px } input { display: none }</style>"
                f'<script src="{archive}/embed.js"></script><script src="{archive}/embed.js"></script>'
                f'<dafu-search mode="{mode}" k="2" placeholder="找答复"></dafu-search></html>',
                encoding="utf-8",
            )
        threads = [threading.Thread(target=host.serve_forever) for host in hosts]
        for thread in threads:
            thread.start()
        yield Sites(archive, portal, stranger)
        for host in hosts:
            host.shutdown()
            host.server_close()
        for thread in threads:
            thread.join()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the library's own name
        """Nothing."""


@pytest.fixture
def host_page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="zh-CN")
    yield context.new_page()
    context.close()


def box(page: Page) -> Locator:
    return page.get_by_role("combobox", name="找答复")


@NEEDS_BROWSER
def test_a_page_of_another_origin_searches_in_place(host_page: Page, sites: Sites) -> None:
    host_page.goto(f"{sites.portal}/inline.html")
    field = box(host_page)
    expect(field).to_be_visible()  # though the page hides every input of its own
    expect(field).to_have_css("font-size", "16px")
    field.fill("加装电梯 补贴")
    field.press("Enter")
    found = host_page.locator("dafu-search ol > li")
    expect(found).to_have_count(2)
    expect(found.first.locator("a")).to_contain_text("电梯")
    expect(found.first.locator("mark").first).to_contain_text("电梯")
    link = str(found.first.locator("a").get_attribute("href"))
    assert link.startswith(f"{sites.archive}/documents/")
    with host_page.expect_popup() as opened:
        found.first.locator("a").click()
    expect(opened.value.locator("[aria-current=location]")).to_be_in_viewport()
    expect(host_page.get_by_role("link", name=re.compile("在完整页面中查看全部 \\d+ 份"))).to_be_visible()


@NEEDS_BROWSER
def test_a_page_that_is_not_named_gets_nothing_but_a_sentence(host_page: Page, sites: Sites) -> None:
    host_page.goto(f"{sites.stranger}/inline.html")
    box(host_page).fill("加装电梯")
    box(host_page).press("Enter")
    said = host_page.locator("dafu-search .fault")
    expect(said).to_contain_text(f"这个网页（{sites.stranger}）还没有获准嵌入检索结果")
    expect(said).to_contain_text("DAFU_EMBED_ORIGINS")
    expect(host_page.locator("dafu-search ol")).to_have_count(0)


@NEEDS_BROWSER
def test_a_wrong_query_and_a_lost_server_are_sentences(host_page: Page, sites: Sites) -> None:
    host_page.goto(f"{sites.portal}/inline.html")
    box(host_page).fill("作者:张三")
    box(host_page).press("Enter")
    said = host_page.locator("dafu-search .fault")
    expect(said).to_contain_text("不认识的字段“作者”")
    host_page.context.set_offline(True)
    box(host_page).press("Enter")
    expect(said).to_contain_text("连不上答复检索的服务器")


@NEEDS_BROWSER
def test_suggestions_are_chosen_by_key(host_page: Page, sites: Sites) -> None:
    host_page.goto(f"{sites.portal}/inline.html")
    field, options = box(host_page), host_page.get_by_role("option")
    field.press_sequentially("yanglao")
    expect(options.first).to_contain_text("养老")
    expect(options.first).to_contain_text("拼音")
    expect(field).to_have_attribute("aria-expanded", "true")
    field.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", "option-0")
    field.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    field.press("Escape")
    expect(options).to_have_count(0)
    expect(field).to_have_value("yanglao")
    field.press("ArrowDown")  # shows them again
    expect(options.first).to_be_visible()
    field.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    field.press("Enter")
    expect(field).to_have_value("养老")
    expect(host_page.locator("dafu-search ol > li")).to_have_count(2)


@NEEDS_BROWSER
def test_a_page_box_leads_to_the_full_page(host_page: Page, sites: Sites) -> None:
    host_page.goto(f"{sites.stranger}/page.html")  # no origin need be named for that
    box(host_page).fill("加装电梯")
    host_page.get_by_role("button", name="检索").click()
    host_page.wait_for_url(f"{sites.archive}/?*")
    assert parse_qs(urlsplit(host_page.url).query) == {"q": ["加装电梯"]}


@NEEDS_BROWSER
def test_enter_that_ends_a_composition_searches_nothing(host_page: Page, sites: Sites) -> None:
    host_page.goto(f"{sites.portal}/inline.html")
    field = box(host_page)
    field.focus()
    keyboard = host_page.context.new_cdp_session(host_page)
    keyboard.send("Input.imeSetComposition", {"text": "dianti", "selectionStart": 6, "selectionEnd": 6})
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
    keyboard.send("Input.dispatchKeyEvent", {"type": "keyDown", **enter})
    keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", **enter})
    keyboard.send("Input.insertText", {"text": "电梯"})
    host_page.wait_for_timeout(300)
    expect(host_page.locator("dafu-search .found")).to_be_hidden()
    field.press("Enter")
    expect(host_page.locator("dafu-search ol > li")).to_have_count(2)


@NEEDS_BROWSER
def test_what_the_server_says_is_never_markup(host_page: Page, sites: Sites) -> None:
    hostile = '<img src=x onerror="window.broken=1">'
    passage = {
        "passage_id": "a#1",
        "section": None,
        "text": f"𠮷{hostile}",
        "start": 0,
        "end": 9,
        "highlights": [[1, 5]],
    }
    hit = {"rank": 1, "doc_id": hostile, "score": 1, "band": "相关", "title": hostile, "agency": hostile,
           "replied_on": "2024-05-09", "doc_number": hostile, "passages": [passage]}  # fmt: skip
    answer = {"query": "x", "mode": "hybrid", "total": 1, "took_ms": 1, "message": None, "hits": [hit]}
    sharing = {"Access-Control-Allow-Origin": "*"}
    host_page.route("**/api/v1/search*", lambda route: route.fulfill(json=answer, headers=sharing))
    host_page.goto(f"{sites.portal}/inline.html")
    box(host_page).fill("x")
    box(host_page).press("Enter")
    shown = host_page.locator("dafu-search ol > li")
    expect(shown).to_contain_text(hostile)
    expect(shown).to_contain_text("2024年5月9日")
    expect(shown.locator("mark")).to_have_text("<img")  # offsets count characters, not halves of them
    expect(shown.locator("img")).to_have_count(0)
    assert host_page.evaluate("window.broken") is None
