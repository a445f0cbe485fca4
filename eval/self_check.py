"""What is search worth on an archive that nobody has judged? Asks known-item queries: titles, questions and asks of its
own documents.

They are those of the calibration, held out of training, and are asked of the archive with their words blanked (see
`indexer.build.known_items`). Other documents may answer too and count as wrong: figures are a lower bound of what a
judge would give, but of queries in the document's own words, which are easier than a resident's.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus.errors import DafuError
from eval.experiment import MODES, as_json
from eval.measures import KNOWN_ITEM, Figures, measure
from eval.trec import Qrels, Run, Topic
from indexer.build.calibration import Answer, asked, chance
from indexer.build.encoder_choice import unacquainted
from indexer.build.masked import masked_from
from indexer.engine.protocol import DocumentEntry, Mode
from indexer.paths import GenerationPaths
from indexer.progress import Progress
from indexer.snapshot import Snapshot

_CUT = 10

CandidateFilter = Callable[[int], NDArray[np.bool_]]
"""From a document's place to a mask of the documents that it competes with; its own place there does not matter."""


class _Query(NamedTuple):
    """A known-item query and the documents it is asked of, `own` the place of the right one."""

    answer: Answer
    own: int
    candidates: NDArray[np.bool_]


@dataclass(frozen=True)
class CandidateCheck:
    """Known-item queries asked of some of the documents. A query whose document has no competitor there would always be
    right: it is left out.

    `modes`: mode to kind of query ("all" first) to figures. `by_chance`: kind to measure, what a random order would
    give. `candidates`: the median number of documents that a query is asked of, its own among them; 0 without queries.
    """

    queries: int
    left_out: int
    candidates: float
    modes: dict[Mode, dict[str, Figures]]
    by_chance: dict[str, dict[str, float]]

    def to_json(self) -> dict[str, object]:
        return {
            "pairs": self.queries,
            "left_out": self.left_out,
            "candidates": self.candidates,
            "legs": as_json(self.modes),
            "by_chance": self.by_chance,
        }


@dataclass(frozen=True)
class SelfCheck:
    """Figures among documents no later than the query's own (`earlier`), and among those of them that the same bureau
    signed (`same_agency`).

    `queries` are counted by kind. The documents of `undated` queries have no date and compete with all.
    """

    documents: int
    asked_of: int
    queries: dict[str, int]
    undated: int
    vector_weight: float
    earlier: CandidateCheck
    same_agency: CandidateCheck

    def to_json(self) -> dict[str, object]:
        """The content of `dafu eval self --json`; scripts know queries as pairs and modes as legs."""
        return {
            "documents": self.documents,
            "asked_of": self.asked_of,
            "pairs": self.queries,
            "undated": self.undated,
            "vector_weight": self.vector_weight,
            "earlier": self.earlier.to_json(),
            "same_agency": self.same_agency.to_json(),
        }


def self_check(snapshot: Snapshot, progress: Progress) -> SelfCheck:
    """Measures an archive on its own known-item queries. Raises DafuError where it has none."""
    generation = snapshot.generation
    live = [entry.version for entry in generation.engine.entries()]
    with TemporaryDirectory(prefix="dafu-self-") as folder:
        paths = GenerationPaths(Path(folder) / "blanked")
        encoder = unacquainted(generation.archive, generation.encoder, generation.analyzer)
        engine, answers = asked(paths, live, masked_from(generation.archive), encoder, progress, generation.analyzer)
        entries = list(engine.entries())
    if not answers:
        raise DafuError(
            f"档案中的 {len(live)} 份答复都没有读出标题、来信原文或诉求，没有题目可供自测。"
            "请在表格或 JSONL 中补上 title 或 question 一列后重建索引，或自备题目和评判，用 dafu eval run。"
        )
    weight = generation.manifest.calibration.vector_weight
    kinds = [answer.item.kind for answer in answers]
    dated = {entry.key for entry in entries if entry.replied_on}
    earlier = no_later_documents(entries)
    return SelfCheck(
        documents=len(live),
        asked_of=len(entries),
        queries={"all": len(kinds), **{kind: kinds.count(kind) for kind in sorted(set(kinds))}},
        undated=sum(answer.key not in dated for answer in answers),
        vector_weight=weight,
        earlier=check_candidates(entries, answers, earlier, weight),
        same_agency=check_candidates(entries, answers, both(earlier, same_agency_documents(entries)), weight),
    )


def no_later_documents(entries: Sequence[DocumentEntry]) -> CandidateFilter:
    """Lets through documents dated on the day of the document or before; all where it has no date."""
    dates = np.array([entry.replied_on or "" for entry in entries])
    return lambda own: (dates != "") & (dates <= dates[own]) if dates[own] else np.ones(len(dates), dtype=bool)


def same_agency_documents(entries: Sequence[DocumentEntry]) -> CandidateFilter:
    """Lets through documents that the same bureau signed; none where the document names none."""
    agencies = np.array([entry.agency or "" for entry in entries])
    return lambda own: (agencies == agencies[own]) & (agencies != "")


def both(one: CandidateFilter, other: CandidateFilter) -> CandidateFilter:
    """Lets through the documents that both let through."""
    return lambda own: one(own) & other(own)


def check_candidates(
    entries: Sequence[DocumentEntry], answers: Sequence[Answer], competitors: CandidateFilter, weight: float
) -> CandidateCheck:
    """Measures queries among their own document and its competitors: every mode ranks everything, then all other
    documents are taken out of the ranking."""
    queries = list(_with_competitors(entries, answers, competitors))
    topics = [Topic(str(i), query.answer.item.text, query.answer.item.kind) for i, query in enumerate(queries)]
    qrels: Qrels = {
        topic.query_id: {entries[query.own].doc_id: 1} for topic, query in zip(topics, queries, strict=True)
    }
    sizes = [int(query.candidates.sum()) for query in queries]
    runs = {mode: _run(entries, queries, mode, weight) for mode in MODES} if queries else {}
    return CandidateCheck(
        queries=len(queries),
        left_out=len(answers) - len(queries),
        candidates=median(sizes) if sizes else 0,
        modes={mode: measure(run, qrels, topics, KNOWN_ITEM) for mode, run in runs.items()},
        by_chance=_by_chance(topics, sizes),
    )


def _with_competitors(
    entries: Sequence[DocumentEntry], answers: Iterable[Answer], competitors: CandidateFilter
) -> Iterator[_Query]:
    places = {entry.key: place for place, entry in enumerate(entries)}
    for answer in answers:
        own = places[answer.key]
        candidates = competitors(own).copy()
        candidates[own] = True
        if candidates.sum() > 1:
            yield _Query(answer, own, candidates)


def _run(entries: Sequence[DocumentEntry], queries: Iterable[_Query], mode: Mode, weight: float) -> Run:
    return {str(i): _ranking(entries, query, mode, weight) for i, query in enumerate(queries)}


def _ranking(entries: Sequence[DocumentEntry], query: _Query, mode: Mode, weight: float) -> dict[str, float]:
    """doc_ids of the candidates that the mode finds, ranks as scores; ties by doc_id, as in a search."""
    found = query.answer.found
    scores = _scores(query.answer, mode, weight)
    at = np.searchsorted([entry.key for entry in entries], found.documents)
    kept = np.flatnonzero(~np.isnan(scores) & query.candidates[at])
    names = {int(place): entries[int(at[place])].doc_id for place in kept}
    order = sorted(names, key=lambda place: (-scores[place], names[place]))
    return {names[place]: -float(rank) for rank, place in enumerate(order)}


def _scores(answer: Answer, mode: Mode, weight: float) -> NDArray[np.float64]:
    """NaN where the mode does not find the document: BM25 without a common term, vectors without a known one."""
    if mode == "hybrid":
        return answer.scores(weight)
    found = answer.found
    return found.vector if mode == "vector" else np.where(found.lexical > 0, found.lexical, np.nan)


def _by_chance(topics: Sequence[Topic], sizes: Sequence[int]) -> dict[str, dict[str, float]]:
    """The means of `expected` over all queries and by kind."""
    groups: dict[str, list[dict[str, float]]] = {"all": []} if topics else {}
    for topic, size in zip(topics, sizes, strict=True):
        for kind in ("all", topic.category):
            groups.setdefault(kind, []).append(expected(size))
    return {kind: {str(m): fmean(row[str(m)] for row in rows) for m in KNOWN_ITEM} for kind, rows in groups.items()}


def expected(candidates: int) -> dict[str, float]:
    """The expectation of each measure for one relevant document among so many in random order.

    >>> expected(2)["RR@10"], expected(20)["R@10"], expected(4)["R@1"]
    (0.75, 0.5, 0.25)
    """
    ranks = np.arange(1, min(_CUT, candidates) + 1)
    values = {"RR@10": (1 / ranks).sum(), "R@10": len(ranks), "R@1": 1}
    return {"nDCG@10": chance(candidates), **{name: float(value) / candidates for name, value in values.items()}}
