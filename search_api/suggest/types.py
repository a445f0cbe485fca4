"""The terms that the parts of this package share."""

from typing import Literal, Protocol, get_args

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["term", "agency", "title", "number"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""Equally good matches are offered in this order, and in reverse once a digit is typed."""

MAX_TYPED = 40
"""Characters; whoever has typed more than the length of a title wants no completion."""


class Entry(Protocol):
    """What suggestions need to know of a document. `replied_on` is an ISO date."""

    @property
    def doc_id(self) -> str: ...
    @property
    def title(self) -> str | None: ...
    @property
    def agency(self) -> str | None: ...
    @property
    def doc_number(self) -> str | None: ...
    @property
    def proposal_numbers(self) -> tuple[str, ...]: ...
    @property
    def replied_on(self) -> str | None: ...
    @property
    def scope(self) -> str: ...


class Suggestion(BaseModel):
    """`text` is the whole query to go on with; `documents` says how many documents have what completes it.

    `documents` is None where other words stand before the completed one. In JSON it is called `letters`: the API
    published that name.
    """

    model_config = ConfigDict(frozen=True)

    text: str
    kind: Kind
    by_pinyin: bool
    documents: int | None = Field(serialization_alias="letters")
