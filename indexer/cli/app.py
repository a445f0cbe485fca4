"""`dafu index`, `dafu status`, `dafu verify`."""

import dataclasses
import json
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel

from corpus.errors import DafuError
from corpus.privacy import mask
from indexer.archive import Failure
from indexer.build.generation import Generation
from indexer.build.manifest import Calibration, EncoderInfo
from indexer.build.plan import KEPT_GENERATIONS
from indexer.build.update import BuildOptions, BuildReport, build
from indexer.cli.audit import app as audit_app
from indexer.cli.maintenance import app as care_app
from indexer.cli.options import Keep, Scope
from indexer.cli.progress import progress_bar
from indexer.encoders import EncoderChoice, EncoderError, EncoderSettings
from indexer.upkeep.audit import audited
from indexer.upkeep.verify import verify as find_faults

app = typer.Typer()
app.add_typer(care_app)
app.add_typer(audit_app)

Json = Annotated[bool, typer.Option("--json", help="输出 JSON")]
_LISTED = 20  # unreadable files named one by one on a terminal; --json has them all


@app.command()
def index(
    sources: Annotated[list[Path], typer.Argument(help="答复文件或文件夹", metavar="SOURCE...")],
    into: Annotated[Path, typer.Option("--into", help="索引文件夹，没有则新建", metavar="DIR")],
    encoder: Annotated[
        str | None, typer.Option(help="archive（用本档案训练，默认），或 sentence-transformers 模型的文件夹")
    ] = None,
    query_prompt: Annotated[str | None, typer.Option(help="预训练模型的查询前缀，默认用模型自带的")] = None,
    passage_prompt: Annotated[str | None, typer.Option(help="预训练模型的段落前缀，默认用模型自带的")] = None,
    truncate_dim: Annotated[int | None, typer.Option(min=1, help="预训练模型的向量截断到多少维")] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="预训练模型每批编码多少段，默认 32")] = None,
    device: Annotated[str | None, typer.Option(help="预训练模型使用的设备，如 cpu、cuda")] = None,
    adapt: Annotated[bool, typer.Option("--adapt", help="使预训练模型适应本档案，适配后的模型存入索引")] = False,
    prune: Annotated[bool, typer.Option("--prune", help="文件已不存在的答复从索引中移除")] = False,
    scope: Scope = None,
    retrain: Annotated[bool, typer.Option("--retrain", help="重新训练或适配编码器")] = False,
    keep: Keep = KEPT_GENERATIONS,
    strict: Annotated[bool, typer.Option("--strict", help="有文件无法读取时以失败结束")] = False,
    as_json: Json = False,
) -> None:
    """建立或更新索引。没有变化时什么也不做。"""
    choice = _choice(
        encoder,
        adapt,
        query_prompt=query_prompt,
        passage_prompt=passage_prompt,
        truncate_dim=truncate_dim,
        batch_size=batch_size,
        device=device,
    )
    with audited(into, "index", "、".join(map(str, sources))), progress_bar() as progress:
        report = build(
            sources, into, BuildOptions(choice, prune=prune, retrain=retrain, scope=scope, keep=keep), progress
        )
    if as_json:
        typer.echo(json.dumps(_as_json(report), ensure_ascii=False, indent=1))
    else:
        _print_report(report, pruned=prune)
    if strict and report.failures:
        raise typer.Exit(1)


def _choice(encoder: str | None, adapt: bool, **settings: str | int | None) -> EncoderChoice | None:
    """What the options say of the encoder; options that contradict each other are wrong usage."""
    given = {name: value for name, value in settings.items() if value is not None}
    try:
        return EncoderChoice.from_option(encoder, EncoderSettings.model_validate(given), adapt=adapt)
    except EncoderError as error:
        raise typer.BadParameter(str(error)) from error


@app.command()
def status(folder: Annotated[Path, typer.Argument(help="索引文件夹", metavar="DIR")], as_json: Json = False) -> None:
    """显示索引的概况。"""
    facts = _facts(folder)
    if as_json:
        typer.echo(facts.model_dump_json(indent=1))
        return
    years = "、".join(f"{year} 年 {n} 份" for year, n in facts.years.items())
    typer.echo(
        f"索引 {folder}：第 {facts.generation} 代，建于 {facts.created_at}\n"
        f"答复 {facts.documents} 份，段落 {facts.passages} 个，单位 {facts.agencies} 个，"
        f"占用 {facts.size_bytes / 1e6:.1f} MB\n"
        f"年份：{years or '未知'}\n"
        f"编码器：{_described(facts.encoder)}\n"
        f"自测：{facts.calibration.in_words()}\n"
        f"无法读取的文件：{len(facts.unreadable)} 个"
    )


class _Facts(BaseModel):
    """What `dafu status --json` prints."""

    index: str
    generation: int
    created_at: str
    documents: int
    passages: int
    agencies: int
    years: dict[int, int]
    kinds: dict[str, int]
    encoder: EncoderInfo
    calibration: Calibration
    analyzer_version: str
    format_version: int
    size_bytes: int
    unreadable: list[Failure]


def _facts(folder: Path) -> _Facts:
    generation = Generation.open_current(folder)
    manifest, documents = generation.manifest, generation.engine.entries()
    return _Facts(
        index=str(folder),
        generation=manifest.generation,
        created_at=manifest.created_at,
        documents=manifest.documents,
        passages=manifest.passages,
        agencies=len({d.agency for d in documents if d.agency}),
        years=dict(sorted(Counter(d.year for d in documents if d.year).items())),
        kinds=dict(sorted(Counter(d.kind for d in documents).items())),
        encoder=manifest.encoder,
        calibration=manifest.calibration,
        analyzer_version=manifest.analyzer_version,
        format_version=manifest.format_version,
        size_bytes=sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()),
        unreadable=[_masked(failure) for failure in generation.archive.failures()],
    )


@app.command()
def verify(folder: Annotated[Path, typer.Argument(help="索引文件夹", metavar="DIR")]) -> None:
    """逐项检查索引：大小、校验和、数目、向量、段落位置。"""
    faults = find_faults(folder)
    if faults:
        raise DafuError("索引有以下问题：\n" + "\n".join(f"  {fault}" for fault in faults))
    generation = Generation.open_current(folder)
    typer.echo(
        f"索引完好：第 {generation.number} 代，答复 {generation.manifest.documents} 份，"
        f"段落 {generation.manifest.passages} 个，文件 {len(generation.manifest.files)} 个。"
    )


def _described(encoder: EncoderInfo) -> str:
    adapted = encoder.kind != "archive" and encoder.trained_on is not None
    learnt = f"，已用 {encoder.trained_on} 份答复适配" if adapted else ""
    return f"{encoder.kind}（{encoder.dimension} 维，指纹 {encoder.fingerprint[:12]}{learnt}）"


def _as_json(report: BuildReport) -> dict[str, object]:
    facts = dataclasses.asdict(report)
    for name in ("failures", "skipped"):
        facts[name] = [_masked(Failure(*f))._asdict() for f in facts[name]]
    facts["files_missing"] = [mask(file) for file in report.files_missing]
    facts["same_identity"] = {doc_id: [mask(file) for file in files] for doc_id, files in report.same_identity.items()}
    return facts


def _masked(failure: Failure) -> Failure:
    """Files are named after people, and a reason may quote what stands in one."""
    return Failure(mask(failure.path), mask(failure.reason))


def _print_report(report: BuildReport, *, pruned: bool) -> None:
    if report.built:
        typer.echo(
            f"已建立第 {report.generation} 代索引 {report.index}：答复 {report.documents} 份，段落 {report.passages} 个"
            f"（新增 {report.added}，更新 {report.changed}，移除 {report.removed}）。"
        )
    else:
        typer.echo(f"没有变化，索引 {report.index} 仍是第 {report.generation} 代：答复 {report.documents} 份。")
    typer.echo(f"读取文件 {report.files_read} 个，未变 {report.files_unchanged} 个。")
    if report.files_missing:
        fate = "已移除" if pruned else "仍在索引中，加 --prune 可移除"
        typer.echo(f"有 {len(report.files_missing)} 个文件已不在原处，其中的答复{fate}。")
    for title, failures in (("无法读取", report.failures), ("跳过", report.skipped)):
        if failures:
            typer.echo(f"{title} {len(failures)} 个：")
            for failure in map(_masked, failures[:_LISTED]):
                typer.echo(f"  {failure.path}：{failure.reason.removeprefix(failure.path).lstrip('：')}")
            if len(failures) > _LISTED:
                typer.echo(f"  另有 {len(failures) - _LISTED} 个，详见 --json。")
    for doc_id, files in list(report.same_identity.items())[:_LISTED]:
        names = mask("、".join(Path(file).name for file in files))
        typer.echo(f"同一编号的答复出现在多个文件中，以最后读入的为准：{doc_id}（{names}）")
    for note in report.notes:
        typer.echo(note)
