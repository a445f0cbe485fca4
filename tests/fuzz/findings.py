"""Inputs on which something once failed: where they lie, how one is tried, how a new one is kept."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.fuzz.budget import CAMPAIGN, LONGEST, at_most
from tests.fuzz.targets import TARGETS

FOLDER = Path(__file__).parent / "findings"
"""<target>/<what it is>.<suffix>, each replayed by every run of the tests."""

FRESH = Path(__file__).resolve().parents[2] / "data" / "fuzz"
"""Where a campaign leaves the smallest input of each target that failed."""

tried: Counter[str] = Counter()
"""How many inputs of each target."""


def known() -> Iterator[Path]:
    return (path for path in sorted(FOLDER.rglob("*")) if path.is_file())


def attempt(target: str, name: str, data: bytes) -> None:
    """Try one input. In a campaign it lies in FRESH meanwhile, and stays there where it fails or the process dies."""
    tried[target] += 1
    kept = FRESH / target / f"found{Path(name).suffix}"
    if CAMPAIGN:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(data)
    with at_most(LONGEST):
        TARGETS[target](name, data)
    if CAMPAIGN:
        kept.unlink(missing_ok=True)
