"""The register of commitments: what the documents that a user may see promise, and what became of each promise.

A status of kept, late or dropped is never without a quotation (see outcomes). What became of a document's promises is
worked out when somebody asks for one of them, and kept as long as the generation is open.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, cast, get_args

from corpus.addresses import passage_id
from indexer.build.derivations import Commitments
from indexer.engine.protocol import DocumentEntry
from indexer.snapshot import Snapshot
from search_api.analyses.later import later_passages, rarity_of
from search_api.analyses.outcomes import Evidence, Outcome, Promise, outcomes
from search_api.analyses.statuses import CommitmentStatus, WantedStatus
from search_api.remembered import remembered

Order = Literal["due", "replied", "agency"]
ORDERS: tuple[Order, ...] = get_args(Order)


@dataclass(frozen=True)
class Due:
    """The words that name the time, and its last day; None where there are none."""

    text: str | None
    by: str | None


@dataclass(frozen=True)
class Commitment:
    """A promise as it is printed. Both quotations are literally in their documents."""

    doc_id: str
    agency: str | None
    replied_on: str | None
    passage_id: str
    quote: str
    due: Due
    status: CommitmentStatus
    evidence: Evidence | None

    @property
    def is_overdue(self) -> bool:
        return self.status == "unknown" and self.due.by is not None


@dataclass(frozen=True)
class Asked:
    """Which commitments are wanted. What is empty narrows nothing; both ends of the range of due dates are in it.

    `agency` is contained in the name of the agency, every word of `query` stands in the promise's passage, its headings
    or the title of its document. `as_of` decides what is due.
    """

    query: str = ""
    agency: str = ""
    year: int | None = None
    status: WantedStatus | None = None
    due_since: date | None = None
    due_until: date | None = None
    as_of: date = field(default_factory=date.today)


@dataclass(frozen=True)
class Promised:
    """A promise as a document makes it, before anybody asks what became of it."""

    entry: DocumentEntry
    anchor: str
    quote: str
    due: Due
    written: str | None

    @property
    def passage_id(self) -> str:
        return passage_id(self.entry.doc_id, self.anchor)

    @property
    def by(self) -> date | None:
        return date.fromisoformat(self.due.by) if self.due.by else None

    @property
    def key(self) -> tuple[int, str, str]:
        return self.entry.key, self.anchor, self.quote


def commitments(snapshot: Snapshot, asked: Asked, order: Order = "due", part: slice = slice(None)) -> list[Commitment]:
    """The commitments that are wanted, in order, or a part of them. Raises as the deadline does.

    Without a status, what became of the others is not worked out.
    """
    found = promised(snapshot, asked, order)
    if asked.status is None:
        return shown(snapshot, found[part], asked.as_of)
    return shown(snapshot, found, asked.as_of, asked.status)[part]


def promised(snapshot: Snapshot, asked: Asked, order: Order = "due") -> list[Promised]:
    """The promises that are wanted, whatever became of them, in order."""
    wanted = [promise for promise in _all_promised(snapshot) if _is_wanted(promise, asked)]
    for word in asked.query.split():
        wanted = _with_word(snapshot, wanted, word)
    return sorted(wanted, key=_ORDERS[order])


def shown(
    snapshot: Snapshot, promises: Iterable[Promised], as_of: date, status: WantedStatus | None = None
) -> list[Commitment]:
    """Promises with what became of them, in order; of a status where one is given. Raises as the deadline does."""
    known = _known(snapshot)
    found = (_commitment(promise, known.of(snapshot, promise), as_of) for promise in promises)
    return [each for each in found if status in (None, each.status) or (status == "overdue" and each.is_overdue)]


def commitments_of(snapshot: Snapshot, doc_id: str, as_of: date | None = None) -> list[Commitment]:
    """The commitments of a document, in reading order; none of one that may not be seen."""
    entry = snapshot.engine.find(doc_id)
    own = _by_document(snapshot).get(entry.key, []) if entry else []
    return shown(snapshot, own, as_of or date.today())


def open_commitments(snapshot: Snapshot, passage_ids: Collection[str], as_of: date | None = None) -> list[Commitment]:
    """The commitments of these passages that are not due yet, the next first."""
    everything, known = _all_promised(snapshot), _by_passage(snapshot)
    places = {place for passage_id in passage_ids for place in known.get(passage_id, ())}
    found = shown(snapshot, [everything[place] for place in sorted(places)], as_of or date.today(), "open")
    return sorted(found, key=lambda each: each.due.by or "")


@remembered
def _all_promised(snapshot: Snapshot) -> tuple[Promised, ...]:
    """By document, and within one in reading order."""
    rows = snapshot.derived_by_document(Commitments.name, Commitments.version)
    return tuple(
        Promised(entry, row["anchor"], row["quote"], Due(row["due"], row["by"]), row["written"])
        for entry, each in rows
        if entry.role != "none"
        for row in cast(Sequence[dict[str, Any]], each)
    )


def _is_wanted(promise: Promised, asked: Asked) -> bool:
    by = promise.by
    return (
        asked.agency in (promise.entry.agency or "")
        and asked.year in (None, promise.entry.year)
        and (asked.due_since is None or (by is not None and by >= asked.due_since))
        and (asked.due_until is None or (by is not None and by <= asked.due_until))
    )


def _with_word(snapshot: Snapshot, promises: Sequence[Promised], word: str) -> list[Promised]:
    """Those in whose passage, its headings or its document's title the word stands."""
    passages = snapshot.engine.passage_entries(snapshot.engine.containing(word))
    holding = {(passage.document, passage.anchor) for passage in passages}
    return [promise for promise in promises if (promise.entry.key, promise.anchor) in holding]


def _commitment(promise: Promised, outcome: Outcome | None, as_of: date) -> Commitment:
    waiting: CommitmentStatus = "open" if promise.by and promise.by >= as_of else "unknown"
    return Commitment(
        doc_id=promise.entry.doc_id,
        agency=promise.entry.agency,
        replied_on=promise.entry.replied_on,
        passage_id=promise.passage_id,
        quote=promise.quote,
        due=promise.due,
        status=outcome.status if outcome else waiting,
        evidence=outcome.evidence if outcome else None,
    )


def _by_due(promise: Promised) -> tuple[object, ...]:
    return (promise.due.by is None, promise.due.by, *_by_agency(promise))


def _by_agency(promise: Promised) -> tuple[object, ...]:
    entry = promise.entry
    return (entry.agency is None, entry.agency, entry.replied_on or "", entry.doc_id)


def _by_reply(promise: Promised) -> tuple[object, ...]:
    """The newest first, those without a date last."""
    day = promise.entry.replied_on
    return (-date.fromisoformat(day).toordinal() if day else 0, promise.entry.doc_id)


_ORDERS: Mapping[Order, Callable[[Promised], Any]] = {"due": _by_due, "replied": _by_reply, "agency": _by_agency}


class _Known:
    """What became of promises, as far as somebody asked: a document at a time. Safe from any thread.

    Has no snapshot of its own, which would keep the generation open.
    """

    def __init__(self) -> None:
        self._outcomes: dict[tuple[int, str, str], Outcome | None] = {}

    def of(self, snapshot: Snapshot, promise: Promised) -> Outcome | None:
        """Raises as the deadline does; what was worked out before stays."""
        if promise.key not in self._outcomes:
            own = _by_document(snapshot)[promise.entry.key]
            self._outcomes |= {each.key: outcome for each, outcome in zip(own, _worked_out(snapshot, own), strict=True)}
        return self._outcomes[promise.key]


@remembered
def _known(snapshot: Snapshot) -> _Known:
    return _Known()


@remembered
def _by_document(snapshot: Snapshot) -> dict[int, list[Promised]]:
    found: dict[int, list[Promised]] = {}
    for promise in _all_promised(snapshot):
        found.setdefault(promise.entry.key, []).append(promise)
    return found


@remembered
def _by_passage(snapshot: Snapshot) -> Mapping[str, Sequence[int]]:
    """The places of its promises among all, by the address of a passage."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for place, promise in enumerate(_all_promised(snapshot)):
        found[promise.passage_id].append(place)
    return dict(found)


def _worked_out(snapshot: Snapshot, promises: Sequence[Promised]) -> list[Outcome | None]:
    """What became of each promise of one document."""
    entry, written = promises[0].entry, promises[0].written
    if written is None:
        return [None] * len(promises)
    day = date.fromisoformat(written)
    text = snapshot.masked(entry).text
    around = {p.anchor: text[p.start : p.end] for p in snapshot.engine.passages_of(entry.key)}
    stated = [Promise(entry.doc_id, day, around[p.anchor], p.quote, p.by) for p in promises]
    later = later_passages(snapshot, entry, day, {promise.anchor for promise in promises})
    return outcomes(stated, later, rarity_of(snapshot))
