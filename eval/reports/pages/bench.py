"""A benchmark as a single HTML page that loads nothing: tables, and cost against size on logarithmic axes."""

import math
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from eval.bench.figures import Bench
from eval.reports.pages.plots import Axis, LinePlot
from eval.reports.pages.templating import environment
from eval.reports.terminal.bench import KINDS, megabytes

WIDTH, HEIGHT = 340, 210
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 328, 12, 172

# The page's three colours and marks are those of the retrieval modes.
SEARCH, LEXICAL_FLOOR, VECTOR_FLOOR = "hybrid", "lexical", "vector"


class Panel(NamedTuple):
    """A plot under its own heading."""

    heading: str
    unit: str
    plot: LinePlot


def page(figures: Bench) -> str:
    """The whole page."""
    return environment.get_template("bench.html").render(
        figures=figures,
        facts=_facts(figures),
        kinds=KINDS,
        costs=_cost_panels(figures),
        latencies=[_latency_panel(figures, kind) for kind in figures.archives[0].search.kinds],
        names={SEARCH: "dafu 混合检索", LEXICAL_FLOOR: "词语底线", VECTOR_FLOOR: "向量底线"},
        megabytes=megabytes,
        size=(WIDTH, HEIGHT),
    )


def _facts(figures: Bench) -> list[tuple[str, str]]:
    machine = figures.machine
    measured = datetime.fromisoformat(figures.measured_at).astimezone()
    return [
        ("测量时间", f"{measured:%Y-%m-%d %H:%M}"),
        ("提交", figures.commit or "未知"),
        ("机器", f"{machine.processor}，{machine.cores} 核，内存 {machine.memory_bytes / 1e9:.0f} GB"),
        ("开始时负载", f"{machine.load:g}"),
        ("系统", machine.system),
        ("软件", "，".join(f"{name} {version}" for name, version in machine.versions.items())),
        ("随机种子", str(figures.seed)),
    ]


def _cost_panels(figures: Bench) -> list[Panel]:
    archives = figures.archives
    series = [
        ("建立索引", "秒", [archive.build.total.seconds for archive in archives]),
        ("建立索引最多占用的内存", "MB", [archive.build.peak_memory_bytes / 1e6 for archive in archives]),
        ("磁盘", "MB", [sum(archive.disk.values()) / 1e6 for archive in archives]),
        ("新进程到首次回答", "秒", [archive.start_up.answered_s for archive in archives]),
    ]
    return [Panel(heading, unit, _plot(figures, {SEARCH: values})) for heading, unit, values in series]


def _latency_panel(figures: Bench, kind: str) -> Panel:
    found = [archive.search.kinds[kind] for archive in figures.archives]
    lines = {
        LEXICAL_FLOOR: [queries.lexical_floor.p50_ms for queries in found],
        VECTOR_FLOOR: [queries.vector_floor.p50_ms for queries in found],
        SEARCH: [queries.search.p50_ms for queries in found],
    }
    return Panel(KINDS[kind], "毫秒", _plot(figures, lines))


def _plot(figures: Bench, lines: dict[str, list[float]]) -> LinePlot:
    sizes = [float(archive.build.passages) for archive in figures.archives]
    low, high = (sizes[0], sizes[-1]) if len(sizes) > 1 else (sizes[0] / 2, sizes[0] * 2)
    x = Axis(low, high, _LEFT, _RIGHT, tuple(sizes), logarithmic=True)
    y = _decades([value for values in lines.values() for value in values])
    return LinePlot(x, y, {mode: list(zip(sizes, values, strict=True)) for mode, values in lines.items()})


def _decades(values: Sequence[float]) -> Axis:
    """A vertical axis from one power of ten to another that has all values, each at least a microsecond, between."""
    positive = [max(value, 0.001) for value in values]
    first, last = math.floor(math.log10(min(positive))), math.ceil(math.log10(max(positive)))
    last = max(last, first + 1)
    ticks = tuple(10.0**power for power in range(first, last + 1))
    return Axis(ticks[0], ticks[-1], _BOTTOM, _TOP, ticks, logarithmic=True)
