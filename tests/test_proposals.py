"""Pasted proposals are split: whole ones labelled by hand, short ones for each rule, and properties of any text.

The files in `data/proposals` are pastes with labels between ‹ and ›; each says what the text behind it is, to the next:
‹T› title, ‹N› number, ‹P› preamble, ‹A› a new point's text, ‹a› more of it, ‹C› its context, ‹B› a new point's context
that stands before its text, ‹-› left out. They were written before the splitter saw them: 01 to 22 before there was
one, 31 to 48 and 51 to 65 as two more blind sets. Of these 22, 18 and 12 it took 13, 10 and 8 apart without a
character out of place at the first try.
"""

import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.proposals import Proposal, split_proposal
from corpus.proposals.folding import fold
from corpus.proposals.pieces import pieces_of
from tests.codebase import ROOT
from tests.proposal_cases import CHINESE

PROPOSALS = ROOT / "tests" / "data" / "proposals"
_LABEL = re.compile("‹([-TNPAaCB])›")


class Labelled(NamedTuple):
    """A proposal as people label it; text without white space, since joining lines is another test's affair."""

    title: str
    number: str
    preamble: str
    points: list[tuple[str, str]]


def solid(text: str) -> str:
    """The text without white space and Markdown marks."""
    return re.sub(r"\s|\*\*|^[>#]+|(?<=[。\n])#+", "", text)


def paste(name: str) -> str:
    return _LABEL.sub("", (PROPOSALS / name).read_text(encoding="utf-8"))


def labelled(name: str) -> Labelled:
    parts = _LABEL.split((PROPOSALS / name).read_text(encoding="utf-8"))
    whole = {"T": "", "N": "", "P": ""}
    points: list[list[str]] = []
    for label, text in zip(parts[1::2], parts[2::2], strict=True):
        if label in whole:
            whole[label] += text
        elif label in "AB":
            points.append([text, ""] if label == "A" else ["", text])
        elif label in "aC":
            points[-1]["aC".index(label)] += text
    pairs = [(solid(text), solid(context)) for text, context in points]
    return Labelled(solid(whole["T"]), solid(whole["N"]), solid(whole["P"]), pairs)


def read_off(proposal: Proposal) -> Labelled:
    points = [(solid(point.text), solid(point.context)) for point in proposal.points]
    return Labelled(solid(proposal.title or ""), proposal.number or "", solid(proposal.preamble), points)


NAMES = sorted(path.name for path in PROPOSALS.glob("*.txt"))


@pytest.mark.parametrize("name", NAMES)
def test_whole_proposal(name: str) -> None:
    assert read_off(split_proposal(paste(name))) == labelled(name)


def test_there_are_as_many_proposals_as_the_docstring_says() -> None:
    assert [sum(name[0] in first for name in NAMES) for first in ("012", "34", "56")] == [22, 18, 12]


# The same proposals in another dress. What a dress hides from any reader is left out, with the reason.


def wrapped(text: str) -> str:
    """The text broken at 32 cells, each paragraph indented by two cells, as copied from a PDF."""
    lines = []
    for paragraph in text.split("\n"):
        line, width = "    ", 2.0
        for char in paragraph.strip():
            cell = 1 if unicodedata.east_asian_width(char) in "WFA" else 0.5
            if width + cell > 32 and char not in "，。；、：！？”）":
                lines.append(line)
                line, width = "", 0.0
            line, width = line + char, width + cell
        lines.append(line)
    return "\n".join(lines)


HALF_WIDTH = str.maketrans("，：；（）！？", ",:;()!?")
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
DRESSES: dict[str, tuple[Callable[[str], str], str]] = {
    "Windows line ends": (lambda text: text.replace("\n", "\r\n"), ""),
    "half-width punctuation": (lambda text: text.translate(HALF_WIDTH), ""),
    # 48: full-width digits make the lines of a wrapped paste differ in width.
    "full-width digits": (lambda text: text.translate(FULL_WIDTH), "48"),
    "double spacing": (lambda text: re.sub(r"\n+", "\n\n", text), ""),
    # 48: a centred running head is no wider than the text then.
    "all indented": (lambda text: "\n".join(f"　　{line}  " for line in text.split("\n")), "48"),
    # 02 22 35 48 are wrapped already. 03 44 54: the title's last line has text behind it, or breaks in mid-word. 07:
    # Markdown is not indented. 14 36 65: a full line ends with a full stop. 45: the salutation makes the only full line
    # narrow.
    "hard-wrapped": (wrapped, "02 22 35 48 03 44 54 07 14 36 65 45"),
    # 02 22 35 48 wrapped, 06 07 33 36 40 52 60 61: only the line end tells heading from explanation, or one ask from
    # the next. 34 42 43 54 63: title and names, or title and text, run into each other. 38: a heading without a stop
    # has no end.
    "one line": (
        lambda text: re.sub(r"\s*\n\s*", "", text),
        "02 22 35 48 06 07 33 36 40 52 60 61 34 42 43 54 63 38",
    ),
    "one line with spaces": (
        lambda text: re.sub(r"\s*\n\s*", " ", text),
        "02 22 35 48 06 07 33 36 40 60 61 34 42 43 54 63",
    ),
}


@pytest.mark.parametrize(
    ("dress", "name"),
    [(dress, name) for dress, (_, hidden) in DRESSES.items() for name in NAMES if name[:2] not in hidden.split()],
)
def test_another_dress(dress: str, name: str) -> None:
    change, _ = DRESSES[dress]
    found, expected = read_off(split_proposal(change(paste(name)))), labelled(name)
    plain = [tuple(fold(unicodedata.normalize("NFKC", part)) for part in point) for point in found.points]
    assert plain == [tuple(fold(unicodedata.normalize("NFKC", part)) for part in point) for point in expected.points]
    assert fold(found.title) == fold(expected.title)
    assert found.number == expected.number


# Properties of any text.

WORDS = (
    "建议：|为此，建议：|存在以下问题：|一、|二、|三、|（一）|（二）|1.|2、|①|②|一是|二是|首先，|其次，|修好路灯|路灯不亮|2.5公里"
    "|第三十一条|现状|请问|？|能否|。|；|，|《|》|“|”|（|）|提案人：沈牧云|关于修好路灯的提案|第12号|以上建议，请予研究|此致|敬礼"
    "|案由：|附件：|城管局|對策|問題|A|2023年|-|谢谢"
)
PASTES = st.lists(st.sampled_from([*WORDS.split("|"), "\n", "\n\n", " ", "　"]), max_size=40).map("".join)


@settings(deadline=None, max_examples=300)
@given(PASTES)
def test_every_word_stands_once_and_in_order(text: str) -> None:
    assert solid("".join(piece.text for piece in pieces_of(text))) == solid(text)


@settings(deadline=None, max_examples=300)
@given(st.one_of(PASTES, st.text(max_size=200)))
def test_a_proposal_is_its_pieces(text: str) -> None:
    proposal, pieces = split_proposal(text), pieces_of(text)
    if any(char.isalnum() for char in text):
        assert proposal.points
    assert [point.number for point in proposal.points] == list(range(1, len(proposal.points) + 1))
    assert all(point.text.strip() == point.text != "" for point in proposal.points)
    kept = [proposal.preamble, *(part for point in proposal.points for part in (point.text, point.context))]
    pieced = [piece.text for piece in pieces if piece.role in ("preamble", "ask", "context")]
    assert sorted("".join("".join(kept).split())) == sorted("".join("".join(pieced).split()))


SENTENCE = st.text(alphabet="路灯河道操场座椅步道居民老人学生夜里白天", min_size=6, max_size=30)
STYLES = [
    [f"{n}、" for n in CHINESE],
    [f"（{n}）" for n in CHINESE],
    [f"{i}. " for i in range(1, 13)],
    [f"{i}、" for i in range(1, 13)],
    [f"（{i}）" for i in range(1, 13)],
    [f"{n}是" for n in CHINESE],
    [f"第{n}，" for n in CHINESE],
    list("①②③④⑤⑥⑦⑧⑨⑩⑪⑫"),
]


@settings(deadline=None)
@given(
    st.sampled_from(STYLES),
    st.lists(st.tuples(SENTENCE, st.one_of(st.just(""), SENTENCE)), min_size=2, max_size=12),
    st.sampled_from(["\n", ""]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_what_was_put_together_comes_apart(
    marks: list[str], asks: list[tuple[str, str]], between: str, line_end: str
) -> None:
    """Any sentences under any numbering, with an ask a line or all asks in one."""
    items = [f"加强{ask}。" + (f"{why}。" if why else "") for ask, why in asks]
    numbered = between.join(mark + item for mark, item in zip(marks, items, strict=False))
    text = (
        f"关于修好路灯的提案（第12号）\n近年来，{asks[0][0]}。\n为此，建议：{between}{numbered}\n以上建议，请予研究。"
    )
    proposal = split_proposal(text.replace("\n", line_end))
    assert (proposal.title, proposal.number) == ("关于修好路灯的提案", "12")
    assert proposal.preamble == f"近年来，{asks[0][0]}。\n为此，建议："
    expected = [(f"加强{ask}。", f"{why}。" if why else "") for ask, why in asks]
    assert [(point.text, point.context) for point in proposal.points] == expected


def test_a_proposal_of_fifty_thousand_characters() -> None:
    why = "去年以来居民多次来信来电反映，夜里看不见路，老人和学生出行不便，至今没有得到解决。" * 11
    asks = [f"修好第{i}片区的路灯。" for i in range(1, 100)]
    items = "\n".join(f"{i}、{ask}{why}" for i, ask in enumerate(asks, 1))
    text = f"关于修好路灯的提案\n{why}\n建议：\n{items}\n以上建议，请予研究。"
    assert len(text) > 45_000
    proposal = split_proposal(text)
    assert [(point.text, point.context) for point in proposal.points] == [(ask, why) for ask in asks]
