"""The audit as an administrator reads it: its lines narrowed down, put into words, and counted."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import merge
from pathlib import Path

from pydantic import ValidationError

from corpus.errors import DafuError
from indexer.upkeep.actions import ACTIONS
from indexer.upkeep.audit.event import Event
from indexer.upkeep.audit.log import FOLDER, LOGS, files


@dataclass(frozen=True)
class Selection:
    """Which events to show; None for all. Both days are included."""

    since: date | None = None
    until: date | None = None
    user: str | None = None
    action: str | None = None
    doc_id: str | None = None

    def __contains__(self, event: Event) -> bool:
        day = event.time.astimezone().date()
        return (
            (self.since is None or day >= self.since)
            and (self.until is None or day <= self.until)
            and self.user in (None, event.user)
            and self.action in (None, event.action, ACTIONS.get(event.action))
            and self.doc_id in (None, event.doc_id, *(event.doc_ids or ()))
        )


def folder_in(folder: Path) -> Path:
    """The audit of an index, or the folder itself if that is one. Raises DafuError if there is none."""
    for place in (folder / FOLDER, folder):
        if any(files(place, log) for log in LOGS):
            return place
    raise DafuError(
        f"{folder} 中没有审计记录：应有文件夹 {FOLDER}，里面有 audit.jsonl。"
        "如果设置 DAFU_AUDIT 指向别处，请给出那个文件夹。"
    )


def read(folder: Path, report: Callable[[str], None]) -> Iterator[Event]:
    """All events, those of each log in the order in which they were written. A damaged line is reported and skipped."""
    return merge(*(_events(files(folder, log), report) for log in LOGS), key=lambda event: event.time)


def _events(paths: Sequence[Path], report: Callable[[str], None]) -> Iterator[Event]:
    for path in paths:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    yield Event.model_validate_json(line)
                except ValidationError:
                    report(
                        f"{path} 第 {number} 行不是审计记录，已跳过：{line[:40].decode('utf-8', 'replace').strip()!r}"
                    )


def in_words(event: Event) -> str:
    """One event as one line."""
    facts = {
        "答复": event.doc_id,
        "版本": event.version,
        "段落来自": event.doc_ids and "、".join(event.doc_ids),
        "格式": event.format,
        "地址": event.path,
        "查询": event.query and " ".join(event.query.split()),
        "查询字数": event.query_length if event.query is None else None,
        "诉求": event.points,
        "段" if event.doc_ids is not None else "找到": event.hits,
        "说明": event.detail,
        "另有次数": event.times,
        "世代": event.generation,
        "请求编号": event.request_id,
    }
    said = "，".join(f"{name} {value}" for name, value in facts.items() if value is not None)
    moment = event.time.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    head = f"{moment}  {event.user}（{event.client}）  {ACTIONS.get(event.action, event.action)}"
    # Nothing that a user typed may control the administrator's terminal.
    return "".join(c if c.isprintable() else "·" for c in f"{head}  {_outcome(event)}{said}")


def _outcome(event: Event) -> str:
    """The status in brackets, or nothing after a success: HTTP 2xx or 3xx, exit code 0."""
    return "" if event.status == 0 or 200 <= event.status < 400 else f"[{event.status}] "


def summary(events: Iterable[Event]) -> str:
    """One line for each day, user and action with how often it happened, and the total."""
    counts: Counter[tuple[date, str, str]] = Counter()
    for event in events:
        counts[event.time.astimezone().date(), event.user, event.action] += event.times or 1
    lines = [f"{day}  {user}  {ACTIONS.get(action, action)}  {n}" for (day, user, action), n in sorted(counts.items())]
    return "\n".join([*lines, f"共 {counts.total()} 条"])
