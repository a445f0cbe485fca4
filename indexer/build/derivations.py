"""Derivations: what the program works out from a document once and keeps in the archive, such as its abbreviations.

To add one: write a class with `name`, `version` and `derive` (Abbreviations below is the example), and put it into
DERIVATIONS. An update derives what is missing, and everything anew where a version has changed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Protocol

from corpus.facts.commitments import passage_commitments, written_on
from corpus.facts.figures import figures
from corpus.facts.rules import rules
from corpus.facts.verdicts import passage_verdict
from corpus.language.abbreviations import abbreviations
from corpus.language.agencies import is_bureau
from corpus.masked import MASKING_VERSION
from corpus.passages import split
from corpus.types import Document
from indexer.archive import Archive, Row, VersionKey
from indexer.build.masked import drop_outdated_notes, masked_from, note_masked, unnoted
from indexer.progress import Progress


class Derivation(Protocol):
    """A named, versioned, pure function from a masked document to rows. Rows are kept per document, so they are seen by
    those who may see the document; whoever may, sees no personal data in them.

    Change `version` whenever the same document would give other rows.
    """

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> int: ...

    def derive(self, document: Document) -> Sequence[Row]:
        """The rows, which must survive a round trip through JSON."""
        ...


class Abbreviations:
    """The short forms that a document defines itself: 长期护理保险（以下简称“长护险”）. Rows: {"full", "short"}."""

    name = "abbreviations"
    version = 1

    def derive(self, document: Document) -> list[Row]:
        pairs = dict.fromkeys((full, short) for full, short, _, _ in abbreviations(document.text))
        return [{"full": full, "short": short} for full, short in pairs]


class Proposers:
    """Who made the proposal that a document answers, and in which session. At most one row: {"members": names of
    people and bodies, "session": [term, meeting] or null}."""

    name = "proposers"
    version = 1

    def derive(self, document: Document) -> list[Row]:
        session = document.session
        is_proposal = document.proposal_kind in ("cppcc", "npc")
        row: Row = {
            "members": [name for name in document.addressees if is_proposal and not is_bureau(name)],
            "session": [session.term, session.meeting] if session else None,
        }
        return [row] if any(row.values()) else []


class Figures:
    """What a document states in numbers. Rows: the fields of corpus.facts.figures.Figure."""

    name = "figures"
    version = 1

    def derive(self, document: Document) -> list[Row]:
        return [asdict(figure) for figure in figures(document)]


class Verdicts:
    """What the passages of a document do with what was asked. Rows: {"anchor": of the passage, "verdict", "quote": the
    words that give it}; none for a passage that has no verdict."""

    name = "verdicts"
    version = 1

    def derive(self, document: Document) -> list[Row]:
        found = [(passage, passage_verdict(document, passage)) for passage in split(document)]
        return [
            {"anchor": passage.anchor, "verdict": each.verdict, "quote": passage.text[each.start : each.end]}
            for passage, each in found
            if each
        ]


class Rules:
    """What a document says is allowed, needed or finished, or not. Rows: the fields of corpus.facts.rules.Rule."""

    name = "rules"
    version = 1

    def derive(self, document: Document) -> list[Row]:
        return [dict(rule._asdict()) for rule in rules(document)]


class Commitments:
    """What a document promises. Rows: {"anchor" of the passage, "quote", "start" of it in the text, "strength", "who",
    "due": the words that name the time, "by": its last day, "written": the day that times are counted from}."""

    name = "commitments"
    version = 1

    def derive(self, document: Document) -> list[Row]:
        written = written_on(document)
        return [
            {
                "anchor": passage.anchor,
                "quote": passage.text[found.start : found.end],
                "start": passage.start + found.start,
                "strength": found.strength,
                "who": found.who,
                "due": passage.text[slice(*found.due)] if found.due else None,
                "by": found.by.isoformat() if found.by else None,
                "written": written.isoformat() if written else None,
            }
            for passage in split(document)
            for found in passage_commitments(document, passage)
        ]


def stored_version(version: int) -> int:
    """What rows of a derivation's version are stored under: another masking, too, makes them anew."""
    return MASKING_VERSION * 1000 + version


DERIVATIONS: tuple[Derivation, ...] = (
    Abbreviations(),
    Proposers(),
    Figures(),
    Commitments(),
    Verdicts(),
    Rules(),
)


def lacks_rows(archive: Archive, derivations: Sequence[Derivation] = DERIVATIONS) -> bool:
    """Whether a live version has no rows of a derivation's current version."""
    live = set(archive.live())
    return any(live - set(archive.derived_keys(d.name, stored_version(d.version))) for d in derivations)


def derive_missing(
    archive: Archive,
    versions: Iterable[VersionKey],
    progress: Progress,
    derivations: Sequence[Derivation] = DERIVATIONS,
) -> None:
    """Masks those versions that are not masked yet, runs each derivation on those that have no rows of its current
    version, and drops older rows.

    Each document is a transaction: a kill loses at most the one in hand. Older rows go last, so that they serve until
    all are made anew.
    """
    read, bare = masked_from(archive), unnoted(archive)
    have = {d.name: archive.derived_keys(d.name, stored_version(d.version)) for d in derivations}
    missing = {key: [d for d in derivations if key not in have[d.name]] for key in versions}
    wanting = [(key, lacking) for key, lacking in missing.items() if lacking or key in bare]
    for done, (key, lacking) in enumerate(wanting):
        progress("提取信息", done, len(wanting))
        with archive.transaction():
            document = note_masked(archive, key) if key in bare else read(key)
            for derivation in lacking:
                rows = derivation.derive(document)
                archive.put_derived(derivation.name, stored_version(derivation.version), key, rows)
    if wanting:
        progress("提取信息", len(wanting), len(wanting))
    drop_outdated_notes(archive)
    for derivation in derivations:
        archive.drop_derived(derivation.name, keep=stored_version(derivation.version))
