"""Prints what `dafu eval run` measured: every mode by category, and the dev and test parts side by side."""

from collections.abc import Sequence

from eval.experiment import Collection, ModeResult
from eval.measures import MEASURES, Figures
from eval.reports.cells import PART_LABELS, figure_cells, figure_headings
from eval.reports.terminal.tables import console, say, table
from eval.splits import SplitFigures


def print_run(results: Sequence[ModeResult], collection: Collection) -> None:
    """Every mode by category, nDCG@10 with its interval, and the times."""
    measures = list(map(str, MEASURES))
    rows = table(["方式", "类别"], figure_headings(measures))
    for result in results:
        for category, figures in result.figures.items():
            rows.add_row(result.mode, category, *figure_cells(figures, measures))
        rows.add_section()
    console().print(rows)
    for result in results:
        median, p95 = result.latency(50), result.latency(95)
        say(f"{result.mode}：每题用时中位 {median:.1f} 毫秒，95 % 的题在 {p95:.1f} 毫秒以内")
    if left_out := len(collection.topics) - len(collection.judged):
        say(f"另有 {left_out} 题没有评判或没有相关的文档，不计入。")


def print_split(figures: SplitFigures) -> None:
    """nDCG@10 of every mode by category on the dev and on the test part."""
    measure = str(MEASURES[0])
    dev, test = figures["dev"], figures["test"]
    labels = [PART_LABELS["dev"], "题数", PART_LABELS["test"], "95 % 区间", "题数"]
    rows = table(["方式", "类别"], labels)
    for mode in dev:
        for category in dict.fromkeys((*dev[mode], *test[mode])):
            value, _, topics = _value(dev[mode].get(category), measure)
            rows.add_row(mode, category, value, topics, *_value(test[mode].get(category), measure))
        rows.add_section()
    say(f"\n分开发集和测试集的 {measure}：参数在“{labels[0]}”的题目上选定，效果以“{labels[2]}”的为准。")
    console().print(rows)


def _value(figures: Figures | None, measure: str) -> list[str]:
    return figure_cells(figures, [measure]) if figures and figures.queries else ["—", "—", "0"]
