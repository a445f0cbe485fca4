"""`python -m tools.recognition --pages 8`: characters read rightly, marks of doubt, time and memory, as a table."""

import resource
import time
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import typer

import corpus
from corpus.documents import read_text
from corpus.readers import ocr
from corpus.readers.scans import Picture
from tools.recognition.pages import FONTS, SPOILED, Drawn, drawn

_SAMPLE = Path(corpus.__file__).parent / "sample" / "letters"
_SCALE = 300 / 72


class Result(NamedTuple):
    """Of one page: characters printed, edits to what was read, wrong ones read and how many of these are marked, marks
    in all, and seconds of computing."""

    printed: int
    edits: int
    wrong: int
    wrong_marked: int
    marked: int
    seconds: float
    confused: Counter[str]


def pages(count: int) -> Iterator[Drawn]:
    """First pages of sample letters, in one font after another."""
    files = sorted(_SAMPLE.rglob("*.txt"))
    chosen = files[:: max(1, len(files) // count)][:count]
    for number, file in enumerate(chosen):
        yield drawn(read_text(file, file.name), FONTS[number % len(FONTS)])


def measured(page: Drawn, way: str) -> Result:
    """What becomes of a page that came in this way."""
    pixels = np.asarray(SPOILED[way](page.image).convert("RGB"))
    before = time.process_time()
    lines = ocr.page(Picture(pixels, _SCALE)).lines
    seconds = time.process_time() - before
    read, marks = "", set[int]()
    for line in lines:
        for at, char in enumerate(line.text):
            if not char.isspace():
                marks |= {len(read)} if any(start <= at < end for start, end in line.doubtful) else set()
                read += char
    wrong: set[int] = set()
    confused: Counter[str] = Counter()
    for kind, a, b, c, d in SequenceMatcher(None, page.text, read, autojunk=False).get_opcodes():
        if kind != "equal":
            wrong |= set(range(c, d))
            confused[f"{page.text[a:b]}→{read[c:d]}"] += 1
    return Result(
        len(page.text), distance(page.text, read), len(wrong), len(wrong & marks), len(marks), seconds, confused
    )


def distance(a: str, b: str) -> int:
    """The Levenshtein distance.

    >>> distance("答复如下：", "答覆如下")
    2
    """
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, right in enumerate(b, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (left != right))
    return row[-1]


def main(count: Annotated[int, typer.Option("--pages", min=1, help="每种读几页")] = 8) -> None:
    """Prints a row for each way in which pages come."""
    drawn_pages = list(pages(count))
    typer.echo("| pages | characters | right | wrong and marked | marks | seconds a page | most confused |")
    typer.echo("|---|---|---|---|---|---|---|")
    for way in SPOILED:
        results = [measured(page, way) for page in drawn_pages]
        printed, edits = sum(result.printed for result in results), sum(result.edits for result in results)
        wrong, caught = sum(result.wrong for result in results), sum(result.wrong_marked for result in results)
        marked = sum(result.marked for result in results)
        seconds = sum(result.seconds for result in results) / len(results)
        confused = sum((result.confused for result in results), Counter[str]()).most_common(6)
        told = "、".join(f"{pair} {number}" for pair, number in confused)
        right = f"{1 - edits / printed:.4f}"
        typer.echo(f"| {way} | {printed:,} | {right} | {caught} of {wrong} | {marked} | {seconds:.1f} | {told} |")
    typer.echo(f"\nPeak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MB")


if __name__ == "__main__":
    typer.run(main)
