"""The figures of a table: a cell is counted by the heads of its row and its column, which may name unit and time."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from corpus.facts.kinds import Kind
from corpus.facts.periods import times
from corpus.facts.quantities import folded, number
from corpus.facts.units import MONEY, SHARE, UNIT, canonical
from corpus.types import Table

_UNIT = re.compile(rf"[（(](?:单位[:：])?\s?(?P<scale>万亿|亿|万|千|百)?\s?(?P<unit>{UNIT}|%)[）)]")
_SCALES = {"万亿": 10**12, "亿": 10**8, "万": 10**4, "千": 1000, "百": 100}
_YEAR = re.compile(r"\s?((?:19|20)\d\d)\s?年?度?\s?$")
_TOTAL = re.compile(r"^(?:合计|总计|共计|小计|全市)$")
_AS_OF = re.compile(r"截至[^，。；]{4,14}")
_FLOW = re.compile(r"新增|完成|出生|招生|补贴|支出|供餐|投资|发放|受理")


@dataclass(frozen=True)
class Cell:
    """A cell that states a number: text[start:end], with the heads of its row and column as they stand."""

    row: str
    column: str
    indicator: str | None
    value: float
    unit: str
    period: str | None
    kind: Kind | None
    start: int
    end: int


def cells_of(text: str, table: Table, before: str, written: date | None) -> Iterator[Cell]:
    """The cells of a table that state a number and have a unit; `before` is the text that stands above the table."""
    head, rows = table.rows[: table.head_rows], table.rows[table.head_rows :]
    if not head or not rows or len(head[0]) < 2:
        return
    columns = [" ".join(dict.fromkeys(_texts(text, [row[at] for row in head]))) for at in range(len(head[0]))]
    as_of = _period(" ".join(_AS_OF.findall(before)[-1:]), written)
    for row in rows:
        name = text[slice(*row[0])]
        for (start, end), column in zip(row[1:], columns[1:], strict=True):
            yield from _cell(text[start:end], (name, column), (start, end), as_of, written)


def _cell(
    content: str, heads: tuple[str, str], span: tuple[int, int], as_of: str | None, written: date | None
) -> Iterator[Cell]:
    row, column = heads
    share = content.strip().endswith(("%", "％"))
    value = number(content.strip().rstrip("%％"))
    unit = (SHARE, 1) if share else _unit(column) or _unit(row)
    if value is None or unit is None:
        return
    period = _year(row) or _period(column, written) or _period(row, written)
    indicator = _indicator(row, column)
    scaled = round(value * unit[1], 6)
    yield Cell(
        row=row,
        column=column,
        indicator=indicator,
        value=int(scaled) if scaled == int(scaled) else scaled,
        unit=unit[0],
        period=period or as_of,
        kind=_kind(unit[0], f"{row}{column}", period or as_of),
        start=span[0],
        end=span[1],
    )


def _unit(head: str) -> tuple[str, int] | None:
    match = _UNIT.search(folded(head))
    return (canonical(match["unit"]), _SCALES.get(match["scale"] or "", 1)) if match else None


def _year(head: str) -> str | None:
    match = _YEAR.fullmatch(folded(head))
    return match[1] if match else None


def _period(head: str, written: date | None) -> str | None:
    return _year(head) or next((time.period for time in times(folded(head), written)), None)


def _indicator(row: str, column: str) -> str | None:
    """The head that says what is counted: not the one that is a time, a place or a total."""
    for head in (column, row):
        name = re.sub(r"\s", "", _UNIT.sub("", folded(head)))
        timed = list(times(name, None))
        for time in reversed(timed):
            name = name[: time.start] + name[time.end :]
        if len(name) > 1 and not _YEAR.fullmatch(head) and not _TOTAL.match(name):
            return name
    return None


def _kind(unit: str, heads: str, period: str | None) -> Kind | None:
    if unit == SHARE:
        return "share"
    if _FLOW.search(heads):
        return "flow"
    return None if unit == MONEY or period is None else "stock"


def _texts(text: str, cells: Sequence[tuple[int, int]]) -> list[str]:
    return [text[start:end] for start, end in cells if start < end]
