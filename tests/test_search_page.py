"""The search page: facets and chips as links, suggestions as a combobox, keys, and the place on the page."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, Route, expect
from starlette.testclient import TestClient

from search_api.web.app import create_app
from tests.browser import NEEDS_BROWSER, NewPage


@pytest.fixture(scope="module")
def client(sample_index: Path) -> Iterator[TestClient]:
    with TestClient(create_app(sample_index)) as client:
        yield client


def facet_links(page: str) -> list[tuple[str, int]]:
    """The address of each value, and the count beside it."""
    aside = page[page.index('<aside class="narrow"') : page.index("</aside>")]
    found = re.findall(r'<a href="([^"]+)"[^>]*><span>[^<]+</span><span class="many">(\d+)</span>', aside)
    return [(unescape(address), int(count)) for address, count in found]


def total(page: str) -> int:
    found = re.search(r"<strong>(\d+)</strong> 份答复", page)
    return int(found[1]) if found else 0


# Through the client


@pytest.mark.parametrize("address", ["/?q=养老 补贴", "/?q=养老&since=2021-01-01&sort=date", "/?since=2023-01-01"])
def test_each_facet_leads_to_as_many_letters_as_it_says(client: TestClient, address: str) -> None:
    links = facet_links(client.get(address).text)
    assert len(links) >= 15
    for link, count in links:
        assert total(client.get(link).text) == count, link


def test_facets_combine_and_come_off_one_by_one(client: TestClient) -> None:
    page = client.get("/?q=补贴&year=2023&year=2022&kind=cppcc&until=2023-06-30").text
    chips = re.findall(r'<li><a href="([^"]+)"><span class="unseen">去掉 </span>([^<]+)<', page)
    assert [(unescape(address), label) for address, label in chips] == [
        ("/?q=%E8%A1%A5%E8%B4%B4&until=2023-06-30&year=2022&kind=cppcc", "年份：2023 年"),
        ("/?q=%E8%A1%A5%E8%B4%B4&until=2023-06-30&year=2023&kind=cppcc", "年份：2022 年"),
        ("/?q=%E8%A1%A5%E8%B4%B4&until=2023-06-30&year=2023&year=2022", "类型：政协提案"),
        ("/?q=%E8%A1%A5%E8%B4%B4&year=2023&year=2022&kind=cppcc", "日期：2023年6月30日 以前"),
    ]
    assert 'href="/?q=%E8%A1%A5%E8%B4%B4">全部去掉</a>' in page
    assert re.search(r'<a href="[^"]+" aria-current="true"><span>2022 年</span>', page)


def test_a_facet_or_another_order_begins_at_the_first_page(client: TestClient) -> None:
    page = client.get("/?q=补贴&page=2").text
    narrower = page[page.index('<aside class="narrow"') : page.index("</aside>")]
    order = page[page.index('<nav class="order"') : page.index('<ol class="hits"')]
    assert "page=" not in narrower + order
    assert 'href="/?q=%E8%A1%A5%E8%B4%B4&amp;sort=date">按日期</a>' in order


def test_a_query_that_finds_nothing_offers_the_nearest_terms(client: TestClient) -> None:
    page = client.get("/", params={"q": "单位:没有 养劳服务"}).text
    assert "没有找到符合的答复" in page
    nearest = page[page.index("档案里相近的词") :]
    assert '<a href="/?q=%E5%85%BB%E8%80%81">养老</a>' in nearest


def test_the_api_gives_facets_only_where_asked(client: TestClient) -> None:
    plain = client.get("/api/v1/search", params={"q": "养老"}).json()
    assert "facets" not in plain
    asked: dict[str, str | int | list[str]] = {
        "q": "养老",
        "facets": "true",
        "year": ["2023", "2022"],
        "sort": "date",
        "k": 100,
    }
    answer = client.get("/api/v1/search", params=asked).json()
    assert list(answer) == [*plain, "facets"]
    years = next(facet for facet in answer["facets"] if facet["name"] == "year")["values"]
    assert [(v["value"], v["is_chosen"]) for v in years if v["is_chosen"]] == [("2023", True), ("2022", True)]
    assert sum(v["count"] for v in years if v["is_chosen"]) == answer["total"] < plain["total"]
    for is_far in (False, True):  # the tail stays below, in an order of its own
        dates = [hit["replied_on"] for hit in answer["hits"] if (hit["band"] == "可参考") == is_far]
        assert dates
        assert dates == sorted(dates, reverse=True)
    assert client.get("/api/v1/search", params={"q": "养老", "sort": "size"}).status_code == 422


@pytest.mark.parametrize(("typed", "by_pinyin"), [("养老", False), ("yanglao", True), ("yl", True), ("", None)])
def test_the_api_suggests(client: TestClient, typed: str, by_pinyin: bool | None) -> None:
    answer = client.get("/api/v1/suggest", params={"q": typed}).json()
    assert list(answer) == ["query", "suggestions"]
    assert answer["query"] == typed
    if by_pinyin is not None:
        assert {s["by_pinyin"] for s in answer["suggestions"]} == {by_pinyin}
        assert any("养老" in s["text"] for s in answer["suggestions"])
        assert {tuple(s) for s in answer["suggestions"]} == {("text", "kind", "by_pinyin", "letters")}
    assert client.get("/api/v1/suggest", params={"q": typed, "k": 0}).status_code == 422


# In a browser

browser_test = NEEDS_BROWSER


def options(page: Page) -> list[str]:
    expect(page.get_by_role("listbox")).to_be_visible()
    return page.locator("[role=option] .said").all_inner_texts()


@browser_test
def test_suggestions_are_a_combobox(page: Page) -> None:
    page.goto("/")
    box = page.get_by_role("combobox", name="查询")
    expect(box).to_have_attribute("aria-expanded", "false")
    box.press_sequentially("养老")
    found = options(page)
    expect(box).to_have_attribute("aria-expanded", "true")
    assert len(found) > 2
    assert all("养老" in text for text in found)
    assert box.get_attribute("aria-activedescendant") is None
    box.press("ArrowDown")
    expect(box).to_have_value(found[0])
    chosen = page.locator(f"#{box.get_attribute('aria-activedescendant')}")
    expect(chosen).to_have_attribute("aria-selected", "true")
    box.press("ArrowUp")
    expect(box).to_have_value("养老")
    box.press("ArrowUp")
    expect(box).to_have_value(found[-1])
    box.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box).to_have_value("养老")
    expect(box).to_have_attribute("aria-expanded", "false")


@browser_test
def test_a_suggestion_is_taken_by_enter_or_by_a_click(page: Page) -> None:
    page.goto("/")
    box = page.get_by_label("查询")
    box.press_sequentially("yanglao")
    first = options(page)[0]
    expect(page.locator("[role=option]").first).to_contain_text("拼音")
    box.press("ArrowDown")
    box.press("Enter")
    page.wait_for_url("**/?q=*")
    expect(box).to_have_value(first)
    box.fill("电梯")
    second = options(page)[1]
    page.locator("[role=option]").nth(1).click()
    expect(page.get_by_label("查询")).to_have_value(second)
    expect(page.locator(".hits")).to_be_visible()


@browser_test
def test_an_answer_that_comes_late_is_dropped(page: Page) -> None:
    asked: list[str] = []

    def slow(route: Route, request: Request) -> None:
        asked.append(request.url)
        page.wait_for_timeout(600 if len(asked) == 1 else 0)
        route.continue_()

    page.route("**/api/v1/suggest?*", slow)
    page.goto("/")
    box = page.get_by_label("查询")
    box.press_sequentially("养老")
    page.wait_for_timeout(200)
    box.fill("电梯")
    assert all("电梯" in text for text in options(page))
    page.wait_for_timeout(700)
    assert all("电梯" in text for text in options(page))
    box.press_sequentially("加装", delay=10)
    expect(page.locator("[role=option]")).to_have_count(0)
    assert len(asked) == 3  # one for each pause, not for each key


@browser_test
def test_nothing_is_suggested_while_a_word_is_composed(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "suggest" in request.url else None)
    page.goto("/")
    page.get_by_label("查询").focus()
    keyboard = page.context.new_cdp_session(page)
    keyboard.send("Input.imeSetComposition", {"text": "yang", "selectionStart": 4, "selectionEnd": 4})
    page.wait_for_timeout(300)
    assert asked == []
    keyboard.send("Input.insertText", {"text": "养老"})
    assert all("养老" in text for text in options(page))


@browser_test
def test_keys_walk_through_the_hits(page: Page) -> None:
    page.goto("/?q=养老 补贴")
    titles = page.locator(".hits h2 a")
    page.keyboard.press("j")
    expect(titles.nth(0)).to_be_focused()
    for _ in range(3):
        page.keyboard.press("j")
    expect(titles.nth(3)).to_be_focused()
    expect(page.locator("#hit-4 h2")).to_be_in_viewport()
    page.keyboard.press("k")
    expect(titles.nth(2)).to_be_focused()
    box = page.locator("#hit-3 input[type=checkbox]").first
    page.keyboard.press("b")
    expect(box).to_be_checked()
    page.keyboard.press("b")
    expect(box).not_to_be_checked()
    page.keyboard.press("/")
    expect(page.get_by_label("查询")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type("jk?/b")
    expect(page.get_by_label("查询")).to_have_value("养老 补贴jk?/b")
    expect(page.get_by_role("dialog")).to_be_hidden()
    titles.nth(1).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/documents/**")


@browser_test
def test_a_question_mark_lists_the_keys(page: Page) -> None:
    page.goto("/?q=养老")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="键盘")).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator(".hits h2 a").first).not_to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


@browser_test
def test_the_way_back_leads_to_the_same_place(page: Page) -> None:
    page.goto("/?q=养老 补贴&sort=date&page=2")
    page.locator("#hit-18 h2 a").click()
    page.wait_for_url("**/documents/**")
    page.go_back()
    expect(page.locator("#hit-18 h2")).to_be_in_viewport()
    expect(page.locator(".pages [aria-current=page]")).to_have_text("2")


@browser_test
def test_a_pasted_text_is_narrowed_by_sending_the_form(new_page: NewPage) -> None:
    page = new_page(java_script_enabled=False)
    page.goto("/?kind=npc&q=" + "我们建议加快老旧小区加装电梯，提高财政补贴标准。" * 5)
    listed = page.locator(".facets").get_by_role("button", name="2024 年")
    count = int(listed.locator(".many").inner_text())
    listed.click()
    expect(page.locator(".chips")).to_contain_text("年份：2024 年")
    expect(page.locator(".chips")).to_contain_text("类型：人大建议")
    expect(page.locator(".count strong").first).to_have_text(str(count))


@browser_test
def test_on_a_phone_facets_fold(new_page: NewPage) -> None:
    page = new_page(viewport={"width": 390, "height": 800})
    page.goto("/?q=养老 补贴")
    year = page.locator(".facets").get_by_role("link", name="2023 年")
    expect(year).to_be_hidden()
    page.get_by_text("筛选", exact=True).click()
    year.click()
    expect(page.locator(".chips")).to_contain_text("年份：2023 年")


@browser_test
def test_without_javascript_facets_dates_and_order_work(new_page: NewPage) -> None:
    page = new_page(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    page.goto("/?q=养老 补贴")
    page.locator(".facets").get_by_role("link", name="政协提案").click()
    page.get_by_role("link", name="按日期").click()
    page.get_by_label("答复日期从").fill("2022-01-01")
    page.get_by_role("button", name="检索").click()
    chips = page.locator(".chips li")
    expect(chips).to_have_count(3)  # two, and the way to take off both
    assert {"kind=cppcc", "sort=date", "since=2022-01-01"} <= set(urlsplit(page.url).query.split("&"))
    chips.first.get_by_role("link").click()
    expect(chips).to_have_count(1)
    expect(page.get_by_label("答复日期从")).to_have_value("2022-01-01")
