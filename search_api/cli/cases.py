"""`dafu cases`: lists the cases, takes in a season's proposals, and purges what is done with.

Each imports what it needs when it runs, so that usage is told at once.
"""

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpus.cli.echo import say
from corpus.cli.usage import App
from corpus.errors import DafuError
from indexer.cli.options import Index, Json, OptionalIndex, index_folder

if TYPE_CHECKING:
    from search_api.desk.cases.model import Case
    from search_api.desk.cases.store import CaseStore, Person

app = App("办件：正在答复的提案。不带子命令时列出来。", no_args_is_help=False)

_User = Annotated[
    str | None, typer.Option("--user", help="谁的办件：令牌或登录网关里的名字；不写为本机", metavar="NAME")
]
_Day = Annotated[str | None, typer.Option(help="日期，如 2027-03-31", metavar="DATE")]


@app.callback(invoke_without_command=True)
def cases(context: typer.Context, index: OptionalIndex = None, user: _User = None, as_json: Json = False) -> None:
    """列出办件：期限、进度、还没有选用材料的诉求。"""
    if context.invoked_subcommand:
        return
    folder = index_folder(None, index)
    found = _store(folder).of(_person(folder, user))
    if as_json:
        say(json.dumps([_summary(case) for case in found], ensure_ascii=False, indent=1))
    else:
        say("\n".join(map(_line, found)) or "还没有办件。用 dafu cases import 导入，或在网页的“办件”里新建。")


@app.command("import")
def import_cases(
    place: Annotated[
        Path, typer.Argument(help="放提案的文件夹，或列出提案的表格（.xlsx、.xls、.et）", metavar="FOLDER|XLSX")
    ],
    index: Index,
    user: _User = None,
    deadline: _Day = None,
    scope: Annotated[
        str | None, typer.Option(help="哪个范围的人都可以一起办理，如 民政；不写则只有本人", metavar="SCOPE")
    ] = None,
) -> None:
    """把一批提案各建一份办件，并与档案对照。已经有的不再建。"""
    from indexer.snapshot import open_index
    from indexer.upkeep.audit import audited
    from search_api.desk.cases.following import compared
    from search_api.desk.cases.importing import incoming, take_in
    from search_api.meaning import meaning_of

    day, store, person = _day(deadline), _store(index), _person(index, user)
    snapshot = open_index(index, checked=True).seen_by(person.scopes)
    faults = 0
    with audited(index, "cases", f"导入办件：{place.name}"):
        for one in take_in(store, person, incoming(place), meaning_of(snapshot), day, scope):
            if one.case:
                store.compare(one.case, compared(snapshot, one.case))
                say(_line(store.get(one.case.case_id, person)))
            elif one.known:
                say(f"{one.name}：已有这份办件（{one.known.case_id}），没有再建。")
            else:
                faults += 1
                say(one.fault, err=True)
    if faults:
        raise DafuError(f"{faults} 份提案没有读出来，原因见上；其余的已经建好。")


@app.command()
def purge(
    index: Index,
    case_ids: Annotated[list[str] | None, typer.Argument(help="办件的编号", metavar="[CASE]...")] = None,
    done_before: Annotated[
        str | None, typer.Option("--done-before", help="在这一天以前办结的全部清除", metavar="DATE")
    ] = None,
) -> None:
    """彻底清除办件：内容、备注、修改记录都不留下。"""
    from indexer.upkeep.audit import audited

    store, wanted = _store(index), set(case_ids or ())
    known = store.all()
    if unknown := wanted - {case.case_id for case in known}:
        raise DafuError(f"没有编号为 {'、'.join(sorted(unknown))} 的办件。编号见 dafu cases --index DIR --json。")
    if last := _day(done_before):
        wanted |= {case.case_id for case in known if case.status == "done" and case.changed_at.date() < last}
    if not wanted:
        raise DafuError("期望写明要清除哪些办件：编号，或 --done-before 日期；实际没有一份符合。")
    with audited(index, "cases", f"清除办件 {len(wanted)} 份"):
        store.purge(sorted(wanted))
    say(f"清除了 {len(wanted)} 份办件。")


def _store(index: Path) -> "CaseStore":
    from indexer.paths import IndexPaths
    from search_api.desk.cases.store import CaseStore

    return CaseStore(IndexPaths(index).users)


def _person(index: Path, name: str | None) -> "Person":
    """Of a token's holder its scopes; anyone else, whom only the gateway knows, sees what is open."""
    from corpus.types import OPEN_SCOPE
    from indexer.paths import IndexPaths
    from search_api.desk.cases.store import Person
    from search_api.web.access.tokens import TokenStore
    from search_api.web.access.users import LOCAL

    if name in (None, LOCAL.name):
        return Person(LOCAL.name, None)
    held = next((token.user() for token in TokenStore(IndexPaths(index).users).tokens() if token.name == name), None)
    return Person(held.name, held.scopes) if held else Person(str(name), frozenset({OPEN_SCOPE}))


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise typer.BadParameter(f"日期应写成 2027-03-31 这样，实际是“{text}”") from error


def _line(case: "Case") -> str:
    from search_api.desk.cases.model import STATUS_NAMES

    deadline = f"期限 {case.deadline.isoformat()}" if case.deadline else "没有期限"
    of = f"诉求 {len(case.content.points)} 条，{len(case.open_points)} 条还没有选用材料"
    unsure = f"，{len(case.of_closeness('uncertain'))} 条没有把握" if case.of_closeness("uncertain") else ""
    return f"{case.case_id}  {STATUS_NAMES[case.status]}  {deadline}  {case.title}（{of}{unsure}）"


def _summary(case: "Case") -> dict[str, object]:
    return {
        "case_id": case.case_id,
        "title": case.content.title,
        "number": case.content.number,
        "status": case.status,
        "deadline": case.deadline.isoformat() if case.deadline else None,
        "owner": case.owner,
        "points": len(case.content.points),
        "open": case.open_points,
        "uncertain": case.of_closeness("uncertain"),
        "none": case.of_closeness("none"),
        "news": len(case.compared.news) if case.compared else 0,
    }
