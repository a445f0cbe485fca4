"""Reads a workbook that lists a season's proposals, one a row: number, title, text, deadline.

Not for: a list of replies, each row of which is a document (table.py).
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from corpus.errors import ReadError
from corpus.language.dates import find_date
from corpus.readers.formats import format_of
from corpus.readers.merged import Row
from corpus.readers.table import Sheet
from corpus.readers.workbook import xls_sheets, xlsx_sheets
from corpus.types import SeasonRow

_HEADER_ROWS = 5
_COLUMNS = {
    "title": re.compile(r"(?:提案|建议|议案)?(?:标题|题目|名称|案由|题名)"),
    "number": re.compile(r"(?:提案|建议|议案)?(?:案号|编号|号|提案号|建议号|序号)"),
    "text": re.compile(r"(?:提案|建议|议案|具体)*(?:内容|正文|全文|建议)(?:及建议)?|情况、?分析及建议"),
    "deadline": re.compile(
        r"(?:办理|答复|办结|办复|回复)?(?:期限|时限|截止日期|截止时间|截止)|(?:应|须)?(?:答复|办结|办复)(?:日期|时间)"
    ),
    "proposers": re.compile(r"(?:第一)?(?:提案人|提案者|提出人|建议人|领衔代表|领衔人|委员姓名|代表姓名)"),
}
_SERIAL = re.compile(r"[2-6]\d{4}(?:\.0+)?")  # Excel's count of days
_DAY_ZERO = date(1899, 12, 30)


def season_of(data: bytes, name: str) -> list[SeasonRow]:
    """The proposals of every sheet that lists some. Raises ReadError where none does."""
    kind = format_of(name, data)
    if kind not in ("xlsx", "xls"):
        raise ReadError("期望 Excel 或 WPS 表格（.xlsx、.xls、.et），实际是别的文件。请另存为表格。")
    sheets = xlsx_sheets(data) if kind == "xlsx" else xls_sheets(data)
    found = [row for sheet in sheets for row in _rows(sheet)]
    if not found:
        heads = [cell for sheet in sheets for row in sheet.rows[:1] for cell in row.cells if cell.strip()]
        raise ReadError(
            "期望表头里有标题（标题、题目、案由）和正文（内容、正文、提案内容）两列，实际的列是："
            f"{'、'.join(heads[:20]) or '（空）'}。请给列改名，或把每份提案存成一个文件，放在一个文件夹里。"
        )
    return found


def _rows(sheet: Sheet) -> list[SeasonRow]:
    heads = [(at, _header(row.cells)) for at, row in enumerate(sheet.rows[:_HEADER_ROWS])]
    at, columns = max(heads, key=lambda head: len(head[1]), default=(0, {}))
    if not {"title", "text"} <= columns.keys():
        return []
    return [made for row in sheet.rows[at + 1 :] if (made := _row(row, columns))]


def _header(cells: Sequence[str]) -> dict[str, int]:
    """The column of each field; the first where two have its name."""
    found: dict[str, int] = {}
    for at, cell in enumerate(cells):
        squeezed = re.sub(r"\s|[（(].*?[)）]", "", cell)
        for field, pattern in _COLUMNS.items():
            if pattern.fullmatch(squeezed) and field not in found:
                found[field] = at
    return found


def _row(row: Row, columns: dict[str, int]) -> SeasonRow | None:
    cells = {field: row.cells[at].strip() if at < len(row.cells) else "" for field, at in columns.items()}
    if not cells["title"] and not cells["text"]:
        return None
    by_whom = f"提案人：{cells['proposers']}" if cells.get("proposers") else ""
    text = "\n".join(filter(None, (cells["title"], by_whom, cells["text"])))
    return SeasonRow(cells.get("number", ""), cells["title"], text, _day(cells.get("deadline", "")))


def _day(text: str) -> str | None:
    """The day in ISO form; None where none is written."""
    if _SERIAL.fullmatch(text):
        return (_DAY_ZERO + timedelta(days=int(float(text)))).isoformat()
    day = find_date(text)
    return day.isoformat() if day else None
