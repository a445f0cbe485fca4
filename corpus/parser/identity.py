"""The identity of a document: its id is the same at every import."""

import hashlib
import re
import unicodedata
from datetime import date

from corpus.types import Source


def document_id(
    explicit: str | None,
    agency: str | None,
    doc_number: str | None,
    kind: str,
    proposal_number: str | None,
    replied_on: date | None,
    source: Source,
) -> str:
    """An explicit id, else agency + document number, else agency + kind + number + date, else the path.

    Holds no white space, so that it fits TREC files as it is. It may hold personal data, where a bureau numbers letters
    by telephone or a file is named after its writer; an archive then keeps the document under another id.
    """
    if explicit:
        return _joined(explicit)
    if agency and doc_number:
        return _joined(agency, doc_number)
    if agency and proposal_number and replied_on:
        return _joined(agency, kind, proposal_number, replied_on.isoformat())
    return _joined(source.path) if source.locator is None else _joined(source.path, str(source.locator))


def content_sha256(text: str, question: str | None) -> str:
    """The hash of the text as it is shown and of the question, if there is one."""
    return hashlib.sha256("\x00".join([text, question or ""]).encode("utf-8")).hexdigest()


def _joined(*parts: str) -> str:
    return ":".join(re.sub(r"\s+", "_", unicodedata.normalize("NFC", p.strip())) for p in parts)
