"""What is worked out of a snapshot once, and kept as long as its generation is open."""

from collections.abc import Callable
from threading import Lock
from typing import TypeVar
from weakref import WeakKeyDictionary

from cachetools import LRUCache

from indexer.build.generation import Generation
from indexer.snapshot import Snapshot

_KEPT = 64  # sets of scopes

Made = TypeVar("Made")


def remembered(make: Callable[[Snapshot], Made]) -> Callable[[Snapshot], Made]:
    """A function of snapshots that works once for each generation and set of scopes. Safe from any thread."""
    known: WeakKeyDictionary[Generation, LRUCache[frozenset[str] | None, Made]] = WeakKeyDictionary()
    lock = Lock()

    def of(snapshot: Snapshot) -> Made:
        with lock:
            of_generation = known.setdefault(snapshot.generation, LRUCache(_KEPT))
            if snapshot.scopes in of_generation:
                return of_generation[snapshot.scopes]
        made = make(snapshot)
        with lock:
            of_generation[snapshot.scopes] = made
        return made

    return of
