"""No regular expression doubles its time with each few characters: of 200 each is done at once."""

import random
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.fuzz.budget import CAMPAIGN, StandstillError, at_most
from tests.fuzz.patterns import attacks, modules, patterns

LENGTH = 200
TRIES = 40 if CAMPAIGN else 4
SECONDS = 1.0


def test_no_pattern_stands_still() -> None:
    found = list(modules())
    assert len(found) > 200  # all of the packages
    slow = [
        f"{module}: {pattern.pattern} on {text!r}"
        for module in found
        for pattern, text in attempts(module, random.Random(time.time_ns() if CAMPAIGN else 1))
        if not is_quick(pattern, text)
    ]
    assert not slow, slow


def attempts(module: str, chance: random.Random) -> Iterator[tuple[re.Pattern[Any], str | bytes]]:
    for pattern in patterns(module):
        for text in attacks(pattern, LENGTH, chance, TRIES):
            yield pattern, text


@pytest.mark.parametrize("danger", [r"(a+)+b", r"(\s*号?\s*、)*$", r"(?:a|ab?b?)*c", "([(\\[][^()]{1,40}[)\\]])+$"])
def test_the_danger_is_seen(danger: str) -> None:
    pattern = re.compile(danger)
    assert not all(is_quick(pattern, text) for text in attacks(pattern, LENGTH, random.Random(1), 40))


def is_quick(pattern: re.Pattern[Any], text: str | bytes) -> bool:
    """Searching would only match from each place: what is quick from its beginning is quick from there too."""
    try:
        with at_most(SECONDS):
            pattern.match(text)
            pattern.fullmatch(text)
    except StandstillError:
        return False
    return True
