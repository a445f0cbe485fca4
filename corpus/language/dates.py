"""Reads dates as documents print them. A damaged date is None, never a guess."""

import re
import unicodedata
from datetime import date

from corpus.language.numerals import to_int

_CHINESE = "〇○零一二三四五六七八九十廿卅"
_YEAR_MONTH_DAY = re.compile(
    rf"(?<![0-9{_CHINESE}])(?P<year>[0-9]{{4}}|[{_CHINESE}OoＯ]{{4}})\s*年\s*(?P<month>[0-9{_CHINESE}]{{1,3}})\s*月\s*(?P<day>[0-9{_CHINESE}]{{1,3}})\s*日"
)
_SEPARATED = re.compile(
    r"(?<![0-9])(?P<year>[0-9]{4})\s?([-./])\s?(?P<month>[0-9]{1,2})\s?\2\s?(?P<day>[0-9]{1,2})(?![0-9])"
)
# Replies online begin about 1998; a later year than this is a misread one.
_MAX_LINE_LENGTH = 200  # characters; a date pushed to the right by spaces has a hundred
_FIRST_YEAR, _LAST_YEAR = 1949, 2100


def find_date(text: str) -> date | None:
    """The first well-formed date in the text.

    >>> find_date("二〇二一年六月十八日"), find_date("2021.6.18"), find_date("2025610")
    (datetime.date(2021, 6, 18), datetime.date(2021, 6, 18), None)
    """
    plain = _plain(text)
    matches = [m for pattern in (_YEAR_MONTH_DAY, _SEPARATED) if (m := pattern.search(plain))]
    return _to_date(min(matches, key=lambda m: m.start())) if matches else None


def is_date_line(text: str) -> bool:
    """Whether the line is a date and nothing else, be it a damaged one ("2025610", "2025年月日")."""
    if len(text) > _MAX_LINE_LENGTH:
        return False
    spaced = re.sub(r"[()（）]", " ", _plain(text)).strip()
    plain = "".join(spaced.split())
    for line in (spaced, plain):
        if match := _YEAR_MONTH_DAY.match(line) or _SEPARATED.match(line):
            rest = "".join(line[match.end() :].split())
            return not rest or bool(re.fullmatch(r"(印[发制]?|\d{1,2}:\d{2}(:\d{2})?)", rest))
    return (
        bool(
            re.fullmatch(
                r"(19|20)\d{2}年?\d{0,2}月?\d{0,2}日?|[〇○零一二三四五六七八九十]{4}年.{0,3}月.{0,3}日?", plain
            )
        )
        and len(plain) > 4
    )


def _plain(text: str) -> str:
    # NFKC turns 〇 into itself and ○ (a circle typed for zero) into itself; full-width digits become ASCII.
    plain = unicodedata.normalize("NFKC", text)
    return re.sub(r"(?<=\d) (?=\d)", "", plain) if re.search(r"\d \d \d \d\s*年", plain) else plain


def _to_date(match: re.Match[str]) -> date | None:
    year = to_int(re.sub("[OoＯ]", "〇", match["year"]))
    month, day = to_int(match["month"]), to_int(match["day"])
    if year is None or month is None or day is None or not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
