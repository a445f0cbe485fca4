"""GET /api/v1/lineage: the same ask over the years."""

from typing import Annotated

from fastapi import Query, Request

from search_api.analyses.lineage import Lineage
from search_api.analyses.lineage import lineage as lineage_of
from search_api.web.api.router import api_router
from search_api.web.deps import Live, entry_of
from search_api.web.middleware.audit import note
from search_api.web.problems import documented

router = api_router()


@router.get("/lineage", summary="同一件事历年的答复", responses=documented(404, 422, 503))
def lineage(
    request: Request,
    live: Live,
    doc_id: Annotated[str, Query(max_length=500, description="答复的编号，即检索结果的 doc_id")],
) -> Lineage:
    """同一件事前后的各份答复，按时间排列；每份列出与所问这份之间沿用的句子、改动的句子和改了哪几处。"""
    snapshot = live.snapshot
    note(request, doc_id=doc_id)
    return lineage_of(snapshot, entry_of(snapshot, doc_id))
