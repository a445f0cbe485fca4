"""Commands that tell their usage, and what is wrong with it, in Chinese.

Typer's own words are English: help pages are written by help.py, wrong usage is put into a sentence here.
"""

import re
import sys
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import Any, TypeVar

import typer
from typer._click import ClickException, Command, Context, HelpFormatter
from typer._click.exceptions import (
    BadParameter,
    MissingParameter,
    NoArgsIsHelpError,
    NoSuchOption,
    UsageError,
)
from typer.core import TyperCommand, TyperGroup

from corpus.cli.echo import say
from corpus.cli.help import Row, label, page, usage
from corpus.cli.values import read_plainly

_Function = TypeVar("_Function", bound=Callable[..., Any])

_NAME = "dafu"
_INTERRUPTED = 130  # as shells report a program that SIGINT ended

_SENTENCES = (
    (re.compile(r"Got unexpected extra argument\(s\) \((?P<what>.*)\)", re.DOTALL), "多出了参数 {what}"),
    (re.compile(r"Missing command\."), "缺少命令"),
    (re.compile(r"Option '(?P<what>.*)' requires .*"), "选项 {what} 后面缺少值"),
    (re.compile(r"Option '(?P<what>.*)' does not take a value\."), "选项 {what} 不带值"),
)
"""Typer's sentences on wrong usage that no type of error stands for."""


class ChineseCommand(TyperCommand):
    """A command whose help is in Chinese."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """The words that are left over. Raises UsageError, which always knows the command."""
        read_plainly(self.get_params(ctx))
        try:
            return super().parse_args(ctx, args)
        except UsageError as error:
            error.ctx = error.ctx or ctx
            raise

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Writes the page."""
        formatter.write(page(self, ctx) + "\n")

    def format_usage(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Writes the line that says how the command is called."""
        formatter.write(usage(self, ctx))


class ChineseGroup(TyperGroup):
    """A group of commands whose help is in Chinese; as the whole program it tells wrong usage in one sentence."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """The words that are left for the command. Raises UsageError."""
        read_plainly(self.get_params(ctx))
        return super().parse_args(ctx, args)

    def rows(self) -> list[Row]:
        """The commands with what each does."""
        return [Row(name, command.help or "") for name, command in self.commands.items() if not command.hidden]

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Writes the page."""
        formatter.write(page(self, ctx, self.rows()) + "\n")

    def format_usage(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Writes the line that says how the command is called."""
        formatter.write(usage(self, ctx))

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, Command | None, list[str]]:
        """The command that the first argument names. Raises UsageError where there is none."""
        if args[0] not in self.commands and not args[0].startswith("-"):
            alike = get_close_matches(args[0], self.commands)
            raise UsageError(f"没有 {args[0]} 这个命令{_perhaps(alike)}", ctx)
        return super().resolve_command(ctx, args)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,  # noqa: ANN401 (as the method that it extends has it)
    ) -> Any:  # noqa: ANN401
        """Runs a command and exits: 0 done, 1 failed, 2 wrong usage, 130 interrupted.

        Where `standalone_mode` is off, it returns, or raises Typer's own errors.
        """
        run = super().main
        if not standalone_mode:
            return run(args, prog_name, complete_var, False, windows_expand_args, **extra)
        try:
            code = run(args, prog_name or _NAME, complete_var, False, windows_expand_args, **extra)
        except NoArgsIsHelpError as error:
            say(error.message, err=True)
            sys.exit(error.exit_code)
        except ClickException as error:
            say(f"用法错误：{in_chinese(error)}。{_where_to_look(error)}", err=True)
            sys.exit(error.exit_code)
        if code == _INTERRUPTED:
            say("已中断；未完成的更改不生效，原有索引不受影响。", err=True)
        sys.exit(code if isinstance(code, int) else 0)


class App(typer.Typer):
    """A Typer app of such commands."""

    def __init__(
        self,
        about: str | None = None,
        *,
        cls: type[ChineseGroup] = ChineseGroup,
        add_completion: bool = False,
        no_args_is_help: bool = True,
    ) -> None:
        super().__init__(
            cls=cls,
            help=about,
            no_args_is_help=no_args_is_help,
            add_completion=add_completion,
            rich_markup_mode=None,
            pretty_exceptions_enable=False,
        )

    def command(  # type: ignore[override]  # a name is all that ours are given
        self, name: str | None = None
    ) -> Callable[[_Function], _Function]:
        return super().command(name, cls=ChineseCommand)


def in_chinese(error: ClickException) -> str:
    """What is wrong with the usage, without a full stop."""
    match error:
        case MissingParameter(param=parameter) if parameter is not None:
            variable = f"：请写明它，或设环境变量 {parameter.envvar}" if parameter.envvar else ""
            return f"缺少{label(parameter)}{variable}"
        case BadParameter(param=parameter, param_hint=hint):
            name = f"选项 {hint}：" if hint else f"{label(parameter)}：" if parameter else ""
            return f"{name}{error.message.rstrip('。')}"
        case NoSuchOption():
            return f"没有 {error.option_name} 这个选项{_perhaps(error.possibilities or ())}"
    for pattern, sentence in _SENTENCES:
        if found := pattern.fullmatch(error.message):
            return sentence.format(**found.groupdict())
    return error.message.rstrip("。")


def _where_to_look(error: ClickException) -> str:
    context = error.ctx if isinstance(error, UsageError) else None
    return f"用法见 {context.command_path if context else _NAME} --help。"


def _perhaps(names: Sequence[str]) -> str:
    return f"，是不是 {'、'.join(names)}" if names else ""
