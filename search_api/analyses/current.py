"""Which of the passages that answer an ask are valid today, and which did a later answer take the place of?

What nothing touched stays current, however old it is. Unsure is no status. Not for: finding the passages.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus.addresses import passage_id
from corpus.cached import cached_property
from corpus.types import Document
from indexer import deadline
from indexer.engine.protocol import DocumentEntry, Engine, Keys, PassageEntry
from indexer.snapshot import Snapshot
from search_api.analyses.related import likeness
from search_api.analyses.responsibility import Responsibility, responsibility
from search_api.analyses.restating import echoes_ask, refers_back, retells
from search_api.analyses.succession import SharedWords, Signals, change_of, evidence, figures_of, says_change
from search_api.labels import date_label
from search_api.types import Status

MAX_COMPARED = 25
"""Passages nearest to an ask that may take the place of others: the one that does is the 18th at most (dev asks of
eval/sample/current.jsonl)."""

_SUPERSEDES, _MAY_SUPERSEDE = 0.0, -2.5
"""Log odds from which an answer is superseded, and from which it is not called current either; chosen on dev asks."""

_A_LITTLE = 1e-6
_SAME_MATTER = 3.0
"""Likeness from which two passages may be on one matter."""

_MAX_YEARS = 5
_WEEKS = 56
"""Days between answers of different bodies: of two that are nearer neither is the later one."""


class Candidate(NamedTuple):
    """A passage near an ask; `behind` the nearest one as Signals has it."""

    entry: DocumentEntry
    passage: PassageEntry
    behind: float


class Standing(NamedTuple):
    """What a passage is worth today. `superseded_by` is what took its place, if anything did. `why` is a short Chinese
    sentence, empty where there is nothing to say."""

    of: Candidate
    status: Status | None
    superseded_by: Candidate | None
    why: str

    @property
    def taker_id(self) -> str | None:
        """The address of what took its place."""
        taker = self.superseded_by
        return passage_id(taker.entry.doc_id, taker.passage.anchor) if taker else None


Standings = Mapping[int, Standing]
"""By the keys of the passages."""
NOTHING_KNOWN: Standings = MappingProxyType({})


def standings(
    snapshot: Snapshot, passages: Keys, scores: NDArray[np.float64], shown: Collection[int] = ()
) -> Standings:
    """The standings of the passages that score highest for an ask, and of those that are `shown`.

    `passages` are distinct, `scores` aligned. Raises as the deadline does.
    """
    deadline.check()
    candidates = candidates_of(snapshot.engine, passages, scores, shown)
    return Comparison(snapshot, candidates).standings() if candidates else {}


def candidates_of(
    engine: Engine, passages: Keys, scores: NDArray[np.float64], shown: Collection[int]
) -> list[Candidate]:
    """Those of the passages to compare, highest score first."""
    order = np.lexsort((passages, -scores))
    is_shown = np.isin(passages[order], np.array(list(shown), dtype=np.int64))
    order = order[is_shown | (np.arange(len(order)) < MAX_COMPARED)]
    highest, middle = (float(scores.max()), float(np.median(scores))) if len(scores) else (0.0, 0.0)
    behind = (highest - scores[order]) / max(highest - middle, 1e-9)
    entries = engine.passage_entries(passages[order])
    documents = np.unique(np.array([passage.document for passage in entries], dtype=np.int64))
    by_key = {entry.key: entry for entry in engine.documents(documents)}
    return [
        Candidate(by_key[passage.document], passage, float(far)) for passage, far in zip(entries, behind, strict=True)
    ]


class Comparison:
    """The candidates of one ask beside one another."""

    def __init__(self, snapshot: Snapshot, candidates: Sequence[Candidate]) -> None:
        self.candidates = candidates
        self._documents: dict[int, Document] = {
            candidate.entry.key: snapshot.masked(candidate.entry) for candidate in candidates
        }
        self._texts = [self._document(c).text[c.passage.start : c.passage.end] for c in candidates]
        self._figures = [figures_of(text) for text in self._texts]
        self._says_change = [says_change(text) for text in self._texts]
        keys = np.array([candidate.passage.key for candidate in candidates], dtype=np.int64)
        self._likeness = likeness(snapshot, _cosines(snapshot.engine.vectors(keys)))
        self._shared = SharedWords(self._texts)
        self._later: dict[tuple[int, int], bool] = {}
        self._known: dict[tuple[int, int], Responsibility] = {}

    def standings(self) -> Standings:
        takers = [self._taker(at) for at in range(len(self.candidates))]
        return {candidate.passage.key: self._standing(at, takers) for at, candidate in enumerate(self.candidates)}

    def replaced(self, at: int) -> Standing | None:
        """The standing of one candidate, by its place, where another took its place; None for any other.

        It compares no more of them than it must.
        """
        candidate = self.candidates[at]
        if candidate.entry.role == "none" or self._restates(at):
            return None
        last = at
        while (taker := self._taker(last)).evidence >= _SUPERSEDES:
            last = taker.at
        return None if last == at else Standing(candidate, "superseded", self.candidates[last], self._why(at, last))

    def _standing(self, at: int, takers: Sequence["_Taker"]) -> Standing:
        candidate, taker = self.candidates[at], takers[at]
        if candidate.entry.role == "none":
            return Standing(candidate, None, None, "")
        last = _last(at, takers)
        if self._is_restating[at]:
            return Standing(candidate, "restates", None, "只转述诉求或其他单位的答复")
        if last is not None:
            return Standing(candidate, "superseded", self.candidates[last], self._why(at, last))
        if taker.evidence >= _MAY_SUPERSEDE:
            return Standing(candidate, None, None, "另有较新的答复说到这件事，请核对")
        if answered_on(candidate.entry) is None:
            return Standing(candidate, None, None, "没有日期，未判断是否仍然有效")
        earlier = [other for other in range(len(takers)) if _last(other, takers) == at]
        return Standing(candidate, "current", None, self._why_current(earlier))

    def _taker(self, at: int) -> "_Taker":
        """The later candidate that most likely takes the place of the one at `at`."""
        found = [
            _Taker(self._evidence(at, other), other)
            for other in range(min(len(self.candidates), MAX_COMPARED))
            if self.may_replace(at, other)
        ]
        return max(found, default=_Taker(-np.inf, at))

    def _evidence(self, earlier: int, later: int) -> float:
        """What a district does is no sign of what holds elsewhere: alone it never settles the matter."""
        found = evidence(self.signals(earlier, later))
        is_elsewhere = self._responsibility(earlier, later) == "elsewhere"
        return min(found, _SUPERSEDES - _A_LITTLE) if is_elsewhere else found

    def signals(self, earlier: int, later: int) -> Signals:
        """What speaks for one candidate in the place of another, by their places."""
        body = self._responsibility(earlier, later)
        repeats = bool(self._figures[earlier] & self._figures[later])
        return Signals(
            likeness=float(self._likeness[earlier, later]),
            shared=self._shared.of(earlier, later),
            behind=self.candidates[later].behind,
            is_own=body in ("own", "heir"),
            is_elsewhere=body == "elsewhere",
            says_change=self._says_change[later] + repeats,
            years=min(_years_between(self.candidates[earlier].entry, self.candidates[later].entry), _MAX_YEARS),
        )

    def may_replace(self, earlier: int, later: int) -> bool:
        """Whether one candidate, by its place, is a later answer that brings something new.

        What restates brings nothing, nor does what has neither a figure of its own nor a word of change; and the answer
        to one resident's message changes none to a proposal.
        """
        if not self.is_later(earlier, later) or self._is_restating[later]:
            return False
        news = self._says_change[later] or bool(self._figures[later] - self._figures[earlier])
        return news and not self.candidates[later].entry.kind == "message" != self.candidates[earlier].entry.kind

    def is_later(self, earlier: int, later: int) -> bool:
        """Whether one candidate is a later answer than another; neither is of two bodies' within weeks."""
        pair = self.candidates[earlier].entry.key, self.candidates[later].entry.key
        if pair not in self._later:
            before, after = self.candidates[earlier].entry, self.candidates[later].entry
            apart = _days_between(before, after) or 0
            is_early = 0 < apart < _WEEKS and self._responsibility(earlier, later) not in ("own", "heir")
            self._later[pair] = apart > 0 and not is_early and after.role != "none"
        return self._later[pair]

    def _responsibility(self, earlier: int, later: int) -> Responsibility:
        pair = self.candidates[earlier].entry.key, self.candidates[later].entry.key
        if pair not in self._known:
            self._known[pair] = responsibility(self._documents[pair[0]], self._documents[pair[1]])
        return self._known[pair]

    @cached_property
    def _is_restating(self) -> list[bool]:
        return [self._restates(at) for at in range(len(self.candidates))]

    def _restates(self, at: int) -> bool:
        """Whether it repeats the ask, or refers to an earlier answer or tells another's, which is itself here."""
        text, own = self._texts[at], self._document(self.candidates[at]).agency or ""
        others = {other: float(self._likeness[at, other]) for other in range(len(self.candidates)) if other != at}
        alike = [other for other, likeness in others.items() if likeness >= _SAME_MATTER]
        if echoes_ask(text) or (refers_back(text) and any(self.is_later(other, at) for other in alike)):
            return True
        return retells(text, own, [self._document(self.candidates[other]).agency or "" for other in alike])

    def _why(self, earlier: int, later: int) -> str:
        entry = self.candidates[later].entry
        whose = {"own": "同一单位", "heir": "职责划入的单位"}.get(
            self._responsibility(earlier, later), entry.agency or ""
        )
        change = change_of(self._texts[earlier], self._texts[later])
        return f"{_when(entry)}{whose}对同一事项另有答复" + (f"：“{change}”" if change else "")

    def _why_current(self, earlier: Sequence[int]) -> str:
        if not earlier:
            return "没有较新的答复改动它"
        years = sorted({str(day.year) for at in earlier if (day := answered_on(self.candidates[at].entry))})
        return f"取代了{'、'.join(years)}年的答复"

    def _document(self, candidate: Candidate) -> Document:
        return self._documents[candidate.entry.key]


class _Taker(NamedTuple):
    """The candidate at `at`, and the evidence that it takes another's place."""

    evidence: float
    at: int


def _last(at: int, takers: Sequence[_Taker]) -> int | None:
    """The end of the chain of those that take each other's place; None where nothing takes the place of `at`."""
    last = at
    while takers[last].evidence >= _SUPERSEDES:  # each is later than the one before: the chain ends
        last = takers[last].at
    return None if last == at else last


def _cosines(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    products = vectors @ vectors.T
    lengths = np.sqrt(np.diagonal(products))
    return np.asarray(products / np.maximum(np.outer(lengths, lengths), 1e-9), dtype=np.float32)


def answered_on(entry: DocumentEntry) -> date | None:
    """The day of a document's answer; the first of its year where only that is known."""
    if entry.replied_on:
        return date.fromisoformat(entry.replied_on)
    return date(entry.year, 1, 1) if entry.year else None


def _days_between(before: DocumentEntry, after: DocumentEntry) -> int | None:
    """None where that is unknown, as in one year where only that is known of either."""
    first, second = answered_on(before), answered_on(after)
    if first is None or second is None:
        return None
    is_exact = before.replied_on and after.replied_on
    return (second - first).days if is_exact or first.year != second.year else None


def _years_between(before: DocumentEntry, after: DocumentEntry) -> int:
    first, second = answered_on(before), answered_on(after)
    return second.year - first.year if first and second else 0


def _when(entry: DocumentEntry) -> str:
    return date_label(entry.replied_on) if entry.replied_on else f"{entry.year}年"
