"""Whole letters' BM25 and coverage against plain scorers, updates against fresh builds, and the files on disk."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from corpus.errors import DafuError
from indexer.durable import save_array
from indexer.engine.local.document_scores import DocumentScores
from indexer.engine.local.postings import FIELDS, Postings
from indexer.engine.local.postings_builder import PostingsBuilder
from indexer.terms.kinds import KINDS, Kind, Terms, terms_of
from tests.plain_scorer import RANKING, Letter, bm25, coverage

EVEN: dict[Kind, float] = dict.fromkeys(KINDS, 1.0)
WEIGHTS: dict[Kind, float] = {"words": 0.3, "bigrams": 1.0, "characters": 0.2, "concepts": 0.0}

_word = st.text(alphabet="长者食堂老人5", min_size=1, max_size=2)
_terms: st.SearchStrategy[Terms] = st.dictionaries(
    st.sampled_from(KINDS), st.dictionaries(_word, st.integers(1, 9), min_size=1, max_size=5), max_size=4
)
_letter: st.SearchStrategy[Letter] = st.dictionaries(st.sampled_from(FIELDS), _terms, max_size=3)
_letters = st.lists(_letter, max_size=7)


def built(letters: Sequence[Letter], old: Postings | None = None, kept: Sequence[int] = ()) -> Postings:
    builder = PostingsBuilder()
    for letter in letters:
        builder.add(letter)
    return builder.build(old, np.array(kept, dtype=np.int64))


def scores(postings: Postings, query: Terms, weights: Mapping[Kind, float]) -> NDArray[np.float64]:
    return DocumentScores(postings, query, weights, postings.statistics(None)).bm25(RANKING)


def covered(
    postings: Postings, query: Terms, weights: Mapping[Kind, float], ordinals: NDArray[np.int64]
) -> tuple[NDArray[np.float64], float]:
    scored = DocumentScores(postings, query, weights, postings.statistics(None))
    return scored.coverage(ordinals, RANKING.absent_documents)


def test_bm25_by_hand() -> None:
    letters: list[Letter] = [
        {"body": {"words": {"食堂": 2, "老人": 2}}},
        {"body": {"words": {"电梯": 2}}, "title": {"words": {"食堂": 1}}},
    ]
    # 食堂 stands in one body of two: idf ln(1 + 1.5/1.5) = ln 2. Bodies have 4 and 2 words, 3 in the mean; titles 0 and
    # 1, 0.5 in the mean. Two in a body of 4 words, and one in a title of 1.
    found = scores(built(letters), {"words": {"食堂": 1}}, EVEN)
    body = 2 * 3 / (2 + 2 * (0.05 + 0.95 * 4 / 3))
    title = 1 * 3 / (1 + 2 * (0.05 + 0.95 * 2))
    assert found.tolist() == pytest.approx([math.log(2) * body, math.log(2) * title])


def test_coverage_by_hand() -> None:
    letters: list[Letter] = [{"body": {"words": {"食堂": 2}}}, {"body": {"words": {"食堂": 1, "电梯": 1}}}]
    # Among 102 letters, 食堂 in both of ours: ln(1 + 100.5/2.5); 电梯 in one: ln(1 + 101.5/1.5); 学位 in none.
    query: Terms = {"words": {"食堂": 1, "电梯": 1, "学位": 1}}
    both, one, none = math.log(41.2), math.log(1 + 101.5 / 1.5), math.log(206)
    asked = both + one + none
    expected = [both / asked, (both + one) / asked]
    held, known = covered(built(letters), query, EVEN, np.arange(len(letters)))
    assert held.tolist() == pytest.approx(expected)
    assert known == pytest.approx((both + one) / asked)


@settings(max_examples=150, deadline=None)
@given(_letters, _terms, st.sampled_from([EVEN, WEIGHTS]))
def test_scores_are_those_of_a_plain_scorer(letters: list[Letter], query: Terms, weights: Mapping[Kind, float]) -> None:
    found = scores(built(letters), query, weights)
    assert found.tolist() == pytest.approx(bm25(query, letters, weights), abs=1e-5)


@settings(max_examples=150, deadline=None)
@given(_letters, _terms, st.sampled_from([EVEN, WEIGHTS]))
def test_coverage_is_that_of_a_plain_count(letters: list[Letter], query: Terms, weights: Mapping[Kind, float]) -> None:
    held, known = covered(built(letters), query, weights, np.arange(len(letters)))
    some = np.arange(0, len(letters), 2)
    assert covered(built(letters), query, weights, some)[0].tolist() == held[some].tolist()
    plain_held, plain_known = coverage(query, letters, weights)
    assert held.tolist() == pytest.approx(plain_held, abs=1e-6)
    assert known == pytest.approx(plain_known, abs=1e-6)
    assert ((held >= 0) & (held <= known + 1e-9)).all()


@settings(max_examples=150, deadline=None)
@given(_letters, _letters, st.data())
def test_an_update_is_a_fresh_build_of_the_same_letters(
    before: list[Letter], added: list[Letter], data: st.DataObject
) -> None:
    kept = data.draw(st.lists(st.sampled_from(range(len(before))), unique=True).map(sorted) if before else st.just([]))
    updated, fresh = built(added, built(before), kept), built([*(before[i] for i in kept), *added])
    assert_equal(updated, fresh)


def assert_equal(one: Postings, other: Postings) -> None:
    assert one.hashes.tolist() == other.hashes.tolist()
    assert np.array_equal(one.lengths, other.lengths)
    for field in FIELDS:
        assert [part.tolist() for part in one.fields[field]] == [part.tolist() for part in other.fields[field]]


@settings(max_examples=50, deadline=None)
@given(_letters)
def test_hashes_ascend_and_of_a_term_the_letters_do(letters: list[Letter]) -> None:
    postings = built(letters)
    hashes = postings.hashes.tolist()
    assert hashes == sorted(set(hashes))
    terms = {(k, t) for letter in letters for of in letter.values() for k, counts in of.items() for t in counts}
    assert len(hashes) == len(terms)
    for starts, ordinals, _ in postings.fields.values():
        for row in range(len(hashes)):
            of_term = ordinals[starts[row] : starts[row + 1]].tolist()
            assert of_term == sorted(set(of_term))


@settings(max_examples=25, deadline=None)
@given(letters=_letters, query=_terms)
def test_what_is_saved_is_loaded(tmp_path_factory: pytest.TempPathFactory, letters: list[Letter], query: Terms) -> None:
    folder = tmp_path_factory.mktemp("postings") / "documents"
    postings = built(letters)
    postings.save(folder)
    loaded = Postings.load(folder)
    assert_equal(loaded, postings)
    assert scores(loaded, query, WEIGHTS).tolist() == scores(postings, query, WEIGHTS).tolist()
    (held, known), (loaded_held, loaded_known) = (
        covered(p, query, WEIGHTS, np.arange(len(p))) for p in (postings, loaded)
    )
    assert (loaded_held.tolist(), loaded_known) == (held.tolist(), known)


def test_an_update_of_a_loaded_index(tmp_path: Path) -> None:
    texts = ["长者食堂补贴。", "加装电梯补贴。", "共享停车。"]
    letters: list[Letter] = [{"body": terms_of(text)} for text in texts]
    built(letters[:2]).save(tmp_path / "documents")
    assert_equal(built(letters[2:], Postings.load(tmp_path / "documents"), [1]), built(letters[1:]))


def test_terms_of_removed_letters_alone_go_with_them() -> None:
    old = built([{"body": {"words": {"食堂": 1}}}, {"body": {"words": {"电梯": 1}}}])
    assert len(old.hashes) == 2
    assert len(built([], old, [1]).hashes) == 1


@pytest.mark.parametrize("name", ["hashes", "lengths", "title-starts", "body-documents", "question-counts"])
@pytest.mark.parametrize("damage", ["missing", "cut", "garbage", "empty"])
def test_a_damaged_file_is_a_sentence(tmp_path: Path, name: str, damage: str) -> None:
    folder = tmp_path / "documents"
    built([{field: terms_of("长者食堂每餐补贴两元") for field in FIELDS}] * 3).save(folder)
    target = folder / f"{name}.npy"
    data = target.read_bytes()
    target.unlink()
    if damage != "missing":
        target.write_bytes({"cut": data[:-7], "garbage": b"\xff" * len(data), "empty": b""}[damage])
    with pytest.raises(DafuError, match=rf"词语索引 .*documents 缺失或已损坏（.*{name}.*）。请运行 dafu verify 检查"):
        Postings.load(folder)


def test_files_of_two_indexes_are_a_sentence(tmp_path: Path) -> None:
    built([{"body": terms_of("长者食堂")}]).save(tmp_path / "one")
    built([{"body": terms_of("加装电梯财政补贴")}]).save(tmp_path / "other")
    (tmp_path / "other" / "hashes.npy").replace(tmp_path / "one" / "hashes.npy")
    with pytest.raises(DafuError, match="各文件的长度不一致"):
        Postings.load(tmp_path / "one")


def test_no_folder_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DafuError, match="nowhere 缺失或已损坏"):
        Postings.load(tmp_path / "nowhere")


def test_an_empty_archive_finds_nothing(tmp_path: Path) -> None:
    built([]).save(tmp_path / "documents")
    empty = Postings.load(tmp_path / "documents")
    assert len(empty) == 0
    held, known = covered(empty, terms_of("食堂"), EVEN, np.arange(0))
    assert (held.shape, known) == ((0,), 0.0)
    assert scores(empty, terms_of("食堂"), EVEN).shape == (0,)
    assert empty.document_frequency("words", {"食堂": 1}, empty.statistics(None)).tolist() == [0]
    assert_equal(built([{"body": terms_of("食堂")}], empty, []), built([{"body": terms_of("食堂")}]))


def test_relative_lengths_by_hand() -> None:
    letters: list[Letter] = [{"body": {"bigrams": {"长者": 1}}}, {"body": {"bigrams": {"长者": 2, "者食": 1}}}, {}]
    mean = (1 + 3 + 0) / 3
    expected = [math.log(1 / mean), math.log(3 / mean), math.log(1 / mean)]  # an empty letter counts as one term
    postings = built(letters)
    assert postings.relative_lengths(np.arange(3), postings.statistics(None)).tolist() == pytest.approx(expected)
    assert built([]).relative_lengths(np.arange(0), built([]).statistics(None)).tolist() == []


def test_letters_without_a_text_have_no_score() -> None:
    postings = built([{}, {"body": {}}, {"body": terms_of("食堂")}])
    assert scores(postings, terms_of("食堂"), EVEN)[:2].tolist() == [0.0, 0.0]
    held, known = covered(postings, terms_of("食堂"), EVEN, np.arange(len(postings)))
    assert held.tolist() == pytest.approx([0.0, 0.0, 1.0])
    assert known == pytest.approx(1.0)


def test_unknown_terms_and_no_terms() -> None:
    postings = built([{"body": terms_of("长者食堂")}, {"body": terms_of("加装电梯")}])
    unknown: Terms = {"words": {"海底隧道": 1}}
    nothing: Terms = {}
    for query in (unknown, nothing):
        assert scores(postings, query, EVEN).tolist() == [0.0, 0.0]
        held, known = covered(postings, query, EVEN, np.arange(len(postings)))
        assert (held.tolist(), known) == ([0.0, 0.0], 0.0)
    assert postings.document_frequency("words", {"海底隧道": 1, "电梯": 1}, postings.statistics(None)).tolist() == [
        0,
        1,
    ]
    assert scores(postings, terms_of("电梯"), dict.fromkeys(KINDS, 0.0)).tolist() == [0.0, 0.0]


def test_a_term_of_one_kind_is_none_of_another() -> None:
    postings = built([{"body": {"words": {"食堂": 1}}}])
    assert scores(postings, {"bigrams": {"食堂": 1}}, EVEN).tolist() == [0.0]


@pytest.mark.parametrize(("stands", "kept"), [(65_534, 65_534), (65_535, 65_535), (65_536, 65_535), (2**31, 65_535)])
def test_a_count_stays_at_what_16_bits_hold(stands: int, kept: int) -> None:
    postings = built([{"body": {"words": {"的": stands}}}])
    assert postings.fields["body"][2].tolist() == [kept]
    assert postings.lengths[1, 0, 0] == pytest.approx(stands)


def test_a_long_archive_of_saturated_counts_survives_an_update() -> None:
    letter: Letter = {"body": {"words": {"的": 70_000, "食堂": 1}}}
    assert_equal(built([letter], built([letter, letter]), [0]), built([letter, letter]))


def test_the_rarest_terms_are_those_of_the_fewest_documents_seen() -> None:
    """食堂 stands in three documents, 电梯 in two, 停车 in one, 海底 in none."""
    words = [{"食堂": 1, "电梯": 1, "停车": 1}, {"食堂": 1, "电梯": 1}, {"食堂": 1}]
    postings = built([{"body": {"words": of}} for of in words])
    query: Terms = {"words": {"海底": 1, "食堂": 2, "电梯": 1, "停车": 3}}
    everything, last_two = (postings.statistics(mask) for mask in (None, np.array([False, True, True])))
    assert DocumentScores(postings, query, EVEN, everything).rarest(3) == {"words": {"停车": 3, "电梯": 1, "食堂": 2}}
    assert list(DocumentScores(postings, query, EVEN, last_two).rarest(2)["words"]) == ["电梯", "食堂"]


@settings(max_examples=100, deadline=None)
@given(_letters, _terms, st.data())
def test_documents_that_may_not_be_seen_leave_no_trace(
    letters: list[Letter], query: Terms, data: st.DataObject
) -> None:
    """Under a mask every figure is that of an archive that never had the others, to the bit."""
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=len(letters), max_size=len(letters))), dtype=bool)
    whole, alone = built(letters), built([letter for letter, seen in zip(letters, mask, strict=True) if seen])
    seen, everything = whole.statistics(mask), alone.statistics(None)
    scored = DocumentScores(whole, query, WEIGHTS, seen)
    assert scored.bm25(RANKING)[mask].tolist() == scores(alone, query, WEIGHTS).tolist()
    held, known = scored.coverage(np.flatnonzero(mask), RANKING.absent_documents)
    alone_held, alone_known = covered(alone, query, WEIGHTS, np.arange(len(alone)))
    assert (held.tolist(), known) == (alone_held.tolist(), alone_known)
    lengths = whole.relative_lengths(np.flatnonzero(mask), seen)
    assert lengths.tolist() == alone.relative_lengths(np.arange(len(alone)), everything).tolist()
    for kind, counts in query.items():
        ours, theirs = (p.document_frequency(kind, counts, of) for p, of in ((whole, seen), (alone, everything)))
        assert ours.tolist() == theirs.tolist()


def test_an_array_is_written_as_numpy_writes_it(tmp_path: Path) -> None:
    for array in (np.arange(6, dtype=np.uint16).reshape(2, 3).T, np.empty((0, 4), np.float32), np.array([1 << 60])):
        save_array(tmp_path / "ours.npy", array)
        assert np.array_equal(np.load(tmp_path / "ours.npy", allow_pickle=False), array)
        np.save(tmp_path / "numpys.npy", np.ascontiguousarray(array))
        assert (tmp_path / "ours.npy").read_bytes() == (tmp_path / "numpys.npy").read_bytes()
