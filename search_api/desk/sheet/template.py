"""The Word file that a sheet is written into. Its styles, fonts, page and footer are the sheet's typography.

`template.docx` beside this file follows GB/T 9704-2012 (党政机关公文格式): its fonts and sizes (22 pt is 二号, 16 三号,
14 四号, 12 小四, 10.5 五号), its margins, the page number 7 mm below the text, and 22 lines a page where the reply is
written. What is quoted is smaller than what is to be written. Its font table has the names of the same face on Windows,
WPS, Founder and Linux systems: the first one installed is taken. It has no theme: its fonts would win over the styles'.

To change it, edit it in Word or WPS and save it as docx. A bureau may use a file of its own instead.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from pathlib import Path

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import qn

from corpus.errors import DafuError, ReadError
from corpus.readers.damage import as_read_error


class Style(StrEnum):
    """The paragraph styles that every template has. Word shows the built-in ones as 标题, 副标题 and 标题 1."""

    TITLE = "Title"
    KIND = "Subtitle"
    FACTS = "答复表头"
    POINT = "Heading 1"
    CONTEXT = "诉求说明"
    NOTHING = "没有段落"
    PASSAGE = "答复段落"
    SOURCE = "段落出处"
    NOTE = "段落说明"
    LABEL = "拟答复"
    WRITING = "拟答复正文"


_PACKAGED = Path(__file__).with_name("template.docx")
# Parts that hold words of the text that was written into the file from which a template was made.
_BELONGS_TO_A_TEXT = re.compile(r"/(?:footnotes|comments\w*)$")


@dataclass(frozen=True)
class Template:
    """A Word file that texts are written into: the packaged one, the styles it must have, and the setting that names
    another."""

    packaged: Path
    styles: type[StrEnum]
    setting: str


SHEET = Template(_PACKAGED, Style, "sheet_template")


def open_template(path: Path | None = None, kind: Template = SHEET) -> Document:
    """The template at `path`, else the packaged one, with an empty body; header, footer and page setup stay.

    Notes and comments go with the body. Raises DafuError where the file cannot be read, is no docx or lacks a style.
    """
    found = path or kind.packaged
    advice = f"请检查设置 {kind.setting}：它应指向一个 docx 文件；留空则用自带的模板。"
    try:
        data = found.read_bytes()
        with as_read_error("Word 文档（.docx）"):
            document = docx.Document(BytesIO(data))
    except OSError as error:
        raise DafuError(f"Word 模板 {found} 无法读取（{error.strerror}）。{advice}") from error
    except ReadError as error:
        raise DafuError(f"Word 模板 {found} 不能使用：{error}{advice}") from error
    _check_styles(document, found, kind.styles)
    body = document.element.body
    for element in [element for element in body if element.tag != qn("w:sectPr")]:
        body.remove(element)
    for key in [key for key, rel in document.part.rels.items() if _BELONGS_TO_A_TEXT.search(rel.reltype)]:
        del document.part.rels[key]
    return document


def _check_styles(document: Document, path: Path, styles: type[StrEnum]) -> None:
    """Raises DafuError."""
    present = {style.name for style in document.styles if style.type == WD_STYLE_TYPE.PARAGRAPH}
    if missing := [style for style in styles if style not in present]:
        raise DafuError(
            f"Word 模板 {path} 缺少段落样式 {'、'.join(missing)}：应有 {'、'.join(styles)}。"
            "请在导出的一份 Word 文件里改样式，另存为模板，样式的名称不要改。"
        )
