"""`make soak`: a real server under a mixed load for a while, with its archive updated all the time.

python -m tests.faults.soak [--minutes 20] [--rate 5] [--out FILE]. Prints a summary; ends with 1 where a request failed
or something that was acknowledged is not there.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import httpx2 as httpx
import numpy as np

from indexer.paths import IndexPaths
from indexer.upkeep.audit import report as audit
from indexer.upkeep.verify import verify
from search_api import feedback
from search_api.feedback import Verdict
from tests.faults.archive import QUERIES, write_letter
from tests.faults.processes import free_port, sample_letters, wait_for_server

_LETTERS = 300
_UPDATE_EVERY_S = 30.0
_SAMPLE_EVERY_S = 5.0
_WARM_UP = 0.25  # of the time: caches fill, the allocator takes what it needs
_CLIENTS = 8


class Sample(NamedTuple):
    """What the server is seen to hold at a moment, in seconds since the start."""

    at: float
    rss_mb: float
    open_files: int
    threads: int
    generation: int
    kept_generations: int


class Load:
    """Asks the server for what people ask it for, in the shares that they do."""

    def __init__(self, client: httpx.Client, chance: random.Random) -> None:
        self._client, self._chance = client, chance
        self._lock = threading.Lock()
        self._hits: list[tuple[str, str]] = [("", "")]
        self.latencies: dict[str, list[float]] = {}
        self.failures: list[str] = []
        self.generations: Counter[str] = Counter()
        self.verdicts = 0

    def ask(self) -> None:
        asked: list[tuple[Callable[[], httpx.Response], int]] = [
            (self.search, 35), (self.page, 20), (self.suggest, 20), (self.document, 12), (self.say, 8), (self.match, 5),
        ]  # fmt: skip
        (work,) = self._chance.choices([a for a, _ in asked], [share for _, share in asked])
        started = time.perf_counter()
        try:
            answer = work()
            fault = None if answer.status_code < 400 else f"{answer.status_code} {answer.text[:200]}"
        except httpx.HTTPError as error:
            fault = repr(error)
        took = (time.perf_counter() - started) * 1000
        with self._lock:
            self.latencies.setdefault(work.__name__, []).append(took)
            if fault:
                self.failures.append(f"{work.__name__}: {fault}")
            else:
                self.generations[answer.headers.get("x-dafu-generation", "none")] += 1

    def search(self) -> httpx.Response:
        query = f"{self._chance.choice(QUERIES)}{self._chance.choice(('', ' 年份:2023', ' 单位:民政局', ' -停车'))}"
        answer = self._client.get("/api/v1/search", params={"q": query, "k": 10, "facets": "true"})
        if answer.status_code == 200 and (hits := answer.json()["hits"]):
            hit = self._chance.choice(hits)
            with self._lock:
                self._hits = [*self._hits[-50:], (hit["doc_id"], hit["passages"][0]["passage_id"])]
        return answer

    def page(self) -> httpx.Response:
        page = self._chance.choice(("/", f"/?q={self._chance.choice(QUERIES)}", "/match", "/status"))
        return self._client.get(page)

    def suggest(self) -> httpx.Response:
        return self._client.get(
            "/api/v1/suggest", params={"q": self._chance.choice(QUERIES)[: self._chance.randint(1, 4)]}
        )

    def document(self) -> httpx.Response:
        doc_id = self._chance.choice(self._hits)[0]
        return self._client.get(f"/api/v1/documents/{doc_id}") if doc_id else self.search()

    def say(self) -> httpx.Response:
        passage_id = self._chance.choice(self._hits)[1]
        if not passage_id:
            return self.search()
        form = {"passage_id": passage_id, "query": "长时间运行", "rank": "1", "useful": "yes"}
        answer = self._client.post("/feedback", data=form, headers={"accept": "application/json"})
        with self._lock:
            self.verdicts += answer.status_code == 204
        return answer

    def match(self) -> httpx.Response:
        points = "\n".join(f"{n}、建议解决{query}的问题。" for n, query in enumerate(QUERIES[:4], 1))
        return self._client.post("/api/v1/match", json={"text": f"关于改善民生的提案\n{points}"})


def observe(pid: int, index: Path, started: float) -> Sample:
    status = Path(f"/proc/{pid}/status").read_text()
    facts = dict(line.split(":", 1) for line in status.splitlines())
    kept = [p for p in (index / "generations").iterdir() if p.name.isdecimal()]
    return Sample(
        at=round(time.monotonic() - started, 1),
        rss_mb=round(int(facts["VmRSS"].split()[0]) / 1024, 1),
        open_files=len(os.listdir(f"/proc/{pid}/fd")),
        threads=int(facts["Threads"]),
        generation=int((index / "CURRENT").read_text()),
        kept_generations=len(kept),
    )


def soak(folder: Path, minutes: float, rate: float) -> dict[str, object]:
    letters, index = sample_letters(folder / "letters"), folder / "index"
    for number in range(_LETTERS):
        write_letter(letters, number)
    command = [sys.executable, "-W", "ignore", "dafu.py"]
    log = (folder / "log").open("wb")
    subprocess.run([*command, "index", str(letters), "--into", str(index)], check=True, stdout=log, stderr=log)
    port = free_port()
    server = subprocess.Popen([*command, "serve", "--index", str(index), "--port", str(port)], stdout=log, stderr=log)
    watching = [*command, "watch", str(letters), "--into", str(index), "--every", "3", "--settle", "1"]
    watcher = subprocess.Popen(watching, stdout=log, stderr=log)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as client:
            wait_for_server(client, server)
            load = Load(client, random.Random(1))
            samples, updates = _run(load, server.pid, letters, index, minutes * 60, rate)
        assert (server.poll(), watcher.poll()) == (None, None), "a process ended by itself"
    finally:
        for process in (watcher, server):
            process.terminate()
            process.wait(60)
    return _figures(load, samples, updates, index, minutes, rate)


def _run(load: Load, pid: int, letters: Path, index: Path, seconds: float, rate: float) -> tuple[list[Sample], int]:
    started = time.monotonic()
    samples, updates, asked = [observe(pid, index, started)], 0, 0
    with ThreadPoolExecutor(_CLIENTS) as pool:
        while (now := time.monotonic() - started) < seconds:
            if now >= asked / rate:
                pool.submit(load.ask)
                asked += 1
            if now >= len(samples) * _SAMPLE_EVERY_S:
                samples.append(observe(pid, index, started))
            if now >= (updates + 1) * _UPDATE_EVERY_S:
                updates += 1
                write_letter(letters, updates % _LETTERS, told=f"第{updates}次更新。")
            time.sleep(0.02)
    return samples, updates


def _latency(milliseconds: list[float]) -> dict[str, float]:
    return {
        "requests": len(milliseconds),
        "p50_ms": round(statistics.median(milliseconds), 1),
        "p95_ms": round(float(np.quantile(milliseconds, 0.95)), 1),
        "p99_ms": round(float(np.quantile(milliseconds, 0.99)), 1),
        "max_ms": round(max(milliseconds), 1),
    }


def _figures(
    load: Load, samples: list[Sample], updates: int, index: Path, minutes: float, rate: float
) -> dict[str, object]:
    steady = [s for s in samples if s.at >= _WARM_UP * samples[-1].at]
    times, rss = np.array([s.at for s in steady]) / 60, np.array([s.rss_mb for s in steady])
    slope, _ = np.polyfit(times, rss, 1)
    kept = sum(isinstance(line, Verdict) for line in feedback.read(IndexPaths(index).users))
    damaged: list[str] = []
    lines = sum(1 for _ in audit.read(index / "audit", damaged.append))
    return {
        "minutes": minutes,
        "rate": rate,
        "requests": sum(map(len, load.latencies.values())),
        "failed": load.failures,
        "updates_made": updates,
        "generations": samples[-1].generation,
        "generations_that_answered": len([n for n in load.generations if n != "none"]),
        "latencies": {name: _latency(values) for name, values in sorted(load.latencies.items())},
        "rss_mb": {
            "start": samples[0].rss_mb,
            "after_warm_up": steady[0].rss_mb,
            "end": samples[-1].rss_mb,
            "highest": max(s.rss_mb for s in samples),
            "slope_mb_per_minute": round(float(slope), 3),
            "noise_mb": round(float(np.std(rss - np.polyval(np.polyfit(times, rss, 1), times))), 2),
        },
        "open_files": {
            "start": samples[0].open_files,
            "most": max(s.open_files for s in samples),
            "end": samples[-1].open_files,
        },
        "threads_most": max(s.threads for s in samples),
        "kept_generations_most": max(s.kept_generations for s in samples),
        "verdicts": {"acknowledged": load.verdicts, "kept": kept},
        "audit": {"lines": lines, "damaged": damaged},
        "verify": verify(index),
        "samples": [s._asdict() for s in samples],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--rate", type=float, default=5, help="requests a second")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with TemporaryDirectory(prefix="dafu-soak-") as folder:
        figures = soak(Path(folder), options.minutes, options.rate)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    shown = {name: value for name, value in figures.items() if name != "samples"}
    print(json.dumps(shown, ensure_ascii=False, indent=1))  # noqa: T201  # the summary
    verdicts = figures["verdicts"]
    lost = isinstance(verdicts, dict) and verdicts["kept"] < verdicts["acknowledged"]
    sys.exit(bool(figures["failed"] or figures["verify"] or lost))


if __name__ == "__main__":
    main()
