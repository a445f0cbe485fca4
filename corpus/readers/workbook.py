"""Reads workbooks, each row of which is a document: Excel's (.xlsx), and those of older Excel and of WPS (.xls, .et).

Cells have the text that people see: dates in ISO form, numbers with the zeros that their format puts before them. What
the columns mean is table.py's business.
"""

import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from io import BytesIO, StringIO

import olefile  # type: ignore[import-untyped]  # ships no types, as for xlrd
import openpyxl
import xlrd  # type: ignore[import-untyped]
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.escape import unescape
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet.worksheet import Worksheet

from corpus.errors import ReadError
from corpus.readers.damage import as_read_error
from corpus.readers.encodings import drop_controls
from corpus.readers.lengths import Counted
from corpus.readers.merged import Region, Row, spread
from corpus.readers.table import SHEET_ROWS, Sheet, read_sheets, without_marks
from corpus.types import RawDocument

XLSX_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLS_MEDIA_TYPE = "application/vnd.ms-excel"

_MAX_CELLS = 20_000_000  # a million rows of twenty columns; as a list of texts 160 MB before any text
_STREAMS = ("Workbook", "Book")
_ERROR_VALUES = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*\bref=\"([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})\"")
_ZEROS = re.compile(r'(?:"([^"]*)")?(0+)(?:"([^"]*)")?')  # a number format that only adds zeros and a text around


def read_xlsx(data: bytes, relative: str) -> Iterator[RawDocument | ReadError]:
    """Yields a document for each row of each sheet that has a column of replies."""
    yield from read_sheets(xlsx_sheets(data), relative, XLSX_MEDIA_TYPE)


def read_xls(data: bytes, relative: str) -> Iterator[RawDocument | ReadError]:
    """The same from a workbook of Excel 97-2003 or WPS."""
    yield from read_sheets(xls_sheets(data), relative, XLS_MEDIA_TYPE)


def xlsx_sheets(data: bytes) -> list[Sheet]:
    """The sheets of a workbook. Raises ReadError."""
    with as_read_error("Excel 表格（.xlsx）"):
        return _xlsx_sheets(data)


def xls_sheets(data: bytes) -> list[Sheet]:
    """The sheets of a workbook of Excel 97-2003 or WPS. Raises ReadError."""
    try:
        with as_read_error("Excel 或 WPS 表格（.xls、.et）"):
            return _xls_sheets(data)
    except ReadError as error:
        if "password" in str(error.__cause__) or "encrypted" in str(error.__cause__):
            raise ReadError("期望可以打开的表格，实际加了密码。请在 Excel 或 WPS 里去掉密码后重新保存。") from error
        raise


def _xlsx_sheets(data: bytes) -> list[Sheet]:
    with warnings.catch_warnings(), zipfile.ZipFile(BytesIO(data)) as parts:
        warnings.simplefilter("ignore")  # about styles and extensions, which are not read
        book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=True)
        try:
            counted = Counted(len(data))
            return [_xlsx_sheet(sheet, parts, counted) for sheet in book.worksheets]
        finally:
            book.close()


def _xlsx_sheet(sheet: Worksheet, parts: zipfile.ZipFile, counted: Counted) -> Sheet:
    """A sheet. Neither the size that it states nor row numbers beyond Excel's are trusted."""
    regions: list[Region] = []
    if isinstance(sheet, ReadOnlyWorksheet):
        sheet.reset_dimensions()
        for found in _MERGED.finditer(parts.read(sheet._worksheet_path)):
            left, top, right, bottom = range_boundaries(found[1].decode())
            regions.append(Region(int(top or 1), int(bottom or 1), int(left or 1) - 1, int(right or 1) - 1))
    values = ([_xlsx_cell(cell) for cell in row] for row in sheet.iter_rows(max_row=SHEET_ROWS))
    return _sheet(sheet.title, values, regions, counted)


def _xlsx_cell(cell: object) -> str:
    value = getattr(cell, "value", None)
    if isinstance(value, str):
        return _text(unescape(value))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(value, str(getattr(cell, "number_format", "")))
    return _text(value)


def _xls_sheets(data: bytes) -> list[Sheet]:
    # What xlrd says it prints, and what a process that reads prints is an answer.
    book = xlrd.open_workbook(file_contents=_stream(data), formatting_info=True, logfile=StringIO())
    counted = Counted(len(data))
    return [_xls_sheet(book, sheet, counted) for sheet in book.sheets()]


def _stream(data: bytes) -> bytes:
    """The workbook inside the compound file: xlrd would follow sectors that lead back to themselves for ever."""
    with olefile.OleFileIO(BytesIO(data)) as compound:
        name = next(name for name in _STREAMS if compound.exists(name))
        return bytes(compound.openstream(name).read())


def _xls_sheet(book: "xlrd.Book", sheet: "xlrd.sheet.Sheet", counted: Counted) -> Sheet:
    regions = [Region(top + 1, bottom, left, right - 1) for top, bottom, left, right in sheet.merged_cells]
    values = ([_xls_cell(book, cell) for cell in sheet.row(i)] for i in range(sheet.nrows))
    return _sheet(sheet.name, values, regions, counted)


def _xls_cell(book: "xlrd.Book", cell: "xlrd.sheet.Cell") -> str:
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return _text(xlrd.xldate_as_datetime(cell.value, book.datemode))
        except (xlrd.XLDateError, ValueError, OverflowError):
            return str(cell.value)
    if cell.ctype == xlrd.XL_CELL_NUMBER:
        form = book.format_map.get(book.xf_list[cell.xf_index].format_key) if cell.xf_index is not None else None
        return _number(float(cell.value), form.format_str if form else "")
    return _text(cell.value) if cell.ctype == xlrd.XL_CELL_TEXT else ""


def _sheet(name: str, values: Iterable[list[str]], regions: list[Region], counted: Counted) -> Sheet:
    """The rows that are not empty, with merged cells repeated.

    Raises ReadError if the sheet has more cells than any real one, since empty cells take no room in a file, or more
    text, since a text that many cells share is stored once.
    """
    rows: list[Row] = []
    cells = 0
    for number, row in enumerate(values, 1):
        cells += len(row)
        if cells > _MAX_CELLS:
            raise ReadError(
                f"期望一个工作表不超过 {_MAX_CELLS // 10_000} 万个单元格，实际到第 {number} 行就超过了。"
                "请删去右边和下面的空列空行，或拆成几个文件。"
            )
        counted.add(sum(map(len, row)), f"工作表“{name}”第 {number} 行")
        if any(row):
            rows.append(Row(number, tuple(row)))
    return Sheet(name, spread(rows, regions, _MAX_CELLS))


def _number(value: float, form: str) -> str:
    """
    >>> _number(152, "00000000"), _number(7.0, "General"), _number(7, '"A"000')
    ('00000152', '7', 'A007')
    """
    text = str(int(value)) if isinstance(value, int) or value.is_integer() else str(value)
    shown = _ZEROS.fullmatch(form)
    if shown and text.isdecimal():
        return f"{shown[1] or ''}{text.zfill(len(shown[2]))}{shown[3] or ''}"
    return text


def _text(value: object) -> str:
    """The text of a value that is no number."""
    if value is None or value in _ERROR_VALUES:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    return without_marks(drop_controls(str(value)))
