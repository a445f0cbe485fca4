"""Puts the labels of a page that was copied as text, and their values, on one line each: a browser copies them under
each other, a form numbers them.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from corpus.language.dates import find_date
from corpus.readers.fields import field_of
from corpus.readers.label_lines import split_labels
from corpus.types import Block

ALONE = re.compile(r"[【\[（(]?\s*(?P<label>[\u4e00-\u9fff][\u4e00-\u9fff ]{1,9})\s*[】\])）]?\s*[：:]?")
LONG_LABEL = 4  # characters of a mark without colon and brackets: 回复 and 问题 are words
_MAX_VALUE = 60  # characters of a value in a line below its label
_NUMBERED = re.compile(
    r"(?:[一二三四五六七八九十]{1,2}、|\d{1,2}\s*[.、．]|[（(][一二三四五六七八九十\d]{1,2}[)）])\s*"
)
_MIN_NUMBERED = 3  # labels with numbers that make a page a form: a letter may have a heading like one
_OTHER_PAGE = re.compile("[【]?(?:上|下)一(?:篇|条|个|则|封)[】]?[：:]?")


def on_one_line(blocks: Sequence[Block]) -> list[Block]:
    """The blocks, each label that stands alone in a line with the line below it, if that can be its value."""
    blocks = _unnumbered(blocks)
    filled = [i for i, block in enumerate(blocks) if block.text.strip()]
    found = dict(enumerate(blocks))
    for at, below in pairwise(filled):
        label, value = blocks[at].text.strip(), blocks[below].text.strip()
        if at in found and _awaits(label, value):
            found[at] = Block(f"{label.rstrip('：:')}：{value}")
            del found[below]
    return list(found.values())


def _unnumbered(blocks: Sequence[Block]) -> Sequence[Block]:
    """The blocks of a form without the numbers of its labels: 二、来信内容：…"""
    plain = [_NUMBERED.sub("", block.text.strip(), count=1) for block in blocks]
    labels = [i for i, text in enumerate(plain) if text != blocks[i].text.strip() and split_labels(text)]
    if len(labels) < _MIN_NUMBERED or not any(field_of(split_labels(plain[i])[0][0]) == "question" for i in labels):
        return blocks
    return [Block(plain[i]) if i in labels else block for i, block in enumerate(blocks)]


def _awaits(text: str, below: str) -> bool:
    """Whether a line is a label of one line and the line below it its value."""
    if len(below) > _MAX_VALUE or "。" in below or split_labels(below) or _is_label(below):
        return False
    if _OTHER_PAGE.fullmatch(text):
        return True
    alone = ALONE.fullmatch(text)
    field = field_of(alone["label"]) if alone else None
    if alone is None or field in (None, "text", "question", "outcome"):
        return False
    dated = field not in ("asked_on", "replied_on", "published_on") or find_date(below) is not None
    return dated and (len(alone["label"]) >= LONG_LABEL or alone["label"] != text)


def _is_label(text: str) -> bool:
    alone = ALONE.fullmatch(text)
    return alone is not None and len(alone["label"]) >= LONG_LABEL and field_of(alone["label"]) is not None
