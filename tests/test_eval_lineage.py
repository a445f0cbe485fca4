"""`dafu eval facts` on lineage: ordered pairs of a chain, what is kept apart, and sentences, on a few judged lines."""

import json
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import DafuError
from eval.fact_scores import Measured
from eval.facts import measure_facts, read_lines
from eval.lineage import measure_lineage
from indexer.snapshot import Snapshot, open_index
from search_api.analyses.lineage import lineage
from tests.codebase import ROOT
from tests.later_letters import BEFORE

OF_2021 = "松澜市住房和城乡建设局:松建函〔2021〕88号"
PUMPS = "松澜市水务局:松水函〔2020〕38号"
DRAINS = "松澜市水务局:松水函〔2025〕33号"
RAISED = "补助由每台10万元提高到15万元，八层以上的每台18万元，市与区各半负担，验收合格取得使用登记后三个月内拨付。"
AGAIN = (
    "《松澜市既有住宅加装电梯补助资金管理办法》（松府办规〔2024〕11号）自2025年1月1日起执行，"
    "每台补助由15万元提高到20万元，市级承担六成、区县承担四成；"
)


@pytest.fixture(scope="module")
def snapshot(sample_index: Path) -> Snapshot:
    return open_index(sample_index)


def line(*chain: str, split: str = "dev", changed: list[list[str]] | None = None) -> dict[str, Any]:
    return {"split": split, "chain": list(chain), "changed": changed or [], "carried_over": []}


def counts(measured: Measured, part: str = "dev") -> dict[str, tuple[int, int, int]]:
    return {s.what: (s.right, s.found, s.judged) for s in measured.scores if s.part == part}


def others(snapshot: Snapshot, doc_id: str) -> set[str]:
    entry = snapshot.engine.find(doc_id)
    assert entry is not None
    return {document.doc_id for document in lineage(snapshot, entry).chain} - {doc_id}


def test_a_chain_counts_by_ordered_pairs(snapshot: Snapshot) -> None:
    """Of the six pairs of two answers on lifts and one on pumps the two between the answers on lifts are right."""
    judged = (OF_2021, BEFORE, PUMPS)
    found = sum(len(others(snapshot, doc_id)) for doc_id in judged)
    assert counts(measure_lineage(snapshot, [line(*judged)]))["链：同一件事的答复"] == (2, found, 6)


def test_what_a_document_has_in_chains_of_the_other_part_is_not_counted(snapshot: Snapshot) -> None:
    lines = [line(OF_2021, BEFORE), line(PUMPS, DRAINS, split="test")]
    assert DRAINS in others(snapshot, PUMPS)
    before = counts(measure_lineage(snapshot, lines))["链：同一件事的答复"]
    elsewhere = sorted(others(snapshot, OF_2021) - {BEFORE})
    after = counts(measure_lineage(snapshot, [*lines, line(OF_2021, *elsewhere, split="test")]))
    assert before[0] == after["链：同一件事的答复"][0] == 2
    assert before[1] - after["链：同一件事的答复"][1] == len(elsewhere) > 0


def test_a_pair_that_is_no_chain_is_kept_apart_or_a_fault(snapshot: Snapshot) -> None:
    measured = measure_lineage(
        snapshot,
        [{"split": "dev", "not_a_chain": [OF_2021, PUMPS]}, {"split": "dev", "not_a_chain": [OF_2021, BEFORE]}],
    )
    assert counts(measured)["链：不是一件事的分开"] == (1, 2, 2)
    assert [(fault.what, fault.where) for fault in measured.faults] == [("不成链", f"{OF_2021} {BEFORE}")]


def test_a_changed_pair_is_found_in_its_sentences_or_its_passages(snapshot: Snapshot) -> None:
    entry = snapshot.engine.find(BEFORE)
    assert entry is not None
    text = snapshot.masked(entry).text
    passage = next(p for p in snapshot.engine.passages_of(entry.key) if "15万元提高到20万元" in text[p.start : p.end])
    changed = [[RAISED, AGAIN], [RAISED, f"{BEFORE}#{passage.anchor}"], [AGAIN, RAISED]]
    right, listed, judged = counts(measure_lineage(snapshot, [line(OF_2021, BEFORE, changed=changed)]))[
        "句子：改动（只看召回率）"
    ]
    assert (right, judged) == (2, 3)  # the third is the wrong way round
    assert listed >= 2


def test_a_document_or_passage_that_the_index_lacks_is_said(snapshot: Snapshot) -> None:
    with pytest.raises(DafuError, match="没有 甲局:乙函"):
        measure_lineage(snapshot, [line("甲局:乙函〔2020〕1号", BEFORE)])
    with pytest.raises(DafuError, match="00000000"):
        measure_lineage(snapshot, [line(OF_2021, BEFORE, changed=[[RAISED, f"{BEFORE}#00000000"]])])


def test_on_the_sample_nothing_is_invented_and_most_of_dev_is_found(snapshot: Snapshot) -> None:
    """With the encoder that learns from the archive alone, which is the weaker one."""
    found = counts(measure_lineage(snapshot, read_lines(ROOT / "eval/sample/lineage.jsonl", "split", str)))
    assert found["句子：沿用"] == (0, 0, 0)
    right, listed, judged = found["链：同一件事的答复"]
    assert judged == 78
    assert right / judged > 0.7
    assert right / listed > 0.8
    assert found["链：不是一件事的分开"][0] >= 19
    assert found["句子：改动（只看召回率）"][0] / 122 > 0.5


def test_the_part_is_measured_with_an_index(sample_index: Path, tmp_path: Path) -> None:
    judged = json.dumps(line(OF_2021, BEFORE))
    (tmp_path / "lineage.jsonl").write_text(judged, "utf-8")
    found = measure_facts(ROOT / "corpus/sample/letters", tmp_path, sample_index)
    assert [(s.right, s.judged) for s in found.scores if s.what == "链：同一件事的答复"] == [(2, 2)]
