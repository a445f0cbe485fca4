"""OFD packages as several producers write them, made here after GB/T 33190-2016."""

import zipfile
from collections.abc import Mapping, Sequence
from html import escape
from io import BytesIO
from typing import NamedTuple

NAMESPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'


class Text(NamedTuple):
    """A text object in millimetres: its place, size, and further attributes and children as they are written.
    `delta_x` None leaves the distances to the reader."""

    x: float
    y: float
    text: str
    size: float = 5
    delta_x: str | None = None
    attributes: str = ""
    inside: str = ""


def whole(text: Text) -> str:
    """A line as one TextCode, its equal distances written as "g count distance"."""
    step = text.delta_x if text.delta_x is not None else f"g {max(len(text.text) - 1, 1)} {text.size}"
    return _object(text, f'<ofd:TextCode X="0" Y="{text.size}" DeltaX="{step}">{escape(text.text)}</ofd:TextCode>')


def by_glyph(text: Text) -> str:
    """A line as an object for each character, as converters of PDF write it."""
    codes = (f'<ofd:TextCode X="0" Y="{text.size}">{escape(char)}</ofd:TextCode>' for char in text.text)
    return "".join(_object(text._replace(x=text.x + at * text.size), code) for at, code in enumerate(codes))


def scaled(text: Text) -> str:
    """A line of size 1 that a CTM enlarges, as exports of layout programs have it."""
    step = " ".join(["1"] * (len(text.text) - 1))
    matrix = f'CTM="{text.size} 0 0 {text.size} 0 0"'
    code = f'<ofd:TextCode X="0" Y="1" DeltaX="{step}">{escape(text.text)}</ofd:TextCode>'
    return _object(text._replace(size=1, attributes=f"{text.attributes} {matrix}"), code)


def _object(text: Text, code: str) -> str:
    box = f"{text.x} {text.y} {len(text.text) * text.size + 1} {text.size * 1.4}"
    return (
        f'<ofd:TextObject ID="9" Boundary="{box}" Font="3" Size="{text.size}" {text.attributes}>'
        f"{text.inside}{code}</ofd:TextObject>"
    )


def page(objects: str, template: str = "", resources: str = "") -> str:
    used = f'<ofd:Template TemplateID="{template}" ZOrder="Background"/>' if template else ""
    return (
        f"<ofd:Page {NAMESPACE}>{used}{resources}<ofd:Area><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:Area>"
        f'<ofd:Content><ofd:Layer Type="Body" ID="2">{objects}</ofd:Layer></ofd:Content></ofd:Page>'
    )


def package(
    pages: Sequence[str],
    *,
    templates: Mapping[str, str] | None = None,
    folder: str = "Doc_0",
    prefix: str = "",
    page_path: str = "Pages/Page_{}/Content.xml",
    extra: Mapping[str, bytes] | None = None,
    resources: str = "",
) -> bytes:
    """The zip. `prefix` stands before each location: "/Doc_0/" makes them absolute."""
    locations = [page_path.format(number) for number in range(len(pages))]
    listed = "".join(
        f'<ofd:Page ID="{number + 10}" BaseLoc="{prefix}{location}"/>' for number, location in enumerate(locations)
    )
    kept = templates or {}
    stated = "".join(f'<ofd:TemplatePage ID="{name}" BaseLoc="{prefix}Tpls/{name}/Content.xml"/>' for name in kept)
    document = (
        f"<ofd:Document {NAMESPACE}><ofd:CommonData><ofd:MaxUnitID>99</ofd:MaxUnitID><ofd:PageArea>"
        f"<ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea>{resources}{stated}</ofd:CommonData>"
        f"<ofd:Pages>{listed}</ofd:Pages></ofd:Document>"
    )
    root = (
        f'<?xml version="1.0" encoding="UTF-8"?><ofd:OFD {NAMESPACE} Version="1.0" DocType="OFD"><ofd:DocBody>'
        f"<ofd:DocInfo><ofd:DocID>0</ofd:DocID></ofd:DocInfo><ofd:DocRoot>{folder}/Document.xml</ofd:DocRoot>"
        "</ofd:DocBody></ofd:OFD>"
    )
    parts: dict[str, bytes] = {"OFD.xml": root.encode(), f"{folder}/Document.xml": document.encode()}
    parts |= {f"{folder}/{at}": content.encode() for at, content in zip(locations, pages, strict=True)}
    parts |= {f"{folder}/Tpls/{name}/Content.xml": content.encode() for name, content in kept.items()}
    return zipped({**parts, **(extra or {})})


def zipped(parts: Mapping[str, bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def letter_ofd(text: str) -> bytes:
    """A letter printed as official documents are: 28 characters a line, 22 lines a page, paragraphs indented by two."""
    lines: list[Text] = []
    for paragraph in text.split("\n"):
        printed = "　　" + paragraph
        rows = [printed[at : at + 28] for at in range(0, len(printed), 28)]
        lines += [Text(28 + 5.5 * (len(row) - len(row.lstrip("　"))), 0, row.lstrip("　"), 5.5) for row in rows]
    pages = [lines[at : at + 22] for at in range(0, len(lines), 22)]
    return package(
        [page("".join(whole(line._replace(y=37 + 10 * at)) for at, line in enumerate(each))) for each in pages]
    )
