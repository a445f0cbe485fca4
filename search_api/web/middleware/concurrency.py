"""Limits how much work is in hand at once: some at work, some waiting for a moment, and the rest refused at once.

A server that takes in more than it can do answers nobody. Here the excess is told so while there is time.
"""

import asyncio
import time
from collections.abc import Callable

from search_api.web.middleware.rates import Clock

Observe = Callable[[str, str, float], None]
"""Is told the kind of work, its phase ("waiting" or "working") and how long that took, in seconds."""

MAX_WAIT_S = 5.0
"""How long a request waits for a slot: longer than any usual search, shorter than a user waits before a blank page."""


class NoSlotError(Exception):
    """There is no slot and no room in the queue, or none became free in time."""


class ConcurrencyLimit:
    """The slots for one kind of work. Used from one event loop."""

    def __init__(
        self,
        work: str,
        slots: int,
        queue: int,
        observe: Observe,
        max_wait: float = MAX_WAIT_S,
        clock: Clock = time.monotonic,
    ) -> None:
        """Up to `queue` requests may wait for one of the `slots`, each for `max_wait` seconds."""
        self.work, self.slots, self.queue = work, slots, queue
        self.running, self.waiting = 0, 0
        self._observe, self._max_wait, self._clock = observe, max_wait, clock
        self._free = asyncio.Semaphore(slots)

    @property
    def is_full(self) -> bool:
        """Whether the next request is refused."""
        return self._free.locked() and self.waiting >= self.queue

    async def acquire(self) -> "Slot":
        """Raises NoSlotError."""
        if self.is_full:
            raise NoSlotError
        started = self._clock()
        self.waiting += 1
        try:
            async with asyncio.timeout(self._max_wait):
                await self._free.acquire()
        except TimeoutError:
            raise NoSlotError from None
        finally:
            self.waiting -= 1
            self._observe(self.work, "waiting", self._clock() - started)
        self.running += 1
        return Slot(self._release, self._clock)

    def _release(self, seconds: float) -> None:
        self.running -= 1
        self._free.release()
        self._observe(self.work, "working", seconds)


class Slot:
    """One slot of a limit, to be released; a second time does nothing."""

    def __init__(self, release: Callable[[float], None], clock: Clock) -> None:
        self._release: Callable[[float], None] | None = release
        self._clock, self._started = clock, clock()

    def release(self) -> None:
        if self._release:
            self._release(self._clock() - self._started)
            self._release = None
