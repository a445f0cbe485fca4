"""`dafu index`, `dafu status`, `dafu verify`.

Each imports what it needs when it runs, so that usage is told at once.
"""

from pathlib import Path
from typing import Annotated, Any

import typer

from corpus.cli.echo import say
from corpus.cli.options import Ocr
from corpus.cli.usage import App
from corpus.errors import DafuError
from indexer.cli.audit import app as audit
from indexer.cli.maintenance import app as maintenance
from indexer.cli.options import (
    EncoderName,
    Folder,
    Into,
    Json,
    Keep,
    OnlyReplies,
    OptionalIndex,
    Scope,
    Words,
    check_sources,
    check_widen,
    index_folder,
)
from indexer.retention import KEPT_GENERATIONS

app = App()
app.add_typer(maintenance)
app.add_typer(audit)


@app.command()
def index(
    sources: Annotated[list[Path], typer.Argument(help="答复文件或文件夹", metavar="SOURCE...")],
    into: Into,
    encoder: EncoderName = None,
    query_prompt: Annotated[str | None, typer.Option(help="预训练模型的查询前缀，默认用模型自带的")] = None,
    passage_prompt: Annotated[str | None, typer.Option(help="预训练模型的段落前缀，默认用模型自带的")] = None,
    truncate_dim: Annotated[int | None, typer.Option(min=1, help="预训练模型的向量截断到多少维")] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="预训练模型每批编码多少段，默认 32")] = None,
    device: Annotated[str | None, typer.Option(help="语义编码使用的设备，如 cpu、cuda")] = None,
    adapt: Annotated[bool, typer.Option("--adapt", help="使预训练模型适应本档案，适配后的模型存入索引")] = False,
    dictionary: Words = None,
    prune: Annotated[bool, typer.Option("--prune", help="文件已不存在的答复从索引中移除")] = False,
    scope: Scope = None,
    widen: Annotated[
        bool, typer.Option("--widen", help="与 --scope 一起用：放宽以前限制过的答复，不用它就一直限制")
    ] = False,
    retrain: Annotated[bool, typer.Option("--retrain", help="重新训练或适配编码器")] = False,
    only_replies: OnlyReplies = False,
    keep: Keep = KEPT_GENERATIONS,
    ocr: Ocr = "on",
    strict: Annotated[bool, typer.Option("--strict", help="有文件无法读取时以失败结束")] = False,
    as_json: Json = False,
) -> None:
    """建立或更新索引。没有变化时什么也不做。"""
    check_sources(sources, into)
    check_widen(widen, scope)
    from indexer.build.update import BuildOptions
    from indexer.cli.building import build_index, encoder_choice
    from indexer.cli.report import printed
    from indexer.terms.dictionary import Dictionary

    model = {"query_prompt": query_prompt, "passage_prompt": passage_prompt, "truncate_dim": truncate_dim}
    choice = encoder_choice(encoder, adapt, **model, batch_size=batch_size, device=device)
    words = None if dictionary is None else Dictionary.read(dictionary)
    found: dict[str, Any] = {"only_replies": only_replies, "ocr": ocr == "on", "device": device}
    options = BuildOptions(choice, prune, retrain, scope, widen, keep, words, **found)
    report = build_index(sources, into, options)
    say(printed(report, machine=as_json, pruned=prune))
    if strict and report.failures:
        raise typer.Exit(1)


@app.command()
def status(folder: Folder = None, index: OptionalIndex = None, as_json: Json = False) -> None:
    """显示索引的概况。"""
    from indexer.cli.facts import facts_of

    facts = facts_of(index_folder(folder, index))
    say(facts.model_dump_json(indent=1) if as_json else facts.in_words())


@app.command()
def verify(folder: Folder = None, index: OptionalIndex = None) -> None:
    """逐项检查索引：大小、校验和、数目、向量、段落位置。"""
    from indexer.build.generation import Generation
    from indexer.upkeep.verify import verify as find_faults

    chosen = index_folder(folder, index)
    faults = find_faults(chosen)
    if faults:
        raise DafuError("索引有以下问题：\n" + "\n".join(f"  {fault}" for fault in faults))
    generation = Generation.open_current(chosen)
    say(
        f"索引完好：第 {generation.number} 代，答复 {generation.manifest.documents} 份，"
        f"段落 {generation.manifest.passages} 个，文件 {len(generation.manifest.files)} 个。"
    )
