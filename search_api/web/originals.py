"""The file that a letter was read from, as it lies on the server: with personal data, so not for everyone."""

import hashlib
import ipaddress
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from indexer.generation import Generation
from indexer.store import Origin
from search_api.settings import Settings
from search_api.web.api import Live, ordinal_of
from search_api.web.problems import RequestError

router = APIRouter(include_in_schema=False)

_PDF = "application/pdf"
_BLOCK = 1 << 20  # bytes sent at a time
# What a proxy adds: the request comes from elsewhere, whatever its last address.
_FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
# Nothing of a stranger's file may act in our name. Browsers show a PDF in a viewer of their own, which they refuse to
# start inside a sandbox.
_SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"
_VIEWER = "default-src 'none'; object-src 'self'; frame-ancestors 'none'"


class OriginalForbiddenError(RequestError):
    """Originals are not for this reader."""

    kind, title, status = "original-forbidden", "原文件没有开放", 403

    def __init__(self) -> None:
        super().__init__(
            "原文件里的个人信息没有遮盖，这里没有开放下载。需要时请在服务器本机上打开，"
            "或请管理员设置 DAFU_SHOW_ORIGINALS=true。"
        )


class OriginalGoneError(RequestError):
    """The file is not there any more."""

    kind, title, status = "original-gone", "原文件不在了", 404

    def __init__(self) -> None:
        super().__init__(
            "收录这份答复的原文件已经移走、改名或删除。请看本站保存的全文，或请管理员重新运行 dafu index。"
        )


class OriginalChangedError(RequestError):
    """The file holds something else than what was indexed."""

    kind, title, status = "original-changed", "原文件已经改动", 409

    def __init__(self) -> None:
        super().__init__("原文件在收录之后有过改动，与本页的答复可能不一致，所以不提供。请管理员重新运行 dafu index。")


def may_open(request: Request) -> bool:
    """Whether this reader may have originals: by the setting, else only who sits at the server itself."""
    settings: Settings = request.app.state.settings
    return _is_from_this_machine(request) if settings.show_originals is None else settings.show_originals


@router.get("/documents/{doc_id:path}/original")
def original(request: Request, live: Live, doc_id: str) -> StreamingResponse:
    if not may_open(request):
        raise OriginalForbiddenError
    generation = live.generation()
    ordinal = ordinal_of(generation, doc_id)
    origin = _origin(generation, ordinal)
    file = _opened(origin)
    is_pdf = generation.document(ordinal).source.media_type == _PDF
    headers = {
        "Content-Disposition": f"{'inline' if is_pdf else 'attachment'}; filename*=UTF-8''{_quoted(origin)}",
        "Content-Length": str(os.fstat(file.fileno()).st_size),
        "Content-Security-Policy": _VIEWER if is_pdf else _SANDBOX,
        "Cache-Control": "no-store",  # personal data stay out of the browser's cache
    }
    return StreamingResponse(_blocks(file), headers=headers, media_type=_PDF if is_pdf else "application/octet-stream")


def _origin(generation: Generation, ordinal: int) -> Origin:
    origin = generation.archive.origin(generation.table.documents[ordinal].version)
    if origin is None:
        raise OriginalGoneError
    return origin


def _opened(origin: Origin) -> BinaryIO:
    """The file, verified and open: what is sent is what was verified, even where the name now leads elsewhere."""
    path = Path(origin.path)
    try:
        if not path.is_file():  # to open a named pipe would wait for ever
            raise OriginalGoneError
        file = path.open("rb")
    except OSError as error:
        raise OriginalGoneError from error
    if hashlib.file_digest(file, "sha256").hexdigest() != origin.sha256:
        file.close()
        raise OriginalChangedError
    file.seek(0)
    return file


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while block := file.read(_BLOCK):
            yield block


def _quoted(origin: Origin) -> str:
    """The file's name as RFC 5987 writes it."""
    return quote(Path(origin.path).name, safe="", errors="replace")


def _is_from_this_machine(request: Request) -> bool:
    """By the connection's other end and by the name that was asked for, and through no proxy."""
    asked, client = request.url.hostname or "", request.client.host if request.client else ""
    is_direct = not any(name in request.headers for name in _FORWARDED)
    return is_direct and _is_loopback(client) and (asked == "localhost" or _is_loopback(asked))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
