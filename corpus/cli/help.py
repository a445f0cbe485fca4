"""Help pages in Chinese: how a command is called, what it does, its arguments, options and subcommands."""

import inspect
import re
import shutil
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from typer._click import Command, Context, Parameter
from typer.core import TyperArgument, TyperOption

_TYPES = {"int": "整数", "float": "数", "str": "文字", "datetime": "日期", "Path": "路径"}
_TYPER_HELP = {
    "Show this message and exit.": "显示这份说明。",
    "Install completion for the current shell.": "为当前的 shell 安装命令补全。",
    "Show completion for the current shell, to copy it or customize the installation.": "显示命令补全的脚本。",
}
"""The help of the options that Typer adds by itself."""

_MIN_COLUMNS, _MAX_COLUMNS = 60, 100  # below, two columns cannot be read; above, lines are too long to follow
_MAX_NAME_WIDTH = 28  # a longer name stands on a line of its own
_WORD = re.compile(r"[“（「《〔\[]*(?:[!-~]+|\S)[，。；：、）”」》〕！？…\]]*[ ]*")
"""What a line is not broken in: a word in ASCII, or a character, with the punctuation that belongs to it."""


class Row(NamedTuple):
    """One line of a list: what is typed, and what it does."""

    name: str
    text: str


def page(command: Command, context: Context, subcommands: Iterable[Row] = ()) -> str:
    """The help page of a command, without the line break at its end."""
    columns = min(max(shutil.get_terminal_size().columns, _MIN_COLUMNS), _MAX_COLUMNS)
    shown = [parameter for parameter in command.get_params(context) if not getattr(parameter, "hidden", False)]
    arguments = [parameter for parameter in shown if isinstance(parameter, TyperArgument)]
    options = [parameter for parameter in shown if isinstance(parameter, TyperOption)]
    lists = {
        "参数": [Row(_metavar(argument), _explained(argument)) for argument in arguments],
        "选项": [Row(_spelled(option), _explained(option)) for option in options],
        "命令": list(subcommands),
    }
    parts = [usage(command, context)]
    if command.help:
        parts.append("\n".join("  " + line for line in wrap(inspect.cleandoc(command.help), columns - 2)))
    parts += [_list(title, rows, columns) for title, rows in lists.items() if rows]
    return "\n\n".join(parts)


def usage(command: Command, context: Context) -> str:
    """How the command is called, on one line."""
    pieces = [context.command_path, "[选项]"]
    for parameter in command.get_params(context):
        if isinstance(parameter, TyperArgument) and not parameter.hidden:
            name = _metavar(parameter)
            pieces.append(name if parameter.required else f"[{name}]")
    if command.allow_extra_args:  # a group: what is left over is a subcommand with its own
        pieces.append("命令 …")
    return f"用法：{' '.join(pieces)}"


def label(parameter: Parameter) -> str:
    """What a message calls a parameter: 参数 QUERY or 选项 --index."""
    if isinstance(parameter, TyperOption):
        return f"选项 {' 或 '.join((*parameter.opts, *parameter.secondary_opts))}"
    return f"参数 {_metavar(parameter)}"


def wrap(text: str, width: int) -> list[str]:
    """The text in lines of at most so many columns; a Chinese character takes two.

    >>> wrap("建立索引，用 --into 指明。", 12)
    ['建立索引，用', '--into 指', '明。']
    """
    lines = [""]
    for word in _WORD.findall(text):
        if lines[-1] and display_width(lines[-1]) + display_width(word.rstrip()) > width:
            lines.append("")
        lines[-1] += word
    return [line.rstrip() for line in lines]


def display_width(text: str) -> int:
    """Columns that the text takes on a terminal.

    >>> display_width("索引 DIR")
    8
    """
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def span(parameter: Parameter) -> str:
    """The numbers that a parameter takes, empty where it takes any.

    Written as 1 到 1000, 不小于 1 or 不大于 5.
    """
    low, high = getattr(parameter, "min", None), getattr(parameter, "max", None)
    if low is not None and high is not None:
        return f"{low} 到 {high}"
    if low is not None:
        return f"不小于 {low}"
    return "" if high is None else f"不大于 {high}"


def type_name(parameter: TyperArgument | TyperOption) -> str:
    """What a value of the parameter is: 整数, or a|b where it is one of several words."""
    descriptor = parameter.type_descriptor
    if descriptor.choices is not None:
        return "|".join(map(str, descriptor.choices))
    return _TYPES.get(parameter.bare_type().removeprefix("list[").removesuffix("]"), "值")


def _list(title: str, rows: list[Row], columns: int) -> str:
    widest = max(display_width(row.name) for row in rows if display_width(row.name) <= _MAX_NAME_WIDTH)
    lines = [f"{title}："]
    for name, text in rows:
        wrapped = wrap(text, columns - widest - 4) if text else [""]
        if display_width(name) > widest:
            lines.append(f"  {name}")
        else:
            lines.append(f"  {name}{' ' * (widest - display_width(name))}  {wrapped.pop(0)}".rstrip())
        lines += [" " * (widest + 4) + line for line in wrapped]
    return "\n".join(lines)


def _metavar(parameter: Parameter) -> str:
    return parameter.metavar or parameter.name.upper()


def _spelled(option: TyperOption) -> str:
    names = "、".join((*option.opts, *option.secondary_opts))
    return names if option.is_flag else f"{names} {option.metavar or type_name(option)}"


def _explained(parameter: TyperArgument | TyperOption) -> str:
    """The help of a parameter with what its declaration says."""
    text = parameter.help or ""
    variable = f"环境变量 {parameter.envvar}" if parameter.envvar else ""
    notes = [
        f"必填{'，或设' + variable if variable else ''}" if parameter.required else variable,
        f"默认 {default}" if (default := _default(parameter)) else "",
        span(parameter),
    ]
    said = "；".join(filter(None, notes))
    return _TYPER_HELP.get(text, text) + (f" [{said}]" if said else "")


def _default(parameter: TyperArgument | TyperOption) -> str:
    value = parameter.default
    if parameter.show_default is False or value is None or isinstance(value, bool) or callable(value):
        return ""
    return "、".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
