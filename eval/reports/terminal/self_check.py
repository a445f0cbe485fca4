"""Prints the self-check, with what it means to somebody who knows the archive but not the measures."""

from eval.reports.cells import MODE_LABELS, figure_cells, figure_headings
from eval.reports.terminal.tables import console, say, table
from eval.self_check import CandidateCheck, SelfCheck

_KINDS = {"all": "全部", "title": "标题", "question": "来信", "ask": "诉求"}
_FEW = 30  # known-item queries: below, a standard error is about 0.05 or more
_WEIGHTLESS = {False: "", True: "；为 0 时混合就是词语"}


def print_self_check(found: SelfCheck, index: str) -> None:
    """Two tables, and an explanation."""
    kinds = "、".join(
        f"{label} {found.queries[kind]}" for kind, label in list(_KINDS.items())[1:] if kind in found.queries
    )
    sampled = f"，抽取其中 {found.asked_of} 份" if found.asked_of < found.documents else ""
    say(
        f"索引 {index}：答复 {found.documents} 份{sampled}；已知问答 {found.queries['all']} 题（{kinds}）。\n"
        "每题用一份答复自己的标题、来信或诉求去查，答复中相同的字句已遮去，看还能否找到这份答复。\n"
        "首位：它排在第一的题占多少；nDCG@10：排得越前越接近 1；“随机”是任意排列候选的结果，高出它的才是检索的功劳。\n"
        "其他答复也可能有用，这里一律算错，因此实际效果可能更好；但题目出自原文，比群众自己的话好找。\n"
    )
    undated = f"，其中 {found.undated} 题的答复没有日期，与全部答复同排" if found.undated else ""
    _print_check(f"一、与不晚于它的答复同排{undated}", found.earlier)
    _print_check("二、其中只留同一单位的答复：题材相近，能否分辨具体的事", found.same_agency)
    if found.earlier.queries < _FEW:
        say(f"题目不足 {_FEW} 道，区间很宽，各方式的差别不可轻信。")
    say(f"混合中向量的权重为 {found.vector_weight:g}（建立索引时由这些题选定{_WEIGHTLESS[not found.vector_weight]}）。")


def _print_check(title: str, check: CandidateCheck) -> None:
    left_out = f"另有 {check.left_out} 题没有别的候选，不计入。" if check.left_out else ""
    if not check.modes:
        say(f"{title}：没有一题有别的候选，无从测量（没有读出单位，或各只有一份）。\n")
        return
    say(f"{title}（{check.queries} 题，候选中位 {check.candidates:g} 份）。{left_out}")
    names = list(next(iter(check.modes.values()))["all"].means)
    rows = table(["方式", "题目"], figure_headings([*names[:-1], "首位"]))
    for mode, kinds in check.modes.items():
        for kind, figures in kinds.items():
            rows.add_row(MODE_LABELS[mode], _KINDS[kind], *figure_cells(figures, names))
        rows.add_section()
    for kind, means in check.by_chance.items():
        values = [f"{means[name]:.3f}" for name in names]
        queries = str(next(iter(check.modes.values()))[kind].queries)
        rows.add_row("随机", _KINDS[kind], values[0], "", *values[1:], queries)
    console().print(rows)
