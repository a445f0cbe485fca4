"""The file that a document was read from, as it lies on the server, and its scanned pages: with personal data, so not
for everyone."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from corpus.controls import without_controls
from indexer.archive import Origin
from indexer.engine.protocol import DocumentEntry
from indexer.snapshot import Snapshot
from search_api.web.access.identity import require_right
from search_api.web.deps import Live, entry_of
from search_api.web.problems import RequestError
from search_api.web.uploads.sandbox import picture_in

router = APIRouter(include_in_schema=False)

_PDF = "application/pdf"
_FORBIDDEN = "原文件里的个人信息没有遮盖，只给有 originals 权利的人。需要时请管理员加上这项权利。"
_BLOCK = 1 << 20  # bytes sent at a time
# Nothing of a stranger's file may act in our name. Browsers show a PDF in a viewer of their own, which they refuse to
# start inside a sandbox.
_SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"
_VIEWER = "default-src 'none'; object-src 'self'; frame-ancestors 'none'"


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


class NoScanError(RequestError):
    """The page is no scan, or there is no such page."""

    kind, title, status = "scan-not-found", "没有这一页扫描件", 404

    def __init__(self, number: int) -> None:
        super().__init__(f"这份答复的第 {number} 页不是扫描件，没有图像。请打开原文件查看。")


@router.get("/documents/{doc_id:path}/original")
def original(request: Request, live: Live, doc_id: str) -> StreamingResponse:
    require_right(request, "originals", _FORBIDDEN)
    snapshot = live.snapshot
    entry = entry_of(snapshot, doc_id)
    origin = _origin(snapshot, entry)
    file = _opened(origin)
    is_pdf = snapshot.document(entry).source.media_type == _PDF
    headers = {
        "Content-Disposition": f"{'inline' if is_pdf else 'attachment'}; filename*=UTF-8''{_quoted(origin)}",
        "Content-Length": str(os.fstat(file.fileno()).st_size),
        "Content-Security-Policy": _VIEWER if is_pdf else _SANDBOX,
        "Cache-Control": "no-store",  # personal data stay out of the browser's cache
    }
    return StreamingResponse(_blocks(file), headers=headers, media_type=_PDF if is_pdf else "application/octet-stream")


@router.get("/documents/{doc_id:path}/pages/{number}")
def scanned_page(request: Request, live: Live, doc_id: str, number: int) -> Response:
    """A page whose text was recognised, as it looks: nothing in a picture can be masked."""
    require_right(request, "originals", _FORBIDDEN)
    snapshot = live.snapshot
    entry = entry_of(snapshot, doc_id)
    if number not in snapshot.document(entry).recognised:
        raise NoScanError(number)
    origin = _origin(snapshot, entry)
    with _opened(origin) as file:
        shown = picture_in(file, Path(origin.path).name, number)
    return Response(shown, headers={"Cache-Control": "no-store"}, media_type="image/jpeg")


def _origin(snapshot: Snapshot, entry: DocumentEntry) -> Origin:
    origin = snapshot.origin(entry)
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
    """The file's name as RFC 5987 writes it, without what would turn its ending round."""
    return quote(without_controls(Path(origin.path).name), safe="", errors="replace")
