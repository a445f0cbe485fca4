"""Derivations: what the program works out from a document once and keeps in the archive, such as its abbreviations.

To add one: write a class with `name`, `version` and `derive` (Abbreviations below is the example), and put it into
DERIVATIONS. An update derives what is missing, and everything anew where a version has changed.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from corpus.language.abbreviations import abbreviations
from corpus.types import Document
from indexer.archive import Archive, Row, VersionKey
from indexer.progress import Progress


class Derivation(Protocol):
    """A named, versioned, pure function from a document to rows. Rows are kept per document, so they are seen by those
    who may see the document; they hold its published text, unmasked.

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


DERIVATIONS: tuple[Derivation, ...] = (Abbreviations(),)


def derive_missing(
    archive: Archive,
    versions: Iterable[VersionKey],
    progress: Progress,
    derivations: Sequence[Derivation] = DERIVATIONS,
) -> None:
    """Runs each derivation on those versions that have no rows of its current version, and drops its older rows.

    Each document is a transaction: a kill loses at most the one in hand. Older rows go last, so that they serve until
    all are made anew.
    """
    have = {d.name: archive.derived_keys(d.name, d.version) for d in derivations}
    missing = {key: [d for d in derivations if key not in have[d.name]] for key in versions}
    wanting = [(key, lacking) for key, lacking in missing.items() if lacking]
    for done, (key, lacking) in enumerate(wanting):
        progress("提取信息", done, len(wanting))
        document = archive.document(key)
        rows = [(d, d.derive(document)) for d in lacking]
        with archive.transaction():
            for derivation, derived in rows:
                archive.put_derived(derivation.name, derivation.version, key, derived)
    if wanting:
        progress("提取信息", len(wanting), len(wanting))
    for derivation in derivations:
        archive.drop_derived(derivation.name, keep=derivation.version)
