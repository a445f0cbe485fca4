"""`dafu eval run`: what the legs are worth on judged topics."""

import json
from pathlib import Path
from typing import Annotated, get_args

import typer
from rich.console import Console
from rich.table import Table

from corpus.errors import DafuError
from eval.experiment import run_topics
from eval.measures import MEASURES, Figures, measure
from eval.trec import read_candidates, read_qrels, read_topics, write_run
from search_api.engine import Searcher
from search_api.types import Mode

app = typer.Typer(no_args_is_help=True, help="评测检索效果。")


@app.callback()
def evaluation() -> None:
    """评测检索效果。"""


@app.command()
def run(
    index: Annotated[Path, typer.Option(help="索引文件夹", metavar="DIR")],
    topics: Annotated[Path, typer.Option(help="题目，JSONL：query_id、text、category")],
    qrels: Annotated[Path, typer.Option(help="评判，TREC 格式")],
    candidates: Annotated[Path | None, typer.Option(help="候选文档编号，每行一个；其余的不计")] = None,
    modes: Annotated[str, typer.Option(help="检索方式，逗号分隔")] = "lexical,vector,hybrid",
    json_out: Annotated[Path | None, typer.Option("--json", help="结果写入此文件（JSON）", metavar="OUT")] = None,
    runs: Annotated[Path | None, typer.Option(help="把每种方式的排序写入此文件夹（TREC 格式）", metavar="DIR")] = None,
) -> None:
    """在带评判的题目上测量各检索方式。"""
    wanted = _modes(modes)
    asked, judged = read_topics(topics), read_qrels(qrels)
    kept = read_candidates(candidates) if candidates else None
    if not any(topic.query_id in judged for topic in asked):
        raise DafuError(f"{topics} 的题目都不在 {qrels} 的评判中：请检查两个文件的 query_id 是否一致。")
    if json_out and not json_out.parent.is_dir():
        raise DafuError(f"结果无法写入 {json_out}：文件夹 {json_out.parent} 不存在。请先建立它。")
    searcher = Searcher(index)
    figures: dict[str, dict[str, Figures]] = {}
    for mode in wanted:
        ranking = run_topics(searcher, asked, mode, kept)
        figures[mode] = measure(ranking, judged, asked)
        if runs:
            runs.mkdir(parents=True, exist_ok=True)
            write_run(runs / f"{mode}.run", ranking, mode)
    if json_out:
        json_out.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    _print(figures)


def _modes(text: str) -> list[Mode]:
    found: list[Mode] = []
    for name in text.split(","):
        matching: list[Mode] = [mode for mode in get_args(Mode) if mode == name.strip()]
        if not matching:
            raise typer.BadParameter(
                f"未知的检索方式“{name}”，可以是 {'、'.join(get_args(Mode))}", param_hint="--modes"
            )
        found += matching
    return found


def _print(figures: dict[str, dict[str, Figures]]) -> None:
    table = Table("方式", "类别", *map(str, MEASURES), "题数")
    for mode, by_category in figures.items():
        for category, values in by_category.items():
            table.add_row(mode, category, *(f"{values[str(m)]:.3f}" for m in MEASURES), str(int(values["queries"])))
    Console().print(table)
