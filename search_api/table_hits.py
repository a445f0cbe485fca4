"""A passage that is a table, as a search shows it: its rows under the names of their columns, with what is marked."""

import math
from collections.abc import Callable, Sequence

from corpus.tables import Span, table_of
from corpus.types import Document
from search_api.types import TableCell, TableHit

_MAX_ROWS = 5  # of a result; the document's page has all
_SHARE = 0.7  # of the best row's score, from which on a row is shown beside it


def table_hit(
    document: Document, start: int, end: int, spans: Sequence[Span], mark: Callable[[str], list[Span]]
) -> TableHit | None:
    """The table that text[start:end] is, or is rows of; None for prose. `spans` are what is marked in that text, `mark`
    finds it in the head of a table that was cut."""
    table = table_of(document, start, end)
    if table is None:
        return None

    def cell(first: int, last: int) -> TableCell:
        text = document.text[first:last]
        if first < start or last > end:
            return TableCell(text=text, start=first, end=last, highlights=mark(text) if text else [])
        inside = [(max(s + start, first) - first, min(e + start, last) - first) for s, e in spans]
        return TableCell(text=text, start=first, end=last, highlights=[(s, e) for s, e in inside if s < e])

    rows = [[cell(*place) for place in row] for row in table.rows]
    return TableHit(head_rows=table.head_rows, rows=rows, matching=_matching(rows, table.head_rows))


def _matching(rows: Sequence[Sequence[TableCell]], head_rows: int) -> list[int]:
    """Rows by what is marked in them: the longer and the rarer in the table, the more it tells."""
    marks = [{cell.text[s:e] for cell in row for s, e in cell.highlights} for row in rows[head_rows:]]
    lines = ["\n".join(cell.text for cell in row) for row in rows[head_rows:]]
    worth = {
        mark: len(mark) * math.log(1 + len(lines) / sum(mark in line for line in lines)) for mark in set().union(*marks)
    }
    scores = [sum(worth[mark] for mark in of_row) for of_row in marks]
    enough = _SHARE * max(scores, default=0.0)
    chosen = sorted((at for at, score in enumerate(scores) if score >= enough), key=lambda at: (-scores[at], at))
    return sorted(head_rows + at for at in chosen[:_MAX_ROWS])
