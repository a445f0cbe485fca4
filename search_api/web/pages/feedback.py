"""Takes a user's verdict on a passage, useful or not, with and without JavaScript."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urldefrag, urlencode, urlsplit

from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ValidationError

from corpus.errors import DafuError
from search_api import feedback
from search_api.feedback import Verdict
from search_api.passage_lookup import find_passage
from search_api.snapshots import Pinned
from search_api.web.deps import Live
from search_api.web.middleware.audit import note
from search_api.web.problems import RequestError, wants_html
from search_api.web.rendering.templating import FOLDER, METHODS
from search_api.web.settings.places import feedback_place
from search_api.web.uploads.bodies import NotAFormError, read_form
from search_api.web.urls import root_of

router = APIRouter(include_in_schema=False)

_MAX_FORM = 64 << 10  # bytes; the query is the longest part of it, nine bytes a character


class NotKeptError(RequestError):
    """A verdict is not taken, or could not be written."""

    kind, title = "feedback", "评价没有记下"

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class PostedVerdict(BaseModel):
    """The fields of the form, as they were sent."""

    passage_id: str
    query: str
    rank: int
    useful: Literal["yes", "no"]


async def posted(request: Request) -> PostedVerdict:
    """Reads the form within bounds, as FastAPI's own reader does not. Raises NotKeptError, RequestValidationError."""
    too_large = NotKeptError(413, "评价的内容太长。请刷新检索结果后再试。")
    try:
        form = await read_form(request, _MAX_FORM, too_large, max_files=0)
        return PostedVerdict.model_validate(dict(form))
    except NotAFormError as error:
        raise NotKeptError(400, "评价的内容无法读取。请刷新检索结果后再试。") from error
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error


@router.api_route("/feedback.css", methods=METHODS)
def verdict_style(request: Request, live: Live) -> Response:
    """The style of templates/_verdict.html, which hides it if no verdicts are taken: a macro cannot know that."""
    sheet = (FOLDER / "static" / "verdict.css").read_text(encoding="utf-8")
    hidden = "" if _place(request, live) else "\n.verdict { display: none; }\n"
    return Response(sheet + hidden, media_type="text/css")


@router.post("/feedback")
def take_verdict(request: Request, live: Live, said: Annotated[PostedVerdict, Depends(posted)]) -> Response:
    """Keeps the verdict and leads back to where it was given; a script is told 204."""
    if (path := _place(request, live)) is None:
        raise NotKeptError(403, "本站没有开启评价。要开启，请管理员去掉设置 DAFU_FEEDBACK=off。")
    query = said.query.strip()
    if not 1 <= len(query) <= feedback.MAX_QUERY or not 1 <= said.rank <= feedback.MAX_RANK:
        raise NotKeptError(422, f"查询应为 1 到 {feedback.MAX_QUERY} 个字，名次应为正整数。请刷新检索结果后再试。")
    verdict = Verdict(
        date=datetime.now().astimezone().date(),
        generation=_generation_with(live, said.passage_id),
        query=query,
        passage_id=said.passage_id,
        rank=said.rank,
        useful=said.useful == "yes",
    )
    note(request, doc_id=verdict.doc_id, query=verdict.query)
    try:
        feedback.keep(path, verdict)
    except DafuError as error:
        raise NotKeptError(507, str(error)) from error
    return RedirectResponse(_way_back(request, verdict), 303) if wants_html(request) else Response(status_code=204)


def _place(request: Request, live: Pinned) -> Path | None:
    """The database that verdicts are kept in; None if none are taken."""
    return feedback_place(request.app.state.settings, live.snapshots.folder)


def _generation_with(live: Pinned, address: str) -> int:
    """The number of the live generation, which has the passage. Raises NotKeptError if it has not."""
    found = find_passage(live.snapshot, address)
    if found is None or found.version is not None:
        raise NotKeptError(409, "这一段已经不在现在的索引里。请刷新检索结果，再看一次。")
    return live.snapshot.number


def _way_back(request: Request, verdict: Verdict) -> str:
    """The page that sent the form, at the form's own thanks; the first page of the search if the sender is unknown."""
    sender = request.headers.get("referer", "")
    known = urlsplit(sender).netloc == request.headers.get("host")
    page = urldefrag(sender).url if known else f"{root_of(request)}/?{urlencode({'q': verdict.query})}"
    return f"{page}#said-{verdict.rank}-{verdict.passage_id.rpartition('#')[2]}"
