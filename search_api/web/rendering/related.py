"""Finds the documents that a document cites, and documents about the same matter."""

from dataclasses import dataclass

from corpus.types import Document
from indexer.engine.protocol import DocumentEntry
from indexer.snapshot import Snapshot
from search_api import labels, similar


@dataclass(frozen=True)
class Cited:
    """A document that a document cites; `doc_id` where it is a document of the archive."""

    label: str
    doc_id: str | None


@dataclass(frozen=True)
class Similar:
    """A document about the same matter; `replied_on` in ISO form."""

    doc_id: str
    label: str
    agency: str | None
    replied_on: str | None


def cited_documents(snapshot: Snapshot, document: Document) -> list[Cited]:
    """Each once, in order. A document is known by its document number, else by its title where no other has it."""
    titles = {citation.title for citation in document.citations}
    titled: dict[str, list[str]] = {}
    for entry in snapshot.engine.entries() if titles else ():
        if entry.title in titles:
            titled.setdefault(entry.title, []).append(entry.doc_id)
    found: dict[str, Cited] = {}
    for citation in document.citations:
        numbered = snapshot.engine.with_doc_number(citation.number) if citation.number else []
        known = [entry.doc_id for entry in numbered] or titled.get(citation.title, [])
        leads_to = known[0] if len(known) == 1 and known[0] != document.doc_id else None
        label = labels.citation_label(citation)
        found.setdefault(label, Cited(label, leads_to))
    return list(found.values())


def similar_documents(snapshot: Snapshot, entry: DocumentEntry) -> list[Similar]:
    """Nearest first."""
    return [
        Similar(other.doc_id, labels.label_of(snapshot, other), other.agency, other.replied_on)
        for other in similar.similar_documents(snapshot.engine, entry.key)
    ]
