"""Options that several commands have."""

import re
from typing import Annotated

import typer


def _scope(given: str | None) -> str | None:
    """Raises BadParameter for a name that a column or a header of several could not carry."""
    if given is not None and not re.fullmatch(r"[^\s,，*]{1,40}", given):
        raise typer.BadParameter("应为 1 到 40 个字的名称，不含空格、逗号和 *，例如 内部")
    return given


Scope = Annotated[
    str | None,
    typer.Option(
        "--scope", callback=_scope, help="这些来源的可见范围，如 内部、民政；公开 表示人人可见。以后更新时仍然有效"
    ),
]
Keep = Annotated[int, typer.Option("--keep", min=1, help="磁盘上保留多少代索引（含当前一代）；仍有服务在读的旧代不删")]
