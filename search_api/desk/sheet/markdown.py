"""The sheet as Markdown. A text of a document stays text: nothing in it becomes a heading, a link or html."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from search_api.desk.sheet.model import Sheet, SheetPassage, SheetPoint, SheetTable
from search_api.desk.sheet.wording import (
    KIND,
    WRITE_HERE,
    facts_of,
    heading_of,
    link,
    note_of,
    nothing_in,
    one_line,
    paragraphs,
    source_of,
    title_of,
    warning_of,
)

# All ASCII punctuation but the harmless; inside dates, decimals, times and fractions (2020-08-20, 86.4) none can harm.
_SPECIAL = re.compile(r"""(?<![0-9])[.\-:/]|[.\-:/](?![0-9])|[!#$&()*+<=>@\[\\\]^_`{|}~]""")


def to_markdown(sheet: Sheet) -> str:
    """Headings for the title and the asks, a block quote for each passage with its source under it."""
    return "\n\n".join(_blocks(sheet)) + "\n"


def escaped(text: str) -> str:
    r"""One line as plain text.

    >>> escaped("# 见[附件](http://a.cn)，86.4万人*")
    '\\# 见\\[附件\\]\\(http\\:\\/\\/a\\.cn\\)，86.4万人\\*'
    """
    return _SPECIAL.sub(r"\\\g<0>", one_line(text))


def _blocks(sheet: Sheet) -> Iterator[str]:
    title = title_of(sheet)
    yield f"# {escaped(title)}" + ("" if title == KIND else f"（{KIND}）")
    yield "\n".join(f"- {escaped(fact)}" for fact in facts_of(sheet))
    for point in sheet.points:
        yield from _point(point, sheet.made_on)


def _point(point: SheetPoint, today: date) -> Iterator[str]:
    yield f"## {escaped(heading_of(point))}"
    yield from map(escaped, paragraphs(point.context))
    for passage in point.passages:
        yield from _passage(passage, today)
    if not point.passages:
        yield f"*{nothing_in(point)}*"
    yield f"**{WRITE_HERE}**"


def _passage(passage: SheetPassage, today: date) -> Iterator[str]:
    if warning := warning_of(passage):
        yield f"**{escaped(warning)}**"
    if passage.table:
        yield "\n".join(f"> {line}" for line in _table(passage.table))
    else:
        yield "\n>\n".join(f"> {escaped(line)}" for line in paragraphs(passage.text) or [""])
    address, source = link(passage.address), escaped(source_of(passage))
    yield f"——[{source}](<{address}>)" if address else f"——{source}"
    yield " · ".join(map(escaped, note_of(passage, today)))


def _table(table: SheetTable) -> Iterator[str]:
    """A table has one row of names, which may be empty; those of a head of several are joined."""
    columns = zip(*table.rows[: table.head_rows], strict=True) if table.head_rows else (("",) for _ in table.rows[0])
    yield _row([" ".join(dict.fromkeys(filter(None, names))) for names in columns])
    yield _row(["---"] * len(table.rows[0]), escape=lambda text: text)
    yield from map(_row, table.rows[table.head_rows :])


def _row(cells: Sequence[str], escape: Callable[[str], str] = escaped) -> str:
    return f"| {' | '.join(map(escape, cells))} |"
