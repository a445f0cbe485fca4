"""Ticks, fills and reads the basket of a browser."""

import json

from playwright.sync_api import Dialog, Locator, Page

from tests.letters import SAMPLE, addresses_in

KEY = "dafu-basket:/"
LETTER = "/documents/松澜市民政局:松民函〔2025〕58号"
_PASSAGES = addresses_in(SAMPLE / "市民政局" / "2025年市人大DH0214号建议复函（社区助餐）.docx")
CHOSEN = _PASSAGES[1:4]


def tick(page: Page, *numbers: int) -> None:
    for number in numbers:
        box(page, number).check()


def box(page: Page, number: int) -> Locator:
    """Of a passage on the page of its letter."""
    return page.locator(f'.pick input[data-passage="{_PASSAGES[number - 1]}"]')


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
