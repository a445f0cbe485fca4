"""What each passage of one document is worth today, where nothing was asked: the passage stands for its own ask.

Not for: the answers to an ask (see current), which knows what was asked.
"""

from collections.abc import Iterator, Sequence

from indexer import deadline
from indexer.engine.protocol import DocumentEntry, PassageEntry
from indexer.snapshot import Snapshot
from search_api.analyses.current import Candidate, Comparison, Standing
from search_api.analyses.related import Related, related_passages

_COMPARED = 12
"""Passages that may take its place. Of the passages judged superseded in every dev ask of eval/sample/current.jsonl, 26
of 34 are found with 12, 24 with 6 and 26 with 24; of the 33 to 41 judged current in all, 5 are called superseded."""


def document_standings(snapshot: Snapshot, entry: DocumentEntry) -> list[Standing]:
    """A standing for each passage, in reading order. Raises as the deadline does."""
    passages = snapshot.engine.passages_of(entry.key)
    related = related_passages(snapshot, passages)
    found = []
    for passage, others in zip(passages, related, strict=True):
        deadline.check()
        candidates = list(_candidates(entry, passage, others[:_COMPARED]))
        found.append(Comparison(snapshot, candidates).standings()[passage.key])
    return found


def _candidates(entry: DocumentEntry, passage: PassageEntry, others: Sequence[Related]) -> Iterator[Candidate]:
    """The passage, as near to itself as the likest other, which `behind` counts from."""
    yield Candidate(entry, passage, 0.0)
    likest = max((other.likeness for other in others), default=0.0)
    for other in others:
        behind = max(likest - other.likeness, 0.0) / max(likest, 1e-9) if likest > 0 else 0.0
        yield Candidate(other.entry, other.passage, behind)
