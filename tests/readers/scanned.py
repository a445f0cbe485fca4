"""Pages as a scanner gives them, drawn here: pictures, and PDF and OFD files that hold nothing else."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from tests.readers.ofds import NAMESPACE, Text, package, page, whole

FONT = Path("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc")
LATIN = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
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


def outlined_ofd(image: Image.Image) -> bytes:
    """An OFD whose text is turned into outlines, as programs print it that may not embed a font: each run of the
    picture's black pixels is a rectangle."""
    scale = 210 / image.width
    rows = []
    for y, row in enumerate(np.asarray(image.convert("L")) < 128):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], row.astype(np.int8), [0]])))
        for left, right in edges.reshape(-1, 2):
            x, w, top, low = left * scale, right * scale, y * scale, (y + 1) * scale
            rows.append(f"M {x:.2f} {top:.2f} L {w:.2f} {top:.2f} L {w:.2f} {low:.2f} L {x:.2f} {low:.2f} C")
    height = image.height * scale
    drawn = (
        f'<ofd:PathObject ID="5" Boundary="0 0 210 {height:.1f}" Fill="true" Stroke="false">'
        f"<ofd:AbbreviatedData>{' '.join(rows)}</ofd:AbbreviatedData></ofd:PathObject>"
    )
    return package([page(drawn)])


def glyphs_ofd(text: str) -> bytes:
    """An OFD that names the glyphs of its embedded font and not their characters. In this font those of ASCII stand in
    order, from the space as the fourth."""
    glyphs = " ".join(str(ord(char) - 29) for char in text)
    inside = f'<ofd:CGTransform CodePosition="0" CodeCount="{len(text)}" GlyphCount="{len(text)}"><ofd:Glyphs>{glyphs}'
    shown = Text(20, 40, "\ue000" * len(text), 8, f"g {len(text)} 6", inside=f"{inside}</ofd:Glyphs></ofd:CGTransform>")
    font = '<ofd:Font ID="3" FontName="A"><ofd:FontFile>a.ttf</ofd:FontFile></ofd:Font>'
    fonts = f'<ofd:Res {NAMESPACE} BaseLoc="Res"><ofd:Fonts>{font}</ofd:Fonts></ofd:Res>'
    return package(
        [page(whole(shown))],
        resources="<ofd:PublicRes>PublicRes.xml</ofd:PublicRes>",
        extra={
            "Doc_0/PublicRes.xml": fonts.encode(),
            "Doc_0/Res/a.ttf": LATIN.read_bytes(),
        },
    )
