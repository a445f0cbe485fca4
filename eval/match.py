"""Runs judged proposals through `dafu match` and measures splitting, answers and precedents.

Twice over: with the points that the splitter gave, which is what an officer sees, and with the judged points put in
their place, so that losses in splitting and losses in retrieval can be told apart.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from corpus.proposals import Point, Proposal
from eval.match_measures import (
    PassageFigures,
    PointSplitFigures,
    PrecedentFigures,
    align,
    measure_passages,
    measure_precedent,
    measure_split,
)
from eval.proposals import JudgedProposal, PointId
from eval.splits import Subset
from indexer.progress import Progress
from indexer.snapshot import Snapshot
from search_api.match import Match, MatchedPoint, match, proposal_of
from search_api.meaning import meaning_of
from search_api.passage_lookup import find_passage


@dataclass(frozen=True)
class RetrievalFigures:
    """Passages and precedents found for the points of one way of splitting."""

    passages: PassageFigures
    precedent: PrecedentFigures


@dataclass(frozen=True)
class MatchFigures:
    """`found` is measured with the points that the splitter gave, `found_given` with the judged ones."""

    proposals: int
    points: int
    split: PointSplitFigures
    found: RetrievalFigures
    found_given: RetrievalFigures

    def to_json(self) -> dict[str, Any]:
        """Each share as `hits` and `of`."""
        return asdict(self)


@dataclass(frozen=True)
class _Matched:
    """A judged proposal matched as it was pasted, and with its judged points."""

    judged: JudgedProposal
    pasted: Match
    given: Match


def measure_match(
    snapshot: Snapshot, proposals: Sequence[JudgedProposal], progress: Progress
) -> dict[Subset, MatchFigures]:
    """Figures over all proposals and over both parts.

    The constants of search_api/match.py were chosen on the first, third, … proposal of the file: the dev part.
    """
    matched = []
    for done, proposal in enumerate(proposals, 1):
        judged = _with_present_addresses(snapshot, proposal)
        pasted = match(snapshot, proposal_of(judged.text, meaning_of(snapshot)))
        matched.append(_Matched(judged, pasted, match(snapshot, _with_judged_points(pasted, judged))))
        progress("对照提案", done, len(proposals))
    return {"all": _figures(matched), "dev": _figures(matched[::2]), "test": _figures(matched[1::2])}


def _with_present_addresses(snapshot: Snapshot, judged: JudgedProposal) -> JudgedProposal:
    """The proposal with its judged passages named as in this index: judgments may hold positions (`#3`), or anchors of
    passages that have been cut or masked anew since."""
    points = []
    for point in judged.points:
        grades: dict[str, int] = {}
        for address, grade in point.passages.items():
            found = find_passage(snapshot, address)
            name = found.passage_id if found else address
            grades[name] = max(grade, grades.get(name, 0))
        points.append(replace(point, passages=grades))
    return replace(judged, points=tuple(points))


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
        found=_retrieval(proposals, [one.pasted for one in matched]),
        found_given=_retrieval(proposals, [one.given for one in matched]),
    )


def _retrieval(proposals: Sequence[JudgedProposal], matches: Sequence[Match]) -> RetrievalFigures:
    points: dict[PointId, MatchedPoint] = {}
    for judged, found in zip(proposals, matches, strict=True):
        places = align(judged, [point.text for point in found.points])
        points |= {point_id: found.points[place] for point_id, place in places.items()}
    passages = {at: [p.passage_id for hit in point.hits for p in hit.passages] for at, point in points.items()}
    called = {at: point.precedent for at, point in points.items()}
    return RetrievalFigures(measure_passages(proposals, passages), measure_precedent(proposals, called))
