"""What a search returns; the JSON shapes of DESIGN are these models' own."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

Mode = Literal["hybrid", "lexical", "vector"]
Band = Literal["高度相关", "相关", "可参考"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class PassageHit(_Frozen):
    """A passage as shown: personal data masked. `start`, `end` are in the document, `highlights` in `text`."""

    passage_id: str
    section: str | None
    text: str
    start: int
    end: int
    highlights: list[tuple[int, int]]


class Explanation(_Frozen):
    """Why a hit stands where it stands. A leg's score is None where the query did not ask it."""

    matched_terms: list[str]
    lexical_score: float | None
    vector_score: float | None
    vector_weight: float


class Hit(_Frozen):
    """One letter with its best passages."""

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


class SearchResult(_Frozen):
    """`total` counts the letters found, of which `hits` is one page."""

    query: str
    mode: Mode
    total: int
    took_ms: float
    hits: list[Hit]

    def to_json(self) -> str:
        """The contract's shape: absent fields are null; `explanation` is there only where it was asked for."""
        asked = any(hit.explanation for hit in self.hits)
        return self.model_dump_json(indent=1, exclude=None if asked else {"hits": {"__all__": {"explanation"}}})
