"""What an engine keeps of a document: the entry that filters, look-ups and result lists read."""

from corpus.types import OPEN_SCOPE, Document
from indexer.archive import VersionKey
from indexer.engine.protocol import DocumentEntry


def entry_of(key: int, document: Document, version: VersionKey) -> DocumentEntry:
    """The entry of a masked document. Its year is that of the reply, else of its number, else of the question."""
    dated = document.replied_on or document.asked_on
    numbered = document.doc_number.partition("〔")[2][:4] if document.doc_number else ""
    year = document.replied_on.year if document.replied_on else int(numbered) if numbered.isdecimal() else None
    return DocumentEntry(
        key=key,
        doc_id=version.doc_id,
        json_sha256=version.json_sha256,
        title=document.title,
        agency=document.agency,
        year=year or (dated.year if dated else None),
        kind=document.proposal_kind,
        role=document.role,
        doc_number=document.doc_number,
        proposal_numbers=document.proposal_numbers,
        replied_on=document.replied_on.isoformat() if document.replied_on else None,
        outcome=document.outcome,
        scope=document.scope or OPEN_SCOPE,
    )
