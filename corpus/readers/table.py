"""Reads tables, each row of which is a document: csv and tsv files, and the sheets of workbooks."""

import csv
import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from corpus.errors import ReadError
from corpus.readers.encodings import decode
from corpus.readers.fields import NAMES, columns, field_of, guessed
from corpus.readers.merged import Row
from corpus.readers.records import record
from corpus.types import RawDocument, Source

CSV_MEDIA_TYPE = "text/csv"

_HEADER_ROWS = 5
_LOOKED_AT = 20  # rows, to see what a column holds
_LONGEST_CLASS = 12  # characters of 已解决（部分采纳）
_LONGEST_NAME = 30  # characters of a column's name, with a remark in brackets
_DELIMITERS = ",\t;"
SHEET_ROWS = 1 << 20
"""The maximum number of rows of a sheet. Locators count through the sheets as if each were full, so that a row keeps
its locator when an earlier sheet grows."""
_MAX_UNCLOSED = 100  # rows of a csv file with an open quotation mark: each makes the rest of the file be read again
_DATES = ("asked_on", "replied_on", "published_on")
_SERIAL = re.compile(r"([2-6]\d{4})(?:\.\d+)?")  # Excel's count of days from 1954 to 2091
_DAY_ZERO = date(1899, 12, 30)
_FORMULA, _APOSTROPHE = re.compile(r'="([^"]*)"'), re.compile(r"'([\w./:\-]*\d[\w./:\-]*)")


class Sheet(NamedTuple):
    """A sheet's rows that are not empty."""

    name: str
    rows: Sequence[Row]


class _Header(NamedTuple):
    position: int
    fields: dict[int, str]


def read_sheets(sheets: Sequence[Sheet], relative: str, media_type: str) -> Iterator[RawDocument | ReadError]:
    """Yields a document for each row of each sheet that has a column of replies."""
    headers = [_header(sheet.rows) for sheet in sheets]
    if not any(headers):
        raise _no_text_column([sheet.rows for sheet in sheets])
    for number, (sheet, header) in enumerate(zip(sheets, headers, strict=True)):
        where = f"工作表“{sheet.name}”" if len(sheets) > 1 else ""
        if header:
            yield from _documents(sheet.rows, header, where, relative, media_type, number * SHEET_ROWS)


def read_csv(data: bytes, relative: str) -> Iterator[RawDocument | ReadError]:
    """Yields a document for each row. The delimiter is the one with which most names in the header are known."""
    lines = decode(data).split("\n")
    csv.field_size_limit(len(data) + 1)  # the default, 128 KiB, is less than a long document with its appendices
    head = lines[:50]
    guesses = [(_known([row.cells for row in _csv_rows(head, d) if isinstance(row, Row)]), d) for d in _DELIMITERS]
    delimiter = max(guesses, key=lambda guess: guess[0])[1]
    found = list(_csv_rows(lines, delimiter))
    rows = [row for row in found if isinstance(row, Row)]
    header = _header(rows)
    if header is None:
        raise _no_text_column([rows])
    yield from _documents(rows, header, "", relative, CSV_MEDIA_TYPE, 0)
    yield from (fault for fault in found if isinstance(fault, ReadError))


def _documents(
    rows: Sequence[Row], header: _Header, where: str, relative: str, media_type: str, offset: int
) -> Iterator[RawDocument | ReadError]:
    for row in rows[header.position + 1 :]:
        if not any(cell.strip() for cell in row.cells):
            continue
        fields = {field: _value(field, row.cells[i]) for i, field in header.fields.items() if i < len(row.cells)}
        if any(header.fields.get(i) == "doc_id" for i in row.repeated):  # one number for several rows identifies none
            del fields["doc_id"]
        source = Source(path=relative, locator=offset + row.number, media_type=media_type)
        yield record(fields, source, f"{where}第 {row.number} 行")


def has_text_column(rows: Sequence[Row]) -> bool:
    """Whether each row is a document: their header names a column of replies."""
    return _header(rows) is not None


def _value(field: str, cell: str) -> str:
    """The cell; Excel's count of days under a date's name as a date."""
    serial = _SERIAL.fullmatch(cell.strip()) if field in _DATES else None
    return (_DAY_ZERO + timedelta(days=int(serial[1]))).isoformat() if serial else cell


def without_marks(cell: str) -> str:
    """The cell without what keeps Excel from reading a number: ="0152", '0153.

    >>> without_marks('="0152"'), without_marks("'0153"), without_marks("'您好'")
    ('0152', '0153', "'您好'")
    """
    marked = _FORMULA.fullmatch(cell.strip()) or _APOSTROPHE.fullmatch(cell.strip())
    return marked[1] if marked else cell


def _header(rows: Sequence[Row]) -> _Header | None:
    """The header row among the first five rows: the one with a text column and the most known names.

    A row with a sentence is a document, even if its other cells hold names of columns.
    """
    heads = rows[:_HEADER_ROWS]
    found = [_Header(i, guessed(row.cells)) for i, row in enumerate(heads) if not _tells(row)]
    found += [
        _Header(i, guessed(names))
        for i in range(1, len(heads))
        if not _tells(heads[i - 1]) and (names := _of_two_rows(heads[i - 1].cells, heads[i].cells))
    ]
    found = [header if "text" in header.fields.values() else _with_results(header, rows) for header in found]
    usable = [header for header in found if "text" in header.fields.values()]
    return max(usable, key=lambda header: len(header.fields), default=None)


def _with_results(header: _Header, rows: Sequence[Row]) -> _Header:
    """The header of a table that tells its replies under 办理结果, which elsewhere is a class."""
    at = next((i for i, field in header.fields.items() if field == "outcome"), None)
    if at is None:
        return header
    below = ("".join(row.cells[at : at + 1]).strip() for row in rows[header.position + 1 :][:_LOOKED_AT])
    told = [len(cell) > _LONGEST_CLASS for cell in below if cell]
    return header._replace(fields=header.fields | {at: "text"}) if 2 * sum(told) > len(told) else header


def _of_two_rows(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """The names of a header of two rows, groups of columns above their parts; none where the second row is no names.

    >>> _of_two_rows(["编号", "来信", "", "答复", ""], ["", "标题", "时间", "内容", "时间"])
    ['编号', '来信标题', '来信时间', '答复内容', '答复时间']
    """
    names, group = [], ""
    for above, below in zip([*upper, *[""] * (len(lower) - len(upper))], lower, strict=False):
        group = above.strip() or (group if below.strip() else "")
        both = group + below.strip()
        known = next((name for name in (both, below.strip(), group) if field_of(name) is not None), both)
        names.append(group if below.strip() == group else known)
    is_names = all(len(name.strip()) <= _LONGEST_NAME and not re.search(r"\d", name) for name in lower)
    is_grouped = len({name.strip() for name in upper if name.strip()}) < len(names)
    return names if is_names and is_grouped else []


def _tells(row: Row) -> bool:
    return any("。" in cell and len(cell) > _LONGEST_NAME for cell in row.cells)


def _known(rows: Sequence[tuple[str, ...]]) -> int:
    return max((len(columns(cells)) for cells in rows[:_HEADER_ROWS]), default=0)


def _no_text_column(tables: Sequence[Sequence[Row]]) -> ReadError:
    heads = [row.cells for rows in tables for row in rows[:_HEADER_ROWS]]
    best = max(heads, key=lambda cells: (len(columns(cells)), sum(bool(c.strip()) for c in cells)), default=())
    names = "、".join(cell.strip()[:20] for cell in best[:20] if cell.strip()) or "（没有表头）"
    expected = "、".join(name for name in NAMES["text"].split()[3:9])
    return ReadError(
        f"期望表头里有一列正文（如 {expected}、答复、正文、内容、text），实际的列是：{names}。请给正文列改名。"
    )


def _csv_rows(lines: Sequence[str], delimiter: str) -> Iterator[Row | ReadError]:
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
            yield Row(start + 1, tuple(map(without_marks, cells)))
            start = end
