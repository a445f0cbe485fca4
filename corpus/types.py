"""The types of the corpus: a document and its parts.

Offsets are in characters of `Document.text`; `text[start:end]` is literally what a page shows.
"""

from datetime import date
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

ProposalKind = Literal["cppcc", "npc", "message", "other"]
ReplyRole = Literal["lead", "opinion", "none"]
"""What a document is to the proposal: the reply, a bureau's opinion for it, or no reply at all, such as minutes."""
Outcome = Literal["A", "B", "C", "D"]
SectionRole = Literal["opening", "situation", "answer", "difficulty", "plan", "closing"]

OPEN_SCOPE = "公开"
"""The scope of a document without one of its own: everybody may see it."""


class Block(NamedTuple):
    """One line or paragraph as a reader found it, before cleaning.

    `level` is the heading level that the markup gave it (1 the highest), 0 for none; `lead` is the length of a bold
    run-in at its start ("**（一）增加床位。**今年…" has a lead of 9), 0 for none; `whole` is True where the format
    guarantees a whole paragraph (html, docx), False where a line may be a piece of one (txt, pdf, OCR); `fills` is
    whether such a line reaches the end of its column, None where the page does not show what that means; `doubtful`
    are the spans of its text that a scan gives and that may be misread.

    The row of a table has its cells between tabs (corpus.tables): `row` is its place in the table, from 1, and `heads`
    how many of the table's first rows name its columns; 0 for what is no row.
    """

    text: str
    level: int = 0
    lead: int = 0
    whole: bool = False
    row: int = 0
    heads: int = 0
    fills: bool | None = None
    doubtful: tuple[tuple[int, int], ...] = ()


class Frozen(BaseModel):
    """The base of the types that cross package borders."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(Frozen):
    """Where a document came from: its path below the given source, and the row or line inside the file."""

    path: str
    locator: int | None = None
    media_type: str


class RawDocument(Frozen):
    """A document as a reader hands it to the parser: blocks in reading order, and fields from outside its prose.

    `fields` holds columns, JSON keys and header-table rows under Document's own names (`doc_id`, `title`, `agency`,
    `replied_on`, `asked_on`, `question`, `doc_number`, `proposal_number`, `published_on`, …), as published text.
    `recognised` are the pages, from 1, that are pictures whose text was recognised.
    """

    blocks: tuple[Block, ...]
    fields: dict[str, str]
    source: Source
    recognised: tuple[int, ...] = ()


class Session(Frozen):
    """五届六次会议 is term 5, meeting 6."""

    term: int
    meeting: int


class Contact(Frozen):
    """The contact that a document prints. Personal data: masked in everything that leaves the system."""

    names: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()


class Citation(Frozen):
    """A document that another cites: 《title》 and its number, if one follows."""

    title: str
    number: str | None
    start: int
    end: int


class Section(Frozen):
    """A stretch of a document under one heading, up to the next heading of any level; `level` 1 is 一、."""

    heading: str | None
    level: int
    role: SectionRole
    start: int
    end: int


class Table(Frozen):
    """Rows of cells, all with as many. A cell is [start, end) of `Document.text`, empty where the table has it empty.

    The first `head_rows` rows name the columns. Of a table that is cut into passages, each has them.
    """

    head_rows: int
    rows: tuple[tuple[tuple[int, int], ...], ...]


class Passage(Frozen):
    """The unit that is indexed and shown: a paragraph or a few, or a table or some of its rows, of one section.

    `section` is the position of its section in `Document.sections`; `table` is None for what is no table.

    `anchor` names the passage by its text (see corpus.addresses), `number` by its place in the document.
    """

    passage_id: str
    anchor: str
    doc_id: str
    number: int
    section: int
    text: str
    start: int
    end: int
    table: Table | None = None


class Document(Frozen):
    """One reply letter as published, with everything read off it. What is absent is None or empty, never a guess."""

    doc_id: str
    heading: str | None
    title: str | None
    proposal_number: str | None
    proposal_numbers: tuple[str, ...]
    proposal_kind: ProposalKind
    session: Session | None
    agency: str | None
    role: ReplyRole
    doc_number: str | None
    addressees: tuple[str, ...]
    co_agencies: tuple[str, ...]
    asked_on: date | None
    replied_on: date | None
    outcome: Outcome | None
    contact: Contact | None
    answered_points: tuple[str, ...]
    question: str | None
    sections: tuple[Section, ...]
    citations: tuple[Citation, ...]
    text: str
    source: Source
    content_sha256: str
    scope: str | None = None  # who may see it, such as 内部 or a department; None is OPEN_SCOPE
    tables: tuple[Table, ...] = ()
    recognised: tuple[int, ...] = ()  # the pages of its file, from 1, that are pictures whose text was recognised
    doubtful: tuple[tuple[int, int], ...] = ()  # spans of the text that may be misread

    def to_json(self) -> dict[str, Any]:
        """The shape that `dafu parse --json` and the HTTP API print."""
        return self.model_dump(mode="json")


class SeasonRow(NamedTuple):
    """A proposal in a season's list: the text to be taken apart, title first, and the ISO day of its deadline."""

    number: str
    title: str
    text: str
    deadline: str | None
