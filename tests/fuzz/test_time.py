"""Texts on which time once grew with the square of their length or worse; now no more than with the length.

Each is as long as its reader takes. What is right takes a second or less of computing, what was wrong minutes to days:
`at_most` stops it.
"""

import pytest

from corpus.parser import parse
from corpus.passages import split
from corpus.privacy import mask
from corpus.proposals import split_proposal
from corpus.readers import read_bytes
from tests.fuzz.budget import LONGEST, at_most
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
FILES = {
    "tag.html": "<p>食堂<" + "a" * LETTER,
    "comments.txt": run("<!----> ", 4000) + "食堂",
    "title.html": "<title>" + "&nbsp;" * LETTER + "x</title><p>全市现有长者食堂六十八家。",
    "item.md": "- 1" + "\t" * LETTER + "x",
    "quotes.csv": "编号,答复内容\n" + 'b","\n' * 20_000 + 'a"b","\n',
    "brackets.csv": "答复内容\n" + run("（", LETTER),
}


@pytest.mark.parametrize("text", LETTERS.values(), ids=LETTERS)
def test_letters(text: str) -> None:
    with at_most(LONGEST):
        document = parse(raw(text))
        assert split(document)
        assert len(mask(document.text)) == len(document.text)


@pytest.mark.parametrize("text", PROPOSALS.values(), ids=PROPOSALS)
def test_proposals(text: str) -> None:
    with at_most(LONGEST):
        assert split_proposal(text).points


@pytest.mark.parametrize(("name", "text"), FILES.items(), ids=FILES)
def test_files(name: str, text: str) -> None:
    with at_most(LONGEST):
        assert list(read_bytes(text.encode(), name, name))
