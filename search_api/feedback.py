"""Users' verdicts on passages: useful or not, with the query and the rank, and nothing that says whose they are.

Kept in the database of tokens and verdicts (see user_database). Earlier programs wrote a file of JSON lines, which is
still read.

Not for: judging a ranking by them (see eval/feedback.py).
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from corpus.addresses import parse_passage_id
from corpus.errors import DafuError
from corpus.privacy import mask
from indexer.database import Connection, DatabaseError
from search_api.user_database import UserDatabase, is_database

LEGACY_NAME = "feedback.jsonl"

MAX_QUERY = 500
"""Characters: an ask of a proposal fits. A pasted text is no query to judge by one passage, and would stand in the
page once for each passage (templates/_verdict.html)."""

MAX_RANK = 100_000
"""More than any page of results reaches."""

_COLUMNS = "date, generation, query, passage_id, rank, useful"


class Verdict(BaseModel):
    """One user's verdict on one passage. It has the day only: an hour would tell who was at a desk."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    date: date
    generation: int = Field(ge=1)
    query: str = Field(min_length=1, max_length=MAX_QUERY)
    passage_id: str = Field(pattern=r"^\S+#[0-9a-f.]+$")
    rank: int = Field(ge=1, le=MAX_RANK)
    useful: bool

    @property
    def doc_id(self) -> str:
        return parse_passage_id(self.passage_id)[0]


def keep(path: Path, verdict: Verdict) -> None:
    """Adds a verdict and sees it on the disk, with personal data in the query masked.

    Raises DafuError and leaves the database as it was if that cannot be done.
    """
    kept_in = store(path)
    try:
        with kept_in.writing() as connection:
            _insert(connection, verdict.model_copy(update={"query": mask(verdict.query)}))
    except (DafuError, DatabaseError, OSError) as error:
        raise DafuError(
            f"评价没有记下：文件 {kept_in.path.name} 无法写入。"
            f"已有的评价没有受影响；请告诉管理员检查磁盘空间和文件夹的权限。"
        ) from error


def store(path: Path) -> UserDatabase:
    """The database that holds the verdicts."""
    return UserDatabase(path, LEGACY_NAME, _load_legacy)


def read(path: Path) -> Iterator[Verdict | DafuError]:
    """The verdicts of a database or of an old file of JSON lines; in place of a damaged one, what is wrong with it.

    Raises DafuError for a file that cannot be read.
    """
    try:
        is_sqlite = path.suffix == ".sqlite" or is_database(path)
        data = b"" if is_sqlite else path.read_bytes()
    except OSError as error:
        raise DafuError(
            f"无法读取评价文件 {path}（{error.strerror}）。请检查路径和权限；评价在索引文件夹的 users.sqlite 里，"
            f"旧的 {LEGACY_NAME} 转入以后改名为 {LEGACY_NAME}.migrated。"
        ) from error
    return _rows(path) if is_sqlite else _lines(data, path)


def _rows(path: Path) -> Iterator[Verdict | DafuError]:
    connection = store(path).open_for_reading()
    if connection is None:
        raise DafuError(f"无法读取评价文件 {path}：没有这个文件。请检查路径。")
    try:
        with closing(connection):
            for number, *values in connection.execute(f"SELECT id, {_COLUMNS} FROM feedback ORDER BY id"):
                row = dict(zip(_COLUMNS.split(", "), values, strict=True))
                try:
                    yield Verdict.model_validate({**row, "date": date.fromisoformat(row["date"])})
                except ValueError as error:
                    yield _damaged(f"{path.name} 第 {number} 条：应为一条评价", error, str(row))
    except DatabaseError as error:
        raise DafuError(f"评价文件 {path} 已损坏（{error}）。请从备份恢复。") from error


def _lines(data: bytes, path: Path) -> Iterator[Verdict | DafuError]:
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.strip():
            try:
                yield Verdict.model_validate_json(line)
            except ValidationError as error:
                found = line[:60].decode("utf-8", "replace")
                yield _damaged(f"{path.name} 第 {number} 行：应为一条评价的 JSON", error, found)


def _damaged(expected: str, error: ValueError, found: str) -> DafuError:
    fault = error.errors()[0]["loc"] if isinstance(error, ValidationError) else ("date",)
    field = ".".join(map(str, fault)) or "整行"
    return DafuError(f"{expected}，{field} 不对，实际是“{found[:60]}”，已跳过。")


def _insert(connection: Connection, verdict: Verdict) -> None:
    values = verdict.model_dump(mode="json")
    row = tuple(values[name] for name in _COLUMNS.split(", "))
    connection.execute(f"INSERT INTO feedback ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", row)


def _load_legacy(connection: Connection, data: bytes, path: Path) -> None:
    """Takes in the sound lines; the others stay in the old file."""
    for verdict in _lines(data, path):
        if isinstance(verdict, Verdict):
            _insert(connection, verdict)
