"""Keeps cases in the database of users: several servers and commands may write to it at once.

Who may open a case is decided here, for every caller: its owner, the people named in it, and everyone of its scope.
To anyone else a case is not there.
"""

import json
import secrets
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from corpus.errors import DafuError
from indexer.database import Connection
from search_api.desk.cases.model import Case, Change, Compared, Content
from search_api.user_database import UserDatabase

_COLUMNS = (
    "case_id, version, status, deadline, owner, people, scope, seen_with, content, compared, changed_at, changed_by"
)
_AS_JSON = ("people", "seen_with", "content", "compared")
_HISTORY = 50
"""Changes that a page lists."""


class CaseNotFoundError(DafuError):
    """There is no such case, or none that this person may open: nobody is told which."""

    def __init__(self) -> None:
        super().__init__("没有这份办件，或者没有请您一起办理。请从“办件”页打开，或请经办人把您加进来。")


class Person(NamedTuple):
    """Who asks for cases. `scopes` None sees everything."""

    name: str
    scopes: frozenset[str] | None

    def may_open(self, case: Case) -> bool:
        of_scope = case.scope is not None and (self.scopes is None or case.scope in self.scopes)
        return self.name == case.owner or self.name in case.people or of_scope

    def sees_as_much_as(self, seen_with: tuple[str, ...] | None) -> bool:
        """Whether nothing that was found with these scopes is hidden from this person."""
        return self.scopes is None or (seen_with is not None and self.scopes >= set(seen_with))


class CaseStore:
    """The cases of a server. Safe from any thread and process; there are none as long as there is no database."""

    def __init__(self, path: Path) -> None:
        self._database = UserDatabase(path, "cases.json", _no_legacy)

    def add(self, content: Content, by: Person, deadline: date | None = None, scope: str | None = None) -> Case:
        """A new case. Raises DafuError where it cannot be kept."""
        seen_with = None if by.scopes is None else tuple(sorted(by.scopes))
        case = Case(
            case_id=secrets.token_hex(8),
            version=1,
            status="new",
            deadline=deadline,
            owner=by.name,
            people=(),
            scope=scope,
            seen_with=seen_with,
            content=content,
            compared=None,
            changed_at=_now(),
            changed_by=by.name,
        )
        with self._database.writing() as connection:
            marks = ", ".join("?" * len(_COLUMNS.split(", ")))
            connection.execute(f"INSERT INTO cases ({_COLUMNS}) VALUES ({marks})", _row(case))
            _note_change(connection, case, "建立")
        return case

    def of(self, person: Person) -> list[Case]:
        """The cases that a person may open: the next deadline first, what is done last. Raises DafuError."""
        perhaps = self._all("WHERE owner = ? OR scope IS NOT NULL OR people <> '[]'", person.name)
        return sorted((case for case in perhaps if person.may_open(case)), key=_urgency)

    def get(self, case_id: str, person: Person) -> Case:
        """Raises CaseNotFoundError, DafuError."""
        case = next(iter(self._all("WHERE case_id = ?", case_id)), None)
        if case is None or not person.may_open(case):
            raise CaseNotFoundError
        return case

    def change(self, case_id: str, by: Person, what: str, made: Callable[[Case], Case]) -> Case:
        """The case after a change, which is made to it as it is now, whoever changed it since `by` saw it.

        `made` may raise: then nothing is changed. So is nothing where it returns the case as it was.
        Raises CaseNotFoundError, DafuError.
        """
        with self._database.writing() as connection:
            found = connection.execute(f"SELECT {_COLUMNS} FROM cases WHERE case_id = ?", (case_id,)).fetchone()
            case = _case(found) if found else None
            if case is None or not by.may_open(case):
                raise CaseNotFoundError
            after = made(case)
            if after == case:
                return case
            after = after.model_copy(update={"version": case.version + 1, "changed_at": _now(), "changed_by": by.name})
            _write(connection, after)
            _note_change(connection, after, what)
        return after

    def compare(self, case: Case, compared: Compared) -> None:
        """Keeps what came of comparing a case with the archive, unless it was changed or deleted meanwhile."""
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE cases SET compared = ? WHERE case_id = ? AND version = ?",
                (compared.model_dump_json(), case.case_id, case.version),
            )

    def to_compare(self, generation: str) -> list[Case]:
        """The cases that are not done and were not compared with this generation, the next deadline first."""
        not_yet = "compared IS NULL OR json_extract(compared, '$.generation') <> ?"
        due = self._all(f"WHERE status <> 'done' AND ({not_yet})", generation)
        return sorted(due, key=lambda case: (case.deadline or date.max, case.case_id))

    def history(self, case_id: str) -> list[Change]:
        """The last changes, the latest first."""
        rows = self._rows(
            "SELECT version, at, by, what FROM case_changes WHERE case_id = ? ORDER BY version DESC LIMIT ?",
            case_id,
            _HISTORY,
        )
        return [Change(version, datetime.fromisoformat(at), by, what) for version, at, by, what in rows]

    def purge(self, case_ids: list[str]) -> None:
        """Deletes cases so that nothing of them is left in the database's files. Raises DafuError."""
        with self._database.writing() as connection:
            for case_id in case_ids:
                connection.execute("DELETE FROM case_changes WHERE case_id = ?", (case_id,))
                connection.execute("DELETE FROM cases WHERE case_id = ?", (case_id,))
        self._database.compact()

    def all(self) -> list[Case]:
        """Every case, whoever may open it: for the administrator. Raises DafuError."""
        return self._all()

    def _all(self, where: str = "", *values: str) -> list[Case]:
        return [_case(row) for row in self._rows(f"SELECT {_COLUMNS} FROM cases {where}", *values)]

    def _rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        connection = self._database.open_for_reading()
        if connection is None:
            return []
        with closing(connection):
            return connection.execute(statement, values).fetchall()


def _urgency(case: Case) -> tuple[bool, date, str, str]:
    return case.status == "done", case.deadline or date.max, case.content.number or "", case.case_id


def _row(case: Case) -> tuple[Any, ...]:
    """In the order of _COLUMNS."""
    values = case.model_dump(mode="json")
    for name in _AS_JSON:
        values[name] = None if values[name] is None else json.dumps(values[name], ensure_ascii=False)
    return tuple(values[name] for name in _COLUMNS.split(", "))


def _case(row: tuple[Any, ...]) -> Case:
    values = dict(zip(_COLUMNS.split(", "), row, strict=True))
    for name in _AS_JSON:
        values[name] = None if values[name] is None else json.loads(values[name])
    return Case.model_validate_json(json.dumps(values))


def _write(connection: Connection, case: Case) -> None:
    names = _COLUMNS.split(", ")[1:]
    assignments = ", ".join(f"{name} = ?" for name in names)
    connection.execute(f"UPDATE cases SET {assignments} WHERE case_id = ?", (*_row(case)[1:], case.case_id))


def _note_change(connection: Connection, case: Case, what: str) -> None:
    connection.execute(
        "INSERT INTO case_changes VALUES (?, ?, ?, ?, ?)",
        (case.case_id, case.version, case.changed_at.isoformat(), case.changed_by, what),
    )


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _no_legacy(connection: Connection, data: bytes, path: Path) -> None:
    """There never was a file of cases."""
