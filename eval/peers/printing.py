"""All runs in one table."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from eval.measures import MEASURES
from eval.peers.experiment import Row
from eval.reports.printing import difference_cells, figure_cells, figure_headings

_NARROWEST = 130  # columns of text; a narrower terminal wraps its lines and loses nothing


def print_table(rows: Sequence[Row]) -> None:
    """A line a run and category: the figures, nDCG@10 with its interval, and dafu's hybrid minus this run with p."""
    measures = list(map(str, MEASURES))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("程序", "类别"):
        table.add_column(title, no_wrap=True)
    for title in (*figure_headings(measures), "dafu 高出", "95 % 区间", "p"):
        table.add_column(title, justify="right", no_wrap=True)
    for row in rows:
        for category, figures in row.figures.items():
            ahead = difference_cells(row.ours[category].differences[0]) if category in row.ours else ["", "", ""]
            table.add_row(row.name, category, *figure_cells(figures, measures), *ahead)
        table.add_section()
    console = Console()
    console.width = max(console.width, _NARROWEST)
    console.print(table)
