"""Measures commitments that are read off passages against the judged set (eval/sample/README.md)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from corpus.documents import read_documents
from corpus.errors import ReadError
from corpus.facts.commitments import Commitment, passage_commitments, written_on
from corpus.masked import masked_document
from corpus.passages import split
from corpus.sources import find_files
from corpus.types import Document, Passage
from eval.fact_scores import Counted
from search_api.analyses.outcomes import LaterPassage, Promise, Rarity, outcomes

SPLITS = ("dev", "test")
_MIN_SHARED = 0.5  # of the shorter of two spans, for them to be one commitment


@dataclass(frozen=True)
class CommitmentFigures(Counted):
    """How many were judged, read and both; for how many of these the due date is right, null included."""

    judged: int
    found: int
    right: int
    due_right: int

    @property
    def due(self) -> float:
        return self.due_right / self.right if self.right else 0.0


@dataclass(frozen=True)
class OutcomeFigures:
    """Of judged commitments: how many were kept, late or dropped, how many are called so, and how many rightly."""

    judged: int
    found: int
    right: int


@dataclass(frozen=True)
class Figures:
    """What is measured on one split."""

    commitments: CommitmentFigures
    outcomes: OutcomeFigures

    def to_json(self) -> dict[str, Any]:
        """The shape of the command's JSON."""
        shares = {name: getattr(self.commitments, name) for name in ("precision", "recall", "due")}
        return asdict(self) | {"commitments": asdict(self.commitments) | shares}


class _Read(NamedTuple):
    document: Document
    passage: Passage


def measure_commitments(archive: Path, judged: Path) -> dict[str, Figures]:
    """The figures of each split. `judged` is the folder of commitments.jsonl.

    Commitments are looked for in all passages of the documents of which one is judged. Raises KeyError for a judged
    passage that the archive does not hold.
    """
    passages = {read.passage.passage_id: read for read in _passages(archive)}
    commitments = _rows(judged / "commitments.jsonl")
    return {
        part: Figures(
            _measure_commitments(passages, [row for row in commitments if row["split"] == part]),
            _measure_outcomes(passages, [row for row in commitments if row["split"] == part]),
        )
        for part in SPLITS
    }


def pairs(judged: Sequence[tuple[int, int]], found: Sequence[Commitment]) -> list[tuple[int, int]]:
    """Positions of judged spans and of the commitments that are the same, each once, those that share most first."""
    shared = sorted(
        (-_shared(span, (one.start, one.end)), i, j) for i, span in enumerate(judged) for j, one in enumerate(found)
    )
    taken: list[tuple[int, int]] = []
    for less, i, j in shared:
        if -less >= _MIN_SHARED and all(i != a and j != b for a, b in taken):
            taken.append((i, j))
    return taken


def _shared(a: tuple[int, int], b: tuple[int, int]) -> float:
    return (min(a[1], b[1]) - max(a[0], b[0])) / min(a[1] - a[0], b[1] - b[0])


def _measure_commitments(passages: Mapping[str, _Read], rows: Sequence[Mapping[str, Any]]) -> CommitmentFigures:
    documents = {row["doc_id"] for row in rows}
    judged, found, right, due_right = len(rows), 0, 0, 0
    for passage_id in {row["passage_id"] for row in rows} - set(passages):
        raise KeyError(passage_id)
    for document, passage in (read for read in passages.values() if read.document.doc_id in documents):
        here = [row for row in rows if row["passage_id"] == passage.passage_id]
        read = passage_commitments(document, passage)
        starts = [passage.text.index(row["quote"]) for row in here]
        spans = [(start, start + len(row["quote"])) for start, row in zip(starts, here, strict=True)]
        same = pairs(spans, read)
        found += len(read)
        right += len(same)
        due_right += sum(read[j].by == _day(here[i]["due"]) for i, j in same)
    return CommitmentFigures(judged, found, right, due_right)


def _measure_outcomes(passages: Mapping[str, _Read], rows: Sequence[Mapping[str, Any]]) -> OutcomeFigures:
    """Takes the judged commitments, so that only what is said of them later is measured."""
    later = [
        LaterPassage(document.doc_id, passage.passage_id, written_on(document), passage.text)
        for document, passage in passages.values()
    ]
    rarity = Rarity(passage.text for passage in later)
    judged = found = right = 0
    for doc_id in dict.fromkeys(row["doc_id"] for row in rows):
        here = [row for row in rows if row["doc_id"] == doc_id]
        shown = outcomes([_promise(row, *passages[row["passage_id"]]) for row in here], later, rarity, date.max)
        judged += sum(row["status"] is not None for row in here)
        found += sum(outcome.evidence is not None for outcome in shown)
        right += sum(outcome.status == row["status"] for outcome, row in zip(shown, here, strict=True))
    return OutcomeFigures(judged, found, right)


def _promise(row: Mapping[str, Any], document: Document, passage: Passage) -> Promise:
    return Promise(document.doc_id, written_on(document), passage.text, row["quote"], _day(row["due"]))


def _passages(archive: Path) -> Iterator[_Read]:
    for file in find_files([archive]).files:
        for read in read_documents(file.path, file.relative):
            if not isinstance(read, ReadError):
                document = masked_document(read)
                for passage in split(document):
                    yield _Read(document, passage)


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
