"""Tables of passages as rows of marked cells, whole or the rows that a search asks for."""

from dataclasses import dataclass

from markupsafe import Markup

from search_api.types import TableCell, TableHit
from search_api.web.rendering.marking import marked


@dataclass(frozen=True)
class Matching:
    """The rows of a table that a search asks for, under its head; `total` counts those that the passage has.

    `marked`: they were chosen by what is marked in them, and are not merely the first.
    """

    head_rows: int
    rows: list[list[Markup]]
    total: int
    marked: bool

    @property
    def shown(self) -> int:
        return len(self.rows) - self.head_rows


def matching(table: TableHit) -> Matching:
    """The head, and the rows with something marked."""
    head, rows = table.rows[: table.head_rows], [table.rows[at] for at in table.matching]
    is_marked = any(cell.highlights for row in rows for cell in row)
    shown = [_marked(row) for row in (*head, *rows)]
    return Matching(table.head_rows, shown, len(table.rows) - table.head_rows, is_marked)


def _marked(row: list[TableCell]) -> list[Markup]:
    return [marked(cell.text, cell.highlights) for cell in row]
