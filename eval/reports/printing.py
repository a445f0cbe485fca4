"""Figures as tables on a terminal."""

from collections.abc import Sequence

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from corpus.privacy import mask
from eval.bands import BandCounts, Bands, told_nothing
from eval.compare import SHOWN, Changed, Comparison, Difference
from eval.experiment import Collection, Leg
from eval.measures import MEASURES, Figures
from eval.self_check import Field, SelfCheck
from eval.splits import Halves
from eval.trec import Qrels
from search_api.types import NOTHING_CLOSE

LABELS = {"lexical": "词语", "vector": "向量", "hybrid": "混合"}
HALF_LABELS = {"all": "全部", "choosing": "用于选择", "untouched": "未用于选择"}

_KINDS = {"all": "全部", "title": "标题", "question": "来信", "ask": "诉求"}
_CLIPPED = 80  # characters of a query's text


def print_legs(legs: Sequence[Leg], collection: Collection) -> None:
    """Every leg by category, nDCG@10 with its interval, and the times."""
    measures = list(map(str, MEASURES))
    table = _table(["方式", "类别"], figure_headings(measures))
    for leg in legs:
        for category, figures in leg.figures.items():
            table.add_row(leg.mode, category, *figure_cells(figures, measures))
        table.add_section()
    _console().print(table)
    for leg in legs:
        typer.echo(f"{leg.mode}：每题用时中位 {leg.latency(50):.1f} 毫秒，95 % 的题在 {leg.latency(95):.1f} 毫秒以内")
    if left_out := len(collection.topics) - len(collection.judged):
        typer.echo(f"另有 {left_out} 题没有评判或没有相关的文档，不计入。")


def figure_headings(measures: Sequence[str]) -> list[str]:
    """Of the columns that `figure_cells` fills."""
    return [measures[0], "95 % 区间", *measures[1:], "题数"]


def figure_cells(figures: Figures, measures: Sequence[str]) -> list[str]:
    """The first measure with its interval, the others, and the number of queries."""
    first, *others = (f"{figures.means[name]:.3f}" for name in measures)
    low, high = figures.ci[measures[0]]
    return [first, f"{low:.3f}–{high:.3f}", *others, str(figures.queries)]


def print_halves(halves: Halves) -> None:
    """nDCG@10 of every leg by category on either half."""
    first = str(MEASURES[0])
    choosing, untouched = halves["choosing"], halves["untouched"]
    labels = [HALF_LABELS["choosing"], "题数", HALF_LABELS["untouched"], "95 % 区间", "题数"]
    table = _table(["方式", "类别"], labels)
    for mode in choosing:
        for category in dict.fromkeys((*choosing[mode], *untouched[mode])):
            before, _, topics = _value(choosing[mode].get(category), first)
            table.add_row(mode, category, before, topics, *_value(untouched[mode].get(category), first))
        table.add_section()
    typer.echo(f"\n分半的 {first}：参数在“{labels[0]}”的题目上选定，效果以“{labels[2]}”的为准。")
    _console().print(table)


def _value(figures: Figures | None, measure: str) -> list[str]:
    return figure_cells(figures, [measure]) if figures and figures.queries else ["—", "—", "0"]


def print_bands(bands: Bands) -> None:
    """Every band's shares of good hits, and who was told that nothing is close; of halves, each apart."""
    typer.echo("\n等级是否名副其实：混合检索前 10 份的评判。括号内把未评判的按 0 计。")
    table = _table(["题目", "等级"], ["份数", "未评判", "评为 2", "评为 1 以上"])
    for part, tallies in bands.items():
        for band, counts in tallies["all"].bands.items():
            shares = [share_label(counts, least) for least in (2, 1)]
            table.add_row(HALF_LABELS[part], band, str(counts.hits), str(counts.unjudged), *shares)
        table.add_section()
    _console().print(table)
    typer.echo(f"得到“{NOTHING_CLOSE}”的题：没有相关答复的题应当全有，其他题应当全无。")
    table = _table(["类别", "应否"], [HALF_LABELS[part] for part in bands])
    for row in told_nothing(bands):
        table.add_row(row.category, "应有" if row.rightly else "应无", *(told_label(*part) for part in row.parts))
    _console().print(table)


def share_label(counts: BandCounts, least: int) -> str:
    """Of the hits that were judged; in brackets, where some were not, of all hits."""
    of_judged, of_all = (counts.share(least, of_judged=judged) for judged in (True, False))
    if of_all is None:
        return "—"
    brackets = f"（{of_all:.0%}）" if counts.unjudged else ""
    return ("—" if of_judged is None else f"{of_judged:.0%}") + brackets


def told_label(told: int, topics: int) -> str:
    """
    >>> told_label(3, 4), told_label(0, 0)
    ('3/4（75%）', '—')
    """
    return f"{told}/{topics}（{told / topics:.0%}）" if topics else "—"


def print_self_check(found: SelfCheck, index: str) -> None:
    """Two tables, and what they mean to somebody who knows the archive but not the measures."""
    pairs = "、".join(f"{label} {found.pairs[kind]}" for kind, label in list(_KINDS.items())[1:] if kind in found.pairs)
    sampled = f"，抽取其中 {found.asked_of} 份" if found.asked_of < found.documents else ""
    typer.echo(
        f"索引 {index}：答复 {found.documents} 份{sampled}；已知问答 {found.pairs['all']} 题（{pairs}）。\n"
        "每题用一份答复自己的标题、来信或诉求去查，答复中相同的字句已遮去，看还能否找到这份答复。\n"
        "首位：它排在第一的题占多少；nDCG@10：排得越前越接近 1；“随机”是任意排列候选的结果，高出它的才是检索的功劳。\n"
        "其他答复也可能有用，这里一律算错，因此实际效果可能更好；但题目出自原文，比群众自己的话好找。\n"
    )
    undated = f"，其中 {found.undated} 题的答复没有日期，与全部答复同排" if found.undated else ""
    _print_field(f"一、与不晚于它的答复同排{undated}", found.earlier)
    _print_field("二、其中只留同一单位的答复：题材相近，能否分辨具体的事", found.same_agency)
    if found.earlier.pairs < _FEW:
        typer.echo(f"题目不足 {_FEW} 道，区间很宽，各方式的差别不可轻信。")
    typer.echo(
        f"混合中向量的权重为 {found.vector_weight:g}（建立索引时由这些题选定{_WEIGHTLESS[not found.vector_weight]}）。"
    )


_FEW = 30  # pairs: below, a standard error is about 0.05 or more
_WEIGHTLESS = {False: "", True: "；为 0 时混合就是词语"}


def _print_field(title: str, field: Field) -> None:
    left_out = f"另有 {field.left_out} 题没有别的候选，不计入。" if field.left_out else ""
    if not field.legs:
        typer.echo(f"{title}：没有一题有别的候选，无从测量（没有读出单位，或各只有一份）。\n")
        return
    typer.echo(f"{title}（{field.pairs} 题，候选中位 {field.candidates:g} 份）。{left_out}")
    names = list(next(iter(field.legs.values()))["all"].means)
    table = _table(["方式", "题目"], figure_headings([*names[:-1], "首位"]))
    for mode, kinds in field.legs.items():
        for kind, figures in kinds.items():
            table.add_row(LABELS[mode], _KINDS[kind], *figure_cells(figures, names))
        table.add_section()
    for kind, means in field.by_chance.items():
        values = [f"{means[name]:.3f}" for name in names]
        queries = str(next(iter(field.legs.values()))[kind].queries)
        table.add_row("随机", _KINDS[kind], values[0], "", *values[1:], queries)
    _console().print(table)


def print_comparison(found: Comparison, name_a: str, name_b: str, qrels: Qrels) -> None:
    """The measures side by side, then the queries that changed most."""
    typer.echo(f"A：{name_a}\nB：{name_b}\n共同比较 {found.queries} 题；差为 B 减 A，胜为 B 较好的题数。")
    for name, missing in zip("AB", found.without_results, strict=True):
        if missing:
            typer.echo(f"{name} 中有 {missing} 题没有结果，按 0 计。")
    table = _table(["指标"], ["A", "B", "差", "95 % 区间", "p", "胜", "平", "负"])
    for d in found.differences:
        counts = map(str, (d.wins, d.ties, d.losses))
        table.add_row(d.measure, f"{d.a:.3f}", f"{d.b:.3f}", *difference_cells(d), *counts)
    _console().print(table)
    if not found.changed:
        typer.echo("没有一题的 nDCG@10 有变化。")
        return
    typer.echo(f"变化最大的 {len(found.changed[:SHOWN])} 题（nDCG@10；其下为各自的前三份，✓ 为相关）：")
    _console().print(_changed(found.changed[:SHOWN], qrels))


def difference_cells(difference: Difference) -> list[str]:
    """The mean of B - A, its interval and p."""
    low, high = difference.ci
    return [f"{difference.mean:+.3f}", f"{low:+.3f} 至 {high:+.3f}", p_label(difference.p)]


def p_label(p: float) -> str:
    """
    >>> p_label(0.0001), p_label(0.0312)
    ('<0.001', '0.031')
    """
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def clipped(text: str, length: int = _CLIPPED) -> str:
    """A query's text on one line, personal data masked."""
    line = " ".join(mask(text).split())
    return line if len(line) <= length else line[:length] + "…"


def _changed(changed: Sequence[Changed], qrels: Qrels) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_lines=True, pad_edge=False)
    for name in ("题", "A", "B"):
        table.add_column(name, overflow="fold", ratio=1)
    for query in changed:
        relevant = {doc_id for doc_id, relevance in qrels[query.topic.query_id].items() if relevance > 0}
        sides = (
            "\n".join([f"{value:.3f}", *(f"{'✓' if doc_id in relevant else '·'} {doc_id}" for doc_id in first)])
            for value, first in ((query.a, query.first_a), (query.b, query.first_b))
        )
        table.add_row("\n".join(filter(None, [query.topic.query_id, clipped(query.topic.text)])), *sides)
    return table


def _console() -> Console:
    """Queries and ids are no markup."""
    return Console(markup=False, emoji=False, highlight=False)


def _table(words: Sequence[str], numbers: Sequence[str]) -> Table:
    table = Table(*words, box=box.SIMPLE_HEAD, pad_edge=False)
    for name in numbers:
        table.add_column(name, justify="right", no_wrap=True)
    return table
