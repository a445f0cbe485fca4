"""The texts of a passage's fields: what it is indexed with, compared by phrases on, and shown as having matched."""

from corpus.parser.sections import heading_path
from corpus.types import Document
from indexer.engine.protocol import PassageEntry


def field_texts(document: Document, section: int) -> dict[str, str]:
    """What a passage of a section is indexed with besides its own text, by field; "" where absent."""
    headings = heading_path(document.sections, section) if section < len(document.sections) else ()
    return {
        "title": document.title or "",
        "headings": " ".join(headings),
        "question": document.question or "",
    }


def passage_texts(document: Document, passage: PassageEntry) -> list[str]:
    """The texts of a passage's fields, body first, out of its document or a masked copy of it."""
    body = document.text[passage.start : passage.end]
    return [body, *(text for text in field_texts(document, passage.section).values() if text)]
