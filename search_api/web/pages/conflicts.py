"""The page of what may contradict: both sides side by side, and a button for what is none."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field, ValidationError

from corpus.errors import DafuError
from indexer.engine.protocol import DocumentEntry
from indexer.snapshot import Snapshot
from search_api import no_conflicts
from search_api.analyses.conflicts import Conflict, Side, conflicts, pair_key
from search_api.labels import label_of
from search_api.passage_lookup import find_passage
from search_api.web.deps import Live
from search_api.web.middleware.audit import note
from search_api.web.pages.feedback import NotKeptError
from search_api.web.rendering.templating import METHODS, page
from search_api.web.settings.places import feedback_place
from search_api.web.uploads.bodies import NotAFormError, read_form
from search_api.web.urls import root_of

router = APIRouter(include_in_schema=False)

_SHOWN = 50  # more than anyone reads at a sitting; words and an agency narrow it
_MAX_FORM = 16 << 10  # bytes: two addresses and a filter


@dataclass(frozen=True)
class ShownSide:
    """A side with what a page calls its document."""

    side: Side
    entry: DocumentEntry
    label: str


@dataclass(frozen=True)
class ShownConflict:
    """A conflict with its sides."""

    conflict: Conflict
    sides: tuple[ShownSide, ...]


class PostedPair(BaseModel):
    """The fields of the form: a pair, what is said of it, and the filter to go back to."""

    a: str = Field(max_length=600)
    b: str = Field(max_length=600)
    act: Literal["none", "back"]
    q: str = Field(default="", max_length=200)
    agency: str = Field(default="", max_length=100)


@router.api_route("/conflicts", methods=METHODS, response_class=HTMLResponse)
def conflicts_page(
    request: Request,
    live: Live,
    q: Annotated[str, Query(max_length=200)] = "",
    agency: Annotated[str, Query(max_length=100)] = "",
) -> HTMLResponse:
    snapshot, said = live.snapshot, no_conflicts.keys(place := _place(request, live.snapshots.folder))
    everything = conflicts(snapshot, q, agency=agency)
    open_ones = [each for each in everything if _key(each) not in said]
    values = {
        "q": q,
        "agency": agency,
        "total": len(open_ones),
        "found": [_shown(snapshot, each) for each in open_ones[:_SHOWN]],
        "dismissed": [_shown(snapshot, each) for each in everything if _key(each) in said],
        "keeps": place is not None,
    }
    return page(request, "conflicts.html", values)


async def posted(request: Request) -> PostedPair:
    """Reads the form within bounds. Raises NotKeptError, RequestValidationError."""
    try:
        form = await read_form(request, _MAX_FORM, NotKeptError(413, "内容太长。请刷新页面后再试。"), max_files=0)
        return PostedPair.model_validate(dict(form))
    except NotAFormError as error:
        raise NotKeptError(400, "内容无法读取。请刷新页面后再试。") from error
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error


@router.post("/conflicts")
def take_pair(request: Request, live: Live, said: Annotated[PostedPair, Depends(posted)]) -> Response:
    """Keeps that a pair is no conflict, or takes that back, and leads back to the list."""
    if (path := _place(request, live.snapshots.folder)) is None:
        raise NotKeptError(403, "本站没有开启评价。要开启，请管理员去掉设置 DAFU_FEEDBACK=off。")
    if not all(find_passage(live.snapshot, address) for address in (said.a, said.b)):
        raise NotKeptError(409, "这两段已经不在现在的索引里。请刷新页面，再看一次。")
    note(request, doc_id=said.a.rpartition("#")[0])
    try:
        if said.act == "none":
            no_conflicts.keep(path, said.a, said.b, datetime.now().astimezone().date())
        else:
            no_conflicts.take_back(path, said.a, said.b)
    except DafuError as error:
        raise NotKeptError(507, str(error)) from error
    asked = urlencode({name: value for name, value in (("q", said.q), ("agency", said.agency)) if value})
    return RedirectResponse(f"{root_of(request)}/conflicts{'?' + asked if asked else ''}", 303)


def _place(request: Request, folder: Path) -> Path | None:
    return feedback_place(request.app.state.settings, folder)


def _key(conflict: Conflict) -> str:
    return pair_key(conflict.a.passage_id, conflict.b.passage_id)


def _shown(snapshot: Snapshot, conflict: Conflict) -> ShownConflict:
    found = [(side, snapshot.engine.find(side.doc_id)) for side in (conflict.a, conflict.b)]
    sides = (ShownSide(side, entry, label_of(snapshot, entry)) for side, entry in found if entry)
    return ShownConflict(conflict, tuple(sides))
