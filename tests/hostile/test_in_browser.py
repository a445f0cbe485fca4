"""Documents written to do harm in a browser: none of their scripts runs, nothing is fetched from elsewhere."""

from urllib.parse import urlencode, urlsplit

from playwright.sync_api import Browser, Page

from tests.browser import NEEDS_BROWSER
from tests.hostile.texts import EVIL, MARKUP, addresses


@NEEDS_BROWSER
def test_a_browser_runs_none_of_it(browser: Browser, address: str, doc_ids: list[str]) -> None:
    context = browser.new_context(base_url=address, locale="zh-CN")
    hosts: set[str] = set()
    refused: list[str] = []
    page = context.new_page()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
    page.on("dialog", lambda dialog: refused.append(dialog.message))
    for place in addresses(doc_ids):
        page.goto(place)
        assert page.evaluate("window.hacked") is None, place
    _use(page)
    context.close()
    assert hosts == {urlsplit(address).netloc}
    assert refused == []


def _use(page: Page) -> None:
    """What scripts put on a page: suggestions, a basket, a match with its progress, the box for other pages."""
    page.goto("/")
    page.get_by_label("查询").press_sequentially("关于长者")
    page.get_by_role("listbox").wait_for()
    assert page.evaluate("window.hacked") is None
    page.goto("/?" + urlencode({"q": f"长者食堂 {MARKUP}"}))
    page.get_by_role("checkbox").first.check()
    page.goto("/basket")
    page.locator(".passage").first.wait_for()
    assert page.evaluate("window.hacked") is None
    page.goto("/match")
    page.get_by_label("提案全文").fill(f"关于{EVIL}的提案\n为此建议：\n一、建设长者食堂{EVIL}。\n二、{EVIL}")
    page.get_by_role("button", name="逐条查找").click()
    page.locator("section.asked").first.wait_for()
    assert page.evaluate("window.hacked") is None
    page.goto("/embed")
    page.locator("dafu-search input").fill("长者食堂")
    page.locator("dafu-search input").press("Enter")
    page.locator("dafu-search li").first.wait_for()
    assert page.evaluate("window.hacked") is None
