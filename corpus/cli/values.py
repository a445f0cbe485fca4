"""From the words of a command line to values: numbers, dates, paths, one of several words.

Typer does this by pydantic, whose import takes longer than all else that usage needs, and whose messages are English.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, get_args, get_origin

from typer import BadParameter
from typer._click import Context, Parameter
from typer._coercion import RuntimeParam
from typer.core import TyperArgument, TyperOption

from corpus.cli.help import span, type_name

_TYPES = (str, int, float, bool, Path, datetime)


def read_plainly(parameters: Sequence[Parameter]) -> None:
    """Makes the parameters read their words here; one of another type is left to Typer."""
    for parameter in parameters:
        if isinstance(parameter, (TyperArgument, TyperOption)) and parameter._runtime_param is None:
            descriptor = parameter.type_descriptor
            if descriptor.choices is not None or _element(descriptor.annotation) in _TYPES:
                parameter._runtime_param = _PlainValue(descriptor.parameter_info, descriptor.annotation)


@dataclass(frozen=True)
class _PlainValue(RuntimeParam):
    """How one parameter reads its words."""

    def _coerce_value(self, value: Any, param: TyperArgument | TyperOption, ctx: Context) -> Any:  # type: ignore[override]  # noqa: ANN401 (Typer's; its parameters are of these two types)
        words = value if isinstance(value, (list, tuple)) else [value]
        values = [_value(param, word, ctx) for word in words]
        return values if words is value else values[0]


def _value(parameter: TyperArgument | TyperOption, word: object, context: Context) -> object:
    """Raises BadParameter for a word that is no value of the parameter."""
    kind = _element(parameter.type_descriptor.annotation)
    choices = parameter.type_descriptor.choices
    try:
        if choices is not None:
            return choices[choices.index(word)]
        if not isinstance(word, str):  # a default
            return word
        value = _parsed(kind, word, parameter)
    except ValueError:
        value = None
    if value is None or not _is_within(value, parameter):
        raise BadParameter(f"“{word}”不能使用，应为{_expected(parameter)}", context)
    return value


def _parsed(kind: object, word: str, parameter: TyperArgument | TyperOption) -> object:
    """The value; None for a date in none of the formats. Raises ValueError for what is no number."""
    if kind is datetime:
        return next((day for form in _formats(parameter) if (day := _moment(word, form))), None)
    if kind is int:
        return int(word)
    if kind is float:
        return float(word)
    return Path(word) if kind is Path else word


def _moment(word: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(word, form)
    except ValueError:
        return None


def _formats(parameter: TyperArgument | TyperOption) -> Sequence[str]:
    return parameter.type_descriptor.parameter_info.formats or ["%Y-%m-%d"]


def _is_within(value: object, parameter: TyperArgument | TyperOption) -> bool:
    """Whether a number is one of those that the parameter takes. (NaN is none of them.)"""
    if not isinstance(value, (int, float)):
        return True
    low, high = parameter.min, parameter.max
    return (low is None or value >= low) and (high is None or value <= high) and value == value


def _expected(parameter: TyperArgument | TyperOption) -> str:
    descriptor = parameter.type_descriptor
    if descriptor.choices is not None:
        return f" {'、'.join(map(str, descriptor.choices))} 之一"
    if _element(descriptor.annotation) is datetime:
        return f"日期，例如 {datetime(2025, 1, 31).strftime(_formats(parameter)[0])}"
    allowed = span(parameter)
    return f"{type_name(parameter)}（{allowed}）" if allowed else type_name(parameter)


def _element(annotation: object) -> object:
    """The type of one value, also of a parameter that takes several."""
    return get_args(annotation)[0] if get_origin(annotation) is list else annotation
