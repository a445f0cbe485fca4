"""The figures that a document states: what, how much, of what unit, where, when, and the words that say so.

Not for: figures over time, which need several documents (search_api.analyses.figures).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from corpus.facts.indicators import Previous, indicator_of
from corpus.facts.kinds import Kind, kind_of
from corpus.facts.moments import Moments
from corpus.facts.places import Home, Place, home_of, places
from corpus.facts.quantities import Precision, Quantity, folded, quantities
from corpus.facts.table_figures import Cell, cells_of
from corpus.tables import span_of, stretches
from corpus.types import Document

# Real sentences have 400 characters at most; what goes on for longer is cut, since some patterns look back over it all.
_SENTENCE = re.compile(r"[^。！？\n]{1,500}[。！？]?")
_CITED = re.compile(
    r"《[^》]{0,100}》|[（(][^（()）]{0,30}(?:〔\d{4}〕|电话|第\s?\S{1,12}号)[^（()）]{0,30}[）)]|〔\d{4}〕\s?\d+\s?号"
)
_CLAUSE = re.compile("[，；：。,;:]")
_AIMED_AT = re.compile(r"，[^，；。]{0,8}(?:原定|确定|计划)的\s?$")  # 高陂区只建成2家，没有达到原定的3家
_CLOSING = re.compile(r"联系(?:人|电话|单位)|承办人|电子邮箱")


@dataclass(frozen=True)
class Figure:
    """A value that document.text[start:end] states; `upper` is the end of a range. What is not certain is None.

    `value` counts ones of the unit: 29.4万个 is 294000 个, 六成 60 %. For `period` see corpus.facts.periods.
    """

    indicator: str | None
    value: float
    upper: float | None
    unit: str
    precision: Precision
    place: str | None
    period: str | None
    kind: Kind | None
    start: int
    end: int
    quote: str  # the sentence or the row of a table, literally in the text


def figures(document: Document) -> list[Figure]:
    """The figures of a document's text and tables, in reading order."""
    found: list[Figure] = []
    home, written = home_of(document), document.replied_on
    for start, end, table in stretches(document.tables, 0, len(document.text)):
        if table is None:
            found += _in_prose(document.text, start, end, home, written)
        else:
            before = document.text[max(0, span_of(table)[0] - 200) : span_of(table)[0]]
            found += [_of_cell(cell, home, document.text) for cell in cells_of(document.text, table, before, written)]
    return found


def _in_prose(text: str, start: int, end: int, home: Home, written: date | None) -> Iterator[Figure]:
    moments, previous = Moments(written), Previous()
    for match in _SENTENCE.finditer(text, start, end):
        if text[match.start() - 1 : match.start()] == "\n":
            moments.new_paragraph()
            previous = Previous()
        sentence = match[0]
        if _CLOSING.search(sentence) and len(sentence) < 120:
            continue
        found = list(_in_sentence(sentence, match.start(), home, moments, previous))
        previous = Previous(sentence, {figure.unit: figure.indicator for figure in found if figure.indicator})
        yield from found


def _in_sentence(sentence: str, offset: int, home: Home, moments: Moments, previous: Previous) -> Iterator[Figure]:
    plain = _CITED.sub(lambda match: "\x00" * len(match[0]), folded(sentence))
    counted = quantities(plain)
    periods = moments.periods(plain, counted)
    named = list(places(plain, home))
    indicators: list[str | None] = []
    for position, (quantity, period) in enumerate(zip(counted, periods, strict=True)):
        indicators.append(indicator_of(plain, counted, position, indicators, previous))
        yield Figure(
            indicator=indicators[-1],
            value=quantity.value,
            upper=quantity.upper,
            unit=quantity.unit,
            precision=quantity.precision,
            place=_place(plain, quantity, named) or home.own,
            period=period,
            kind=kind_of(plain, counted, position, period, moments.written),
            start=offset + quantity.start,
            end=offset + quantity.end,
            quote=sentence.strip(),
        )


def _place(text: str, quantity: Quantity, named: Sequence[Place]) -> str | None:
    """The place of the quantity's own clause, or else what the sentence is about."""
    before = [place for place in named if place.end <= quantity.start]
    aimed = _AIMED_AT.search(text[: quantity.start])
    start = aimed.start() if aimed else quantity.start
    own = [place for place in before if not _CLAUSE.search(text, place.end, start)]
    if own:
        return own[-1].name
    wide = [place for place in before if place.whole]
    return wide[-1].name if wide else None


def _of_cell(cell: Cell, home: Home, text: str) -> Figure:
    names = [place for text in (cell.row, cell.column) for place in places(text, home)]
    return Figure(
        indicator=cell.indicator,
        value=cell.value,
        upper=None,
        unit=cell.unit,
        precision="exact",
        place=names[0].name if names else home.own,
        period=cell.period,
        kind=cell.kind,
        start=cell.start,
        end=cell.end,
        quote=_line(text, cell.start, cell.end),
    )


def _line(text: str, start: int, end: int) -> str:
    """The row of a table."""
    last = text.find("\n", end)
    return text[text.rfind("\n", 0, start) + 1 : last if last >= 0 else len(text)]
