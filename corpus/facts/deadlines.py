"""Finds the times by which something is to be done (年底前, 明年上半年, 三年内), against the date of the text.

Not for: the dates of documents (corpus.language.dates) and the periods that figures are of.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from corpus.language.numerals import NUMERAL, to_int


class Deadline(NamedTuple):
    """A named time, [start, end) of the text, and its last day; `by` is None where that hangs on an unknown date.

    `begins` is whether something begins then (8月起) instead of ending; `bare` is whether nothing says that it is a
    limit (今年, 8月12日, 三年内): such a time as often tells what was done.
    """

    start: int
    end: int
    by: date | None
    begins: bool
    bare: bool


_MONTH = 12
_NUMBER = rf"(?:{NUMERAL})"
_YEAR = (
    r"(?:(?P<year>(?<![0-9])(?:19|20)[0-9]{2}|[二２][〇○零０][〇○零一二三四五六七八九０-９]{2})\s*年度?"
    r"|(?P<relative>[今本明后去前上])年度?|(?P<both>今明两年))"
)
_PART = (
    rf"(?:(?:{_NUMBER}\s*(?:月份?)?\s*(?:[至到—–~-]|——)\s*)?(?<![0-9])(?P<month>[0-9０-９]{{1,2}}|十?[一二三四五六七八九]|十)\s*月份?"
    rf"(?:\s*(?P<day>{_NUMBER})\s*[日号])?\s*(?P<tenth>[底末初]|[上中下]旬)?"
    r"|(?P<half>[上下])半年|第?(?P<quarter>[一二三四1-4])季度"
    r"|(?P<season>春季|夏季|秋季|寒假|暑假|春节|国庆|(?:主)?汛期?)(?:学期|开学)?)"
)
_EDGE = r"(?P<edge>之前|以前|前(?!后)|以内|之内|内(?![部容涝])|起|开始|以来|后)?"
_YEAR_FIRST = re.compile(rf"{_YEAR}\s*(?:{_PART}|(?P<close>[底末]))?\s*{_EDGE}")
_PART_ALONE = re.compile(rf"{_PART}\s*{_EDGE}")
_YEAR_END = re.compile(r"(?<![今本明后去前上当0-9一二三四五六七八九十两半])年(?:底|末|内)\s*之?前?")
_PLAN = re.compile(r"[“\"]?十(?P<plan>[三四五六])五[”\"]?\s*(?:规划)?(?:期间|时期|期末|末|期内)")
_SPAN = re.compile(
    rf"(?P<count>{_NUMBER}|半)\s*(?P<unit>年|个月)(?:的?时间)?(?:左右)?(?:以内|之内|内)|(?:分|(?<![投使启采])用)(?P<years>{_NUMBER})年(?!级)"
)
_NEAR = re.compile(r"(?P<next>[本下])个?(?P<unit>月|季度)(?![0-9])(?:份|底|末)?(?:之?前|内)?")
_TITLE = re.compile(r"《[^《》]*(?:《[^《》]*》[^《》]*)*》")
_STOP = re.compile(r"[。；;\n⏎]")
_JOINS = re.compile(r"\s*(?:[至到、和—–~-]|——)\s*")
_LOOKS_BACK = re.compile(
    r"(?:截[至止]\s*(?:到|目前)?|每年?|历年|当年|(?:试行|持续|延续|执行|用)[到至]|(?<![延迟推定])至)\s*$"
)
_RELATIVE = {"今": 0, "本": 0, "明": 1, "后": 2, "去": -1, "上": -1, "前": -2}
_PLANS_FROM = 1955  # the n-th five-year plan, since the sixth, ends 5n years later; 十四五 is the fourteenth
# The month that closes a season, and the month that closes the time before it. The main flood season begins in June.
_SEASONS = {
    "春季": (5, 2),
    "夏季": (8, 5),
    "秋季": (11, 8),
    "寒假": (2, 1),
    "暑假": (8, 6),
    "春节": (2, 1),
    "国庆": (10, 9),
}
_FLOOD = (9, 5)
_MONTH_LENGTH = 31  # days
_LONG_PAST = 5  # months: a deadline without a year that would be so long past is the next year's


def find_deadlines(text: str, written: date | None) -> list[Deadline]:
    """The named times in order, a range (2021年至2023年) as one; none for 截至 and 以来, which look back.

    >>> [d.by.isoformat() for d in find_deadlines("年底前建成，明年上半年投用", date(2021, 7, 2))]
    ['2021-12-31', '2022-06-30']
    """
    text = without_titles(text)
    found = sorted([*_named(text, written), *_plans(text), *_durations(text, written), *_near(text, written)])
    merged: list[Deadline] = []
    for deadline in found:
        if merged and deadline.start < merged[-1].end:
            continue
        if merged and _JOINS.fullmatch(text, merged[-1].end, deadline.start):
            deadline = deadline._replace(start=merged.pop().start)
        merged.append(deadline)
    return [
        d for d in merged if not _LOOKS_BACK.search(text, 0, d.start) and not text[d.start : d.end].endswith("以来")
    ]


def without_titles(text: str) -> str:
    """The text, as long as it is, with a blank for each character of a title, whose words are not the text's own.

    >>> without_titles("按《三年计划（2019—2022年）》办")
    '按《□□□□□□□□□□□□□□□□》办'
    """
    return _TITLE.sub(lambda found: f"《{'□' * (len(found[0]) - 2)}》", text)


def month_end(year: int, month: int) -> date:
    """The last day of a month; month 0 is the December before.

    >>> month_end(2024, 2), month_end(2024, 0)
    (datetime.date(2024, 2, 29), datetime.date(2023, 12, 31))
    """
    year, month = year + (month - 1) // _MONTH, (month - 1) % _MONTH + 1
    return date(year, month, monthrange(year, month)[1])


def _named(text: str, written: date | None) -> Iterator[Deadline]:
    at, year = 0, None
    while match := _next(text, at):
        if _STOP.search(text, at, match.start()):
            year = None
        at = match.end()
        groups = match.groupdict()
        year = _year(groups, written) if match.re is _YEAR_FIRST else year or _this_year(groups, match[0], written)
        by = _last_day(groups, match[0], year) if year else None
        if _only_a_season(groups):
            continue
        bare = _is_bare(match) or _nearly_over(groups, by, written)
        yield Deadline(*match.span(), by, groups.get("edge") in ("起", "开始"), bare)


def _only_a_season(groups: dict[str, str | None]) -> bool:
    return {group for group, words in groups.items() if words} == {"season"}


def _is_bare(match: re.Match[str]) -> bool:
    found = {group for group, words in match.groupdict().items() if words}
    if found & {"half", "quarter", "close"} or match["edge" if "edge" in match.groupdict() else 0] not in (
        None,
        "起",
        "开始",
    ):
        return False
    if "month" in found:
        return "edge" not in found and "tenth" not in found
    return "season" not in found


def _nearly_over(groups: dict[str, str | None], by: date | None, written: date | None) -> bool:
    """Whether a text of late June says 上半年, or one of June 6月: that is as often of what was."""
    named = (
        any(groups.get(g) for g in ("half", "quarter", "month")) and not groups.get("tenth") and not groups.get("day")
    )
    if not (named and by and written) or groups.get("edge"):
        return False
    return 0 <= (by - written).days < _MONTH_LENGTH


def _next(text: str, at: int) -> re.Match[str] | None:
    found = [m for p in (_YEAR_FIRST, _PART_ALONE, _YEAR_END) if (m := p.search(text, at))]
    return min(found, key=lambda m: (m.start(), -m.end()), default=None)


def _this_year(groups: dict[str, str | None], words: str, written: date | None) -> int | None:
    """The year of a time without one, where its sentence names none before it: that of the text, or the next."""
    if written is None:
        return None
    season = groups.get("season") or ""
    month = _SEASONS[season][0] if season in _SEASONS else to_int(groups.get("month") or "") or _MONTH
    return written.year + ("前" in words and written.month - month >= _LONG_PAST)


def _year(groups: dict[str, str | None], written: date | None) -> int | None:
    if groups["year"]:
        return to_int(groups["year"])
    if written is None:
        return None
    return written.year + (1 if groups["both"] else _RELATIVE[groups["relative"] or "今"])


def _last_day(groups: dict[str, str | None], words: str, year: int) -> date | None:
    before = (groups.get("edge") or "").endswith("前")
    if season := groups.get("season"):
        last, previous = _FLOOD if "汛" in season else _SEASONS[season]
        return month_end(year, previous if before or words.endswith("前") else last)
    if half := groups.get("half"):
        return month_end(year, 6 if (half == "上") != before else 0 if before else _MONTH)
    if quarter := to_int(groups.get("quarter") or ""):
        return month_end(year, 3 * (quarter - before))
    if groups.get("month"):
        return _in_month(groups, year, before=before)
    bare_before = before and not groups.get("close") and "底" not in words and "末" not in words and "year" in groups
    return date(year - bare_before, _MONTH, 31)


def _in_month(groups: dict[str, str | None], year: int, *, before: bool) -> date | None:
    month, day, tenth = to_int(groups["month"] or ""), to_int(groups["day"] or ""), groups["tenth"]
    if not month or month > _MONTH:
        return None
    last = month_end(year, month)
    if day:
        return last.replace(day=day) if day <= last.day else None
    if tenth in ("初", "上旬", "中旬"):
        return last.replace(day=20 if tenth == "中旬" else 10)
    return month_end(year, month - 1) if before and not tenth else last


def _plans(text: str) -> Iterator[Deadline]:
    for match in _PLAN.finditer(text):
        number = 10 + (to_int(match["plan"]) or 0)
        yield Deadline(*match.span(), date(_PLANS_FROM + 5 * number, _MONTH, 31), False, False)


def _durations(text: str, written: date | None) -> Iterator[Deadline]:
    for match in _SPAN.finditer(text):
        count = to_int(match["years"] or match["count"].replace("半", "0"))
        months = 6 if match["count"] == "半" else (count or 0) * (1 if match["unit"] == "个月" else _MONTH)
        yield Deadline(*match.span(), _later(written, months) if months else None, False, True)


def _near(text: str, written: date | None) -> Iterator[Deadline]:
    for match in _NEAR.finditer(text):
        length = 3 if match["unit"] == "季度" else 1
        ahead = length * (match["next"] == "下")
        by = month_end(written.year, -(-written.month // length) * length + ahead) if written else None
        yield Deadline(*match.span(), by, False, False)


def _later(written: date | None, months: int) -> date | None:
    if written is None:
        return None
    last = month_end(written.year, written.month + months)
    return last.replace(day=min(written.day, last.day))
