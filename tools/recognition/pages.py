"""Draws pages of 300 dpi with a known text, and spoils them as scanners, copiers, fax machines and telephones do."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

FONTS = tuple(
    Path("/usr/share/fonts/opentype/noto") / f"Noto{kind}CJK-{weight}.ttc"
    for kind, weight in (("Serif", "Regular"), ("Sans", "Regular"), ("Serif", "Bold"))
)
_SIMPLIFIED = 2  # of the faces in each file
_SIZE, _PITCH, _LINE, _LINES = 67, 121, 28, 22  # pixels of 300 dpi: size 16, 22 lines of 28 characters (GB/T 9704)
_MARGIN, _TOP = 330, 440
_NEVER_FIRST = "，。；：、）》”！？"


class Drawn(NamedTuple):
    """A page and what is printed on it."""

    image: Image.Image
    text: str


def drawn(text: str, font: Path) -> Drawn:
    """The first page of a letter."""
    face = ImageFont.truetype(str(font), _SIZE, index=_SIMPLIFIED)
    image = Image.new("L", (2480, 3508), "white")
    draw = ImageDraw.Draw(image)
    lines = [line for paragraph in text.split("\n") if paragraph.strip() for line in _broken(paragraph.strip(), face)]
    for number, line in enumerate(lines[:_LINES]):
        draw.text((_MARGIN, _TOP + number * _PITCH), line, "black", face)
    return Drawn(image, "".join("".join(lines[:_LINES]).split()))


def _broken(paragraph: str, face: ImageFont.FreeTypeFont) -> list[str]:
    lines, line = [], "　　"
    for char in paragraph:
        if face.getlength(line + char) > _LINE * _SIZE and char not in _NEVER_FIRST:
            lines.append(line)
            line = ""
        line += char
    return [*lines, line]


def _noisy(image: Image.Image) -> Image.Image:
    """Blurred, pale, with the grain and the specks of an old copier."""
    random = np.random.default_rng(1)
    blurred = np.asarray(image.filter(ImageFilter.GaussianBlur(1.5)), np.float64)
    pixels = blurred * 0.7 + 40 + random.normal(0, 25, blurred.shape)
    specks = random.random(blurred.shape)
    pixels[specks < 0.004] = 0
    return _image(pixels)


def _skewed(image: Image.Image) -> Image.Image:
    return image.rotate(2.5, Image.Resampling.BICUBIC, fillcolor="white")


def _faxed(image: Image.Image) -> Image.Image:
    """Black and white at 200 dpi."""
    return image.resize((1654, 2339)).point(lambda grey: 255 if grey > 140 else 0)


def _photographed(image: Image.Image) -> Image.Image:
    """A little turned and tilted, lit from one side."""
    width, height = image.size
    tilted = image.rotate(-1, Image.Resampling.BICUBIC, fillcolor="white").transform(
        image.size,
        Image.Transform.QUAD,
        (0, 0, 60, height, width - 30, height - 40, width, 30),
        Image.Resampling.BICUBIC,
        fillcolor="white",
    )
    shade = np.linspace(0.55, 1.0, width)
    return _image(np.asarray(tilted, np.float64) * shade + np.random.default_rng(2).normal(0, 8, (height, width)))


def _image(pixels: NDArray[np.float64]) -> Image.Image:
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


SPOILED: dict[str, Callable[[Image.Image], Image.Image]] = {
    "clean": lambda image: image,
    "noisy": _noisy,
    "skewed": _skewed,
    "noisy and skewed": lambda image: _noisy(_skewed(image)),
    "fax": _faxed,
    "photograph": _photographed,
}
"""The ways in which a page may come."""
