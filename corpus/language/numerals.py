"""Chinese numerals as they stand in sessions, numbers and dates."""

import re
import unicodedata

NUMERAL = r"[〇○零一二三四五六七八九十百两０-９0-9]+"
"""A run of numeral characters, for use inside other patterns."""

_LONGEST = 18  # digits; more is no number of anything, and Python reads no more than 4,300
_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"○": 0, "零": 0, "两": 2}


def to_int(numeral: str) -> int | None:
    """The value (in words below 1000), or None where it is no numeral.

    >>> to_int("十四"), to_int("二〇二一"), to_int("一百零五"), to_int("１２"), to_int("十十")
    (14, 2021, 105, 12, None)
    """
    plain = unicodedata.normalize("NFKC", numeral).replace(" ", "")
    if len(plain) > _LONGEST:
        return None
    if re.fullmatch(r"[0-9]+", plain):
        return int(plain)
    if plain and all(c in _DIGITS for c in plain):
        return int("".join(str(_DIGITS[c]) for c in plain))
    match = re.fullmatch(
        r"(?:([一二三四五六七八九])百)?零?(?:([一二三四五六七八九])?(十))?([一二三四五六七八九])?", plain
    )
    if not plain or not match:
        return None
    hundreds, tens, ten, ones = match.groups()
    total = 100 * _DIGITS[hundreds] if hundreds else 0
    if ten:
        total += 10 * (_DIGITS[tens] if tens else 1)
    return total + (_DIGITS[ones] if ones else 0)
