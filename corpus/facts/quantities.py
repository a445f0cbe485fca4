"""Quantities in a text: the value, the unit and how exact it is said to be.

Not for: what is counted, where and when (figures.py); dates, lengths of time and numbers that only name (12号).
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from corpus.facts.units import SHARE, UNIT, canonical

Precision = Literal["exact", "about", "above", "below"]

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_POWERS = {"十": 10, "百": 100, "千": 1000}
_SCALES = {"万亿": 10**12, "亿": 10**8, "万": 10**4, "千": 1000, "百": 100, "十": 10}
_ARABIC = r"(?<![\d.])(?<!\d,)(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_CHINESE = r"(?<![十百千万亿])(?:[一二两三四五六七八九]?[十百千万亿])[零一二两三四五六七八九十百千万亿]{0,14}"
_SCALE = r"(?:万亿|亿|万|千|百|十)"
_TO = r"\s?(?:至|到|—|–|-|－|~|～)\s?"

_BEFORE = (
    (r"(?:不到|不足|少于|低于|未到|不超过|不高于|不多于|至多|最多|最高|不大于)", "below"),
    (r"(?:超过|突破|逾|超|至少(?:配备)?|不少于|不低于|不小于|多于|高于|最少)", "above"),
    (r"(?:大约|大概|约为|(?<![签预合特节制公条契])约|将近|接近|近)", "about"),
)
_AFTER = (
    (r"(?:以上|多(?![\d一二两三四五六七八九十了]))", "above"),
    (r"(?:以内|以下)", "below"),
    (r"(?:左右|上下)", "about"),
)
_PREFIX = "|".join(pattern for pattern, _ in _BEFORE)
_SUFFIX = "|".join(pattern for pattern, _ in _AFTER)

_COUNTED = re.compile(
    rf"(?P<before>(?:{_PREFIX})\s?)?(?P<number>{_ARABIC}|{_CHINESE})\s?(?P<odd>[余多几]?)(?P<scale>{_SCALE}?)"
    rf"(?P<odd2>[余多]?)\s?(?:(?P<unit>(?:{_SCALE})?{UNIT})?{_TO}(?P<upper>{_ARABIC})\s?(?P<upper_scale>{_SCALE}?))?"
    rf"\s?(?P<last>(?:{UNIT})|%|‰)\s?(?P<after>{_SUFFIX})?"
)
_TENTHS = re.compile(
    rf"(?P<before>(?:{_PREFIX})\s?)?(?P<tenths>[一二三四五六七八九])成(?P<rest>[一二三四五六七八九半])?"
    rf"(?![立员为本功果效年型交熟都套了])(?P<odd>多)?(?P<after>{_SUFFIX})?"
)
_WORDS = "[零〇一二两三四五六七八九十百]+(?:点[零〇一二三四五六七八九]+)?"
_PERCENT = re.compile(rf"(?P<before>(?:{_PREFIX})\s?)?百分之(?P<number>{_WORDS})(?P<after>{_SUFFIX})?")
# A number that names (第3条) or says how often something happens (每5分钟), and a condition (200平方米以上的).
_NAMES = re.compile(r"(?:第|每|[A-Za-z〔\[(（#№])\s?$")
_CONDITION = re.compile(r"的(?![，。；、\s]|$)")
_WIDE = re.compile("[０-９Ａ-Ｚａ-ｚ％．～－]")
_ADDRESS = re.compile(r"\s?(?:单元|栋|幢|号|室|楼)")


@dataclass(frozen=True)
class Quantity:
    """text[start:end], its qualifiers included; the number itself begins at `at`. `upper` is the end of a range."""

    start: int
    at: int
    end: int
    value: float
    upper: float | None
    unit: str
    precision: Precision


def quantities(text: str) -> list[Quantity]:
    """The quantities of a text, in reading order; none overlaps another.

    >>> [(q.value, q.unit, q.precision) for q in quantities("泊位29.4万个，近三成闲置，每台补助不超过1.2万元")]
    [(294000, '个', 'exact'), (30, '%', 'about'), (12000, '元', 'below')]
    """
    plain = folded(text)
    found = sorted((*_counted(plain), *_tenths(plain), *_percents(plain)), key=lambda q: (q.at, -q.end))
    kept: list[Quantity] = []
    for quantity in found:
        if not kept or quantity.start >= kept[-1].end:
            kept.append(quantity)
    return kept


def folded(text: str) -> str:
    """The text with ASCII in place of full-width digits, letters and signs of numbers; every offset holds."""
    return _WIDE.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)


def number(text: str) -> float | None:
    """The number that a cell holds and nothing else, such as 2,310 or 46.8%.

    >>> number("2,310"), number("46.8"), number("46家")
    (2310, 46.8, None)
    """
    plain = folded(text).strip()
    return _value(plain) if re.fullmatch(_ARABIC, plain) else None


def _counted(text: str) -> Iterator[Quantity]:
    at = 0
    while match := _COUNTED.search(text, at):
        at = match.end("number")
        lower = _value(match["number"])
        if lower is None or not _counts(text, match):
            continue
        value, upper = _range(match, lower)
        unit = canonical(match["last"])
        if unit == "‰":
            value, unit = value / 10, SHARE
        precision = _precision(match, odd=bool(match["odd"] or match["odd2"]))
        yield Quantity(match.start(), match.start("number"), match.end(), value, upper, unit, precision)
        at = match.end()


def _range(match: re.Match[str], lower: float) -> tuple[float, float | None]:
    """The value in ones, and the end of a range: of 3至5万元, the 3 too is of 万; of 8000元至1万元, the 8000 is not."""
    scale = _SCALES.get(match["scale"], 1)
    upper = _value(match["upper"]) if match["upper"] else None
    if upper is None:
        return _plain(lower * scale), None
    upper_scale = _SCALES.get(match["upper_scale"], 1)
    if not match["scale"] and not match["unit"]:
        scale = upper_scale
    return _plain(lower * scale), _plain(upper * upper_scale)


def _counts(text: str, match: re.Match[str]) -> bool:
    before, after = text[max(0, match.start() - 2) : match.start("number")], text[match.end() : match.end() + 2]
    if match["number"] in _SCALES and not match["before"]:  # 单位：万人
        return False
    if _NAMES.search(before) or (_ADDRESS.match(after) and match["last"] in "栋幢单元座门"):
        return False
    if match["last"] == "岁" and "年龄" not in text[max(0, match.start() - 6) : match.start()]:
        return False
    return not (match["after"] and _CONDITION.match(after))


def _tenths(text: str) -> Iterator[Quantity]:
    for match in _TENTHS.finditer(text):
        rest = 5 if match["rest"] == "半" else _DIGITS[match["rest"]] if match["rest"] else 0
        value = _DIGITS[match["tenths"]] * 10 + rest
        precision = _precision(match, odd=bool(match["odd"]))
        yield Quantity(match.start(), match.start("tenths"), match.end(), value, None, SHARE, precision)


def _percents(text: str) -> Iterator[Quantity]:
    for match in _PERCENT.finditer(text):
        whole, _, decimals = match["number"].partition("点")
        value = _chinese(whole)
        if value is not None:
            value = float(f"{value}.{''.join(str(_DIGITS[c]) for c in decimals)}") if decimals else value
            yield Quantity(match.start(), match.end("before"), match.end(), value, None, SHARE, _precision(match))


def _precision(match: re.Match[str], *, odd: bool = False) -> Precision:
    for pattern, precision in _BEFORE:
        if match["before"] and re.match(pattern, match["before"]):
            return precision  # type: ignore[return-value]  # of the table above
    for pattern, precision in _AFTER:
        if match["after"] and re.match(pattern, match["after"]):
            return precision  # type: ignore[return-value]
    return "above" if odd else "exact"


def _value(numeral: str) -> float | None:
    plain = numeral.replace(",", "")
    if re.fullmatch(r"\d+", plain):
        return int(plain)
    return float(plain) if plain[:1].isdigit() and plain.isascii() else _chinese(plain)


def _chinese(numeral: str) -> float | None:
    """The value of a numeral in words; None for what is none, such as 十百.

    >>> _chinese("三百二十"), _chinese("一万二千"), _chinese("十五")
    (320, 12000, 15)
    """
    total = section = 0
    digit: int | None = None
    for character in numeral:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character in _POWERS:
            section += (1 if digit is None else digit) * _POWERS[character]
            digit = None
        elif character in "万亿":
            total = (total + section + (digit or 0) or 1) * _SCALES[character]
            section, digit = 0, None
        else:
            return None
    return total + section + (digit or 0)


def _plain(value: float) -> float:
    """Without the noise of binary fractions: 1.36亿 is 136000000."""
    near = round(value, 6)
    return int(near) if near == int(near) else near
