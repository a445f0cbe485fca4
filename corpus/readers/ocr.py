"""Recognises the text of a picture of a page. Owns rapidocr.

One thread: the processes that read files may start none, and each core reads a page of its own.
"""

import math
import re
from functools import cache
from statistics import mean, median
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidocr import RapidOCR

from corpus.readers import placed, placed_tables
from corpus.readers.encodings import drop_controls
from corpus.readers.placed import Piece
from corpus.readers.scans import MAX_SIDE, Picture

# Pixels of the longer side at which lines are looked for. On pages of 300 dpi 2,000 found the same lines in 1.5 times
# the time and 200 MB more.
_DETECTION_SIDE = 1_280
_DOUBTFUL = 0.6  # of certainty; a character below it is marked
_WIDE = dict(zip(",:;!?()", "，：；！？（）", strict=True))
_NO_MEMORY = re.compile("alloc|memory", re.IGNORECASE)
_CHINESE = "[\u3400-\u9fff，。；：、！？》”）]"
_NARROW = re.compile(rf"(?<={_CHINESE})[,:;!?()]|[,:;!?()](?={_CHINESE})")
_HALF_CLOSED, _HALF_OPEN = re.compile(r"（([^（）()]*)\)"), re.compile(r"\(([^（）()]*)）")
_LEGIBLE = 0.5  # of certainty, the mean of a line; what has less is a stain, a stamp or a scribble
_TURNED = 0.75  # of certainty, the mean of a page: upright pages have more, those upside down far less


class _Line(NamedTuple):
    """A line as it was recognised: its characters, how certain each is, and its corners from the upper left."""

    text: str
    certainty: tuple[float, ...]
    corners: NDArray[np.float32]


def page(picture: Picture) -> placed.Page:
    """The lines of the page, in points; a page that lies on its side or upside down is turned."""
    lines, pixels = _upright(picture.pixels)
    slope = _slope(lines)
    pieces = [_piece(line, slope, picture.scale) for line in lines]
    return placed_tables.page(pieces, pixels.shape[0] / picture.scale)


@cache
def _engine() -> RapidOCR:
    one = {f"EngineConfig.onnxruntime.{kind}_op_num_threads": 1 for kind in ("intra", "inter")}
    sides = {
        "Global.max_side_len": MAX_SIDE,
        "Det.limit_type": "max",
        "Det.limit_side_len": _DETECTION_SIDE,
    }
    return RapidOCR(
        params={**one, **sides, "Global.use_cls": False, "Global.text_score": 0.0, "Global.log_level": "critical"}
    )


def _lines(pixels: NDArray[np.uint8]) -> list[_Line]:
    try:
        found: Any = _engine()(pixels[:, :, ::-1], return_word_box=True, return_single_char_box=True)
    except Exception as error:
        if _NO_MEMORY.search(str(error)):  # each library below says it in its own exception
            raise MemoryError from error
        raise
    if found.txts is None:
        return []
    lines = []
    for corners, characters in zip(found.boxes, found.word_results, strict=True):
        kept = [(plain, score) for text, score, _ in characters if (plain := drop_controls(text))]
        certainty = tuple(float(score) for text, score in kept for _ in text)
        if certainty:
            lines.append(_Line("".join(text for text, _ in kept), certainty, corners))
    return lines


def _upright(pixels: NDArray[np.uint8]) -> tuple[list[_Line], NDArray[np.uint8]]:
    """The lines of the page turned so that they are read best, and the page so turned."""
    lines = _lines(pixels)
    tall = sum(_is_tall(line) for line in lines if len(line.text) > 1)
    tried = [] if tall > len(lines) / 2 else [(lines, pixels)]
    if not tried or (lines and _certainty(lines) < _TURNED):
        turned = [np.ascontiguousarray(np.rot90(pixels, turn)) for turn in ((2,) if tried else (1, 3))]
        tried += [(_lines(page), page) for page in turned]
    best, page = max(tried, key=lambda found: _certainty(found[0]))
    return [line for line in best if mean(line.certainty) >= _LEGIBLE], page


def _certainty(lines: list[_Line]) -> float:
    return mean([score for line in lines for score in line.certainty] or [0.0])


def _is_tall(line: _Line) -> bool:
    """Whether the line runs up or down the page."""
    width, height = np.ptp(line.corners, axis=0)
    return bool(height > 1.5 * width)


def _slope(lines: list[_Line]) -> float:
    """How far the page's lines fall, as a share of their length; long lines tell it."""
    long = [line.corners for line in lines if len(line.text) >= 8]
    return median([float((c[1] - c[0])[1] / max((c[1] - c[0])[0], 1.0)) for c in long] or [0.0])


def _piece(line: _Line, slope: float, scale: float) -> Piece:
    """The line on a page that is turned level, in points."""
    turned = line.corners @ np.array([[1, -slope], [slope, 1]], np.float32) / math.hypot(1, slope) / scale
    left, right = turned[[0, 3], 0].mean(), turned[[1, 2], 0].mean()
    top, bottom = turned[[0, 1], 1].mean(), turned[[2, 3], 1].mean()
    text, certainty = mended(line.text), line.certainty
    doubtful = tuple((at, at + 1) for at, score in enumerate(certainty) if score < _DOUBTFUL and not text[at].isspace())
    return Piece(text, float(left), float(top), float(right), float(bottom), doubtful)


def mended(text: str) -> str:
    """The text with the marks beside Chinese full-width, as they are printed: they are read narrow one time in ten.

    A bracket is as its other half.

    >>> mended("答复如下:一、会议在9:30(周三)开始;附件(略)，No.3(b)")
    '答复如下：一、会议在9:30（周三）开始；附件（略），No.3(b)'
    """
    wide = _NARROW.sub(lambda mark: _WIDE[mark[0]], text)
    return _HALF_OPEN.sub(r"（\1）", _HALF_CLOSED.sub(r"（\1）", wide))
