"""What is search worth on an archive that nobody has judged? Its own titles, questions and asks against their
documents.

The known pairs of the calibration, held out of training, are asked of the archive with their words masked (see
`indexer.known_pairs`). Other documents may answer too and count as wrong: figures are a lower bound of what a judge
would give, but of queries in the document's own words, which are easier than a resident's.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus.errors import DafuError
from eval.experiment import MODES
from eval.measures import OF_ONE, Figures, measure
from eval.trec import Qrels, Run, Topic
from indexer.build.calibration import Answer, asked, chance
from indexer.build.encoder_choice import unacquainted
from indexer.engine.protocol import DocumentEntry, Mode
from indexer.paths import GenerationPaths
from indexer.progress import Progress
from indexer.snapshot import Snapshot

_CUT = 10

Rivals = Callable[[int], NDArray[np.bool_]]
"""From a document's place to the documents it is told apart from, a mask over documents; its own place is no matter."""


class Among(NamedTuple):
    """A known pair and the documents it is asked of, `own` the place of the one that is right."""

    answer: Answer
    own: int
    candidates: NDArray[np.bool_]


@dataclass(frozen=True)
class Field:
    """Known pairs against some of the documents. Pairs whose document has no rival there would always be right: left
    out.

    `legs`: mode to kind of pair ("all" first) to figures. `by_chance`: kind to measure, what a random order would give.
    `candidates`: the median number of documents that a pair is asked of, its own among them; 0 where no pair is left.
    """

    pairs: int
    left_out: int
    candidates: float
    legs: dict[Mode, dict[str, Figures]]
    by_chance: dict[str, dict[str, float]]

    def to_json(self) -> dict[str, object]:
        legs = {mode: {kind: f.to_json() for kind, f in kinds.items()} for mode, kinds in self.legs.items()}
        return {**vars(self), "legs": legs}


@dataclass(frozen=True)
class SelfCheck:
    """An archive's worth to itself: `earlier` among documents no later than the pair's own, `same_agency` among those
    of them that the same bureau signed. `undated` pairs' documents have no date: all documents are earlier to them."""

    documents: int
    asked_of: int
    pairs: dict[str, int]
    undated: int
    vector_weight: float
    earlier: Field
    same_agency: Field

    def to_json(self) -> dict[str, object]:
        """What `dafu eval self --json` writes."""
        return {**vars(self), "earlier": self.earlier.to_json(), "same_agency": self.same_agency.to_json()}


def self_check(snapshot: Snapshot, progress: Progress) -> SelfCheck:
    """Raises DafuError where the archive knows no pair."""
    generation = snapshot.generation
    live = [entry.version for entry in generation.engine.entries()]
    with TemporaryDirectory(prefix="dafu-self-") as folder:
        paths = GenerationPaths(Path(folder) / "masked")
        encoder = unacquainted(generation.archive, generation.encoder, generation.manifest.encoder)
        engine, answers = asked(paths, live, generation.archive.document, encoder, progress)
        entries = list(engine.entries())
    if not answers:
        raise DafuError(
            f"档案中的 {len(live)} 份答复都没有读出标题、来信原文或诉求，没有题目可供自测。"
            "请在表格或 JSONL 中补上 title 或 question 一列后重建索引，或自备题目和评判，用 dafu eval run。"
        )
    weight = generation.manifest.calibration.vector_weight
    kinds = [answer.item.kind for answer in answers]
    dated = {entry.key for entry in entries if entry.replied_on}
    earlier = no_later(entries)
    return SelfCheck(
        documents=len(live),
        asked_of=len(entries),
        pairs={"all": len(kinds), **{kind: kinds.count(kind) for kind in sorted(set(kinds))}},
        undated=sum(answer.key not in dated for answer in answers),
        vector_weight=weight,
        earlier=field(entries, answers, earlier, weight),
        same_agency=field(entries, answers, both(earlier, of_the_same_agency(entries)), weight),
    )


def no_later(entries: Sequence[DocumentEntry]) -> Rivals:
    """Documents dated on the day of the document or before; all where it has no date."""
    dates = np.array([entry.replied_on or "" for entry in entries])
    return lambda own: (dates != "") & (dates <= dates[own]) if dates[own] else np.ones(len(dates), dtype=bool)


def of_the_same_agency(entries: Sequence[DocumentEntry]) -> Rivals:
    """Documents that the same bureau signed; none where the document names none."""
    agencies = np.array([entry.agency or "" for entry in entries])
    return lambda own: (agencies == agencies[own]) & (agencies != "")


def both(one: Rivals, other: Rivals) -> Rivals:
    return lambda own: one(own) & other(own)


def field(entries: Sequence[DocumentEntry], answers: Sequence[Answer], rivals: Rivals, weight: float) -> Field:
    """The pairs measured among their own document and its rivals: the legs rank everything, then all others are taken
    out of the ranking."""
    among = []
    places = {entry.key: place for place, entry in enumerate(entries)}
    for answer in answers:
        own = places[answer.key]
        candidates = rivals(own).copy()
        candidates[own] = True
        if candidates.sum() > 1:
            among.append(Among(answer, own, candidates))
    topics = [Topic(str(i), one.answer.item.text, one.answer.item.kind) for i, one in enumerate(among)]
    qrels: Qrels = {topic.query_id: {entries[one.own].doc_id: 1} for topic, one in zip(topics, among, strict=True)}
    sizes = [int(one.candidates.sum()) for one in among]
    return Field(
        pairs=len(among),
        left_out=len(answers) - len(among),
        candidates=median(sizes) if sizes else 0,
        legs={mode: measure(_run(entries, among, mode, weight), qrels, topics, OF_ONE) for mode in MODES}
        if among
        else {},
        by_chance=_by_chance(topics, sizes),
    )


def _run(entries: Sequence[DocumentEntry], among: Iterable[Among], mode: Mode, weight: float) -> Run:
    return {str(i): _ranking(entries, one, mode, weight) for i, one in enumerate(among)}


def _ranking(entries: Sequence[DocumentEntry], one: Among, mode: Mode, weight: float) -> dict[str, float]:
    """doc_ids of the candidates that the mode finds, ranks as scores; ties by doc_id, as in a search."""
    found = one.answer.found
    scores = _scores(one.answer, mode, weight)
    at = np.searchsorted([entry.key for entry in entries], found.documents)
    kept = np.flatnonzero(~np.isnan(scores) & one.candidates[at])
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
    """The means of `expected` over all pairs and by kind."""
    groups: dict[str, list[dict[str, float]]] = {"all": []} if topics else {}
    for topic, size in zip(topics, sizes, strict=True):
        for kind in ("all", topic.category):
            groups.setdefault(kind, []).append(expected(size))
    return {kind: {str(m): fmean(row[str(m)] for row in rows) for m in OF_ONE} for kind, rows in groups.items()}


def expected(candidates: int) -> dict[str, float]:
    """Of one relevant document among so many in random order, each measure's expectation.

    >>> expected(2)["RR@10"], expected(20)["R@10"], expected(4)["R@1"]
    (0.75, 0.5, 0.25)
    """
    ranks = np.arange(1, min(_CUT, candidates) + 1)
    values = {"RR@10": (1 / ranks).sum(), "R@10": len(ranks), "R@1": 1}
    return {"nDCG@10": chance(candidates), **{name: float(value) / candidates for name, value in values.items()}}
