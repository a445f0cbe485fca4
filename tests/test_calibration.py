"""The calibration of an index: on noise and on letters, when it is kept and made anew, and its words."""

import random
from pathlib import Path

import pytest

from corpus.sources import SourceFile
from indexer.archive import open_archive
from indexer.build.calibration import WEIGHTS
from indexer.build.encoder_choice import ArchiveMaterial
from indexer.build.generation import Generation
from indexer.build.importing import import_files
from indexer.build.known_items import held_out
from indexer.build.manifest import Calibration
from search_api.searcher import Searcher
from tests.conftest import make_index, silent
from tests.letters import SHARED, letter, numbered

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
