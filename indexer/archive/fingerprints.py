"""What a document is recognised by wherever it turns up: its identity, and its text without what changes with a copy.

Only hashes: they stay after the document itself was purged.
"""

import hashlib
import re
import unicodedata

from corpus.types import Document

_MIN_LENGTH = 60
"""Characters. Of 1,363 replies to leader messages no two longer ones are alike but for copies and one form letter; of
shorter ones (已转有关部门处理) six are, and they are told apart by the message that they answer."""

_NO_LETTERS = re.compile(r"[\W_]+")


def identity_key(doc_id: str) -> str:
    """The key of an identity."""
    return f"doc:{text_hash(doc_id)}"


def text_key(fingerprint: str) -> str:
    """The key of a text."""
    return f"text:{fingerprint}"


def fingerprints(document: Document) -> tuple[str, ...]:
    """The hashes of the reply's body and of the message, letters and digits alone; of both together where each is
    short.

    The head and the signature do not count: a copy may have lost its letterhead or have another date.
    """
    texts = [_letters(_body(document)), _letters(document.question or "")]
    long = [text for text in texts if len(text) >= _MIN_LENGTH]
    return tuple(dict.fromkeys(map(text_hash, long or ["\0".join(texts)])))


def _body(document: Document) -> str:
    told = [section for section in document.sections if section.role != "closing"]
    return document.text[told[0].start : told[-1].end] if told else document.text


def _letters(text: str) -> str:
    return _NO_LETTERS.sub("", unicodedata.normalize("NFKC", text))


def text_hash(text: str) -> str:
    """SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
