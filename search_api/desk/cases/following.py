"""Compares open cases with the archive, and again when that has changed: what is new, superseded or gone.

One thread of the server does it, so that nobody waits: a season of proposals is matched while its list is looked at.
"""

import logging
from collections.abc import Iterable
from threading import Event, Thread

from corpus.errors import DafuError
from indexer.snapshot import Snapshot
from search_api.desk.cases.model import Case, Compared, News, PointState
from search_api.desk.cases.store import CaseStore
from search_api.match import Match, MatchedPoint, match
from search_api.passage_lookup import find_passage
from search_api.query.language import QueryError
from search_api.snapshots import IndexUnavailableError, Snapshots

_EVERY_S = 20.0
"""Seconds between looks for cases of other servers and commands, and for a new generation."""
_TOLD = 3
"""Of each point, the best passages of which a new one is told."""
_REPLACED = ("superseded", "restates")
_LOG = logging.getLogger(__name__)


def compared(snapshot: Snapshot, case: Case) -> Compared:
    """The case against the archive as its maker sees it; `snapshot` is seen with the case's scopes.

    What was told before and not taken note of yet is told on. The first time nothing is new.
    """
    seen_with = None if snapshot.scopes is None else tuple(sorted(snapshot.scopes))
    try:
        found = match(snapshot, case.content.proposal)
    except QueryError:  # too many points, say: there is nothing to tell of it
        return Compared(generation=snapshot.manifest.checksum, scopes=seen_with, points=())
    before = case.compared if case.compared and case.compared.scopes == seen_with else None
    news = [*(before.news if before else ()), *_changes(case, found, before), *_gone(snapshot, case)]
    chosen = {pick.passage_id for pick in case.content.picks}
    still = [each for each in dict.fromkeys(news) if each.kind == "new" or each.passage_id in chosen]
    return Compared(
        generation=snapshot.manifest.checksum,
        scopes=seen_with,
        points=tuple(map(_state, found.points)),
        news=tuple(still),
    )


def _state(point: MatchedPoint) -> PointState:
    passages = tuple(passage.passage_id for hit in point.hits for passage in hit.passages)
    current = point.current.passage_id if point.current else None
    return PointState(number=point.number, closeness=point.closeness, current=current, passages=passages)


def _changes(case: Case, found: Match, before: Compared | None) -> Iterable[News]:
    known = {state.number: set(state.passages) for state in before.points} if before else {}
    picks = {pick.passage_id: pick for pick in case.content.picks}
    for point in found.points:
        passages = [passage for hit in point.hits for passage in hit.passages]
        for passage in passages:
            pick = picks.get(passage.passage_id)
            if pick and passage.superseded_by and passage.superseded_by != pick.superseded_by:
                yield News(kind="superseded", point=point.number, passage_id=pick.passage_id, by=passage.superseded_by)
        if point.number in known and point.precedent:
            fresh = [passage for passage in passages if passage.status not in _REPLACED][:_TOLD]
            for passage in fresh:
                if passage.passage_id not in known[point.number] and passage.passage_id not in picks:
                    yield News(kind="new", point=point.number, passage_id=passage.passage_id)


def _gone(snapshot: Snapshot, case: Case) -> Iterable[News]:
    for pick in case.content.picks:
        there = find_passage(snapshot, pick.passage_id)
        if there is None or there.version is not None:
            yield News(kind="gone", point=pick.point, passage_id=pick.passage_id)


class Follower:
    """The thread that compares. `store` and `snapshots` are safe from any thread."""

    def __init__(self, store: CaseStore, snapshots: Snapshots) -> None:
        self._store, self._snapshots = store, snapshots
        self._due, self._stopped = Event(), Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        self._stopped.clear()
        self._thread = Thread(target=self._run, name="cases", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends after the case in hand."""
        self._stopped.set()
        self._due.set()
        if self._thread:
            self._thread.join()

    def wake(self) -> None:
        """A case was added or changed."""
        self._due.set()

    def waiting(self) -> int:
        """How many cases are still to be compared with the generation that lives now. Raises DafuError."""
        return len(self._store.to_compare(self._snapshots.seen_by(None).manifest.checksum))

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._due.clear()
            try:
                self._round()
            except IndexUnavailableError:
                pass  # the pages say so
            except DafuError as error:
                _LOG.warning("cases not compared: %s", error)
            except Exception:  # the thread must outlive what nobody foresaw
                _LOG.exception("cases not compared")
            self._due.wait(_EVERY_S)

    def _round(self) -> None:
        for case in self._store.to_compare(self._snapshots.seen_by(None).manifest.checksum):
            if self._stopped.is_set():
                return
            scopes = None if case.seen_with is None else frozenset(case.seen_with)
            self._store.compare(case, compared(self._snapshots.seen_by(scopes), case))
