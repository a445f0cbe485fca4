"""Reads the body of a request up to a limit."""

from starlette.requests import Request
from starlette.types import Message

from search_api.web.problems import RequestError

# Bytes taken in and thrown away of a body that is too large: a browser hears no answer while it sends.
_MAX_DISCARDED = 100 << 20


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


async def with_body(request: Request, max_bytes: int, refusal: RequestError) -> Request:
    """The same request with its body read, since a form's parser counts fields and not bytes."""
    body = await read_body(request, max_bytes, refusal)

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request(request.scope, receive)
