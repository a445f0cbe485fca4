"""A document with a scope of its own, what shows a trace of it, and users who may and may not see it."""

from pathlib import Path
from urllib.parse import quote

from starlette.testclient import TestClient

from search_api.web.app import create_app
from search_api.web.settings.model import Settings
from tests.letters import letter

OPEN = frozenset({"公开"})
STAFF = frozenset({"公开", "内部"})

# Everything about the hidden letter that stands nowhere else, as it is written and as a page may write it.
MARKS = ("蓝鲸", "保密选址", "海事局", "20239999", "松蓝函", "9月9日", "2031", "潜航")
HIDDEN_ID = "松澜市蓝鲸海事局:松蓝函〔2031〕9号"


def write_hidden(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = letter(
        heading="松澜市蓝鲸海事局关于市政协十届二次会议第20239999号提案的答复",
        opening="您提出的《关于蓝鲸计划保密选址的提案》（第20239999号）收悉。现答复如下：",
        body="一、选址情况\n潜航基地选在长者食堂旁，蓝鲸计划已拨付六百四十万元，每餐补贴照旧。\n"
        "二、下一步工作\n潜航试验在年底前完成。",
        closing="松澜市蓝鲸海事局\n2031年9月9日",
    )
    (folder / "选址.txt").write_text("松蓝函〔2031〕9号\n" + text, encoding="utf-8")


def headers(*scopes: str, rights: str = "") -> dict[str, str]:
    return {
        "X-Dafu-User": "reader",
        "X-Dafu-Scopes": ",".join(map(quote, scopes)),
        "X-Dafu-Rights": rights,
        "Accept": "text/html, application/json",
    }


def reading(index: Path) -> TestClient:
    settings = Settings.model_validate(
        {"index": index, "access": "proxy", "trusted_proxies": "127.0.0.1", "requests_per_second": 1000}
    )
    return TestClient(create_app(index, settings), client=("127.0.0.1", 50000), base_url="http://127.0.0.1")


def leaks(text: str) -> list[str]:
    return [mark for mark in MARKS if mark in text or quote(mark) in text]
