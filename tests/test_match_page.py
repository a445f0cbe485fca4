"""The match page: what the server says of it, and in a real browser with scripts and without."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, expect
from starlette.testclient import TestClient

from search_api.searcher import Searcher
from search_api.web.app import create_app
from search_api.web.pages.match import short_title
from search_api.web.uploads.proposal import MAX_BYTES
from tests.browser import NEEDS_BROWSER, NewPage
from tests.letters import PASTED

MANY = "关于二十件事的提案\n为此建议：\n" + "\n".join(f"{n}、给第{n}个小区加装电梯发补贴。" for n in range(1, 100))


@pytest.fixture(scope="module")
def client(sample_index: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Searcher(sample_index))) as client:
        yield client


# What the server says


def test_seven_points_take_about_a_second(client: TestClient) -> None:
    asks = [
        "提高加装电梯补贴",
        "夜间开放停车位",
        "给失能老人送餐",
        "课后服务少收费",
        "整治电动自行车",
        "建口袋公园",
        "修路灯",
    ]
    started = time.monotonic()
    page = client.post("/match", data={"point": [f"{ask}。" for ask in asks], "context": [""] * 7})
    assert (page.status_code, page.text.count('class="asked"')) == (200, 7)
    assert time.monotonic() - started < 3  # 0.3 s on a machine with nothing else to do


def test_a_text_cut_into_too_many_points_can_be_mended(client: TestClient) -> None:
    page = client.post("/match", data={"text": MANY})
    assert page.status_code == 400
    assert "诉求有 99 条，超过上限 60 条：请合并或删去一些。" in page.text
    assert page.text.count('name="point"') == 99


@pytest.mark.parametrize(
    ("data", "file", "status", "sentence"),
    [
        ({"text": " "}, None, 400, "提案是空的"),
        ({"text": "长" * 50_001}, None, 400, "超过上限 50000"),
        ({"text": "修路"}, ("甲.txt", b"x"), 400, "请只留一种"),
        ({}, ("坏.docx", b"nothing"), 400, "坏.docx："),
        ({"point": ["修路"], "action": "split-1"}, None, 400, "不知道从哪里拆"),
        ({"point": ["修路"], "action": "merge-9"}, None, 400, "没有这一条诉求"),
        ({"point": [""]}, None, 400, "没有可以查找的诉求"),
    ],
)
def test_what_goes_wrong_stands_beside_what_was_sent(
    client: TestClient, data: dict[str, list[str] | str], file: tuple[str, bytes] | None, status: int, sentence: str
) -> None:
    page = client.post("/match", data=data, files={"file": file} if file else None)
    assert page.status_code == status
    assert re.search(rf'<p class="fault"[^>]*role="alert">[^<]*{sentence}', page.text)
    assert ("修路" in page.text) == ("修路" in str(data))


def test_strangers_texts_are_never_markup(client: TestClient) -> None:
    hostile = "修路</textarea></script><script>alert(1)</script>"
    for data in (
        {"text": f"关于{hostile}的提案\n建议：\n一、{hostile}。\n二、{hostile}"},
        {"point": [hostile], "title": hostile},
    ):
        page = client.post("/match", data=data).text
        assert "<script>" not in page
        assert page.count("</script>") == page.count("<script ")
    proposal = re.search(r'<script type="application/json" id="proposal">(.*?)</script>', page, re.DOTALL)
    assert proposal is not None
    assert json.loads(proposal[1])["points"][0]["text"] == hostile


def test_the_page_carries_its_proposal_for_the_basket(client: TestClient) -> None:
    page = client.post("/match", data={"text": PASTED}).text
    proposal = re.search(r'<script type="application/json" id="proposal">(.*?)</script>', page, re.DOTALL)
    assert proposal is not None
    carried = json.loads(proposal[1])
    assert (carried["title"], carried["number"]) == ("关于老旧小区两件事的提案", "20260088")
    assert carried["points"][0] == {"number": 1, "text": "提高加装电梯的财政补贴。", "context": "老人上下楼不便。"}
    assert carried["without_precedent"] == [3]


def test_under_a_proxy_every_link_has_its_path(sample_index: Path) -> None:
    with TestClient(create_app(sample_index), root_path="/dafu") as client:
        for page in (client.get("/match").text, client.post("/match", data={"text": PASTED}).text):
            links = re.findall(r'(?:href|src|action|data-api)="([^"#]+)', page)
            assert all(link.startswith("/dafu/") for link in links), links
            assert not re.search(r"<script(?![^>]*src=)(?![^>]*json)|<style|\sstyle=|\son\w+=", page)


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("关于加快建设长者食堂的建议", "加快建设长者食堂"),
        ("关于修订《物业管理条例》的议案", "修订《物业管理条例》"),
        ("松民函〔2021〕42号", "松民函〔2021〕42号"),
        ("建议", "建议"),
    ],
)
def test_the_head_of_a_column_leaves_out_what_all_titles_have(title: str, short: str) -> None:
    assert short_title(title) == short


# In a browser


def look(page: Page, text: str = PASTED) -> None:
    page.goto("/match")
    page.get_by_label("提案全文").fill(text)
    page.get_by_role("button", name="逐条查找").click()
    expect(page.locator("section.asked").first).to_be_visible()


@NEEDS_BROWSER
def test_from_a_paste_to_the_passage_and_back(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="对照提案").click()
    expect(page.get_by_label("提案全文")).to_be_focused()
    look(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("关于老旧小区两件事的提案")
    rows = page.locator(".matrix tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(2)).to_contain_text("没有先例")
    cell = rows.first.locator("td a").first
    expect(cell).to_have_accessible_name(re.compile("诉求 1，(高度相关|相关|可参考)"))
    expect(page.locator("#point-3 .far")).to_contain_text("没有找到先例")
    expect(page.locator("#point-1 > .passages > li")).to_have_count(5)
    address = str(cell.get_attribute("href"))
    cell.click()
    expect(page.locator(".panel .chosen").first).to_be_in_viewport()
    with page.expect_popup() as opened:
        page.get_by_role("link", name="整页打开").click()
    assert unquote(opened.value.url).endswith(unquote(address))
    expect(opened.value.locator("[aria-current=location]")).to_be_in_viewport()
    opened.value.close()
    page.go_back()
    expect(page.locator(".panel")).to_be_hidden()
    expect(rows).to_have_count(3)
    page.go_back()
    expect(page.get_by_label("提案全文")).to_have_value(PASTED)
    expect(page.get_by_role("button", name="逐条查找")).to_be_enabled()


@NEEDS_BROWSER
@pytest.mark.parametrize("scripts", [True, False])
def test_points_are_merged_split_dropped_added_and_searched_again(new_page: NewPage, scripts: bool) -> None:
    page = new_page(java_script_enabled=scripts)
    look(page)
    page.get_by_text("修改诉求").click()
    asks = page.locator("[name=point]")
    page.get_by_role("button", name="上移合并").first.click()
    expect(asks).to_have_count(2)
    expect(asks.first).to_have_value("提高加装电梯的财政补贴。\n推动机关单位夜间开放停车泊位。")
    expect(asks.first).to_be_focused()
    asks.first.fill("提高加装电梯的财政补贴。\n\n推动机关单位夜间开放停车泊位。")
    page.get_by_role("button", name="拆分").first.click()
    expect(asks).to_have_count(3)
    page.get_by_role("button", name="删除").last.click()
    expect(asks).to_have_count(2)
    page.get_by_role("button", name="添加一条").click()
    expect(asks.nth(2)).to_be_focused()
    asks.nth(2).fill("给失能老人送餐上门。")
    page.get_by_role("button", name="重新查找").last.click()
    expect(page.locator("section.asked")).to_have_count(3)
    expect(page.locator("#point-3 h2")).to_contain_text("给失能老人送餐上门。")
    expect(page.get_by_role("heading", level=1)).to_have_text("关于老旧小区两件事的提案")
    expect(page.locator("#point-1 .context")).to_contain_text("老人上下楼不便。")


@NEEDS_BROWSER
def test_a_point_is_split_at_the_cursor_and_the_results_are_called_old(page: Page) -> None:
    look(page, "建议：\n一、提高电梯补贴并开放停车位。\n二、送餐上门。")
    expect(page.locator(".stale")).to_be_hidden()
    page.get_by_text("修改诉求").click()
    asks = page.locator("[name=point]")
    asks.first.evaluate("box => box.setSelectionRange(6, 6)")
    page.get_by_role("button", name="拆分").first.click()
    expect(asks).to_have_count(3)
    expect(asks.first).to_have_value("提高电梯补贴")
    expect(asks.nth(1)).to_have_value("并开放停车位。")
    expect(page.locator(".stale")).to_contain_text("重新查找")
    expect(page.locator("section.asked")).to_have_count(2)  # still those from before
    asks.nth(1).evaluate("box => box.setSelectionRange(0, 0)")
    page.get_by_role("button", name="拆分").nth(1).click()
    expect(page.get_by_role("alert")).to_contain_text("第 2 条不知道从哪里拆")


@NEEDS_BROWSER
def test_enter_in_the_title_searches_and_presses_no_other_button(page: Page) -> None:
    look(page)
    page.get_by_text("修改诉求").click()
    page.get_by_label("标题").fill("关于两件事的提案")
    page.get_by_label("标题").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("关于两件事的提案")
    expect(page.locator("section.asked")).to_have_count(3)


@NEEDS_BROWSER
@pytest.mark.parametrize("scripts", [True, False])
def test_a_file_is_chosen(new_page: NewPage, scripts: bool) -> None:
    page = new_page(java_script_enabled=scripts)
    page.goto("/match")
    chosen = page.get_by_label("或选择文件")
    chosen.set_input_files({"name": "坏.docx", "mimeType": "application/zip", "buffer": b"nothing"})
    page.get_by_role("button", name="逐条查找").click()
    expect(page.get_by_role("alert")).to_contain_text("坏.docx：")
    chosen.set_input_files({"name": "提案.txt", "mimeType": "text/plain", "buffer": PASTED.encode("gb18030")})
    page.get_by_role("button", name="逐条查找").click()
    expect(page.locator("section.asked")).to_have_count(3)


@NEEDS_BROWSER
def test_a_file_is_dropped_anywhere(page: Page) -> None:
    page.goto("/match")
    dropped = page.evaluate_handle(
        "text => { const data = new DataTransfer(); data.items.add(new File([text], '提案.txt')); return data; }",
        PASTED,
    )
    page.dispatch_event("header", "dragover", {"dataTransfer": dropped})
    expect(page.locator("body.dropping")).to_be_visible()
    page.dispatch_event("header", "drop", {"dataTransfer": dropped})
    expect(page.locator("section.asked")).to_have_count(3)


@NEEDS_BROWSER
def test_a_file_too_large_is_said_before_it_is_sent(page: Page) -> None:
    page.goto("/match")
    page.get_by_label("或选择文件").set_input_files(
        {"name": "大.pdf", "mimeType": "application/pdf", "buffer": b"x" * (MAX_BYTES + 1)}
    )
    page.get_by_role("button", name="逐条查找").click()
    expect(page.get_by_role("alert")).to_contain_text("文件超过上限 10 MB")


@NEEDS_BROWSER
def test_the_progress_shows_while_points_are_searched(page: Page) -> None:
    page.goto("/match")
    page.evaluate(
        """() => {
            const said = document.querySelector(".progress [role=status]");
            const keep = () => (sessionStorage.seen = (sessionStorage.seen || "") + said.textContent + "|");
            new MutationObserver(keep).observe(said, { childList: true });
        }"""
    )
    page.get_by_label("提案全文").fill(MANY.split("41、")[0])
    page.get_by_role("button", name="逐条查找").click()
    expect(page.locator("section.asked")).to_have_count(40)
    seen = page.evaluate("sessionStorage.seen")
    assert re.search(r"正在读取\|.*正在查找第 \d+ 条，共 40 条\|.*正在整理结果", seen)


@NEEDS_BROWSER
def test_more_letters_are_listed_when_they_are_asked_for(page: Page) -> None:
    many = [json.loads(line) for line in Path("eval/sample/proposals.jsonl").read_text(encoding="utf-8").splitlines()]
    look(page, next(one["text"] for one in many if one["proposal_id"] == "list-03"))
    heads = page.locator(".matrix thead th:visible")
    before = heads.count()
    page.get_by_label("更多").check()
    assert heads.count() > before
    # A point that has a precedent has a mark in its row even while only the first letters are listed.
    page.get_by_label("更多").uncheck()
    for row in page.locator(".matrix tbody tr").all():
        assert row.locator("td a:visible").count() or row.get_by_text("没有先例").count()


@NEEDS_BROWSER
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_page_is_wider_than_the_screen(new_page: NewPage, width: int) -> None:
    page = new_page(viewport={"width": width, "height": 800})
    page.goto("/match")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    look(page)
    page.get_by_text("修改诉求").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    expect(page.locator(".documents" if width < 700 else ".matrix table")).to_be_visible()
    expect(page.locator(".matrix table" if width < 700 else ".documents")).to_be_hidden()
