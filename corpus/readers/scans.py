"""Pages that are pictures: whether they are recognised in this process, and who is told how far it has come.

Not for: the recognition itself (ocr), pictures inside a file format (pdf, ofd, images).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

from corpus.readers import placed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RESOLUTION = 220
"""Pixels an inch at which a page is drawn. Office scans have 300; with more, it takes longer and reads no better."""

MAX_SIDE = 2_400
"""Pixels of a page's longer side, for the same reason. A4 at RESOLUTION has 2,570; on A3, 12 points are still 24."""

MAX_PAGES = 300
"""Pages of one file that are recognised: a quarter of an hour. A reply with its annexes has fewer."""

NOT_RECOGNISED = "没有做文字识别"
"""Stands in what is said of every picture that was not recognised, since it can be another time."""

_LIBRARY = "rapidocr"


class Picture(NamedTuple):
    """A page in red, green and blue, uint8 (height, width, 3), and its pixels a point."""

    pixels: "NDArray[np.uint8]"
    scale: float


class _Wanted(NamedTuple):
    is_on: bool = True
    told: Callable[[int, int], None] = lambda page, pages: None
    pages: int = MAX_PAGES


_ANYWAY = _Wanted()
_wanted: ContextVar[_Wanted] = ContextVar("_wanted")


@contextmanager
def recognising(
    *, is_on: bool, told: Callable[[int, int], None] = lambda page, pages: None, pages: int = MAX_PAGES
) -> Iterator[None]:
    """Whether pictures are recognised inside the block, and how many of a file at most; `told` hears the page at hand,
    from 1, and how many there are."""
    token = _wanted.set(_Wanted(is_on, told, pages))
    try:
        yield
    finally:
        _wanted.reset(token)


def recognised(
    numbers: Sequence[int], picture: Callable[[int], Picture | None]
) -> tuple[dict[int, placed.Page], str | None]:
    """The pages of these numbers, and why they were not recognised, if they were not. `picture` draws a page."""
    if not numbers:
        return {}, None
    if reason := _refusal(len(numbers)):
        return {}, reason
    try:
        ocr = import_module("corpus.readers.ocr")
    except ImportError:
        return {}, f"{NOT_RECOGNISED}（{_LIBRARY} 无法加载：内存不足或安装不完整）。请管理员检查后重新运行。"
    pages: dict[int, placed.Page] = {}
    for done, number in enumerate(numbers, 1):
        _wanted.get(_ANYWAY).told(done, len(numbers))
        if drawn := picture(number):
            pages[number] = ocr.page(drawn)
    return pages, None


def numbered(numbers: Sequence[int]) -> str:
    """The first pages by their numbers.

    >>> numbered([0, 2])
    '第 1、3 页'
    """
    first = "、".join(str(number + 1) for number in numbers[:10])
    return f"第 {first} 页" if len(numbers) <= 10 else f"第 {first} 页等 {len(numbers)} 页"


def _refusal(pages: int) -> str | None:
    if not _wanted.get(_ANYWAY).is_on:
        return f"{NOT_RECOGNISED}（--ocr off）。请去掉这个选项后重新运行，或换用 Word 原件。"
    if find_spec(_LIBRARY) is None:
        return f"{NOT_RECOGNISED}（没有安装 {_LIBRARY}）。请管理员安装它后重新运行，或换用 Word 原件。"
    if pages > (most := _wanted.get(_ANYWAY).pages):
        return f"期望不超过 {most} 页扫描的文件，实际有 {pages} 页。请拆成几个文件。"
    return None
