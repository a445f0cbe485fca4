"""Documents of which each part of the page of one document has something to show; and where those pages are."""

import json
from pathlib import Path
from urllib.parse import quote

from tests.conftest import write_letters
from tests.letters import SAMPLE, addresses_in, letter

CANTEENS = "松澜市民政局:松民函〔2023〕51号"  # in the sample archive
ANCHORS = [a.rpartition("#")[2] for a in addresses_in(SAMPLE / "市民政局" / "松民函〔2023〕51号.txt")]
"""Of its passages."""
ANSWERED = "松澜市民政局:松民函〔2024〕8号"
ANSWERING = "松澜市民政局:松民函〔2025〕9号"


def address(doc_id: str) -> str:
    return f"/documents/{quote(doc_id, safe='')}"


def write_linked_letters(folder: Path) -> None:
    """The three of `write_letters`; a letter that cites; two rows of a table under one title; a web page that acts."""
    write_letters(folder)
    cited = letter(
        heading="松澜市民政局关于市政协十届二次会议第20240008号提案的答复\n松民函〔2024〕8号",
        opening="您提出的《关于家庭养老床位的提案》（第20240008号）收悉。现答复如下：",
        closing="松澜市民政局\n2024年6月18日",
    )
    (folder / "床位.html").write_text(
        "<title>答复</title><script>document.title='ran'</script>" + "".join(f"<p>{p}</p>" for p in cited.split("\n")),
        encoding="utf-8",
    )
    citing = letter(
        heading="松澜市民政局关于市政协十届二次会议第20250009号提案的答复\n松民函〔2025〕9号",
        opening="您提出的《关于助餐送餐的提案》（第20250009号）收悉。现答复如下：",
        body="一、基本情况\n送餐到户每单补贴两元，去年共送九万单。联系电话：86601234。\n"
        "我局已在《家庭养老床位答复》（松民函〔2024〕8号）和《关于加装电梯的提案》中说明，"
        "另见《关于同名事项的建议》和《老年人权益保障法》。\n二、下一步工作\n我局将在年底前把送餐的街道增加到三十个。",
        closing="松澜市民政局\n2025年6月18日",
    )
    (folder / "送餐.txt").write_text(citing, encoding="utf-8")
    rows = [
        {
            "id": f"行{i}",
            "title": "关于同名事项的建议",
            "agency": "松澜市教育局",
            "text": f"第{i}所学校的学位已经增加。",
        }
        for i in (1, 2)
    ]
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (folder / "留言.jsonl").write_text(lines, encoding="utf-8")
