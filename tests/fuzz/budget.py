"""How much is tried: little and always the same in every test run, as much as asked in a campaign."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from hypothesis import HealthCheck, settings

CAMPAIGN = int(os.environ.get("DAFU_FUZZ_EXAMPLES", "0"))
"""Examples of each property in a campaign; 0 is a test run."""

LONGEST = 20.0
"""Seconds of computing for one input: what takes so long stands still. The slowest right answer takes less than one."""


def budget(examples: int) -> settings:
    """`examples` is what a test run tries: those of all properties together take some thirty seconds."""
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
    if CAMPAIGN:
        return settings(max_examples=CAMPAIGN, deadline=None, suppress_health_check=slow)
    return settings(max_examples=examples, derandomize=True, database=None, deadline=None, suppress_health_check=slow)


class StandstillError(AssertionError):
    """An input that is still being read after LONGEST seconds of computing."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raises StandstillError inside Python code, and inside a regular expression, which asks for signals now and then.

    Time of this process alone: a busy machine changes nothing.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        raise StandstillError(f"still at it after {seconds:g} seconds of computing")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
