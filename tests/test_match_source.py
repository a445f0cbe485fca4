"""The match page shows a proposal beside its asks, and makes any sentence of it one."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from starlette.testclient import TestClient

from search_api.searcher import Searcher
from search_api.web.app import create_app
from tests.browser import NEEDS_BROWSER, NewPage
from tests.test_match_page import look

LOST = (
    "关于改善公园管理的提案\n公园去年接待市民九十万人次。最好在西门也开一个出口。\n"
    "建议：\n一、延长开放时间。\n二、在步道边增设路灯。"
)


@pytest.fixture(scope="module")
def client(sample_index: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Searcher(sample_index))) as client:
        yield client


def test_what_no_point_has_is_listed_and_made_one(client: TestClient) -> None:
    page = client.post("/match", data={"text": LOST}).text
    assert "还有 1 句没有用到" in page
    where = re.search(r'<li>最好在西门也开一个出口。 <button class="take" form="draft" name="take" value="(.+?)"', page)
    assert where is not None
    points = {"point": ["延长开放时间。", "在步道边增设路灯。"], "context": ["", ""], "source": LOST}
    page = client.post("/match", data={**points, "take": where[1]}).text
    asked = re.findall(r'<textarea id="point-text-\d+"[^>]*>\n(.*?)</textarea>', page)
    assert asked == ["最好在西门也开一个出口。", "延长开放时间。", "在步道边增设路灯。"]
    assert "没有用到" not in page
    assert page.count('<mark class="ask"') == 3


@pytest.mark.parametrize("where", ["", "7", "99999-100000", "3-3"])
def test_only_a_stretch_of_the_text_is_made_a_point(client: TestClient, where: str) -> None:
    page = client.post("/match", data={"point": ["修路"], "source": LOST, "take": where or "x"})
    assert page.status_code == 400
    assert "原文里没有这一句" in page.text


@NEEDS_BROWSER
@pytest.mark.parametrize("scripts", [True, False])
def test_a_sentence_is_made_a_point_with_one_click(new_page: NewPage, scripts: bool) -> None:
    page = new_page(java_script_enabled=scripts)
    look(page, LOST)
    page.get_by_role("button", name="公园去年接待市民").click()
    expect(page.locator("section.asked")).to_have_count(3)
    expect(page.locator("#point-1 h2")).to_contain_text("公园去年接待市民九十万人次。")
    page.get_by_role("button", name="设为诉求", exact=True).click()
    expect(page.locator("section.asked")).to_have_count(4)
    expect(page.locator(".source .take")).to_have_count(0)
