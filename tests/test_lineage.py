"""The same ask over the years: chains in order of time, what stayed and what changed, and for whom."""

import json
import shutil
from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from dafu import app
from indexer.build.update import BuildOptions, build
from indexer.snapshot import Snapshot, open_index
from search_api.analyses.lineage import Lineage, lineage
from search_api.analyses.sentence_pairs import Sentence, carried_over, changes, evidence
from search_api.web.app import create_app
from tests import later_letters
from tests.conftest import silent
from tests.later_letters import BEFORE, LIFTS

HOUSING = "松澜市住房和城乡建设局"
OF_2021 = "松澜市住房和城乡建设局:松建函〔2021〕88号"
OF_THE_DISTRICT = "梧桐区住房和建设局:梧住建函〔2020〕29号"
SENTENCE = "提取人范围仍为业主本人及配偶、双方父母和子女。"
"""Of the answer of 2025."""


@pytest.fixture(scope="module")
def snapshot(sample_index: Path) -> Snapshot:
    return open_index(sample_index)


def of(snapshot: Snapshot, doc_id: str) -> Lineage:
    entry = snapshot.engine.find(doc_id)
    assert entry is not None
    return lineage(snapshot, entry)


def text_of(snapshot: Snapshot, doc_id: str) -> str:
    entry = snapshot.engine.find(doc_id)
    assert entry is not None
    return snapshot.masked(entry).text


def said(*texts: str) -> list[Sentence]:
    return [Sentence(text, 0, 0) for text in texts]


def test_a_sentence_that_differs_in_signs_and_spaces_is_carried_over() -> None:
    earlier = said("月租 150 元，凭房产证登记。", "开放单位不承担保管责任。")
    later = said("夜间包月不得高于二百元。", "月租150元,凭房产证登记；")
    assert carried_over(earlier, later) == [("月租 150 元，凭房产证登记。", "月租150元,凭房产证登记；")]


def test_what_is_carried_over_is_no_change_and_what_is_far_apart_no_pair() -> None:
    earlier = said("每台电梯补助10万元，验收后拨付。", "公示期为十天。")
    later = said("每台电梯补助10万元，验收后拨付。", "每台电梯补助由10万元提高到15万元。")
    near = np.array([[6.0]])
    assert [change.pair for change in changes(earlier[1:], later[1:], near)] == []
    assert [change.pair for change in changes(earlier[:1], later[1:], near)] == [(earlier[0].text, later[1].text)]
    assert changes(earlier, later[:1], near) == []
    assert changes(earlier[:1], later[1:], np.array([[1.9]])) == []


def test_the_evidence_of_a_pair_is_a_sum_of_its_signals() -> None:
    """The units are 元 and 元, 100000 元 stands in both, 提高 says a change: 0.8 + 2.6 + 0.8."""
    found = evidence("每台补助10万元。", "每台补助由10万元提高到15万元。", 0.25, 4.0)
    assert found == pytest.approx(-10 + 7.8 * sqrt(0.25) + 0.56 * 4 + 0.8 + 2.6 + 0.8)
    assert evidence("公示十天，街道协商。", "公示期内街道协商。", 0.0, -1.0) == -10


def test_a_sentence_stands_in_three_pairs_at_most() -> None:
    earlier = said(
        *(f"{place}新增公共停车泊位3000个。" for place in ("青年路", "文昌路", "前进路", "东塘路", "新港路"))
    )
    found = changes(earlier, said("累计新增公共停车泊位3126个，比原定晚了两年。"), np.array([[8.0]]))
    assert len(found) == 3


def test_a_chain_is_in_order_of_time_with_the_document_itself(snapshot: Snapshot) -> None:
    chain = of(snapshot, OF_2021).chain
    days = [document.replied_on or "" for document in chain]
    assert days == sorted(days)
    assert {OF_THE_DISTRICT, OF_2021, BEFORE} <= {document.doc_id for document in chain}
    (own,) = (document for document in chain if document.doc_id == OF_2021)
    assert (own.similarity, own.carried_over, own.changed) == (1.0, (), ())
    assert all(0 < document.similarity < 1 for document in chain if document is not own)


def test_the_telling_change_is_found_and_its_values_are_marked(snapshot: Snapshot) -> None:
    (newer,) = (document for document in of(snapshot, OF_2021).chain if document.doc_id == BEFORE)
    marked = {
        later: [later[start:end] for start, end in of_later]
        for (_, later), (_, of_later) in zip(newer.changed, newer.marks, strict=True)
    }
    raised = next(words for later, words in marked.items() if "每台补助由15万元提高到20万元" in later)
    assert "20万元" in raised


def test_every_sentence_of_a_pair_is_literally_in_its_document(snapshot: Snapshot) -> None:
    for document in of(snapshot, OF_2021).chain:
        first, second = sorted((document.doc_id, OF_2021), key=lambda doc_id: doc_id != document.doc_id)
        if (document.replied_on or "") > "2021-08-05":
            first, second = second, first
        for earlier, later in document.changed:
            assert earlier in text_of(snapshot, first)
            assert later in text_of(snapshot, second)


def test_no_chain_has_two_districts_or_a_message_among_proposals(snapshot: Snapshot) -> None:
    offenders, chains = [], 0
    for entry in snapshot.engine.entries():
        ids = [document.doc_id for document in of(snapshot, entry.doc_id).chain]
        entries = [found for doc_id in ids if (found := snapshot.engine.find(doc_id))]
        districts = {e.agency[:3] for e in entries if e.agency and e.agency[2] in "区县"}
        chains += len(ids) > 1
        if len(districts) > 1 or len({e.kind == "message" for e in entries}) > 1:
            offenders.append((entry.doc_id, ids))
    assert offenders == []
    assert chains > 30


def test_a_bureau_and_a_thread_in_common_are_no_chain(snapshot: Snapshot) -> None:
    """Two letters of one bureau and year, about lifts' subsidies and about parks' dogs."""
    waste = of(snapshot, "松澜市城市管理局:松城管函〔2019〕63号")
    assert "松澜市城市管理局:松城管函〔2019〕41号" not in {document.doc_id for document in waste.chain}


@pytest.fixture(scope="module")
def updated(sample_index: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """With a letter of 2026 for the scope 内部 that repeats a sentence of 2025 and revokes another."""
    folder = tmp_path_factory.mktemp("later")
    shutil.copytree(sample_index, folder / "index")
    body = f"{later_letters.REVOKES}\n二、住房公积金\n{SENTENCE}"
    doc_id = later_letters.write(folder / "letters", HOUSING, body, LIFTS)
    build([folder / "letters"], folder / "index", BuildOptions(scope="内部"), silent)
    return folder / "index", doc_id


def test_a_sentence_is_carried_over_into_a_later_letter(updated: tuple[Path, str]) -> None:
    index, newer = updated
    (later,) = (document for document in of(open_index(index), BEFORE).chain if document.doc_id == newer)
    assert later.carried_over == ((SENTENCE, SENTENCE),)
    assert any("20万元" in before and "停止执行" in after for before, after in later.changed)


def test_who_may_not_see_the_letter_learns_nothing_of_it(updated: tuple[Path, str], snapshot: Snapshot) -> None:
    index, newer = updated
    found = of(open_index(index).seen_by(frozenset({"公开"})), BEFORE)
    assert newer not in str(found)
    assert "停止执行" not in str(found)
    assert [document.doc_id for document in found.chain] == [d.doc_id for d in of(snapshot, BEFORE).chain]


def test_the_command_prints_the_contract_s_shape(sample_index: Path) -> None:
    ran = CliRunner().invoke(app, ["lineage", OF_2021, "--index", str(sample_index), "--json"])
    assert ran.exit_code == 0, ran.output
    answer = json.loads(ran.stdout)
    assert answer["doc_id"] == OF_2021
    assert {"doc_id", "replied_on", "similarity", "carried_over", "changed"} <= answer["chain"][0].keys()
    assert all(len(pair) == 2 for document in answer["chain"] for pair in document["changed"])


def test_the_command_says_the_chain_in_words(sample_index: Path) -> None:
    said_in_words = CliRunner().invoke(app, ["lineage", OF_2021, "--index", str(sample_index)]).stdout
    assert "[这一份]" in said_in_words
    assert "由15万元提高到20万元" in said_in_words
    alone = CliRunner().invoke(app, ["lineage", "ly-2023-0417", "--index", str(sample_index)])
    assert alone.stdout.strip() == "没有找到同一件事的其他答复。"


def test_the_api_answers_as_the_command_does(sample_index: Path) -> None:
    with TestClient(create_app(sample_index)) as client:
        answer = client.get("/api/v1/lineage", params={"doc_id": OF_2021}).json()
        ran = CliRunner().invoke(app, ["lineage", OF_2021, "--index", str(sample_index), "--json"])
        assert answer == json.loads(ran.stdout)
        assert client.get("/api/v1/lineage", params={"doc_id": "没有这一份"}).status_code == 404
        assert client.get("/api/v1/lineage").status_code == 422
