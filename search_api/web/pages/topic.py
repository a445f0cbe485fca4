"""The page of one topic: its answers over the years, the trends of its figures, who answered."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from indexer.snapshot import Snapshot
from search_api.analyses.over_years import Stage, one_a_year
from search_api.highlight import highlights
from search_api.labels import date_label, label_of
from search_api.passage_lookup import find_passage
from search_api.query.language import LONGEST_LINE, QueryError
from search_api.topic import Topic, topic
from search_api.web.deps import Live
from search_api.web.middleware.audit import note
from search_api.web.rendering.marking import Span
from search_api.web.rendering.templating import METHODS, page
from search_api.web.rendering.trend import HEIGHT, WIDTH, trend_of

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class ShownAnswer:
    """An answer as its row of the timeline has it; `spans` are the topic's words in `text`, its passage."""

    stage: Stage
    label: str
    when: str
    text: str
    spans: Sequence[Span]


@dataclass(frozen=True)
class AnsweringAgency:
    """A bureau and, for each year of the topic, what it answered in it."""

    name: str
    years: tuple[tuple[Stage, ...], ...]


@router.api_route("/topic", methods=METHODS, response_class=HTMLResponse)
def topic_page(request: Request, live: Live, q: str = "") -> HTMLResponse:
    """The topic `q`; an empty one is asked for."""
    query = q.strip()
    values: dict[str, object] = {"q": query, "longest": LONGEST_LINE, "error": None, "topic": None}
    if not query:
        return page(request, "topic.html", values)
    try:
        if len(query) > LONGEST_LINE:
            raise QueryError(
                f"主题有 {len(query)} 个字符，最多 {LONGEST_LINE} 个：请只写几个词，如“加装电梯 财政补助”。"
            )
        found = topic(live.snapshot, query)
    except QueryError as error:
        return page(request, "topic.html", {**values, "error": str(error)}, status=400)
    note(request, hits=len(found.answers))
    return page(request, "topic.html", {**values, **_shown(live.snapshot, found)})


def _shown(snapshot: Snapshot, found: Topic) -> dict[str, object]:
    years = sorted({stage.year for stage in found.answers})
    return {
        "topic": found,
        "answers": [_answer(snapshot, stage, found.words) for stage in found.answers],
        "stages": one_a_year(found.answers),
        "trends": [(trend_of(series), series) for series in found.trends],
        "years": years,
        "agencies": _agencies(found.answers, years),
        "sources": {stage.doc_id: stage for stage in found.answers},
        "plot": (WIDTH, HEIGHT),
    }


def _answer(snapshot: Snapshot, stage: Stage, words: Sequence[str]) -> ShownAnswer:
    passage = find_passage(snapshot, stage.passage_id)
    assert passage is not None  # the stage is of this snapshot
    text = " ".join(passage.text.split())
    return ShownAnswer(
        stage=stage,
        label=label_of(snapshot, passage.entry),
        when=date_label(stage.replied_on) if stage.replied_on else f"{stage.year}年",
        text=text,
        spans=highlights(text, words, (), snapshot.analyzer),
    )


def _agencies(answers: Sequence[Stage], years: Sequence[int]) -> list[AnsweringAgency]:
    """By when they first answered."""
    names = dict.fromkeys(stage.agency or "单位不详" for stage in answers)
    return [
        AnsweringAgency(
            name, tuple(tuple(s for s in answers if (s.agency or "单位不详") == name and s.year == y) for y in years)
        )
        for name in names
    ]
