"""The basket's page in a browser: its passages are moved, assigned, removed and kept."""

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.basket.browser import CHOSEN, answer, basket, in_nav, kept, put
from tests.browser import NEEDS_BROWSER

pytestmark = NEEDS_BROWSER


def acts(page: Page, passage_id: str) -> Locator:
    return page.locator(f'.point .acts[data-passage="{passage_id}"]')


def test_passages_are_moved_assigned_and_removed(page: Page) -> None:
    put(page, basket((CHOSEN[0], 1), (CHOSEN[2], 2), (CHOSEN[1], 1)))
    page.goto("/basket")
    acts(page, CHOSEN[1]).get_by_role("button", name="上移").click()
    expect(page.locator(".point").first.locator("[data-passage]").first).to_have_attribute("data-passage", CHOSEN[1])
    assert kept(page) == [(CHOSEN[1], 1), (CHOSEN[2], 2), (CHOSEN[0], 1)]
    expect(acts(page, CHOSEN[1]).get_by_role("button", name="下移")).to_be_focused()  # it is the first: up is no more

    acts(page, CHOSEN[0]).get_by_label("归入").focus()
    acts(page, CHOSEN[0]).get_by_label("归入").select_option("诉求二")
    expect(page.locator(".point").nth(1).locator("[data-passage]")).to_have_count(2)
    expect(acts(page, CHOSEN[0]).get_by_label("归入")).to_be_focused()
    acts(page, CHOSEN[0]).get_by_label("归入").select_option("不归诉求")
    expect(page.locator(".point h3").last).to_have_text("选取的段落")
    assert kept(page)[-1] == (CHOSEN[0], None)

    acts(page, CHOSEN[1]).get_by_role("button", name="移除").click()
    expect(page.locator(".point .source")).to_have_count(2)
    expect(page.get_by_role("status")).to_have_text("已移除，还有 2 段")
    expect(acts(page, CHOSEN[2]).get_by_role("button", name="移除")).to_be_focused()
    expect(in_nav(page)).to_have_text("材料篮(2)")


def test_what_the_archive_lost_can_be_removed(page: Page) -> None:
    put(page, basket((CHOSEN[0], 1), ("走了的信#4", 2)))
    page.goto("/basket")
    page.locator(".missing").get_by_role("button", name="移除").click()
    expect(page.locator(".missing")).to_have_count(0)
    assert kept(page) == [(CHOSEN[0], 1)]


@pytest.mark.parametrize("accept", [True, False])
def test_clearing_asks_first(page: Page, *, accept: bool) -> None:
    put(page, basket((CHOSEN[0], 1), (CHOSEN[1], 2)))
    page.goto("/basket")
    asked = answer(page, accept=accept)
    page.get_by_role("button", name="清空").click()
    expect(page.get_by_role("heading", name="还没有选入段落")).to_have_count(int(accept))
    assert asked == ["要清空材料篮吗？《关于助餐的提案》的 2 段材料会全部移除，不能恢复。"]
    assert len(kept(page)) == (0 if accept else 2)


def test_what_the_server_cannot_read_is_a_sentence_and_can_be_thrown_away(page: Page) -> None:
    points = [{"number": number, "text": "多建食堂。", "context": ""} for number in range(1, 62)]
    put(page, {**basket((CHOSEN[0], 1)), "points": points})
    page.goto("/basket")
    expect(page.get_by_role("alert")).to_contain_text("一个材料篮最多 60 条诉求，这里有 61 条")
    answer(page, accept=True)
    page.get_by_role("button", name="清空").click()
    expect(page.get_by_role("heading", name="还没有选入段落")).to_be_visible()


def test_without_the_server_nothing_is_lost(browser: Browser, site: str) -> None:
    with browser.new_context(base_url=site) as context:
        page = context.new_page()
        put(page, basket((CHOSEN[0], 1)))
        page.route("**/basket/contents", lambda route: route.abort())
        page.goto("/basket")
        expect(page.get_by_role("alert")).to_contain_text("连不上服务器，材料还在这个浏览器里")
        assert len(kept(page)) == 1
