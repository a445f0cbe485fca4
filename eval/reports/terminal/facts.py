"""Prints what `dafu eval facts` found: a row a measure and part, then each fault."""

from eval.fact_scores import interval
from eval.facts import FactsFigures
from eval.reports.terminal.tables import console, table

_MAX_FAULTS = 40


def print_facts(figures: FactsFigures) -> None:
    """The scores with their 95 % intervals, and the first faults of the development set."""
    shown = table(["事实", "部分"], ["对", "读出", "评判", "精确率", "召回率", "F1"])
    for score in figures.scores:
        shown.add_row(
            score.what,
            score.part,
            str(score.right),
            str(score.found),
            str(score.judged),
            _share(score.right, score.found),
            _share(score.right, score.judged),
            f"{score.f1:.3f}",
        )
    console().print(shown)
    means = table(["平均", "部分"], ["值", "个数"])
    for mean in figures.means:
        means.add_row(mean.what, mean.part, f"{mean.value:.3f}", str(mean.queries))
    if means.row_count:
        console().print(means)
    faults = table(["开发集里的错误", "在哪里", "应为", "实际"], [])
    for fault in [fault for fault in figures.faults if fault.part == "dev"][:_MAX_FAULTS]:
        faults.add_row(fault.what, fault.where, fault.expected, fault.found)
    if faults.row_count:
        console().print(faults)


def _share(right: int, of: int) -> str:
    low, high = interval(right, of)
    return f"{right / of:.3f}（{low:.2f}–{high:.2f}）" if of else "—"
