"""Under which id does an archive keep a document? Its own; where that holds personal data, one made with a secret key.

Twelve digits are soon tried: a plain hash of a telephone number gives the number away to anyone with a minute, so the
hash is keyed. The key is the archive's own, and lies where the originals lie. An id that was replaced leads nowhere.
"""

import hmac
import re

from corpus.masked import masked_document
from corpus.privacy import mask
from corpus.types import Document

_HAN = re.compile("[\u4e00-\u9fff]")
_HASHED = re.compile(r"\*.*~[0-9a-f]{8}(?::\d+)?")  # a masked path and its plain hash, as ids were once made
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")  # no digits: it never looks like a number


def named(document: Document, key: bytes) -> Document:
    """The document with the id that it is kept under."""
    if not _is_personal(document):
        return document
    return document.model_copy(update={"doc_id": f"anon-{pseudonym(document.doc_id, key)}"})


def pseudonym(text: str, key: bytes) -> str:
    """Sixteen letters that stand for a text (RFC 2104, HMAC of SHA-256); nobody without the key can tell for which.

    >>> pseudonym("13800000001", b"key"), pseudonym("13800000001", b"another key")
    ('hllnhadgagoeihck', 'amnoeimhakepkneg')
    """
    return hmac.digest(key, text.encode("utf-8", "replace"), "sha256")[:8].hex().translate(_LETTERS)


def _is_personal(document: Document) -> bool:
    """Whether the id holds personal data: by itself, or a name that the document gives away.

    Masking a whole document takes a millisecond, so it is not asked where the id can hold no such name.
    """
    doc_id = document.doc_id
    if mask(doc_id) != doc_id or _HASHED.search(doc_id):
        return True
    made_by_us = document.agency is not None and doc_id.startswith(f"{document.agency}:")
    return bool(_HAN.search(doc_id)) and not made_by_us and masked_document(document).doc_id != doc_id
