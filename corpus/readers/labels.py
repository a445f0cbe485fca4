"""Finds labels and values on a web page: in header tables (发文字号 | 福民函〔2020〕43号), in lines
(发布日期：2020-05-06), and on message pages, where the message and the reply to it are values too.
"""

import re
from collections.abc import Iterator, Sequence, Set
from heapq import heappop, heappush
from typing import NamedTuple

from corpus.readers.dom import Line, Page
from corpus.readers.fields import field_of, rank_of
from corpus.readers.label_lines import split_labels

_MAX_LABEL_LENGTH = 16
_LONG_LABEL = 4
_LONG = ("text", "question")
_FURNITURE = re.compile(
    r"[【\[]?\s*(打印|关闭|返回|分享|上一[篇条]|下一[篇条]|版权所有|主办[:：]|技术支持|网站地图|扫一扫|满意度|我要评价|服务评价|(?:网友|网民|用户|全部|最新)评论|相关(链接|信件|留言|问政|阅读))"
)


class Pair(NamedTuple):
    """A label and its value: `inline` in the label's own line, `lines` after it; `used` are all lines of the pair."""

    field: str
    label: str
    inline: str
    lines: tuple[int, ...]
    used: tuple[int, ...]


Terms = Set[int]
"""The lines that begin a term of a list of definitions: whatever it is called, the value before it ends there."""


def pairs(page: Page, end: int) -> Iterator[Pair]:
    """Yields the labelled values that begin in the page's first `end` lines, in order."""
    ends = element_ends(page)
    terms = frozenset(region.start for region in page.regions if "dt" in region.names)
    i = 0
    while i < end:
        found = list(_inline(page, i, ends[i], terms)) or list(_alone(page, i, ends[i], terms))
        yield from found
        i = max([i, *(u for pair in found for u in pair.used)]) + 1


def value(page: Page, pair: Pair) -> str:
    """The whole value as text, in lines."""
    return "\n".join(filter(None, [pair.inline, *(page.lines[i].block.text for i in pair.lines)]))


def first_prose(lines: Sequence[Line]) -> int:
    """The first line of running text that is no value in a header table: the header ends there."""
    for i, line in enumerate(lines):
        text = line.block.text
        labelled = line.row and any(n.row == line.row and _is_label(n.block.text) for n in lines[max(0, i - 8) : i])
        if not labelled and not split_labels(text) and ("。" in text or len(text) > 80):
            return i
    return len(lines)


def is_furniture(text: str) -> bool:
    """Whether a line belongs to the site around the page's content, such as 【打印】."""
    return bool(_FURNITURE.match(text))


def element_ends(page: Page) -> list[int]:
    """For each line, the end of the smallest element that also holds the next line, else the line's own end."""
    waiting = sorted(((region.start, region.end) for region in page.regions), reverse=True)
    around: list[int] = []  # a heap with the ends of the elements around the line
    ends = []
    for i in range(len(page.lines)):
        while waiting and waiting[-1][0] <= i:
            heappush(around, waiting.pop()[1])
        while around and around[0] <= i + 1:
            heappop(around)
        ends.append(around[0] if around else i + 1)
    return ends


def _inline(page: Page, i: int, end: int, terms: Terms) -> Iterator[Pair]:
    found = split_labels(page.lines[i].block.text)
    for n, (label, inline) in enumerate(found):
        field = field_of(label) or ""
        last = n == len(found) - 1
        more = tuple(_following(page, i, end, label, terms)) if last and (field in _LONG or not inline) else ()
        if field not in _LONG:
            more = more[:1]
        yield Pair(field, label, inline, more, (i, *more))


def _alone(page: Page, i: int, end: int, terms: Terms) -> Iterator[Pair]:
    line = page.lines[i]
    text = line.block.text.strip()
    field = field_of(text)
    if field is None or is_furniture(text) or not (line.row or line.block.level or len(text) >= _LONG_LABEL):
        return
    following = tuple(_following(page, i, end, text, terms))
    more = following if field in _LONG else following[:1]
    yield Pair(field, text, "", more, (i, *more))


def _following(page: Page, i: int, end: int, label: str, terms: Terms) -> Iterator[int]:
    """Yields the lines that belong to the label in line `i`, up to the next label or to `end`."""
    for j in range(i + 1, end):
        if is_furniture(page.lines[j].block.text) or j in terms or _ends_value(page, label, i + 1, j):
            return
        yield j


def _ends_value(page: Page, label: str, first: int, j: int) -> bool:
    """Whether line `j` is the next label after `label`.

    A short label (单位, 问题) may be a word of the document and counts only in another cell; that of the reply always
    counts. Inside a reply, 处理结果：… in the same cell is what the reply says.
    """
    text = page.lines[j].block.text
    labels = [text] if _is_label(text) else [name for name, _ in split_labels(text)]
    field = field_of(label)
    if not labels or field not in _LONG:
        return bool(labels)
    same_cell = page.lines[j][1:] == page.lines[first][1:]
    if field == "text" and same_cell and all(_is_said(name, label) for name in labels):
        return False
    if any(field_of(name) == "text" for name in labels):
        return True
    return not same_cell or any(len(name) >= _LONG_LABEL for name in labels)


def _is_said(name: str, label: str) -> bool:
    """Whether a label is no better one for a reply than `label`, behind which it stands."""
    field = field_of(name)
    return field == "question" or (field == "text" and rank_of(name) > rank_of(label))


def _is_label(text: str) -> bool:
    return len(text) <= _MAX_LABEL_LENGTH and field_of(text) is not None
