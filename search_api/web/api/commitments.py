"""GET /api/v1/commitments: the register of commitments."""

from datetime import date
from typing import Annotated

from fastapi import Query

from search_api.analyses.commitments import Asked, Commitment, Order
from search_api.analyses.commitments import commitments as commitments_of
from search_api.analyses.statuses import WantedStatus
from search_api.web.api.router import api_router
from search_api.web.deps import Live
from search_api.web.problems import documented

router = api_router()

MAX_COMMITMENTS = 200


@router.get("/commitments", summary="承诺和后来的办理情况", responses=documented(422, 503, 504))
def commitments(
    live: Live,
    q: Annotated[
        str, Query(max_length=200, description="词语，用空格分开：承诺所在段落或答复标题里的字；空着为全部")
    ] = "",
    agency: Annotated[str, Query(max_length=100, description="单位名称或其中的几个字")] = "",
    year: Annotated[int | None, Query(description="答复的年份")] = None,
    status: Annotated[WantedStatus | None, Query(description="状态；overdue 为已过期而未见下文")] = None,
    due_since: Annotated[date | None, Query(description="期限不早于这一天")] = None,
    due_until: Annotated[date | None, Query(description="期限不晚于这一天")] = None,
    as_of: Annotated[date | None, Query(description="按哪一天判断是否到期，默认今天")] = None,
    sort: Annotated[Order, Query(description="due 按期限，replied 按答复日期，agency 按单位")] = "due",
    k: Annotated[int, Query(ge=1, le=MAX_COMMITMENTS, description="最多返回几条")] = 50,
    offset: Annotated[int, Query(ge=0, description="跳过前面几条，用于翻页")] = 0,
) -> list[Commitment]:
    """答复里承诺的事，各附原文；已兑现、延期、不再执行的另附后来的原文。"""
    asked = Asked(q, agency, year, status, due_since, due_until, as_of or date.today())
    return commitments_of(live.snapshot, asked, sort, slice(offset, offset + k))
