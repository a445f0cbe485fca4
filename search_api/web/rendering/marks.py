"""The marks in the margin of a document: what later documents say of its passages.

To add a kind of mark: write a Marker and put it into MARKERS.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from corpus.addresses import parse_passage_id
from corpus.facts.periods import bounds
from indexer.engine.protocol import DocumentEntry
from indexer.snapshot import Snapshot
from search_api.analyses.commitments import commitments_of
from search_api.analyses.related import RelatedPassages
from search_api.analyses.replaced import replaced_passages
from search_api.analyses.stated import FigureSeries, Point, figures_among
from search_api.analyses.statuses import STATUS_NAMES
from search_api.labels import figure_label, period_label

_MOST_OF_A_KIND = 3  # marks of one kind at a passage: a table has a dozen figures


@dataclass(frozen=True)
class Mark:
    """What is known of the passage `anchor`; `why` says it in a sentence, `leads_to` is the address of the passage that
    shows it."""

    anchor: str
    label: str
    why: str
    leads_to: str | None


class Reading(NamedTuple):
    """What is being read: a document as a user may see it, and the passages of others that its own are like."""

    snapshot: Snapshot
    entry: DocumentEntry
    related: RelatedPassages


Marker = Callable[[Reading], Iterable[Mark]]


def superseded(reading: Reading) -> Iterator[Mark]:
    """Passages whose place another took."""
    for standing in replaced_passages(*reading):
        yield Mark(standing.of.passage.anchor, "已有新答复", standing.why, standing.taker_id)


def renewed_figures(reading: Reading) -> Iterator[Mark]:
    """Passages with a figure of which a later document on the matter states another value."""
    snapshot, entry, related = reading
    near = {other.entry.key: other.entry for each in related for other in each}
    later = [other for _, other in sorted(near.items()) if (other.replied_on or "") > (entry.replied_on or "9999")]
    for series in figures_among(snapshot, [entry, *later]):
        is_plan = series.kind == "target"  # another aim is no newer value
        own = [p for p in series.series if p.doc_id == entry.doc_id and p.passage_id and not is_plan]
        newer = [point for point in series.series if point.doc_id != entry.doc_id]
        newer = [point for point in newer if own and _is_renewal(own[-1], point)]
        if newer and all(point.value != own[-1].value for point in newer[-1:]):
            anchor = parse_passage_id(own[-1].passage_id or "")[1]
            yield Mark(anchor, "数据有更新", _renewal(series, own[-1], newer[-1]), newer[-1].passage_id)


def commitments(reading: Reading) -> Iterator[Mark]:
    """Passages with a commitment whose day is past, or of which later words tell."""
    for each in commitments_of(reading.snapshot, reading.entry.doc_id):
        anchor, shown = parse_passage_id(each.passage_id)[1], each.evidence
        if shown:
            why = f"这里说“{each.quote}”，后来说“{shown.quote}”"
            yield Mark(anchor, f"承诺（{STATUS_NAMES[each.status]}）", why, shown.passage_id)
        elif each.is_overdue:
            yield Mark(anchor, "承诺（未见下文）", f"“{each.quote}”，期限{each.due.by}，没有找到后来的答复", None)


MARKERS: tuple[Marker, ...] = (superseded, renewed_figures, commitments)


def marks_of(reading: Reading) -> dict[str, list[Mark]]:
    """The marks of a document's passages, by the anchors of these."""
    found: defaultdict[str, list[Mark]] = defaultdict(list)
    for marker in MARKERS:
        of_kind: defaultdict[str, list[Mark]] = defaultdict(list)
        for mark in marker(reading):
            of_kind[mark.anchor].append(mark)
        for anchor, marks in of_kind.items():
            found[anchor] += marks[:_MOST_OF_A_KIND]
    return found


def _is_renewal(point: Point, later: Point) -> bool:
    """Whether a later document states the value of a later period, or of the same one anew."""
    if later.period is None:
        return False
    return point.period is None or bounds(later.period)[1] >= bounds(point.period)[1]


def _renewal(series: FigureSeries, point: Point, later: Point) -> str:
    before, after = (figure_label(each.value, series.unit) for each in (point, later))
    when = f"（{period_label(later.period)}）" if later.period else ""
    return f"{series.place}{series.indicator}：这里是{before}，后来是{after}{when}"
