"""Limits how fast one client may ask: each has a bucket of requests, which fills at a steady rate.

Implemented as the generic cell rate algorithm (ITU-T I.371): all that is remembered of a client is the moment at which
its bucket is full again. Not for: who the client is, and what its requests cost (see limits).
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from cachetools import LRUCache

Clock = Callable[[], float]
"""The time in seconds, from any moment on, as time.monotonic tells it."""

_MAX_CLIENTS = 10_000
"""Remembered at a time, 1 MB. Who has not asked for longest is forgotten first, and has a full bucket by then."""


@dataclass(frozen=True)
class Allowance:
    """The requests that a client has left. `wait` is in seconds; 0 if the request is let through."""

    left: int
    full_in: float
    wait: float


class Rates:
    """The buckets of all clients. Used from one thread, that of the event loop."""

    def __init__(self, per_second: float, burst: int, clock: Clock = time.monotonic) -> None:
        """A `per_second` of 0 lets everything through."""
        self._per_second, self._burst, self._clock = per_second, burst, clock
        self._full_at: LRUCache[str, float] = LRUCache(_MAX_CLIENTS)

    def __len__(self) -> int:
        """How many clients are remembered."""
        return len(self._full_at)

    def take(self, client: str, cost: int = 1) -> Allowance | None:
        """Lets a request that counts as `cost` through, or not; None if there is no limit.

        A request that is refused costs nothing.
        """
        now = self._clock()
        allowance = self._allowance(client, cost, now)
        if allowance and not allowance.wait:
            self._full_at[client] = now + allowance.full_in
        return allowance

    def look(self, client: str, cost: int = 1) -> Allowance | None:
        """The answer that `take` would give now, without taking anything."""
        return self._allowance(client, cost, self._clock())

    def headers(self, allowance: Allowance) -> dict[str, str]:
        """The rate and what is left of it, as draft-ietf-httpapi-ratelimit-headers writes them."""
        window = math.ceil(self._burst / self._per_second)
        return {
            "RateLimit-Policy": f'"reader";q={self._burst};w={window}',
            "RateLimit": f'"reader";r={allowance.left};t={math.ceil(allowance.full_in)}',
        }

    def _allowance(self, client: str, cost: int, now: float) -> Allowance | None:
        if not self._per_second:
            return None
        owed = max(self._full_at.get(client, now) - now, 0.0)
        after = owed + min(cost, self._burst) / self._per_second
        wait = max(after - self._burst / self._per_second, 0.0)
        full_in = owed if wait else after
        return Allowance(self._left(full_in), full_in, wait)

    def _left(self, owed: float) -> int:
        # A rounding error must not show 38 where 39 are left.
        return max(0, math.floor(self._burst - owed * self._per_second + 1e-6))
