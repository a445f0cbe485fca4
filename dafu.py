"""The one command: mounts each package's own Typer app, and turns an error that a user can act on into one sentence."""

import os
import sys
from typing import Annotated, ClassVar, NoReturn

import typer

from corpus import machine
from corpus.cli.echo import say
from corpus.cli.lazy import LazyGroup, Mount
from corpus.cli.usage import App
from corpus.errors import DafuError

_LIBRARIES = ("faiss", "scipy.linalg", "torch")


class Commands(LazyGroup):
    """Every command, by the module that has it."""

    mounts: ClassVar = {
        "parse": Mount("corpus.cli.app", "读取答复，显示从每一份中读出的内容。"),
        "index": Mount("indexer.cli.app", "建立或更新索引。没有变化时什么也不做。", _LIBRARIES),
        "status": Mount("indexer.cli.app", "显示索引的概况。", _LIBRARIES),
        "verify": Mount("indexer.cli.app", "逐项检查索引：大小、校验和、数目、向量、段落位置。", _LIBRARIES),
        "watch": Mount("indexer.cli.app", "一直查看来源，有新增、改动、删除的文件就更新索引。", _LIBRARIES),
        "purge": Mount("indexer.cli.app", "把已移除的答复从磁盘上彻底清除，并核对确已清除。", _LIBRARIES),
        "backup": Mount("indexer.cli.app", "把索引备份成一个文件，服务和更新不必停。", _LIBRARIES),
        "restore": Mount("indexer.cli.app", "从备份恢复索引，并检查恢复的结果。", _LIBRARIES),
        "audit": Mount(
            "indexer.cli.app", "查看审计记录：谁在何时检索、打开、导出了什么，被拒绝了什么，管理员做了什么。"
        ),
        "search": Mount("search_api.cli.app", "查找已有的答复。", _LIBRARIES),
        "match": Mount("search_api.cli.app", "逐条查找一份新提案的诉求在哪些答复里答过。", _LIBRARIES),
        "figures": Mount("search_api.cli.app", "同一指标、单位、地方在不同答复里的数，按时期排列。", _LIBRARIES),
        "lineage": Mount("search_api.cli.app", "同一件事历年怎样答复：前后各份答复，沿用的和改动的句子。", _LIBRARIES),
        "cases": Mount("search_api.cli.app", "办件：正在答复的提案。不带子命令时列出来。", _LIBRARIES),
        "conflicts": Mount(
            "search_api.cli.app", "不同单位的答复互相矛盾的地方：同一指标的不同数，或相反的说明。", _LIBRARIES
        ),
        "serve": Mount("search_api.cli.app", "启动网页和接口服务。", _LIBRARIES),
        "token": Mount("search_api.cli.app", "访问令牌：发放、列出、收回。"),
        "eval": Mount("eval.cli", "评测检索效果。", _LIBRARIES),
    }


app = App("答复：查找政府已经作出的答复。", cls=Commands, add_completion=True)


def _print_version(wanted: bool) -> None:
    if wanted:
        from corpus.cli.version import version  # importlib.metadata takes a third of the time of a help page

        say(f"dafu {version()}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="显示版本。")
    ] = False,
) -> None:
    """Options of the whole program."""


def main() -> None:
    """Run a command. Exit codes: 0 done, 1 failed (one Chinese sentence on stderr), 2 wrong usage, 130 interrupted.

    Whatever a command writes is for the account that runs it alone: libraries make files of their own.
    """
    os.umask(0o077)
    try:
        app()
    except DafuError as error:
        _fail(str(error))
    except Exception as error:
        if (sentence := machine.in_words(error)) is None:
            raise
        _fail(sentence)


def _fail(sentence: str) -> NoReturn:
    sys.unraisablehook = lambda unraisable: None  # a file that could not be written complains once more when it goes
    say(f"错误：{sentence}", err=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
