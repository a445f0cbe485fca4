"""One line of the audit."""

from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, model_validator

from corpus.privacy import mask

MAX_LENGTH = 200
"""Characters of a query or a path that are kept: enough to know what was asked, and no pasted document."""

_MARGIN = 100  # characters masked beyond them: what personal data begin before the cut are seen as a whole


class Event(BaseModel):
    """Who did what, when, and how it ended. `status` is that of HTTP, or a command's exit code; `hits` counts
    documents, for an export passages.

    `times` is how often more it happened than the lines before it say, where they were too many to write down.
    `doc_ids` are those of an export; `query_length` is in characters, also where the query itself is not kept.
    """

    model_config = ConfigDict(frozen=True)

    time: AwareDatetime
    request_id: str | None = None
    user: str
    client: str
    action: str
    status: int
    path: str | None = None
    doc_id: str | None = None
    doc_ids: tuple[str, ...] | None = None
    version: str | None = None
    generation: int | None = None
    hits: int | None = None
    points: int | None = None
    format: str | None = None
    query: str | None = None
    query_length: int | None = None
    detail: str | None = None
    times: int | None = None

    @model_validator(mode="before")
    @classmethod
    def _rename_reader(cls, given: Any) -> Any:  # noqa: ANN401  # pydantic gives it as it comes
        """Lines written before the field was called `user` have it as `reader`."""
        if isinstance(given, dict) and "user" not in given and "reader" in given:
            return {**given, "user": given["reader"]}
        return given

    def line(self) -> bytes:
        """The event as JSON with its line end, personal data masked: a query, an address or an id may hold some."""
        texts = ("path", "doc_id", "version", "query", "detail")
        masked = {name: masked_start(text) for name in texts if (text := getattr(self, name)) is not None}
        return (self.model_copy(update=masked).model_dump_json(exclude_none=True) + "\n").encode()


def masked_start(text: str) -> str:
    """The first MAX_LENGTH characters, personal data masked, without the lone surrogates that UTF-8 cannot hold.

    Cut first: to mask takes time in proportion to the text, and a stranger decides how long that is.
    """
    return mask(text[: MAX_LENGTH + _MARGIN])[:MAX_LENGTH].encode("utf-8", "replace").decode()
