"""The page of one letter in a browser: choosing a passage, copying its citation, printing."""

from playwright.sync_api import Page, expect

from tests.browser import NEEDS_BROWSER, NewPage
from tests.letter_pages import ANCHORS, CANTEENS, address

THIRD = ANCHORS[2]


def opened(page: Page, anchor: str | None = None) -> str:
    """The letter's page; gives its citation as the page shows it."""
    page.goto(address(CANTEENS) + (f"?passage={anchor}#p{anchor}" if anchor else ""))
    return page.locator(f"#cite-{anchor or 'document'}").text_content() or ""


@NEEDS_BROWSER
def test_a_number_in_the_margin_chooses_its_passage(page: Page) -> None:
    opened(page)
    page.get_by_role("link", name="第3段：地址和引文").click()
    expect(page.locator(f"#p{THIRD}")).to_be_in_viewport()
    expect(page.locator(f"#p{THIRD}")).to_have_attribute("aria-current", "location")
    expect(page.locator(f"#cite-{THIRD}")).to_be_in_viewport()
    expect(page.locator(f"#cite-{THIRD}")).to_contain_text("松民函〔2023〕51号，2023-07-11，第3段")


@NEEDS_BROWSER
def test_each_number_stands_beside_the_row_where_its_passage_begins(page: Page) -> None:
    opened(page)
    for number in range(1, 8):
        beside = page.locator(f"[data-number='{number}']").bounding_box()
        row = page.locator(f"#p{ANCHORS[number - 1]}").evaluate(
            "e => { const r = e.getClientRects()[0]; return [r.x, r.y, r.height] }"
        )
        assert beside is not None
        assert beside["x"] + beside["width"] < row[0]
        assert abs(beside["y"] + beside["height"] / 2 - row[1] - row[2] / 2) < 4


@NEEDS_BROWSER
def test_a_citation_is_copied_with_one_press(new_page: NewPage) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    citation = opened(page, THIRD)
    page.locator("article").get_by_role("button", name="复制引文").click()
    expect(page.get_by_role("button", name="已复制")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == citation


@NEEDS_BROWSER
def test_a_citation_is_copied_where_the_browser_keeps_the_clipboard(new_page: NewPage) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    page.add_init_script(
        "window.kept = navigator.clipboard; Object.defineProperty(navigator, 'clipboard', {value: undefined})"
    )
    citation = opened(page)
    page.get_by_text("引用这份答复").click()
    page.get_by_role("button", name="复制引文").click()
    expect(page.get_by_role("button", name="已复制")).to_be_visible()
    assert page.evaluate("kept.readText()") == citation


@NEEDS_BROWSER
def test_without_javascript_a_citation_can_be_selected(new_page: NewPage) -> None:
    page = new_page(java_script_enabled=False)
    opened(page)
    expect(page.locator("#cite-document")).to_be_hidden()
    page.get_by_text("引用这份答复").click()
    expect(page.locator("#cite-document")).to_be_visible()
    expect(page.get_by_role("button", name="复制引文")).to_have_count(0)  # a button that does nothing is not shown


@NEEDS_BROWSER
def test_on_paper_stand_the_letter_and_its_source(page: Page) -> None:
    citation = opened(page, THIRD)
    page.emulate_media(media="print")
    for gone in ("header.site", ".back", ".outline", ".citing", ".cite", ".similar", ".original", ".pick"):
        for part in page.locator(gone).all():
            expect(part).to_be_hidden()
    expect(page.locator(".printed")).to_contain_text(citation)
    expect(page.locator(".printed")).to_contain_text(f"/documents/松澜市民政局:松民函〔2023〕51号?passage={THIRD}")
    expect(page.locator(".printed")).to_be_visible()
    expect(page.locator("[data-number='3']")).to_be_visible()
