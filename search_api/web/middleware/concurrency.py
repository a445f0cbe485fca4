"""Limits how much work is in hand at once: some at work, some waiting for a moment, and the rest refused at once.

A server that takes in more than it can do answers nobody. Here the excess is told so while there is time. And no user
has more than a share of the slots, or of the queue: what somebody asks for all at once keeps nobody else from working.
"""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from weakref import WeakValueDictionary

from search_api.web.middleware.rates import Clock

Observe = Callable[[str, str, float], None]
"""Is told the kind of work, its phase ("waiting" or "working") and how long that took, in seconds."""

MAX_WAIT_S = 5.0
"""How long a request waits for a slot: longer than any usual search, shorter than a user waits before a blank page."""


class NoSlotError(Exception):
    """There is no slot and no room in the queue, or none became free in time."""


class NoShareError(NoSlotError):
    """There are slots, but this user has had a share of them."""


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
        share: float = 1.0,
    ) -> None:
        """Up to `queue` requests may wait for one of the `slots`, each for `max_wait` seconds; of both, one user has at
        most `share`, rounded up."""
        self.work, self.slots, self.queue = work, slots, queue
        self.running, self.waiting = 0, 0
        self._observe, self._max_wait, self._clock = observe, max_wait, clock
        self._free = asyncio.Semaphore(slots)
        self.slots_of_one, self._queue_of_one = math.ceil(slots * share), math.ceil(queue * share)
        self._own: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()  # of users who have slots now
        self._waiting_of: Counter[str] = Counter()

    @property
    def is_full(self) -> bool:
        """Whether the next request is refused, whoever sends it."""
        return self._free.locked() and self.waiting >= self.queue

    async def acquire(self, user: str = "") -> "Slot":
        """Raises NoSlotError, and NoShareError where it is the user's own requests that are in the way."""
        own = self._own.setdefault(user, asyncio.Semaphore(self.slots_of_one))
        if self.is_full or (own.locked() and self.waiting >= self.queue):
            raise NoSlotError
        if own.locked() and self._waiting_of[user] >= self._queue_of_one:
            raise NoShareError
        started = self._clock()
        self._wait(user, 1)
        try:
            await self._taken(own)
        finally:
            self._wait(user, -1)
            self._observe(self.work, "waiting", self._clock() - started)
        self.running += 1
        return Slot(partial(self._release, own), self._clock)

    async def _taken(self, own: asyncio.Semaphore) -> None:
        """Waits for a slot of the user's share, then for one of all slots."""
        has_own = False
        try:
            async with asyncio.timeout(self._max_wait):
                await own.acquire()
                has_own = True
                await self._free.acquire()
        except TimeoutError:
            if has_own:
                own.release()
            raise (NoSlotError if self._free.locked() else NoShareError) from None
        except asyncio.CancelledError:
            if has_own:
                own.release()
            raise

    def _wait(self, user: str, change: int) -> None:
        self.waiting += change
        self._waiting_of[user] += change
        if not self._waiting_of[user]:
            del self._waiting_of[user]

    def _release(self, own: asyncio.Semaphore, seconds: float) -> None:
        self.running -= 1
        self._free.release()
        own.release()
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
