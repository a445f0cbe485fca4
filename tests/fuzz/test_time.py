"""Texts on which time once grew with the square of their length or worse; now no more than with the length.

Each is as long as its reader takes. What is right takes a second or less of computing, what was wrong minutes to days:
`at_most` stops it.
"""

from collections.abc import Callable

import pytest

from corpus.parser import parse
from corpus.passages import split
from corpus.privacy import mask
from corpus.proposals import split_proposal
from corpus.readers import read_bytes
from tests.fuzz.budget import LONGEST, StandstillError, at_most
from tests.letters import raw

LETTER = 250_000
"""Characters; a longer letter is refused."""
PASTE = 50_000
"""Characters; a longer paste is refused."""
OPENING = "陈岚委员：\n全市现有长者食堂六十八家。\n"


def run(unit: str, length: int) -> str:
    return unit * (length // len(unit))


LETTERS = {
    "headings that never end": run("关于《提案》", LETTER),
    "brackets at a heading's end": "关于食堂的答复" + run("]〔[", 120),
    "a label in front of itself": OPENING + "来信人：" + run("我叫", LETTER),
    "a name that no address ends": OPENING + run("a_", LETTER),
    "a gap before no date": OPENING + "松澜市民政局" + " " * LETTER + "。\n松澜市民政局\n2023年6月18日",
    "a gap behind a class": OPENING + "感谢您。\n办理结果" + "　" * LETTER + "无\n松澜市民政局\n2023年6月18日",
    "a gap behind a label": "联系" + "\t" * LETTER + "人\n" + OPENING,
    "citations": OPENING + run("《甲》（乙）", LETTER),
    "a title of brackets": "您提出的《" + run("（第1", LETTER // 2) + "》收悉。现答复如下：" + OPENING,
    "a sentence of lines": OPENING + "“" + run("全市现有长者食堂六十八家日均就餐九千人次全部街道。\n", LETTER),
    "numbering": run("一、", LETTER),
}
PROPOSALS = {
    "labels without values": run("内容：", PASTE),
    "labels of numbers": "编号：" + run(" 第 ", PASTE),
    "a gap": "编号：" + " " * PASTE + "x",
    "an indent": " " * PASTE + "建议",
    "asks without an end": run("建议，", PASTE),
    "brackets": run("（一）（", PASTE),
    "lines of titles": run("关于\n", PASTE),
}
MASKED = {
    "labels of contacts": run("联系人:1", PASTE),
    "labels side by side": run("联系人李", PASTE),
    "names side by side": run("业主李明、李", PASTE),
    "names that are all different": "".join(
        f"业主李{chr(0x4E00 + n % 5000)}{chr(0x5000 + n // 5000)}\n" for n in range(10_000)
    ),
    "telephone numbers that do not end": run("1 3 8 ", PASTE),
    "digits in words": run("一三八", PASTE),
    "labels of numbers": run("电话86", PASTE),
    "doors": run("住3栋", PASTE),
    "addresses": run("地址:", PASTE),
    "papers": run("户号(2", PASTE),
    "spaced out": run("联 系 ", PASTE),
    "nothing to see": run("\u200b", PASTE),
}
FILES = {
    "tag.html": "<p>食堂<" + "a" * LETTER,
    "comments.txt": run("<!----> ", 4000) + "食堂",
    "title.html": "<title>" + "&nbsp;" * LETTER + "x</title><p>全市现有长者食堂六十八家。",
    "item.md": "- 1" + "\t" * LETTER + "x",
    "quotes.csv": "编号,答复内容\n" + 'b","\n' * 20_000 + 'a"b","\n',
    "brackets.csv": "答复内容\n" + run("（", LETTER),
}


def standstills(texts: dict[str, str], read: Callable[[str, str], object]) -> list[str]:
    """The names of the texts that were still being read after LONGEST seconds, or of which nothing was read."""
    found = []
    for name, text in texts.items():
        try:
            with at_most(LONGEST):
                if not read(name, text):
                    found.append(f"{name}: nothing was read")
        except StandstillError as error:
            found.append(f"{name}: {error}")
    return found


def test_letters() -> None:
    def read(name: str, text: str) -> bool:
        document = parse(raw(text))
        return bool(split(document)) and len(mask(document.text)) == len(document.text)

    assert standstills(LETTERS, read) == []


def test_proposals() -> None:
    assert standstills(PROPOSALS, lambda name, text: split_proposal(text).points) == []


def test_masks() -> None:
    assert standstills(MASKED, lambda name, text: len(mask(text)) == len(text)) == []


def test_files() -> None:
    assert standstills(FILES, lambda name, text: list(read_bytes(text.encode(), name, name))) == []


def test_a_standstill_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzz.test_time.LONGEST", 0.05)

    def forever(name: str, text: str) -> bool:
        while name == "slow":
            pass
        return name != "nothing"

    named = standstills({"quick": "", "slow": "", "nothing": ""}, forever)
    assert [line.split(":")[0] for line in named] == ["slow", "nothing"]
