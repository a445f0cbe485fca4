"""The HTTP API, version 1."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from corpus.privacy import mask_document
from corpus.types import Document
from indexer.generation import Generation
from indexer.legs import Mode
from search_api.types import SearchResult
from search_api.web.live import LiveIndex
from search_api.web.problems import DocumentNotFoundError, documented

router = APIRouter(prefix="/api/v1", tags=["检索"])

MOST_HITS = 100
DEEPEST_OFFSET = 10_000


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


def live_index(request: Request) -> LiveIndex:
    """The application's own."""
    live: LiveIndex = request.app.state.live
    return live


Live = Annotated[LiveIndex, Depends(live_index)]


@router.get("/search", summary="检索答复", response_model=SearchResult, responses=documented(400, 422, 503))
def search(
    live: Live,
    q: Annotated[
        str,
        Query(description='查询：几个词、"精确词语"、-排除、字段（单位: 年份: 编号: 文号: 类型: 办理:），或一段文字'),
    ],
    k: Annotated[int, Query(ge=1, le=MOST_HITS, description="返回几份答复")] = 10,
    mode: Annotated[Mode, Query(description="hybrid 词语与语义结合，lexical 只按词语，vector 只按语义")] = "hybrid",
    offset: Annotated[int, Query(ge=0, le=DEEPEST_OFFSET, description="跳过前面几份，用于翻页")] = 0,
    explain: Annotated[bool, Query(description="为 true 时每份答复附 explanation：共同的词和两路得分")] = False,
) -> Response:
    """按相关程度列出答复，每份附最相关的段落。没有的内容为 null；个人信息已遮盖。"""
    result = live.searcher().search(q, k, mode=mode, offset=offset, explain=explain)
    return Response(result.to_json(), media_type="application/json")


@router.get(
    "/documents/{doc_id:path}",
    summary="一份答复的全文",
    response_model=DocumentAnswer,
    responses=documented(404, 422, 503),
)
def document(live: Live, doc_id: Annotated[str, Path(description="答复的编号，即检索结果的 doc_id")]) -> JSONResponse:
    """全文、读出的各项信息和段落位置；个人信息已遮盖，位置不变。"""
    generation = live.generation()
    ordinal = ordinal_of(generation, doc_id)
    passages = [span.model_dump() for span in passage_spans(generation, ordinal)]
    answer: dict[str, Any] = {**mask_document(generation.document(ordinal)).to_json(), "passages": passages}
    return JSONResponse(answer)


def ordinal_of(generation: Generation, doc_id: str) -> int:
    """The letter's position in the generation. Raises DocumentNotFoundError."""
    ordinal = generation.table.ordinals.get(doc_id)
    if ordinal is None:
        raise DocumentNotFoundError(doc_id)
    return ordinal


def passage_spans(generation: Generation, ordinal: int) -> list[PassageSpan]:
    """A letter's passages in reading order."""
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
