"""The sheet that an officer takes away: the chosen passages of each ask, with exact sources, ready to write under.

`model` says what a sheet is, `wording` what it says, `word` and `markdown` how; `template` holds the typography of the
Word sheet. Not for: choosing passages. Texts come masked.
"""

from search_api.desk.sheet.markdown import to_markdown
from search_api.desk.sheet.model import Sheet, SheetPassage, SheetPoint, SheetTable, to_json
from search_api.desk.sheet.template import open_template
from search_api.desk.sheet.word import to_docx
from search_api.desk.sheet.wording import age, citation

__all__ = [
    "Sheet",
    "SheetPassage",
    "SheetPoint",
    "SheetTable",
    "age",
    "citation",
    "open_template",
    "to_docx",
    "to_json",
    "to_markdown",
]
