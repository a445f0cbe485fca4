"""Turns the OpenAPI description into what a page prints: endpoints, parameters, answers, and the answers' fields."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_TYPES = {
    "string": "文字",
    "integer": "整数",
    "number": "数",
    "boolean": "true / false",
    "null": "null",
    "object": "对象",
}
_PLACES = {"query": "查询参数", "path": "路径"}


@dataclass(frozen=True)
class Parameter:
    name: str
    place: str
    type: str
    default: str
    description: str


@dataclass(frozen=True)
class Answer:
    status: str
    description: str
    media_type: str
    schema: str


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Schema:
    """One type of answer: its fields with their types in words."""

    name: str
    fields: tuple[tuple[str, str], ...]


def operations(openapi: Mapping[str, Any]) -> list[Operation]:
    return [
        Operation(
            method=method.upper(),
            path=path,
            summary=operation.get("summary", ""),
            description=operation.get("description", ""),
            parameters=tuple(_parameter(p) for p in operation.get("parameters", ())),
            answers=tuple(_answers(operation["responses"])),
        )
        for path, methods in openapi["paths"].items()
        for method, operation in methods.items()
    ]


def schemas(openapi: Mapping[str, Any]) -> list[Schema]:
    return [
        Schema(name, tuple((field, type_in_words(schema)) for field, schema in described["properties"].items()))
        for name, described in openapi["components"]["schemas"].items()
        if "properties" in described
    ]


def type_in_words(schema: Mapping[str, Any]) -> str:
    """整数, 文字 或 null, [Hit]: a list in brackets, a type of its own by its name."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema:
        return "、".join(str(value) for value in schema["enum"])
    if "anyOf" in schema:
        return " 或 ".join(type_in_words(option) for option in schema["anyOf"])
    if "prefixItems" in schema:
        return f"[{'，'.join(type_in_words(item) for item in schema['prefixItems'])}]"
    if schema.get("type") == "array":
        return f"[{type_in_words(schema['items'])}]"
    if schema.get("format") == "date":
        return "日期"
    return _TYPES.get(schema.get("type", ""), "任意")


def _parameter(parameter: Mapping[str, Any]) -> Parameter:
    schema = parameter["schema"]
    limits = [f"{word} {schema[key]}" for key, word in (("minimum", "最小"), ("maximum", "最大")) if key in schema]
    return Parameter(
        name=parameter["name"],
        place=_PLACES[parameter["in"]],
        type="，".join([type_in_words(schema), *limits]),
        default="必填" if parameter.get("required") else str(schema.get("default", "")).lower(),
        description=parameter.get("description", ""),
    )


def _answers(responses: Mapping[str, Any]) -> Iterator[Answer]:
    for status, response in sorted(responses.items()):
        media_type, content = _content(response)
        description = "成功" if status == "200" else response["description"]
        schema = content.get("schema") or {}
        yield Answer(status, description, media_type, type_in_words(schema) if schema else "")


def _content(response: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    for media_type, content in response.get("content", {}).items():
        return str(media_type), content
    return "", {}
