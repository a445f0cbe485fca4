"""Takes in a season's proposals: a folder with a file each, or a workbook with a row each."""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from corpus import sandbox
from corpus.errors import DafuError, ReadError
from corpus.proposals import Meaning, Proposal
from corpus.sources import find_files
from corpus.types import SeasonRow
from search_api.desk.cases.model import Case, CasePoint, Content
from search_api.desk.cases.store import CaseStore, Person
from search_api.match import proposal_of

WORKBOOKS = (".xlsx", ".xls", ".et")


class Incoming(NamedTuple):
    """A proposal that came in, or why it could not be read; `name` is that of its file or row."""

    name: str
    text: str = ""
    number: str = ""
    deadline: date | None = None
    fault: str = ""


class Imported(NamedTuple):
    """What became of one: the case, the case that was there already, or why there is none."""

    name: str
    case: Case | None = None
    known: Case | None = None
    fault: str = ""


def incoming(place: Path) -> Iterator[Incoming]:
    """The proposals of a folder or workbook. Raises DafuError where there is neither, or nothing in it."""
    if place.is_file() and place.suffix.lower() in WORKBOOKS:
        rows = sandbox.season_in(sandbox.Request(place.absolute(), place.name), sandbox.READING)
        yield from of_rows(rows)
        return
    files = find_files([place]).files if place.is_dir() else ()
    if not files:
        raise DafuError(
            f"期望一个放提案的文件夹，或一个列出提案的表格（.xlsx、.xls、.et），实际 {place} 不是。请检查路径。"
        )
    for file in files:
        try:
            text = sandbox.text_in(sandbox.Request(file.path.absolute(), file.relative), sandbox.READING)
            yield Incoming(file.relative, text)
        except ReadError as error:
            yield Incoming(file.relative, fault=str(error))


def of_rows(rows: Iterable[SeasonRow]) -> Iterator[Incoming]:
    """The rows of a workbook."""
    for row in rows:
        deadline = date.fromisoformat(row.deadline) if row.deadline else None
        yield Incoming(row.title or row.number, row.text, row.number, deadline)


def content_of(text: str, number: str = "", meaning: Meaning | None = None) -> Content:
    """A proposal taken apart, as a case has it. Raises QueryError for a blank text and one that is too long."""
    content = content_from(proposal_of(text, meaning), text)
    return content.model_copy(update={"number": number}) if number else content


def content_from(proposal: Proposal, source: str) -> Content:
    """A proposal that was taken apart, as a case has it."""
    points = tuple(CasePoint(**point.model_dump()) for point in proposal.points)
    return Content(
        title=proposal.title, number=proposal.number, preamble=proposal.preamble, source=source, points=points
    )


def take_in(
    store: CaseStore,
    by: Person,
    proposals: Iterable[Incoming],
    meaning: Meaning | None = None,
    deadline: date | None = None,
    scope: str | None = None,
) -> Iterator[Imported]:
    """Makes a case of each, but for those whose text has one already; `deadline` is for those without one."""
    known = {case.content.source: case for case in store.of(by) if case.content.source}
    for each in proposals:
        if each.fault:
            yield Imported(each.name, fault=each.fault)
            continue
        if each.text in known:
            yield Imported(each.name, known=known[each.text])
            continue
        try:
            content = content_of(each.text, each.number, meaning)
        except DafuError as error:
            yield Imported(each.name, fault=str(error))
            continue
        case = known[each.text] = store.add(content, by, each.deadline or deadline, scope)
        yield Imported(each.name, case=case)
