"""All runs in one table."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from eval.measures import MEASURES
from eval.peers.experiment import Row
from eval.printing import p_label

_NARROWEST = 130  # columns of text; a narrower terminal wraps its lines and loses nothing


def print_table(rows: Sequence[Row]) -> None:
    """A line a run and category: the figures, nDCG@10 with its interval, and dafu's hybrid minus this run with p."""
    first, *others = map(str, MEASURES)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("程序", "类别"):
        table.add_column(title, no_wrap=True)
    for title in (first, "95 % 区间", *others, "题数", "dafu 高出", "95 % 区间", "p"):
        table.add_column(title, justify="right", no_wrap=True)
    for row in rows:
        for category, figures in row.figures.items():
            low, high = figures.ci[first]
            values = [f"{figures.means[name]:.3f}" for name in (first, *others)]
            cells = [values[0], f"{low:.3f}–{high:.3f}", *values[1:], str(figures.queries)]
            table.add_row(row.name, category, *cells, *_ahead(row, category))
        table.add_section()
    console = Console()
    console.width = max(console.width, _NARROWEST)
    console.print(table)


def _ahead(row: Row, category: str) -> list[str]:
    if category not in row.ours:
        return ["", "", ""]
    found = row.ours[category].differences[0]
    return [f"{found.mean:+.3f}", f"{found.ci[0]:+.3f} 至 {found.ci[1]:+.3f}", p_label(found.p)]
