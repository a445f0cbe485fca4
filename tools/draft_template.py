"""Makes the packaged Word template of the draft: `python -m tools.draft_template`

It starts from the template of the sheet, whose page (A4, 156 mm by 225 mm of text), fonts and page number stay, and
gives it the styles of an official document: 22 pt is 二号, 16 三号, 14 四号, 12 小四, 10.5 五号, 9 小五. Lines of the
text are 28 pt apart: 22 lines a page.
"""

from dataclasses import dataclass
from pathlib import Path

from docx.document import Document
from docx.oxml.ns import nsdecls
from docx.oxml.parser import parse_xml

from search_api.desk.draft.template import DRAFT, Style
from search_api.desk.sheet import open_template

_RED = "FF0000"
_MADE_BY = 'w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:cs="Times New Roman"'


@dataclass(frozen=True)
class _Look:
    """A paragraph style: sizes, lines and spaces in points, indents in characters of the text; `border` is XML."""

    name: str
    face: str = "仿宋"
    size: float = 16
    line: float = 28
    first: int = 0
    right: int = 0
    jc: str = "both"
    before: float = 0
    after: float = 0
    colour: str = "000000"
    border: str = ""
    keeps: bool = False
    level: int | None = None
    style_id: str | None = None


def _line(side: str, colour: str, eighths: int, space: int) -> str:
    return f'<w:{side} w:val="single" w:sz="{eighths}" w:space="{space}" w:color="{colour}"/>'


_LOOKS = (
    _Look(Style.AGENCY, "方正小标宋简体", 36, 54, jc="center", before=60, after=28, colour=_RED),
    _Look(Style.DOC_NUMBER, jc="center", after=56, border=_line("bottom", _RED, 18, 11)),
    _Look(Style.ADDRESSEE, before=14, jc="left", keeps=True),
    _Look(Style.BODY, first=2),
    _Look("heading 1", "黑体", first=2, keeps=True, level=0, style_id="Heading1"),
    _Look("heading 2", "楷体", first=2, keeps=True, level=1, style_id="Heading2"),
    _Look(Style.TABLE, size=12, line=20, jc="left"),
    _Look(Style.SIGNATURE, right=4, jc="right", keeps=True),
    _Look(Style.ATTACHED, first=2, before=14),
    _Look(
        Style.COPY, size=14, line=25, before=28, jc="left",
        border=_line("top", "000000", 8, 4) + _line("bottom", "000000", 8, 4),
    ),
    _Look(Style.FOOTNOTE, size=9, line=13, jc="left", style_id="FootnoteText"),
    _Look("annotation text", size=10.5, line=16, jc="left", style_id="CommentText"),
)  # fmt: skip


def main(path: Path = DRAFT.packaged) -> None:
    document = open_template()
    _clear(document)
    for look in _LOOKS:
        document.styles.element.append(parse_xml(_paragraph_style(look)))
    for name, style_id, looks in (
        ("footnote reference", "FootnoteReference", '<w:vertAlign w:val="superscript"/>'),
        ("annotation reference", "CommentReference", '<w:sz w:val="21"/><w:szCs w:val="21"/>'),
    ):
        document.styles.element.append(
            parse_xml(
                f'<w:style {nsdecls("w")} w:type="character" w:styleId="{style_id}"><w:name w:val="{name}"/>'
                f"<w:rPr>{looks}</w:rPr></w:style>"
            )
        )
    title = document.styles[Style.TITLE]
    title.paragraph_format.space_after = 0
    document.save(str(path))


def _clear(document: Document) -> None:
    """Takes the sheet's own styles away; Normal, Title and Footer stay."""
    kept = {"Normal", "Title", "Footer"}
    for style in [style for style in document.styles if style.name not in kept]:
        style.delete()


def _paragraph_style(look: _Look) -> str:
    custom = "" if look.style_id else 'w:customStyle="1" '
    level = "" if look.level is None else f'<w:outlineLvl w:val="{look.level}"/>'
    chars = look.size * 20  # twentieths of a point a character
    return (
        f'<w:style {nsdecls("w")} w:type="paragraph" {custom}w:styleId="{look.style_id or look.name}">'
        f'<w:name w:val="{look.name}"/><w:basedOn w:val="Normal"/><w:qFormat/><w:pPr>'
        + ("<w:keepNext/><w:keepLines/>" if look.keeps else "")
        + (f"<w:pBdr>{look.border}</w:pBdr>" if look.border else "")
        + f'<w:spacing w:before="{look.before * 20:.0f}" w:after="{look.after * 20:.0f}" '
        f'w:line="{look.line * 20:.0f}" w:lineRule="exact"/>'
        f'<w:ind w:left="0" w:rightChars="{look.right * 100}" w:right="{look.right * chars:.0f}" '
        f'w:firstLineChars="{look.first * 100}" w:firstLine="{look.first * chars:.0f}"/>'
        f'<w:jc w:val="{look.jc}"/>{level}</w:pPr>'
        f'<w:rPr><w:rFonts w:hint="eastAsia" {_MADE_BY} w:eastAsia="{look.face}"/><w:color w:val="{look.colour}"/>'
        f'<w:sz w:val="{look.size * 2:.0f}"/><w:szCs w:val="{look.size * 2:.0f}"/></w:rPr></w:style>'
    )


if __name__ == "__main__":
    main()
