"""GET /api/v1/documents/{doc_id}: one document in full, with its passages."""

from typing import Annotated, Any

from fastapi import Path, Query, Request
from fastapi.responses import JSONResponse

from corpus.types import Document
from search_api.web.api.router import api_router
from search_api.web.deps import NOT_KEPT, Live, PassageSpan, entry_of, passage_spans, require_unmasked, shown
from search_api.web.problems import documented

router = api_router()


class DocumentAnswer(Document):
    """A document, personal data masked, with its passages."""

    passages: tuple[PassageSpan, ...]


@router.get(
    "/documents/{doc_id:path}",
    summary="一份答复的全文",
    response_model=DocumentAnswer,
    responses=documented(403, 404, 422, 503),
)
def document(
    request: Request,
    live: Live,
    doc_id: Annotated[str, Path(description="答复的编号，即检索结果的 doc_id")],
    unmasked: Annotated[bool, Query(description="为 true 时不遮盖个人信息，需要 originals 权利")] = False,
) -> JSONResponse:
    """全文、读出的各项信息和段落位置；个人信息已遮盖，位置不变。"""
    if unmasked:
        require_unmasked(request)
    snapshot = live.snapshot
    entry = entry_of(snapshot, doc_id)
    passages = [span.model_dump() for span in passage_spans(snapshot, entry)]
    document_read = snapshot.document(entry) if unmasked else shown(request, snapshot, entry)
    answer: dict[str, Any] = {**document_read.to_json(), "passages": passages}
    return JSONResponse(answer, headers=NOT_KEPT if unmasked else None)
