"""The console and the plain table that all commands print with."""

import sys
from collections.abc import Sequence

from rich import box
from rich.console import Console, RenderableType
from rich.style import StyleType
from rich.table import Table

from corpus.controls import escaped


def console() -> Console:
    """A console that takes queries and ids literally, not as markup."""
    return Console(markup=False, emoji=False, highlight=False)


class PlainTable(Table):
    """A table whose cells do not steer the terminal: queries and ids stand in them."""

    def add_row(
        self,
        *cells: RenderableType | None,
        style: StyleType | None = None,
        end_section: bool = False,
    ) -> None:
        plain = (escaped(cell) if isinstance(cell, str) else cell for cell in cells)
        super().add_row(*plain, style=style, end_section=end_section)


def table(words: Sequence[str], numbers: Sequence[str], *, wrap: bool = False) -> Table:
    """A table with left-aligned columns of words, then right-aligned columns of numbers, which wrap only if told to."""
    found = PlainTable(*words, box=box.SIMPLE_HEAD, pad_edge=False)
    for name in numbers:
        found.add_column(name, justify="right", no_wrap=not wrap)
    return found


def say(line: str) -> None:
    """Prints a line between tables."""
    sys.stdout.write(escaped(line) + "\n")
