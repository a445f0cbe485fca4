"""Every call that a command makes fails once: a sentence, nothing lost, and the next run succeeds.

Calls on files fail with an I/O error once, or for want of room from then on; large allocations fail once. SQLite is
tested in the same way (sqlite.org/testing.html, 3.1 and 3.2).
"""

import random
from pathlib import Path

import pytest

from tests.faults import processes
from tests.faults.accounts import ACCOUNTS, AddToken
from tests.faults.commands import COMMANDS, Command, Update
from tests.faults.conftest import ALL, chosen_calls
from tests.faults.failing import IO_ERROR, NO_MEMORY, NO_ROOM, Fault, Told, armed, needs_compiler
from tests.faults.ledger import Ledger
from tests.faults.trials import Trial

pytestmark = needs_compiler

_FAULTS = {"读写出错": IO_ERROR, "没有空间": NO_ROOM, "内存不足": NO_MEMORY}
_IDS = {"读写出错": "io", "没有空间": "room", "内存不足": "memory"}


def disturbed(fault: Fault, below: Path, told_in: Path, work: processes.Work, *arguments: str) -> None:
    """A command in which a call fails."""
    with armed(fault, below, Told(told_in)):
        work(*arguments)


_FEW = [(Update, "读写出错"), (AddToken, "没有空间")]
_CASES = [(work, kind) for work in (*COMMANDS, *ACCOUNTS) for kind in _FAULTS] if ALL else _FEW


@pytest.mark.parametrize(("work", "kind"), _CASES, ids=lambda value: _IDS.get(value))
def test_every_call(work: type[Command], kind: str, ledger: Ledger, chance: random.Random, tmp_path: Path) -> None:
    fault, at_work = _FAULTS[kind], work(tmp_path)
    trial = Trial(at_work, tmp_path, may_be_ended=fault == NO_MEMORY)
    assert trial.run(disturbed, fault, at_work.watched, tmp_path) == 0
    calls, entry = Told(tmp_path).counted, ledger.entry(f"{work.name}时第 n 次调用{kind}")
    for nth in chosen_calls(calls, chance):
        entry.times += 1
        found = list(trial.faults(disturbed, fault.at(nth), at_work.watched, tmp_path))
        entry.lost += [f"{nth} {Told(tmp_path).call}: {each}" for each in found]
    entry.note = f"共 {calls} 次调用；{trial.ends()}"
    assert entry.lost == []
