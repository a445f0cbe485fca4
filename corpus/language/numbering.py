"""The numbering of official documents (GB/T 9704-2012, 7.3.3): 一、 then （一） then 1. then （1）; and 一是…二是…."""

import re
from typing import NamedTuple

_CN = "一二三四五六七八九十"
_LEVELS = (
    (1, re.compile(rf"第?[{_CN}]{{1,3}}\s*(?:[、，,]|[．.](?!\d))|第[{_CN}]{{1,3}}\s*(?:[、，,]|\s|部分)")),
    (2, re.compile(rf"[（(]\s*[{_CN}]{{1,3}}\s*[)）]\s*[、.]?")),
    (3, re.compile(r"[0-9０-９]{1,2}\s*(?:、|[.．](?!\d)|[.．](?=(?:19|20)\d\d年)|[)）])")),
    (4, re.compile(r"[（(]\s*[0-9０-９]{1,2}\s*[)）]|[①-⑳]")),
)
_ITEM = re.compile(rf"(?:第?[{_CN}]{{1,2}}是|其[{_CN}]{{1,2}}[，,是])")

ITEM_LEVEL = 5
"""The level of 一是…二是…, which is below that of every printed heading."""


class Numbering(NamedTuple):
    """A numbering at the start of a line: its `level`, 1 to 5, and the offset at which it ends."""

    level: int
    end: int


def numbering(text: str) -> Numbering | None:
    """The numbering at the start of a line.

    >>> numbering("（一）加密公交线路"), numbering("2.5万元"), numbering("一是强化管理")
    (Numbering(level=2, end=3), None, Numbering(level=5, end=2))
    """
    for level, pattern in _LEVELS:
        if match := pattern.match(text):
            return Numbering(level, match.end())
    if match := _ITEM.match(text):
        return Numbering(ITEM_LEVEL, match.end())
    return None


def item_starts(text: str) -> list[int]:
    """Where 一是, 二是, … begin inside a paragraph: at its start or right after a sentence or clause end."""
    starts = [m.start() for m in _ITEM.finditer(text)]
    return [s for s in starts if s == 0 or text[s - 1] in "。；;！？：:\n”" or text[s - 1].isspace()]
