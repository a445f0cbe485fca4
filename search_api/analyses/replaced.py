"""Which passages of one document did a later answer take the place of, where nothing was asked? Each stands for its own
ask.

Not for: the answers to an ask (see current), which knows what was asked.
"""

from collections.abc import Iterator, Sequence

from indexer import deadline
from indexer.engine.protocol import DocumentEntry, PassageEntry
from indexer.snapshot import Snapshot
from search_api.analyses.current import Candidate, Comparison, Standing
from search_api.analyses.related import Related, RelatedPassages

_COMPARED = 12
"""Passages that may take its place. Of the passages that every dev ask of eval/sample/current.jsonl judges superseded
26 of 34 are found, of those judged current 5 of 41 are called so; with 6 it is 24, with 24 still 26. Test: 34 of 37,
and 5 of 36."""


def replaced_passages(snapshot: Snapshot, entry: DocumentEntry, related: RelatedPassages) -> Iterator[Standing]:
    """The standings of the superseded passages, in reading order; `related` are those of the document's passages.

    Raises as the deadline does.
    """
    for passage, others in zip(snapshot.engine.passages_of(entry.key), related, strict=True):
        deadline.check()
        candidates = list(_candidates(entry, passage, others[:_COMPARED]))
        if standing := Comparison(snapshot, candidates).replaced(0):
            yield standing


def _candidates(entry: DocumentEntry, passage: PassageEntry, others: Sequence[Related]) -> Iterator[Candidate]:
    """The passage, as near to itself as the likest other, which `behind` counts from."""
    yield Candidate(entry, passage, 0.0)
    likest = max((other.likeness for other in others), default=0.0)
    for other in others:
        behind = max(likest - other.likeness, 0.0) / likest if likest > 0 else 0.0
        yield Candidate(other.entry, other.passage, behind)
