"""The officer's whole way, from a pasted proposal to the Word sheet: by mouse, by keyboard alone, without scripts."""

import re
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, urlencode, urlsplit

import docx
from playwright.sync_api import Download, Locator, Page, expect

from tests.browser import NEEDS_BROWSER, NewPage

pytestmark = NEEDS_BROWSER

TITLE = "关于让老旧小区住得下去的提案"
PROPOSAL = f"""{TITLE}
提案号：20260117
案由：老人下不了楼、吃不上热饭，车主找不到位子，年轻父母没有人带孩子。为此，建议：
一、提高既有住宅加装电梯的财政补助标准。
二、允许子女提取住房公积金，为父母的房子加装电梯出资。
三、增设长者食堂，给失能老人送餐上门。
四、机关和国有企业的停车位夜间向附近居民开放。
五、在江边建设一座低轨卫星发射场。"""
CHILDCARE = "增加普惠托育的托位，降低收费。"
HEADINGS = [
    "诉求一：提高既有住宅加装电梯的财政补助标准。允许子女提取住房公积金，为父母的房子加装电梯出资。",
    "诉求二：增设长者食堂，给失能老人送餐上门。",
    "诉求三：机关和国有企业的停车位夜间向附近居民开放。",
    f"诉求四：{CHILDCARE}",
]


def test_with_the_mouse(page: Page) -> None:
    page.goto("/match")
    page.get_by_label("提案全文").fill(PROPOSAL)
    page.get_by_role("button", name="逐条查找").click()
    expect(page.locator(".without")).to_contain_text("第 5 条")

    page.get_by_text("修改诉求").click()
    page.get_by_role("button", name="上移合并").first.click()
    asks = page.locator("[name=point]")
    expect(asks).to_have_count(4)
    asks.last.fill(CHILDCARE)
    page.get_by_role("button", name="重新查找").last.click()
    expect(page.locator(".matrix tbody tr")).to_have_count(4)
    expect(page.get_by_text("没有先例")).to_have_count(0)

    page.locator(".matrix tbody tr").nth(3).locator("td a").first.click()
    expect_passage_beside_its_ask(page)
    page.go_back()
    chosen = [picked(page, 1), picked(page, 4)]
    for point in (1, 4):
        box(page, point).check()
    page.get_by_role("link", name="材料篮(2)").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="导出 Word").click()
    assert_sheet(download.value, {HEADINGS[0]: chosen[0], HEADINGS[3]: chosen[1]})


def test_by_keyboard_alone(page: Page) -> None:
    """From a search, whose passage goes into the basket first and under its ask at the end."""
    found = search_and_pick_by_keys(page)
    match_by_keys(page)
    chosen = pick_answers_by_keys(page)
    move_under_its_ask_by_keys(page, found)
    with page.expect_download() as download:
        press(page, page.get_by_role("button", name="导出 Word"), "Enter", back=True)
    searched = (found, "民政局")
    assert_sheet(download.value, {HEADINGS[0]: chosen[0], HEADINGS[1]: searched, HEADINGS[3]: chosen[1]})


def search_and_pick_by_keys(page: Page) -> str:
    """The text of the passage that is now in the basket; the list of keys was opened and closed."""
    page.goto("/")
    page.keyboard.insert_text("长者食堂 送餐上门")
    page.keyboard.press("Enter")
    expect(page.locator(".hits")).to_be_visible()
    page.wait_for_load_state()  # the list is there before the keys are listened to
    for key in "jjkb":
        page.keyboard.press(key)
    expect(page.locator("#hit-1 .pick input").first).to_be_checked()
    found = str(page.locator("#hit-1 .best .passage").text_content())
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="键盘")).to_be_visible()
    page.keyboard.press("Enter")  # its one button
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.get_by_label("查询")).to_be_focused()
    return found


def match_by_keys(page: Page) -> None:
    """A pasted proposal is matched, its asks are joined and reworded, and it is matched again."""
    press(page, page.get_by_role("link", name="对照提案"), "Enter", back=True)
    expect(page.get_by_label("提案全文")).to_be_focused()
    page.keyboard.insert_text(PROPOSAL)
    press(page, page.get_by_role("button", name="逐条查找"), "Enter")
    expect(page.locator(".without")).to_contain_text("第 5 条")

    press(page, page.get_by_text("修改诉求"), "Enter")
    press(page, page.get_by_role("button", name="上移合并").first, "Space")
    asks = page.locator("[name=point]")
    expect(asks).to_have_count(4)
    expect(asks.first).to_be_focused()
    reach(page, asks.last)
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(CHILDCARE)
    press(page, page.get_by_role("button", name="重新查找").last, "Enter")
    expect(page.locator(".matrix tbody tr")).to_have_count(4)


def pick_answers_by_keys(page: Page) -> list[tuple[str, str]]:
    """What was chosen of the first and of the fourth ask; the basket is open."""
    press(page, page.locator(".matrix tbody tr").nth(3).locator("td a").first, "Enter")
    expect_passage_beside_its_ask(page)
    page.go_back()
    chosen = [picked(page, 1), picked(page, 4)]
    for point in (1, 4):
        press(page, box(page, point), "Space")
    press(page, page.get_by_role("link", name="材料篮(3)"), "Enter", back=True)
    return chosen


def move_under_its_ask_by_keys(page: Page, found: str) -> None:
    """The passage of the search stands by itself until it is moved under the second ask."""
    loose = page.locator(".point").last
    expect(loose.get_by_role("heading")).to_have_text("选取的段落")
    reach(page, loose.get_by_label("归入"))
    for _ in range(3):
        page.keyboard.press("ArrowUp")
    expect(page.locator(".point").nth(1).locator(".passage")).to_have_text(found)
    expect(page.locator(":focus")).to_have_accessible_name("归入")


def test_without_javascript(new_page: NewPage) -> None:
    """Nothing can be ticked; a basket that a colleague sent by its address is read and exported."""
    page = new_page(java_script_enabled=False)
    page.goto("/")
    page.get_by_label("查询").fill("长者食堂 送餐上门")
    page.get_by_role("button", name="检索").click()
    page.locator(".facets").get_by_role("link", name="政协提案").click()
    page.locator("#hit-1").get_by_role("button", name="有用").first.click()
    expect(page.locator("#hit-1").get_by_text("已记下，谢谢").first).to_be_visible()
    expect(page.locator(".chips")).to_contain_text("类型：政协提案")

    page.get_by_role("link", name="对照提案").click()
    page.get_by_label("提案全文").fill(PROPOSAL)
    page.get_by_role("button", name="逐条查找").click()
    page.get_by_text("修改诉求").click()
    page.get_by_role("button", name="上移合并").first.click()
    page.locator("[name=point]").last.fill(CHILDCARE)
    page.get_by_role("button", name="重新查找").last.click()
    expect(page.locator(".matrix tbody tr")).to_have_count(4)
    chosen = picked(page, 4)
    page.locator(".matrix tbody tr").nth(3).locator("td a").first.click()
    expect_passage_in_sight(page)
    passage_id = passage_in(page.url)
    page.go_back()
    assert picked(page, 4) == chosen

    asks = [("ask", f"{number}:{heading.partition('：')[2]}") for number, heading in enumerate(HEADINGS, 1)]
    page.goto("/basket?" + urlencode([("title", TITLE), *asks, ("p", f"4:1:{passage_id}")]))
    text, cited = (str(page.locator(f".point {part}").text_content()) for part in (".passage", ".source"))
    with page.expect_download() as download:
        page.get_by_role("button", name="导出 Word").click()
    assert_sheet(download.value, {HEADINGS[3]: (text, cited)})


def test_facets_are_taken_off_by_the_back_button_at_the_same_place(new_page: NewPage) -> None:
    page = new_page(viewport={"width": 1280, "height": 480})
    page.goto("/?q=养老 补贴")
    steps = [state(page)]
    for facet in ("主办答复", "A 类"):  # below the fold
        page.locator(".facets").get_by_role("link", name=facet).click()
        expect(page.locator(".chips")).to_contain_text(facet)
        steps.append(state(page))
    assert steps[0] > steps[1] > steps[2]
    page.locator(".chips li").first.get_by_role("link").click()
    expect(page.locator(".chips li")).to_have_count(1)
    page.locator("#hit-1 h2 a").click()
    expect_passage_in_sight(page)
    for _ in range(2):
        page.go_back()
    for expected in reversed(steps):
        assert state(page) == expected
        assert steps.index(expected) == 2 or page.evaluate("scrollY") > 0
        page.go_back()


def state(page: Page) -> int:
    return int(page.locator(".count strong").first.inner_text())


def expect_passage_in_sight(page: Page) -> None:
    """The passage of the address, marked as the one that was meant."""
    here = page.locator("[aria-current=location]")
    expect(here).to_be_in_viewport()
    expect(here).to_have_attribute("id", urlsplit(page.url).fragment)
    expect(page.locator(".reading .chosen").first).not_to_have_css("background-color", "rgba(0, 0, 0, 0)")


def expect_passage_beside_its_ask(page: Page) -> None:
    """Marked as the one that was meant."""
    here = page.locator(".panel .chosen").first
    expect(here).to_be_in_viewport()
    expect(here).not_to_have_css("background-color", "rgba(0, 0, 0, 0)")


def passage_in(address: str) -> str:
    doc_id = unquote(urlsplit(address).path.removeprefix("/documents/"))
    return f"{doc_id}#{urlsplit(address).fragment.removeprefix('p')}"


def box(page: Page, point: int) -> Locator:
    """Of the best passage of a point."""
    return page.locator(f"#point-{point} .pick input").first


def picked(page: Page, point: int) -> tuple[str, str]:
    """The best passage of a point and its citation."""
    best = page.locator(f"#point-{point} .passages > li").first
    return str(best.locator(".passage").text_content()), str(best.locator(".citation").text_content())


def reach(page: Page, control: Locator, *, back: bool = False) -> None:
    """By Tab, as far as it takes."""
    stops = []
    page.wait_for_load_state()  # scripts listen only then
    for _ in range(600):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if control.evaluate("(control) => control === document.activeElement"):
            expect(control).to_be_in_viewport()
            return
        stops.append(page.evaluate("document.activeElement.outerHTML.slice(0, 80)"))
    raise AssertionError(f"no Tab reaches {control}; the last stops: {stops[-5:]}")


def press(page: Page, control: Locator, key: str, *, back: bool = False) -> None:
    reach(page, control, back=back)
    page.keyboard.press(key)


def assert_sheet(download: Download, chosen: dict[str, tuple[str, str]]) -> None:
    """Under each heading stand the passage and its citation, and under no other."""
    assert download.suggested_filename == f"答复参考-{TITLE}.docx"
    document = docx.Document(BytesIO(Path(download.path()).read_bytes()))
    lines = [paragraph.text.strip() for paragraph in document.paragraphs if paragraph.text.strip()]
    assert lines[0] == TITLE
    places = [lines.index(heading) for heading in HEADINGS]
    for heading, start, end in zip(HEADINGS, places, [*places[1:], len(lines)], strict=True):
        below = re.sub(r"\s", "", "".join(lines[start + 1 : end]))
        for owner, said in chosen.items():
            for text in said:
                assert (re.sub(r"\s", "", text) in below) is (owner == heading), (heading, text)
