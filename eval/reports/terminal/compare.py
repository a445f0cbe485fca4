"""Prints a comparison of two runs: the measures side by side, then the queries that changed most."""

from collections.abc import Sequence

from rich import box

from eval.compare import MAX_CHANGED, ChangedQuery, Comparison
from eval.reports.cells import clipped, difference_cells
from eval.reports.terminal.tables import PlainTable, console, say, table
from eval.trec import Qrels


def print_comparison(found: Comparison, name_a: str, name_b: str, qrels: Qrels) -> None:
    """The measures side by side, then the queries that changed most."""
    say(f"A：{name_a}\nB：{name_b}\n共同比较 {found.queries} 题；差为 B 减 A，胜为 B 较好的题数。")
    for name, missing in zip("AB", found.without_results, strict=True):
        if missing:
            say(f"{name} 中有 {missing} 题没有结果，按 0 计。")
    rows = table(["指标"], ["A", "B", "差", "95 % 区间", "p", "胜", "平", "负"])
    for d in found.differences:
        counts = map(str, (d.wins, d.ties, d.losses))
        rows.add_row(d.measure, f"{d.a:.3f}", f"{d.b:.3f}", *difference_cells(d), *counts)
    console().print(rows)
    if not found.changed:
        say("没有一题的 nDCG@10 有变化。")
        return
    changed = found.changed[:MAX_CHANGED]
    say(f"变化最大的 {len(changed)} 题（nDCG@10；其下为各自的前三份，✓ 为相关）：")
    console().print(_changed(changed, qrels))


def _changed(changed: Sequence[ChangedQuery], qrels: Qrels) -> PlainTable:
    rows = PlainTable(box=box.SIMPLE_HEAD, show_lines=True, pad_edge=False)
    for name in ("题", "A", "B"):
        rows.add_column(name, overflow="fold", ratio=1)
    for query in changed:
        relevant = {doc_id for doc_id, relevance in qrels[query.topic.query_id].items() if relevance > 0}
        sides = (
            "\n".join([f"{value:.3f}", *(f"{'✓' if doc_id in relevant else '·'} {doc_id}" for doc_id in first)])
            for value, first in ((query.a, query.first_a), (query.b, query.first_b))
        )
        rows.add_row("\n".join(filter(None, [query.topic.query_id, clipped(query.topic.text)])), *sides)
    return rows
