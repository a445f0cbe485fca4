"""Prints what `python -m eval.peers` measured: all runs in one table."""

from collections.abc import Sequence

from eval.measures import MEASURES
from eval.peers.experiment import Row
from eval.reports.cells import difference_cells, figure_cells, figure_headings
from eval.reports.terminal.tables import console, table

_MIN_WIDTH = 130  # columns of text; a narrower terminal wraps its lines and loses nothing


def print_table(rows: Sequence[Row]) -> None:
    """A line a run and category: the figures, nDCG@10 with its interval, and dafu's hybrid minus this run with p."""
    measures = list(map(str, MEASURES))
    shown = table(["程序", "类别"], [*figure_headings(measures), "dafu 高出", "95 % 区间", "p"])
    for column in shown.columns:
        column.no_wrap = True
    for row in rows:
        for category, figures in row.figures.items():
            ahead = difference_cells(row.ours[category].differences[0]) if category in row.ours else ["", "", ""]
            shown.add_row(row.name, category, *figure_cells(figures, measures), *ahead)
        shown.add_section()
    out = console()
    out.width = max(out.width, _MIN_WIDTH)
    out.print(shown)
