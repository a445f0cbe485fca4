"""An officer logs in and out in a browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from search_api.web.access.users import LOCAL, NOBODY, RIGHTS
from tests.access.requests import app_of
from tests.browser import NEEDS_BROWSER
from tests.served import running


@NEEDS_BROWSER
@pytest.mark.parametrize("javascript", [True, False])
def test_an_officer_logs_in_and_out(
    browser: Browser, sample_index: Path, tmp_path: Path, secret: str, javascript: bool
) -> None:
    with running(app_of(sample_index, access="tokens", tokens=tmp_path / "users.sqlite")) as port:
        site = f"http://127.0.0.1:{port}"
        with browser.new_context(base_url=site, java_script_enabled=javascript) as context:
            page = context.new_page()
            page.goto("/status")
            expect(page).to_have_url(f"{site}/login?next=%2Fstatus")
            page.get_by_label("访问令牌").fill("dafu_wrong")
            page.get_by_role("button", name="登录").click()
            expect(page.get_by_role("alert")).to_contain_text("令牌不对")
            page.get_by_label("访问令牌").fill(secret)
            page.get_by_label("访问令牌").press("Enter")
            expect(page).to_have_url(f"{site}/status")
            expect(page.get_by_role("banner")).to_contain_text("张三")
            page.goto("/match")
            page.locator("textarea").first.fill("关于加装电梯的提案\n为此建议：\n一、提高加装电梯的财政补贴。")
            page.get_by_role("button", name="逐条查找").click()
            expect(page.locator("#matrix")).to_be_visible()
            page.get_by_role("button", name="退出").click()
            expect(page).to_have_url(f"{site}/login")
            page.goto("/match")
            expect(page).to_have_url(f"{site}/login?next=%2Fmatch")


def test_nobody_sees_what_is_open_and_may_nothing() -> None:
    assert NOBODY.scopes == frozenset({"公开"})
    assert not any(NOBODY.may(right) for right in RIGHTS)
    assert all(LOCAL.may(right) for right in RIGHTS)
