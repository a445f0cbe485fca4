"""How often an address may fail to log in."""

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

MAX = 10
"""Failures in WINDOW_S. A token is pasted, not guessed: whoever fails more often has the wrong one."""

WINDOW_S = 60

_MAX_ADDRESSES = 10_000  # remembered at a time; the one that failed longest ago is forgotten first


class Attempts:
    """Failures by address. Safe from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, list[float]] = OrderedDict()
        self._lock = Lock()

    def wait(self, address: str) -> int:
        """Seconds until the address may try again; 0 where it may now."""
        with self._lock:
            recent = self._recent(address)
        return int(recent[-MAX] + WINDOW_S - self._clock()) + 1 if len(recent) >= MAX else 0

    def failed(self, address: str) -> None:
        with self._lock:
            self._failures[address] = [*self._recent(address), self._clock()]
            self._failures.move_to_end(address)
            if len(self._failures) > _MAX_ADDRESSES:
                self._failures.popitem(last=False)

    def _recent(self, address: str) -> list[float]:
        since = self._clock() - WINDOW_S
        return [at for at in self._failures.get(address, ()) if at > since]
