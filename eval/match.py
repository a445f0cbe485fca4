"""Judged proposals through `dafu match`: was each cut into its asks, were those answered among the first passages, and
was a missing answer called missing?

Twice over: with the points that the splitter gave, which is what an officer sees, and with the judged points put in
their place, so that what is lost in splitting and what is lost in finding can be told apart.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from corpus.proposals import Point, Proposal
from eval.proposals import (
    DEPTH,
    JudgedProposal,
    PassageFigures,
    PointId,
    PrecedentFigures,
    Share,
    SplitFigures,
    align,
    measure_passages,
    measure_precedent,
    measure_split,
)
from eval.reports.printing import HALF_LABELS
from eval.splits import Half
from indexer.progress import Progress
from indexer.snapshot import Snapshot
from search_api.match import Match, MatchedPoint, match, proposal_of

Part = Literal["all"] | Half
"""Constants of search_api/match.py were chosen on the first, third, … proposal of the file: the choosing half."""


@dataclass(frozen=True)
class Found:
    """What the points of one way of splitting came to."""

    passages: PassageFigures
    precedent: PrecedentFigures


@dataclass(frozen=True)
class MatchFigures:
    """`found` with the points that the splitter gave, `found_given` with the judged ones."""

    proposals: int
    points: int
    split: SplitFigures
    found: Found
    found_given: Found

    def to_json(self) -> dict[str, Any]:
        """Each share as `hits` and `of`."""
        return asdict(self)


@dataclass(frozen=True)
class _Matched:
    """A judged proposal as it was pasted, and with its judged points."""

    judged: JudgedProposal
    pasted: Match
    given: Match


def measure_match(
    snapshot: Snapshot, proposals: Sequence[JudgedProposal], progress: Progress
) -> dict[Part, MatchFigures]:
    """Of all proposals, of those that constants were chosen on, and of the others."""
    matched = []
    for done, judged in enumerate(proposals, 1):
        pasted = match(snapshot, proposal_of(judged.text))
        matched.append(_Matched(judged, pasted, match(snapshot, _with_judged_points(pasted, judged))))
        progress("对照提案", done, len(proposals))
    return {"all": _figures(matched), "choosing": _figures(matched[::2]), "untouched": _figures(matched[1::2])}


def _with_judged_points(pasted: Match, judged: JudgedProposal) -> Proposal:
    points = [Point(number=point.id.number, text=point.text, context=point.context) for point in judged.points]
    return Proposal(title=pasted.title, number=pasted.number, preamble=pasted.preamble, points=tuple(points))


def _figures(matched: Sequence[_Matched]) -> MatchFigures:
    proposals = [one.judged for one in matched]
    texts = {one.judged.proposal_id: [point.text for point in one.pasted.points] for one in matched}
    return MatchFigures(
        proposals=len(proposals),
        points=sum(len(proposal.points) for proposal in proposals),
        split=measure_split(proposals, texts),
        found=_found(proposals, [one.pasted for one in matched]),
        found_given=_found(proposals, [one.given for one in matched]),
    )


def _found(proposals: Sequence[JudgedProposal], matches: Sequence[Match]) -> Found:
    points: dict[PointId, MatchedPoint] = {}
    for judged, found in zip(proposals, matches, strict=True):
        places = align(judged, [point.text for point in found.points])
        points |= {point_id: found.points[place] for point_id, place in places.items()}
    passages = {at: [p.passage_id for hit in point.hits for p in hit.passages] for at, point in points.items()}
    called = {at: point.precedent for at, point in points.items()}
    return Found(measure_passages(proposals, passages), measure_precedent(proposals, called))


def print_match(figures: dict[Part, MatchFigures]) -> None:
    """A row a figure, a column a part."""
    whole = figures["all"]
    typer.echo(f"评判过的提案 {whole.proposals} 份，诉求 {whole.points} 条。")
    table = Table("", "", box=box.SIMPLE_HEAD, pad_edge=False)
    for part in figures:
        table.add_column(HALF_LABELS[part], justify="right", no_wrap=True)
    before = ""
    for rows in zip(*map(_rows, figures.values()), strict=True):
        group, name, _ = rows[0]
        if before and group != before:
            table.add_section()
        table.add_row("" if group == before else group, name, *(cell for _, _, cell in rows))
        before = group
    Console(markup=False, emoji=False, highlight=False).print(table)


def _rows(figures: MatchFigures) -> Iterator[tuple[str, str, str]]:
    """Group, name, value."""
    split = figures.split
    yield "分条", "整份分对的提案", share_label(split.exact)
    yield "分条", "分出的诉求是对的", share_label(split.precision)
    yield "分条", "应有的诉求分出了", share_label(split.recall)
    yield "分条", "F1", f"{split.f1:.3f}"
    for group, found in (("系统分条", figures.found), ("评判者分条", figures.found_given)):
        yield group, f"前 {DEPTH} 段里有答案", share_label(found.passages.answered)
        yield group, f"前 {DEPTH} 段里有可用的", share_label(found.passages.helped)
        yield group, "没有先例，说了没有", share_label(found.precedent.rightly)
        yield group, "有先例，却说没有", share_label(found.precedent.wrongly)


def share_label(share: Share) -> str:
    """
    >>> share_label(Share(3, 4)), share_label(Share(0, 0))
    ('3/4（75%）', '—')
    """
    return f"{share.hits}/{share.of}（{share.value:.0%}）" if share.of else "—"
