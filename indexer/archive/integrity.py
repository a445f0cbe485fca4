"""What of the archive's text is no longer what was written."""

import hashlib
import json
from collections.abc import Callable, Iterable
from typing import Any

from indexer.archive.dialect import Dialect


def damaged_text(execute: Callable[..., Iterable[tuple[Any, ...]]], dialect: Dialect) -> list[str]:
    """A Chinese sentence for each damaged version of a document, and for each damaged result worked out from one."""
    stored = dialect.stored_bytes.format
    versions = execute(f"SELECT doc_id, json_sha256, {stored('json')} FROM versions")
    damaged = (doc_id for doc_id, sha, text in versions if hashlib.sha256(text).hexdigest() != sha)
    derived = execute(f"SELECT doc_id, name, {stored('rows_json')} FROM derivations")
    unreadable = ((doc_id, name) for doc_id, name, rows in derived if not _is_json(rows))
    return [
        *(f"《{doc_id}》的一个版本已损坏。" for doc_id in damaged),
        *(f"《{doc_id}》的提取结果（{name}）已损坏。" for doc_id, name in unreadable),
    ]


def _is_json(stored: bytes) -> bool:
    try:
        json.loads(stored)
    except ValueError:
        return False
    return True
