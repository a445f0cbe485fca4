"""Chinese numerals: reads those of sessions, numbers and dates, writes those that count sessions and list items."""

import re
import unicodedata

NUMERAL = r"[〇○零一二三四五六七八九十百两０-９0-9]+"
"""A run of numeral characters, for use inside other patterns."""

_MAX_LENGTH = 18  # digits; more is no number of anything, and Python reads no more than 4,300
_ORDINARY, _FORMAL = "〇一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖"
_DIGITS = {c: i for i, c in enumerate(_ORDINARY)} | {"○": 0, "零": 0, "两": 2}


def to_int(numeral: str) -> int | None:
    """The value, or None for a text that is no numeral; numerals in words are read up to 999.

    >>> to_int("十四"), to_int("二〇二一"), to_int("廿一"), to_int("１２"), to_int("十十")
    (14, 2021, 21, 12, None)
    """
    plain = unicodedata.normalize("NFKC", numeral).replace(" ", "").replace("廿", "二十").replace("卅", "三十")
    if len(plain) > _MAX_LENGTH:
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


def to_chinese(number: int, *, formal: bool = False) -> str:
    """A number from 1 to 99 in words, any other in digits. `formal` writes it as on a cheque, each ten with its digit.

    >>> to_chinese(6), to_chinese(10), to_chinese(14), to_chinese(20), to_chinese(100)
    ('六', '十', '十四', '二十', '100')
    >>> to_chinese(12, formal=True)
    '壹拾贰'
    """
    if not 0 < number < 100:
        return str(number)
    digits, ten = (_FORMAL, "拾") if formal else (_ORDINARY, "十")
    tens, ones = divmod(number, 10)
    counted = "" if tens == 1 and not formal else digits[tens]
    return (counted + ten if tens else "") + (digits[ones] if ones else "")
