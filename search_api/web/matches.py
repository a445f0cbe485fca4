"""Matches as the server makes them: reported point by point, and not made twice in a row."""

from collections.abc import Iterator
from threading import Lock

from cachetools import LRUCache

from corpus.proposals import Proposal
from indexer.snapshot import Snapshot
from search_api.match import Match, Matching

_MAX_KEPT = 8
"""A page's script asks first, to show the progress, and then the browser asks for the page. A match of 60 points is
half a megabyte as JSON."""

_Key = tuple[frozenset[str] | None, str, Proposal]


class Matches:
    """Keeps the latest matches, in memory alone. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._latest: LRUCache[_Key, Match] = LRUCache(_MAX_KEPT)

    def match(self, snapshot: Snapshot, proposal: Proposal) -> Match:
        """The whole match. Raises QueryError as `Matching` does."""
        *_, found = self.steps(snapshot, proposal)
        assert isinstance(found, Match)
        return found

    def steps(self, snapshot: Snapshot, proposal: Proposal) -> Iterator[int | Match]:
        """The number of points done, after each point, and last the match. Raises QueryError before the first."""
        key = (snapshot.scopes, snapshot.manifest.checksum, proposal)
        with self._lock:
            known = self._latest.get(key)
        if known:
            return iter((len(known.points), known))
        return self._made(key, Matching(snapshot, proposal))

    def _made(self, key: _Key, matching: Matching) -> Iterator[int | Match]:
        yield from matching
        found = matching.result()
        with self._lock:
            self._latest[key] = found
        yield found
