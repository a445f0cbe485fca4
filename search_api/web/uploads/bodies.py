"""Reads the body of a request up to a limit, and what is in it: JSON, or a form.

Both are parsed in a thread, within bounds. A thread alone would not do: the parser of JSON lets no other thread work
until it is done.
"""

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, Headers
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import Request

from search_api.web.problems import RequestError

# Bytes taken in and thrown away of a body that is too large: a browser hears no answer while it sends.
_MAX_DISCARDED = 100 << 20

_MAX_CONTAINERS, _MAX_VALUES, _MAX_DEPTH = 20_000, 200_000, 20
"""Of one JSON. A sheet has at most 500 passages of 14 values and 60 points, four levels deep."""

_MAX_FIELDS = 1000
"""Of one form. A proposal of 60 points has 124."""


class NotJsonError(ValueError):
    """The bytes are no JSON, or JSON beyond the bounds."""


class NotAFormError(ValueError):
    """The bytes are not the form that their head says, or have more fields, files or bytes than they may."""


class _InMemoryParser(MultiPartParser):
    """Keeps files in memory, where the whole body is already: nothing of an upload is written to a disk."""

    spool_max_size = _MAX_DISCARDED


async def read_body(request: Request, max_bytes: int, refusal: RequestError) -> bytes:
    """The body. Raises the refusal if it has more than `max_bytes`."""
    body, size = bytearray(), 0
    async for piece in request.stream():
        size += len(piece)
        if size <= max_bytes:
            body += piece
        elif size > _MAX_DISCARDED:
            break
    if size > max_bytes:
        raise refusal
    return bytes(body)


async def read_form(request: Request, max_bytes: int, refusal: RequestError, max_files: int = 1) -> FormData:
    """The form in a body of at most `max_bytes`. Raises the refusal, NotAFormError."""
    body = await read_body(request, max_bytes, refusal)
    return await run_in_threadpool(_form_in, body, request.headers, max_files)


def media_type(headers: Headers) -> str:
    """The type of a body, without its parameters."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def parse_json(data: bytes) -> Any:  # noqa: ANN401  # as json.loads
    """What JSON holds. Raises NotJsonError, also for half of a character such as \\ud800: nothing can write it."""
    if data.count(b"[") + data.count(b"{") > _MAX_CONTAINERS or data.count(b",") > _MAX_VALUES:
        raise NotJsonError("too many values")
    try:
        found = json.loads(data)
        json.dumps(found, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise NotJsonError(str(error)) from error
    level = [found]
    for _ in range(_MAX_DEPTH):
        level = [inner for outer in level for inner in _within(outer)]
    if level:
        raise NotJsonError("nested too deep")
    return found


def _within(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _form_in(body: bytes, headers: Headers, max_files: int) -> FormData:
    async def stream() -> AsyncGenerator[bytes, None]:
        yield body
        yield b""

    kind = media_type(headers)
    parser: MultiPartParser | FormParser
    if kind == "multipart/form-data":
        parser = _InMemoryParser(
            headers, stream(), max_files=max_files, max_fields=_MAX_FIELDS, max_part_size=len(body)
        )
    elif kind == "application/x-www-form-urlencoded":
        parser = FormParser(headers, stream(), max_fields=_MAX_FIELDS, max_part_size=len(body))
    else:
        return FormData()
    try:
        return asyncio.run(parser.parse())  # it waits for nothing: the body is here
    except MultiPartException as error:
        raise NotAFormError(error.message) from error
