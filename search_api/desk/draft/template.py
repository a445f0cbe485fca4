"""The Word file that a draft is written into, after GB/T 9704-2012 (党政机关公文格式).

`template.docx` beside this file was made by `python -m tools.draft_template`, from the template of the sheet, whose
page, fonts and page number it shares. To change it, edit an exported draft in Word or WPS and save it as docx; a bureau
may use a file of its own.
"""

from enum import StrEnum
from pathlib import Path

from search_api.desk.sheet.template import Template


class Style(StrEnum):
    """The paragraph styles that every template has. Word shows the built-in ones as 标题, 标题 1 and 脚注文本."""

    AGENCY = "发文机关标志"
    DOC_NUMBER = "发文字号"
    TITLE = "Title"
    ADDRESSEE = "主送机关"
    BODY = "公文正文"
    POINT = "Heading 1"
    TABLE = "公文表格"
    SIGNATURE = "落款"
    ATTACHED = "附注"
    COPY = "抄送机关"
    FOOTNOTE = "footnote text"


DRAFT = Template(Path(__file__).with_name("template.docx"), Style, "draft_template")
