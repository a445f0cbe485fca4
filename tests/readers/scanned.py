"""Pages as a scanner gives them, drawn here: pictures, and PDF and OFD files that hold nothing else."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from tests.readers.ofds import NAMESPACE, Text, package, page, whole

FONT = Path("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc")
_SIMPLIFIED = 2  # of the faces in that file

needs_font = pytest.mark.skipif(not FONT.exists(), reason="no Noto CJK: apt-get install fonts-noto-cjk")


def drawn(lines: Sequence[str], size: int = 40, width: int = 1240) -> Image.Image:
    """Lines of text on a page; one that begins with wide spaces is indented."""
    image = Image.new("L", (width, 100 + len(lines) * size * 2), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.truetype(str(FONT), size, index=_SIMPLIFIED)
    for number, line in enumerate(lines):
        draw.text((100, 60 + number * size * 1.8), line, "black", font)
    return image


def saved(image: Image.Image, suffix: str, *more: Image.Image) -> bytes:
    """The file of a picture; `more` are its other pages, in a tif or a PDF."""
    buffer = BytesIO()
    image.save(buffer, suffix, **({"save_all": True, "append_images": more} if more else {}))
    return buffer.getvalue()


def scanned_ofd(image: Image.Image) -> bytes:
    """An OFD whose second page is the picture, and whose first has text."""
    text = whole(Text(20, 20, "第一页有文字"))
    height = 210 * image.height / image.width
    shown = f'<ofd:ImageObject ID="5" Boundary="0 0 210 {height:.1f}" ResourceID="7"/>'
    resources = (
        f'<ofd:Res {NAMESPACE} BaseLoc="Res"><ofd:MultiMedias><ofd:MultiMedia ID="7" Type="Image" Format="PNG">'
        "<ofd:MediaFile>扫描.png</ofd:MediaFile></ofd:MultiMedia></ofd:MultiMedias></ofd:Res>"
    )
    return package(
        [page(text), page(shown)],
        resources="<ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes>",
        extra={"Doc_0/DocumentRes.xml": resources.encode(), "Doc_0/Res/扫描.png": saved(image, "png")},
    )
