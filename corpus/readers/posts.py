"""Reads a thread of a forum: posts in elements of one kind, each with its author and time above its words.

Who speaks is told by a post's head alone, which ends at the time: whatever a resident writes stands below it.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from corpus.language.agencies import bureaus_in_line
from corpus.language.dates import find_date
from corpus.readers.dom import Line, Page, Region
from corpus.readers.labels import is_furniture

_POSTED = re.compile(r"(?:发表|发布|回复|回答|评论|提问|留言)于\s*[：:]?\s*\d{4}\s?[-./年]")
_FLOOR = re.compile(r"楼主|沙发|板凳|地板|\d{1,4}\s*[楼#]|只看该作者|倒序浏览|电梯直达|来自\s?\S{1,12}")
_OFFICIAL = re.compile("官方|认证|[答回]复单位|单位回复|部门回复|政务号")
_HEAD_DEPTH = 7  # lines: author, rank, points and the like stand above the time
_MIN_POSTS = 2


class Post(NamedTuple):
    """The lines above a post's words, and its words."""

    head: tuple[str, ...]
    said: tuple[Line, ...]

    @property
    def posted_on(self) -> str:
        return self.head[-1]

    @property
    def bureau(self) -> str | None:
        return next((name for text in self.head for name in bureaus_in_line(text)), None)

    @property
    def is_marked(self) -> bool:
        return any(map(_OFFICIAL.search, self.head))


class Thread(NamedTuple):
    """The message, the posts of bureaus that reply to it, and the line at which the thread begins."""

    asked: Post
    replies: tuple[Post, ...]
    start: int


def thread(page: Page) -> Thread | None:
    """The thread on a page; None for a page without posts, and for one on which no bureau replies to a resident."""
    regions = _regions(page)
    posts = [_post(page, region) for region in regions]
    if len(posts) < _MIN_POSTS or posts[0].bureau:
        return None
    answering = [post for post in posts[1:] if post.bureau and post.said]
    marked = [post for post in answering if post.is_marked]  # a nickname may be a bureau's, a mark is the forum's
    replies = marked or answering
    return Thread(posts[0], tuple(replies), regions[0].start) if replies and posts[0].said else None


def _regions(page: Page) -> list[Region]:
    """The elements of the kind that holds most posts, in order."""
    kinds: dict[str, list[Region]] = {}
    for region in sorted(page.regions, key=lambda region: (region.start, region.start - region.end)):
        if _time_at(page, region) is not None:
            for name in {re.sub(r"\d+", "", name) for name in region.names}:
                held = kinds.setdefault(name, [])
                if not held or region.start >= held[-1].end:
                    held.append(region)
    return max(kinds.values(), key=len, default=[])


def _time_at(page: Page, region: Region) -> int | None:
    """The line of a post's time; None for an element that is no post."""
    last = min(region.start + _HEAD_DEPTH, region.end - 1)
    return next((i for i in range(region.start, last) if is_posted(page.lines[i].block.text)), None)


def is_posted(text: str) -> bool:
    """Whether a line tells when a post was written: 发表于 2024-3-24 21:03 | 只看该作者."""
    return bool(_POSTED.search(text)) and find_date(text) is not None and "。" not in text


def _post(page: Page, region: Region) -> Post:
    at = _time_at(page, region)
    assert at is not None  # such regions alone are posts
    head = [line.block.text for line in page.lines[region.start : at + 1]]
    return Post(tuple(head), tuple(_said(page.lines[at + 1 : region.end])))


def _said(lines: Sequence[Line]) -> Iterator[Line]:
    for i, line in enumerate(lines):
        if not is_furniture(line.block.text) and not (not i and _FLOOR.fullmatch(line.block.text.strip())):
            yield line
