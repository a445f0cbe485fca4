"""The JSON of a benchmark. Times are in seconds or milliseconds as the names say, sizes in bytes."""

import json
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from corpus.errors import DafuError

FORMAT = 1
_LIBRARIES = ("dafu", "tantivy", "faiss-cpu", "numpy", "torch", "rjieba")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Machine(_Frozen):
    """`load` is the one-minute load average when the bench began: above 0 somebody else is working here too."""

    system: str
    processor: str
    cores: int
    memory_bytes: int
    load: float
    versions: Mapping[str, str]


class Cost(_Frozen):
    """Wall-clock time, and the processor time of the process: on a busy machine the second is the fairer one."""

    seconds: float
    cpu_seconds: float


class Build(_Frozen):
    """One build in a process of its own. `steps` are those that it reported, in order.

    A step lasts until the next one; the last one includes checksums, syncing and opening what was written.
    """

    documents: int = Field(validation_alias=AliasChoices("documents", "letters"))  # letters: until November 2026
    passages: int
    total: Cost
    steps: Mapping[str, Cost]
    peak_memory_bytes: int


class StartUp(_Frozen):
    """A fresh process, files in the page cache: medians of several, from its start to each of the two."""

    opened_s: float
    answered_s: float
    processes: int


class Percentiles(_Frozen):
    p50_ms: float
    p95_ms: float


class Queries(_Frozen):
    """One kind of query. `passing` is the mean share of passages that its filter lets through, 1 where it has none.

    The floors: one tantivy query of the same terms (of a long text the rarest, as the engine asks) over the passages'
    bodies, built beforehand, and one pass over the passages' vectors with FAISS; best ten of each, unfiltered.
    """

    queries: int
    passing: float
    search: Percentiles
    lexical_floor: Percentiles
    vector_floor: Percentiles


class Search(_Frozen):
    """Warm searches in one process."""

    kinds: Mapping[str, Queries]
    peak_memory_bytes: int


class Http(_Frozen):
    """The short queries over HTTP, one after another on one connection that is kept alive.

    `in_process` is what the server says that each search took, `floor` the answer to a request that asks for nothing.
    """

    queries: int
    floor: Percentiles
    search: Percentiles
    in_process: Percentiles


class Archive(_Frozen):
    """One size. `disk` has the parts of the index by their names, those of the generation too. `http` is None where it
    was not measured: until December 2026."""

    asked_passages: int
    characters: int
    source_bytes: int
    build: Build
    disk: Mapping[str, int]
    start_up: StartUp
    search: Search
    http: Http | None = None


class Reader(_Frozen):
    """One format, by the suffix of its files, read in one process."""

    suffix: str
    mean_bytes: int
    files_per_second: float


class Bench(_Frozen):
    """A whole run, smallest archive first. `commit` ends in -dirty where the code had changed; None without git.

    `readers` is empty where they were not measured: until December 2026.
    """

    format: int = FORMAT
    commit: str | None
    measured_at: str
    seed: int
    machine: Machine
    archives: tuple[Archive, ...]
    readers: tuple[Reader, ...] = ()

    def save(self, path: Path) -> None:
        """Write the file. Raises DafuError where it exists: figures are kept, never replaced."""
        text = json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n"
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            raise already_there(path) from None


def already_there(path: Path) -> DafuError:
    return DafuError(f"结果文件 {path} 已经存在，测得的数据不会被覆盖。请换一个文件名。")


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def this_machine() -> Machine:
    return Machine(
        system=f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        processor=_processor(),
        cores=os.cpu_count() or 1,
        memory_bytes=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        load=round(os.getloadavg()[0], 2),
        versions={name: version(name) for name in _LIBRARIES},
    )


def _processor() -> str:
    """Linux names it in /proc/cpuinfo; elsewhere what Python knows."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()
