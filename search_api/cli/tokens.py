"""`dafu token add`, `dafu token list` and `dafu token revoke`.

Each imports what it needs when it runs, so that usage is told at once.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpus.cli.echo import say
from corpus.cli.usage import App
from corpus.errors import DafuError
from indexer.cli.options import Index, Json

if TYPE_CHECKING:
    from search_api.web.access.tokens import Token, TokenStore

app = App("访问令牌：发放、列出、收回。")

_Settings = Annotated[
    Path | None, typer.Option("--settings", envvar="DAFU_SETTINGS", help="设置文件（TOML）", metavar="FILE")
]
_Name = Annotated[str, typer.Argument(help="给谁用：人名、单位或程序名", metavar="NAME")]


@app.command()
def add(
    name: _Name,
    index: Index,
    scope: Annotated[list[str] | None, typer.Option(help="除公开的以外还能看哪个范围，可重复")] = None,
    all_scopes: Annotated[bool, typer.Option("--all-scopes", help="能看所有范围")] = False,
    right: Annotated[
        list[str] | None, typer.Option(help="originals：看原文件和未遮盖的个人信息；admin：看服务器状态。可重复")
    ] = None,
    days: Annotated[int | None, typer.Option(min=1, max=3650, help="多少天后失效；不写则一直有效")] = None,
    settings: _Settings = None,
) -> None:
    """发放一个令牌。它只显示这一次，服务器上只存散列值。"""
    from indexer.upkeep.audit import audited
    from search_api.web.access.users import RIGHTS, rights_of

    if scope and all_scopes:
        raise DafuError("--scope 和 --all-scopes 只能写一种。")
    for unknown in {*(right or ())} - RIGHTS:
        raise DafuError(f"没有“{unknown}”这种权利。可以是 {'、'.join(sorted(RIGHTS))}。")
    scopes = None if all_scopes else tuple(dict.fromkeys(scope or ()))
    with audited(index, "token", f"发放 {name}，权利 {'、'.join(right or ()) or '无'}"):
        secret = _store(index, settings).add(name, scopes, rights_of(right or ()), days)
    say(secret)
    say("请现在就交给使用人：它不会再显示。", err=True)


@app.command("list")
def list_tokens(
    index: Index,
    as_json: Json = False,
    settings: _Settings = None,
) -> None:
    """列出发放过的令牌（不含令牌本身）。"""
    tokens, now = _store(index, settings).tokens(), datetime.now(UTC)
    if as_json:
        facts = [token.model_dump(mode="json", exclude={"sha256"}) for token in tokens]
        say(json.dumps(facts, ensure_ascii=False, indent=2))
    else:
        say("\n".join(_line(token, now) for token in tokens) or "还没有令牌。用 dafu token add 发放。")


@app.command()
def revoke(name: _Name, index: Index, settings: _Settings = None) -> None:
    """收回一个令牌，立即生效，服务不必重启。"""
    from indexer.upkeep.audit import audited

    with audited(index, "token", f"收回 {name}"):
        _store(index, settings).revoke(name)
    say(f"已收回“{name}”的令牌。")


def _store(index: Path, settings: Path | None) -> "TokenStore":
    """The store that the server looks into, too."""
    from search_api.web.access.tokens import TokenStore
    from search_api.web.settings.places import tokens_place
    from search_api.web.settings.sources import load_settings

    return TokenStore(tokens_place(load_settings(index=index, file=settings), index))


def _line(token: "Token", now: datetime) -> str:
    from corpus.types import OPEN_SCOPE

    scopes = "所有范围" if token.scopes is None else "、".join((OPEN_SCOPE, *token.scopes))
    rights = "、".join(token.rights) or "无"
    until = f"{token.expires_at.astimezone():%Y-%m-%d %H:%M} 失效" if token.expires_at else "一直有效"
    expired = "（已过期）" if token.has_expired(now) else ""
    given = f"发放于 {token.created_at.astimezone():%Y-%m-%d}"
    return f"{token.name}  范围：{scopes}  权利：{rights}  {given}  {until}{expired}"
