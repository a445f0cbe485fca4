"""Bounds how many refusals are written down one by one; the others are counted.

To be refused costs nothing, and whoever floods the audit with refusals would fill the disk and hide among them.
"""

import time
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from search_api.web.middleware.rates import Clock

WINDOW_S = 60.0
MAX_OF_ONE = 10
"""Lines in a window of one user at one address: somebody who tries tokens by hand, or an old link to a closed page."""
MAX_OF_ALL = 100
"""Lines in a window: 40 MB a day at 300 bytes each, of a flood that comes from everywhere."""
_MAX_COUNTED = 1000  # senders; those beyond are counted together

_OTHERS = "其他地址"


class Sender(NamedTuple):
    """Who is refused what."""

    action: str
    user: str
    client: str


class LeftOut(NamedTuple):
    """Refusals of one sender that were not written down."""

    sender: Sender
    times: int


class Refusals:
    """The refusals of a server. For one caller at a time."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock, self._began = clock, clock()
        self._lines = 0
        self._written: Counter[Sender] = Counter()
        self._left_out: Counter[Sender] = Counter()

    def admits(self, sender: Sender) -> bool:
        """Whether a refusal is to be written down; if not, it is counted."""
        if self._written[sender] < MAX_OF_ONE and self._lines < MAX_OF_ALL:
            self._written[sender] += 1
            self._lines += 1
            return True
        is_known = sender in self._left_out or len(self._left_out) < _MAX_COUNTED
        self._left_out[sender if is_known else Sender(sender.action, "", _OTHERS)] += 1
        return False

    def counted(self, *, at_once: bool = False) -> Sequence[LeftOut]:
        """What was left out of the window, once it is over, or at once; then the next window begins."""
        if not at_once and self._clock() - self._began < WINDOW_S:
            return ()
        found = [LeftOut(sender, times) for sender, times in self._left_out.items()]
        self._began = self._clock()
        self._lines = 0
        self._written.clear()
        self._left_out.clear()
        return found
