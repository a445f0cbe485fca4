"""A hundred readers during twenty updates: every answer is that of the generation that it names."""

import asyncio
import os
import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import httpx2 as httpx

from indexer.upkeep.verify import verify
from search_api.searcher import Searcher
from tests.conftest import make_index
from tests.faults import processes
from tests.faults.archive import QUERIES, write_archive, write_letter
from tests.faults.ledger import Ledger

_READERS, _UPDATES = 100, 20
_PAUSE_S = 4.0  # of a reader between two requests, on average
_HEADER = "x-dafu-generation"


def asked(client: httpx.Client) -> dict[str, Any]:
    """Path to answer, without the time that it took."""
    return {path: _answer(client.get(path)) for path in _paths()}


def _paths() -> list[str]:
    searches = [f"/api/v1/search?k=20&facets=true&q={query}" for query in QUERIES]
    return [*searches, "/api/v1/search?k=5&sort=date&q=答复", "/api/v1/suggest?q=关于", "/?q=长者食堂"]


def _answer(response: httpx.Response) -> object:
    if "json" not in response.headers["content-type"]:
        return re.sub("用时 .* 毫秒", "", response.text)
    answer: dict[str, Any] = response.json()
    answer.pop("took_ms", None)
    return answer


def test_a_hundred_readers(ledger: Ledger, tmp_path: Path) -> None:
    """What a generation must answer is asked of a copy of it, afterwards."""
    letters, index = write_archive(tmp_path / "letters"), tmp_path / "index"
    make_index(letters, index)
    port = processes.free_port()
    command = [sys.executable, "-W", "ignore", "dafu.py", "serve", "--index", str(index), "--port", str(port)]
    queue = {"DAFU_WAITING_REQUESTS": str(_READERS)}  # else a busy machine tells some that it is
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | queue)
    try:
        base = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=base, timeout=60, trust_env=False) as client:
            processes.wait_for_server(client, server)
        answers, failures = asyncio.run(_read_and_update(base, letters, index, tmp_path))
    finally:
        server.terminate()
        server.wait(60)
    entry = ledger.entry(f"{_READERS} 个读者，{_UPDATES} 次更新")
    entry.times, entry.lost = sum(answers.values()), failures
    by_generation = Counter(number for number, _, _ in answers.elements())
    entry.note = f"{len(by_generation)} 代各答 {min(by_generation.values())}–{max(by_generation.values())} 次"
    right = _right(tmp_path)
    entry.lost += [
        f"generation {number}, {path}: {answer[:300]}"
        for number, path, answer in answers
        if repr(right[number][path]) != answer
    ]
    assert verify(index) == []
    assert len(by_generation) > _UPDATES // 2
    assert entry.lost == []


async def _read_and_update(
    base: str, letters: Path, index: Path, tmp_path: Path
) -> tuple[Counter[tuple[int, str, str]], list[str]]:
    answers: Counter[tuple[int, str, str]] = Counter()
    failures: list[str] = []
    stop, chance = asyncio.Event(), random.Random(1)

    async def read(client: httpx.AsyncClient, reader: int) -> None:
        turn = reader
        while not stop.is_set():
            await asyncio.sleep(_PAUSE_S * chance.random() * 2)
            path = _paths()[turn % len(_paths())]
            turn += 1
            try:
                response = await client.get(path)
            except httpx.HTTPError as error:
                failures.append(f"{path}: {error!r}")
                continue
            if response.status_code != 200:
                failures.append(f"{path}: {response.status_code} {response.text[:200]}")
            else:
                answers[int(response.headers[_HEADER]), path, repr(_answer(response))] += 1

    limits = httpx.Limits(max_connections=_READERS, max_keepalive_connections=_READERS)
    async with httpx.AsyncClient(base_url=base, timeout=120, trust_env=False, limits=limits) as client:
        readers = [asyncio.create_task(read(client, n)) for n in range(_READERS)]
        shutil.copytree(index, tmp_path / "generation1")
        for number in range(2, _UPDATES + 2):
            await asyncio.sleep(1)
            write_letter(letters, number, told=f"第{number}代。")
            write_letter(letters, 100 + number)
            code = await asyncio.to_thread(processes.run, processes.index, letters, index, log=tmp_path / "updates")
            assert code == 0
            shutil.copytree(index, tmp_path / f"generation{number}")
        await asyncio.sleep(1)
        stop.set()
        await asyncio.gather(*readers)
    return answers, failures


def _right(tmp_path: Path) -> dict[int, dict[str, Any]]:
    from starlette.testclient import TestClient

    from search_api.web.app import create_app
    from search_api.web.settings.sources import load_settings

    found = {}
    for folder in tmp_path.glob("generation*"):
        number = Searcher(folder).snapshot.number
        with TestClient(create_app(folder, load_settings(index=folder)), base_url="http://127.0.0.1") as client:
            found[number] = asked(client)
    return found
