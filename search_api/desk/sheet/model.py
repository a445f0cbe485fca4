"""What a sheet is. Its JSON form is the model's own."""

import re
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, model_validator

from corpus.types import Frozen
from search_api.types import Band

_LINE_END = re.compile(r"\r\n|[\x0b-\r\x1c-\x1e\x85\u2028\u2029]")
# What XML 1.0 forbids, the other control characters, and what makes text run backwards. Tab and line feed stay.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    r"""The text as every file format can hold it, with \n as its only line end.

    >>> printable("第一行\r\n第\x00二\ud800行\u2028第三行")
    '第一行\n第二行\n第三行'
    """
    return _UNPRINTABLE.sub("", _LINE_END.sub("\n", text))


Text = Annotated[str, AfterValidator(printable)]


class SheetTable(Frozen):
    """The rows of a passage that is a table, the first `head_rows` of which name the columns."""

    head_rows: int
    rows: tuple[tuple[Text, ...], ...]


class SheetPassage(Frozen):
    """A chosen passage. `section` is the path of its headings, `band` None where it was chosen without a search.

    `citation` is its source in one line, `address` where its document opens on the intranet. `passage_number` is its
    place in the document; None where its words stand in an older version only, and then it `is_outdated`. In `text` the
    cells of a row stand between tabs; `table` is None for what is no table. `superseded_by` is the passage that took
    its place, and `newer` that one's citation.
    """

    doc_id: Text
    passage_id: Text
    passage_number: int | None
    is_outdated: bool = False
    title: Text | None
    agency: Text | None
    doc_number: Text | None
    proposal_number: Text | None
    replied_on: date | None
    section: Text | None
    text: Text
    band: Band | None
    citation: Text
    address: Text | None
    table: SheetTable | None = None
    superseded_by: Text | None = None
    newer: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _with_address(cls, given: object) -> object:
        """A sheet that was written before passages had anchors names them by their number."""
        if isinstance(given, dict) and "passage_id" not in given:
            return {**given, "passage_id": f"{given.get('doc_id')}#{given.get('passage_number')}"}
        return given


class SheetPoint(Frozen):
    """One ask and what was chosen for it; `context` may be empty.

    `number` is None for passages that were chosen without a proposal, `precedent` None where nobody looked for one;
    where it `is_uncertain`, there may be one.
    """

    number: int | None
    text: Text
    context: Text
    passages: tuple[SheetPassage, ...]
    precedent: bool | None
    is_uncertain: bool = False


class Sheet(Frozen):
    """`title` and `number` are the proposal's; ages are counted up to `made_on`."""

    title: Text | None
    number: Text | None
    made_on: date
    points: tuple[SheetPoint, ...]


def to_json(sheet: Sheet) -> str:
    """The sheet as a program reads it; `Sheet.model_validate_json` gives the same sheet back."""
    return sheet.model_dump_json(indent=1)
