"""Reads scans that are pictures: jpg, png and tif, each frame of which is a page. Owns PIL.

Not for: what a picture says (ocr), pages that a pdf draws (pdf).
"""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps

from corpus.errors import ReadError
from corpus.readers import placed, scans
from corpus.readers.damage import as_read_error
from corpus.types import RawDocument, Source

_FORMATS = ("JPEG", "PNG", "TIFF", "BMP")
_MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "TIFF": "image/tiff"}
_MAX_PIXELS = 80_000_000  # 9,900 x 7,000 is A3 at 600 dpi; a pixel takes three bytes
_SHOWN_SIDE = 1_760  # pixels of the longer side: A4 at 150 dpi
_PAGE_POINTS = 842  # the longer side of A4; what a picture says of its size is often wrong


class Placed(NamedTuple):
    """A picture in a file's own format, and its box on the page: left, top, right and bottom, shares of the page."""

    data: bytes
    box: tuple[float, float, float, float]


def read(data: bytes, relative: str) -> Iterator[RawDocument]:
    """Yields one document. Raises ReadError if the picture is damaged, was not recognised or shows no text."""
    with as_read_error("图片"), _opened(data) as image:
        media_type = _MEDIA_TYPES.get(image.format or "", "image/png")
        frames = range(getattr(image, "n_frames", 1))
        pages, reason = scans.recognised(frames, lambda number: _frame(image, number))
    blocks = tuple(placed.blocks(list(pages.values())))
    if reason:
        raise ReadError(f"期望可以读出文字的文件，实际是图片：{reason}")
    if not any(block.text for block in blocks):
        raise ReadError("期望印有文字的图片，实际没有认出任何字。请检查图像是否清晰；与答复无关的图片请移出文件夹。")
    source = Source(path=relative, media_type=media_type)
    yield RawDocument(blocks=blocks, fields={}, source=source, recognised=tuple(number + 1 for number in pages))


def picture(data: bytes, number: int) -> scans.Picture:
    """The page of this number, from 0, as `read` has it recognised."""
    with _opened(data) as image:
        return _frame(image, number)


def jpeg(page: scans.Picture) -> bytes:
    """The page for a browser, in a resolution that shows every stroke."""
    image = Image.fromarray(page.pixels)
    image.thumbnail((_SHOWN_SIDE, _SHOWN_SIDE))
    buffer = BytesIO()
    image.save(buffer, "jpeg", quality=80)
    return buffer.getvalue()


def composed(pictures: Sequence[Placed], width: float, height: float) -> scans.Picture | None:
    """A page of this size in points that shows these pictures, one over the other; None if none can be drawn."""
    scale = scale_of(width, height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    page, is_blank = Image.new("RGB", size, "white"), True
    for picture in pictures:
        left, top, right, bottom = (round(share * size[i % 2]) for i, share in enumerate(picture.box))
        try:
            with _opened(picture.data) as image:
                page.paste(_plain(image).resize((max(1, right - left), max(1, bottom - top))), (left, top))
        except (OSError, ValueError, SyntaxError):  # a format that PIL does not know, such as JBIG2, or damage
            continue
        is_blank = False
    return None if is_blank else scans.Picture(np.asarray(page), scale)


def scale_of(width: float, height: float) -> float:
    """Pixels a point at which a page of this size in points is drawn."""
    return min(scans.RESOLUTION / 72, scans.MAX_SIDE / max(width, height, 1.0))


def overlaid(below: scans.Picture | None, above: scans.Picture | None) -> scans.Picture | None:
    """Two pictures of one page in one scale, the darker ink of both; either where there is no other."""
    if below is None or above is None:
        return below or above
    height, width = (min(sides) for sides in zip(below.pixels.shape[:2], above.pixels.shape[:2], strict=True))
    return scans.Picture(np.minimum(below.pixels[:height, :width], above.pixels[:height, :width]), below.scale)


@contextmanager
def _opened(data: bytes) -> Iterator[Image.Image]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about odd metadata, which is not read, and of sizes that are checked here
        with Image.open(BytesIO(data), formats=_FORMATS) as image:
            if image.width * image.height > _MAX_PIXELS:
                raise ReadError(
                    f"期望不超过 {_MAX_PIXELS // 1_000_000:,} 百万像素的图片，实际为 {image.width}×{image.height}。"
                    "请用 300 dpi 重新扫描，或缩小后再放入。"
                )
            yield image


def _frame(image: Image.Image, number: int) -> scans.Picture:
    if number:
        image.seek(number)
        if image.width * image.height > _MAX_PIXELS:
            raise ReadError(f"期望不超过 {_MAX_PIXELS // 1_000_000} 百万像素的图片，实际第 {number + 1} 页更大。")
    image.draft(None, (scans.MAX_SIDE, scans.MAX_SIDE))  # a JPEG unpacks to an eighth at no cost
    page = _plain(image)
    page.thumbnail((scans.MAX_SIDE, scans.MAX_SIDE))
    return scans.Picture(np.asarray(page), max(page.size) / _PAGE_POINTS)


def _plain(image: Image.Image) -> Image.Image:
    """The picture upright in red, green and blue, on white where it is transparent."""
    turned = ImageOps.exif_transpose(image)
    if turned.mode.startswith("I"):  # 16 bits of grey, which a conversion would cut off
        turned = Image.fromarray((np.asarray(turned).astype(np.uint32) >> 8).astype(np.uint8))
    if "A" in turned.getbands() or "transparency" in turned.info:
        over = turned.convert("RGBA")
        turned = Image.new("RGBA", over.size, "white")
        turned.alpha_composite(over)
    return turned.convert("RGB")
