"""GET /api/v1/conflicts: where documents contradict each other."""

from typing import Annotated

from fastapi import Query

from search_api.analyses.conflicts import Conflict
from search_api.analyses.conflicts import conflicts as conflicts_of
from search_api.web.api.router import api_router
from search_api.web.deps import Live
from search_api.web.problems import documented

router = api_router()

MAX_CONFLICTS = 200


@router.get("/conflicts", summary="可能的矛盾", responses=documented(422, 503))
def conflicts(
    live: Live,
    q: Annotated[
        str, Query(max_length=200, description="词语，用空格分开：事项、引文或答复标题里的字；空着为全部")
    ] = "",
    agency: Annotated[str, Query(max_length=100, description="只列有一方是这个单位的")] = "",
    k: Annotated[int, Query(ge=1, le=MAX_CONFLICTS, description="最多返回几对")] = 50,
) -> list[Conflict]:
    """两份答复对同一指标、地方、时期说了不同的数，或对同一件事作了相反的说明；score 大致是确为矛盾的可能性。"""
    return conflicts_of(live.snapshot, q, k, agency=agency)
