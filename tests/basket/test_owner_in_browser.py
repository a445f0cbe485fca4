"""Several people use one browser: a basket is its user's, and goes when they log out."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from search_api.web.access.tokens import TokenStore
from search_api.web.app import create_app
from search_api.web.settings.model import Settings
from tests.basket.browser import CHOSEN, KEY, LETTER, basket, in_nav, kept, put, tick
from tests.browser import NEEDS_BROWSER
from tests.served import running

pytestmark = NEEDS_BROWSER


@pytest.fixture
def tokens(tmp_path: Path) -> dict[str, str]:
    store = TokenStore(tmp_path / "users.sqlite")
    return {name: store.add(name, None, frozenset(), None) for name in ("张三", "李四")}


@pytest.fixture
def page(browser: Browser, sample_index: Path, tmp_path: Path, tokens: dict[str, str]) -> Iterator[Page]:
    """Of a site whose users have tokens."""
    settings = Settings(access="tokens", tokens=tmp_path / "users.sqlite", audit="off")
    with (
        running(create_app(sample_index, settings)) as port,
        browser.new_context(base_url=f"http://127.0.0.1:{port}") as context,
    ):
        yield context.new_page()


def log_in(page: Page, token: str) -> None:
    page.goto("/login")
    page.get_by_label("访问令牌").fill(token)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("button", name="退出")).to_be_visible()


def stored(page: Page) -> str | None:
    found: str | None = page.evaluate("key => localStorage.getItem(key)", KEY)
    return found


def forgotten(page: Page) -> None:
    """Waits for a page to know its user."""
    page.wait_for_function("key => localStorage.getItem(key) === null", arg=KEY)


def test_logging_out_clears_it_in_every_tab(page: Page, tokens: dict[str, str]) -> None:
    log_in(page, tokens["张三"])
    page.goto(LETTER)
    tick(page, 2, 3)
    assert len(kept(page)) == 2
    other = page.context.new_page()
    other.goto("/basket")
    expect(other.locator(".point .source")).to_have_count(2)
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_label("访问令牌")).to_be_visible()
    forgotten(page)
    expect(in_nav(other)).to_have_text("材料篮")
    log_in(page, tokens["张三"])
    expect(in_nav(page)).to_have_text("材料篮")


def test_the_next_user_finds_nothing_of_one_who_did_not_log_out(page: Page, tokens: dict[str, str]) -> None:
    log_in(page, tokens["张三"])
    page.goto(LETTER)
    tick(page, 2)
    page.context.clear_cookies()  # the session ended by itself
    page.goto("/login")
    assert stored(page) is not None  # it may be the same user who comes back
    log_in(page, tokens["李四"])
    forgotten(page)
    expect(in_nav(page)).to_have_text("材料篮")
    page.goto("/basket")
    expect(page.get_by_role("heading", name="还没有选入段落")).to_be_visible()


def test_the_same_user_finds_it_again(page: Page, tokens: dict[str, str]) -> None:
    log_in(page, tokens["张三"])
    page.goto(LETTER)
    tick(page, 2)
    page.context.clear_cookies()
    log_in(page, tokens["张三"])
    expect(in_nav(page)).to_have_text("材料篮(1)")
    assert kept(page) == [(CHOSEN[0], None)]


def test_one_of_a_former_version_is_the_next_users(page: Page, tokens: dict[str, str]) -> None:
    log_in(page, tokens["张三"])
    put(page, basket((CHOSEN[0], 1)))
    page.goto("/")
    expect(in_nav(page)).to_have_text("材料篮(1)")
    page.context.clear_cookies()
    log_in(page, tokens["李四"])
    expect(in_nav(page)).to_have_text("材料篮")
    forgotten(page)
