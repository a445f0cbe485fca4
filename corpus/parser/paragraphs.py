"""The paragraph, with its place in the text, of which the parser makes head, body and closing."""

from typing import NamedTuple


class Paragraph(NamedTuple):
    """A paragraph of `Document.text`; `level` and `lead` as in `Block`. `is_row`: it is a row of a table."""

    text: str
    start: int
    end: int
    level: int
    lead: int
    is_row: bool = False
