"""Where a document leads: to what it cites, and to documents about the same matter."""

from dataclasses import dataclass

from corpus.types import Document
from indexer.build.generation import Generation
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


def cited_documents(generation: Generation, document: Document) -> list[Cited]:
    """Each once, in order. A document is known by its document number, else by its title where no other has it."""
    table = generation.table
    titles = {citation.title for citation in document.citations}
    titled: dict[str, list[str]] = {}
    for entry in table.documents:
        if entry.title in titles:
            titled.setdefault(entry.title, []).append(entry.doc_id)
    found: dict[str, Cited] = {}
    for citation in document.citations:
        numbered = table.with_doc_number(citation.number) if citation.number else []
        known = [table.documents[i].doc_id for i in numbered] or titled.get(citation.title, [])
        leads_to = known[0] if len(known) == 1 and known[0] != document.doc_id else None
        label = labels.citation_label(citation)
        found.setdefault(label, Cited(label, leads_to))
    return list(found.values())


def similar_documents(generation: Generation, ordinal: int) -> list[Similar]:
    """Nearest first."""
    return [_similar(generation, other) for other in similar.similar_documents(generation, ordinal)]


def _similar(generation: Generation, ordinal: int) -> Similar:
    entry = generation.table.documents[ordinal]
    return Similar(entry.doc_id, labels.label_of(generation, ordinal), entry.agency, entry.replied_on)
