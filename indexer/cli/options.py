"""Options that several commands have, and what is wrong with their values."""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

INDEX_VARIABLE = "DAFU_INDEX"
"""The environment variable that names the index where no option does."""


def _scope(given: str | None) -> str | None:
    """Raises BadParameter for a name that a column, or a header with several names, could not carry."""
    if given is not None and not re.fullmatch(r"[^\s,，*]{1,40}", given):
        raise typer.BadParameter("应为 1 到 40 个字的名称，不含空格、逗号和 *，例如 内部")
    return given


Index = Annotated[Path, typer.Option("--index", envvar=INDEX_VARIABLE, help="索引文件夹", metavar="DIR")]
Into = Annotated[
    Path, typer.Option("--into", "--index", envvar=INDEX_VARIABLE, help="索引文件夹，没有则新建", metavar="DIR")
]
OptionalIndex = Annotated[Path | None, typer.Option("--index", envvar=INDEX_VARIABLE, help="索引文件夹", metavar="DIR")]
"""For a command that also takes the folder as an argument, see `index_folder`."""
Folder = Annotated[Path | None, typer.Argument(help="索引文件夹，与 --index 一样", metavar="DIR", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON")]
Scope = Annotated[
    str | None,
    typer.Option(
        "--scope", callback=_scope, help="这些来源的可见范围，如 内部、民政；公开 表示人人可见。以后更新时仍然有效"
    ),
]
OnlyReplies = Annotated[
    bool,
    typer.Option("--only-replies", help="不收会议纪要、通知、空表等不是答复的文件；每次更新都要写，不写就把它们收进来"),
]
Keep = Annotated[int, typer.Option("--keep", min=1, help="磁盘上保留多少代索引（含当前一代）；仍有服务在读的旧代不删")]


def index_folder(argument: Path | None, option: Path | None) -> Path:
    """The index that an argument or an option names. An argument overrides the environment variable.

    Raises BadParameter where nothing names one, or where two are named on the command line.
    """
    if argument is None:
        if option is None:
            raise typer.BadParameter(f"缺少选项 --index：请写明它，或设环境变量 {INDEX_VARIABLE}")
        return option
    if option not in (None, argument) and str(option) != os.environ.get(INDEX_VARIABLE):
        raise typer.BadParameter(f"索引文件夹写了两个：{argument} 和 --index {option}。请只写一个")
    return argument


def check_sources(sources: Sequence[Path], into: Path) -> None:
    """Raises BadParameter for a source that is the index itself or lies in it, also through links.

    An index inside its source is fine: the walk over the source passes it over.
    """
    for source in sources:
        place = source.resolve()
        for folder in (place, *place.parents):
            if folder == into.resolve() or (into.exists() and folder.exists() and folder.samefile(into)):
                where = "就是索引文件夹" if folder == place else "在索引文件夹里面"
                raise typer.BadParameter(f"来源 {source} {where} {into}：索引不能是它自己的来源，请另选一个索引文件夹")


def check_widen(widen: bool, scope: str | None) -> None:
    """Raises BadParameter where nothing says to which scope the documents are to be widened."""
    if widen and scope is None:
        raise typer.BadParameter("--widen 要与 --scope 一起用，写明放宽到哪个范围，例如 --scope 公开 --widen")


Words = Annotated[
    Path | None,
    typer.Option("--dictionary", help="本单位用词的词典，jieba 格式（词 频率 词性）；空文件表示不用", metavar="FILE"),
]
EncoderName = Annotated[
    str | None,
    typer.Option(
        "--encoder",
        help="mixed（本档案训练的和通用模型合用，默认）、archive（只用本档案训练的）、general（只用通用模型）、"
        "扩展包提供的编码器名，或 sentence-transformers 模型的文件夹",
    ),
]
