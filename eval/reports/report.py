"""A report of one evaluation as a single HTML page: figures, plots, and the queries that went wrong.

Loads nothing. Query texts and titles are masked as everywhere; documents are named, not quoted.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

import jinja2

from corpus.privacy import mask
from eval.bands import Bands, told_nothing
from eval.compare import Changed, Comparison, compare
from eval.experiment import Collection, Leg
from eval.measures import MEASURES, per_query
from eval.reports import plots
from eval.reports.printing import HALF_LABELS, LABELS, clipped, p_label, share_label, told_label
from eval.trec import Run, Topic, ranked
from indexer.snapshot import Snapshot
from search_api.labels import date_label
from search_api.types import NOTHING_CLOSE

_AGAINST = ("lexical", "hybrid")
_WORST = 10
_FIRST = 3
_WANTED = 5  # relevant documents named of a query
_LONGEST_TEXT = 150  # characters of a query's text


def signed(value: float, digits: int = 3) -> str:
    """With a minus as wide as the plus.

    >>> signed(-0.0312), signed(0.5, 1)
    ('−0.031', '+0.5')
    """
    return f"{value:+.{digits}f}".replace("-", "−")


environment = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
"""Renders eval/templates, for the pages of others too: jinja2 has one owner."""
environment.filters.update(p=p_label, signed=signed, share=share_label)


@dataclass(frozen=True)
class Names:
    """What was measured, by name only: a path says more of a machine than a report should."""

    index: str
    topics: str
    qrels: str
    candidates: str | None


class Named(NamedTuple):
    """A document in a ranking. `rank` is None where the ranking does not hold it.

    `number` is the doc_id without the agency before it, which stands beside it.
    """

    number: str
    title: str | None
    agency: str | None
    replied_on: str | None
    rank: int | None
    relevant: bool


class Missed(NamedTuple):
    """A query that went wrong: what it should have found and where that stood, and what stood first."""

    text: str
    category: str
    value: float
    wanted: tuple[Named, ...]
    more_wanted: int
    found: tuple[Named, ...]


class Side(NamedTuple):
    """What one leg makes of a query: its first document, and the rank of the first relevant one."""

    value: float
    rank: int | None
    first: Named | None


class Moved(NamedTuple):
    """A query that changed between two legs."""

    text: str
    category: str
    sides: tuple[Side, ...]


def report(
    snapshot: Snapshot, collection: Collection, legs: Sequence[Leg], names: Names, bands: Bands | None = None
) -> str:
    """The page. Worst queries are those of the hybrid leg where it was measured, else of the first."""
    query_ids = [topic.query_id for topic in collection.judged]
    by_mode: dict[str, Leg] = {leg.mode: leg for leg in legs}
    shown = by_mode.get("hybrid", legs[0])
    letters = _Documents(snapshot, collection)
    against = _comparison(by_mode, collection)
    boxes = {leg.mode: plots.box_of(leg) for leg in legs}
    return environment.get_template("report.html").render(
        facts=_facts(snapshot, collection, names),
        legs=legs,
        labels=LABELS,
        bands=bands,
        told_nothing=told_nothing(bands) if bands else [],
        half_labels=HALF_LABELS,
        told_label=told_label,
        nothing_close=NOTHING_CLOSE,
        measures=[str(measure) for measure in MEASURES],
        best={str(m): max(leg.figures["all"].means[str(m)] for leg in legs) for m in MEASURES},
        categories=[category for category in legs[0].figures if category != "all"],
        left_out=len(collection.topics) - len(query_ids),
        recall=plots.recall_plot(legs, collection.qrels, query_ids),
        precision=plots.precision_plot(legs, collection.qrels, query_ids),
        relevant=fmean(len(letters.wanted(query_id)) for query_id in query_ids),
        boxes=boxes,
        latency=plots.latency_axis(list(boxes.values())),
        against=against,
        deltas=against and plots.delta_plot(against.deltas),
        moved=[letters.moved(c, [by_mode[m] for m in _AGAINST]) for c in against.changed[:_WORST]] if against else [],
        shown=shown,
        missed=_missed(shown, collection, letters),
        size=(plots.WIDTH, plots.HEIGHT),
    )


def _facts(snapshot: Snapshot, collection: Collection, names: Names) -> list[tuple[str, str]]:
    manifest, candidates = snapshot.manifest, collection.candidates
    now = datetime.now()
    rows = [
        ("测量时间", f"{date_label(now.date())} {now:%H:%M}"),
        ("索引", f"{names.index}（第 {manifest.generation} 代）"),
        ("档案", f"答复 {manifest.documents} 份，段落 {manifest.passages} 个"),
        ("编码器", f"{manifest.encoder.kind}（{manifest.encoder.dimension} 维，{manifest.encoder.fingerprint[:12]}）"),
        ("题目", f"{names.topics}（{len(collection.topics)} 题，计入 {len(collection.judged)} 题）"),
        ("评判", names.qrels),
        ("候选", f"{names.candidates}（{len(candidates)} 份）" if candidates is not None else None),
    ]
    return [(name, value) for name, value in rows if value]


def _comparison(by_mode: Mapping[str, Leg], collection: Collection) -> Comparison | None:
    """Hybrid against lexical, where both were measured."""
    if not all(mode in by_mode for mode in _AGAINST):
        return None
    before, after = (by_mode[mode].run for mode in _AGAINST)
    return compare(before, after, collection.qrels, collection.topics)


def _missed(leg: Leg, collection: Collection, letters: "_Documents") -> list[Missed]:
    """The queries of lowest nDCG@10, of equal ones those whose document stands furthest down."""
    topics = collection.judged
    values = per_query(leg.run, collection.qrels, [topic.query_id for topic in topics], MEASURES[:1])[:, 0].tolist()
    depths = [letters.depth(leg.run, topic.query_id) or math.inf for topic in topics]
    order = sorted(range(len(topics)), key=lambda i: (values[i], -depths[i], topics[i].query_id))
    return [letters.missed(leg.run, topics[i], values[i]) for i in order[:_WORST] if values[i] < 1]


class _Documents:
    """Names documents for the page, by what the index's table knows of them."""

    def __init__(self, snapshot: Snapshot, collection: Collection) -> None:
        self._engine, self._qrels = snapshot.engine, collection.qrels

    def wanted(self, query_id: str) -> list[str]:
        """The relevant doc_ids, most relevant first."""
        judgments = self._qrels[query_id]
        return sorted((d for d in judgments if judgments[d] > 0), key=lambda d: (-judgments[d], d))

    def depth(self, run: Run, query_id: str) -> int | None:
        """The rank of the first relevant document."""
        order = ranked(run.get(query_id, {}))
        return next((rank for rank, d in enumerate(order, 1) if self._qrels[query_id].get(d, 0) > 0), None)

    def missed(self, run: Run, topic: Topic, value: float) -> Missed:
        order = ranked(run.get(topic.query_id, {}))
        wanted = self.wanted(topic.query_id)
        return Missed(
            text=clipped(topic.text, _LONGEST_TEXT),
            category=topic.category,
            value=value,
            wanted=tuple(self._named(d, topic.query_id, order) for d in wanted[:_WANTED]),
            more_wanted=max(0, len(wanted) - _WANTED),
            found=tuple(self._named(d, topic.query_id, order) for d in order[:_FIRST]),
        )

    def moved(self, changed: Changed, legs: Sequence[Leg]) -> Moved:
        topic, sides = changed.topic, []
        for leg, value in zip(legs, (changed.a, changed.b), strict=True):
            order = ranked(leg.run.get(topic.query_id, {}))
            first = self._named(order[0], topic.query_id, order) if order else None
            sides.append(Side(value, self.depth(leg.run, topic.query_id), first))
        return Moved(clipped(topic.text, _LONGEST_TEXT), topic.category, tuple(sides))

    def _named(self, doc_id: str, query_id: str, order: Sequence[str]) -> Named:
        entry = self._engine.find(doc_id)
        return Named(
            number=doc_id.removeprefix(f"{entry.agency}:") if entry else doc_id,
            title=mask(entry.title) if entry and entry.title else None,
            agency=entry.agency if entry else None,
            replied_on=date_label(entry.replied_on) if entry and entry.replied_on else None,
            rank=order.index(doc_id) + 1 if doc_id in order else None,
            relevant=self._qrels[query_id].get(doc_id, 0) > 0,
        )
