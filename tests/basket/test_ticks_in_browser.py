"""Passages are ticked in a browser, on any page and with a proposal."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.basket.browser import CHOSEN, LETTER, answer, basket, box, in_nav, kept, matched, put, tick
from tests.browser import NEEDS_BROWSER
from tests.screenshots import PROPOSAL

pytestmark = NEEDS_BROWSER
OTHER_PROPOSAL = """关于长者食堂的提案
为此建议：
一、多建长者食堂，让老人就近吃饭。
二、给行动不便的老人送餐上门。"""


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
