"""The times that a text speaks of, against the document's date: 截至2022年底, 今年1至5月, 上一年度.

A period is text: a day, month or year (`2022-12-31`, `2022-12`, `2022`), or an interval of two (`2025-01/2025-05`).
The end of a year or month is that month.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_YEAR = r"(?:(?P<year>(?:19|20)\d\d)\s?年度?|(?P<said>今年|本年|去年|上一?年|前年|明年|后年|同年|当年|全年)度?)"
_WHEN = (
    r"(?:(?P<half>[上下]半年)|第?(?P<quarter>[一二三四1-4])季度|前(?P<first>[一二两三四五六七八九十]|1?\d)个?月"
    r"|(?P<from>1?\d)\s?(?:月(?:份|底|初)?)?\s?(?:至|到|—|–|-|~|～)\s?(?P<to>1?\d)\s?月(?:份|底|末)?"
    r"|(?P<month>1?\d)\s?月(?:份)?(?:\s?(?P<day>[1-3]?\d)\s?日)?(?:底|末|初|中旬|上旬|下旬)?"
    r"|(?P<close>年?[底末终])|(?P<season>[春夏秋冬]季))"
)
_TIME = re.compile(
    rf"(?<![\d.〔\[])(?:(?P<first_year>(?:19|20)\d\d)\s?年?\s?(?:至|到|—|–|-|~|～|、)\s?(?P<last_year>(?:19|20)\d\d)\s?年"
    rf"|(?P<span_year>(?:19|20)\d\d)\s?年起\s?分(?P<years>[二两三四五])年"
    rf"|{_YEAR}\s?{_WHEN}?(?P<since>起)?|{_WHEN.replace('?P<', '?P<b_')}|(?P<year_end>年底|年末)|(?P<within>年内)"
    rf"|(?P<plan>“?十[三四五]五”?(?:期间|末|时期))|(?P<now>目前|现有|现行|现在|截至目前|至今|截至发文)|(?P<same>同期))"
)
# 2000年以前建成的, 2018年定的 and 〔2021〕 say what something is, not when it is so.
_NOT_A_TIME = re.compile(r"\s?(?:以前|之前)?(?:建成|定|印发|出台|修订|制定|颁布|建)的|\s?以前(?!累计)建?|\s?以来|届|版")
_OFFSETS = {"今": 0, "本": 0, "去": -1, "上": -1, "前": -2, "明": 1, "后": 2}
_CHINESE_MONTHS = {c: i for i, c in enumerate("一二三四五六七八九十", 1)} | {"两": 2}
_PLANS = {"三": (2016, 2020), "四": (2021, 2025), "五": (2026, 2030)}


@dataclass(frozen=True)
class Time:
    """text[start:end] names the period, or none that can be told (今年 in a document without a date).

    `now` marks the time of writing.
    """

    start: int
    end: int
    period: str | None
    now: bool = False


def times(text: str, written: date | None, spoken: int | None = None) -> Iterator[Time]:
    """The times that a text names, in reading order; `spoken` is the year spoken of before it, which 全年 means.

    >>> [t.period for t in times("截至2022年底，今年1至5月，去年", date(2023, 7, 1))]
    ['2022-12', '2023-01/2023-05', '2022']
    """
    year = None
    for match in _TIME.finditer(text):
        if _NOT_A_TIME.match(text, match.end()):
            continue
        found, year = _period(match, written, year, spoken)
        yield Time(match.start(), match.end(), found, now=bool(match["now"]))


def bounds(period: str) -> tuple[str, str]:
    """The first and the last month of a period, for comparing: 2022 is 2022-01 to 2022-12.

    >>> bounds("2022"), bounds("2025-01/2025-05")
    (('2022-01', '2022-12'), ('2025-01', '2025-05'))
    """
    first, _, last = period.partition("/")
    last = last or first
    return (first if len(first) > 4 else f"{first}-01")[:7], (last if len(last) > 4 else f"{last}-12")[:7]


def _period(
    match: re.Match[str], written: date | None, year: int | None, spoken: int | None
) -> tuple[str | None, int | None]:
    """The period, and the year that what follows speaks of."""
    named = match.groupdict()
    if named["first_year"]:
        return f"{named['first_year']}/{named['last_year']}", int(named["last_year"])
    if named["span_year"]:
        first = int(named["span_year"])
        return f"{first}/{first + _CHINESE_MONTHS[named['years']] - 1}", year
    if named["plan"]:
        first, last = _PLANS[re.sub("[“十]", "", named["plan"])[0]]
        return (str(last) if "末" in named["plan"] else f"{first}/{last}"), year
    if named["now"]:
        return (written.isoformat()[:7] if written else None), year
    if named["same"]:
        return None, year
    if named["said"] and year is None:
        year = spoken
    return _in_year(named, written, year)


def _in_year(named: dict[str, str | None], written: date | None, year: int | None) -> tuple[str | None, int | None]:
    prefix = "" if named["year"] or named["said"] else "b_"
    if named["year"]:
        year = int(named["year"])
    elif named["said"]:
        year = _said(named["said"], written, year)
    elif named["year_end"] or named["within"] or year is None:
        year = written.year if written else None
    if year is None:
        return None, None
    if named["year_end"]:
        return f"{year}-12", year
    return _part(year, {key: named.get(prefix + key) for key in ("half", "quarter", "first", "from", "to", "month",
                                                                  "day", "close")}), year  # fmt: skip


def _said(word: str, written: date | None, year: int | None) -> int | None:
    if word[0] in "同当" or (word[0] == "全" and year is not None):
        return year
    return written.year + _OFFSETS.get(word[0], 0) if written else None


def _part(year: int, part: dict[str, str | None]) -> str:
    if part["half"]:
        return _months(year, *((1, 6) if part["half"][0] == "上" else (7, 12)))
    if part["quarter"]:
        last = 3 * (_CHINESE_MONTHS.get(part["quarter"]) or int(part["quarter"]))
        return _months(year, last - 2, last)
    if part["first"]:
        return _months(year, 1, _CHINESE_MONTHS.get(part["first"]) or int(part["first"]))
    if part["from"] and part["to"]:
        return _months(year, int(part["from"]), int(part["to"]))
    if part["month"]:
        return f"{year}-{int(part['month']):02}" + (f"-{int(part['day']):02}" if part["day"] else "")
    return f"{year}-12" if part["close"] else str(year)


def _months(year: int, first: int, last: int) -> str:
    return f"{year}-{first:02}/{year}-{last:02}"
