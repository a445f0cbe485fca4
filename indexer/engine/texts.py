"""The texts of a passage's fields: what it is indexed with, compared by phrases on, and shown as having matched."""

from corpus.parser.sections import heading_path
from corpus.tables import column_names
from corpus.types import Document
from indexer.engine.protocol import PassageEntry


def field_texts(document: Document, section: int, columns: str = "") -> dict[str, str]:
    """What a passage of a section is indexed with besides its own text, by field; "" where absent. `columns` are the
    names that it lacks of a table's columns (`column_names`)."""
    headings = heading_path(document.sections, section) if section < len(document.sections) else ()
    return {
        "title": document.title or "",
        "headings": " ".join([*headings, columns] if columns else headings),
        "question": document.question or "",
    }


def passage_texts(document: Document, passage: PassageEntry) -> list[str]:
    """The texts of a passage's fields, body first, out of its document, which is masked as it is indexed."""
    body = document.text[passage.start : passage.end]
    columns = column_names(document, passage.start, passage.end)
    return [body, *(text for text in field_texts(document, passage.section, columns).values() if text)]
