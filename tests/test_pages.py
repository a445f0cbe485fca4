"""The pages in a real browser, against a real server over the sample archive."""

from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.browser import NEEDS_BROWSER, NewPage

pytestmark = NEEDS_BROWSER


def search(page: Page, query: str) -> None:
    page.get_by_label("查询").fill(query)
    page.get_by_role("button", name="检索").click()


def test_words_filter_letter_and_back(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_label("查询")).to_be_focused()
    page.keyboard.type("加装电梯 财政补贴")
    page.keyboard.press("Enter")
    first = page.locator(".hits > li").first
    expect(first.locator("h2")).to_contain_text("电梯")
    expect(first.locator("mark").first).to_be_visible()
    assert urlsplit(page.url).query.count("&") == 0  # fields left empty stay out of the address

    page.locator(".facets").get_by_role("link", name="政协提案").click()
    page.locator(".facets").get_by_role("link", name="梧桐区").click()
    expect(page.locator(".chips")).to_contain_text("区域：梧桐区")
    for meta in page.locator(".hits .meta").all():
        expect(meta).to_contain_text("政协提案")
        expect(meta).to_contain_text("梧桐区")
    results = page.url

    page.locator(".hits h2 a").first.click()
    chosen = page.locator("[aria-current=location]")
    expect(chosen).to_be_in_viewport()
    expect(page.locator(".chosen mark").first).to_be_visible()  # in whichever of its paragraphs
    assert page.url.endswith("#" + str(chosen.get_attribute("id")))
    expect(page.locator(".facts")).to_contain_text("住房")
    page.get_by_role("link", name="返回检索结果").click()
    assert page.url == f"{results}#hit-1"


def test_a_number_leads_to_its_letter(page: Page) -> None:
    page.goto("/")
    search(page, "松民函〔2023〕51号")
    expect(page.locator(".hits > li")).to_have_count(1)
    expect(page.locator(".hits .meta")).to_contain_text("松民函〔2023〕51号")


def test_a_wrong_query_stays_in_the_box_beside_its_sentence(page: Page) -> None:
    page.goto("/")
    search(page, "作者:张三")
    expect(page.get_by_role("alert")).to_contain_text("不认识的字段“作者”")
    expect(page.get_by_label("查询")).to_have_value("作者:张三")


def test_results_turn_pages_and_keep_the_query(page: Page) -> None:
    page.goto("/?kind=cppcc")
    page.get_by_role("link", name="下一页").click()
    expect(page.locator(".pages [aria-current=page]")).to_have_text("2")
    expect(page.locator(".hits")).to_have_attribute("start", "11")
    expect(page.locator(".chips")).to_contain_text("类型：政协提案")
    page.get_by_role("link", name="上一页").click()
    assert urlsplit(page.url).query == "kind=cppcc"


def test_why_a_letter_stands_there_opens_without_leaving(page: Page) -> None:
    page.goto("/?q=加装电梯")
    why = page.locator(".why").first
    expect(why.locator("dl")).to_be_hidden()
    why.get_by_text("为什么是这条").click()
    expect(why.locator("dl")).to_contain_text("BM25")


def test_without_javascript_everything_works(new_page: NewPage) -> None:
    page = new_page(java_script_enabled=False)
    page.goto("/")
    search(page, "长者食堂")
    page.locator(".hits h2 a").first.click()
    expect(page.locator("[aria-current=location]")).to_be_in_viewport()


def test_enter_that_ends_a_composition_does_not_submit(page: Page) -> None:
    page.goto("/")
    box = page.get_by_label("查询")
    box.focus()
    keyboard = page.context.new_cdp_session(page)
    keyboard.send("Input.imeSetComposition", {"text": "dianti", "selectionStart": 6, "selectionEnd": 6})
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
    keyboard.send("Input.dispatchKeyEvent", {"type": "keyDown", **enter})
    keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", **enter})
    keyboard.send("Input.insertText", {"text": "电梯"})
    page.wait_for_timeout(300)
    assert urlsplit(page.url).query == ""
    expect(box).to_have_value("电梯")
    box.press("Enter")
    page.wait_for_url("**/?q=*")


def test_a_pasted_proposal_is_a_query_like_any_other(page: Page) -> None:
    page.goto("/")
    search(page, "我们建议加快老旧小区加装电梯，提高财政补贴标准，简化审批手续。" * 100)
    first = page.locator(".hits > li").first
    expect(first).to_contain_text("加装电梯")
    assert len(page.content()) < 400_000  # not the text again in each of fifty links
    search(page, "长" * 50_001)
    expect(page.get_by_role("alert")).to_contain_text("超过上限 50000")
