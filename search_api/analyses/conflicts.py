"""Where two documents contradict each other: the values of one figure, or rules and findings that exclude each other.

What only seems so (another scope, unit, period, a counting rule or a change that the text names) is not listed.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from indexer.build.derivations import Figures, Rules
from indexer.engine.protocol import DocumentEntry
from indexer.snapshot import Snapshot
from search_api.analyses.conflicting_figures import conflicting_figures
from search_api.analyses.conflicting_rules import conflicting_rules
from search_api.analyses.contradiction import Contradiction, Statement
from search_api.passage_lookup import passage_at
from search_api.remembered import remembered


@dataclass(frozen=True)
class Side:
    """What one document says. `quote` is literally in the masked document; `value` is None for what is no figure."""

    doc_id: str
    passage_id: str
    quote: str
    value: int | float | None


@dataclass(frozen=True)
class Conflict:
    """Two statements on one thing that may exclude each other, the earlier document's first; `score`, 0 to 1, is about
    the chance that they do."""

    what: str
    a: Side
    b: Side
    score: float

    @property
    def passages(self) -> frozenset[str]:
        return frozenset((self.a.passage_id, self.b.passage_id))


def conflicts(
    snapshot: Snapshot, query: str = "", most: int | None = None, *, agency: str = "", but: Collection[str] = ()
) -> list[Conflict]:
    """The conflicts of which every word of the query names something, and of which one is by the agency; likeliest
    first. `but` are the keys (see `pair_key`) of those that a user has said are none."""
    wanted = [
        conflict
        for conflict, entries in _all_conflicts(snapshot)
        if all(any(map(partial(_names, word, conflict), entries)) for word in query.split())
        and (not agency or any(entry.agency == agency for entry in entries))
        and pair_key(conflict.a.passage_id, conflict.b.passage_id) not in but
    ]
    return wanted[:most]


def conflicts_of(
    snapshot: Snapshot, passage_ids: Collection[str], but: Collection[str] = ()
) -> Mapping[str, Sequence[Conflict]]:
    """The conflicts that each of these passages is part of; a passage without any is not there."""
    known = _by_passage(snapshot)
    left = {
        each: [c for c in known[each] if pair_key(c.a.passage_id, c.b.passage_id) not in but]
        for each in passage_ids
        if each in known
    }
    return {passage_id: found for passage_id, found in left.items() if found}


def pair_key(one: str, other: str) -> str:
    """The name of a pair of passages, whichever is first.

    >>> pair_key("乙局:2号#1f", "甲局:1号#2e") == pair_key("甲局:1号#2e", "乙局:2号#1f")
    True
    """
    return "\n".join(sorted((one, other)))


@remembered
def _all_conflicts(snapshot: Snapshot) -> list[tuple[Conflict, tuple[DocumentEntry, DocumentEntry]]]:
    found = conflicting_figures(snapshot.derived_by_document(Figures.name, Figures.version))
    found += conflicting_rules(snapshot.derived_by_document(Rules.name, Rules.version))
    shown = [(conflict, (c.a.entry, c.b.entry)) for c in found if (conflict := _shown(snapshot, c))]
    return sorted(shown, key=lambda each: (-each[0].score, each[0].what, each[0].a.passage_id, each[0].b.passage_id))


@remembered
def _by_passage(snapshot: Snapshot) -> Mapping[str, Sequence[Conflict]]:
    found: defaultdict[str, list[Conflict]] = defaultdict(list)
    for conflict, _ in _all_conflicts(snapshot):
        for passage_id in conflict.passages:
            found[passage_id].append(conflict)
    return dict(found)


def _shown(snapshot: Snapshot, found: Contradiction) -> Conflict | None:
    """None for a statement that stands in no passage, such as a title's."""
    a, b = _side(snapshot, found.a), _side(snapshot, found.b)
    return Conflict(found.what, a, b, found.score) if a and b else None


def _side(snapshot: Snapshot, said: Statement) -> Side | None:
    passage_id = passage_at(snapshot, said.entry, said.start)
    return Side(said.entry.doc_id, passage_id, said.quote, said.value) if passage_id else None


def _names(word: str, conflict: Conflict, entry: DocumentEntry) -> bool:
    return any(word in text for text in (conflict.what, entry.title or "", conflict.a.quote, conflict.b.quote))
