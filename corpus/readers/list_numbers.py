"""Computes the numbers that Word prints before list paragraphs but does not store in their text: 一、 （一） 1."""

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from corpus.language.numerals import to_chinese

_ROMAN = ((100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_CHINESE_STYLES = {
    f"{language}Counting{most}" for language in ("chinese", "japanese", "taiwanese") for most in ("", "Thousand")
}
_FORMAL = {"chineseLegalSimplified", "ideographLegalTraditional"}
_DIGITS = {"ideographDigital", "japaneseDigitalTenThousand", "taiwaneseDigital"}  # 一 to 九, then 一〇
_SIGNS = {
    "decimalEnclosedCircle": "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳",
    "decimalEnclosedCircleChinese": "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳",
    "decimalEnclosedParen": "⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇",
    "decimalEnclosedFullstop": "⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑⒒⒓⒔⒕⒖⒗⒘⒙⒚⒛",
    "ideographTraditional": "甲乙丙丁戊己庚辛壬癸",
    "ideographZodiac": "子丑寅卯辰巳午未申酉戌亥",
}
_CHINESE_DIGITS = str.maketrans("0123456789", "〇一二三四五六七八九")
_DEPTH = 9


class Level(NamedTuple):
    """How a list numbers one of its levels: `style` is Word's numFmt, `pattern` its text ("（%1）").

    Levels of one `sequence` share a counter.
    """

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
        """The number of the next paragraph of a list; empty for bullets and for unknown lists."""
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
            number = number.replace(f"%{place + 1}", in_style(counts.get(place, outer.start), outer.style))
        return number if not number[-1:].isalnum() or number[-1:] > "\u2000" else number + " "


def in_style(value: int, style: str) -> str:
    """The number as Word prints it in a numFmt; an unknown one is decimal.

    >>> in_style(12, "chineseCounting"), in_style(3, "decimalEnclosedCircle"), in_style(4, "lowerRoman")
    ('十二', '③', 'iv')
    """
    if style in _CHINESE_STYLES or style in _FORMAL:
        return to_chinese(value, formal=style in _FORMAL)
    if style in _DIGITS:
        return str(value).translate(_CHINESE_DIGITS)
    if 0 < value <= len(signs := _SIGNS.get(style, "")):
        return signs[value - 1]
    if style in ("lowerLetter", "upperLetter") and 0 < value <= 26:
        letter = chr(ord("a") + value - 1)
        return letter if style == "lowerLetter" else letter.upper()
    if style in ("lowerRoman", "upperRoman") and 0 < value < 400:
        return _roman(value) if style == "lowerRoman" else _roman(value).upper()
    return f"{value:02}" if style == "decimalZero" else str(value)


def _roman(value: int) -> str:
    text = ""
    for worth, sign in _ROMAN:
        count, value = divmod(value, worth)
        text += sign * count
    return text
