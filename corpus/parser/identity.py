"""The identity of a document: its id is the same at every import."""

import hashlib
import re
import unicodedata
from datetime import date

from corpus.privacy import mask
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

    Holds no white space, so that it fits TREC files as it is.
    """
    if explicit:
        return _joined(explicit)
    if agency and doc_number:
        return _joined(agency, doc_number)
    if agency and proposal_number and replied_on:
        return _joined(agency, kind, proposal_number, replied_on.isoformat())
    path = _place(source.path)
    return _joined(path) if source.locator is None else _joined(path, str(source.locator))


def content_sha256(text: str, question: str | None) -> str:
    """The hash of the text as it is shown and of the question, if there is one."""
    return hashlib.sha256("\x00".join([text, question or ""]).encode("utf-8")).hexdigest()


def _place(path: str) -> str:
    """The path. If it holds personal data, it is masked, and a hash tells it from paths that look the same masked."""
    masked = mask(path)
    return path if masked == path else f"{masked}~{hashlib.sha256(path.encode('utf-8', 'replace')).hexdigest()[:8]}"


def _joined(*parts: str) -> str:
    return ":".join(re.sub(r"\s+", "_", unicodedata.normalize("NFC", p.strip())) for p in parts)
