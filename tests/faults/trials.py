"""One command, disturbed again and again: how it ends, what is lost by it, and whether the next run mends it."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.faults import processes
from tests.faults.commands import Command

_SENTENCE = re.compile(r"^错误：.*[\u4e00-\u9fff]", re.MULTILINE)
_ENDS = {0: "照常完成", 1: "用一句话说明"}


class Trial:
    """`may_be_ended`: a library may end the process, as Rust's do that have no memory; that is as good as a kill."""

    def __init__(self, work: Command, folder: Path, *, may_be_ended: bool = False) -> None:
        self._work, self._log, self._may_be_ended = work, folder / "log", may_be_ended
        self._ends: Counter[str] = Counter()
        self._mended: set[bytes] = set()

    def run(self, disturbed: processes.Work, *before: object) -> int:
        """The exit code of the command, begun by a function: it is given these arguments, the work and the work's."""
        self._work.put_back()
        return self._end_of(disturbed, *before)

    def faults(self, disturbed: processes.Work, *before: object) -> Iterator[str]:
        """What is wrong when the command has been disturbed, and after the next run."""
        code = self.run(disturbed, *before)
        self._ends[_ENDS.get(code, "进程被库终止")] += 1
        yield from self._ill_said(code)
        yield from self._work.faults(code == 0)
        if code in _ENDS:
            yield from self._work.litter()
        state = _content(self._work.place)
        if state in self._mended or self._work.is_done():
            return
        if code := self._end_of(None):
            yield f"again: exit {code}: {self._said}"
        yield from (f"again: {fault}" for fault in [*self._work.faults(True), *self._work.litter()])
        self._mended.add(state)

    def ends(self) -> str:
        """How often it ended in each way."""
        return "，".join(f"{end} {times}" for end, times in self._ends.most_common())

    def _end_of(self, disturbed: processes.Work | None, *before: object) -> int:
        self._log.unlink(missing_ok=True)
        work, arguments = self._work.work, self._work.arguments
        if disturbed:
            code = processes.run(disturbed, *before, work, *arguments, log=self._log)
        else:
            code = processes.run(work, *arguments, log=self._log)
        assert code is not None
        return code

    @property
    def _said(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    def _ill_said(self, code: int) -> Iterator[str]:
        """A command ends with 0, or with 1 and a sentence, and never with a traceback."""
        if code == 1 and not _SENTENCE.search(self._said):
            yield f"no sentence: {self._said[-2000:]}"
        if code not in _ENDS and not (code < 0 and self._may_be_ended):
            yield f"exit {code}: {self._said[-2000:]}"
        if "Traceback" in self._said:
            yield f"a traceback: {self._said[-2000:]}"


def _content(folder: Path) -> bytes:
    """Of all its files. What another run makes of a content that was seen before is known."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.digest()
