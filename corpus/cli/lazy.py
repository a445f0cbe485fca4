"""Commands whose modules are imported when they are asked for: a list of all commands costs none of them."""

from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module
from typing import Any, ClassVar, NamedTuple, cast

import typer.main
from typer._click import Command

from corpus.cli import libraries
from corpus.cli.help import Row
from corpus.cli.usage import ChineseGroup


class Mount(NamedTuple):
    """Where a command is found: the module whose `app` has it, and its help, which is known without the module.

    `libraries` are those that it will import and that take many addresses.
    """

    module: str
    help: str
    libraries: tuple[str, ...] = ()


class LazyGroup(ChineseGroup):
    """A group of the commands in `mounts`, in their order."""

    mounts: ClassVar[Mapping[str, Mount]]

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 (Typer's)
        super().__init__(**options)
        self.commands = cast(MutableMapping[str, Command], _Commands(self.mounts))  # Typer only looks up

    def rows(self) -> list[Row]:
        """The commands with what each does; nothing is imported."""
        return [Row(name, mount.help) for name, mount in self.mounts.items()]


class _Commands(Mapping[str, Command]):
    """Name to command; looking one up imports its module. Raises DafuError where its libraries have no room."""

    def __init__(self, mounts: Mapping[str, Mount]) -> None:
        self._mounts = mounts
        self._opened: dict[str, Command] = {}

    def __getitem__(self, name: str) -> Command:
        if name not in self._opened:
            mount = self._mounts[name]
            libraries.check(mount.libraries)
            self._opened[name] = typer.main.get_group(import_module(mount.module).app).commands[name]
        return self._opened[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._mounts)

    def __len__(self) -> int:
        return len(self._mounts)

    def __contains__(self, name: object) -> bool:
        return name in self._mounts
