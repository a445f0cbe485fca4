"""Attributes that are computed once: as often as functools has it, and without holding up other instances."""

import threading

from corpus.cached import cached_property


class Counted:
    """Counts how often its value is computed, and waits for others that compute theirs."""

    def __init__(self, meeting: threading.Barrier | None = None) -> None:
        self.calls, self._meeting = 0, meeting

    @cached_property
    def value(self) -> int:
        """Forty-two."""
        self.calls += 1
        if self._meeting:
            self._meeting.wait(timeout=10)
        return 42


def test_it_is_computed_once_for_each_instance() -> None:
    first, second = Counted(), Counted()
    assert [first.value, first.value, second.value] == [42, 42, 42]
    assert (first.calls, second.calls) == (1, 1)
    assert Counted.value.__doc__ == "Forty-two."


def test_two_instances_are_computed_at_once() -> None:
    """With functools.cached_property of Python 3.11 the second waits for the first, and the barrier breaks."""
    meeting = threading.Barrier(2)
    both = [Counted(meeting), Counted(meeting)]
    threads = [threading.Thread(target=lambda one=one: one.value) for one in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not meeting.broken
    assert [one.value for one in both] == [42, 42]
