"""Turns users' verdicts into judged topics: each query a topic, each document graded by the majority.

Not for: who the users were, which is not recorded, or which passage of a document was meant: documents are judged.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import DafuError
from eval.trec import Qrels, Topic
from search_api.feedback import Verdict, read

CATEGORY = "feedback"
_MIN_SURE = 2  # users who agree that a document is useful, for relevance 2
_ID_DIGITS = 12  # hex digits of a SHA-256: no two queries of an archive share them, and a line stays readable


@dataclass(frozen=True)
class JudgedFeedback:
    """`undecided` documents of a query were left out: as many verdicts for as against, or too few."""

    topics: Sequence[Topic]
    qrels: Qrels
    verdicts: int
    undecided: int
    damaged: Sequence[str]


def judged(path: Path, min_verdicts: int = 1) -> JudgedFeedback:
    """Grades every document of every query. Raises DafuError where the file cannot be read or decides nothing."""
    damaged: list[str] = []
    verdicts = list(_sound(read(path), damaged))
    votes: defaultdict[str, defaultdict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for verdict in verdicts:
        votes[" ".join(verdict.query.split())][verdict.doc_id].append(verdict.useful)
    grades = {q: {doc: grade(given, min_verdicts) for doc, given in docs.items()} for q, docs in votes.items()}
    decided = {q: {doc: g for doc, g in docs.items() if g is not None} for q, docs in grades.items()}
    topics = [Topic(topic_id(query), query, CATEGORY) for query, docs in decided.items() if docs]
    if not topics:
        faults = "".join(f"\n  {fault}" for fault in damaged[:20])
        raise DafuError(f"{path} 中没有可用的评价：{len(verdicts)} 条都没有定论，或不足 {min_verdicts} 次。{faults}")
    return JudgedFeedback(
        topics=topics,
        qrels={topic.query_id: decided[topic.text] for topic in topics},
        verdicts=len(verdicts),
        undecided=sum(g is None for docs in grades.values() for g in docs.values()),
        damaged=damaged,
    )


def grade(given: Sequence[bool], min_verdicts: int = 1) -> int | None:
    """The relevance that users' verdicts (True: useful) amount to; None where they are too few or a draw.

    >>> grade([True]), grade([True, True]), grade([True, True, False]), grade([False]), grade([True, False])
    (1, 2, 1, 0, None)
    """
    useful, useless = given.count(True), given.count(False)
    if len(given) < min_verdicts or useful == useless:
        return None
    if useful < useless:
        return 0
    return 2 if useful >= _MIN_SURE and not useless else 1


def topic_id(query: str) -> str:
    """An id that is the same for the same query in every archive."""
    return f"fb-{hashlib.sha256(query.encode('utf-8')).hexdigest()[:_ID_DIGITS]}"


def write(found: JudgedFeedback, topics: Path, qrels: Path) -> None:
    """Writes topics and qrels in the formats that `eval.trec` reads."""
    with topics.open("w", encoding="utf-8") as file:
        for topic in found.topics:
            file.write(json.dumps(topic._asdict(), ensure_ascii=False) + "\n")
    with qrels.open("w", encoding="utf-8") as file:
        for query_id, grades in found.qrels.items():
            for doc_id, relevance in sorted(grades.items()):
                file.write(f"{query_id} 0 {doc_id} {relevance}\n")


def check_outputs(source: Path, topics: Path, qrels: Path) -> None:
    """Raises DafuError where a file would be written over another of the three: verdicts cannot be asked for again."""
    if len({path.resolve() for path in (source, topics, qrels)}) < 3:
        raise DafuError(f"评价 {source}、题目 {topics}、评判 {qrels} 应是三个不同的文件。请换一个文件名。")


def _sound(lines: Iterable[Verdict | DafuError], damaged: list[str]) -> Iterator[Verdict]:
    for line in lines:
        if isinstance(line, Verdict):
            yield line
        else:
            damaged.append(str(line))
