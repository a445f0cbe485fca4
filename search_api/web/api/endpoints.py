"""The HTTP API, version 1."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from corpus.proposals import Proposal
from corpus.types import Document
from indexer.build.generation import Generation
from indexer.engine.local.retrieval import Mode
from search_api.facets import Chosen
from search_api.masked import masked
from search_api.match import Match, proposal_of
from search_api.query.language import parse_query
from search_api.suggest import Suggestion
from search_api.types import SearchResult, Sort
from search_api.web.access.identity import reader_of, require_right
from search_api.web.live import LiveIndex
from search_api.web.matches import Matches
from search_api.web.middleware.audit import note
from search_api.web.problems import DocumentNotFoundError, documented, ending_with_problem
from search_api.web.rendering.draft import Draft, DraftPoint
from search_api.web.uploads import proposal as uploads

router = APIRouter(prefix="/api/v1", tags=["检索"], responses=documented(429, 504))

MAX_HITS = 100
DEEPEST_OFFSET = 10_000
MAX_SUGGESTIONS = 20

NOT_KEPT = {"Cache-Control": "no-store"}
"""Of an answer with personal data: it stays out of the browser's cache."""

_JSON_LINES = "application/x-ndjson"
_STRING = {"type": "string"}
_PERHAPS = {"type": ["string", "null"]}
_POINTS = {"type": "array", "items": {"type": "object", "properties": {"text": _STRING, "context": _STRING}}}
_BODIES = {
    "application/json": {
        "text": _STRING,
        "title": _PERHAPS,
        "number": _PERHAPS,
        "preamble": _STRING,
        "points": _POINTS,
    },
    "multipart/form-data": {"text": _STRING, "file": {"type": "string", "format": "binary"}},
}
_CONTENT = {kind: {"schema": {"type": "object", "properties": fields}} for kind, fields in _BODIES.items()}


class PassageSpan(BaseModel):
    """Where a passage of a document stands: text[start:end], in section `section` of its sections."""

    passage_id: str
    number: int
    section: int
    start: int
    end: int


class DocumentAnswer(Document):
    """A document, personal data masked, with its passages."""

    passages: tuple[PassageSpan, ...]


class SuggestAnswer(BaseModel):
    """Ways to go on with `query`, best first."""

    query: str
    suggestions: list[Suggestion]


class _Text(Draft):
    """A proposal not yet taken apart; what else is there plays no part, but must be well-formed."""

    text: str
    points: list[DraftPoint] = Field(default_factory=list)


def live_index(request: Request) -> LiveIndex:
    """The application's own, as this request's reader may see it."""
    live: LiveIndex = request.app.state.live
    seen = request.scope["state"]["live"] = live.seen_by(reader_of(request).scopes)
    return seen


Live = Annotated[LiveIndex, Depends(live_index)]


def chosen_facets(
    agency: Annotated[tuple[str, ...], Query(description="只列这些单位的答复，可重复")] = (),
    district: Annotated[tuple[str, ...], Query(description="只列这些区域的答复，可重复")] = (),
    year: Annotated[tuple[str, ...], Query(description="只列这些年份的答复，可重复")] = (),
    kind: Annotated[tuple[str, ...], Query(description="只列这些类型：cppcc、npc、message、other，可重复")] = (),
    role: Annotated[tuple[str, ...], Query(description="只列主办答复 lead 或会办意见 opinion，可重复")] = (),
    outcome: Annotated[tuple[str, ...], Query(description="只列这些办理类别：A、B、C、D，可重复")] = (),
) -> Chosen:
    """What a list is narrowed to; a value that no document has leaves none."""
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
    offset: Annotated[int, Query(ge=0, le=DEEPEST_OFFSET, description="跳过前面几份，用于翻页")] = 0,
    sort: Annotated[Sort, Query(description="closeness 按相关程度，date 按答复日期，新的在前")] = "closeness",
    explain: Annotated[bool, Query(description="为 true 时每份答复附 explanation：共同的词和两路得分")] = False,
    facets: Annotated[bool, Query(description="为 true 时附 facets：可以用来筛选的值和各自的份数")] = False,
) -> Response:
    """按相关程度列出答复，每份附最相关的段落。没有的内容为 null；个人信息已遮盖。"""
    parsed = replace(parse_query(q), chosen=chosen)
    found = live.searcher().search(parsed, k, mode=mode, offset=offset, sort=sort, explain=explain, facets=facets)
    note(request, hits=found.total)
    return Response(found.model_copy(update={"query": q}).to_json(), media_type="application/json")


@router.get("/suggest", summary="补全查询", responses=documented(422, 503))
def suggest(
    live: Live,
    q: Annotated[str, Query(description="已经输入的文字；没有相同的字时按拼音找，例如 yanglao、yl")],
    k: Annotated[int, Query(ge=1, le=MAX_SUGGESTIONS, description="最多返回几条")] = 8,
) -> SuggestAnswer:
    """档案里的标题、单位、编号和常用词，用来接着写查询；by_pinyin 表示按拼音找到。"""
    return SuggestAnswer(query=q, suggestions=live.searcher().suggester.suggest(q, k))


@router.post(
    "/match",
    summary="逐条对照一份新提案",
    response_model=Match,
    responses=documented(400, 413, 415, 422, 503),
    openapi_extra={"requestBody": {"required": True, "content": _CONTENT}},
)
async def match(request: Request, live: Live) -> Response:
    """每条诉求在哪些答复里答过；precedent 为 false 表示没有先例；documents 按覆盖诉求的多少排列。

    内容是 JSON：{"text": 全文}，或已经分好的 {"title", "number", "preamble", "points": [{"text", "context"}]}；
    也可以是 multipart/form-data，字段 text 或 file（docx、pdf、txt 等，不超过 10 MB）。
    Accept 为 application/x-ndjson 时逐行回答：先是 {"done": 1, "of": 7} 这样的进度，最后一行是结果或错误。
    """
    if uploads.media_type(request) == "application/json":
        return await run_in_threadpool(_matched, request, live, await uploads.read_json(request))
    form = await uploads.read_form(request)
    try:
        return await run_in_threadpool(_matched, request, live, form)
    finally:
        await form.close()


def _matched(request: Request, live: LiveIndex, body: FormData | dict[str, Any]) -> Response:
    proposal = proposal_of(uploads.text_of(body)) if isinstance(body, FormData) else _proposal(body)
    generation, matches = live.generation(), request.app.state.matches
    note(request, query=proposal.title, points=len(proposal.points))
    if _JSON_LINES not in request.headers.get("accept", ""):
        return Response(matches.match(generation, proposal).to_json(), media_type="application/json")
    lines = ending_with_problem(_lines(matches, generation, proposal), request)
    # A proxy that collects an answer before it passes it on would collect the progress.
    return StreamingResponse(lines, media_type=_JSON_LINES, headers={"X-Accel-Buffering": "no"})


def _proposal(body: dict[str, Any]) -> Proposal:
    """Raises QueryError, RequestValidationError."""
    try:
        if "text" in body:
            return proposal_of(_Text.model_validate(body).text)
        return Draft.model_validate(body).proposal()
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error


def _lines(matches: Matches, generation: Generation, proposal: Proposal) -> Iterator[str]:
    """Raises QueryError, and not later."""
    return (_line(step, len(proposal.points)) for step in matches.steps(generation, proposal))


def _line(step: int | Match, of: int) -> str:
    return (step.to_json(indent=None) if isinstance(step, Match) else json.dumps({"done": step, "of": of})) + "\n"


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
    generation = live.generation()
    ordinal = ordinal_of(generation, doc_id)
    passages = [span.model_dump() for span in passage_spans(generation, ordinal)]
    read = Generation.document if unmasked else masked
    answer: dict[str, Any] = {**read(generation, ordinal).to_json(), "passages": passages}
    return JSONResponse(answer, headers=NOT_KEPT if unmasked else None)


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
