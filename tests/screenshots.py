"""`make screenshots`: a picture of every page at desk and phone width, light and dark, to be looked at.

Run as `python -m tests.screenshots INDEX FOLDER`; the index is that of the sample archive.
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Page, sync_playwright

from tests.browser import CHROMIUM, serving

WIDTHS = {"desk": 1280, "phone": 390}

PROPOSAL = """关于破解老旧小区停车难、上下楼难的提案
提案号：20260088
案由：我市建成二十年以上的住宅小区占全市三分之一，晚上找不到车位、老人下不了楼，是居民反映最多的两件事。为此，建议：
一、推动机关和国有企业夜间开放停车位。小区周边单位的车位晚上空着，居民的车却停在路中间。
二、提高加装电梯的财政补贴，并允许子女用住房公积金为父母出资。
三、在老旧小区设置长者食堂，给失能老人送餐上门。
四、明确没有物业的小区由谁负责垃圾分类。
五、在海边建设一座低轨卫星发射场。
以上建议，请予研究办理。"""

_TALLEST = 1800  # pixels of a picture: more is too small to look at
_FIRST_LETTER = ".hits h2 a"


def _go(address: str) -> Callable[[Page], None]:
    def show(page: Page) -> None:
        page.goto(address)

    return show


def _height(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollHeight"))


def _document(page: Page) -> None:
    page.goto("/?q=" + quote("加装电梯 财政补贴"))
    page.locator(_FIRST_LETTER).first.click()
    page.wait_for_url("**/documents/**")


def _matched(page: Page) -> None:
    page.goto("/match")
    page.locator("textarea").first.fill(PROPOSAL)
    page.get_by_role("button", name="逐条查找").click()
    page.locator("#matrix").wait_for()


def _basket(page: Page) -> None:
    _matched(page)
    for box in page.locator("input[data-passage]").all()[:4]:
        box.check()
    page.goto("/basket")
    page.locator("blockquote, .passage").first.wait_for()


PAGES: Mapping[str, Callable[[Page], None]] = {
    "home": _go("/"),
    "results": _go("/?q=" + quote("加装电梯 财政补贴")),
    "filtered": _go("/?kind=cppcc"),
    "nothing-close": _go("/?q=" + quote("火箭发射场 选址")),
    "nothing": _go("/?q=" + quote('"海底隧道"')),
    "wrong-query": _go("/?q=" + quote('"长者')),
    "document": _document,
    "topic": _go("/topic?q=" + quote("停车泊位")),
    "no-topic": _go("/topic?q=" + quote("火箭发射场")),
    "match": _go("/match"),
    "matched": _matched,
    "basket": _basket,
    "empty-basket": _go("/basket"),
    "commitments": _go("/commitments"),
    "conflicts": _go("/conflicts"),
    "status": _go("/status"),
    "docs": _go("/docs"),
    "not-found": _go("/nowhere"),
}


def main(index: Path, folder: Path) -> None:
    """Write one PNG for each page, width and colour scheme."""
    folder.mkdir(parents=True, exist_ok=True)
    with serving(index) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for scheme in ("light", "dark"):
            for device, width in WIDTHS.items():
                for name, show in PAGES.items():
                    context = browser.new_context(
                        base_url=address,
                        locale="zh-CN",
                        color_scheme="dark" if scheme == "dark" else "light",
                        viewport={"width": width, "height": 900},
                    )
                    page = context.new_page()
                    show(page)
                    page.screenshot(
                        path=folder / f"{name}-{device}-{scheme}.png",
                        full_page=True,
                        clip={"x": 0, "y": 0, "width": width, "height": min(_TALLEST, _height(page))},
                    )
                    context.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
