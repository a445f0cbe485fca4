"""How fast may one client ask? A bucket of requests each, which fills at a steady rate.

Kept as the generic cell rate algorithm does (ITU-T I.371): of each client the one moment at which its bucket is full
again. Not for: who the client is, and what its requests cost (see limits).
"""

import math
from collections import OrderedDict
from dataclasses import dataclass

_MAX_CLIENTS = 10_000
"""Remembered at a time, 1 MB; those who asked longest ago are forgotten first, and their buckets are full by then."""


@dataclass(frozen=True)
class Allowance:
    """What a client has left. `wait` is how long it must, in seconds; 0 where the request is let through."""

    left: int
    full_in: float
    wait: float


class Rates:
    """Used from one thread, the event loop's."""

    def __init__(self, per_second: float, burst: int) -> None:
        """A `per_second` of 0 lets everything through."""
        self._per_second, self._burst = per_second, burst
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def take(self, client: str, cost: int, now: float) -> Allowance | None:
        """A request that counts as `cost`, at a moment in seconds; None where there is no limit.

        A request that is refused costs nothing.
        """
        if not self._per_second:
            return None
        owed = max(self._full_at.get(client, now) - now, 0.0)
        after = owed + min(cost, self._burst) / self._per_second
        wait = after - self._burst / self._per_second
        if wait > 0:
            return Allowance(self._left(owed), owed, wait)
        self._full_at[client] = now + after
        self._full_at.move_to_end(client)
        if len(self._full_at) > _MAX_CLIENTS:
            self._full_at.popitem(last=False)
        return Allowance(self._left(after), after, 0.0)

    def headers(self, allowance: Allowance) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers has them: what is allowed, and what is left of it."""
        window = math.ceil(self._burst / self._per_second)
        return {
            "RateLimit-Policy": f'"reader";q={self._burst};w={window}',
            "RateLimit": f'"reader";r={allowance.left};t={math.ceil(allowance.full_in)}',
        }

    def _left(self, owed: float) -> int:
        # A rounding error must not show 38 where 39 are left.
        return max(0, math.floor(self._burst - owed * self._per_second + 1e-6))
