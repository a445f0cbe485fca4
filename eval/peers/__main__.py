"""`python -m eval.peers`: compares dafu's retrieval modes with its peers on one collection, in one table."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from corpus.cli.echo import say
from corpus.errors import DafuError
from eval.experiment import Collection
from eval.peers.experiment import our_rows, peer_row, run_peer
from eval.peers.material import Part, Unit, passages_of, queries_of
from eval.peers.protocol import PEERS, load, version
from eval.reports.outputs import check_folders, write_json
from eval.reports.terminal.peers import print_table
from eval.trec import write_run
from indexer.cli.progress import progress_bar
from indexer.snapshot import open_index
from search_api.searcher import Searcher

app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)


@app.command()
def peers(
    index: Annotated[Path, typer.Option(help="索引文件夹", metavar="DIR")],
    topics: Annotated[Path, typer.Option(help="题目，JSONL：query_id、text、category")],
    qrels: Annotated[Path, typer.Option(help="评判，TREC 格式")],
    runs: Annotated[Path, typer.Option(help="把每个排序写入此文件夹（TREC 格式）", metavar="DIR")],
    candidates: Annotated[Path | None, typer.Option(help="候选文档编号，每行一个；其余的不计")] = None,
    without: Annotated[str, typer.Option(help="不计的题目类别，逗号分隔，例如 number")] = "",
    names: Annotated[str, typer.Option("--peers", help="同类程序，逗号分隔")] = ",".join(PEERS),
    unit: Annotated[Unit, typer.Option(help="交给同类程序的单位：段落，或整份答复")] = "passage",
    part: Annotated[
        Part, typer.Option("--vectors", help="交给同类程序的向量：索引的整个向量，或只要其中语义编码器的部分")
    ] = "all",
    json_out: Annotated[Path | None, typer.Option("--json", help="结果写入此文件（JSON）", metavar="OUT")] = None,
) -> None:
    """同一批段落、向量和题目：dafu 与同类程序各自的检索效果。"""
    chosen = {name: load(name) for name in _names(names)}
    collection = _without(Collection.read(topics, qrels, candidates), without)
    runs.mkdir(parents=True, exist_ok=True)
    check_folders(json_out)
    searcher = Searcher(open_index(index))
    passages = passages_of(searcher.snapshot, unit, part)
    queries = queries_of(searcher.snapshot, collection.topics, part)
    with progress_bar() as progress:
        rows = our_rows(searcher, collection, progress)
        for row in rows:
            write_run(runs / f"{row.name}.run", row.run, row.name)
        ours = rows[-1].run
        for name, peer in chosen.items():
            run = run_peer(name, peer, passages, queries, collection, progress)
            write_run(runs / f"{name}.run", run, name)
            rows.append(peer_row(name, run, ours, collection))
    if json_out:
        versions = sorted({version(name) for name in chosen})
        result = {
            "unit": unit,
            "vectors": part,
            "versions": versions,
            "runs": {row.name: row.to_json() for row in rows},
        }
        write_json(json_out, result)
    print_table(rows)


def _names(text: str) -> list[str]:
    names = list(dict.fromkeys(name.strip() for name in text.split(",")))
    if unknown := [name for name in names if name not in PEERS]:
        raise typer.BadParameter(f"没有“{unknown[0]}”，可以是 {'、'.join(PEERS)}", param_hint="--peers")
    return names


def _without(collection: Collection, categories: str) -> Collection:
    left_out = {name.strip() for name in categories.split(",") if name.strip()}
    if unknown := sorted(left_out - {topic.category for topic in collection.topics}):
        raise typer.BadParameter(f"题目中没有类别“{unknown[0]}”", param_hint="--without")
    return replace(collection, topics=tuple(t for t in collection.topics if t.category not in left_out))


if __name__ == "__main__":
    try:
        app(prog_name="python -m eval.peers")
    except DafuError as error:
        say(f"错误：{error}", err=True)
        sys.exit(1)
