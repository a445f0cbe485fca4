"""Users' verdicts on passages: useful or not, with the query and the rank, and nothing that says whose it is.

A file of JSON lines that is only ever added to: a line is written whole or not at all. Not for: judging a ranking,
which is eval's business.
"""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from corpus.errors import DafuError
from corpus.privacy import mask

FILE_NAME = "feedback.jsonl"
"""In the index folder, unless the settings name another place."""

LONGEST_QUERY = 500
"""Characters: an ask of a proposal fits. A pasted letter is no query to judge by one passage, and would stand in the
page once for each passage (templates/_verdict.html)."""

LOWEST_RANK = 100_000
"""More than any page of results reaches."""


class Verdict(BaseModel):
    """One user's verdict on one passage. It has the day only: an hour would tell who was at a desk."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    date: date
    generation: int = Field(ge=1)
    query: str = Field(min_length=1, max_length=LONGEST_QUERY)
    passage_id: str = Field(pattern=r"^\S+#\d+$")
    rank: int = Field(ge=1, le=LOWEST_RANK)
    useful: bool

    @property
    def doc_id(self) -> str:
        return self.passage_id.rpartition("#")[0]


class DamagedLine(DafuError):
    """A line that is no verdict."""


def keep(path: Path, verdict: Verdict) -> None:
    """Add a line and see it on the disk, personal data in the query masked. Raises DafuError and leaves the file as it
    was where that cannot be done."""
    kept = verdict.model_copy(update={"query": mask(verdict.query)})
    data = (kept.model_dump_json() + "\n").encode()
    try:
        with _opened(path) as file:
            size = os.fstat(file).st_size
            if size and os.pread(file, 1, size - 1) != b"\n":  # a crash cut the last line: it is damaged alone
                data = b"\n" + data
            try:
                if os.write(file, data) < len(data):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                os.fsync(file)
            except OSError:
                os.ftruncate(file, size)
                raise
    except OSError as error:
        raise DafuError(
            f"评价没有记下：文件 {path.name} 无法写入（{error.strerror}）。"
            "已有的评价没有受影响；请告诉管理员检查磁盘空间和文件夹的权限。"
        ) from error


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    """The file's descriptor, for one writer at a time: whoever takes a half-written line back must take his own."""
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def read(path: Path) -> Iterator[Verdict | DafuError]:
    """Line by line; of a line that is no verdict, what is wrong with it. Raises DafuError for a file that cannot be
    read."""
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise DafuError(f"无法读取评价文件 {path}（{error.strerror}）。请检查路径和权限。") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _verdict(line, f"{path.name} 第 {number} 行")


def _verdict(line: bytes, place: str) -> Verdict | DafuError:
    try:
        return Verdict.model_validate_json(line)
    except ValidationError as error:
        fault = error.errors()[0]
        field = ".".join(map(str, fault["loc"])) or "整行"
        found = line[:60].decode("utf-8", "replace")
        return DafuError(f"{place}：应为一条评价的 JSON，{field} 不对，实际是“{found}”，已跳过。")
