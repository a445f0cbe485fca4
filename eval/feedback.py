"""Readers' verdicts as judged topics: each query a topic, each document judged by most of those who read it.

Not for: who the readers were, which nobody wrote down, or which passage of a document was meant: documents are judged.
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
_SURE = 2  # readers who agree that a document is useful, for relevance 2
_ID_DIGITS = 12  # of a SHA-256: no two queries of an archive share them, and a line stays readable


@dataclass(frozen=True)
class Judged:
    """`undecided` documents of a query were left out: as many for as against, or fewer verdicts than asked for."""

    topics: Sequence[Topic]
    qrels: Qrels
    verdicts: int
    undecided: int
    damaged: Sequence[str]


def judged(path: Path, least: int = 1) -> Judged:
    """What the file's verdicts come to. Raises DafuError where it cannot be read or decides nothing."""
    damaged: list[str] = []
    verdicts = list(_sound(read(path), damaged))
    votes: defaultdict[str, defaultdict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for verdict in verdicts:
        votes[" ".join(verdict.query.split())][verdict.doc_id].append(verdict.useful)
    grades = {q: {doc: grade(given, least) for doc, given in of_query.items()} for q, of_query in votes.items()}
    decided = {q: {doc: g for doc, g in of_query.items() if g is not None} for q, of_query in grades.items()}
    topics = [Topic(topic_id(query), query, CATEGORY) for query, of_query in decided.items() if of_query]
    if not topics:
        faults = "".join(f"\n  {fault}" for fault in damaged[:20])
        raise DafuError(f"{path} 中没有可用的评价：{len(verdicts)} 条都没有定论，或不足 {least} 次。{faults}")
    return Judged(
        topics=topics,
        qrels={topic.query_id: decided[topic.text] for topic in topics},
        verdicts=len(verdicts),
        undecided=sum(g is None for of_query in grades.values() for g in of_query.values()),
        damaged=damaged,
    )


def grade(given: Sequence[bool], least: int = 1) -> int | None:
    """The relevance that readers' verdicts come to; None where they are too few or come to a draw.

    >>> grade([True]), grade([True, True]), grade([True, True, False]), grade([False]), grade([True, False])
    (1, 2, 1, 0, None)
    """
    useful, useless = given.count(True), given.count(False)
    if len(given) < least or useful == useless:
        return None
    if useful < useless:
        return 0
    return 2 if useful >= _SURE and not useless else 1


def topic_id(query: str) -> str:
    """The same for the same query in every archive."""
    return f"fb-{hashlib.sha256(query.encode('utf-8')).hexdigest()[:_ID_DIGITS]}"


def write(found: Judged, topics: Path, qrels: Path) -> None:
    """As `eval.trec` reads them."""
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
