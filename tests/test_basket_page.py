"""The basket in a real browser: ticked anywhere, kept, changed, sent and exported."""

import json
import re
from io import BytesIO
from pathlib import Path

import docx
import pytest
from playwright.sync_api import Browser, Dialog, Locator, Page, expect

from tests.browser import NEEDS_BROWSER, NewPage
from tests.screenshots import PROPOSAL

pytestmark = NEEDS_BROWSER

KEY = "dafu-basket:/"
LETTER = "/documents/松澜市民政局:松民函〔2025〕58号"
CHOSEN = [f"松澜市民政局:松民函〔2025〕58号#{number}" for number in (2, 3, 4)]
OTHER_PROPOSAL = """关于长者食堂的提案
为此建议：
一、多建长者食堂，让老人就近吃饭。
二、给行动不便的老人送餐上门。"""


def tick(page: Page, *numbers: int) -> None:
    for number in numbers:
        box(page, number).check()


def box(page: Page, number: int) -> Locator:
    """Of a passage on the page of its letter."""
    return page.locator(f'.pick input[data-passage$="#{number}"]')


def kept(page: Page) -> list[tuple[str, int | None]]:
    picks = page.evaluate("key => JSON.parse(localStorage.getItem(key)).picks", KEY)
    return [(pick["passage_id"], pick["point"]) for pick in picks]


def in_nav(page: Page) -> Locator:
    return page.get_by_role("navigation", name="站点").get_by_role("link", name="材料篮")


def matched(page: Page, proposal: str) -> Locator:
    """The boxes of the first point of a proposal laid beside the archive."""
    page.goto("/match")
    page.get_by_label("提案全文").fill(proposal)
    page.get_by_role("button", name="逐条查找").click()
    return page.locator("#point-1 .pick input")


def answer(page: Page, *, accept: bool) -> list[str]:
    """Answers every question of the page from now on; what was asked."""
    asked: list[str] = []

    def told(dialog: Dialog) -> None:
        asked.append(dialog.message)
        if accept:
            dialog.accept()
        else:
            dialog.dismiss()

    page.on("dialog", told)
    return asked


def basket(*picks: tuple[str, int | None], title: str | None = "关于助餐的提案") -> dict[str, object]:
    points = [{"number": n, "text": text, "context": ""} for n, text in enumerate(["多建食堂。", "送餐上门。"], 1)]
    chosen = [{"passage_id": passage_id, "point": point, "band": None} for passage_id, point in picks]
    return {
        "version": 1, "title": title, "number": None, "points": points, "without_precedent": [], "picks": chosen
    }  # fmt: skip


def put(page: Page, contents: object) -> None:
    page.goto("/docs")
    page.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY, json.dumps(contents)])


def acts(page: Page, passage_id: str) -> Locator:
    return page.locator(f'.point .acts[data-passage="{passage_id}"]')


# Ticks


def test_a_tick_is_kept_counted_and_taken_back(page: Page) -> None:
    page.goto(LETTER)
    tick(page, 2, 3)
    expect(in_nav(page)).to_have_text("材料篮(2)")
    page.reload()
    expect(box(page, 2)).to_be_checked()
    expect(box(page, 4)).not_to_be_checked()
    in_nav(page).click()
    expect(page.locator(".point .source")).to_have_count(2)
    page.go_back()
    box(page, 2).uncheck()
    expect(in_nav(page)).to_have_text("材料篮(1)")
    assert kept(page) == [(CHOSEN[1], None)]


def test_a_box_has_a_name_of_its_own(page: Page) -> None:
    page.goto(LETTER)
    expect(page.get_by_role("checkbox", name=re.compile(r"选入\s*第 3 段"))).to_have_count(1)


def test_a_passage_of_a_search_is_ticked_too(page: Page) -> None:
    page.goto("/?q=长者食堂")
    page.locator(".pick input").first.check()
    expect(in_nav(page)).to_have_text("材料篮(1)")


def test_tabs_are_in_step(page: Page) -> None:
    page.goto(LETTER)
    other = page.context.new_page()
    other.goto("/basket")
    expect(other.get_by_role("heading", name="还没有选入段落")).to_be_visible()
    tick(page, 2)
    expect(other.locator(".point .source")).to_have_count(1)
    other.get_by_role("button", name="移除").click()
    expect(box(page, 2)).not_to_be_checked()
    expect(in_nav(page)).to_have_text("材料篮")


@pytest.mark.parametrize(
    "contents",
    [
        "what is this",
        None,
        [],
        {"version": 2, "picks": []},
        {**basket((CHOSEN[0], None)), "picks": "many"},
        {**basket(), "picks": [{"passage_id": CHOSEN[0], "point": None, "band": "很近"}]},
        {**basket(), "picks": [{"passage_id": 3, "point": None, "band": None}]},
        {**basket(), "points": [{"number": "1"}]},
    ],
)
def test_what_is_no_basket_counts_as_none_and_is_replaced(page: Page, contents: object) -> None:
    put(page, contents)
    page.goto("/basket")
    expect(page.get_by_role("heading", name="还没有选入段落")).to_be_visible()
    page.goto(LETTER)
    tick(page, 2)
    assert kept(page) == [(CHOSEN[0], None)]


def test_a_full_basket_takes_no_more(page: Page) -> None:
    put(page, basket(*[(f"甲#{number}", None) for number in range(500)]))
    page.goto(LETTER)
    asked = answer(page, accept=True)
    box(page, 2).click()
    expect(box(page, 2)).not_to_be_checked()
    assert asked == ["材料篮最多放 500 段。请先导出，或移除不用的段落。"]


# With a proposal


def test_the_first_tick_of_a_match_takes_the_proposal_along(page: Page) -> None:
    page.goto(LETTER)
    tick(page, 2)  # before there was a proposal
    first = matched(page, PROPOSAL).first
    first.check()
    page.goto("/basket")
    expect(page.get_by_role("heading", name="关于破解老旧小区停车难、上下楼难的提案")).to_be_visible()
    expect(page.get_by_text("编号 20260088", exact=True)).to_be_visible()
    points = page.locator(".point h3")
    expect(points.first).to_contain_text("诉求一：推动机关和国有企业夜间开放停车位")
    expect(points.last).to_have_text("选取的段落")
    assert [point for _, point in kept(page)] == [None, 1]
    expect(page.locator(".point").first.locator(".band")).to_have_count(1)


@pytest.mark.parametrize("accept", [True, False])
def test_another_proposal_asks_before_it_begins_a_new_basket(page: Page, *, accept: bool) -> None:
    matched(page, PROPOSAL).first.check()
    before = kept(page)
    asked = answer(page, accept=accept)
    other = matched(page, OTHER_PROPOSAL).first
    expect(other).not_to_be_checked()
    other.click()
    expect(other).to_be_checked(checked=accept)
    assert asked == [
        "材料篮里是《关于破解老旧小区停车难、上下楼难的提案》的 1 段材料。\n"
        "要清空它，为《关于长者食堂的提案》新建材料篮吗？"
    ]
    assert (kept(page) == before) is not accept
    assert len(kept(page)) == 1


def test_a_proposal_cut_anew_keeps_what_was_chosen_for_its_points(page: Page) -> None:
    matched(page, PROPOSAL)
    page.locator("#point-2 .pick input").first.check()
    page.locator("#point-1 .pick input").first.check()
    first, second = PROPOSAL.index("一、"), PROPOSAL.index("二、")
    matched(page, PROPOSAL[:first] + "一、" + PROPOSAL[second + 2 :])
    expect(page.locator("#point-1 .pick input").first).to_be_checked()  # the second is the first now
    page.locator("#point-3 .pick input").first.check()
    assert [point for _, point in kept(page)] == [1, None, 3]


# Its page


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


# Export and sending


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
