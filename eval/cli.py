"""The commands of `dafu eval`. Each imports what it needs when it runs, so that usage is told at once."""

from pathlib import Path
from typing import Annotated, get_args

import typer

from corpus.cli.echo import say
from corpus.cli.usage import App
from eval.bench.command import bench
from eval.choices import PARTS, Measure, Rule
from indexer.cli.options import Index
from indexer.engine.modes import Mode

app = App()
commands = App("评测检索效果。")
app.add_typer(commands, name="eval")
commands.command()(bench)

_MODES = "lexical,vector,hybrid"

Topics = Annotated[Path, typer.Option(help="题目，JSONL：query_id、text、category")]
Judgments = Annotated[Path, typer.Option("--qrels", help="评判，TREC 格式")]
Candidates = Annotated[Path | None, typer.Option(help="候选文档编号，每行一个；其余的不计")]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help="改动排序参数，可重复：kinds.words=0；几个值用逗号分隔，各为一行；几个参数一起改用 + 连接",
        metavar="参数=值",
    ),
]
Without = Annotated[
    list[str] | None,
    typer.Option(help=f"去掉一个部分，可重复；几个一起去掉用 + 连接：{'、'.join(PARTS)}", metavar="部分"),
]
Json = Annotated[Path | None, typer.Option("--json", help="结果写入此文件（JSON）", metavar="OUT")]


@commands.command()
def run(
    index: Index,
    topics: Topics,
    qrels: Judgments,
    candidates: Candidates = None,
    modes: Annotated[str, typer.Option(help="检索方式，逗号分隔")] = _MODES,
    json_out: Json = None,
    runs: Annotated[Path | None, typer.Option(help="把每种方式的排序写入此文件夹（TREC 格式）", metavar="DIR")] = None,
    html: Annotated[Path | None, typer.Option(help="报告写入此文件（一个独立的网页）", metavar="OUT")] = None,
    with_bands: Annotated[bool, typer.Option("--bands", help="另测等级和“没有足够接近的答复”说得对不对")] = False,
    split_rule: Annotated[
        Rule | None,
        typer.Option(
            "--split",
            help="分开发集和测试集另报，参数是在开发集上选定的：number 按 query_id 末尾的数字，单数为开发集；"
            "order 按去掉末段的 query_id 排序，第一、三……为开发集",
        ),
    ] = None,
    halves: Annotated[Rule | None, typer.Option("--halves", hidden=True, help="--split 的旧称")] = None,
    dataset: Annotated[
        str | None, typer.Option("--record", help="以此名称记入 eval/results，连同当前的提交", metavar="NAME")
    ] = None,
) -> None:
    """在带评判的题目上测量各检索方式。"""
    from eval.running import Judged, Outputs, Wanted
    from eval.running import run as measure_runs

    wanted = Wanted(tuple(_modes(modes, "--modes")), split_rule or halves, with_bands, dataset)
    recorded = measure_runs(index, Judged(topics, qrels, candidates), wanted, Outputs(json_out, runs, html))
    if recorded:
        say(f"已记入 {recorded}")


@commands.command("ablate")
def ablate_ranking(
    index: Index,
    topics: Topics,
    qrels: Judgments,
    candidates: Candidates = None,
    settings: Settings = None,
    without: Without = None,
    mode: Annotated[str, typer.Option(help="检索方式，逗号分隔")] = "hybrid",
    split_rule: Annotated[Rule | None, typer.Option("--split", help="分开发集和测试集各列一表")] = None,
    measure: Annotated[Measure, typer.Option(help="显示的指标")] = "nDCG@10",
    json_out: Json = None,
) -> None:
    """每次改动一个排序参数或去掉一个部分，测量效果差多少；什么都不指定则逐个去掉每个部分。"""
    from eval.ablation import ablate, ablation_json, searcher_runs, variants_of
    from eval.experiment import Collection
    from eval.reports.outputs import check_folders, write_json
    from eval.reports.terminal.ablation import print_ablation
    from indexer.cli.progress import progress_bar
    from indexer.snapshot import open_index
    from search_api.searcher import Searcher

    check_folders(json_out)
    modes = _modes(mode, "--mode")
    collection = Collection.read(topics, qrels, candidates)
    searcher = Searcher(open_index(index))
    parameters = searcher.snapshot.ranking
    variants = variants_of(parameters, settings or (), without or ())
    with progress_bar() as progress:
        run_with = searcher_runs(searcher, collection, progress)
        ablation = ablate(run_with, collection, parameters, variants, modes, split_rule)
    if json_out:
        write_json(json_out, ablation_json(ablation, parameters))
    print_ablation(ablation, measure)


@commands.command("self")
def check_itself(index: Index, json_out: Json = None) -> None:
    """用档案自己的标题、来信和诉求自测检索效果，不需要评判。"""
    from eval.reports.outputs import check_folders, write_json
    from eval.reports.terminal.self_check import print_self_check
    from eval.self_check import self_check
    from indexer.cli.progress import progress_bar
    from indexer.snapshot import open_index

    check_folders(json_out)
    with progress_bar() as progress:
        found = self_check(open_index(index), progress)
    if json_out:
        write_json(json_out, found.to_json())
    print_self_check(found, str(index))


@commands.command()
def compare(
    run_a: Annotated[Path, typer.Argument(help="排序 A，TREC 格式", metavar="RUN_A")],
    run_b: Annotated[Path, typer.Argument(help="排序 B，TREC 格式", metavar="RUN_B")],
    qrels: Judgments,
    topics: Annotated[Path | None, typer.Option(help="题目，JSONL；给出则只比较其中的题，并显示题文")] = None,
    json_out: Json = None,
) -> None:
    """比较两个排序：差别是否超出偶然，差在哪些题。"""
    from eval.compare import compare_files
    from eval.reports.outputs import check_folders, write_json
    from eval.reports.terminal.compare import print_comparison

    check_folders(json_out)
    comparison, judgments = compare_files(run_a, run_b, qrels, topics)
    if json_out:
        write_json(json_out, {"run_a": run_a.name, "run_b": run_b.name, **comparison.to_json()})
    print_comparison(comparison, str(run_a), str(run_b), judgments)


@commands.command()
def match(
    index: Index,
    proposals: Annotated[Path, typer.Option(help="评判过的提案，JSONL", metavar="FILE")],
    json_out: Json = None,
) -> None:
    """测量逐条对照提案：分条对不对，答案找没找到，“没有先例”说得对不对。"""
    from eval.match import measure_match
    from eval.proposals import read_proposals
    from eval.reports.outputs import check_folders, write_json
    from eval.reports.terminal.match import print_match
    from indexer.cli.progress import progress_bar
    from indexer.snapshot import open_index

    check_folders(json_out)
    judged_proposals = read_proposals(proposals)
    with progress_bar() as progress:
        figures = measure_match(open_index(index), judged_proposals, progress)
    if json_out:
        write_json(json_out, {part: of.to_json() for part, of in figures.items()})
    print_match(figures)


@commands.command("parse")
def check_parsing(
    archive: Annotated[Path, typer.Argument(help="答复所在的文件夹或文件", metavar="ARCHIVE")],
    expected: Annotated[Path, typer.Option(help="人工核对的记录，JSON：文件、字段、值", metavar="FILE")],
    json_out: Json = None,
) -> None:
    """逐个字段核对读出的内容：与人工记录相比，哪些对、哪些错、哪些漏了、哪些多出来。"""
    from eval.parse import measure_parse, read_record
    from eval.reports.outputs import check_folders, write_json
    from eval.reports.terminal.parse import print_parse

    check_folders(json_out)
    figures = measure_parse(archive, read_record(expected))
    if json_out:
        write_json(json_out, figures.to_json())
    print_parse(figures)


@commands.command()
def facts(
    archive: Annotated[Path, typer.Argument(help="档案文件夹", metavar="ARCHIVE")],
    judged: Annotated[Path, typer.Option(help="人工评判所在的文件夹", metavar="DIR")],
    index: Annotated[Path | None, typer.Option("--index", help="档案的索引，核对现行口径时要用", metavar="DIR")] = None,
    json_out: Json = None,
) -> None:
    """核对从档案里读出的事实：数据的值、单位、时期，哪些是同一序列，哪些答复现行有效。"""
    from eval.facts import measure_facts
    from eval.reports.outputs import check_folders, write_json
    from eval.reports.terminal.facts import print_facts

    check_folders(json_out)
    figures = measure_facts(archive, judged, index)
    if json_out:
        write_json(json_out, figures.to_json())
    print_facts(figures)


@commands.command()
def feedback(
    verdicts: Annotated[
        Path, typer.Argument(help="用户的评价：索引文件夹里的 users.sqlite，或旧的 feedback.jsonl", metavar="FILE")
    ],
    topics: Annotated[Path, typer.Option(help="题目写入此文件（JSONL）", metavar="OUT")],
    qrels: Annotated[Path, typer.Option(help="评判写入此文件（TREC 格式）", metavar="OUT")],
    least: Annotated[int, typer.Option(min=1, help="一份答复至少被评过几次才算数")] = 1,
) -> None:
    """把用户的“有用、没用”变成题目和评判，供 dafu eval run 使用。"""
    from eval.feedback import check_outputs, judged, write
    from eval.reports.outputs import check_folders

    check_folders(topics, qrels)
    check_outputs(verdicts, topics, qrels)
    found = judged(verdicts, least)
    write(found, topics, qrels)
    for sentence in found.damaged:
        say(sentence, err=True)
    say(
        f"评价 {found.verdicts} 条，得到题目 {len(found.topics)} 道，评判 {sum(map(len, found.qrels.values()))} 条；"
        f"没有定论而未计 {found.undecided} 份，损坏而跳过 {len(found.damaged)} 行。"
    )


def _modes(text: str, option: str) -> list[Mode]:
    """The modes that a list names, each once. Raises BadParameter for a word that is none."""
    found: list[Mode] = []
    for name in text.split(","):
        matching: list[Mode] = [mode for mode in get_args(Mode) if mode == name.strip()]
        if not matching:
            raise typer.BadParameter(f"未知的检索方式“{name}”，可以是 {'、'.join(get_args(Mode))}", param_hint=option)
        found += [mode for mode in matching if mode not in found]
    return found
