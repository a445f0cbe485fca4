"""`dafu watch`, `dafu purge`, `dafu backup`, `dafu restore`: the maintenance of an index.

Each imports what it needs when it runs, so that usage is told at once.
"""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from corpus.cli.echo import say
from corpus.cli.options import Ocr
from corpus.cli.usage import App
from corpus.errors import DafuError
from indexer.cli.options import (
    INDEX_VARIABLE,
    Folder,
    Into,
    Keep,
    OnlyReplies,
    OptionalIndex,
    Scope,
    check_sources,
    index_folder,
)
from indexer.retention import KEPT_GENERATIONS, RETENTION_DAYS

app = App()


@app.command()
def watch(
    sources: Annotated[list[Path], typer.Argument(help="答复文件或文件夹，可以是网络共享", metavar="SOURCE...")],
    into: Into,
    every: Annotated[float, typer.Option(min=0.05, help="每隔多少秒查看一次来源")] = 60.0,
    settle: Annotated[float, typer.Option(min=0.0, help="文件多少秒不再变化才读，以免读到没有复制完的文件")] = 10.0,
    once: Annotated[bool, typer.Option("--once", help="只更新一次就结束")] = False,
    scope: Scope = None,
    only_replies: OnlyReplies = False,
    keep: Keep = KEPT_GENERATIONS,
    ocr: Ocr = "on",
    purge_after: Annotated[
        int, typer.Option(min=0, help="来源中已没有的答复，多少天后从磁盘上清除；0 表示不自动清除")
    ] = RETENTION_DAYS,
) -> None:
    """一直查看来源，有新增、改动、删除的文件就更新索引。"""
    check_sources(sources, into)
    from indexer.build.update import BuildOptions
    from indexer.upkeep.watch import Watch, WatchOptions

    build = BuildOptions(scope=scope, keep=keep, only_replies=only_replies, ocr=ocr == "on")
    Watch(sources, into, WatchOptions(every, settle, once, purge_after or None, build), _say).run()


def _say(sentence: str) -> None:
    from corpus.privacy import mask

    say(f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S} {mask(sentence)}", err=True)


@app.command()
def purge(
    folder: Folder = None,
    index: OptionalIndex = None,
    older_than: Annotated[int, typer.Option(min=0, help="移除了多少天以上的才清除", metavar="DAYS")] = RETENTION_DAYS,
    doc_id: Annotated[list[str] | None, typer.Option(help="只清除这一份，不等期限；可重复", metavar="ID")] = None,
    now: Annotated[bool, typer.Option("--now", help="不等期限，全部清除")] = False,
    superseded: Annotated[bool, typer.Option("--superseded", help="连同仍在的答复以前的版本")] = False,
) -> None:
    """把已移除的答复从磁盘上彻底清除，并核对确已清除。"""
    from indexer.cli.progress import progress_bar
    from indexer.upkeep.audit import audited
    from indexer.upkeep.purge import Purge
    from indexer.upkeep.purge import purge as take_out

    chosen = index_folder(folder, index)
    wanted = Purge(0 if now else older_than, tuple(doc_id or ()), superseded)
    with audited(chosen, "purge", "、".join(doc_id or ()) or None), progress_bar() as progress:
        done = take_out(chosen, wanted, progress)
    for line in done.lines:
        say(line)


@app.command()
def backup(
    paths: Annotated[
        list[Path],
        typer.Argument(help="备份文件，如 dafu.zip，已有的会被替换；也可以在前面写索引", metavar="[DIR] FILE"),
    ],
    index: OptionalIndex = None,
) -> None:
    """把索引备份成一个文件，服务和更新不必停。"""
    from indexer.cli.progress import progress_bar
    from indexer.upkeep.audit import audited
    from indexer.upkeep.backup import backup as write_backup

    *before, file = _one_or_two(paths)
    folder = index_folder(before[0] if before else None, index)
    with audited(folder, "backup", str(file)), progress_bar() as progress:
        saved = write_backup(folder, file, progress)
    say(
        f"已备份第 {saved.generation} 代索引：答复 {saved.documents} 份，文件 {saved.files} 个，"
        f"{saved.size / 1e6:.1f} MB，写入 {file}。"
    )


@app.command()
def restore(
    paths: Annotated[
        list[Path], typer.Argument(help="dafu backup 做的文件；索引也可以写在它后面", metavar="FILE [DIR]")
    ],
    index: Annotated[
        Path | None,
        typer.Option("--index", envvar=INDEX_VARIABLE, help="恢复到哪个文件夹，须不存在或是空的", metavar="DIR"),
    ] = None,
) -> None:
    """从备份恢复索引，并检查恢复的结果。"""
    from indexer.cli.progress import progress_bar
    from indexer.upkeep.audit import audited
    from indexer.upkeep.backup import restore as put_back
    from indexer.upkeep.verify import verify

    file, *after = _one_or_two(paths)
    folder = index_folder(after[0] if after else None, index)
    with progress_bar() as progress:
        files = put_back(file, folder, progress)
    with audited(folder, "restore", str(file)):  # not before: the folder must be empty
        if faults := verify(folder):
            raise DafuError(
                f"备份中的 {files} 个文件都已恢复到 {folder}，但索引有以下问题：\n"
                + "\n".join(f"  {fault}" for fault in faults)
            )
    say(f"已恢复 {files} 个文件到 {folder}，检查完好。")


def _one_or_two(paths: list[Path]) -> list[Path]:
    """Raises BadParameter for more."""
    if len(paths) > 2:
        raise typer.BadParameter(f"多出了参数 {' '.join(map(str, paths[2:]))}")
    return paths
