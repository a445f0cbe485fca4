"""Turns a paragraph, given as runs of bold and plain text, into blocks; independent of any file format."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from corpus.language.numbering import numbering
from corpus.types import Block

_SENTENCE_END = "。！？；!?;"
_RUN_IN_END = _SENTENCE_END + "：:"
_INDENTS = ("　", "  ", "\u2003")
_CLOSERS = "”’」』）)】]》〉"


class Run(NamedTuple):
    """A stretch of text that is all bold or all plain; \\n is a line break inside the paragraph."""

    text: str
    bold: bool = False


def paragraph(runs: Iterable[Run], *, level: int = 0, whole: bool = False) -> list[Block]:
    """The blocks of a paragraph: one a line, and one for each bold run-in that begins after a sentence end.

    Several lines that are all indented are paragraphs of their own; otherwise each may be a piece of one.
    "**一是加强宣传。**开展讲座。**二是完善服务。**依托核心区。" makes two, with leads of 7 and 7.
    """
    raw = [line for line in _lines(runs) if any(run.text.strip() for run in line)]
    if len(raw) > 1:
        whole = all("".join(run.text for run in line).startswith(_INDENTS) for line in raw)
    lines = [_stripped(line) for line in raw]
    return [
        Block("".join(run.text for run in part), level, _lead(part), whole) for line in lines for part in _parts(line)
    ]


def _lines(runs: Iterable[Run]) -> Iterator[list[Run]]:
    line: list[Run] = []
    for run in runs:
        first, *others = run.text.split("\n")
        line.append(Run(first, run.bold))
        for other in others:
            yield line
            line = [Run(other, run.bold)]
    yield line


def _stripped(line: list[Run]) -> list[Run]:
    """The line without white space at its ends, with neighbours of one weight joined; a space takes its neighbour's."""
    joined: list[Run] = []
    for text, bold in line:
        if joined and (bold == joined[-1].bold or not text.strip()):
            joined[-1] = Run(joined[-1].text + text, joined[-1].bold)
        elif joined and not joined[-1].text.strip():
            joined[-1] = Run(joined[-1].text + text, bold)
        elif text:
            joined.append(Run(text, bold))
    if joined:
        joined[0] = Run(joined[0].text.lstrip(), joined[0].bold)
        joined[-1] = Run(joined[-1].text.rstrip(), joined[-1].bold)
    return [run for run in joined if run.text]


def _parts(line: list[Run]) -> Iterator[list[Run]]:
    start = 0
    for i in range(1, len(line)):
        ended = line[i - 1].text.rstrip().rstrip(_CLOSERS)[-1:] in tuple(_SENTENCE_END)
        if line[i].bold and ended and _is_run_in(line[i].text):
            yield _stripped(line[start:i])
            start = i
    yield _stripped(line[start:])


def _is_run_in(text: str) -> bool:
    """Whether bold text opens a paragraph of its own, instead of only stressing a few words of this one."""
    bare = text.strip()
    return numbering(bare) is not None or bare.rstrip(_CLOSERS)[-1:] in tuple(_RUN_IN_END)


def _lead(line: list[Run]) -> int:
    """The length of the bold start, including a number in plain text before it."""
    bold = line
    number = 0
    if len(line) > 1 and not line[0].bold:
        mark = numbering(line[0].text)
        if not mark or line[0].text[mark.end :].strip():
            return 0
        number = len(line[0].text)
        bold = line[1:]
    return number + len(bold[0].text.rstrip()) if bold and bold[0].bold else 0
