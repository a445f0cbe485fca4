"""Documents as everything in a generation is made of them: masked. The original is for the archive alone.

Finding what is to be masked takes milliseconds a document, so what was changed is noted in the archive, once. A note
that is missing or damaged is never trusted: its document is masked anew.
"""

import hashlib
import json
from collections.abc import Callable

from corpus.masked import MASKING_VERSION, changes, masked_document, with_changes
from corpus.types import Document
from indexer.archive import Archive, VersionKey

Read = Callable[[VersionKey], Document]

_NOTES = "masks"


def masked_from(archive: Archive) -> Read:
    """Opens the archive's documents masked. Whatever is built for a generation opens them by this alone."""

    def read(key: VersionKey) -> Document:
        document = archive.document(key)
        note = _noted(archive, key)
        return masked_document(document) if note is None else with_changes(document, json.loads(note))

    return read


def unnoted(archive: Archive) -> set[VersionKey]:
    """The versions of which nothing is noted for `masked_from`."""
    return set(archive.live()) - archive.derived_keys(_NOTES, MASKING_VERSION)


def note_masked(archive: Archive, key: VersionKey) -> Document:
    """Masks a document and notes what that changed, within the caller's transaction."""
    document = archive.document(key)
    masked = masked_document(document)
    note = json.dumps(changes(document, masked), ensure_ascii=False)
    archive.put_derived(_NOTES, MASKING_VERSION, key, [{"changes": note, "sha256": _checksum(key, note)}])
    return masked


def drop_outdated_notes(archive: Archive) -> None:
    """Forgets what other rules of masking changed."""
    archive.drop_derived(_NOTES, keep=MASKING_VERSION)


def _noted(archive: Archive, key: VersionKey) -> str | None:
    for row in archive.derived(_NOTES, MASKING_VERSION, key):
        note = str(row.get("changes"))
        if row.get("sha256") == _checksum(key, note):
            return note
    return None


def _checksum(key: VersionKey, note: str) -> str:
    return hashlib.sha256(f"{key.json_sha256}\n{note}".encode()).hexdigest()
