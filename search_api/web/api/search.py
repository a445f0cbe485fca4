"""GET /api/v1/search: documents by closeness, each with its best passages."""

from dataclasses import replace
from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.responses import Response

from indexer.engine.protocol import Mode
from search_api.facets import Chosen
from search_api.query.language import parse_query
from search_api.searcher import Searcher
from search_api.types import SearchResult, Sort
from search_api.web.api.router import api_router
from search_api.web.deps import Live
from search_api.web.middleware.audit import note
from search_api.web.problems import documented

router = api_router()

MAX_HITS = 100
MAX_OFFSET = 10_000


def chosen_facets(
    agency: Annotated[tuple[str, ...], Query(description="只列这些单位的答复，可重复")] = (),
    district: Annotated[tuple[str, ...], Query(description="只列这些区域的答复，可重复")] = (),
    year: Annotated[tuple[str, ...], Query(description="只列这些年份的答复，可重复")] = (),
    kind: Annotated[tuple[str, ...], Query(description="只列这些类型：cppcc、npc、message、other，可重复")] = (),
    role: Annotated[
        tuple[str, ...], Query(description="只列主办答复 lead、会办意见 opinion 或不是答复的文件 none，可重复")
    ] = (),
    outcome: Annotated[tuple[str, ...], Query(description="只列这些办理类别：A、B、C、D，可重复")] = (),
) -> Chosen:
    """The values that a list is narrowed to. A value that no document has leaves nothing."""
    return {"agency": agency, "district": district, "year": year, "kind": kind, "role": role, "outcome": outcome}


@router.get("/search", summary="检索答复", response_model=SearchResult, responses=documented(400, 422, 503))
def search(
    request: Request,
    live: Live,
    q: Annotated[
        str,
        Query(
            description='查询：几个词、"精确词语"、-排除、字段（单位: 年份: 日期: 编号: 文号: 类型: 办理:），或一段文字'
        ),
    ],
    chosen: Annotated[Chosen, Depends(chosen_facets)],
    k: Annotated[int, Query(ge=1, le=MAX_HITS, description="返回几份答复")] = 10,
    mode: Annotated[Mode, Query(description="hybrid 词语与语义结合，lexical 只按词语，vector 只按语义")] = "hybrid",
    offset: Annotated[int, Query(ge=0, le=MAX_OFFSET, description="跳过前面几份，用于翻页")] = 0,
    sort: Annotated[
        Sort, Query(description="closeness 按相关程度，date 按答复日期，新的在前，可参考的排在后面")
    ] = "closeness",
    explain: Annotated[bool, Query(description="为 true 时每份答复附 explanation：共同的词和两路得分")] = False,
    names: Annotated[
        bool, Query(description="为 false 时，查询里的单位、年份、人名等只按字面查找，不优先其答复")
    ] = True,
    facets: Annotated[bool, Query(description="为 true 时附 facets：可以用来筛选的值和各自的份数")] = False,
) -> Response:
    """按相关程度列出答复，每份附最相关的段落。没有的内容为 null；个人信息已遮盖。"""
    parsed = replace(parse_query(q), chosen=chosen)
    if not names:
        parsed = parsed.literal()
    found = Searcher(live.snapshot).search(
        parsed, k, mode=mode, offset=offset, sort=sort, explain=explain, facets=facets
    )
    note(request, hits=found.total)
    return Response(found.model_copy(update={"query": q}).to_json(), media_type="application/json")
