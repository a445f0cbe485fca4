"""What the draft of a reply is, whatever it is written as."""

from datetime import date
from typing import Literal

from corpus.types import Frozen
from search_api.desk.sheet import SheetPassage
from search_api.desk.sheet.model import Text

Kind = Literal["提案", "建议"]
"""Of a proposal: of the political consultative conference, or of the people's congress."""


class OpenCommitment(Frozen):
    """A promise of a passage's document that nobody has shown to be kept; `by` is the last day of the time it names.

    `passage_id` is that of the passage that makes the promise, None where it stands in none.
    """

    doc_id: str
    passage_id: str | None
    quote: Text
    by: str | None


class Material(Frozen):
    """A chosen passage, the number of its footnote, and what must be known before its words are used again."""

    passage: SheetPassage
    note: int
    remarks: tuple[Text, ...] = ()


class DraftPoint(Frozen):
    """One ask as a part of the reply. `number` is the ask's, None for passages that were chosen for none.

    Where there is no material, somebody has to write. `remarks` are about the ask: not certain, or no precedent.
    """

    number: int | None
    heading: Text
    materials: tuple[Material, ...]
    remarks: tuple[Text, ...] = ()


class Draft(Frozen):
    """`title` and `number` are the proposal's, `kind` None where neither tells it."""

    title: Text | None
    number: Text | None
    kind: Kind | None
    made_on: date
    points: tuple[DraftPoint, ...]

    @property
    def materials(self) -> tuple[Material, ...]:
        """In the order of their footnotes."""
        return tuple(material for point in self.points for material in point.materials)
