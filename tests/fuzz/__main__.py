"""A campaign: every property on new inputs, round by round, for as many minutes as asked: see README.md."""

import sys
import time
import traceback
from collections.abc import Callable
from itertools import count

from hypothesis import seed

from tests.fuzz import test_targets
from tests.fuzz.budget import CAMPAIGN
from tests.fuzz.files import written
from tests.fuzz.findings import FRESH, tried

Property = Callable[[], None]


def properties() -> dict[str, Property]:
    """Those of test_targets, ready to be called."""
    found = {name: test for name, test in vars(test_targets).items() if hasattr(test, "hypothesis")}
    texts = found.pop("test_files_of_text")
    return found | {f"files of text, {suffix}": lambda suffix=suffix: texts(suffix=suffix) for suffix in written}


def main(minutes: float) -> int:
    if not CAMPAIGN:
        raise SystemExit("DAFU_FUZZ_EXAMPLES says how many examples a round has: see make fuzz")
    end = time.monotonic() + 60 * minutes
    failed: set[str] = set()
    for number in count():
        for name, test in properties().items():
            if time.monotonic() > end:
                say(f"{sum(tried.values())} inputs tried: {dict(tried)}; failed: {sorted(failed) or 'nothing'}")
                return int(bool(failed))
            if name not in failed:
                try:
                    seed(time.time_ns())(test)()
                except Exception:
                    failed.add(name)
                    say(f"{name}\n{traceback.format_exc()}\nthe input is in {FRESH}")
        say(f"round {number + 1}: {sum(tried.values())} inputs tried")
    raise AssertionError


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1])))
