"""The encoder that an archive trains for itself: its vectors, its training, and its files."""

import json
import tarfile
from pathlib import Path

import numpy as np
import pytest

from indexer.encoders import EncoderError, load, open_encoder
from indexer.encoders.archive import ArchiveEncoder
from indexer.encoders.card import CARD_NAME
from indexer.encoders.training import train
from indexer.terms.analyzer import DEFAULT, Analyzer, terms
from indexer.terms.dictionary import Dictionary
from indexer.terms.segmenter import WordEntry
from tests.codebase import ROOT
from tests.encoders.oracles import python, reference
from tests.encoders.texts import ALL, PAIRS, PASSAGES, PLACES


def test_vectors_are_those_of_sentence_transformers(trained: ArchiveEncoder, tmp_path: Path) -> None:
    trained.save(tmp_path)
    texts = [*PASSAGES[:5], PAIRS[3][0], "从未见过的外星词语", "", "长者食堂" * 50]
    expected = reference(tmp_path, [" ".join(terms(text)) for text in texts])
    np.testing.assert_allclose(trained.encode_passages(texts), expected, atol=1e-5)
    np.testing.assert_array_equal(trained.encode_queries(texts), trained.encode_passages(texts))


def test_vectors_have_length_one_or_zero(trained: ArchiveEncoder) -> None:
    vectors = trained.encode_passages([*PASSAGES, "", "qwerty"])
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(PASSAGES) + 2, trained.dimension)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1] * len(PASSAGES) + [0, 0], atol=1e-5)
    assert trained.encode_queries([]).shape == (0, trained.dimension)


def test_a_vector_does_not_depend_on_its_neighbours(trained: ArchiveEncoder) -> None:
    together = trained.encode_passages(PASSAGES)
    alone = np.concatenate([trained.encode_passages([text]) for text in PASSAGES])
    np.testing.assert_array_equal(together, alone)


def test_training_twice_gives_the_same_encoder_to_the_bit(trained: ArchiveEncoder) -> None:
    again = train(ALL, PAIRS)
    assert again.fingerprint == trained.fingerprint
    np.testing.assert_array_equal(again.encode_passages(ALL), trained.encode_passages(ALL))


def test_training_gives_torch_its_threads_back() -> None:
    """It works on one thread, so that the number of cores changes no bit."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(3)
    train(ALL, PAIRS)
    found = torch.get_num_threads()
    torch.set_num_threads(threads)
    assert found == 3


def test_training_brings_a_question_to_its_answer(trained: ArchiveEncoder) -> None:
    """Questions share only the place with their answers; the pairs left out here were never seen in training."""
    held_out = PAIRS[:: len(PLACES) + 1]
    bent = train(ALL, [pair for pair in PAIRS if pair not in held_out])
    assert accuracy(trained, PAIRS) == 1
    assert accuracy(bent, held_out) == 1
    assert accuracy(train(ALL, []), held_out) < 0.8


def accuracy(encoder: ArchiveEncoder, pairs: list[tuple[str, str]]) -> float:
    """The share of questions whose own passage is the best of all."""
    questions = encoder.encode_queries([question for question, _ in pairs])
    best = (questions @ encoder.encode_passages(PASSAGES).T).argmax(axis=1)
    return float(np.mean([PASSAGES[row] == answer for row, (_, answer) in zip(best, pairs, strict=True)]))


def test_training_leaves_nothing_behind_and_prints_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    train(ALL, PAIRS)
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("passages", "dimension"),
    [
        ([], 1),
        (["……", "！"], 1),
        (["福田区"], 1),
        (["福田区", "福田区", "养老"], 2),
    ],
)
def test_any_archive_gets_an_encoder(passages: list[str], dimension: int, tmp_path: Path) -> None:
    encoder = train(passages, [])
    encoder.save(tmp_path)
    vectors = load(tmp_path).encode_passages([*passages, "别的"])
    assert encoder.dimension == dimension
    assert vectors.shape == (len(passages) + 1, dimension)
    known = [bool(terms(text)) for text in passages] + [False]
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), known, atol=1e-6)
    assert reference(tmp_path, ["福田区"]).shape == (1, dimension)


def test_pairs_that_teach_nothing_are_left_out() -> None:
    useless = [("", PASSAGES[0]), (PASSAGES[0], "qwerty")] * 60
    assert train(ALL, useless).fingerprint == train(ALL, []).fingerprint


def test_searching_and_training_on_few_pairs_need_no_torch(trained: ArchiveEncoder, tmp_path: Path) -> None:
    trained.save(tmp_path)
    code = (
        "import sys; from pathlib import Path; from indexer import encoders;"
        f"encoder = encoders.load(Path({str(tmp_path)!r}));"
        "from indexer.encoders.training import train;"
        "encoder.encode_queries(['养老']); train(['福田区养老'], []);"
        "print(encoder.fingerprint, 'torch' in sys.modules, 'transformers' in sys.modules)"
    )
    assert python(code).split() == [trained.fingerprint, "False", "False"]


def test_a_saved_encoder_comes_back(trained: ArchiveEncoder, tmp_path: Path) -> None:
    trained.save(tmp_path / "first")
    loaded = load(tmp_path / "first")
    assert loaded.fingerprint == trained.fingerprint
    np.testing.assert_array_equal(loaded.encode_passages(ALL), trained.encode_passages(ALL))
    loaded.save(tmp_path / "second")
    assert len({path.stat().st_mode for path in (tmp_path / "first").iterdir()}) == 1  # a server reads them too
    for path in (tmp_path / "first").iterdir():
        assert path.read_bytes() == (tmp_path / "second" / path.name).read_bytes()


def test_an_encoder_of_another_archive_can_be_carried_in(trained: ArchiveEncoder, tmp_path: Path) -> None:
    trained.save(tmp_path)
    assert open_encoder(str(tmp_path)).fingerprint == trained.fingerprint


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (CARD_NAME, "文件夹中没有编码器"),
        ("model.safetensors", "编码器文件缺失或损坏"),
        ("tokenizer.json", "编码器文件缺失或损坏"),
    ],
)
def test_a_missing_or_broken_file_of_an_encoder_is_refused(
    trained: ArchiveEncoder, tmp_path: Path, name: str, message: str
) -> None:
    trained.save(tmp_path)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).unlink()
    with pytest.raises(EncoderError, match=message):
        load(tmp_path)
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(EncoderError, match=r"重新建立索引"):
        load(tmp_path)


def test_a_changed_encoder_is_refused(trained: ArchiveEncoder, tmp_path: Path) -> None:
    trained.save(tmp_path)
    weights = bytearray((tmp_path / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (tmp_path / "model.safetensors").write_bytes(weights)
    with pytest.raises(EncoderError, match=f"指纹应为 {trained.fingerprint[:12]}"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [({"analyzer": "0"}, "用的是分词第 0 版"), ({"format": 2}, "另一版本"), ({"kind": "other"}, "另一版本")],
)
def test_an_encoder_of_another_version_is_refused(
    trained: ArchiveEncoder, tmp_path: Path, change: dict[str, object], message: str
) -> None:
    trained.save(tmp_path)
    card = json.loads((tmp_path / CARD_NAME).read_text())
    (tmp_path / CARD_NAME).write_text(json.dumps(card | change))
    with pytest.raises(EncoderError, match=message):
        load(tmp_path)


def test_texts_that_are_analysed_already_get_the_same_vectors(trained: ArchiveEncoder) -> None:
    """To the bit; also where they were analysed with another dictionary than the encoder's own."""
    texts = [*PASSAGES[:6], "", "长者食堂，" * 40, f"{PASSAGES[0]}{PASSAGES[9]}"]
    other = Analyzer(Dictionary((WordEntry("街道已投入", None),)))
    assert other.words(PASSAGES[0]) != DEFAULT.words(PASSAGES[0])
    expected = trained.encode_passages(texts)
    for analyzer in (DEFAULT, other):
        np.testing.assert_array_equal(trained.encode_analysed([analyzer.analyse(text) for text in texts]), expected)


def test_an_encoder_keeps_the_dictionary_that_its_terms_were_found_with(tmp_path: Path) -> None:
    """In its folder, so that it can be carried to an index with another one, or with none."""
    own = Analyzer(Dictionary((WordEntry("街道已投入", None), WordEntry("12345热线", 7))))
    encoder = train(ALL, PAIRS, analyzer=own)
    encoder.save(tmp_path)
    assert encoder.remembered(["街道已投入", "没有的词"]) == ["街道已投入"]
    loaded = load(tmp_path)
    assert loaded.fingerprint == encoder.fingerprint != train(ALL, PAIRS).fingerprint
    np.testing.assert_array_equal(loaded.encode_passages(ALL), encoder.encode_passages(ALL))
    (tmp_path / "dictionary.txt").write_text("街道已投入\n", encoding="utf-8")
    with pytest.raises(EncoderError, match="编码器与本版本的分词不符"):
        load(tmp_path)


def test_an_encoder_can_be_rid_of_terms(trained: ArchiveEncoder) -> None:
    lessened = trained.without({"食堂", "长者"})
    assert trained.remembered(["食堂", "长者", "电梯"]) == ["食堂", "长者", "电梯"]
    assert lessened.remembered(["食堂", "长者", "电梯"]) == ["电梯"]
    untouched = [text for text in PASSAGES if "长者食堂" not in text]
    np.testing.assert_array_equal(lessened.encode_passages(untouched), trained.encode_passages(untouched))


def test_the_encoder_of_a_released_version_says_that_words_are_cut_otherwise_now(tmp_path: Path) -> None:
    """Its card is as fcaa524 wrote it."""
    with tarfile.open(ROOT / "tests" / "data" / "frozen" / "index-fcaa524.tar.gz") as frozen:
        frozen.extractall(tmp_path, filter="data")
    (card,) = tmp_path.rglob(CARD_NAME)
    with pytest.raises(EncoderError, match=rf"用的是分词第 3-\w+ 版，本程序为第 {DEFAULT.version} 版"):
        load(card.parent)
