"""Short forms that a text defines for itself: 长期护理保险（以下简称“长护险”）.

Not for: abbreviations that everybody knows, and other names (又称, 俗称). Where it is not sure what a short form stands
for, nothing is found: a wrong full form would bring wrong documents to a search.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

MAX_FULL_LENGTH = 60  # characters; the longest title of a plan or regulation has some 40
_MAX_RATIO = 8  # full form to short form; 三调 stands for 第三次全国国土调查, nine characters to two

_NAMED = r"(?:以下|下文|文中|下|后文)?(?:均|统一|一并)?(?:简称|统称|合称|并称)|(?:以下|下)均?称"
_QUOTED = r"[“\"「『《‘'〈]{{1,2}}(?P<{0}>[^“”\"「」『』《》‘’'〈〉（）()\n]{{1,20}})[”\"」』》’'〉]{{1,2}}"
# A number of the document, or what the full form is called in English, may stand before it in the same bracket.
_BRACKET = re.compile(
    rf"\s?[（(](?:[^（）()。\n]{{0,60}}[，,；;])?\s*(?:{_NAMED})[为作]?\s*[：:]?\s*"
    rf"(?:{_QUOTED.format('quoted')}|(?P<plain>[^“”\"「」『』《》‘’'〈〉（）()，,。；;：:、\s]{{2,20}}))"
    r"(?:[，,]\s*下同)?\s*[）)]"
)
_CLAUSE = re.compile(rf"[，,]\s?(?:{_NAMED})[为作]?\s*[：:]?\s*{_QUOTED.format('quoted')}")
_OWN_BRACKET = re.compile(r"[（(][^（）()\n]{1,60}[）)]\s?$")  # 《…意见》（国办发〔2019〕5号）（以下简称…）

_GENRES = (
    "条例|办法|通知|意见|规划|方案|提案|建议|议案|答复|复函|来函|来信|函|决定|决议|规定|细则|指南|指引|标准|规范|规程|纲要|要点|计划"
    "|合同|协议|公告|通告|公报|报告|文件|批复|目录|清单|制度|政策|措施|法|试点|项目|工程|行动|平台|系统|中心|基地|机构|单位|企业"
    "|公司|集团|学校|医院|部门|会议|活动|基金|补贴|资金|专班|小组|指挥部|小区|社区|街道|公约|预案|图则|名录"
)
# Words that mean something only beside the text that defines them: a bare genre, 我局, 三部门.
_MEANS_ANYTHING = re.compile(
    rf"(?:本|该|此|上述|新|旧|原)?(?:指导|实施|管理|暂行|试行|行动|工作|若干|专项|总体|建设|改革|创建|三年){{0,2}}(?:{_GENRES})"
    r"|[我本贵该你省市区县镇乡]?[省市区县镇乡局委办厅院校会部]|[我本贵该你](?:中心|街道|单位|公司|部门|集团|支队|馆|所|队|站)"
    r"|[甲乙丙丁]方|[两双三四五六七八九多各]+(?:部门|单位|方|地|局|委|家|市|区|县|省|者|个)"
)

# What ends right before a term: function words, dates, places, and verbs that take such terms.
_BEFORE_TERM = re.compile(
    r"(?:^|[^\w]|_|[的了和与及或在对为将由按从向把被以等该其至到是有系经即年月日度省市区县镇乡州旗]|[我本全各贵]|国家|[我中全]国|所谓|包括|其中|以及"
    r"|[推促]进|推[动行广出]|[实施践]行|实施|开展|建[立设成]|完善|加强|加[快大装]|落实|组[织建]|启动|试[点行]|探索|制[定订]|出台|[印颁]发"
    r"|[发颁公]布|根据|按照|依[据照托]|遵照|参[照加与]|通过|关于|纳入|列入|进入|[设成]立|提[出供升高]|申[报请办]|[创筹构新扩改]建|打造"
    r"|举[办行]|开通|联[合系]|委托|负责|牵头|成为|作为|属于|进行|进一步|全面|积极|大力|切实|持续|深入|规范|优化|强化|深化|健全"
    r"|执行|使用|采[用取]|利用|引[进入导]|支持|鼓励|发[放展]|享受|办理|缴纳|购买|修订|编制|召开|举行|会同|协同|配合|管理|涉及|针对"
    r"|通知|实现|确保|保障|做好|抓好|新[增建])$"
)
_NO_LEVEL = "城都超社园小景校辖片军院街地"  # 城市 and 小区 are words: 市 and 区 begin no name there
_PAIRS = {"”": "“", "》": "《", "」": "「", "』": "『"}


class Abbreviation(NamedTuple):
    """`full` is called `short` from here on; `text[start:end]` is the full form with the definition behind it."""

    full: str
    short: str
    start: int
    end: int


def abbreviations(text: str) -> list[Abbreviation]:
    """The short forms that a text defines, in the order of their definitions; offsets are in the text.

    >>> abbreviations("推行长期护理保险（以下简称“长护险”）试点。")
    [Abbreviation(full='长期护理保险', short='长护险', start=2, end=19)]
    >>> abbreviations("依据《松澜市物业管理条例》（以下简称《条例》）")
    []
    """
    found = []
    for match in sorted((*_BRACKET.finditer(text), *_CLAUSE.finditer(text)), key=re.Match.start):
        short = (match["quoted"] or match.groupdict().get("plain") or "").strip()
        term = None if len(short) < 2 or _MEANS_ANYTHING.fullmatch(short) else _term(text, match.start(), short)
        if term:
            start, full = term
            found.append(Abbreviation(full, short, start, match.end()))
    return found


def _term(text: str, end: int, short: str) -> tuple[int, str] | None:
    """Where the full form begins, and the form: the title or quotation that ends at `end`, or the abbreviated words.

    Both ends of the words must be sure: that the last characters are the same, or that a word begins at the first.
    """
    if own := _OWN_BRACKET.search(text, max(0, end - MAX_FULL_LENGTH - 4), end):
        end = own.start()
    floor = max(0, end - MAX_FULL_LENGTH - 2)
    if text[end - 1 : end] in _PAIRS:
        start = _opening(text, floor, end)
        full = text[start + 1 : end - 1].strip() if start is not None else ""
        return (start, full) if start is not None and len(full) > len(short) else None
    for start in _possible_starts(text, floor, end, short):
        full = text[start:end]
        if len(full) > _MAX_RATIO * len(short):
            return None
        if full[-1] == short[-1] or _begins_term(text, full):
            return start, full
    return None


def _opening(text: str, floor: int, end: int) -> int | None:
    """Where the title or quotation opens that closes at `end`."""
    closer, depth = text[end - 1], 0
    for at in range(end - 1, floor - 1, -1):
        depth += (text[at] == closer) - (text[at] == _PAIRS[closer])
        if not depth:
            return at
        if text[at] == "\n":
            return None
    return None


def _possible_starts(text: str, floor: int, end: int, short: str) -> Iterator[int]:
    """Starts of stretches before `end` that hold the characters of the short form in order, the nearest first."""
    clause = re.split(r"[，,。；;：:、！!？?\n）)]", text[floor:end])[-1]
    if clause.endswith(short):  # 松澜市民政局（以下简称“市民政局”）: how much was dropped before it cannot be seen
        return
    for at in range(len(clause) - len(short), -1, -1):
        stretch = clause[at:]
        if stretch[0] != short[0] or not _holds_in_order(stretch, short):
            continue
        before = clause[:at]
        if before.endswith("第") or before[-1:] in _PAIRS.values():  # 第三次全国国土调查 is 三调
            at -= 1
        if _is_balanced(clause[at:]):
            yield end - len(clause) + at


def _holds_in_order(stretch: str, short: str) -> bool:
    rest = iter(stretch)
    return all(char in rest for char in short)


def _is_balanced(stretch: str) -> bool:
    return all(stretch.count(closer) == stretch.count(opener) for closer, opener in _PAIRS.items())


def _begins_term(text: str, full: str) -> bool:
    """Whether a word begins where the full form does, at any place where the text has it."""
    return any(_is_word_start(text, found.start()) for found in re.finditer(re.escape(full), text))


def _is_word_start(text: str, start: int) -> bool:
    before, first = text[max(0, start - 3) : start], text[start]
    if first in "省市区县镇" and before:
        return before[-1] not in _NO_LEVEL
    if first.isascii():
        return not (before[-1:].isascii() and before[-1:].isalnum())
    return bool(_BEFORE_TERM.search(before))
