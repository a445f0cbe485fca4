"""What does a passage do with what was asked? Its verdict, as it was read when the document was indexed.

Not for: reading a verdict off a text (see corpus.facts.verdicts).
"""

from collections.abc import Mapping
from typing import NamedTuple, cast

from corpus.facts.verdicts import VERDICTS, Verdict
from indexer.build.derivations import Verdicts
from indexer.engine.protocol import DocumentEntry
from indexer.snapshot import Snapshot


class VerdictStated(NamedTuple):
    """A verdict, and the words of the passage that give it."""

    verdict: Verdict
    quote: str


def verdicts_of(snapshot: Snapshot, entry: DocumentEntry) -> Mapping[str, VerdictStated]:
    """The verdicts of a document's passages, by their anchors; a passage without one is not there."""
    rows = cast(list[dict[str, str]], snapshot.derived_of(entry, Verdicts.name, Verdicts.version))
    return {row["anchor"]: VerdictStated(row["verdict"], row["quote"]) for row in rows if row["verdict"] in VERDICTS}


def verdict_of(snapshot: Snapshot, entry: DocumentEntry, anchor: str) -> VerdictStated | None:
    """The verdict of a passage; None where its words do not say."""
    return verdicts_of(snapshot, entry).get(anchor)
