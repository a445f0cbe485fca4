"""Pasted proposals are split: whole ones labelled by hand, short ones for each rule, and properties of any text.

The files in `data/proposals` are pastes with labels between ‹ and ›; each says what the text behind it is, to the next:
‹T› title, ‹N› number, ‹P› preamble, ‹A› a new point's text, ‹a› more of it, ‹C› its context, ‹B› a new point's context
that stands before its text, ‹-› left out. They were written before the splitter saw them: 01 to 22 before there was
one, 31 to 48 and 51 to 65 as two more blind sets. Of these 22, 18 and 12 it took 13, 10 and 8 apart without a
character out of place at the first try.
"""

import json
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.proposals import Proposal, split_proposal
from corpus.proposals.folding import fold
from corpus.proposals.pieces import pieces_of

ROOT = Path(__file__).resolve().parents[1]
PROPOSALS = ROOT / "tests" / "data" / "proposals"
CHINESE = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"]
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


def texts(text: str) -> list[str]:
    return [point.text for point in split_proposal(text).points]


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


# One rule at a time: the pasted text, and the texts of its points.

CASES: dict[str, tuple[str, list[str]]] = {
    "cn numerals": ("一、修好路灯。\n二、清理河道。\n三、开放操场。", ["修好路灯。", "清理河道。", "开放操场。"]),
    "cn brackets": ("（一）修好路灯\n（二）清理河道", ["修好路灯", "清理河道"]),
    "half-width brackets": ("(一)修好路灯\n(二)清理河道", ["修好路灯", "清理河道"]),
    "arabic dots": ("1. 修好路灯\n2. 清理河道", ["修好路灯", "清理河道"]),
    "full-width dots": ("１．修好路灯\n２．清理河道", ["修好路灯", "清理河道"]),
    "arabic enumeration comma": (
        "1、修好路灯；\n2、清理河道；\n3、开放操场。",
        ["修好路灯；", "清理河道；", "开放操场。"],
    ),
    "arabic brackets": ("（1）修好路灯\n（2）清理河道", ["修好路灯", "清理河道"]),
    "one bracket": ("1)修好路灯\n2)清理河道", ["修好路灯", "清理河道"]),
    "circled": ("①修好路灯；②清理河道；③开放操场。", ["修好路灯；", "清理河道；", "开放操场。"]),
    "white space in the mark": ("（ 一 ） 修好路灯\n（ 二 ） 清理河道", ["修好路灯", "清理河道"]),
    "tab after the mark": ("一、\t修好路灯\n二、\t清理河道", ["修好路灯", "清理河道"]),
    "markdown dots escaped": ("1\\. 修好路灯\n2\\. 清理河道", ["修好路灯", "清理河道"]),
    "markdown all ones": ("1. 修好路灯\n1. 清理河道\n1. 开放操场", ["修好路灯", "清理河道", "开放操场"]),
    "bullets": ("建议：\n• 修好路灯\n• 清理河道", ["修好路灯", "清理河道"]),
    "dashes": ("建议：\n- 修好路灯\n- 清理河道", ["修好路灯", "清理河道"]),
    "markdown headings": (
        "## 建议\n\n### 修好路灯\n\n今年坏了三十盏。\n\n### 清理河道\n\n河里都是水葫芦。",
        ["修好路灯", "清理河道"],
    ),
    "shi in one paragraph": (
        "为此，建议一是修好路灯，二是清理河道，三是开放操场。",
        ["修好路灯，", "清理河道，", "开放操场。"],
    ),
    "shi over lines": ("建议：\n一是修好路灯。\n二是清理河道。", ["修好路灯。", "清理河道。"]),
    "yao": ("我们认为：一要修好路灯；二要清理河道。", ["修好路灯；", "清理河道。"]),
    "di yi": ("第一，修好路灯。第二，清理河道。第三，开放操场。", ["修好路灯。", "清理河道。", "开放操场。"]),
    "qi yi": ("其一，修好路灯。其二，清理河道。", ["修好路灯。", "清理河道。"]),
    "shouxian": (
        "首先，修好路灯。其次，清理河道。最后，开放操场。",
        ["首先，修好路灯。", "其次，清理河道。", "最后，开放操场。"],
    ),
    "labelled asks": ("建议1：修好路灯。\n建议2：清理河道。", ["修好路灯。", "清理河道。"]),
    "ask before number": ("建议1、修好路灯。2、清理河道。", ["修好路灯。", "清理河道。"]),
    "announcement with a list behind it": (
        "路灯坏了，河道脏了。建议：1.修好路灯；2.清理河道。",
        ["修好路灯；", "清理河道。"],
    ),
    "announced without a colon": ("现提出以下建议。\n一、修好路灯。\n二、清理河道。", ["修好路灯。", "清理河道。"]),
    "several aspects": ("建议从以下几个方面着手：\n1、修好路灯\n2、清理河道", ["修好路灯", "清理河道"]),
    "specific asks": ("具体建议如下：\n1、修好路灯\n2、清理河道", ["修好路灯", "清理河道"]),
    "asks to an office": ("恳请市城管局：\n1、修好路灯\n2、清理河道", ["修好路灯", "清理河道"]),
    "nested": (
        "三、建议\n（一）修好路灯\n1.主干道一周内修好。\n2.背街小巷一月内修好。\n（二）清理河道",
        ["修好路灯", "清理河道"],
    ),
    "problems then asks": (
        "一、现状\n路灯有一千盏。\n二、存在的问题\n（一）路灯不亮\n（二）河道淤塞\n三、对策建议\n"
        "（一）修好路灯\n（二）清理河道",
        ["修好路灯", "清理河道"],
    ),
    "same numbering twice": (
        "存在以下问题：\n1.路灯不亮\n2.河道淤塞\n建议：\n1.修好路灯\n2.清理河道",
        ["修好路灯", "清理河道"],
    ),
    "problems and asks in one paragraph": (
        "主要问题：一是路灯不亮；二是河道淤塞。为此建议：一是修好路灯；二是清理河道。",
        ["修好路灯；", "清理河道。"],
    ),
    "background items without a heading of asks": (
        "一、现状\n路灯有一千盏。\n二、修好路灯\n三、清理河道",
        ["修好路灯", "清理河道"],
    ),
    "heading that ends in asks": (
        "一、路灯管理的现状\n路灯有一千盏。\n二、路灯管理存在的不足\n不亮的多。\n三、加强路灯管理的建议\n"
        "1.公布报修电话\n2.实行限时修复",
        ["公布报修电话", "实行限时修复"],
    ),
    "asks that end in asks": (
        "一、关于修好路灯的建议\n坏了三十盏。\n二、关于清理河道的建议\n长满水葫芦。\n"
        "三、关于完善扶持政策的建议\n去年停发了。",
        ["关于修好路灯的建议", "关于清理河道的建议", "关于完善扶持政策的建议"],
    ),
    "problem and ask": (
        "问题与建议：\n1.路灯。坏了三十盏，建议尽快修复。\n2.河道。长满水葫芦，建议打捞。",
        ["路灯。坏了三十盏，建议尽快修复。", "河道。长满水葫芦，建议打捞。"],
    ),
    "run-in heading": (
        "建议：\n一、加强巡查。每周不少于两次。\n二、公开结果。每月公布一次。",
        ["加强巡查。", "公开结果。"],
    ),
    "run-in heading with a colon": (
        "建议：\n1、加强巡查：每周不少于两次。\n2、公开结果：每月公布一次。",
        ["加强巡查：", "公开结果："],
    ),
    "run-in heading with a gap": (
        "建议：\n1、加强巡查\u3000每周不少于两次，由街道负责。\n2、公开结果\u3000每月公布一次，接受监督。",
        ["加强巡查", "公开结果"],
    ),
    "heading that names a problem": (
        "1、路灯不亮。去年坏了三十盏。建议换成节能灯。\n2、河道淤塞。建议清淤。",
        ["路灯不亮。去年坏了三十盏。建议换成节能灯。", "河道淤塞。建议清淤。"],
    ),
    "mark alone in its line": ("建议：\n一、\n修好路灯\n二、\n清理河道", ["修好路灯", "清理河道"]),
    "unnumbered paragraphs": (
        "为此建议：\n由城管部门修好路灯，一周内完成。\n由水务部门清理河道，一月内完成。",
        ["由城管部门修好路灯，一周内完成。", "由水务部门清理河道，一月内完成。"],
    ),
    "unnumbered with an explanation": (
        "建议：\n在路口增设信号灯。\n目前这个路口每天有三千名学生过街。\n在桥下修一条人行道。",
        ["在路口增设信号灯。", "在桥下修一条人行道。"],
    ),
    "semicolons": ("建议：修好路灯；清理河道；开放操场。", ["修好路灯；", "清理河道；", "开放操场。"]),
    "prose": (
        "河边步道年久失修，老人多次摔倒，居民多次反映，至今没有结果，大家都盼着早点修好，春天也好出来走走。"
        "建议园林部门尽快修复步道。同时希望增设座椅。此外，请城管部门安装路灯。",
        ["建议园林部门尽快修复步道。", "同时希望增设座椅。", "此外，请城管部门安装路灯。"],
    ),
    "two asks in a sentence": (
        "河边步道年久失修，老人多次摔倒，居民多次反映，至今没有结果，大家都盼着早点修好。建议修复步道，"
        "同时希望增设座椅。",
        ["建议修复步道，", "同时希望增设座椅。"],
    ),
    "reason and ask in a sentence": (
        "步道破损严重，老人多次摔倒，建议尽快修复。岸边没有护栏，孩子容易落水，建议加装。",
        ["步道破损严重，老人多次摔倒，建议尽快修复。", "岸边没有护栏，孩子容易落水，建议加装。"],
    ),
    "questions": (
        "请问滨江公园什么时候开放？能否延长夜间开放时间？",
        ["请问滨江公园什么时候开放？", "能否延长夜间开放时间？"],
    ),
    "a question": ("云汀五小的学区怎么划？", ["云汀五小的学区怎么划？"]),
    "an ask": ("建议在青岬路口增设红绿灯", ["建议在青岬路口增设红绿灯"]),
    "a message": ("小区门口的路灯坏了半年。请尽快派人修。", ["小区门口的路灯坏了半年。请尽快派人修。"]),
    "a word": ("路灯", ["路灯"]),
    "only a title": ("关于修好路灯的提案", ["关于修好路灯的提案"]),
    "only courtesy": ("谢谢！", ["谢谢！"]),
    "duty": (
        "滨江公园晚上七点就关门，下班的人进不去，附近几个小区的居民对此意见很大，也多次打电话询问过管理处，"
        "得到的答复都是人手不够、经费不足，只能这样安排，大家都觉得十分可惜，这么好的公园白白空着。"
        "公园应当延长开放时间。门口应当公布时间表。",
        ["公园应当延长开放时间。", "门口应当公布时间表。"],
    ),
    "closing in the last item": ("一、修好路灯。\n二、清理河道。以上建议，请予研究。", ["修好路灯。", "清理河道。"]),
    "year behind a dot": (
        "建议：\n1.2025年底前修好路灯。\n2.2026年清理河道。",
        ["2025年底前修好路灯。", "2026年清理河道。"],
    ),
    "decimals at line starts": (
        "建议：\n1、修好路灯。全长\n1.5公里的路段优先，投入\n2.3万元。\n2、清理河道。",
        ["修好路灯。", "清理河道。"],
    ),
    "classes": (
        "建议：\n一、提高一、二级医院的报销比例。\n二、三级医院开设方便门诊。",
        ["提高一、二级医院的报销比例。", "三级医院开设方便门诊。"],
    ),
    "articles": (
        "建议：\n1、修改条例第三十一条、第三十二条。\n2、删去第四条第（二）项。",
        ["修改条例第三十一条、第三十二条。", "删去第四条第（二）项。"],
    ),
    "quoted numbering": (
        "居民说：“一是吵，二是脏，三是乱。”\n建议：\n一、限时营业。\n二、每天清扫。",
        ["限时营业。", "每天清扫。"],
    ),
    "plain speaking": ("账目要一是一、二是二。\n建议：\n1、公开账目\n2、引入审计", ["公开账目", "引入审计"]),
    "traditional": (
        "為此，建議：\n一、修好路燈。\n二、清理河道。\n懇請有關部門研究採納。",
        ["修好路燈。", "清理河道。"],
    ),
    "groups": (
        "建议：\n一、市级层面\n1.修好路灯\n2.清理河道\n二、区级层面\n1.开放操场\n2.增设座椅",
        ["修好路灯", "清理河道", "开放操场", "增设座椅"],
    ),
    "further ask": (
        "建议：\n1.修好路灯\n2.清理河道\n此外，建议每年公布一次进展。",
        ["修好路灯", "清理河道", "此外，建议每年公布一次进展。"],
    ),
    "reasons last": ("一、建议\n1.修好路灯\n2.清理河道\n二、理由\n路灯坏了三十盏。", ["修好路灯", "清理河道"]),
    "contact lines": (
        "一、修好路灯\n二、清理河道\n提案人：沈牧云\n联系电话：0990-5550101\n2024年1月5日",
        ["修好路灯", "清理河道"],
    ),
    "attachments": ("一、修好路灯\n二、清理河道\n附件：1.路灯清单\n2.河道照片", ["修好路灯", "清理河道"]),
    "windows line ends": ("建议：\r\n1、修好路灯\r\n2、清理河道\r\n", ["修好路灯", "清理河道"]),
    "blank lines": ("建议：\n\n\n1、修好路灯\n\n\n2、清理河道\n\n", ["修好路灯", "清理河道"]),
    "invisible characters": ("\ufeff建议：\n1、\u200b修好路灯\n2、\u200b清理河道", ["修好路灯", "清理河道"]),
    "announced twice": ("三、建议\n具体建议如下：\n1、修好路灯\n2、清理河道", ["修好路灯", "清理河道"]),
    "past measures are no asks": (
        "政府已采取以下措施：\n1、发放补贴\n2、减免租金\n建议：\n1、延长补贴\n2、扩大减免",
        ["延长补贴", "扩大减免"],
    ),
    "bracketed headings": ("【问题】路灯坏了三十盏。\n【建议】\n1、修好路灯\n2、公布电话", ["修好路灯", "公布电话"]),
    "wrapped message": (
        "我家住在文昌路青石里小区三号楼，楼下的夜宵摊每天\n营业到凌晨两点，请问城管部门能不能限定收摊时间？",
        ["我家住在文昌路青石里小区三号楼，楼下的夜宵摊每天营业到凌晨两点，请问城管部门能不能限定收摊时间？"],
    ),
    "hope": ("希望：一、修好路灯；二、清理河道。", ["修好路灯；", "清理河道。"]),
    "ask items with reasons below": (
        "建议：\n1.修好路灯\n理由：晚上看不见路。\n2.清理河道\n理由：夏天有臭味。",
        ["修好路灯", "清理河道"],
    ),
    "titles with numbering in them": (
        "市里去年印发《关于一、二级水源地的通知；二、三级水源地的通知》，落实不够。\n建议：\n一、公布名单\n二、定期检测",
        ["公布名单", "定期检测"],
    ),
    "weekdays": (
        "建议：\n一、周一、周二开放操场。\n二、周六、周日开放图书馆。",
        ["周一、周二开放操场。", "周六、周日开放图书馆。"],
    ),
    "generations": ("建议：\n一、优化一、二号线换乘。\n二、延长末班车。", ["优化一、二号线换乘。", "延长末班车。"]),
    "numbers of buildings": (
        "建议：\n1、在1、2号楼加装电梯。\n2、在3、4号楼加装扶手。",
        ["在1、2号楼加装电梯。", "在3、4号楼加装扶手。"],
    ),
    "a lone year": ("夜班车去年停开。\n1.2023年的承诺没有兑现。", ["夜班车去年停开。\n1.2023年的承诺没有兑现。"]),
    "reasons as sections": (
        "一、修好路灯的必要性\n老人摔跤。\n二、修好路灯的可行性\n有专项资金。\n三、修好路灯的措施\n1.一周内修好\n2.公布电话",
        ["一周内修好", "公布电话"],
    ),
    "what residents asked is told": (
        "居民的主要诉求有：一是修路，二是通水。为此，建议：1.今年修好三江路；2.明年接通自来水。",
        ["今年修好三江路；", "明年接通自来水。"],
    ),
    "headings without a heading of asks": (
        "加强路灯管护\n请城管局一周内修好全部坏灯，并且公布责任人和电话，方便居民监督，每季度通报一次情况。\n"
        "清理学前河道\n请水务局一月内清理完毕，并且种上水生植物，定期打捞垃圾，每季度通报一次情况。",
        ["加强路灯管护", "清理学前河道"],
    ),
    "numbering inside a title": (
        "建议：\n落实《小区管理两条：1.定时开门；2.有人值守》。\n公布管理处的电话。",
        ["落实《小区管理两条：1.定时开门；2.有人值守》。", "公布管理处的电话。"],
    ),
    "numbering in an aside": (
        "建议：\n修好路灯（做到：一是换灯，二是换线，三是装表）。\n清理河道。",
        ["修好路灯（做到：一是换灯，二是换线，三是装表）。", "清理河道。"],
    ),
    "numbering in a quotation": (
        "居民说：“1、路灯不亮；2、没有人修。”\n建议：\n公布“值班：一二三”这样的电话。\n限时修复。",
        ["公布“值班：一二三”这样的电话。", "限时修复。"],
    ),
    "announced as work to do": (
        "存在的问题：\n1、路灯不亮\n2、河道淤塞\n为此，要从以下几个方面努力：\n（1）修好路灯\n（2）清理河道",
        ["修好路灯", "清理河道"],
    ),
    "announced in a sentence": (
        "存在的问题：\n1、路灯不亮\n2、河道淤塞\n现提出以下意见。\n（1）修好路灯\n（2）清理河道",
        ["修好路灯", "清理河道"],
    ),
    "announced by a noun": (
        "存在的问题：\n1、路灯不亮\n2、河道淤塞\n对小区物业的建议有：\n（1）修好路灯\n（2）清理河道",
        ["修好路灯", "清理河道"],
    ),
    "what shows in a list is no ask": (
        "物业的毛病主要表现在以下方面：\n1、让老人爬楼\n2、把路灯关掉\n希望修好电梯。\n希望打开路灯。",
        ["希望修好电梯。", "希望打开路灯。"],
    ),
    "reasons that are asked for": (
        "建议：\n一、说明停工的理由\n二、公布复工时间",
        ["说明停工的理由", "公布复工时间"],
    ),
    "matter and asks in a heading": (
        "康养产业的现状\n床位少，护理员也少。\n推动康养产业发展的对策建议\n由民政局增加床位，三年翻一番。\n由人社局培训护理员，每年二百名。",
        ["由民政局增加床位，三年翻一番。", "由人社局培训护理员，每年二百名。"],
    ),
    "asks of one width": (
        "建议：\n盘活闲置厂房，建设社区食堂和活动室\n整合部门资源，建立统一的信息平台\n优化公交线路，加密早晚高峰的班次",
        ["盘活闲置厂房，建设社区食堂和活动室", "整合部门资源，建立统一的信息平台", "优化公交线路，加密早晚高峰的班次"],
    ),
    "asks out of what is done already": (
        "我会在已有调研工作的基础上，提出如下建议：\n1、修好路灯\n2、清理河道",
        ["修好路灯", "清理河道"],
    ),
    "letters": ("3）建议\na）修好路灯；\nb）清理河道。", ["修好路灯；", "清理河道。"]),
    "an ask to a bureau": (
        "建议：\n市城管局：修好路灯，公布电话。\n市水务局：清理河道，打捞垃圾。",
        ["市城管局：修好路灯，公布电话。", "市水务局：清理河道，打捞垃圾。"],
    ),
    "please solve it": ("小区停水三天了。请尽快解决。", ["小区停水三天了。请尽快解决。"]),
    "miscounted": (
        "建议：\n一、修好路灯\n二、清理河道\n二、开放操场\n四、增设座椅",
        ["修好路灯", "清理河道", "开放操场", "增设座椅"],
    ),
    "twelve": ("建议：\n" + "\n".join(f"{n}、办好第{n}件事" for n in CHINESE), [f"办好第{n}件事" for n in CHINESE]),
    "thirty-five": (
        "建议：\n" + "\n".join(f"{i}. 修好第{i}片区的路灯。" for i in range(1, 36)),
        [f"修好第{i}片区的路灯。" for i in range(1, 36)],
    ),
    "thirty-five in a line": (
        "建议：" + "".join(f"{i}、修好第{i}片区的路灯。" for i in range(1, 36)),
        [f"修好第{i}片区的路灯。" for i in range(1, 36)],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_points(case: str) -> None:
    text, expected = CASES[case]
    assert texts(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("建议：\n一、加强巡查。每周两次。", [("加强巡查。", "每周两次。")]),
        ("建议：\n一、加强巡查\n每周两次。\n由街道负责。", [("加强巡查", "每周两次。\n由街道负责。")]),
        ("建议：\n一、加强巡查，每周两次。", [("加强巡查，每周两次。", "")]),
        ("建议：\n一、加强巡查\n1.每周两次。\n2.节日加密。", [("加强巡查", "1.每周两次。\n2.节日加密。")]),
        ("建议：\n一、加强巡查。一是每周两次；二是节日加密。", [("加强巡查。", "一是每周两次；二是节日加密。")]),
        ("建议：\n一、在资金方面，一是列入预算；二是按时拨付。", [("在资金方面，一是列入预算；二是按时拨付。", "")]),
        (
            "1、处理能力。处理厂不足，建议扩建。\n2、投诉。建议公布电话。",
            [("处理能力。处理厂不足，建议扩建。", ""), ("投诉。建议公布电话。", "")],
        ),
        ("建议：\n一、路灯不亮\n坏了三十盏。\n建议一周内修复。", [("路灯不亮\n建议一周内修复。", "坏了三十盏。")]),
        ("建议：\n一、区级层面\n1.修好路灯\n2.清理河道", [("修好路灯", "一、区级层面"), ("清理河道", "")]),
        (
            "建议城管局修复步道，这样老人出行方便。同时希望增设座椅，步道上一张座椅都没有，老人走累了只能坐在路边的石头上，"
            "夏天烫、冬天凉。沿线两个社区有三千多位老人。请市水务局清理河道，河面上长满了水葫芦，气味很难闻，行人都绕着走。",
            [
                ("建议城管局修复步道，这样老人出行方便。", ""),
                (
                    "同时希望增设座椅，步道上一张座椅都没有，老人走累了只能坐在路边的石头上，夏天烫、冬天凉。",
                    "沿线两个社区有三千多位老人。",
                ),
                ("请市水务局清理河道，河面上长满了水葫芦，气味很难闻，行人都绕着走。", ""),
            ],
        ),
        (
            "一、停车难\n晚上没车位。\n建议：开放机关车位。\n二、充电难\n插座太少。\n建议：增设充电桩。",
            [
                ("开放机关车位。", "一、停车难\n晚上没车位。\n建议："),
                ("增设充电桩。", "二、充电难\n插座太少。\n建议："),
            ],
        ),
    ],
)
def test_text_and_context(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(point.text, point.context) for point in split_proposal(text).points] == expected


BODY = "\n路灯坏了三十盏，居民夜里不敢出门。\n建议：\n1、修好路灯\n2、公布电话"


@pytest.mark.parametrize(
    ("head", "title", "number"),
    [
        ("关于修好路灯的提案", "关于修好路灯的提案", None),
        ("《关于修好路灯的提案》", "关于修好路灯的提案", None),
        ("# 关于修好路灯的提案", "关于修好路灯的提案", None),
        ("关于修好路灯的提案（第123号）", "关于修好路灯的提案", "123"),
        ("关于修好路灯的提案\n（第 20200123 号）", "关于修好路灯的提案", "20200123"),
        ("第20200123号\n关于修好路灯的建议", "关于修好路灯的建议", "20200123"),
        ("提案第0123号：关于修好路灯的提案", "关于修好路灯的提案", "0123"),
        ("第一百二十三号提案\n关于修好路灯的提案", "关于修好路灯的提案", "123"),
        ("提案号：第20200123号\n标题：关于修好路灯的提案\n提案人：沈牧云", "关于修好路灯的提案", "20200123"),
        ("建议号　DH0271\n题　目：关于修好路灯的建议", "关于修好路灯的建议", "DH0271"),
        ("建议号：DH0271\n题　目：关于修好路灯的建议", "关于修好路灯的建议", "DH0271"),
        ("案号\t0329\n案由\t关于修好路灯的提案\n提案人\t沈牧云", "关于修好路灯的提案", "0329"),
        ("案由\n关于修好路灯的提案\n提案人\n沈牧云、马凌洲", "关于修好路灯的提案", None),
        ("提案编号：\n20240123\n提案名称：修好路灯", "修好路灯", "20240123"),
        ("编号：第　　号\n案由：修好路灯", "修好路灯", None),
        ("政协云汀市第九届委员会第三次会议提案\n关于修好路灯的提案", "关于修好路灯的提案", None),
        (
            "关于在文昌路、学前街、柳浪街一带修好全部损坏路灯的\n提案",
            "关于在文昌路、学前街、柳浪街一带修好全部损坏路灯的提案",
            None,
        ),
        ("让夜路亮起来\n——关于修好路灯的提案", "让夜路亮起来——关于修好路灯的提案", None),
        ("让夜路亮起来\n市政协委员 沈牧云", "让夜路亮起来", None),
        ("關於修好路燈的提案\n提案編號：第88號", "關於修好路燈的提案", "88"),
        ("提案編號：第88號\n關於修好路燈的提案", "關於修好路燈的提案", "88"),
        ("尊敬的各位领导：\n你们好！", None, None),
        ("", None, None),
    ],
)
def test_head(head: str, title: str | None, number: str | None) -> None:
    proposal = split_proposal(head + BODY)
    assert (proposal.title, proposal.number) == (title, number)
    assert proposal.preamble.endswith("路灯坏了三十盏，居民夜里不敢出门。\n建议：")
    assert [point.text for point in proposal.points] == ["修好路灯", "公布电话"]


@pytest.mark.parametrize(
    "tail",
    [
        "以上建议，请予研究。",
        "以上提案妥否，请审议。",
        "妥否，请批示。",
        "当否，请参考",
        "特此提案。",
        "恳请有关部门高度重视，认真研究解决。",
        "請有關部門研究採納。",
        "请市城管局逐条答复。",
        "此致\n敬礼！",
        "谢谢！",
        "提案人：沈牧云、马凌洲",
        "联系人：沈牧云　联系电话：13800000451",
        "（联系人：沈牧云，电话：0990-5550101）",
        "附议人：戴青 许若溪\n承办单位：市城管局",
        "民盟云汀市委会\n2024年1月5日",
        "沈牧云\n二〇二四年一月五日",
        "市政协委员 沈牧云",
        "青石里小区全体业主\n2024-1-5",
        "附件：1.路灯清单\n2.照片三张",
        "抄送：市政协提案委",
        "以上建议供参考。\n\n此致\n敬礼\n人大代表：沈牧云\n2024.1.5",
    ],
)
@pytest.mark.parametrize("end", ["\n", "。"])
def test_tail(tail: str, end: str) -> None:
    proposal = split_proposal(BODY + end + tail)
    assert [point.text.rstrip("。") for point in proposal.points] == ["修好路灯", "公布电话"]
    assert not any(point.context for point in proposal.points)


@pytest.mark.parametrize("blank", ["", " ", "\n", "　\r\n\t", "\ufeff\u200b"])
def test_blank_text_has_no_points(blank: str) -> None:
    assert split_proposal(blank) == Proposal(title=None, number=None, preamble="", points=())


def test_asks_of_the_sample_topics() -> None:
    lines = (ROOT / "eval" / "sample" / "topics.jsonl").read_text(encoding="utf-8").splitlines()
    topics = {topic["query_id"]: topic["text"] for topic in map(json.loads, lines) if topic["category"] == "proposal"}
    found = {name: len(split_proposal(text).points) for name, text in topics.items()}
    assert found == {f"proposal-{i:02}": 6 if i == 11 else 5 for i in range(1, 16)}
    assert all(split_proposal(text).title == text.split("\n")[0] for text in topics.values())


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
