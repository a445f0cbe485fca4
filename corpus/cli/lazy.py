"""Commands whose modules are imported when they are asked for: a list of all commands costs none of them."""

from collections import UserDict
from collections.abc import Mapping
from importlib import import_module
from typing import Any, ClassVar, NamedTuple

import typer.main
from typer._click import Command

from corpus.cli.help import Row
from corpus.cli.usage import ChineseGroup


class Mount(NamedTuple):
    """Where a command is found: the module whose `app` has it, and its help, which is known without the module."""

    module: str
    help: str


class LazyGroup(ChineseGroup):
    """A group of the commands in `mounts`, in their order."""

    mounts: ClassVar[Mapping[str, Mount]]

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 (Typer's)
        super().__init__(**options)
        self.commands = _Commands(self.mounts)

    def rows(self) -> list[Row]:
        """The commands with what each does; nothing is imported."""
        return [Row(name, mount.help) for name, mount in self.mounts.items()]


class _Commands(UserDict[str, Command]):
    """Name to command; looking one up imports its module."""

    def __init__(self, mounts: Mapping[str, Mount]) -> None:
        super().__init__()
        self.data = dict.fromkeys(mounts)  # type: ignore[arg-type]  # None until asked for
        self._mounts = mounts

    def __getitem__(self, name: str) -> Command:
        mount = self._mounts[name]
        if self.data[name] is None:
            self.data[name] = typer.main.get_group(import_module(mount.module).app).commands[name]
        return self.data[name]
