"""Tells an administrator in sentences what is to be looked at about who sees a document."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from indexer.archive import Alarm

MAX_LISTED = 20  # alarms told one by one; `dafu status --json` has them all


def in_words(alarm: Alarm) -> str:
    """One alarm, with what to do."""
    if alarm.kind == "clash":
        return (
            f"编号冲突：{alarm.path} 与另一来源或范围的 {alarm.holder} 编号都是 {alarm.doc_id} 而内容不同，"
            f"保留较早的 {alarm.holder}，没有采用 {alarm.path}。请核对：编号写错的改正；"
            "确实要换的，移走较早的文件，再运行 dafu index 来源 --prune。"
        )
    return (
        f"没有放宽：{alarm.path} 现在的位置是“{alarm.asked}”，其中的 {alarm.doc_id} 以前限“{alarm.scope}”"
        f"（编号或文字相同），仍限“{alarm.scope}”。请核对；确实要放宽，请运行 "
        f"dafu index {Path(alarm.path).parent} --scope {alarm.asked} --widen。"
    )


def told(alarms: Sequence[Alarm]) -> Iterator[str]:
    """The alarms one by one, the first twenty, and how many there are besides."""
    yield from map(in_words, alarms[:MAX_LISTED])
    if len(alarms) > MAX_LISTED:
        yield f"另有 {len(alarms) - MAX_LISTED} 处这样的告警，详见 dafu status --json。"
