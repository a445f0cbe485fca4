"""The report of an evaluation run as a single HTML page: figures, plots, and the queries that went wrong.

It loads nothing. Query texts and titles are masked as everywhere; documents are named, not quoted.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean
from typing import NamedTuple

from eval.bands import BandTallies, abstentions
from eval.compare import ChangedQuery, Comparison, compare
from eval.experiment import Collection, ModeResult
from eval.measures import MEASURES, per_query
from eval.reports.cells import MODE_LABELS, PART_LABELS, clipped, count_label
from eval.reports.pages import plots
from eval.reports.pages.templating import environment
from eval.trec import Run, Topic, ranked
from indexer.snapshot import Snapshot
from search_api.labels import date_label
from search_api.types import NOTHING_CLOSE

_COMPARED = ("lexical", "hybrid")
_MAX_QUERIES = 10  # of those that went wrong, and of those that changed
_MAX_FIRST = 3  # documents named of a ranking
_MAX_WANTED = 5  # relevant documents named of a query
_MAX_TEXT = 150  # characters of a query's text


@dataclass(frozen=True)
class Names:
    """Names of the files that were measured with, without their paths: a report says nothing of a machine."""

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
    """One mode's answer to a query: its first document, and the rank of the first relevant one."""

    value: float
    rank: int | None
    first: Named | None


class Moved(NamedTuple):
    """A query that changed between two modes."""

    text: str
    category: str
    sides: tuple[Side, ...]


def report(
    snapshot: Snapshot,
    collection: Collection,
    results: Sequence[ModeResult],
    names: Names,
    bands: BandTallies | None = None,
) -> str:
    """The page. Worst queries are those of the hybrid mode where it was measured, else of the first."""
    query_ids = [topic.query_id for topic in collection.judged]
    documents = _Documents(snapshot, collection)
    return environment.get_template("report.html").render(
        facts=_facts(snapshot, collection, names),
        results=results,
        labels=MODE_LABELS,
        bands=bands,
        abstentions=abstentions(bands) if bands else [],
        part_labels=PART_LABELS,
        count_label=count_label,
        nothing_close=NOTHING_CLOSE,
        measures=[str(measure) for measure in MEASURES],
        best={str(m): max(result.figures["all"].means[str(m)] for result in results) for m in MEASURES},
        categories=[category for category in results[0].figures if category != "all"],
        left_out=len(collection.topics) - len(query_ids),
        relevant=fmean(len(documents.wanted(query_id)) for query_id in query_ids),
        size=(plots.WIDTH, plots.HEIGHT),
        **_plots(results, collection, query_ids),
        **_changes(results, collection, documents),
    )


def _plots(results: Sequence[ModeResult], collection: Collection, query_ids: Sequence[str]) -> dict[str, object]:
    boxes = {result.mode: plots.box_of(result) for result in results}
    return {
        "recall": plots.recall_plot(results, collection.qrels, query_ids),
        "precision": plots.precision_plot(results, collection.qrels, query_ids),
        "boxes": boxes,
        "latency": plots.latency_axis(list(boxes.values())),
    }


def _changes(results: Sequence[ModeResult], collection: Collection, documents: "_Documents") -> dict[str, object]:
    """The comparison of lexical and hybrid, the queries that changed most, and those that went wrong."""
    by_mode: dict[str, ModeResult] = {result.mode: result for result in results}
    compared = _comparison(by_mode, collection)
    sides = [by_mode[mode] for mode in _COMPARED] if compared else []
    shown = by_mode.get("hybrid", results[0])
    return {
        "compared": compared,
        "deltas": compared and plots.delta_plot(compared.deltas),
        "moved": [documents.moved(c, sides) for c in compared.changed[:_MAX_QUERIES]] if compared else [],
        "shown": shown,
        "missed": _missed(shown, collection, documents),
    }


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


def _comparison(by_mode: Mapping[str, ModeResult], collection: Collection) -> Comparison | None:
    """Hybrid against lexical, where both were measured."""
    if not all(mode in by_mode for mode in _COMPARED):
        return None
    before, after = (by_mode[mode].run for mode in _COMPARED)
    return compare(before, after, collection.qrels, collection.topics)


def _missed(result: ModeResult, collection: Collection, documents: "_Documents") -> list[Missed]:
    """The queries of lowest nDCG@10; of equal ones, first those whose document stands furthest down."""
    topics = collection.judged
    values = per_query(result.run, collection.qrels, [topic.query_id for topic in topics], MEASURES[:1])[:, 0].tolist()
    depths = [documents.depth(result.run, topic.query_id) or math.inf for topic in topics]
    order = sorted(range(len(topics)), key=lambda i: (values[i], -depths[i], topics[i].query_id))
    return [documents.missed(result.run, topics[i], values[i]) for i in order[:_MAX_QUERIES] if values[i] < 1]


class _Documents:
    """Names documents for the page by what the index's table knows of them."""

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
            text=clipped(topic.text, _MAX_TEXT),
            category=topic.category,
            value=value,
            wanted=tuple(self._named(d, topic.query_id, order) for d in wanted[:_MAX_WANTED]),
            more_wanted=max(0, len(wanted) - _MAX_WANTED),
            found=tuple(self._named(d, topic.query_id, order) for d in order[:_MAX_FIRST]),
        )

    def moved(self, changed: ChangedQuery, results: Sequence[ModeResult]) -> Moved:
        topic, sides = changed.topic, []
        for result, value in zip(results, (changed.a, changed.b), strict=True):
            order = ranked(result.run.get(topic.query_id, {}))
            first = self._named(order[0], topic.query_id, order) if order else None
            sides.append(Side(value, self.depth(result.run, topic.query_id), first))
        return Moved(clipped(topic.text, _MAX_TEXT), topic.category, tuple(sides))

    def _named(self, doc_id: str, query_id: str, order: Sequence[str]) -> Named:
        entry = self._engine.find(doc_id)
        return Named(
            number=doc_id.removeprefix(f"{entry.agency}:") if entry else doc_id,
            title=entry.title if entry else None,
            agency=entry.agency if entry else None,
            replied_on=date_label(entry.replied_on) if entry and entry.replied_on else None,
            rank=order.index(doc_id) + 1 if doc_id in order else None,
            relevant=self._qrels[query_id].get(doc_id, 0) > 0,
        )
