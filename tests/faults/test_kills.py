"""Killed at any moment (kill -9): the old or the new generation answers, and the next run makes it whole."""

import json
import random
import shutil
import threading
import time
from functools import partial
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from corpus.errors import DafuError
from indexer.paths import IndexPaths
from indexer.upkeep.audit import Event
from indexer.upkeep.audit import report as audit
from indexer.upkeep.verify import verify
from search_api import feedback
from search_api.feedback import Verdict
from tests.conftest import make_index
from tests.faults import processes
from tests.faults.archive import answers, change, leftovers, live_number, wait_for, write_archive, write_letter
from tests.faults.ledger import Entry, Ledger


def moments(chance: random.Random, times: int, seconds: float) -> list[float]:
    """Spread over the whole of a run, a random one in each of `times` equal parts, and none of them in order."""
    found = [(part + chance.random()) * seconds / times for part in range(times)]
    chance.shuffle(found)
    return found


def check(entry: Entry, what: str, index: Path, *allowed: dict[str, Any]) -> None:
    """That the index is whole and answers as one of these."""
    entry.lost += [f"{what}: {fault}" for fault in verify(index)]
    if answers(index) not in allowed:
        entry.lost.append(f"{what}: other answers than before and after")


def test_build(ledger: Ledger, kills: int, chance: random.Random, tmp_path: Path) -> None:
    letters, log = write_archive(tmp_path / "letters"), tmp_path / "log"
    processes.run(processes.index, letters, tmp_path / "warm", log=log)
    seconds = processes.duration(processes.index, letters, tmp_path / "undisturbed", log=log)
    expected = answers(tmp_path / "undisturbed")
    entry = ledger.entry("建立索引时 kill -9")
    for planned in moments(chance, kills, seconds):
        index = tmp_path / "index"

        def begin(index: Path = index) -> ForkServerProcess:
            shutil.rmtree(index, ignore_errors=True)
            return processes.start(processes.index, letters, index, log=log)

        moment, entry.times = processes.killed_at_work(begin, planned), entry.times + 1
        if (index / "CURRENT").exists():
            check(entry, f"{moment:.3f} s", index, expected)
        else:
            with pytest.raises(DafuError, match="没有索引"):
                answers(index)
        assert processes.run(processes.index, letters, index, log=log) == 0, log.read_text(encoding="utf-8")
        check(entry, f"{moment:.3f} s and again", index, expected)
        entry.lost += [f"{moment:.3f} s: {left} stays" for left in leftovers(index)]
    entry.note = f"一次 {seconds:.1f} 秒"
    assert entry.lost == []


def test_update(ledger: Ledger, kills: int, chance: random.Random, tmp_path: Path) -> None:
    letters, base, log = write_archive(tmp_path / "letters"), tmp_path / "base", tmp_path / "log"
    make_index(letters, base)
    before = answers(base)
    change(letters)
    shutil.copytree(base, tmp_path / "warm")
    processes.run(processes.index, letters, tmp_path / "warm", True, log=log)
    shutil.copytree(base, tmp_path / "undisturbed")
    seconds = processes.duration(processes.index, letters, tmp_path / "undisturbed", True, log=log)
    after = answers(tmp_path / "undisturbed")
    assert before != after
    entry = ledger.entry("更新索引时 kill -9")
    for planned in moments(chance, kills, seconds):
        index = tmp_path / "index"

        def begin(index: Path = index) -> ForkServerProcess:
            shutil.rmtree(index, ignore_errors=True)
            shutil.copytree(base, index)
            return processes.start(processes.index, letters, index, True, log=log)

        moment, entry.times = processes.killed_at_work(begin, planned), entry.times + 1
        check(entry, f"{moment:.3f} s", index, before, after)
        assert processes.run(processes.index, letters, index, True, log=log) == 0, log.read_text(encoding="utf-8")
        check(entry, f"{moment:.3f} s and again", index, after)
        entry.lost += [f"{moment:.3f} s: {left} stays" for left in leftovers(index)]
    entry.note = f"一次 {seconds:.1f} 秒"
    assert entry.lost == []


def test_watch(ledger: Ledger, kills: int, chance: random.Random, tmp_path: Path) -> None:
    letters, base, log = write_archive(tmp_path / "letters"), tmp_path / "base", tmp_path / "log"
    make_index(letters, base)
    before = answers(base)
    shutil.copytree(base, tmp_path / "undisturbed")
    watching = processes.start(processes.watch, letters, tmp_path / "undisturbed", log=log)
    started = time.monotonic()
    for number in (100, 101):
        write_letter(letters, number)
    wait_for(lambda: len(answers(tmp_path / "undisturbed")["letters"]) == len(before["letters"]) + 2)
    seconds = time.monotonic() - started
    processes.killed(watching, 0)
    after = answers(tmp_path / "undisturbed")
    entry = ledger.entry("自动更新时 kill -9")
    for moment in moments(chance, kills, seconds):
        index = tmp_path / "index"
        shutil.rmtree(index, ignore_errors=True)
        shutil.copytree(base, index)
        entry.times += processes.killed(processes.start(processes.watch, letters, index, log=log), moment)
        check(entry, f"{moment:.3f} s", index, before, after)
        watching = processes.start(processes.watch, letters, index, log=log)
        wait_for(partial(_answers_as, index, after))
        processes.killed(watching, 0)
        check(entry, f"{moment:.3f} s and again", index, after)
    entry.note = f"一次 {seconds:.1f} 秒"
    assert entry.lost == []


def _answers_as(index: Path, expected: dict[str, Any]) -> bool:
    return answers(index) == expected


class _Reader(threading.Thread):
    """Searches and says useful or not until the server is gone; counts what was answered."""

    def __init__(self, address: httpx.URL, passage_id: str, number: int) -> None:
        super().__init__()
        self._address, self._passage_id, self._number = address, passage_id, number
        self.searches, self.verdicts = 0, 0

    def run(self) -> None:
        try:
            with httpx.Client(base_url=self._address, timeout=30, trust_env=False) as client:
                while True:
                    found = client.get("/api/v1/search", params={"q": f"补贴 {self._number}", "k": 1})
                    self.searches += found.status_code == 200
                    form = {"passage_id": self._passage_id, "query": f"第{self._number}人", "useful": "yes"}
                    said = client.post(
                        "/feedback",
                        data={**form, "rank": str(self.verdicts + 1)},
                        headers={"accept": "application/json"},
                    )
                    assert said.status_code == 204, said.text
                    self.verdicts += 1
        except httpx.TransportError:
            return


def test_server(ledger: Ledger, kills: int, chance: random.Random, tmp_path: Path) -> None:
    letters, index, log = write_archive(tmp_path / "letters"), tmp_path / "index", tmp_path / "log"
    make_index(letters, index)
    expected = answers(index)
    kept, read = ledger.entry("服务 kill -9：评价"), ledger.entry("服务 kill -9：审计")
    searches = verdicts = 0
    for moment in moments(chance, kills, 1.0):
        with processes.serving(index, log) as (server, client):
            hits = client.get("/api/v1/search", params={"q": "补贴", "k": 1}).json()["hits"]
            searches += 1
            readers = [_Reader(client.base_url, hits[0]["passages"][0]["passage_id"], n) for n in range(3)]
            for reader in readers:
                reader.start()
            assert processes.killed(server, moment)
        for reader in readers:
            reader.join()
        searches += sum(reader.searches for reader in readers)
        verdicts += sum(reader.verdicts for reader in readers)
        kept.times, read.times = kept.times + 1, read.times + 1
    lines = list(feedback.read(IndexPaths(index).users))
    found = sum(isinstance(line, Verdict) for line in lines)
    kept.note, kept.lost = f"已应答 {verdicts} 条，记下 {found} 条", ["verdicts"] * max(verdicts - found, 0)
    kept.lost += [str(line) for line in lines if isinstance(line, DafuError)]
    faults: list[str] = []
    events = list(audit.read(index / "audit", faults.append))
    written = sum(event.action == "search" for event in events)
    # A line is added when the answer has been sent: of each client, the last one's may not be there.
    read.note, read.lost = f"已应答检索 {searches} 次，记下 {written} 次", faults
    read.lost += ["searches"] * max(searches - written - 4 * kills, 0)
    check(kept, "afterwards", index, expected)
    assert live_number(index) == 1
    assert (kept.lost, read.lost) == ([], [])


@pytest.mark.parametrize("cut", [1, 10, 60])
def test_a_torn_last_line_is_damaged_alone(cut: int, ledger: Ledger, tmp_path: Path) -> None:
    """What a power failure leaves of the audit: the next line begins on a line of its own. test_user_database cuts the
    log of the database of verdicts."""
    index = tmp_path / "index"
    make_index(write_archive(tmp_path / "letters", 6), index)
    entry = ledger.entry(f"最后一行少 {cut} 个字节")
    with processes.serving(index, tmp_path / "log") as (_, client):
        passage = client.get("/api/v1/search", params={"q": "补贴", "k": 1}).json()["hits"][0]["passages"][0]
        form = {"passage_id": passage["passage_id"], "query": "补贴", "rank": "1", "useful": "yes"}

        def say() -> None:
            assert client.post("/feedback", data=form, headers={"accept": "application/json"}).status_code == 204

        say()
        say()
        wait_for(lambda: len(list(audit.read(index / "audit", lambda fault: None))) == 3)
        path = index / "audit" / "audit.jsonl"
        path.write_bytes(path.read_bytes()[:-cut])
        say()
        wait_for(lambda: path.read_bytes().count(b"\n") == 4)
    assert [type(line) for line in feedback.read(IndexPaths(index).users)] == [Verdict] * 3
    whole = 3 if cut == 1 else 2  # without its line feed alone, a line is whole
    told: list[str] = []
    events = list(audit.read(index / "audit", told.append))
    assert [type(event) for event in events] == [Event] * (whole + 1)
    assert len(told) == (0 if cut == 1 else 1)
    for line in path.read_bytes().split(b"\n"):
        assert line.count(b'"generation"') <= 1
    json.loads(path.read_bytes().split(b"\n")[-2])
    entry.times = 1
