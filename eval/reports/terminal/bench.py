"""Prints what `dafu eval bench` measured."""

from rich.table import Table

from eval.bench.figures import Archive, Bench
from eval.reports.terminal.tables import console, table

KINDS = {
    "short": "短查询",
    "filter_10_percent": "筛出 10 % 的答复",
    "filter_1_percent": "筛出 1 % 的答复",
    "phrase": "短语",
    "pasted": "粘贴 2000 字",
}


def print_bench(figures: Bench) -> None:
    """The costs of each size, then every kind of query beside its floors."""
    out = console()
    out.print(_costs(figures))
    out.print("内存：建立索引的进程最多占用；启动：新进程从启动到首次回答；查询：查询进程最多占用的内存。")
    out.print(_steps(figures))
    out.print(_latencies(figures))
    if any(archive.http for archive in figures.archives):
        out.print(_over_http(figures))
    if figures.readers:
        out.print(_readers(figures))
    out.print("毫秒，中位/95 %。词语底线：同样的词在段落正文上查一次。向量底线：扫描全部段落向量一次。")


def _costs(figures: Bench) -> Table:
    rows = table(["段落"], ["答复", "建立 秒", "处理器 秒", "内存 MB", "磁盘 MB", "启动 秒", "查询 MB"], wrap=True)
    for archive in figures.archives:
        build = archive.build
        rows.add_row(
            str(build.passages),
            str(build.documents),
            f"{build.total.seconds:.1f}",
            f"{build.total.cpu_seconds:.1f}",
            megabytes(build.peak_memory_bytes),
            megabytes(sum(archive.disk.values())),
            f"{archive.start_up.answered_s:.2f}",
            megabytes(archive.search.peak_memory_bytes),
        )
    return rows


def _steps(figures: Bench) -> Table:
    sizes = [f"{archive.build.passages} 段" for archive in figures.archives]
    rows = table(["建立索引的步骤，秒（处理器秒）"], sizes, wrap=True)
    for step in figures.archives[0].build.steps:
        rows.add_row(step, *(_cost(archive, step) for archive in figures.archives))
    return rows


def _cost(archive: Archive, step: str) -> str:
    cost = archive.build.steps.get(step)
    return f"{cost.seconds:.1f}（{cost.cpu_seconds:.1f}）" if cost else "—"


def _latencies(figures: Bench) -> Table:
    rows = table(["查询"], ["段落", "通过", "用时", "词语底线", "向量底线"], wrap=True)
    for kind in figures.archives[0].search.kinds:
        for archive in figures.archives:
            found = archive.search.kinds[kind]
            rows.add_row(
                KINDS[kind],
                str(archive.build.passages),
                f"{found.passing:.1%}",
                *(f"{p.p50_ms:.1f}/{p.p95_ms:.1f}" for p in (found.search, found.lexical_floor, found.vector_floor)),
            )
    return rows


def _readers(figures: Bench) -> Table:
    rows = table(["读文件"], ["平均 KB", "每秒文件数"])
    for reader in figures.readers:
        rows.add_row(reader.suffix, f"{reader.mean_bytes / 1000:.1f}", f"{reader.files_per_second:.1f}")
    return rows


def _over_http(figures: Bench) -> Table:
    rows = table([f"{KINDS['short']}，经 HTTP，连接不断"], ["到达用时", "其中检索", "空请求"], wrap=True)
    for archive in figures.archives:
        if found := archive.http:
            times = (f"{p.p50_ms:.1f}/{p.p95_ms:.1f}" for p in (found.search, found.in_process, found.floor))
            rows.add_row(f"{archive.build.passages} 段", *times)
    return rows


def megabytes(size: int) -> str:
    """A size in units of 1,000,000 bytes, as disks are sold."""
    return f"{size / 1e6:.0f}"
