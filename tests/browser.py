"""A real browser against a real server over the sample archive: fixtures of every test of pages."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from search_api.web.app import create_app
from tests.served import running

CHROMIUM = Path("/usr/bin/chromium")

NEEDS_BROWSER = pytest.mark.skipif(not CHROMIUM.is_file(), reason=f"没有浏览器 {CHROMIUM}（Debian 的 chromium 包）")

NewPage = Callable[..., Page]


@contextmanager
def serving(index: Path) -> Iterator[str]:
    """The address of a server that runs meanwhile."""
    with running(create_app(index)) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def site(sample_index: Path) -> Iterator[str]:
    """The address of a running server."""
    with serving(sample_index) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.is_file():
        pytest.skip(f"没有浏览器 {CHROMIUM}（Debian 的 chromium 包）")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def new_page(browser: Browser, site: str) -> Iterator[NewPage]:
    """Opens pages; at the end none has asked another host for anything, broken its policy or thrown an error."""
    contexts: list[BrowserContext] = []
    hosts: set[str] = set()
    complaints: list[str] = []

    def opened(**options: object) -> Page:
        context = browser.new_context(base_url=site, locale="zh-CN", **options)  # type: ignore[arg-type]  # Playwright's own
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert hosts == {urlsplit(site).netloc}
    assert [c for c in complaints if "status of 40" not in c] == []


@pytest.fixture
def page(new_page: NewPage) -> Page:
    return new_page()
