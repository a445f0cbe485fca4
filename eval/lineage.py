"""How well the same ask is followed over the years: what `lineage` gives for each document of a judged chain.

A chain counts by ordered pairs of its documents: for each document asked, the others. What a document has in chains of
another part of the split is neither right nor wrong. Of changed sentences the judged ones are not all there are: their
recall alone says something.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from corpus.errors import DafuError
from eval.fact_scores import Fault, Measured, Score
from indexer.engine.protocol import DocumentEntry
from indexer.snapshot import Snapshot
from search_api.analyses.lineage import ChainDocument, lineage

_SPLITS = ("dev", "test", "kept")

Line = Mapping[str, Any]
_Chains = Mapping[str, Mapping[str, ChainDocument]]
"""For each document asked, the others of its chain."""


class _Statements(NamedTuple):
    """A judged pair: the texts, without white space, in which the earlier and the later sentence stand."""

    earlier: str
    later: str

    def has(self, pair: tuple[str, str]) -> bool:
        return _bare(pair[0]) in self.earlier and _bare(pair[1]) in self.later


def measure_lineage(snapshot: Snapshot, lines: Sequence[Line]) -> Measured:
    """The figures of each part that the lines have. Raises DafuError for a document that the index lacks."""
    found: dict[str, dict[str, ChainDocument]] = {}
    for doc_id in sorted({doc_id for line in lines for doc_id in line.get("chain", line.get("not_a_chain", ()))}):
        chain = lineage(snapshot, _entry(snapshot, doc_id)).chain
        found[doc_id] = {document.doc_id: document for document in chain if document.doc_id != doc_id}
    parts = {part: [line for line in lines if line["split"] == part] for part in _SPLITS}
    everywhere = _companions(lines)
    scores: list[Score] = []
    faults: list[Fault] = []
    for part, own in parts.items():
        if own:
            scores += _scores(snapshot, part, own, everywhere, found)
            faults += _faults(part, own, everywhere, found)
    return Measured(tuple(scores), tuple(faults))


def _scores(
    snapshot: Snapshot, part: str, lines: Sequence[Line], everywhere: Mapping[str, set[str]], found: _Chains
) -> Iterator[Score]:
    judged = _companions(lines)
    right = sum(len(others & found[doc_id].keys()) for doc_id, others in judged.items())
    counted = sum(len(found[doc_id].keys() - (everywhere[doc_id] - others)) for doc_id, others in judged.items())
    yield Score("链：同一件事的答复", part, right, counted, sum(map(len, judged.values())))
    apart = [line["not_a_chain"] for line in lines if "not_a_chain" in line]
    kept = sum(second not in found[first] and first not in found[second] for first, second in apart)
    yield Score("链：不是一件事的分开", part, kept, len(apart), len(apart))
    changed = _statements(snapshot, lines, "changed")
    listed = {pair for doc_id in judged for other in found[doc_id].values() for pair in other.changed}
    hits = sum(any(each.has(pair) for pair in listed) for each in changed)
    yield Score("句子：改动（只看召回率）", part, hits, len(listed), len(changed))
    same = _statements(snapshot, lines, "carried_over")
    carried = {pair for doc_id in judged for other in found[doc_id].values() for pair in other.carried_over}
    yield Score("句子：沿用", part, sum(any(s.has(p) for s in same) for p in carried), len(carried), len(same))


def _faults(part: str, lines: Sequence[Line], everywhere: Mapping[str, set[str]], found: _Chains) -> Iterator[Fault]:
    """Documents of a chain, and pairs of no chain."""
    for doc_id, others in sorted(_companions(lines).items()):
        for other in sorted(others - found[doc_id].keys()):
            yield Fault("链", part, f"{doc_id} {other}", "同一件事", "没有")
        for other in sorted(found[doc_id].keys() - everywhere[doc_id]):
            yield Fault("链", part, f"{doc_id} {other}", "没有", "同一件事")
    for line in lines:
        first, second = line.get("not_a_chain", (None, None))
        if first and (second in found[first] or first in found[second]):
            yield Fault("不成链", part, f"{first} {second}", "分开", "同一件事")


def _companions(lines: Iterable[Line]) -> dict[str, set[str]]:
    """The other documents of the chains that hold a document."""
    others: defaultdict[str, set[str]] = defaultdict(set)
    for line in lines:
        for doc_id in line.get("chain", ()):
            others[doc_id].update(other for other in line["chain"] if other != doc_id)
    return others


def _statements(snapshot: Snapshot, lines: Iterable[Line], kind: str) -> list[_Statements]:
    """The judged pairs of a kind: sentences, or passages by their ids, which stand for any of their sentences."""
    pairs = [pair for line in lines for pair in line.get(kind, ())]
    return [_Statements(*(_bare(_text(snapshot, each)) for each in pair)) for pair in pairs]


def _text(snapshot: Snapshot, judged: str) -> str:
    doc_id, _, anchor = judged.rpartition("#")
    if not doc_id or snapshot.engine.find(doc_id) is None:
        return judged
    entry = _entry(snapshot, doc_id)
    text = snapshot.masked(entry).text
    held = [text[p.start : p.end] for p in snapshot.engine.passages_of(entry.key) if p.anchor == anchor]
    if not held:
        raise DafuError(f"期望索引里有评判所列的段落，实际没有 {judged}。请用评判所依据的档案建立索引。")
    return held[0]


def _entry(snapshot: Snapshot, doc_id: str) -> DocumentEntry:
    entry = snapshot.engine.find(doc_id)
    if entry is None:
        raise DafuError(f"期望索引里有评判所列的答复，实际没有 {doc_id}。请用评判所依据的档案建立索引。")
    return entry


def _bare(text: str) -> str:
    return "".join(text.split())
