"""What `dafu index` tells: the report of an update in words and as JSON. Names and reasons are masked in both."""

import dataclasses
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from corpus.privacy import mask
from indexer.archive import Alarm, Failure
from indexer.build.alarms import told
from indexer.build.update import BuildReport

_MAX_LISTED = 20  # unreadable files named one by one on a terminal; --json has them all


def printed(report: BuildReport, *, machine: bool, pruned: bool) -> str:
    """The report as the command prints it: JSON for a machine."""
    if machine:
        return json.dumps(as_json(report), ensure_ascii=False, indent=1)
    return "\n".join(lines(report, pruned=pruned))


def as_json(report: BuildReport) -> dict[str, object]:
    """The whole report."""
    facts = dataclasses.asdict(report)
    for name in ("failures", "skipped"):
        facts[name] = [masked(Failure(*failure))._asdict() for failure in facts[name]]
    facts["alarms"] = [masked_alarm(alarm)._asdict() for alarm in report.alarms]
    facts["files_missing"] = [mask(file) for file in report.files_missing]
    facts["same_identity"] = {doc_id: [mask(file) for file in files] for doc_id, files in report.same_identity.items()}
    return facts


def masked(failure: Failure) -> Failure:
    """Files are named after people, and a reason may quote what stands in one."""
    return Failure(mask(failure.path), mask(failure.reason))


def masked_alarm(alarm: Alarm) -> Alarm:
    """Files are named after people, and so may be what identifies a document."""
    return alarm._replace(doc_id=mask(alarm.doc_id), path=mask(alarm.path), holder=mask(alarm.holder))


def lines(report: BuildReport, *, pruned: bool) -> Iterator[str]:
    """The report for a terminal."""
    if report.built:
        yield (
            f"已建立第 {report.generation} 代索引 {report.index}：答复 {report.documents} 份，段落 {report.passages} 个"
            f"（新增 {report.added}，更新 {report.changed}，移除 {report.removed}）。"
        )
    else:
        yield f"没有变化，索引 {report.index} 仍是第 {report.generation} 代：答复 {report.documents} 份。"
    yield (
        f"找到文件 {report.files_found} 个：读取 {report.files_read} 个，未变 {report.files_unchanged} 个，"
        f"无法读取 {report.files_unreadable} 个，跳过 {report.files_skipped} 个。"
    )
    if report.files_missing:
        fate = "已移除" if pruned else "仍在索引中，加 --prune 可移除"
        yield f"有 {len(report.files_missing)} 个文件已不在原处，其中的答复{fate}。"
    yield from named("没有读出的内容", report.failures)
    yield from named("跳过的文件", report.skipped)
    yield from map(mask, told(report.alarms))
    clashing = {alarm.doc_id for alarm in report.alarms if alarm.kind == "clash"}
    shared = [(doc_id, files) for doc_id, files in report.same_identity.items() if doc_id not in clashing]
    for doc_id, files in shared[:_MAX_LISTED]:
        names = mask("、".join(Path(file).name for file in files))
        yield f"同一编号的答复出现在多个文件中，以最后读入的为准：{doc_id}（{names}）"
    yield from report.notes


def named(title: str, failures: Sequence[Failure]) -> Iterator[str]:
    """The first of what was not taken in, a line each."""
    if failures:
        yield f"{title} {len(failures)} 处："
    for failure in map(masked, failures[:_MAX_LISTED]):
        yield f"  {failure.path}：{failure.reason.removeprefix(failure.path).lstrip('：')}"
    if len(failures) > _MAX_LISTED:
        yield f"  另有 {len(failures) - _MAX_LISTED} 处，详见 --json。"
