"""The body of a request, read up to a limit."""

from starlette.requests import Request
from starlette.types import Message

from search_api.web.problems import RequestError

_PATIENCE = 100 << 20  # bytes taken in and thrown away of what is too large: a browser that is sending hears no answer


async def read_body(request: Request, most: int, refusal: RequestError) -> bytes:
    """Raises the refusal where there are more than `most` bytes."""
    body, size = bytearray(), 0
    async for piece in request.stream():
        size += len(piece)
        if size <= most:
            body += piece
        elif size > _PATIENCE:
            break
    if size > most:
        raise refusal
    return bytes(body)


async def with_body(request: Request, most: int, refusal: RequestError) -> Request:
    """The same request, its body read: a form's parser counts fields and not bytes."""
    body = await read_body(request, most, refusal)

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request(request.scope, receive)
