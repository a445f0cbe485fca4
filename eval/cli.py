"""`dafu eval run`, `dafu eval self`, `dafu eval compare`, `dafu eval match` and `dafu eval feedback`."""

from pathlib import Path
from typing import Annotated, get_args

import typer

from eval.bands import measure_bands
from eval.bench.command import bench
from eval.compare import compare_files
from eval.experiment import MODES, Collection, figures_json, run_leg
from eval.feedback import check_outputs, judged, write
from eval.match import measure_match, print_match
from eval.proposals import read_proposals
from eval.reports.outputs import check_folders, write_json
from eval.reports.printing import print_bands, print_comparison, print_halves, print_legs, print_self_check
from eval.reports.recorded import check_name, current_commit, record, result_of
from eval.self_check import self_check
from eval.splits import Rule, by_half, split
from eval.trec import write_run
from indexer.cli.progress import progress_bar
from indexer.engine.protocol import Mode
from indexer.snapshot import open_index
from search_api.searcher import Searcher

app = typer.Typer(no_args_is_help=True, help="评测检索效果。")
app.command()(bench)

Index = Annotated[Path, typer.Option(help="索引文件夹", metavar="DIR")]
Topics = Annotated[Path, typer.Option(help="题目，JSONL：query_id、text、category")]
Judgments = Annotated[Path, typer.Option("--qrels", help="评判，TREC 格式")]
Json = Annotated[Path | None, typer.Option("--json", help="结果写入此文件（JSON）", metavar="OUT")]


@app.callback()
def evaluation() -> None:
    """评测检索效果。"""


@app.command()
def run(
    index: Index,
    topics: Topics,
    qrels: Judgments,
    candidates: Annotated[Path | None, typer.Option(help="候选文档编号，每行一个；其余的不计")] = None,
    modes: Annotated[str, typer.Option(help="检索方式，逗号分隔")] = ",".join(MODES),
    json_out: Json = None,
    runs: Annotated[Path | None, typer.Option(help="把每种方式的排序写入此文件夹（TREC 格式）", metavar="DIR")] = None,
    html: Annotated[Path | None, typer.Option(help="报告写入此文件（一个独立的网页）", metavar="OUT")] = None,
    with_bands: Annotated[bool, typer.Option("--bands", help="另测等级和“没有足够接近的答复”说得对不对")] = False,
    halves: Annotated[
        Rule | None,
        typer.Option(
            help="分两半另报，前一半曾用于选择参数：number 按 query_id 末尾的数字，单数在前一半；"
            "order 按去掉末段的 query_id 排序，第一、三……在前一半"
        ),
    ] = None,
    dataset: Annotated[
        str | None, typer.Option("--record", help="以此名称记入 eval/results，连同当前的提交", metavar="NAME")
    ] = None,
) -> None:
    """在带评判的题目上测量各检索方式。"""
    wanted = _modes(modes)
    collection = Collection.read(topics, qrels, candidates)
    check_folders(json_out, html)
    if halves:
        split(collection.topics, halves)  # before an hour of measuring: whether it can be done
    recorded_as = (check_name(dataset), current_commit()) if dataset else None
    searcher = Searcher(index)
    with progress_bar() as progress:
        legs = [run_leg(searcher, collection, mode, progress) for mode in wanted]
        bands = measure_bands(searcher, collection, halves, progress) if with_bands else None
    of_halves = by_half(legs, collection, halves) if halves else None
    if runs:
        runs.mkdir(parents=True, exist_ok=True)
        for leg in legs:
            write_run(runs / f"{leg.mode}.run", leg.run, leg.mode)
    if json_out:
        write_json(json_out, figures_json(legs))
    if html:
        from eval.reports.report import Names, report  # jinja2 is loaded by this option alone

        names = Names(index.resolve().name, topics.name, qrels.name, candidates.name if candidates else None)
        html.write_text(report(searcher.snapshot, collection, legs, names, bands), encoding="utf-8")
    print_legs(legs, collection)
    if of_halves:
        print_halves(of_halves)
    if bands:
        print_bands(bands)
    if recorded_as:
        typer.echo(f"已记入 {record(result_of(legs, *recorded_as, of_halves, bands))}")


@app.command("self")
def check_itself(index: Index, json_out: Json = None) -> None:
    """用档案自己的标题、来信和诉求自测检索效果，不需要评判。"""
    check_folders(json_out)
    with progress_bar() as progress:
        found = self_check(open_index(index), progress)
    if json_out:
        write_json(json_out, found.to_json())
    print_self_check(found, str(index))


@app.command()
def compare(
    run_a: Annotated[Path, typer.Argument(help="排序 A，TREC 格式", metavar="RUN_A")],
    run_b: Annotated[Path, typer.Argument(help="排序 B，TREC 格式", metavar="RUN_B")],
    qrels: Judgments,
    topics: Annotated[Path | None, typer.Option(help="题目，JSONL；给出则只比较其中的题，并显示题文")] = None,
    json_out: Json = None,
) -> None:
    """比较两个排序：差别是否超出偶然，差在哪些题。"""
    check_folders(json_out)
    comparison, judgments = compare_files(run_a, run_b, qrels, topics)
    if json_out:
        write_json(json_out, {"run_a": run_a.name, "run_b": run_b.name, **comparison.to_json()})
    print_comparison(comparison, str(run_a), str(run_b), judgments)


@app.command()
def match(
    index: Index,
    proposals: Annotated[Path, typer.Option(help="评判过的提案，JSONL", metavar="FILE")],
    json_out: Json = None,
) -> None:
    """测量逐条对照提案：分条对不对，答案找没找到，“没有先例”说得对不对。"""
    check_folders(json_out)
    judged_proposals = read_proposals(proposals)
    with progress_bar() as progress:
        figures = measure_match(open_index(index), judged_proposals, progress)
    if json_out:
        write_json(json_out, {part: of.to_json() for part, of in figures.items()})
    print_match(figures)


@app.command()
def feedback(
    verdicts: Annotated[
        Path, typer.Argument(help="用户的评价：索引文件夹里的 users.sqlite，或旧的 feedback.jsonl", metavar="FILE")
    ],
    topics: Annotated[Path, typer.Option(help="题目写入此文件（JSONL）", metavar="OUT")],
    qrels: Annotated[Path, typer.Option(help="评判写入此文件（TREC 格式）", metavar="OUT")],
    least: Annotated[int, typer.Option(min=1, help="一份答复至少被评过几次才算数")] = 1,
) -> None:
    """把读者的“有用、没用”变成题目和评判，供 dafu eval run 使用。"""
    check_folders(topics, qrels)
    check_outputs(verdicts, topics, qrels)
    found = judged(verdicts, least)
    write(found, topics, qrels)
    for sentence in found.damaged:
        typer.echo(sentence, err=True)
    typer.echo(
        f"评价 {found.verdicts} 条，得到题目 {len(found.topics)} 道，评判 {sum(map(len, found.qrels.values()))} 条；"
        f"没有定论而未计 {found.undecided} 份，损坏而跳过 {len(found.damaged)} 行。"
    )


def _modes(text: str) -> list[Mode]:
    found: list[Mode] = []
    for name in text.split(","):
        matching: list[Mode] = [mode for mode in get_args(Mode) if mode == name.strip()]
        if not matching:
            raise typer.BadParameter(
                f"未知的检索方式“{name}”，可以是 {'、'.join(get_args(Mode))}", param_hint="--modes"
            )
        found += [mode for mode in matching if mode not in found]
    return found
