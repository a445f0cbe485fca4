"""What endpoints and pages take from a request: the index as its user may see it, a document of it, a right."""

from typing import Annotated

from fastapi import Depends, Request
from pydantic import BaseModel

from indexer.build.generation import Generation
from search_api.web.access.identity import reader_of, require_right
from search_api.web.live import LiveIndex
from search_api.web.middleware.audit import note
from search_api.web.problems import DocumentNotFoundError

NOT_KEPT = {"Cache-Control": "no-store"}
"""The headers of an answer with personal data: it stays out of the browser's cache."""


class PassageSpan(BaseModel):
    """Where a passage of a document stands: text[start:end], in section `section` of its sections."""

    passage_id: str
    number: int
    section: int
    start: int
    end: int


def live_index(request: Request) -> LiveIndex:
    """The application's own, as this request's reader may see it."""
    live: LiveIndex = request.app.state.live
    seen = request.scope["state"]["live"] = live.seen_by(reader_of(request).scopes)
    return seen


Live = Annotated[LiveIndex, Depends(live_index)]


def require_unmasked(request: Request) -> None:
    """Raises NotForThisReaderError; what is seen is kept by the audit as such."""
    note(request, unmasked=True)
    require_right(
        request,
        "originals",
        "未遮盖的个人信息只给有 originals 权利的人看。工作需要时请向管理员申请；遮盖后的全文可以照常查看。",
    )


def ordinal_of(generation: Generation, doc_id: str) -> int:
    """The document's position in the generation. Raises DocumentNotFoundError."""
    ordinal = generation.table.ordinals.get(doc_id)
    if ordinal is None:
        raise DocumentNotFoundError(doc_id)
    return ordinal


def passage_spans(generation: Generation, ordinal: int) -> list[PassageSpan]:
    """A document's passages in reading order."""
    table = generation.table
    doc_id = table.documents[ordinal].doc_id
    rows = (
        (int(table.number[row]), int(table.section[row]), int(table.start[row]), int(table.end[row]))
        for row in table.rows_in(ordinal)
    )
    return [
        PassageSpan(passage_id=f"{doc_id}#{number}", number=number, section=section, start=start, end=end)
        for number, section, start, end in rows
    ]
