"""Every page for everyone: what axe-core finds, light and dark, wide and narrow; as wide as the screen; by Tab alone.

Axe-core comes inside axe-playwright-python. Its script is run from here, past the pages' policy, and asks no host.
"""

import re
from collections.abc import Callable, Mapping
from html import unescape
from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect
from starlette.testclient import TestClient

from search_api.web.app import create_app
from tests.browser import NEEDS_BROWSER, NewPage
from tests.conftest import make_index, write_letters
from tests.screenshots import PAGES, WIDTHS

pytestmark = NEEDS_BROWSER

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
NARROWEST = 320  # pixels: a page of 1280 read at four times its size (WCAG 1.4.10)


# What stands on a page only after something was done


def message(page: Page) -> None:
    page.goto("/?kind=message")
    page.locator(".hits h2 a").first.click()
    page.wait_for_url("**/documents/**")
    expect(page.locator(".question")).to_contain_text("来信原文")


def passage(page: Page) -> None:
    page.goto("/?q=加装电梯")
    page.locator(".hits h2 a").first.click()
    page.wait_for_url("**/documents/**")
    expect(page.locator("[aria-current=location]")).to_be_visible()


def suggestions(page: Page) -> None:
    page.goto("/")
    page.get_by_label("查询").press_sequentially("yanglao")
    page.get_by_role("listbox").wait_for()
    page.keyboard.press("ArrowDown")


def keys(page: Page) -> None:
    page.goto("/?q=养老")
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()


def judged(page: Page) -> None:
    page.goto("/?q=适老化改造 单位:民政局")
    page.get_by_role("button", name="有用").first.click()
    page.get_by_text("已记下").first.wait_for()


def refused(page: Page) -> None:
    page.goto("/match")
    page.get_by_role("button", name="逐条查找").click()
    page.get_by_role("alert").wait_for()


def too_many_points(page: Page) -> None:
    page.goto("/match")
    page.get_by_label("提案全文").fill("建议：\n" + "\n".join(f"{n}、修第{n}条路。" for n in range(1, 62)))
    page.get_by_role("button", name="逐条查找").click()
    page.locator("form.draft").wait_for()


def sent_basket(page: Page) -> None:
    passages = [quote(f"松澜市民政局:松民函〔2025〕58号#{number}") for number in (2, 3)]
    page.goto(f"/basket?title=关于助餐的提案&ask=1:送餐&ask=2:食堂&p=1:1:{passages[0]}&p=1:2:{passages[1]}&p=1:2:x%231")
    page.get_by_role("button", name="存为我的材料篮").wait_for()


def embed(page: Page) -> None:
    page.goto("/embed")


def embedded(page: Page) -> None:
    page.goto("/embed")
    page.get_by_role("combobox").fill("加装电梯")
    page.keyboard.press("Enter")
    page.locator("dafu-search ol > li").first.wait_for()


EVERYWHERE: Mapping[str, Callable[[Page], None]] = {
    **PAGES,
    **{
        show.__name__: show
        for show in (
            message,
            passage,
            suggestions,
            keys,
            judged,
            refused,
            too_many_points,
            sent_basket,
            embed,
            embedded,
        )
    },
}


def assert_for_everyone(page: Page) -> None:
    """In every scheme and at every width, with all that folds unfolded."""
    page.evaluate("document.querySelectorAll('details').forEach((folded) => (folded.open = true))")
    page.evaluate(AXE)
    for scheme, width in product(SCHEMES, WIDTHS.values()):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        assert violations(page) == [], f"{scheme}, {width} px"
    for width in (NARROWEST, *WIDTHS.values()):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def violations(page: Page) -> list[str]:
    """The rule, the element, and what should be otherwise."""
    found = page.evaluate(
        "async (tags) => (await axe.run({ runOnly: tags, resultTypes: ['violations'] })).violations", RULES
    )
    return [f"{rule['id']}: {node['target']}: {node['failureSummary']}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize("name", EVERYWHERE)
def test_axe_finds_nothing(page: Page, name: str) -> None:
    EVERYWHERE[name](page)
    assert_for_everyone(page)


def test_axe_finds_nothing_in_an_older_version(page: Page, tmp_path: Path) -> None:
    write_letters(tmp_path / "letters")
    make_index(tmp_path / "letters", tmp_path / "index")
    file = tmp_path / "letters" / "长者食堂.txt"
    file.write_text(file.read_text(encoding="utf-8").replace("六十八家", "七十家"), encoding="utf-8")
    make_index(tmp_path / "letters", tmp_path / "index")
    with TestClient(create_app(tmp_path / "index")) as client:
        hit = client.get("/api/v1/search", params={"q": "长者食堂"}).json()["hits"][0]
        versions = re.findall(r'href="([^"]+version=[^"]+)"', client.get(f"/documents/{hit['doc_id']}").text)
        older = client.get(unescape(versions[0])).text
    page.route("**/older", lambda route: route.fulfill(body=older, content_type="text/html; charset=utf-8"))
    page.goto("/older")
    expect(page.locator(".outdated ins mark")).to_have_text("七")
    assert_for_everyone(page)


# By keyboard

STOP = """() => {
    const stop = document.activeElement, box = stop.getBoundingClientRect();
    const there = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    const isSeen = there && (stop.contains(there) || there.contains(stop));
    const isInPart = !stop.matches(":focus"); // of a date field, which the browser itself marks
    const isMarked = isInPart || getComputedStyle(stop).outlineStyle !== "none";
    return [stop === document.body, isSeen && isMarked, stop.outerHTML.slice(0, 120)];
}"""


def to_the_top(page: Page) -> None:
    """The next Tab is the first."""
    page.evaluate("document.body.tabIndex = -1; document.body.focus()")


@pytest.mark.parametrize(
    "name", ["home", "results", "document", "match", "matched", "basket", "commitments", "conflicts", "status", "docs"]
)
def test_every_stop_of_tab_is_in_sight_and_marked(new_page: NewPage, name: str) -> None:
    page = new_page(viewport={"width": 1000, "height": 700})  # the matrix of letters has to scroll
    PAGES[name](page)
    to_the_top(page)
    unseen, stops = [], 0
    while stops < 1000:
        page.keyboard.press("Tab")
        is_through, is_seen, element = page.evaluate(STOP)
        if is_through:
            break
        stops += 1
        unseen += [] if is_seen else [element]
    assert unseen == []
    assert 5 < stops < 1000


@pytest.mark.parametrize("name", ["home", "results", "matched"])
def test_the_first_stop_skips_to_the_text(page: Page, name: str) -> None:
    PAGES[name](page)
    to_the_top(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    expect(page.get_by_role("link", name="跳到正文")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
