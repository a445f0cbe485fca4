"""What a search returns; the published JSON shapes are these models' own."""

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from corpus.facts.verdicts import Verdict
from indexer.engine.protocol import FieldName, Mode
from search_api.query.named import NamedKind

Status = Literal["current", "superseded", "restates"]
Closeness = Literal["answered", "uncertain", "none"]
Sort = Literal["closeness", "date"]
Band = Literal["高度相关", "相关", "可参考"]

NOTHING_CLOSE = "没有足够接近的答复"
NOT_CERTAIN = "没有把握，请看这几份"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class TableCell(_Frozen):
    """A cell of a table. `start`, `end` are in the document, `highlights` in `text`."""

    text: str
    start: int
    end: int
    highlights: list[tuple[int, int]]


class TableHit(_Frozen):
    """The rows of a passage that is a table, all with as many cells; the first `head_rows` name the columns.

    The head of a table that is cut into passages is with each of them, and then stands before the passage's text.
    `matching` are the places in `rows` of the few that the query asks for; the first ones where it asks for none.
    """

    head_rows: int
    rows: list[list[TableCell]]
    matching: list[int]


class PassageHit(_Frozen):
    """A passage as shown: personal data masked. `start`, `end` are in the document, `highlights` in `text`.

    In `text` the cells of a row stand between tabs; `table` is null for what is no table.

    `number` is its place in the document, from 1, as citations count. `status` is what it is worth today for what was
    asked, None where that is not known; `why` says so in words, and `superseded_by` is the passage that took its place.
    """

    passage_id: str
    number: int = Field(exclude=True)
    section: str | None
    text: str
    start: int
    end: int
    highlights: list[tuple[int, int]]
    table: TableHit | None = None
    status: Status | None = None
    superseded_by: str | None = None
    why: str | None = None
    verdict: Verdict | None = None


class Explanation(_Frozen):
    """Why a hit stands where it stands. A leg's score is None where the query did not ask it.

    `chance` that the document answers, by the archive's calibration: what the band is read off.
    """

    matched_terms: list[str]
    lexical_score: float | None
    vector_score: float | None
    vector_weight: float
    chance: float

    @property
    def is_ranked(self) -> bool:
        """Whether words led to the hit, and not a number or a filter alone."""
        return (self.lexical_score, self.vector_score) != (None, None)

    @property
    def likelihood(self) -> str:
        """The chance as people read it: 87%, and never certain."""
        return f"{self.chance:.0%}" if self.chance < 0.995 else "99% 以上"


class Hit(_Frozen):
    """One document with its best passages. `label` is what a page calls it: masked, and never empty."""

    rank: int
    doc_id: str
    score: float
    band: Band
    title: str | None
    agency: str | None
    replied_on: date | None
    doc_number: str | None
    proposal_number: str | None
    proposal_kind: str
    role: str
    passages: list[PassageHit]
    explanation: Explanation | None = None
    label: str = Field(exclude=True)


class FacetValue(_Frozen):
    """`count` documents would be listed if this value alone were chosen of its facet, and all else stayed."""

    value: str
    count: int
    is_chosen: bool


class Facet(_Frozen):
    """A fact of documents with the values that a list can be narrowed to."""

    name: FieldName
    values: list[FacetValue]


class NamedValue(_Frozen):
    """What a query names, and so prefers: `text` as it was typed, `values` as the documents have it."""

    kind: NamedKind
    text: str
    values: list[str]


class SearchResult(_Frozen):
    """`total` counts the documents found, of which `hits` is one page. `facets` where they were asked for.

    `named` is what the query names; documents that have it come first. `searched` is the query in characters where
    letters were read as pinyin, else None.

    `closeness` says whether one of them answers; where it is uncertain, or none does, `message` says so in words, and
    the hits are merely the nearest.
    """

    query: str
    mode: Mode
    total: int
    took_ms: float
    closeness: Closeness
    message: str | None
    named: list[NamedValue] = []
    searched: str | None = None
    hits: list[Hit]
    facets: list[Facet] | None = None

    def to_json(self) -> str:
        """The contract's shape: absent fields are null; `explanation`, `facets` are there only where asked for."""
        unasked: dict[str, Any] = {} if self.facets is not None else {"facets": True}
        if not any(hit.explanation for hit in self.hits):
            unasked["hits"] = {"__all__": {"explanation"}}
        return self.model_dump_json(indent=1, exclude=unasked)
