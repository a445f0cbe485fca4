"""What the legs are worth: known pairs and their masks, the chosen weight, the chance, and what a manifest keeps."""

import random
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from corpus.sources import SourceFile
from corpus.types import Document
from indexer.archive import VersionKey, open_archive
from indexer.build.calibration import WEIGHTS, Answer, chance, chosen_weight, closeness_curve
from indexer.build.encoder_choice import ArchiveMaterial
from indexer.build.generation import Generation
from indexer.build.importing import import_files
from indexer.build.known_items import BLANK, KnownItem, held_out, known_items, masked
from indexer.build.manifest import Calibration
from indexer.engine.ranking import Candidates
from search_api.searcher import Searcher
from tests.conftest import make_index, silent
from tests.letters import SHARED, letter, numbered, parsed

Gains = NDArray[np.float64]


# Known pairs


def _documents(count: int) -> dict[VersionKey, Document]:
    found = {}
    for i in range(count):
        document = parsed(numbered(i))
        found[VersionKey(document.doc_id, str(i))] = document
    return found


def test_a_letter_gives_its_title_question_and_first_asks() -> None:
    document = parsed(letter()).model_copy(
        update={
            "question": "哪里有长者食堂？",
            "answered_points": ("增设食堂", "短", "送餐上门", "增设食堂", "提高补贴", "延长营业"),
        }
    )
    assert list(known_items(document)) == [
        KnownItem("title", "关于增设长者食堂的提案", document.doc_id),
        KnownItem("question", "哪里有长者食堂？", document.doc_id),
        KnownItem("ask", "增设食堂", document.doc_id),
        KnownItem("ask", "送餐上门", document.doc_id),
        KnownItem("ask", "提高补贴", document.doc_id),
    ]


def test_the_same_letters_are_held_out_in_every_order() -> None:
    documents = _documents(200)
    forwards = held_out(list(documents), documents.__getitem__)
    backwards = held_out(list(documents)[::-1], documents.__getitem__)
    assert 50 <= len(forwards) < 200
    assert list(forwards) == list(backwards)


@pytest.mark.parametrize("grown", [210, 400])
def test_while_an_archive_grows_only_newcomers_take_a_place(grown: int) -> None:
    documents = _documents(grown)
    before = set(held_out(list(documents)[:200], documents.__getitem__))
    after = set(held_out(list(documents), documents.__getitem__))
    assert not (after - before) & set(list(documents)[:200])
    assert len(after) == len(before) < 200


def test_a_letter_that_asks_nothing_is_not_held_out() -> None:
    documents = _documents(3)
    mute = next(iter(documents))
    documents[mute] = documents[mute].model_copy(update={"title": None, "question": None, "answered_points": ()})
    assert set(held_out(list(documents), documents.__getitem__)) == set(documents) - {mute}


# Masks


def test_a_masked_letter_keeps_its_length_and_loses_its_words() -> None:
    body = (
        "一、关于增设长者食堂\n（一）增设长者食堂。全市六十八家，关于增设长者食堂的提案收悉。\n"
        "二、送餐上门服务\n已开展。"
    )
    document = parsed(letter(body=body)).model_copy(
        update={"question": "为老人送餐上门服务何时有？", "answered_points": ("送餐上门服务", "增设长者食堂")}
    )
    hidden = masked(document)
    assert (hidden.title, hidden.question, hidden.answered_points) == (None, None, ())
    assert len(hidden.text) == len(document.text)
    for words in ("关于增设长者食堂的提案", "送餐上门服务", "增设长者食堂"):
        assert words in document.text
        assert words not in hidden.text
        assert not any(words in (section.heading or "") for section in hidden.sections)
    changed = [at for at, (old, new) in enumerate(zip(document.text, hidden.text, strict=True)) if old != new]
    assert {hidden.text[at] for at in changed} == {BLANK}
    assert [(s.start, s.end) for s in hidden.sections] == [(s.start, s.end) for s in document.sections]
    assert "全市六十八家" in hidden.text


@given(st.text(alphabet="长者食堂的提案，\n", max_size=60), st.text(alphabet="长者食堂", min_size=4, max_size=6))
def test_a_mask_leaves_nothing_of_a_title(text: str, title: str) -> None:
    document = parsed(letter()).model_copy(update={"title": title, "text": text + title, "sections": ()})
    hidden = masked(document).text
    assert title not in hidden
    assert len(hidden) == len(text + title)


# The weight


def _gains(lexical: Sequence[float], hybrid: Sequence[float]) -> dict[float, Gains]:
    """As by weight 0, and as by every other weight."""
    return {w: np.array(lexical if w == 0 else hybrid, dtype=np.float64) for w in WEIGHTS}


WELL, BADLY = [1.0] * 40, [0.5, 0.3] * 20


@pytest.mark.parametrize(
    ("good", "chosen"),
    [
        (WEIGHTS, 1.0),  # all the same: the usual one
        (WEIGHTS[1:], 1.0),
        ((2.0, 3.0), 2.0),
        ((0.25, 0.5), 0.5),
        ((0.5, 1.25), 1.25),
        ((3.0,), 3.0),
    ],
)
def test_of_the_weights_as_good_as_the_best_the_one_nearest_the_usual(good: Sequence[float], chosen: float) -> None:
    gains = {w: np.array(WELL if w in good else BADLY) for w in WEIGHTS}
    assert chosen_weight(gains, np.array(WELL), by_chance=0.05) == chosen


@pytest.mark.parametrize(("loss", "chosen"), [(0.03, 1.0), (0.06, 3.0)])
def test_a_loss_within_its_standard_error_is_no_loss(loss: float, chosen: float) -> None:
    # Of 100 pairs half lose 0.4 more and half 0.4 less than the mean loss: a standard error of 0.4 / 10 = 0.04.
    best, swing = np.full(100, 0.6), np.array([0.4, -0.4] * 50)
    gains = {w: best - 0.5 for w in WEIGHTS} | {1.0: best - loss + swing, 3.0: best}
    assert chosen_weight(gains, best, by_chance=0.05) == chosen


def test_vectors_that_hurt_get_none() -> None:
    assert chosen_weight(_gains(WELL, BADLY), np.array(BADLY), by_chance=0.05) == 0.0


@pytest.mark.parametrize(
    ("vector", "used"),
    [
        ([0.05] * 100, False),  # chance itself
        ([0.0] * 95 + [1.0] * 5, False),
        ([0.0] * 92 + [1.0] * 8, False),  # 0.08 with a standard error of 0.027: less than two above chance
        ([0.0] * 80 + [1.0] * 20, True),
        ([0.3] * 100, True),
    ],
)
def test_vectors_that_know_no_more_than_chance_get_none(vector: list[float], used: bool) -> None:
    gains = _gains([0.2] * 100, [0.9] * 100)
    assert (chosen_weight(gains, np.array(vector), by_chance=0.05) > 0) is used


@pytest.mark.parametrize("pairs", [0, 1, 4])
def test_too_few_pairs_leave_the_weight_at_one(pairs: int) -> None:
    assert chosen_weight(_gains([1.0] * pairs, [0.0] * pairs), np.zeros(pairs), by_chance=0.5) == 1.0


def test_chance_by_hand() -> None:
    # One relevant letter at each of the ranks with the same chance: 1/log2(2) = 1, 1/log2(3), 1/log2(4) = 0.5
    assert chance(1) == 1.0
    assert chance(3) == pytest.approx((1 + 1 / np.log2(3) + 0.5) / 3)
    top_ten = sum(1 / np.log2(rank + 1) for rank in range(1, 11))
    assert chance(10) == pytest.approx(top_ten / 10)
    assert chance(1000) == pytest.approx(top_ten / 1000)  # below the tenth, nothing
    assert chance(0) == 0.0


# The closeness that answers have


def _answer(own: float, others: Iterable[float]) -> Answer:
    """A known letter and its neighbours by coverage and cosine, which add up to their closeness."""
    closeness = np.array([own, *others])
    found = Candidates(
        np.arange(len(closeness)), closeness, closeness / 2, np.zeros(len(closeness)), closeness / 2, 1.0, 1.0
    )
    return Answer(KnownItem("title", "", ""), found, 0, 0)


def test_the_curve_is_even_between_answers_and_their_neighbours() -> None:
    rng = np.random.default_rng(1)
    near = [_answer(1.2 + 0.2 * rng.standard_normal(), 0.6 + 0.2 * rng.standard_normal(9)) for _ in range(200)]
    even, slope = closeness_curve(near, 1.0)
    assert 0.8 < even < 1.0
    # Two normal distributions of one width s, d apart: slope d / s² in theory, 0.6 / 0.04 = 15 but for the selection.
    assert 8 < slope < 30
    curve = Calibration(documents=1, pairs={}, figures={}, vector_weight=1, even=even, slope=slope)
    assert curve.chance(np.array([even])).tolist() == [0.5]
    assert (np.diff(curve.chance(np.linspace(0, 2, 50))) > 0).all()


@pytest.mark.parametrize(
    "answers",
    [
        [],
        [_answer(1.2, [0.6, 0.5])] * 4,  # too few
        [_answer(1.2, [])] * 40,  # no neighbours
        [_answer(0.7, [0.7, 0.7, 0.7])] * 40,  # as close as their neighbours
        [_answer(0.3, [0.9, 0.8, 0.7])] * 40,  # further than their neighbours
    ],
    ids=["none", "few", "alone", "alike", "inverted"],
)
def test_where_answers_cannot_be_told_apart_the_usual_curve_holds(answers: list[Answer]) -> None:
    assert closeness_curve(answers, 1.0) == (0.70, 4.6)


def test_the_first_neighbour_may_well_answer_too() -> None:
    """A twin of each known letter, as close as itself, does not move the curve."""
    alone = [_answer(1.2 + i / 1000, [0.9 - i / 1000, 0.6, 0.5, 0.5 + i / 500, 0.4]) for i in range(60)]
    twins = [_answer(1.2 + i / 1000, [1.2 + i / 1000, 0.6, 0.5, 0.5 + i / 500, 0.4]) for i in range(60)]
    assert closeness_curve(alone, 1.0) == closeness_curve(twins, 1.0)


# In an index


def calibration_of(index: Path) -> Calibration:
    return Generation.open_current(index).manifest.calibration


def write_noise(folder: Path, count: int) -> None:
    """Letters whose titles and bodies are characters drawn at random: no letter answers its title."""
    folder.mkdir()
    rng = random.Random(20240501)
    characters = [chr(code) for code in range(0x4E00, 0x4E00 + 3000)]

    def words(length: int) -> str:
        return "".join(rng.choices(characters, k=length))

    for i in range(count):
        text = letter(
            heading=f"松澜市民政局关于市政协十届二次会议第{20230200 + i}号提案的答复",
            opening=f"您提出的《关于{words(8)}的提案》（第{20230200 + i}号）收悉。现答复如下：",
            body=f"一、{words(6)}\n" + "，".join(words(12) for _ in range(12)) + "。",
        )
        (folder / f"{i}.txt").write_text(text, encoding="utf-8")


def test_on_noise_the_vectors_get_no_say(tmp_path: Path) -> None:
    write_noise(tmp_path / "letters", 60)
    make_index(tmp_path / "letters", tmp_path / "index")
    calibration = calibration_of(tmp_path / "index")
    assert calibration.pairs["all"] >= 60
    assert calibration.vector_weight == 0.0
    assert "向量对本档案没有帮助，检索时不使用" in calibration.in_words()
    searcher = Searcher(tmp_path / "index")
    titles = [entry.title or "" for entry in searcher.snapshot.engine.entries()]
    for query in titles[:10]:
        hybrid, lexical = searcher.rank(query, 5), searcher.rank(query, 5, "lexical")
        assert hybrid == lexical
        assert len(lexical) > 0


def test_the_hybrid_of_the_sample_is_no_worse_than_the_better_leg(sample_index: Path) -> None:
    assert_no_worse(calibration_of(sample_index))


@pytest.mark.skipif(not (SHARED / "letters").is_dir(), reason="the five real letters are not here")
def test_the_hybrid_of_the_real_letters_is_no_worse_than_the_better_leg(tmp_path: Path) -> None:
    make_index(SHARED / "letters", tmp_path / "index")
    assert_no_worse(calibration_of(tmp_path / "index"))


def assert_no_worse(calibration: Calibration) -> None:
    """But for noise: a figure of n gains between 0 and 1 and of mean p has a standard error of √(p(1-p)/n) at most."""
    n = calibration.pairs["all"]
    figures = {leg: of_leg["all"] for leg, of_leg in calibration.figures.items()}
    better = max(figures["lexical"], figures["vector"])
    assert figures["hybrid"] >= better - 2 * (better * (1 - better) / n) ** 0.5
    assert 0 < figures["hybrid"] <= 1


def test_the_manifest_has_figures_for_each_kind(sample_index: Path) -> None:
    calibration = calibration_of(sample_index)
    kinds = set(calibration.pairs) - {"all"}
    assert kinds <= {"title", "question", "ask"}
    assert sum(calibration.pairs[kind] for kind in kinds) == calibration.pairs["all"]
    assert calibration.documents == 78
    assert calibration.vector_weight in WEIGHTS
    for leg in ("lexical", "vector", "hybrid"):
        of_leg = calibration.figures[leg]
        assert of_leg.keys() == {"all", *kinds}
        mean = sum(of_leg[kind] * calibration.pairs[kind] for kind in kinds) / calibration.pairs["all"]
        assert of_leg["all"] == pytest.approx(mean, abs=1e-4)


def test_two_builds_agree_to_the_bit(letters: Path, tmp_path: Path) -> None:
    make_index(letters, tmp_path / "one")
    make_index(letters, tmp_path / "other")
    assert calibration_of(tmp_path / "one") == calibration_of(tmp_path / "other")


def write_numbered(folder: Path, numbers: range) -> None:
    folder.mkdir(exist_ok=True)
    for i in numbers:
        (folder / f"{i}.txt").write_text(numbered(i), encoding="utf-8")


def test_a_calibration_is_kept_until_the_archive_has_grown_by_a_fifth(tmp_path: Path) -> None:
    source, index = tmp_path / "letters", tmp_path / "index"
    write_numbered(source, range(10))
    make_index(source, index)
    first = calibration_of(index)
    assert first.documents == 10
    write_numbered(source, range(10, 12))
    make_index(source, index)  # 12 = 1.2 * 10
    assert calibration_of(index) == first
    write_numbered(source, range(12, 13))
    make_index(source, index)
    assert calibration_of(index).documents == 13


def test_a_calibration_is_made_anew_where_the_archive_shrank_by_as_much(tmp_path: Path) -> None:
    source, index = tmp_path / "letters", tmp_path / "index"
    write_numbered(source, range(12))
    make_index(source, index)
    for i in range(2):
        (source / f"{i}.txt").unlink()
    make_index(source, index, prune=True)  # 10 = 12 / 1.2
    assert calibration_of(index).documents == 12
    (source / "2.txt").unlink()
    make_index(source, index, prune=True)
    assert calibration_of(index).documents == 9


def test_another_encoder_is_another_calibration(tmp_path: Path) -> None:
    source, index = tmp_path / "letters", tmp_path / "index"
    write_numbered(source, range(10))
    make_index(source, index)
    write_numbered(source, range(10, 11))
    make_index(source, index, retrain=True)
    assert calibration_of(index).documents == 11


def test_nothing_of_a_calibration_is_left_behind(letters: Path, tmp_path: Path) -> None:
    make_index(letters, tmp_path / "index")
    assert [p.name for p in (tmp_path / "index" / "generations").iterdir()] == ["1"]


# What the encoder learns from


def test_no_title_of_a_held_out_letter_reaches_the_training(tmp_path: Path) -> None:
    write_numbered(tmp_path, range(250))
    archive = open_archive(tmp_path / "archive.sqlite", writable=True)
    files = [SourceFile(path, path.name) for path in sorted(tmp_path.glob("*.txt"))]
    import_files(archive, files, [tmp_path], prune=False, progress=silent)
    live = archive.live()
    held = held_out(live, archive.document)
    assert 0 < len(held) < len(live) == 250
    titles = {version: archive.document(version).title or "" for version in live}
    texts, pairs = ArchiveMaterial(archive).texts_and_pairs(blind=True)
    taught = "\n".join([*texts, *(text for pair in pairs for text in pair)])
    assert {version for version in live if titles[version] not in taught} == set(held)


# What is said of it


def _calibration(pairs: int, weight: float) -> Calibration:
    figures = {"lexical": {"all": 0.802}, "vector": {"all": 0.779}, "hybrid": {"all": 0.8041}}
    return Calibration(
        documents=78, pairs={"all": pairs}, figures=figures if pairs else {}, vector_weight=weight, even=0.77, slope=4.0
    )


@pytest.mark.parametrize(
    ("calibration", "sentence"),
    [
        (
            _calibration(168, 0.5),
            "用 168 组已知问答自测（nDCG@10，满分为 1）：只用词语 0.802，只用向量 0.779，两者合用 0.804；向量权重 0.5",
        ),
        (
            _calibration(168, 0.0),
            "用 168 组已知问答自测（nDCG@10，满分为 1）：只用词语 0.802，只用向量 0.779；"
            "向量对本档案没有帮助，检索时不使用",
        ),
        (_calibration(3, 1.0), "已知问答只有 3 组，不足以自测；向量权重取默认值 1"),
        (_calibration(0, 1.0), "已知问答只有 0 组，不足以自测；向量权重取默认值 1"),
    ],
)
def test_a_calibration_in_words(calibration: Calibration, sentence: str) -> None:
    assert calibration.in_words() == sentence
