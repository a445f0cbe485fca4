"""POST /api/v1/match: what answers each point of a new proposal."""

import json
from collections.abc import Iterator

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response, StreamingResponse
from pydantic import Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from corpus.proposals import Meaning, Proposal
from indexer.snapshot import Snapshot
from search_api.match import Match, proposal_of
from search_api.meaning import meaning_of
from search_api.snapshots import Pinned
from search_api.web.api.router import api_router
from search_api.web.deps import Live
from search_api.web.matches import Matches
from search_api.web.middleware.audit import note
from search_api.web.problems import documented, ending_with_problem
from search_api.web.rendering.draft import Draft, DraftPoint
from search_api.web.uploads import proposal as uploads

router = api_router()

_JSON_LINES = "application/x-ndjson"
_STRING = {"type": "string"}
_STRING_OR_NULL = {"type": ["string", "null"]}
_POINTS = {"type": "array", "items": {"type": "object", "properties": {"text": _STRING, "context": _STRING}}}
_BODIES = {
    "application/json": {
        "text": _STRING,
        "title": _STRING_OR_NULL,
        "number": _STRING_OR_NULL,
        "preamble": _STRING,
        "points": _POINTS,
    },
    "multipart/form-data": {"text": _STRING, "file": {"type": "string", "format": "binary"}},
}
_CONTENT = {kind: {"schema": {"type": "object", "properties": fields}} for kind, fields in _BODIES.items()}


class _Text(Draft):
    """A proposal that is not yet split into points. The other fields are ignored, but must be well-formed."""

    text: str
    points: list[DraftPoint] = Field(default_factory=list)


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
    也可以是 multipart/form-data，字段 text 或 file（docx、doc、wps、pdf、txt 等，不超过 10 MB）。
    Accept 为 application/x-ndjson 时逐行回答：先是 {"done": 1, "of": 7} 这样的进度，最后一行是结果或错误。
    """
    if uploads.is_json(request):
        return await run_in_threadpool(_matched, request, live, await uploads.read_json(request))
    form = await uploads.read_form(request)
    try:
        return await run_in_threadpool(_matched, request, live, form)
    finally:
        await form.close()


def _matched(request: Request, live: Pinned, body: FormData | bytes) -> Response:
    snapshot, matches = live.snapshot, request.app.state.matches
    proposal = _proposal(body, meaning_of(snapshot))
    note(request, query=proposal.title, points=len(proposal.points))
    if _JSON_LINES not in request.headers.get("accept", ""):
        return Response(matches.match(snapshot, proposal).to_json(), media_type="application/json")
    lines = ending_with_problem(_lines(matches, snapshot, proposal), request)
    # A proxy that collects an answer before it passes it on would collect the progress.
    return StreamingResponse(lines, media_type=_JSON_LINES, headers={"X-Accel-Buffering": "no"})


def _proposal(body: FormData | bytes, meaning: Meaning | None) -> Proposal:
    """Raises QueryError, RequestError, RequestValidationError."""
    if isinstance(body, FormData):
        return proposal_of(uploads.text_of(body), meaning)
    told = uploads.object_in(body)
    try:
        if "text" in told:
            return proposal_of(_Text.model_validate(told).text, meaning)
        return Draft.model_validate(told).proposal()
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error


def _lines(matches: Matches, snapshot: Snapshot, proposal: Proposal) -> Iterator[str]:
    """A line for each step. Raises QueryError before the first line."""
    return (_line(step, len(proposal.points)) for step in matches.steps(snapshot, proposal))


def _line(step: int | Match, of: int) -> str:
    return (step.to_json(indent=None) if isinstance(step, Match) else json.dumps({"done": step, "of": of})) + "\n"
