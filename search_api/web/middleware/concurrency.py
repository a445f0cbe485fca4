"""How much work is in hand at once? A few at work, a few waiting for a moment, and the rest refused at once.

A server that takes in more than it can do answers nobody: here what comes too much is told so while there is time.
"""

import asyncio
import time
from collections.abc import Callable

Observe = Callable[[str, str, float], None]
"""Told the work, its phase ("waiting" or "working") and how long that took, in seconds."""

PATIENCE_S = 5.0
"""Of a request that waits for a place. Longer than any usual search, shorter than a reader's before a blank page."""


class GateFullError(Exception):
    """No place, and none to wait in, or none became free in time."""


class Gate:
    """Used from one event loop."""

    def __init__(self, work: str, places: int, queue: int, observe: Observe, patience: float = PATIENCE_S) -> None:
        """`queue` may wait for one of the `places`, each for `patience` seconds."""
        self.work, self.places, self.queue = work, places, queue
        self.running, self.waiting = 0, 0
        self._observe, self._patience = observe, patience
        self._free = asyncio.Semaphore(places)

    @property
    def is_full(self) -> bool:
        """Whether the next one is refused."""
        return self._free.locked() and self.waiting >= self.queue

    async def enter(self) -> "Place":
        """Raises GateFullError."""
        if self.is_full:
            raise GateFullError
        started = time.monotonic()
        self.waiting += 1
        try:
            async with asyncio.timeout(self._patience):
                await self._free.acquire()
        except TimeoutError:
            raise GateFullError from None
        finally:
            self.waiting -= 1
            self._observe(self.work, "waiting", time.monotonic() - started)
        self.running += 1
        return Place(self._leave)

    def _leave(self, seconds: float) -> None:
        self.running -= 1
        self._free.release()
        self._observe(self.work, "working", seconds)


class Place:
    """One of a gate's, to be given back; a second time does nothing."""

    def __init__(self, leave: Callable[[float], None]) -> None:
        self._leave: Callable[[float], None] | None = leave
        self._started = time.monotonic()

    def give_back(self) -> None:
        if self._leave:
            self._leave(time.monotonic() - self._started)
            self._leave = None
