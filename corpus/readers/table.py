"""Reads tables, each row of which is a document: Excel workbooks, and csv or tsv files."""

import csv
import warnings
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from io import BytesIO
from typing import NamedTuple

import openpyxl
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet.worksheet import Worksheet

from corpus.errors import ReadError
from corpus.readers.damage import as_read_error
from corpus.readers.encodings import decode, drop_controls
from corpus.readers.fields import NAMES, columns
from corpus.readers.records import record
from corpus.types import RawDocument, Source

XLSX_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_MEDIA_TYPE = "text/csv"

_HEADER_ROWS = 5
_DELIMITERS = ",\t;"
_SHEET_ROWS = 1 << 20
"""The maximum number of rows of a sheet. Locators count through the sheets as if each were full, so that a row keeps
its locator when an earlier sheet grows."""
_MAX_CELLS = 20_000_000  # a million rows of twenty columns; as a list of texts 160 MB before any text
_MAX_UNCLOSED = 100  # rows of a csv file with an open quotation mark: each makes the rest of the file be read again
_ERROR_VALUES = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})


class _Row(NamedTuple):
    """A row of a table. `number` counts from 1; in a csv file it is the line on which the row begins."""

    number: int
    cells: tuple[str, ...]


class _Header(NamedTuple):
    position: int
    fields: dict[int, str]


def read_xlsx(data: bytes, relative: str) -> Iterator[RawDocument | ReadError]:
    """Yields a document for each row of each sheet that has a column of replies."""
    with as_read_error("Excel 表格（.xlsx）"):
        sheets = _sheets(data)
    headers = [_header(rows) for _, rows in sheets]
    if not any(headers):
        raise _no_text_column([rows for _, rows in sheets])
    for number, ((name, rows), header) in enumerate(zip(sheets, headers, strict=True)):
        where = f"工作表“{name}”" if len(sheets) > 1 else ""
        if header:
            yield from _documents(rows, header, where, relative, XLSX_MEDIA_TYPE, number * _SHEET_ROWS)


def read_csv(data: bytes, relative: str) -> Iterator[RawDocument | ReadError]:
    """Yields a document for each row. The delimiter is the one with which most names in the header are known."""
    lines = decode(data).split("\n")
    csv.field_size_limit(len(data) + 1)  # the default, 128 KiB, is less than a long document with its appendices
    head = lines[:50]
    guesses = [(_known([row.cells for row in _csv_rows(head, d) if isinstance(row, _Row)]), d) for d in _DELIMITERS]
    delimiter = max(guesses, key=lambda guess: guess[0])[1]
    found = list(_csv_rows(lines, delimiter))
    rows = [row for row in found if isinstance(row, _Row)]
    header = _header(rows)
    if header is None:
        raise _no_text_column([rows])
    yield from _documents(rows, header, "", relative, CSV_MEDIA_TYPE, 0)
    yield from (fault for fault in found if isinstance(fault, ReadError))


def _documents(
    rows: Sequence[_Row], header: _Header, where: str, relative: str, media_type: str, offset: int
) -> Iterator[RawDocument | ReadError]:
    for row in rows[header.position + 1 :]:
        if not any(cell.strip() for cell in row.cells):
            continue
        fields = {field: row.cells[i] for i, field in header.fields.items() if i < len(row.cells)}
        source = Source(path=relative, locator=offset + row.number, media_type=media_type)
        yield record(fields, source, f"{where}第 {row.number} 行")


def _header(rows: Sequence[_Row]) -> _Header | None:
    """The header row among the first five rows: the one with a text column and the most known names."""
    found = [_Header(i, columns(row.cells)) for i, row in enumerate(rows[:_HEADER_ROWS])]
    usable = [header for header in found if "text" in header.fields.values()]
    return max(usable, key=lambda header: len(header.fields), default=None)


def _known(rows: Sequence[tuple[str, ...]]) -> int:
    return max((len(columns(cells)) for cells in rows[:_HEADER_ROWS]), default=0)


def _no_text_column(tables: Sequence[Sequence[_Row]]) -> ReadError:
    heads = [row.cells for rows in tables for row in rows[:_HEADER_ROWS]]
    best = max(heads, key=lambda cells: (len(columns(cells)), sum(bool(c.strip()) for c in cells)), default=())
    names = "、".join(cell.strip()[:20] for cell in best[:20] if cell.strip()) or "（没有表头）"
    expected = "、".join(name for name in NAMES["text"].split()[3:9])
    return ReadError(
        f"期望表头里有一列正文（如 {expected}、答复、正文、内容、text），实际的列是：{names}。请给正文列改名。"
    )


def _sheets(data: bytes) -> list[tuple[str, list[_Row]]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions, which are not read
        book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=True)
        try:
            return [(sheet.title, _sheet_rows(sheet)) for sheet in book.worksheets]
        finally:
            book.close()


def _sheet_rows(sheet: Worksheet) -> list[_Row]:
    """The rows that are not empty. Neither the size that the sheet states nor row numbers beyond Excel's are trusted.

    Raises ReadError if the sheet has more cells than any real one: empty cells take no room in a file.
    """
    if isinstance(sheet, ReadOnlyWorksheet):
        sheet.reset_dimensions()
    rows: list[_Row] = []
    cells = 0
    for number, values in enumerate(sheet.iter_rows(max_row=_SHEET_ROWS, values_only=True), 1):
        cells += len(values)
        if cells > _MAX_CELLS:
            raise ReadError(
                f"期望一个工作表不超过 {_MAX_CELLS // 10_000} 万个单元格，实际到第 {number} 行就超过了。"
                "请删去右边和下面的空列空行，或拆成几个文件。"
            )
        if any(row := tuple(map(_cell, values))):
            rows.append(_Row(number, row))
    return rows


def _cell(value: object) -> str:
    """The text of a cell: dates in ISO form, whole numbers without a decimal point."""
    if value is None or value in _ERROR_VALUES:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return drop_controls(str(value))


def _csv_rows(lines: Sequence[str], delimiter: str) -> Iterator[_Row | ReadError]:
    """Yields the rows of a csv file. A quotation mark that is never closed costs only its own line."""
    start = unclosed = 0
    while start < len(lines):
        offset = start
        reader = csv.reader((line + "\n" for line in lines[offset:]), delimiter=delimiter)
        for cells in reader:
            end = offset + reader.line_num
            if end == len(lines) > start + 1 and sum(line.count('"') for line in lines[start:end]) % 2:
                unclosed += 1
                if unclosed > _MAX_UNCLOSED:
                    yield ReadError(f"第 {start + 1} 行起：没有闭合的引号太多，后面的行没有读入。请补上引号。")
                    return
                yield ReadError(f"第 {start + 1} 行：期望成对的引号，实际有引号没有闭合，已跳过这一行。请补上引号。")
                start += 1
                break
            yield _Row(start + 1, tuple(cells))
            start = end
