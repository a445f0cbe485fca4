"""`dafu search`, `dafu match`, `dafu figures`, `dafu cases`, `dafu serve` and `dafu token`.

Each imports what it needs when it runs, so that usage is told at once.
"""

import sys
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpus.cli.echo import say
from corpus.cli.usage import App
from corpus.errors import DafuError
from indexer.cli.options import Index, Json
from indexer.engine.modes import Mode
from search_api.analyses.statuses import STATUS_NAMES, WantedStatus
from search_api.cli.cases import app as cases_app
from search_api.cli.tokens import app as token_app

if TYPE_CHECKING:
    from indexer.snapshot import Snapshot
    from search_api.desk.basket import Basket
    from search_api.desk.sheet import Sheet
    from search_api.desk.sheet.template import Template
    from search_api.match import Match

app = App()
app.add_typer(cases_app, name="cases")
app.add_typer(token_app, name="token")


@app.command()
def search(
    query: Annotated[
        str,
        typer.Argument(help='词语、"短语"、-排除、单位: 年份: 编号: 文号: 类型: 办理:，或一段文字', metavar="QUERY"),
    ],
    index: Index,
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="显示多少份答复")] = 10,
    mode: Annotated[Mode, typer.Option(help="检索方式")] = "hybrid",
    explain: Annotated[bool, typer.Option("--explain", help="说明为什么找到")] = False,
    as_json: Json = False,
) -> None:
    """查找已有的答复。"""
    from indexer.snapshot import open_index
    from search_api.cli import printing
    from search_api.searcher import Searcher

    result = Searcher(open_index(index, checked=True)).search(query, k, mode=mode, explain=explain)
    if as_json:
        say(result.to_json())
    else:
        say(printing.result(result))


@app.command()
def match(
    file: Annotated[
        str, typer.Argument(help="提案文件（docx、doc、wps、pdf、txt 等），或 - 表示标准输入", metavar="FILE|-")
    ],
    index: Index,
    as_json: Json = False,
    docx: Annotated[Path | None, typer.Option(help="把每条诉求最相近的段落写成 Word 文件", metavar="OUT.docx")] = None,
    draft: Annotated[
        Path | None, typer.Option(help="按公文格式起草答复：每条答过的诉求用现行的一段", metavar="OUT.docx")
    ] = None,
) -> None:
    """逐条查找一份新提案的诉求在哪些答复里答过。"""
    from indexer.cli.progress import progress_bar
    from indexer.snapshot import open_index
    from search_api.cli import printing
    from search_api.desk.draft import DRAFT
    from search_api.desk.sheet.template import SHEET
    from search_api.match import match as match_points
    from search_api.match import proposal_of
    from search_api.meaning import meaning_of

    for out in filter(None, (docx, draft)):
        if not out.parent.is_dir():
            raise DafuError(f"结果无法写入 {out}：文件夹 {out.parent} 不存在。请先建立它。")
    text = _proposal(file)
    snapshot = open_index(index, checked=True)
    template = _template(SHEET) if docx else None
    draft_template = _template(DRAFT) if draft else None
    with progress_bar() as progress:
        found = match_points(snapshot, proposal_of(text, meaning_of(snapshot)), partial(progress, "查找诉求"))
    if docx:
        _write_sheet(docx, snapshot, found, template)
    if draft:
        _write_draft(draft, snapshot, found, draft_template)
    say(found.to_json() if as_json else printing.match(found))


@app.command()
def figures(
    index: Index,
    query: Annotated[
        str, typer.Argument(help="词语，用空格分开：指标、地方或答复标题里的字；不写为全部", metavar="[QUERY]")
    ] = "",
    as_json: Json = False,
) -> None:
    """同一指标、单位、地方在不同答复里的数，按时期排列。"""
    import json
    from dataclasses import asdict

    from indexer.snapshot import open_index
    from search_api.analyses.stated import figures as figures_of
    from search_api.cli import printing

    found = figures_of(open_index(index, checked=True), query)
    say(json.dumps([asdict(series) for series in found], ensure_ascii=False) if as_json else printing.figures(found))


@app.command()
def lineage(
    doc_id: Annotated[str, typer.Argument(help="答复的编号，即检索结果的 doc_id", metavar="DOC_ID")],
    index: Index,
    as_json: Json = False,
) -> None:
    """同一件事历年怎样答复：前后各份答复，沿用的和改动的句子。"""
    import json
    from dataclasses import asdict

    from indexer.snapshot import open_index
    from search_api.analyses.lineage import lineage as lineage_of
    from search_api.cli import printing

    snapshot = open_index(index, checked=True)
    entry = snapshot.engine.find(doc_id)
    if entry is None:
        raise DafuError(f"期望索引里有答复 {doc_id}，实际没有。请用 dafu search 查出它的编号。")
    found = lineage_of(snapshot, entry)
    say(json.dumps(asdict(found), ensure_ascii=False) if as_json else printing.lineage(found))


@app.command()
def conflicts(
    index: Index,
    query: Annotated[
        str, typer.Argument(help="词语，用空格分开：事项、引文或答复标题里的字；不写为全部", metavar="[QUERY]")
    ] = "",
    as_json: Json = False,
) -> None:
    """不同单位的答复互相矛盾的地方：同一指标的不同数，或相反的说明。"""
    import json
    from dataclasses import asdict

    from indexer.snapshot import open_index
    from search_api.analyses.conflicts import conflicts as conflicts_of
    from search_api.cli import printing

    found = conflicts_of(open_index(index, checked=True), query)
    say(json.dumps([asdict(each) for each in found], ensure_ascii=False) if as_json else printing.conflicts(found))


@app.command()
def commitments(
    index: Index,
    query: Annotated[
        str, typer.Argument(help="词语，用空格分开：承诺所在段落或答复标题里的字；不写为全部", metavar="[QUERY]")
    ] = "",
    agency: Annotated[str, typer.Option(help="单位名称或其中的几个字", metavar="A")] = "",
    status: Annotated[
        WantedStatus | None,
        typer.Option(help="、".join(f"{status} {name}" for status, name in STATUS_NAMES.items()), metavar="S"),
    ] = None,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="按哪一天判断是否到期，默认今天", metavar="DATE")
    ] = None,
    as_json: Json = False,
) -> None:
    """答复里承诺的事：什么时候办，后来办了没有，以原文为证。"""
    import json
    from dataclasses import asdict

    from indexer.snapshot import open_index
    from search_api.analyses.commitments import Asked
    from search_api.analyses.commitments import commitments as commitments_of
    from search_api.cli import printing

    day = as_of.date() if as_of else date.today()
    asked = Asked(query=query, agency=agency, status=status, as_of=day)
    found = commitments_of(open_index(index, checked=True), asked)
    say(json.dumps([asdict(c) for c in found], ensure_ascii=False) if as_json else printing.commitments(found))


@app.command()
def serve(
    index: Annotated[Path | None, typer.Option("--index", help="索引文件夹", metavar="DIR")] = None,
    host: Annotated[str | None, typer.Option(help="监听地址，默认 127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="端口，默认 8000")] = None,
    settings: Annotated[
        Path | None, typer.Option("--settings", envvar="DAFU_SETTINGS", help="设置文件（TOML）", metavar="FILE")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="只检查设置和索引，列出每项设置及其来源，不启动")] = False,
) -> None:
    """启动网页和接口服务。"""
    from search_api.web.settings import sources as configuration

    layers = configuration.layers(index, host, port, settings)
    if check:
        from search_api.web.settings.checking import check as check_settings

        said, faults = check_settings(layers)
        say(said)
        if faults:
            raise DafuError("\n".join(faults))
        say("可以启动。")
        return
    from search_api.web.server import serve as run_server

    run_server(configuration.settings_of(layers))


def _proposal(file: str) -> str:
    """The text of a file, or of standard input. Raises ReadError."""
    from corpus.readers.encodings import decode
    from corpus.sandbox import READING, Request, text_in

    if file == "-":
        return decode(sys.stdin.buffer.read())
    return text_in(Request(Path(file).absolute(), file), READING)


def _template(kind: "Template") -> Path | None:
    """The Word template of a kind that its setting names in the environment. Raises DafuError for one that cannot be
    used."""
    from search_api.desk.sheet import open_template
    from search_api.web.settings.model import environment

    template = Path(named) if (named := environment().get(kind.setting)) else None
    open_template(template, kind)
    return template


def _write_sheet(path: Path, snapshot: "Snapshot", found: "Match", template: Path | None) -> None:
    """Writes the Word sheet of what was found for each point."""
    from search_api.desk.basket import picked
    from search_api.desk.sheet import to_docx

    _write(path, to_docx(_sheet(snapshot, picked(found)), template))


def _write_draft(path: Path, snapshot: "Snapshot", found: "Match", template: Path | None) -> None:
    """Writes the draft of a reply out of the current answers."""
    from search_api.desk.basket import best_picked
    from search_api.desk.draft import draft_of, to_docx

    _write(path, to_docx(draft_of(snapshot, _sheet(snapshot, best_picked(found))), template))


def _sheet(snapshot: "Snapshot", chosen: "Basket") -> "Sheet":
    from search_api.desk.basket import sheet

    return sheet(snapshot, chosen, date.today(), lambda doc_id, anchor: None)[0]


def _write(path: Path, content: bytes) -> None:
    from indexer.durable import disk_faults, write_atomically

    with disk_faults(path.parent):
        write_atomically(path, content)
