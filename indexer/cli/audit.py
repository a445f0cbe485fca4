"""`dafu audit`. It imports what it needs when it runs, so that usage is told at once."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from corpus.cli.echo import say
from corpus.cli.usage import App
from indexer.cli.options import OptionalIndex, index_folder
from indexer.upkeep.actions import ACTIONS

app = App()

_DAY = ["%Y-%m-%d"]


@app.command()
def audit(
    folder: Annotated[
        Path | None, typer.Argument(help="索引文件夹，或设置 DAFU_AUDIT 指向的文件夹", metavar="DIR")
    ] = None,
    index: OptionalIndex = None,
    since: Annotated[datetime | None, typer.Option(formats=_DAY, help="从哪一天起，例如 2025-01-31")] = None,
    until: Annotated[datetime | None, typer.Option(formats=_DAY, help="到哪一天止（含当天）")] = None,
    user: Annotated[str | None, typer.Option("--user", "--reader", help="只列这个用户", metavar="NAME")] = None,
    action: Annotated[
        str | None, typer.Option(help=f"只列这种操作：{'、'.join(ACTIONS)}，也可以写中文", metavar="ACTION")
    ] = None,
    doc_id: Annotated[str | None, typer.Option("--doc-id", help="只列涉及这份答复的", metavar="ID")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="每行输出一条 JSON")] = False,
    summary: Annotated[bool, typer.Option("--summary", help="按日、用户、操作计数")] = False,
) -> None:
    """查看审计记录：谁在何时检索、打开、导出了什么，被拒绝了什么，管理员做了什么。"""
    from indexer.upkeep.audit import report

    if action is not None and action not in {*ACTIONS, *ACTIONS.values()}:
        raise typer.BadParameter(f"没有“{action}”这种操作：可以是 {'、'.join(ACTIONS)}", param_hint="--action")
    selection = report.Selection(_day(since), _day(until), user, action, doc_id)
    lines = report.read(report.folder_in(index_folder(folder, index)), lambda sentence: say(sentence, err=True))
    events = (event for event in lines if event in selection)
    if summary:
        say(report.summary(events))
        return
    for event in events:
        say(event.model_dump_json(exclude_none=True) if as_json else report.in_words(event))


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None
