"""Tables on a page of Markdown, each in a block between `<!-- KIND: NAME -->` and `<!-- end -->`."""

import re
from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """
    >>> table(["leg", "R@10"], [["hybrid", "0.5"]])
    '| leg | R@10 |\\n| --- | --- |\\n| hybrid | 0.5 |\\n'
    """
    return "".join(f"| {' | '.join(row)} |\n" for row in (head, ["---"] * len(head), *rows))


def blocks(page: str) -> list[tuple[str, str]]:
    """Kind and name of each block, in order."""
    return [(found[1], found[2]) for found in _pattern(r"\w+", r"\w+").finditer(page)]


def with_block(page: str, kind: str, name: str, text: str) -> str:
    """The page with `text` in that block and all else as it is. Raises ValueError where it has no such block."""
    block = _pattern(re.escape(kind), re.escape(name))
    if not block.search(page):
        raise ValueError(f"no place for {kind} named {name}")
    return block.sub(lambda found: f"<!-- {kind}: {name} -->\n{text}<!-- end -->", page)


def _pattern(kind: str, name: str) -> re.Pattern[str]:
    return re.compile(rf"<!-- ({kind}): ({name}) -->\n.*?<!-- end -->", re.DOTALL)
