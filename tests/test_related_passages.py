"""Passages of other documents on the same matter: found on the sample archive, and nothing of what may not be seen."""

from pathlib import Path

import numpy as np
import pytest

from indexer.engine.protocol import PassageEntry
from indexer.snapshot import Snapshot, open_index
from search_api.analyses.related import likeness, related_passages


@pytest.fixture(scope="module")
def snapshot(sample_index: Path) -> Snapshot:
    return open_index(sample_index)


def _passage(snapshot: Snapshot, doc_id: str, words: str) -> PassageEntry:
    entry = snapshot.engine.find(doc_id)
    assert entry is not None
    text = snapshot.masked(entry).text
    return next(p for p in snapshot.engine.passages_of(entry.key) if words in text[p.start : p.end])


@pytest.mark.parametrize(
    ("doc_id", "words", "related_id"),
    [
        ("松澜市城市管理局:松城管函〔2019〕63号", "每吨110元", "松澜市城市管理局:松城管函〔2021〕41号"),
        ("松澜市教育局:松教函〔2019〕27号", "攻坚", "松澜市教育局:松教函〔2025〕41号"),
    ],
)
def test_the_later_answer_is_first(snapshot: Snapshot, doc_id: str, words: str, related_id: str) -> None:
    passage = _passage(snapshot, doc_id, words)
    (found,) = related_passages(snapshot, [passage])
    assert found[0].entry.doc_id == related_id
    assert [r.likeness for r in found] == sorted((r.likeness for r in found), reverse=True)
    assert all(r.passage.document == r.entry.key != passage.document for r in found)


def test_likeness_is_in_deviations_above_the_usual(snapshot: Snapshot) -> None:
    at = likeness(snapshot, np.array([-1.0, 0.0, 1.0], dtype=np.float32))
    assert at[0] < 0 < 3 < at[2]


def test_a_user_s_scopes_hold(snapshot: Snapshot) -> None:
    nobody = snapshot.seen_by(frozenset({"nowhere"}))
    passage = _passage(snapshot, "松澜市城市管理局:松城管函〔2019〕63号", "每吨110元")
    assert nobody.engine.size.documents == 0
    with pytest.raises(KeyError):
        nobody.engine.passage_entries(np.array([passage.key]))
    assert related_passages(nobody, []) == []
