"""GET /api/v1/suggest: ways to complete a query."""

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel

from search_api.suggest import Suggestion, suggester_of
from search_api.web.api.router import api_router
from search_api.web.deps import Live
from search_api.web.problems import documented

router = api_router()

MAX_SUGGESTIONS = 20


class SuggestAnswer(BaseModel):
    """Ways to complete `query`, best first."""

    query: str
    suggestions: list[Suggestion]


@router.get("/suggest", summary="补全查询", responses=documented(422, 503))
def suggest(
    live: Live,
    q: Annotated[str, Query(description="已经输入的文字；没有相同的字时按拼音找，例如 yanglao、yl")],
    k: Annotated[int, Query(ge=1, le=MAX_SUGGESTIONS, description="最多返回几条")] = 8,
) -> SuggestAnswer:
    """档案里的标题、单位、编号和常用词，用来接着写查询；by_pinyin 表示按拼音找到。"""
    return SuggestAnswer(query=q, suggestions=suggester_of(live.snapshot).suggest(q, k))
