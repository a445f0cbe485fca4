"""Finds where posts begin and end on a page that was copied as text: in a thread of a forum, a head of author and time
stands above each.

A resident can write lines that look like a head; so a reply is the last post that a bureau heads, as it is with labels.
"""

import re
from collections.abc import Sequence

from corpus.language.agencies import bureaus_in_line
from corpus.language.dates import is_date_line
from corpus.language.lines import begins_comments, begins_related_pages
from corpus.readers.posts import is_posted

_HEAD = 4  # lines of a head above its time: author, rank, points
_MAX_AUTHOR = 16  # characters of a nickname
_CLOCK = re.compile(r"\d[：:]\d\d")
_MAX_LINE = 24  # characters of such a line


def official_post(texts: Sequence[str]) -> tuple[int, str] | None:
    """The line with the time of the last post of a bureau, and the bureau."""
    for at in range(len(texts) - 1, -1, -1):
        if is_posted(texts[at]):
            names = [name for text in texts[head_start(texts, at) : at] for name in bureaus_in_line(text)]
            if names:
                return at, names[0]
    return None


def head_start(texts: Sequence[str], at: int) -> int:
    """The first line of the head whose time stands in line `at`; a blank line or a sentence ends it above."""
    first = at
    while first and at - first < _HEAD and _is_of_a_head(texts[first - 1]):
        first -= 1
    return first


def next_post(texts: Sequence[str], start: int) -> int:
    """The first line of the head of the next post from `start` on; the end if there is none."""
    posted = next((i for i in range(start, len(texts)) if is_posted(texts[i])), None)
    return len(texts) if posted is None else max(start, head_start(texts, posted))


def _is_of_a_head(text: str) -> bool:
    return 0 < len(text) <= _MAX_LINE and text[-1] not in "。？！?!…：:；;，,"


def posted_below(lines: Sequence[str], author: str) -> str | None:
    """The time below the author's name with which a board ends a message; None where it ends otherwise."""
    at = max(i for i, text in enumerate(lines) if text == author)
    time = next((text for text in lines[at + 1 :] if text), "")
    before = next((text for text in reversed(lines[:at]) if text), "")
    named = len(author) <= _MAX_AUTHOR and not re.search(r"[，。！？?!：:；、]", author)
    clock = is_date_line(time) and _CLOCK.search(time)  # a letter is dated by its day alone
    return time if named and clock and before[-1:] in "。！？!?…~" else None


def related_at(texts: Sequence[str]) -> int:
    """Where comments or the site's list of other messages begin; the end if none do."""
    if comments := [at for at, text in enumerate(texts) if at and begins_comments(text)]:
        return comments[0]
    for at in range(len(texts) - 1, 0, -1):
        text = texts[at]
        if begins_related_pages(text):
            return at
        if "。" in text:
            break
    return len(texts)
