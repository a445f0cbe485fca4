"""Prints what `dafu eval match` measured: a row a figure, a column a part of the proposals."""

from collections.abc import Iterator, Mapping

from eval.match import MatchFigures, RetrievalFigures
from eval.match_measures import DEPTH, Share
from eval.reports.cells import PART_LABELS, count_label
from eval.reports.terminal.tables import console, say, table
from eval.splits import Subset


def print_match(figures: Mapping[Subset, MatchFigures]) -> None:
    """A row a figure, a column a part."""
    whole = figures["all"]
    say(f"评判过的提案 {whole.proposals} 份，诉求 {whole.points} 条。")
    shown = table(["", ""], [PART_LABELS[part] for part in figures])
    before = ""
    for rows in zip(*map(_rows, figures.values()), strict=True):
        group, name, _ = rows[0]
        if before and group != before:
            shown.add_section()
        shown.add_row("" if group == before else group, name, *(cell for _, _, cell in rows))
        before = group
    console().print(shown)


def _rows(figures: MatchFigures) -> Iterator[tuple[str, str, str]]:
    """Group, name, value."""
    split = figures.split
    yield "分条", "整份分对的提案", _label(split.exact)
    yield "分条", "分出的诉求是对的", _label(split.precision)
    yield "分条", "应有的诉求分出了", _label(split.recall)
    yield "分条", "F1", f"{split.f1:.3f}"
    yield from _retrieval("系统分条", figures.found)
    yield from _retrieval("评判者分条", figures.found_given)


def _retrieval(group: str, found: RetrievalFigures) -> Iterator[tuple[str, str, str]]:
    yield group, f"前 {DEPTH} 段里有答案", _label(found.passages.answered)
    yield group, f"前 {DEPTH} 段里有可用的", _label(found.passages.helped)
    yield group, "没有先例，说了没有", _label(found.precedent.rightly)
    yield group, "有先例，却说没有", _label(found.precedent.wrongly)


def _label(share: Share) -> str:
    return count_label(share.hits, share.of)
