"""Which words does an address name? A passage by its anchor, wherever it stands today.

An anchor is made of the passage's masked text, so it finds the same words in any later reading of the document. Where
the document's text itself changed, the address opens the version that had the words; where only the cutting or masking
changed, the passage that now holds most of them.
"""

from bisect import bisect_right
from dataclasses import dataclass

from corpus.addresses import is_old_number, parse_passage_id, passage_id
from corpus.masked import masked_document
from corpus.parser.sections import heading_path
from corpus.tables import table_of
from corpus.types import Document, Table
from indexer.archive import Version, VersionKey
from indexer.engine.protocol import DocumentEntry, PassageEntry
from indexer.snapshot import Snapshot


@dataclass(frozen=True)
class FoundPassage:
    """The passage text[start:end] of a masked document.

    `number` is its place in the current version, from 1. Of an older version it is None, and `version` names that one.
    """

    entry: DocumentEntry
    document: Document
    anchor: str
    start: int
    end: int
    section: int
    number: int | None
    version: Version | None = None

    @property
    def passage_id(self) -> str:
        return passage_id(self.entry.doc_id, self.anchor)

    @property
    def text(self) -> str:
        return self.document.text[self.start : self.end]

    @property
    def table(self) -> Table | None:
        """Its rows under the head of their table; None for prose."""
        return table_of(self.document, self.start, self.end)

    @property
    def headings(self) -> str | None:
        """The path of the headings above it."""
        return " › ".join(heading_path(self.document.sections, self.section)) or None


def passage_at(snapshot: Snapshot, entry: DocumentEntry, start: int) -> str | None:
    """The address of the passage that holds a place of the document's text; None for what is in none, as a title."""
    passages = snapshot.engine.passages_of(entry.key)
    at = bisect_right([passage.start for passage in passages], start) - 1
    return passage_id(entry.doc_id, passages[at].anchor) if at >= 0 and start < passages[at].end else None


def find_passage(snapshot: Snapshot, address: str) -> FoundPassage | None:
    """The passage that an address names; None where this user's archive never had it.

    Addresses of the old form (`doc_id#3`, the third passage) are understood as the third passage of today.
    """
    doc_id, anchor = parse_passage_id(address)
    entry = snapshot.engine.find(doc_id)
    if entry is None:
        return None
    passages = snapshot.engine.passages_of(entry.key)
    if is_old_number(anchor):
        return next((_current(snapshot, entry, p) for p in passages if str(p.number) == anchor), None)
    here = next((passage for passage in passages if passage.anchor == anchor), None)
    return _current(snapshot, entry, here) if here else _recorded(snapshot, entry, passages, anchor)


def _current(snapshot: Snapshot, entry: DocumentEntry, passage: PassageEntry) -> FoundPassage:
    return FoundPassage(
        entry=entry,
        document=snapshot.masked(entry),
        anchor=passage.anchor,
        start=passage.start,
        end=passage.end,
        section=passage.section,
        number=passage.number,
    )


def _recorded(
    snapshot: Snapshot, entry: DocumentEntry, passages: list[PassageEntry], anchor: str
) -> FoundPassage | None:
    """From the archive's record of every passage that any version ever had, the newest text first."""
    current = snapshot.document(entry).content_sha256
    seen = {version.content_sha256: version for version in snapshot.versions(entry.doc_id)}
    for recorded in snapshot.recorded(entry.doc_id, anchor):
        if recorded.content_sha256 == current:
            return _current(snapshot, entry, max(passages, key=lambda p: _shared(p, recorded.start, recorded.end)))
        if version := seen.get(recorded.content_sha256):
            older = masked_document(snapshot.version(VersionKey(entry.doc_id, version.json_sha256)))
            return FoundPassage(
                entry=entry,
                document=older,
                anchor=anchor,
                start=recorded.start,
                end=recorded.end,
                section=_section_at(older, recorded.start),
                number=None,
                version=version,
            )
    return None


def _shared(passage: PassageEntry, start: int, end: int) -> int:
    """Characters that a passage and a stretch have in common."""
    return min(passage.end, end) - max(passage.start, start)


def _section_at(document: Document, offset: int) -> int:
    return next((i for i, section in enumerate(document.sections) if section.start <= offset < section.end), 0)
