"""Finds the numerals that number a list, with their list and their place in it.

`corpus.language.numbering` tells the level of a line that is known to be numbered. Here a mark is accepted only if it
fits a sequence: 二、 after 一、, an inline 一是 only if a 二是 follows. So 一、二级医院, 2.5公里 and 第三十一条 number
nothing.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from corpus.language.numerals import to_int

_CN = "[一二三四五六七八九十]{1,3}"
_NUMERAL = rf"(?:{_CN}|[0-9]{{1,2}})"
_LABELLED = rf"{_NUMERAL}\s*[：、，.。]|{_NUMERAL}\s+"
_UNIT = "[万亿千百倍元米吨级亩度个年月小平公]|百分"
_PATTERN = re.compile(
    rf"""
    (?P<paren_cn>（\s*{_CN}\s*）\s*[、，：。.]?|[㈠-㈩])
    |(?P<paren_num>（\s*[0-9]{{1,2}}\s*）\s*[、。.]?|[⑴-⒇])
    |(?P<circled>[①-⑳])
    |(?P<asked>(?<![\u4e00-\u9fff])(?:建议|诉求|措施|对策|请求|意见)(?:{_LABELLED}))
    |(?P<told>(?<![\u4e00-\u9fff])(?:问题|原因|困难|现状|不足)(?:{_LABELLED}))
    |(?P<ordinal>第{_CN}(?:点|个?方面|部分|项)?\s*(?:[，、：]|是)|第{_CN}(?:点|个?方面|部分)?\s+)
    |(?P<qi>其{_CN}\s*[，、：是])
    |(?P<shi>{_CN}是(?![一二三四五六七八九十]))
    |(?P<yao>{_CN}要)
    |(?P<ze>{_CN}则)
    |(?P<turn>首先|其次|再次|再者|最后)(?=[，、：是要应]|建议|希望|请|在)
    |(?P<cn>{_CN}\s*[、.：])
    |(?P<letter>(?<![0-9A-Za-z])[a-hA-H]\s*(?:）|、|[.](?=\s*[\u4e00-\u9fff])))
    |(?P<decimal3>\A[0-9]{{1,2}}(?:[.][0-9]{{1,2}}){{2}}[.、]?\s*(?=[\u4e00-\u9fff“《]))
    |(?P<decimal2>\A[0-9]{{1,2}}[.][0-9]{{1,2}}[.、]?\s*(?=[\u4e00-\u9fff“《])(?!{_UNIT}))
    |(?P<decimal1>\A[0-9]{{1,2}}[ ]+(?=[\u4e00-\u9fff]{{2,16}}\Z))
    |(?P<half>[0-9]{{1,2}}\s*）)
    |(?P<num>[0-9]{{1,2}}\s*(?:、(?!\s*[0-9]+\s*[、号栋期楼])|[.](?!\s*[0-9]))|[⒈-⒛])
    |(?P<year>[0-9]{{1,2}}\s*[.]\s*(?=(?:19|20)[0-9]{{2}}\s*年))
    """,
    re.VERBOSE,
)
_BULLET = re.compile(r"[-*•·●◆■▪◦➢➤★○□√–—\uf06c\uf0b7\uf0d8]+\s*(?=\S)")
_DASH_ALONE = re.compile(r"[-–—*]\S")
_TURNS = {"首先": 1, "其次": 2, "再次": 3, "再者": 3, "最后": 9}

_STOPS = "。；！？"
_BEFORE_MARKS = "。；！？：…，—”」』）》】"
_ANYWHERE = ("paren_cn", "paren_num", "circled")
"""Kinds that cannot be confused with anything but a reference to them."""
_REFERS = "第款条项表图式见附和与及、至"
_LEADS_TO_LIST = re.compile(
    r"(?:建议|希望|要求|问题|措施|对策|如下|以下|方面|原因|情况|理由|请求|恳请|做到|意见|现状|背景|办法|事项|内容|层面|领域|环节)$"
)
_RANGE = re.compile(rf"{_CN}\s*、\s*[二三四五六七八九十](?:[级线层类期季产本档楼等批、手号]|单元)")  # 一、二级医院
_HEADS_A_PART = re.compile(r"[、.]\s*(?:基本情况|现状|背景|案由|存在|主要问题|问题|建议|对策|意见建议)")
IN_PROSE = ("ordinal", "qi", "shi", "yao", "ze", "turn")
"""Kinds that number clauses of a sentence as well as lines: 一是…，二是…."""

_NEED_A_SECOND = ("asked", "told", "qi", "shi", "yao", "ze", "turn", "letter", "year", "decimal2", "decimal3")
_CLEAR = ("paren_cn", "ordinal", "cn")
"""Kinds that always number a list if they begin a line."""
_MAX_SLIP = 3
"""The numbers that a firm mark may skip, because writers miscount."""

_ASIDE = re.compile(r"（[^（）]{6,300}）")  # numerals in an aside number no list of the proposal


class Mark(NamedTuple):
    """A numbering mark: its [start, end) in the paragraph, including white space after it, and its value (bullets: 0).

    A mark at the start of a line or right after a sentence is `firm`: there a list may skip a number.
    """

    start: int
    end: int
    kind: str
    value: int
    starts_line: bool
    firm: bool


def begins_with_mark(line: str) -> bool:
    """Whether a folded line begins like an item of some list."""
    mark = next(_candidates(line), None)
    return mark is not None and mark.start == 0


def marks(paragraphs: Sequence[str]) -> list[list[Mark]]:
    """The accepted marks of each folded paragraph, in order.

    >>> [[mark.value for mark in line] for line in marks(["一、公布一、二级标准。", "二、每周1.5小时；一是一。"])]
    [[1], [2]]
    """
    seen = [(i, mark) for i, paragraph in enumerate(paragraphs) for mark in _candidates(paragraph)]
    follows = _values_after([mark for _, mark in seen])
    believed: list[list[Mark]] = [[] for _ in paragraphs]
    lists: list[tuple[str, int]] = []
    for (i, mark), following in zip(seen, follows, strict=True):
        done = believed[i][-1].end if believed[i] else 0
        if mark.start >= done and _believe(mark, following, lists):
            believed[i].append(mark)
    return believed


def continues(last: int, mark: Mark) -> bool:
    """Whether a mark can be the next of a list of its kind that has come to `last`."""
    if mark.kind.startswith("bullet"):
        return True
    if mark.kind == "turn":
        return mark.value >= last > 0 and mark.value > 1
    if mark.firm:
        return max(last, 2) <= mark.value <= last + _MAX_SLIP or mark.value == last == 1
    return mark.value == last + 1


def _believe(mark: Mark, following: int, lists: list[tuple[str, int]]) -> bool:
    """Whether the mark fits the open `lists` (kind and last value, outermost first); updates them if it does."""
    for at in reversed(range(len(lists))):
        kind, last = lists[at]
        if kind == mark.kind and continues(last, mark):
            lists[at:] = [(kind, mark.value)]
            return True
    if not _begins(mark, following):
        return False
    same = [at for at, (kind, _) in enumerate(lists) if kind == mark.kind]
    lists[same[0] if same else len(lists) :] = [(mark.kind, mark.value)]
    return True


def _begins(mark: Mark, following: int) -> bool:
    if mark.value == 0:
        return True
    if mark.value == 1:
        second = following >= 2 if mark.kind == "turn" else following == 2
        return second or (mark.starts_line and mark.kind not in _NEED_A_SECOND)
    return mark.starts_line and (mark.kind in _CLEAR or following == mark.value + 1)


def _values_after(seen: Sequence[Mark]) -> list[int]:
    """For each mark, the value of the next mark of its kind, 0 for none."""
    found: list[int] = []
    nearest: dict[str, int] = {}
    for mark in reversed(seen):
        found.append(nearest.get(mark.kind, 0))
        nearest[mark.kind] = mark.value
    return found[::-1]


def _candidates(paragraph: str) -> Iterator[Mark]:
    if (bullet := _BULLET.match(paragraph)) and not _DASH_ALONE.match(paragraph):
        yield Mark(0, bullet.end(), f"bullet{paragraph[0]}", 0, starts_line=True, firm=True)
    first = bullet.end() if bullet else 0
    asides = [match.span() for match in _ASIDE.finditer(paragraph)]
    for match in _matches(paragraph):
        start, kind = match.start(), match.lastgroup or ""
        value = _value(match[0], kind)
        if value and not _is_inside(start, asides) and (start <= first or _may_stand_at(paragraph, start, kind)):
            firm = start <= first or paragraph[max(0, start - 4) : start].rstrip()[-1:] in _STOPS
            yield Mark(start, _end(paragraph, match), kind, value, starts_line=start == 0, firm=firm)


def _is_inside(offset: int, spans: Sequence[tuple[int, int]]) -> bool:
    at = bisect_right(spans, (offset, offset)) - 1
    return at >= 0 and offset < spans[at][1]


def _matches(paragraph: str) -> Iterator[re.Match[str]]:
    """Yields everything that looks like a mark; in 建议1、 also 1、, which counts if the whole does not."""
    for match in _PATTERN.finditer(paragraph):
        yield match
        if match.lastgroup in ("asked", "told") and (inner := _PATTERN.match(paragraph, match.start() + 2)):
            yield inner


def _end(paragraph: str, match: re.Match[str]) -> int:
    """The end of a mark with the white space behind it; 首先 is a word of the ask and stays with it."""
    if match.lastgroup == "turn":
        return match.start()
    rest = paragraph[match.end() : match.end() + 20]
    return match.end() + len(rest) - len(rest.lstrip())


def _may_stand_at(paragraph: str, start: int, kind: str) -> bool:
    if kind == "cn" and _RANGE.match(paragraph, start):
        return False
    before = paragraph[start - 1]
    if before in _BEFORE_MARKS or before.isspace():
        return True
    if kind in _ANYWHERE:
        return before not in _REFERS
    if kind == "cn" and _HEADS_A_PART.match(paragraph, start + 1):
        return True
    return bool(_LEADS_TO_LIST.search(paragraph, max(0, start - 2), start))


def _value(mark: str, kind: str) -> int | None:
    if kind == "turn":
        return _TURNS[mark]
    if kind == "letter":
        return ord(mark[0].lower()) - ord("a") + 1
    if kind.startswith("decimal"):
        return int(re.findall("[0-9]+", mark)[-1])
    for first, last in ("㈠㈩", "⑴⒇", "①⑳", "⒈⒛"):
        if first <= mark[0] <= last:
            return ord(mark[0]) - ord(first) + 1
    numeral = re.search(_NUMERAL, mark)
    return to_int(numeral[0]) if numeral else None
