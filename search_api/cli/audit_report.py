"""The audit as an administrator reads it: lines of an index's audit, narrowed, in words, counted."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from corpus.errors import DafuError
from indexer.upkeep.audit import FOLDER, Event, files

ACTIONS = {
    "search": "检索", "feed": "订阅", "match": "对照提案", "open": "打开答复", "open_version": "打开旧版本",
    "open_unmasked": "显示个人信息", "open_original": "打开原文件", "basket": "查看材料篮", "export": "导出材料篮",
    "feedback": "评价", "login": "登录", "login_failed": "登录失败", "logout": "退出", "refused": "拒绝",
    "index": "建立或更新索引", "watch": "自动更新索引", "purge": "彻底删除答复", "backup": "备份", "restore": "恢复",
    "token": "管理令牌",
}  # fmt: skip
"""What the service's and the commands' actions are called."""


@dataclass(frozen=True)
class Wanted:
    """What a reader of the audit asks for; None for all. Both days are included."""

    since: date | None = None
    until: date | None = None
    reader: str | None = None
    action: str | None = None
    doc_id: str | None = None

    def __contains__(self, event: Event) -> bool:
        day = event.time.astimezone().date()
        return (
            (self.since is None or day >= self.since)
            and (self.until is None or day <= self.until)
            and self.reader in (None, event.reader)
            and self.action in (None, event.action, ACTIONS.get(event.action))
            and self.doc_id in (None, event.doc_id, *(event.doc_ids or ()))
        )


def folder_in(folder: Path) -> Path:
    """The audit of an index, or the folder itself where that is one. Raises DafuError where there is none."""
    for place in (folder / FOLDER, folder):
        if files(place):
            return place
    raise DafuError(
        f"{folder} 中没有审计记录：应有文件夹 {FOLDER}，里面有 audit.jsonl。"
        "如果设置 DAFU_AUDIT 指向别处，请给出那个文件夹。"
    )


def read(folder: Path, report: Callable[[str], None]) -> Iterator[Event]:
    """All lines in the order in which they were written; of a damaged one `report` is told, and reading goes on."""
    for path in files(folder):
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
    """One event on one line."""
    known = {
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
        "世代": event.generation,
        "请求编号": event.request_id,
    }
    said = "，".join(f"{name} {value}" for name, value in known.items() if value is not None)
    moment = event.time.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    head = f"{moment}  {event.reader}（{event.client}）  {ACTIONS.get(event.action, event.action)}"
    # What somebody typed must not steer the administrator's terminal.
    return "".join(c if c.isprintable() else "·" for c in f"{head}  {_outcome(event)}{said}")


def _outcome(event: Event) -> str:
    """Nothing where it went well: HTTP 2xx or 3xx, exit code 0."""
    return "" if event.status == 0 or 200 <= event.status < 400 else f"[{event.status}] "


def summary(events: Iterable[Event]) -> str:
    """How many of each day, reader and action, a line each."""
    counts = Counter((event.time.astimezone().date(), event.reader, event.action) for event in events)
    lines = [
        f"{day}  {reader}  {ACTIONS.get(action, action)}  {n}" for (day, reader, action), n in sorted(counts.items())
    ]
    return "\n".join([*lines, f"共 {counts.total()} 条"])
