"""Keeps an index current: looks at its sources again and again, and updates it when something there has changed.

By looking, because there is nothing to be told by: a share (SMB, NFS) does not say what other machines write to it. A
file is read when it has kept its size and time of change for a while, so nothing is read half copied. Waiting is
measured by a clock that cannot be set, and stamps are compared for equality alone: a clock set back changes nothing.

Not for: what an update does (see build.py).
"""

import math
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from corpus.errors import DafuError, FormatError
from corpus.sources import Found, SkippedFile, SourceFile, find_files, name_of
from indexer.archive import FileState, open_archive
from indexer.build.alarms import told
from indexer.build.importing import missing_files
from indexer.build.update import BuildOptions, BuildReport, go_on, update, without
from indexer.paths import IndexPaths
from indexer.upkeep.audit import record
from indexer.upkeep.locks import LockedError
from indexer.upkeep.purge import Purge, is_due, purge

LONGEST_PAUSE = 900.0
"""Seconds between tries of an update that fails again and again: a full disk is noticed within a quarter of an hour."""

_MAX_GONE = 0.5
"""Of the known files: more that vanish at once are taken for a share that is gone, not for documents withdrawn."""

_STRETCH_S = 30.0
"""Seconds for which vectors are made before the sources are looked at again."""

_PURGED_EVERY = 86_400.0  # seconds: a purge writes the lexical index anew, and what is due can wait for another day

Say = Callable[[str], None]
"""Called with a Chinese sentence for each event."""


@dataclass(frozen=True)
class WatchOptions:
    """Seconds between two looks, and for which a file must rest; `retention_days` None never purges."""

    every: float
    settle: float
    once: bool
    retention_days: int | None
    build: BuildOptions


class Look(NamedTuple):
    """What the sources hold: `found` with the files that rest, those that do not among its skipped ones; how many of
    the resting files are new or changed; the known files that are gone, and of how many; and the seconds until the
    next of the others may rest, None where all do."""

    found: Found
    changed: int
    gone: frozenset[str]
    known: int
    rests_in: float | None


class Settling:
    """Which files have stopped changing, from one look to the next."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._seen: dict[str, tuple[tuple[int, int], float]] = {}

    def look(self, found: Found, known: Mapping[str, FileState], sources: Sequence[Path], now: float) -> Look:
        """`now` is in seconds of a clock that only goes forward."""
        seen: dict[str, tuple[tuple[int, int], float]] = {}
        resting: list[SourceFile] = []
        moving: list[SkippedFile] = []
        changed, rests_in, present = 0, None, set()
        for file in found.files:
            name = name_of(file.resolved)
            present.add(name)
            stamp = _stamp(file.path)
            if name in known and stamp == known[name][:2]:
                resting.append(file)
                continue
            before = self._seen.get(name)
            since = before[1] if before and before[0] == stamp else now
            seen[name] = stamp, since
            if stamp != _GONE and now - since >= self._seconds:
                resting.append(file)
                changed += 1
            else:
                moving.append(SkippedFile(file.path, file.relative, f"{file.relative}：还在写入，写完后再读。"))
                left = self._seconds - (now - since)
                rests_in = left if rests_in is None else min(rests_in, left)
        self._seen = seen
        skipped = [*found.skipped, *moving]
        gone = frozenset(missing_files(known, present, sources, skipped))
        return Look(Found(resting, skipped), changed, gone, len(known), rests_in)


_GONE = (-1, -1)


def _stamp(path: Path) -> tuple[int, int]:
    """Size and time of change; _GONE for a file that vanished or cannot be asked."""
    try:
        stat = path.stat()
    except OSError:
        return _GONE
    return stat.st_size, stat.st_mtime_ns


class Watch:
    """One watch over some sources and the index made of them."""

    def __init__(self, sources: Sequence[Path], into: Path, options: WatchOptions, say: Say) -> None:
        self._sources, self._into, self._options, self._say = sources, into, options, say
        self._paths = IndexPaths(into)
        self._settling = Settling(options.settle)
        self._is_current = False  # an update that was cut short may have left files read and no generation of them
        self._failures = 0
        self._purged_at = float("-inf")
        self._said: set[str] = set()
        self._lacking = 0  # passages whose slow vectors are still to be made
        self._waiting_for = ""
        self._is_stopping = False

    def run(self) -> None:
        """Until SIGTERM or SIGINT, which may come within an update: what is unfinished then is made again.

        Raises DafuError where the one update of `once` cannot be made.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        try:
            while not self._is_stopping:
                pause = self._look_and_update()
                if pause is None:
                    return
                time.sleep(pause)
        except KeyboardInterrupt:
            pass
        self._say("收到停止信号，已停止；索引完好。")

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._is_stopping = True  # the error may come up where Python can only print it, as in a destructor
        raise KeyboardInterrupt

    def _look_and_update(self) -> float | None:
        """Seconds until the next look; None where there is to be no other."""
        options = self._options
        try:
            look = self._look()
            if options.once and look.rests_in is not None:
                time.sleep(max(look.rests_in, 0))
                look = self._look()
            self._update(look)
            self._go_on()
            self._purge()
        except (SourceAwayError, LockedError) as error:
            return self._wait(error)
        except Exception as error:  # whatever it is, the next try may succeed, and nobody is there to start one
            return self._failed(error)
        if self._waiting_for:
            self._say("已恢复，继续更新。")
        self._failures, self._waiting_for = 0, ""
        if options.once:
            if look.rests_in is not None:
                self._say("有文件还在写入，这次没有读，留待下次。")
            return None
        if self._lacking:
            return 0.01
        return options.every if look.rests_in is None else min(options.every, max(look.rests_in, 0.01))

    def _look(self) -> Look:
        """Raises SourceAwayError where a source cannot be reached or holds nothing of what it held."""
        try:
            found = without(self._into, find_files(self._sources))
        except DafuError as error:
            raise SourceAwayError(f"来源读不到，等它恢复，其中的答复都保留：{error}") from error
        known = self._known()
        for source in self._sources:
            root = source.resolve()
            held = Path(name_of(root))
            if any(Path(name).is_relative_to(held) for name in known) and not any(
                file.resolved.is_relative_to(root) for file in found.files
            ):
                raise SourceAwayError(
                    f"来源 {source} 是空的，而索引中有它的答复：可能是共享没有挂载。等它恢复，其中的答复都保留。"
                    f"确实要全部删除时，请另建索引。"
                )
        return self._settling.look(found, known, self._sources, time.monotonic())

    def _known(self) -> dict[str, FileState]:
        """What the index has of files below the sources."""
        if not self._paths.archive.exists():
            return {}
        try:
            archive = open_archive(self._paths.archive)
        except FormatError:  # the update brings an older one up to date, and refuses any other
            return {}
        with closing(archive):
            files = archive.files()
        roots = [Path(name_of(source.resolve())) for source in self._sources]
        return {name: state for name, state in files.items() if any(Path(name).is_relative_to(r) for r in roots)}

    def _update(self, look: Look) -> None:
        held = len(look.gone) > _MAX_GONE * look.known
        if held:
            self._say_once(
                f"注意：已知的 {look.known} 个文件中有 {len(look.gone)} 个同时不见了，超过一半，其中的答复没有移除。"
                "请检查来源；确实要删除时，请运行 dafu index 来源 --into 索引 --prune。"
            )
        if not look.found.files or (self._is_current and not look.changed and (held or not look.gone)):
            return
        options = replace(self._options.build, prune=not held, follows_s=0)
        report = update(look.found, self._sources, self._into, options, _silent)
        self._report(report, first=not self._is_current)
        self._is_current, self._lacking = True, report.lacking

    def _go_on(self) -> None:
        """A stretch of what takes long: between two of them, new files are seen."""
        if not self._lacking:
            return
        self._say_once(f"新答复已可按词语检索；正在计算 {self._lacking} 个段落的语义向量，算好后自动启用。")
        live = go_on(self._into, _silent, math.inf if self._options.once else _STRETCH_S)
        self._lacking = live.lacking or 0 if live else 0
        if live and not self._lacking:
            self._say(f"语义向量已全部算好，从第 {live.generation} 代索引起使用。")

    def _purge(self) -> None:
        days = self._options.retention_days
        if days is None or not self._is_current or time.monotonic() - self._purged_at < _PURGED_EVERY:
            return
        self._purged_at = time.monotonic()
        wanted = Purge(older_than_days=days)
        if is_due(self._into, wanted):
            for line in purge(self._into, wanted, _silent).lines:
                self._say(line)
            record(self._into, "purge", detail=f"移除 {days} 天以上的")

    def _report(self, report: BuildReport, *, first: bool) -> None:
        if report.built:
            record(self._into, "watch", detail="、".join(map(str, self._sources)))
            self._say(
                f"已建立第 {report.generation} 代索引：答复 {report.documents} 份"
                f"（新增 {report.added}，更新 {report.changed}，移除 {report.removed}）。"
            )
        elif first:
            self._say(f"索引已是最新：第 {report.generation} 代，答复 {report.documents} 份。")
        for failure in report.failures:
            self._say_once(f"无法读取：{failure.reason}")
        for sentence in (*report.notes, *told(report.alarms)):
            self._say_once(sentence)

    def _failed(self, error: Exception) -> float:
        if self._options.once:
            raise error
        self._failures += 1
        self._is_current = False
        pause = min(max(self._options.every, 1.0) * 2.0 ** min(self._failures, 10), LONGEST_PAUSE)
        what = str(error) if isinstance(error, DafuError) else f"{type(error).__name__}：{error}"
        self._say(f"更新失败（第 {self._failures} 次），{pause:.0f} 秒后再试：{what}")
        return pause

    def _wait(self, error: DafuError) -> float:
        """Say what is waited for, once for as long as it is the same."""
        if self._options.once:
            raise error
        if str(error) != self._waiting_for:
            self._say(str(error))
        self._waiting_for = str(error)
        return self._options.every

    def _say_once(self, sentence: str) -> None:
        if sentence not in self._said:
            self._said.add(sentence)
            self._say(sentence)


class SourceAwayError(DafuError):
    """A source that cannot be reached, or that is empty where it was not."""


def _silent(step: str, done: int, total: int) -> None:
    """Nobody looks at the progress of a service."""
