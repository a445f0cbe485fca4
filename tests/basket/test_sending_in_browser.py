"""The basket in a browser is exported, sent and opened again, also without JavaScript."""

from io import BytesIO
from pathlib import Path

import docx
import pytest
from playwright.sync_api import Page, expect

from tests.basket.browser import CHOSEN, LETTER, answer, basket, in_nav, kept, put, tick
from tests.browser import NEEDS_BROWSER, NewPage

pytestmark = NEEDS_BROWSER


def test_the_word_file_of_the_page(page: Page) -> None:
    put(page, basket((CHOSEN[0], 1), (CHOSEN[1], 2)))
    page.goto("/basket")
    with page.expect_download() as download:
        page.get_by_role("button", name="导出 Word").click()
    assert download.value.suggested_filename == "答复参考-关于助餐的提案.docx"
    document = docx.Document(BytesIO(Path(download.value.path()).read_bytes()))
    lines = [paragraph.text for paragraph in document.paragraphs if paragraph.text]
    assert lines[0] == "关于助餐的提案"
    assert "诉求二：送餐上门。" in lines
    assert any(line.endswith("松民函〔2025〕58号，2025-06-27，第2段") for line in lines)
    addresses = [rel.target_ref for rel in document.part.rels.values() if rel.is_external]
    answer = page.request.get(addresses[0])
    assert answer.ok
    assert "松民函〔2025〕58号" in answer.text()


@pytest.mark.parametrize("accept", [True, False])
def test_a_shared_basket_never_takes_the_place_of_ones_own_unasked(new_page: NewPage, *, accept: bool) -> None:
    sender = new_page(permissions=["clipboard-read", "clipboard-write"])
    put(sender, basket((CHOSEN[0], 1), (CHOSEN[1], 2)))
    sender.goto("/basket")
    sender.get_by_role("button", name="复制链接").click()
    expect(sender.get_by_role("button", name="已复制")).to_be_visible()
    address = sender.evaluate("navigator.clipboard.readText()")

    page = new_page()
    page.goto(LETTER)
    tick(page, 4)
    page.goto(address)
    expect(page.locator(".point .source")).to_have_count(2)
    expect(in_nav(page)).to_have_text("材料篮(1)")
    asked = answer(page, accept=accept)
    page.get_by_role("button", name="存为我的材料篮").click()
    expect(in_nav(page)).to_have_text("材料篮(2)" if accept else "材料篮(1)")
    assert asked == ["自己的材料篮里有1 段材料，存入后会被替换。要替换吗？"]
    assert kept(page) == ([(CHOSEN[0], 1), (CHOSEN[1], 2)] if accept else [(CHOSEN[2], None)])


def test_a_file_opens_and_is_kept(page: Page, tmp_path: Path) -> None:
    put(page, basket((CHOSEN[0], 1)))
    page.goto("/basket")
    with page.expect_download() as download:
        page.get_by_role("button", name="JSON", exact=True).click()
    download.value.save_as(tmp_path / "同事.json")
    put(page, basket())
    page.goto("/basket")
    page.get_by_label("打开别人发来的 JSON 文件").set_input_files(tmp_path / "同事.json")
    page.get_by_role("button", name="打开文件").click()
    page.get_by_role("button", name="存为我的材料篮").click()
    page.wait_for_url("**/basket")
    expect(page.locator(".point .source")).to_have_count(1)
    assert kept(page) == [(CHOSEN[0], 1)]


def test_without_javascript_an_address_is_read_and_exported(new_page: NewPage) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(LETTER)
    expect(page.locator(".pick").first).to_be_hidden()
    page.goto("/basket")
    expect(page.get_by_text("没有启用 JavaScript")).to_be_visible()
    page.goto("/basket?title=关于助餐的提案&ask=1:送餐&p=1:1:" + CHOSEN[0].replace("#", "%23"))
    expect(page.locator(".point .source")).to_have_count(1)
    expect(page.get_by_role("button", name="存为我的材料篮")).to_be_hidden()
    with page.expect_download() as download:
        page.get_by_role("button", name="导出 Word").click()
    assert download.value.suggested_filename == "答复参考-关于助餐的提案.docx"


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_page_is_no_wider_than_the_screen(new_page: NewPage, width: int) -> None:
    page = new_page(viewport={"width": width, "height": 800})
    put(page, basket((CHOSEN[0], 1), (CHOSEN[1], 1), ("走了的信#4", 2)))
    page.goto("/basket")
    expect(page.locator(".point .source").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
