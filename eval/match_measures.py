"""Measures of a matched proposal: was it split into its asks, were those answered, was a missing answer called missing?

Plain data only: nothing is split or searched here. The caller compares its own points and passages with the judgments.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.proposals import JudgedProposal, PointId

DEPTH = 5
"""Passages of a point that count: as many as an officer reads before giving the point up."""


@dataclass(frozen=True)
class Share:
    """`hits` of `of`."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        """0 to 1; 0 of nothing is 0."""
        return self.hits / self.of if self.of else 0.0


@dataclass(frozen=True)
class PointSplitFigures:
    """`exact` is the share of proposals; `precision` that of the points given and `recall` that of the points judged,
    over all proposals together."""

    exact: Share
    precision: Share
    recall: Share

    @property
    def f1(self) -> float:
        both = self.precision.value + self.recall.value
        return 2 * self.precision.value * self.recall.value / both if both else 0.0


@dataclass(frozen=True)
class PassageFigures:
    """The points with precedent that have a passage judged 2 (answered), or 1 and above (helped), among the first."""

    answered: Share
    helped: Share


@dataclass(frozen=True)
class PrecedentFigures:
    """Points called without precedent: `rightly` among those that have none, `wrongly` among those that have one."""

    rightly: Share
    wrongly: Share


def measure_split(proposals: Sequence[JudgedProposal], given: Mapping[str, Sequence[str]]) -> PointSplitFigures:
    """Compares points with the judged ones. `given` has proposal_id to the texts of its points; a proposal that is not
    in it was split into nothing."""
    matched = found = exact = 0
    for proposal in proposals:
        texts = given.get(proposal.proposal_id, ())
        matched += len(align(proposal, texts))
        found += len(texts)
        exact += is_split_right(proposal, texts)
    judged = sum(len(proposal.points) for proposal in proposals)
    return PointSplitFigures(Share(exact, len(proposals)), Share(matched, found), Share(matched, judged))


def is_split_right(proposal: JudgedProposal, texts: Sequence[str]) -> bool:
    """True for as many points in the same order, each the same up to white space and final punctuation."""
    return [_bare(point.text) for point in proposal.points] == [_bare(text) for text in texts]


def align(proposal: JudgedProposal, texts: Sequence[str]) -> dict[PointId, int]:
    """The place of each judged point among `texts`, one to one; a point that is not there is left out.

    Texts are the same up to white space and final punctuation. Of equal ones the first goes to the first.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for place, text in enumerate(texts):
        places[_bare(text)].append(place)
    return {point.id: free.pop(0) for point in proposal.points if (free := places[_bare(point.text)])}


def measure_passages(
    proposals: Sequence[JudgedProposal], given: Mapping[PointId, Sequence[str]], depth: int = DEPTH
) -> PassageFigures:
    """Looks for judged passages among the first. `given` has the passage_ids of a point, best first.

    A point that is not in it got none, and counts.
    """
    points = [point for proposal in proposals for point in proposal.points if point.precedent]
    best = [max((p.passages.get(item, 0) for item in given.get(p.id, ())[:depth]), default=0) for p in points]
    return PassageFigures(Share(sum(b >= 2 for b in best), len(best)), Share(sum(b >= 1 for b in best), len(best)))


def measure_precedent(proposals: Sequence[JudgedProposal], called: Mapping[PointId, bool]) -> PrecedentFigures:
    """Counts the points called without precedent. `called` is True for a point that was said to have one.

    A point that is not in it was called nothing: it counts in the total, and neither as rightly nor as wrongly called.
    """
    points = [point for proposal in proposals for point in proposal.points]
    without = [called.get(point.id, True) for point in points if not point.precedent]
    with_precedent = [called.get(point.id, True) for point in points if point.precedent]
    return PrecedentFigures(
        Share(without.count(False), len(without)), Share(with_precedent.count(False), len(with_precedent))
    )


def _bare(text: str) -> str:
    """The text without white space and final punctuation: ` 一次 办好。 ` -> `一次办好`."""
    bare = re.sub(r"\s", "", text)
    while bare and unicodedata.category(bare[-1]).startswith("P"):
        bare = bare[:-1]
    return bare
