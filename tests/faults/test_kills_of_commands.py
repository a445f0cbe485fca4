"""Commands that are killed at any moment (kill -9): nothing lost, and the next run does the work and tidies up.

Building, updating and watching are in test_kills.py.
"""

import random
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest

from tests.faults import processes
from tests.faults.accounts import ACCOUNTS
from tests.faults.commands import Backup, Command, Purge, Restore
from tests.faults.conftest import ALL
from tests.faults.ledger import Ledger
from tests.faults.test_kills import moments


@pytest.mark.parametrize("work", [Purge, Backup, Restore, *ACCOUNTS] if ALL else [Purge])
def test_killed(work: type[Command], ledger: Ledger, kills: int, chance: random.Random, tmp_path: Path) -> None:
    at_work, log, entry = work(tmp_path), tmp_path / "log", ledger.entry(f"{work.name}时 kill -9")
    seconds = processes.duration(at_work.work, *at_work.arguments, log=log)

    def begin() -> ForkServerProcess:
        at_work.put_back()
        return processes.start(at_work.work, *at_work.arguments, log=log)

    for planned in moments(chance, kills, seconds):
        moment, entry.times = processes.killed_at_work(begin, planned), entry.times + 1
        was_done = at_work.is_done()
        entry.lost += [f"{moment:.3f} s: {fault}" for fault in at_work.faults(was_done)]
        if not was_done:
            log.unlink()
            assert processes.run(at_work.work, *at_work.arguments, log=log) == 0, log.read_text(encoding="utf-8")
        entry.lost += [f"{moment:.3f} s and again: {fault}" for fault in [*at_work.faults(True), *at_work.litter()]]
    entry.note = f"一次 {seconds:.1f} 秒"
    assert entry.lost == []
