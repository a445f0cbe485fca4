"""`make faults` does all of it, DAFU_FAULTS=all; else each fault comes a few times, and the long ones not at all."""

import os
import random
from collections.abc import Iterator

import pytest

from tests.faults.ledger import Ledger

ALL = os.environ.get("DAFU_FAULTS") == "all"
_SEED = int(os.environ.get("DAFU_FAULTS_SEED", "20261122"))
_KEY = pytest.StashKey[Ledger]()

collect_ignore = [] if ALL else ["test_readers.py", "test_full_disk.py"]


@pytest.fixture(scope="session")
def ledger(request: pytest.FixtureRequest) -> Iterator[Ledger]:
    found = request.config.stash.setdefault(_KEY, Ledger())
    yield found
    found.save()


@pytest.fixture
def kills() -> int:
    """How often a process is killed."""
    return int(os.environ.get("DAFU_FAULTS_KILLS", "50")) if ALL else 1


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """The same for a test in every run; DAFU_FAULTS_SEED names another."""
    return random.Random(f"{_SEED} {request.node.name}")


def chosen_calls(calls: int, chance: random.Random) -> list[int]:
    """Which of so many calls fail: every one, or a few. DAFU_FAULTS_CALLS is how many at most."""
    most = int(os.environ.get("DAFU_FAULTS_CALLS", calls if ALL else 1))
    return sorted(chance.sample(range(1, calls + 1), min(most, calls)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    found = config.stash.get(_KEY, None)
    if found and found.entries:
        terminalreporter.section("faults: times, lost, fault")
        for line in found.lines():
            terminalreporter.write_line(line)
