"""Closes up text whose characters are printed apart, as letterheads and bad scans have them."""

import re

_SIGN = "[\u4e00-\u9fff，。、：；！？《》“”〔〕（）]"
_APART = re.compile(rf"(?<={_SIGN})[ \u3000]+(?=\S)|(?<=\S)[ \u3000]+(?={_SIGN})")
_MIN_SHARE = 0.4  # of the characters; an ordinary line has a space or two


def closed_up(text: str) -> str:
    """The text without the spaces between its characters, if nearly all are printed apart; else unchanged.

    >>> closed_up("第 33 号 建 议 的 答 复"), closed_up("全区 46 所小学")
    ('第33号建议的答复', '全区 46 所小学')
    """
    apart = _APART.findall(text)
    return _APART.sub("", text) if len(apart) >= _MIN_SHARE * len(text.replace(" ", "")) else text
