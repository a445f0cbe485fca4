"""The dependencies of endpoints and pages: the index as the user may see it, its documents, and the user's rights."""

from typing import Annotated

from fastapi import Depends, Request
from pydantic import BaseModel

from corpus.addresses import passage_id
from corpus.privacy import with_contacts
from corpus.tables import table_of
from corpus.types import Document, Table
from indexer.engine.protocol import DocumentEntry
from indexer.snapshot import Snapshot
from search_api.snapshots import Pinned, Snapshots
from search_api.web.access.identity import require_right, user_of
from search_api.web.middleware.audit import note
from search_api.web.problems import DocumentNotFoundError

NOT_KEPT = {"Cache-Control": "no-store"}
"""The headers of an answer with personal data: it stays out of the browser's cache."""


class PassageSpan(BaseModel):
    """Where a passage of a document stands: text[start:end], in section `section` of its sections.

    `table` has the cells of one that is a table, or rows of one, under the head of that; else it is null.
    """

    passage_id: str
    number: int
    section: int
    start: int
    end: int
    table: Table | None = None

    @property
    def anchor(self) -> str:
        """The name of the passage in an address of its document's page."""
        return self.passage_id.rpartition("#")[2]


def pinned(request: Request) -> Pinned:
    """The application's index, as this request's user may see it."""
    snapshots: Snapshots = request.app.state.snapshots
    seen = request.scope["state"]["pinned"] = Pinned(snapshots, user_of(request).scopes)
    return seen


Live = Annotated[Pinned, Depends(pinned)]


def require_unmasked(request: Request) -> None:
    """Raises MissingRightError; the audit notes that unmasked data were shown."""
    note(request, unmasked=True)
    require_right(
        request,
        "originals",
        "未遮盖的个人信息只给有 originals 权利的人看。工作需要时请向管理员申请；遮盖后的全文可以照常查看。",
    )


def shown(request: Request, snapshot: Snapshot, entry: DocumentEntry) -> Document:
    """A document as users see it: masked, but for its contacts where the administrator shows them."""
    masked = snapshot.masked(entry)
    if request.app.state.settings.contacts == "masked":
        return masked
    return with_contacts(masked, snapshot.document(entry))


def entry_of(snapshot: Snapshot, doc_id: str) -> DocumentEntry:
    """The document of this id. Raises DocumentNotFoundError."""
    entry = snapshot.engine.find(doc_id)
    if entry is None:
        raise DocumentNotFoundError(doc_id)
    return entry


def passage_spans(snapshot: Snapshot, entry: DocumentEntry) -> list[PassageSpan]:
    """A document's passages in reading order."""
    document = snapshot.masked(entry)
    return [
        PassageSpan(
            passage_id=passage_id(entry.doc_id, passage.anchor),
            number=passage.number,
            section=passage.section,
            start=passage.start,
            end=passage.end,
            table=table_of(document, passage.start, passage.end),
        )
        for passage in snapshot.engine.passages_of(entry.key)
    ]
