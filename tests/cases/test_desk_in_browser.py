"""The desk in a real browser: a passage is read beside the asks, chosen there, kept in a case; with axe."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import NEEDS_BROWSER, serving
from tests.screenshots import PROPOSAL
from tests.test_accessible import AXE, RULES

pytestmark = NEEDS_BROWSER


@pytest.fixture(scope="module")
def address(sample_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("desk") / "index"
    shutil.copytree(sample_index, folder)
    with serving(folder) as address:
        yield address


@pytest.fixture
def desk(browser: Browser, address: str) -> Iterator[Page]:
    """The match page of a proposal with five asks."""
    page = browser.new_page(base_url=address, viewport={"width": 1440, "height": 1000})
    page.goto("/match")
    page.locator("textarea").first.fill(PROPOSAL)
    page.get_by_role("button", name="逐条查找").click()
    page.locator("#matrix").wait_for()
    yield page
    page.close()


def opened(page: Page) -> None:
    page.locator(".matrix a.cell").first.press("Enter")
    page.locator(".panel article").wait_for()


def counts(page: Page) -> list[str]:
    return [text for text in page.locator(".states .count").all_inner_texts() if text]


def test_a_dot_opens_the_passage_beside_its_ask_and_esc_returns_to_the_dot(desk: Page) -> None:
    where = desk.url
    opened(desk)
    expect(desk.locator(".panel .chosen").first).to_be_visible()
    expect(desk.locator(".panel-ask")).to_contain_text("推动机关和国有企业夜间开放停车位")
    assert "#read-1-" in desk.url
    desk.locator(".panel input[type=checkbox]").check()
    desk.keyboard.press("Escape")
    expect(desk.locator(".panel")).to_be_hidden()
    expect(desk.locator(".matrix a.cell").first).to_be_focused()
    assert desk.url == where
    assert counts(desk) == ["已选 1"]


def test_the_browsers_way_back_closes_the_panel_and_its_address_opens_it(desk: Page) -> None:
    kept(desk)
    opened(desk)
    deep = desk.url
    desk.go_back()
    expect(desk.locator(".panel")).to_be_hidden()
    desk.goto("/cases")
    desk.goto(deep)
    desk.locator(".panel article").wait_for()
    expect(desk.locator(".panel-ask")).to_contain_text("推动机关")


def kept(page: Page) -> None:
    page.locator(".taking-apart > summary").first.click()
    page.get_by_role("button", name="存为办件").click()
    page.wait_for_url("**/cases/*")


def test_a_case_takes_along_what_was_chosen_and_keeps_what_is_chosen_there(desk: Page) -> None:
    opened(desk)
    desk.locator(".panel input[type=checkbox]").check()
    desk.keyboard.press("Escape")
    kept(desk)
    assert counts(desk) == ["已选 1"]
    desk.locator("#point-2 .choose button[aria-pressed]").first.click()
    expect(desk.locator("#point-2 .choose button[aria-pressed=true]")).to_have_count(1)
    desk.reload()
    assert counts(desk) == ["已选 1", "已选 1"]


def test_axe_finds_nothing_on_the_list_the_case_and_the_panel(desk: Page) -> None:
    kept(desk)
    found = faults(desk)
    opened(desk)
    found += faults(desk)
    desk.goto("/cases")
    found += faults(desk)
    desk.set_viewport_size({"width": 390, "height": 844})
    found += faults(desk)
    assert found == []


def faults(page: Page) -> list[str]:
    page.evaluate(AXE)
    result = page.evaluate("rules => axe.run({ runOnly: rules })", RULES)
    return [f"{page.url} {v['id']}: {n['html'][:160]}" for v in result["violations"] for n in v["nodes"]]
