"""A small archive with a document whose every text is markup; and where its pages are."""

import json
from pathlib import Path
from urllib.parse import quote

from tests.conftest import write_letters
from tests.letters import letter

HOSTILE = "<script>alert(1)</script>"
FAR = "机关食堂招标"
HOSTILE_ID = "局:〔2025〕/1_号#?100%<b>"


def quoted(doc_id: str) -> str:
    return quote(doc_id, safe="")


def write_web_letters(folder: Path) -> None:
    """The three of `write_letters`, an opinion, a message, and a letter that wants to be markup."""
    write_letters(folder)
    (folder / "会办意见.txt").write_text(
        letter(
            heading="松澜市财政局关于市人大十四届四次会议第0508号建议的会办意见",
            salutation="市民政局：",
            opening="贵局转来的《关于提高老年人助餐补贴的建议》（第0508号）收悉。现提出会办意见如下：",
            body="一、资金保障\n（一）关于补贴标准。助餐补贴由市、区两级财政按比例分担，纳入年度预算。",
            closing="松澜市财政局\n2024年5月9日\n（联系人：王大伟，电话：0755-86605678）",
        ),
        encoding="utf-8",
    )
    (folder / "恶意.jsonl").write_text(
        json.dumps(
            {
                "id": HOSTILE_ID,
                "title": f"关于夜间照明的{HOSTILE}建议",
                "agency": '城管局"><img src=x>',
                "replied_on": "2025-03-01",
                "question": f"路灯什么时候修？{HOSTILE}",
                "text": f"您反映的夜间照明问题，答复如下。\n一、办理情况{HOSTILE}\n"
                f"夜间照明路灯已经修复，{HOSTILE}共四十盏。",
            },
            ensure_ascii=False,
        )
        + "\n",
        encoding="utf-8",
    )
