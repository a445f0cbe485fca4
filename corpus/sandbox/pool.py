"""Reads many files in a few processes that are kept, a batch at a time, and gives the readings in the files' order.

A file that ends its process is tried once more in a fresh one, where no other file can be the cause, and the rest of
its batch goes on: no file loses its reading by another.
"""

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import TypeVar

from corpus.sandbox.limits import Limits
from corpus.sandbox.process import Reading, Request, SandboxError, Told, Worker, silent

T = TypeVar("T")
_Tasks = list[tuple[T, Request | None]]

_MAX_PROCESSES = 4  # each may take the memory of its limits, and what stores the readings is one
_BATCH = 32  # files
_BATCH_BYTES = 4 << 20  # of the files: what was read off a few batches waits in memory
_PASSED_BY = 1024  # files that need no reading, together in a batch


def read_files(
    tasks: Iterable[tuple[T, Request | None]], limits: Limits, told: Told = silent
) -> Iterator[tuple[T, Reading | None]]:
    """Each task with what was read off its file, in their order; one without a request passes with None.

    Tasks are taken a few batches before they are given back. `told` hears of the pages of scans, from several threads.
    Raises SandboxError where no process can be started.
    """
    processes = min(_MAX_PROCESSES, len(os.sched_getaffinity(0)))
    workers, threads = _Workers(limits, told), ThreadPoolExecutor(processes, thread_name_prefix="reading")
    pending: deque[tuple[_Tasks[T], Future[list[Reading]]]] = deque()
    try:
        for batch in _batches(tasks):
            requests = [request for _, request in batch if request]
            pending.append((batch, threads.submit(workers.read, requests)))
            while len(pending) > 2 * processes:
                yield from _merged(*pending.popleft())
        while pending:
            yield from _merged(*pending.popleft())
    finally:
        workers.kill()
        threads.shutdown(cancel_futures=True)
        workers.close()


def _batches(tasks: Iterable[tuple[T, Request | None]]) -> Iterator[_Tasks[T]]:
    batch: _Tasks[T] = []
    files = size = 0
    for task, request in tasks:
        batch.append((task, request))
        if request:
            files += 1
            size += request.size
        if files == _BATCH or size >= _BATCH_BYTES or len(batch) == _PASSED_BY:
            yield batch
            batch, files, size = [], 0, 0
    if batch:
        yield batch


def _merged(batch: _Tasks[T], future: Future[list[Reading]]) -> Iterator[tuple[T, Reading | None]]:
    readings = iter(future.result())
    for task, request in batch:
        yield task, next(readings) if request else None


class _Workers:
    """The processes, each at one batch at a time."""

    def __init__(self, limits: Limits, told: Told) -> None:
        self._limits, self._told = limits, told
        self._lock = Lock()
        self._idle: list[Worker] = []
        self._all: list[Worker] = []
        self._is_killed = False

    def read(self, requests: Sequence[Request]) -> list[Reading]:
        """What was read off each. Raises SandboxError."""
        readings: list[Reading] = []
        is_doubtful = False
        while len(readings) < len(requests):
            worker = self._taken(fresh=is_doubtful)
            alone, is_doubtful = worker.is_fresh, False
            for reading in worker.read(requests[len(readings) :], self._told):
                if alone or reading.fault in (None, "slow"):  # its time is counted from its own start
                    readings.append(reading)
                else:
                    is_doubtful = True
                alone = False
            if worker.is_alive:
                with self._lock:
                    self._idle.append(worker)
        return readings

    def _taken(self, *, fresh: bool) -> Worker:
        with self._lock:
            if self._idle and not fresh:
                return self._idle.pop()
        worker = Worker(self._limits)
        with self._lock:
            self._all.append(worker)
            if not self._is_killed:
                return worker
        worker.kill()
        raise SandboxError("读取已中止。")

    def kill(self) -> None:
        """Ends the processes, and with them whatever waits for their answers; no other starts."""
        with self._lock:
            self._is_killed = True
            for worker in self._all:
                worker.kill()

    def close(self) -> None:
        for worker in self._all:
            worker.close()
