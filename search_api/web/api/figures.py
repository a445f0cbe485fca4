"""GET /api/v1/figures: figures over time."""

from typing import Annotated

from fastapi import Query

from search_api.analyses.stated import FigureSeries
from search_api.analyses.stated import figures as figures_of
from search_api.web.api.router import api_router
from search_api.web.deps import Live
from search_api.web.problems import documented

router = api_router()

MAX_SERIES = 200


@router.get("/figures", summary="数据的历年变化", responses=documented(422, 503))
def figures(
    live: Live,
    q: Annotated[
        str, Query(max_length=200, description="词语，用空格分开：指标、地方或答复标题里的字；空着为全部")
    ] = "",
    k: Annotated[int, Query(ge=1, le=MAX_SERIES, description="最多返回几个序列")] = 50,
) -> list[FigureSeries]:
    """同一指标、单位、地方在不同答复里的数，按时期排列；同一时期说法不同的并列。"""
    return figures_of(live.snapshot, q, k)
