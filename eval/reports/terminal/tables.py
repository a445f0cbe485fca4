"""The console and the plain table that all commands print with."""

import sys
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table


def console() -> Console:
    """A console that takes queries and ids literally, not as markup."""
    return Console(markup=False, emoji=False, highlight=False)


def table(words: Sequence[str], numbers: Sequence[str], *, wrap: bool = False) -> Table:
    """A table with left-aligned columns of words, then right-aligned columns of numbers, which wrap only if told to."""
    found = Table(*words, box=box.SIMPLE_HEAD, pad_edge=False)
    for name in numbers:
        found.add_column(name, justify="right", no_wrap=not wrap)
    return found


def say(line: str) -> None:
    """Prints a line between tables."""
    sys.stdout.write(line + "\n")
