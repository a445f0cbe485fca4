"""The numbers that Word prints before list paragraphs and does not store in their text: 一、 （一） 1."""

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

_CHINESE = "〇一二三四五六七八九"
_FORMAL = "零壹贰叁肆伍陆柒捌玖"
_ROMAN = ((100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_CHINESE_STYLES = {"chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting"}
_CIRCLED = {"decimalEnclosedCircle", "decimalEnclosedCircleChinese"}
_DEPTH = 9


class Level(NamedTuple):
    """How a list numbers one of its levels: `style` is Word's numFmt, `pattern` its text ("（%1）"). Levels of one
    `sequence` count on together."""

    sequence: str
    start: int
    style: str
    pattern: str


class ListNumbers:
    """The counters of one document, from its start to its end."""

    def __init__(self, levels: Mapping[tuple[int, int], Level]) -> None:
        """`levels` maps a list's id and a depth from 0 to the level there."""
        self._levels = levels
        self._counts: defaultdict[str, dict[int, int]] = defaultdict(dict)

    def next(self, list_id: int, depth: int) -> str:
        """The number of the next paragraph of a list, empty for bullets and for unknown lists."""
        level = self._levels.get((list_id, depth))
        if level is None:
            return ""
        counts = self._counts[level.sequence]
        counts[depth] = counts.get(depth, level.start - 1) + 1
        for deeper in range(depth + 1, _DEPTH):
            counts.pop(deeper, None)
        if level.style in ("bullet", "none"):
            return ""
        number = level.pattern
        for place in range(depth + 1):
            outer = self._levels.get((list_id, place), level)
            number = number.replace(f"%{place + 1}", printed(counts.get(place, outer.start), outer.style))
        return number if not number[-1:].isalnum() or number[-1:] > "\u2000" else number + " "


def printed(value: int, style: str) -> str:
    """A number as Word prints it in a numFmt; an unknown one is decimal.

    >>> printed(12, "chineseCounting"), printed(3, "decimalEnclosedCircle"), printed(4, "lowerRoman")
    ('十二', '③', 'iv')
    """
    if style in _CHINESE_STYLES and 0 < value < 100:
        return _tens(value, _CHINESE, "十").removeprefix("一" if value < 20 and value > 9 else "")
    if style == "chineseLegalSimplified" and 0 < value < 100:
        return _tens(value, _FORMAL, "拾")
    if style in _CIRCLED and 0 < value <= 20:
        return chr(ord("①") + value - 1)
    if style in ("lowerLetter", "upperLetter") and 0 < value <= 26:
        letter = chr(ord("a") + value - 1)
        return letter if style == "lowerLetter" else letter.upper()
    if style in ("lowerRoman", "upperRoman") and 0 < value < 400:
        return _roman(value) if style == "lowerRoman" else _roman(value).upper()
    return f"{value:02}" if style == "decimalZero" else str(value)


def _tens(value: int, digits: str, ten: str) -> str:
    tens, ones = divmod(value, 10)
    return (digits[tens] + ten if tens else "") + (digits[ones] if ones else "")


def _roman(value: int) -> str:
    text = ""
    for worth, sign in _ROMAN:
        count, value = divmod(value, worth)
        text += sign * count
    return text
