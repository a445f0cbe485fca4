"""The check without labels: who stays as a candidate, worked by hand, and `dafu eval self` on real indexes."""

import json
import math
import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner

from corpus.errors import DafuError
from dafu import app
from eval.self_check import (
    CandidateCheck,
    CandidateFilter,
    both,
    check_candidates,
    expected,
    no_later_documents,
    same_agency_documents,
    self_check,
)
from indexer.build.calibration import Answer, asked
from indexer.build.known_items import Kind, KnownItem
from indexer.build.masked import masked_from
from indexer.engine.protocol import DocumentEntry
from indexer.engine.ranking import Candidates
from indexer.paths import GenerationPaths
from indexer.snapshot import open_index
from tests.conftest import make_index, silent
from tests.letters import SHARED

# doc_id, date, bureau; and what BM25 and the vectors give for the pair of b.
LETTERS = [
    ("a", "2021-03-01", "甲局", 1.0, 0.9),
    ("b", "2022-03-01", "甲局", 2.0, 0.5),
    ("c", "2020-03-01", "乙局", 4.0, 0.7),
    ("d", "2023-03-01", "甲局", 5.0, 0.1),
    ("e", None, "甲局", 6.0, 0.2),
    ("f", "2022-03-01", None, 3.0, 0.3),
]


KEYS = np.arange(1, 12, 2)  # a key is not a place


def entry(key: int, doc_id: str, date: str | None, agency: str | None) -> DocumentEntry:
    return DocumentEntry(key, doc_id, "", None, agency, None, "other", "lead", None, (), date)


ENTRIES = [entry(int(key), *row[:3]) for key, row in zip(KEYS, LETTERS, strict=True)]


def answer(
    doc_id: str,
    lexical: list[float] | None = None,
    vector: list[float] | None = None,
    places: list[int] | None = None,
    kind: Kind = "title",
) -> Answer:
    found = Candidates(
        documents=KEYS if places is None else KEYS[places],
        lexical=np.array([row[3] for row in LETTERS] if lexical is None else lexical),
        vector=np.array([row[4] for row in LETTERS] if vector is None else vector),
        lengths=np.zeros(len(LETTERS) if places is None else len(places)),
        coverage=np.zeros(0),
        known=1.0,
        vector_share=1.0,
    )
    key = next(entry.key for entry in ENTRIES if entry.doc_id == doc_id)
    return Answer(KnownItem(kind, "食堂", doc_id), found, -1, key)


def all_documents(own: int) -> NDArray[np.bool_]:
    return np.ones(len(LETTERS), dtype=bool)


EARLIER = no_later_documents(ENTRIES)
SAME = both(EARLIER, same_agency_documents(ENTRIES))


def at(rank: int) -> dict[str, float]:
    """The figures of a query whose document stands at this rank."""
    return {"nDCG@10": 1 / math.log2(rank + 1), "RR@10": 1 / rank, "R@10": 1.0, "R@1": float(rank == 1)}


NOWHERE = {"nDCG@10": 0.0, "RR@10": 0.0, "R@10": 0.0, "R@1": 0.0}


def lexical(found: CandidateCheck) -> dict[str, float]:
    return found.modes["lexical"]["all"].means


# BM25 ranks e, d, c, f, b, a.
@pytest.mark.parametrize(
    ("competitors", "candidates", "rank"),
    [
        (all_documents, 6, 5),
        (EARLIER, 4, 3),  # d is later, e has no date: c, f (of the same day), b, a
        (SAME, 2, 1),  # of those, c is another bureau's, f nobody's: b, a
    ],
)
def test_who_stays_changes_the_rank(competitors: CandidateFilter, candidates: int, rank: int) -> None:
    found = check_candidates(ENTRIES, [answer("b")], competitors, 0.0)
    assert (found.queries, found.left_out, found.candidates) == (1, 0, candidates)
    assert lexical(found) == pytest.approx(at(rank))
    assert found.by_chance == {"all": expected(candidates), "title": expected(candidates)}


def test_the_vectors_rank_their_own_way_and_the_weight_decides_between_them() -> None:
    # The vectors rank a, c, b, f, e, d; of the letters no later than b, a and c stand before it.
    found = check_candidates(ENTRIES, [answer("b")], EARLIER, 0.0)
    assert found.modes["vector"]["all"].means == pytest.approx(at(3))
    lexical_only, vectors_mostly = (
        check_candidates(ENTRIES, [answer("b", vector=[0.1, 0.9, 0.2, 0.0, 0.0, 0.0])], EARLIER, weight)
        for weight in (0.0, 100.0)
    )
    assert lexical_only.modes["hybrid"]["all"].means == pytest.approx(at(3))
    assert vectors_mostly.modes["hybrid"]["all"].means == pytest.approx(at(1))


def test_a_document_without_competitors_says_nothing_and_is_left_out() -> None:
    # c is the earliest, and f has no bureau; e has no date, so all are earlier.
    found = check_candidates(ENTRIES, [answer("c"), answer("e"), answer("b")], EARLIER, 0.0)
    assert (found.queries, found.left_out, found.candidates) == (2, 1, 5)
    assert lexical(found) == pytest.approx({name: (at(1)[name] + at(3)[name]) / 2 for name in at(1)})
    nobody = check_candidates(ENTRIES, [answer("c"), answer("f")], SAME, 0.0)
    assert nobody == CandidateCheck(queries=0, left_out=2, candidates=0, modes={}, by_chance={})


def test_what_a_mode_does_not_find_counts_nothing() -> None:
    without_terms = answer("b", lexical=[1.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    assert lexical(check_candidates(ENTRIES, [without_terms], EARLIER, 0.0)) == NOWHERE
    unknown_words = answer("b", vector=[math.nan] * 6)
    assert check_candidates(ENTRIES, [unknown_words], SAME, 1.0).modes["vector"]["all"].means == NOWHERE
    assert check_candidates(ENTRIES, [unknown_words], SAME, 1.0).modes["hybrid"]["all"].means == at(1)
    not_there = answer("b", lexical=[1.0], vector=[0.5], places=[0])
    assert all(
        kinds["all"].means == NOWHERE for kinds in check_candidates(ENTRIES, [not_there], SAME, 1.0).modes.values()
    )


def test_kinds_are_measured_apart() -> None:
    found = check_candidates(ENTRIES, [answer("b"), answer("b", lexical=[1, 9, 2, 3, 4, 5], kind="ask")], EARLIER, 0.0)
    of_kind = found.modes["lexical"]
    assert list(of_kind) == ["all", "title", "ask"]
    assert (of_kind["title"].means["RR@10"], of_kind["ask"].means["RR@10"]) == pytest.approx((1 / 3, 1))
    assert of_kind["all"].means["RR@10"] == pytest.approx(2 / 3)


def test_chance_by_hand() -> None:
    assert expected(3) == pytest.approx(
        {"nDCG@10": (1 + 1 / math.log2(3) + 1 / 2) / 3, "RR@10": (1 + 1 / 2 + 1 / 3) / 3, "R@10": 1, "R@1": 1 / 3}
    )
    assert expected(100)["R@10"] == pytest.approx(0.1)


# Real indexes


def test_unrestricted_it_gives_what_the_index_says_of_itself(sample_index: Path, tmp_path: Path) -> None:
    """Two ways to one figure: the calibration counts ranks in arrays, the check writes runs for ir_measures."""
    generation = open_index(sample_index).generation
    live, read = [entry.version for entry in generation.engine.entries()], masked_from(generation.archive)
    engine, answers = asked(GenerationPaths(tmp_path / "blanked"), live, read, generation.encoder, silent)
    calibration = generation.manifest.calibration
    entries = engine.entries()
    everything = np.ones(len(entries), dtype=bool)
    found = check_candidates(entries, answers, lambda own: everything, calibration.vector_weight)
    assert {kind: figures.queries for kind, figures in found.modes["hybrid"].items()} == calibration.pairs
    for mode, kinds in found.modes.items():
        means = {kind: figures.means["nDCG@10"] for kind, figures in kinds.items()}
        assert means == pytest.approx(calibration.figures[mode], abs=1e-4), mode


def test_three_letters_of_three_years(letters: Path, tmp_path: Path) -> None:
    make_index(letters, tmp_path / "index")
    found = self_check(open_index(tmp_path / "index"), silent)
    # The letter of 2021 has none before it; that of 2022 is told apart from one, that of 2023 from two.
    for of in (found.earlier, found.same_agency):
        assert (of.queries, of.left_out, of.candidates) == (2, 1, 2.5)
        assert of.by_chance["all"]["R@1"] == pytest.approx((1 / 2 + 1 / 3) / 2)
        assert of.modes["lexical"]["title"].means == pytest.approx(at(1))
    assert (found.documents, found.asked_of, found.queries, found.undated) == (3, 3, {"all": 3, "title": 3}, 0)


def test_another_bureaus_letters_are_no_candidates_in_the_second_table(letters: Path, tmp_path: Path) -> None:
    path = letters / "长者食堂.txt"
    path.write_text(path.read_text(encoding="utf-8").replace("松澜市民政局", "松澜市商务局"), encoding="utf-8")
    make_index(letters, tmp_path / "index")
    found = self_check(open_index(tmp_path / "index"), silent)
    assert (found.earlier.queries, found.earlier.candidates) == (2, 2.5)
    assert (found.same_agency.queries, found.same_agency.left_out, found.same_agency.candidates) == (1, 2, 2)


def test_the_titles_are_blanked(letters: Path, tmp_path: Path) -> None:
    """A letter whose only trace of its title is the title is not found by its words."""
    path = letters / "共享停车.txt"
    text = path.read_text(encoding="utf-8").replace("《关于共享停车的提案》", "《关于螺旋藻养殖的提案》")
    path.write_text(text, encoding="utf-8")
    make_index(letters, tmp_path / "index")
    found = self_check(open_index(tmp_path / "index"), silent)
    assert found.earlier.modes["lexical"]["all"].means["R@1"] == pytest.approx(1 / 2)


def run_self(index: Path, *arguments: str) -> str:
    result = CliRunner().invoke(app, ["eval", "self", "--index", str(index), *arguments], env={"COLUMNS": "110"})
    assert result.exit_code == 0, result.output
    return result.output


def test_eval_self_explains_itself_and_writes_json(sample_index: Path, tmp_path: Path) -> None:
    output = run_self(sample_index, "--json", str(tmp_path / "self.json"))
    found = json.loads((tmp_path / "self.json").read_text(encoding="utf-8"))
    earlier, same = found["earlier"], found["same_agency"]
    assert list(earlier["legs"]) == ["lexical", "vector", "hybrid"]
    assert earlier["pairs"] + earlier["left_out"] == found["pairs"]["all"] == same["pairs"] + same["left_out"]
    assert found["documents"] == found["asked_of"] == 78
    for of in (earlier, same):
        for kinds in of["legs"].values():
            low, high = kinds["all"]["ci"]["nDCG@10"]
            assert of["by_chance"]["all"]["nDCG@10"] < low <= kinds["all"]["nDCG@10"] <= high
    assert same["candidates"] < earlier["candidates"]
    words = f"已知问答 {found['pairs']['all']} 题（标题 {found['pairs']['title']}、来信 {found['pairs']['question']}"
    assert words in output
    assert "答复中相同的字句已遮去" in output
    assert f"与不晚于它的答复同排，其中 {found['undated']} 题的答复没有日期" in output
    assert f"只留同一单位的答复：题材相近，能否分辨具体的事（{same['pairs']} 题" in output
    for label in ("词语", "向量", "混合", "随机"):
        assert output.count(label) >= 2
    assert f"{earlier['legs']['hybrid']['all']['nDCG@10']:.3f}" in output


def test_few_pairs_are_called_few(letters: Path, tmp_path: Path) -> None:
    make_index(letters, tmp_path / "index")
    assert "题目不足 30 道，区间很宽" in run_self(tmp_path / "index")


def test_the_five_letters_are_checked(tmp_path: Path) -> None:
    if not (SHARED / "letters").is_dir():
        pytest.skip("没有 shared/letters：五份真实答复不随项目发布")
    shutil.copytree(SHARED / "letters", tmp_path / "letters")
    make_index(tmp_path / "letters", tmp_path / "index")
    assert "答复 5 份" in run_self(tmp_path / "index")


def test_an_archive_that_knows_no_pairs_is_told_what_to_add(tmp_path: Path) -> None:
    lines = [json.dumps({"id": i, "text": f"第{i}条：机关食堂周末不营业，平时照常。"}) for i in "123"]
    (tmp_path / "archive.jsonl").write_text("\n".join(lines), encoding="utf-8")
    make_index(tmp_path / "archive.jsonl", tmp_path / "index")
    with pytest.raises(DafuError, match="档案中的 3 份答复都没有读出标题、来信原文或诉求，没有题目可供自测。请在"):
        self_check(open_index(tmp_path / "index"), silent)
    result = CliRunner().invoke(app, ["eval", "self", "--index", str(tmp_path / "index")])
    assert isinstance(result.exception, DafuError)


def test_letters_without_a_bureau_have_no_second_table(tmp_path: Path) -> None:
    lines = [
        {"id": str(i), "text": text, "title": title, "replied_on": f"202{i}-01-01"}
        for i, (title, text) in enumerate(
            [("长者食堂", "全市现有长者食堂六十八家，每餐补贴两元。"), ("加装电梯", "加装电梯财政补贴每台十五万元。")]
        )
    ]
    rows = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    (tmp_path / "archive.jsonl").write_text(rows, encoding="utf-8")
    make_index(tmp_path / "archive.jsonl", tmp_path / "index")
    output = run_self(tmp_path / "index", "--json", str(tmp_path / "self.json"))
    assert "没有一题有别的候选，无从测量（没有读出单位，或各只有一份）" in output
    found = json.loads((tmp_path / "self.json").read_text(encoding="utf-8"))
    assert found["same_agency"] == {"pairs": 0, "left_out": 2, "candidates": 0, "legs": {}, "by_chance": {}}
