"""Runs every topic of a collection through the search engine, one retrieval mode at a time, and measures the runs."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from corpus.errors import DafuError
from eval.measures import Figures, judged, measure
from eval.trec import Qrels, Run, Topic, read_candidates, read_qrels, read_topics
from indexer.engine.protocol import Mode
from indexer.progress import Progress
from search_api.query.language import ParsedQuery, QueryError, parse_query, plain
from search_api.searcher import Searcher

DEPTH = 1000
"""Documents of a ranking that are kept, as at TREC."""

MODES: tuple[Mode, ...] = ("lexical", "vector", "hybrid")
"""In the order in which figures are shown."""


@dataclass(frozen=True)
class Collection:
    """Topics with their judgments. Where `candidates` are given, all other documents are taken out of rankings."""

    topics: tuple[Topic, ...]
    qrels: Qrels
    candidates: frozenset[str] | None = None

    @classmethod
    def read(cls, topics: Path, qrels: Path, candidates: Path | None) -> "Collection":
        """Raises DafuError where a file is damaged or the files do not belong together."""
        read = cls(tuple(read_topics(topics)), read_qrels(qrels), read_candidates(candidates) if candidates else None)
        if not any(topic.query_id in read.qrels for topic in read.topics):
            raise DafuError(f"{topics} 的题目都不在 {qrels} 的评判中：请检查两个文件的 query_id 是否一致。")
        if not read.judged:
            raise DafuError(f"{qrels} 中没有一道题有相关的文档（相关度都不大于 0）：排序无从测量。")
        return read

    @property
    def judged(self) -> list[Topic]:
        """The topics that count, see `eval.measures.judged`."""
        return judged(self.topics, self.qrels)


@dataclass(frozen=True)
class ModeResult:
    """One retrieval mode on a collection: its run, its figures by category, and the time of each query."""

    mode: Mode
    run: Run
    figures: dict[str, Figures]
    took_ms: tuple[float, ...]

    def latency(self, percentile: float) -> float:
        """Milliseconds within which that share (0 to 100) of the queries were answered."""
        return float(np.percentile(self.took_ms, percentile))


def run_mode(searcher: Searcher, collection: Collection, mode: Mode, progress: Progress) -> ModeResult:
    """Every topic through one mode, timed and measured."""
    run: Run = {}
    took: list[float] = []
    # The first query of all loads the segmenter's dictionary and would distort the times.
    searcher.rank(as_asked(collection.topics[0].text), 1, mode)
    for done, topic in enumerate(collection.topics, 1):
        started = time.perf_counter()
        run[topic.query_id] = rank_topic(searcher, topic, mode, collection.candidates)
        took.append((time.perf_counter() - started) * 1000)
        progress(f"检索（{mode}）", done, len(collection.topics))
    return ModeResult(mode, run, measure(run, collection.qrels, collection.topics), tuple(took))


def rank_topic(searcher: Searcher, topic: Topic, mode: Mode, candidates: frozenset[str] | None) -> dict[str, float]:
    """A topic's ranking as doc_id to score, best first."""
    # Enough of the ranking that DEPTH candidates are left of it.
    depth = DEPTH if candidates is None else searcher.snapshot.engine.size.documents
    ranking = searcher.rank(as_asked(topic.text), depth, mode)
    kept = [doc_id for doc_id, _ in ranking if candidates is None or doc_id in candidates][:DEPTH]
    # The measures order by score: ranks as scores keep our own order where scores are equal.
    return {doc_id: float(len(kept) - rank) for rank, doc_id in enumerate(kept)}


def figures_json(results: Sequence[ModeResult]) -> dict[str, dict[str, dict[str, object]]]:
    """The content of `dafu eval run --json`: mode to category to figures."""
    return as_json({result.mode: result.figures for result in results})


def as_json(by_mode: Mapping[Mode, Mapping[str, Figures]]) -> dict[str, dict[str, dict[str, object]]]:
    """Figures of every mode and category as plain values."""
    return {
        mode: {category: figures.to_json() for category, figures in by_category.items()}
        for mode, by_category in by_mode.items()
    }


def as_asked(text: str) -> ParsedQuery:
    """The query as the search box reads it; a text that is no valid query line is matched as it is."""
    try:
        return parse_query(text)
    except QueryError:
        return plain(text)
