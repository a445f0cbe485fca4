"""Commands at work in a place of their own: how each is begun, and what must hold when it has failed or succeeded."""

import shutil
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

from corpus.errors import DafuError
from indexer.durable import remove_tree
from indexer.paths import IndexPaths
from indexer.upkeep.verify import verify
from tests.faults.archive import answers, leftovers, write_archive, write_letter

_LETTERS = 3  # each call of each command is failed once: as few as can be told apart


def command(*arguments: str) -> None:
    """`dafu` itself, as the shell runs it."""
    import dafu

    sys.argv = ["dafu", *arguments]
    dafu.main()


class Command(ABC):
    """One command. `place` is as it was before it; `put_back` makes it so again."""

    name: ClassVar[str]
    work: ClassVar[Callable[..., None]] = staticmethod(command)
    """What does it, given the arguments."""

    def __init__(self, folder: Path) -> None:
        self.place, self._base = folder / "place", folder / "base"
        self.letters, self.index = self.place / "letters", self.place / "index"
        write_archive(self.letters, _LETTERS)
        self.prepare()
        shutil.copytree(self.place, self._base)

    def put_back(self) -> None:
        remove_tree(self.place)
        shutil.copytree(self._base, self.place)

    def is_done(self) -> bool:
        """Whether nothing is left to do for another run, which would be refused."""
        return False

    @property
    def watched(self) -> Path:
        """The folder whose calls fail."""
        return self.index

    @property
    @abstractmethod
    def arguments(self) -> tuple[str, ...]:
        """What follows `dafu`, or what the work is given."""

    @abstractmethod
    def prepare(self) -> None:
        """Makes what is there before the command, and learns what there is after it."""

    @abstractmethod
    def faults(self, succeeded: bool) -> Iterator[str]:
        """A sentence for each thing that is not as it must be once the command has ended."""

    def litter(self) -> Iterator[str]:
        """What lies about beside an index and is of no use: after a failure, and after the run that follows a kill."""
        yield from ()

    def run(self, *arguments: object) -> None:
        """Another command, undisturbed."""
        from tests.faults import processes

        log = self.place.parent / "log"
        code = processes.run(command, *map(str, arguments), log=log)
        assert code == 0, log.read_text(encoding="utf-8")


class Index(Command):
    """`dafu index` of a folder, into a folder that is not there yet."""

    name = "建立索引"

    @property
    def arguments(self) -> tuple[str, ...]:
        return "index", str(self.letters), "--into", str(self.index)

    def prepare(self) -> None:
        self.run(*self.arguments)
        self.after = _answers(self.index)
        shutil.rmtree(self.index)

    def faults(self, succeeded: bool) -> Iterator[str]:
        if not succeeded and not IndexPaths(self.index).current.exists():
            return
        yield from _index_faults(self.index, (self.after,), succeeded)


class Update(Command):
    """`dafu index --prune` where a letter is new, one gone and one changed."""

    name = "更新索引"

    @property
    def arguments(self) -> tuple[str, ...]:
        return "index", str(self.letters), "--into", str(self.index), "--prune"

    def prepare(self) -> None:
        self.run(*self.arguments)
        self.before = _answers(self.index)
        kept = self.place.parent / "kept"
        shutil.copytree(self.index, kept)
        write_letter(self.letters, 0, told="另有说明见附件。")
        (self.letters / "001.txt").unlink()
        write_letter(self.letters, 100)
        self.run(*self.arguments)
        self.after = _answers(self.index)
        shutil.rmtree(self.index)
        kept.rename(self.index)

    def faults(self, succeeded: bool) -> Iterator[str]:
        yield from _index_faults(self.index, (self.after,) if succeeded else (self.before, self.after), succeeded)


class Purge(Command):
    """`dafu purge --now` where a letter was taken out."""

    name = "清除"
    _GONE = "低层住户意见须协商"

    @property
    def arguments(self) -> tuple[str, ...]:
        return "purge", str(self.index), "--now"

    def prepare(self) -> None:
        self.run("index", self.letters, "--into", self.index)
        (self.letters / "001.txt").unlink()
        self.run("index", self.letters, "--into", self.index, "--prune")
        self.before = _answers(self.index)

    def faults(self, succeeded: bool) -> Iterator[str]:
        yield from _index_faults(self.index, (self.before,), succeeded)
        if succeeded:
            left = [
                path for path in self.index.rglob("*") if path.is_file() and self._GONE.encode() in path.read_bytes()
            ]
            yield from (f"{path.name} has what was purged" for path in left)


class Backup(Command):
    """`dafu backup` over an older backup."""

    name = "备份"

    @property
    def arguments(self) -> tuple[str, ...]:
        return "backup", str(self.index), str(self._file)

    @property
    def watched(self) -> Path:
        return self.place

    @property
    def _file(self) -> Path:
        return self.place / "backups" / "dafu.zip"

    def prepare(self) -> None:
        self._file.parent.mkdir()
        self.run("index", self.letters, "--into", self.index)
        self.run(*self.arguments)
        self._old = self._file.read_bytes()
        self.before = _answers(self.index)

    def faults(self, succeeded: bool) -> Iterator[str]:
        yield from _index_faults(self.index, (self.before,), succeeded)
        if succeeded or self._file.read_bytes() != self._old:
            restored = self.place.parent / "restored"
            self.run("restore", self._file, restored)
            yield from _index_faults(restored, (self.before,), True)
            shutil.rmtree(restored)

    def litter(self) -> Iterator[str]:
        yield from (f"{path.name} stays" for path in self._file.parent.iterdir() if path != self._file)


class Restore(Command):
    """`dafu restore` into a folder that is not there yet."""

    name = "恢复"

    @property
    def arguments(self) -> tuple[str, ...]:
        return "restore", str(self._file), str(self.index)

    @property
    def watched(self) -> Path:
        return self.place

    @property
    def _file(self) -> Path:
        return self.place / "dafu.zip"

    def prepare(self) -> None:
        self.run("index", self.letters, "--into", self.index)
        self.run("backup", self.index, self._file)
        self.before = _answers(self.index)
        shutil.rmtree(self.index)

    def faults(self, succeeded: bool) -> Iterator[str]:
        if succeeded or self.index.exists():
            yield from _index_faults(self.index, (self.before,), succeeded)

    def litter(self) -> Iterator[str]:
        yield from (f"{path.name} stays" for path in self.place.glob(".*"))

    def is_done(self) -> bool:
        """Where the files are in place and a fault came later, it says so, and refuses to write over them."""
        return self.index.exists()


def _answers(index: Path) -> dict[str, Any]:
    """Without the fingerprint of the encoder: one that forgets words has another, and the same vectors."""
    return {what: found for what, found in answers(index).items() if what != "encoder"}


def _index_faults(index: Path, allowed: tuple[dict[str, Any], ...], succeeded: bool) -> Iterator[str]:
    """That it is whole, answers as one of these and, where a command succeeded, that nothing half done lies about."""
    try:
        yield from verify(index)
        found = _answers(index)
    except DafuError as error:
        yield str(error)
        return
    if found not in allowed:
        differing = [what for what in found if found[what] not in [each[what] for each in allowed]]
        yield f"other answers than before and after: {differing}"
    if succeeded:
        yield from (f"{left} stays" for left in leftovers(index))


COMMANDS: tuple[type[Command], ...] = (Index, Update, Purge, Backup, Restore)
"""Those that change an index; accounts.py has the others."""
