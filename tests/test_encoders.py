"""Encoders: the one an archive trains for itself, and models carried in, against sentence-transformers itself."""

import json
import shutil
import socket
import subprocess
import sys
import tarfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from indexer.encoders import (
    EncoderChoice,
    EncoderError,
    EncoderSettings,
    check,
    choice_of,
    fits,
    load,
    model_files,
    open_chosen,
    open_encoder,
    reopened,
)
from indexer.encoders.archive import ArchiveEncoder
from indexer.encoders.bags import Bags, Lexicon, spectral_matrix
from indexer.encoders.card import CARD_NAME
from indexer.encoders.pretrained import PretrainedEncoder
from indexer.encoders.training import train
from indexer.terms.analyzer import DEFAULT, Analyzer, terms
from indexer.terms.dictionary import Dictionary
from indexer.terms.segmenter import WordEntry

ROOT = Path(__file__).parents[1]
SUBJECTS = ("长者食堂", "电梯加装", "共享停车", "垃圾分类", "学位供给", "公交线路", "口袋公园", "家庭医生")
PLACES = ("景田", "梅林", "沙头", "莲花", "园岭", "华强", "香蜜", "福保")
PASSAGES = [
    f"关于{subject}，{place}街道已投入{10 + at}万元，完成{subject}试点，群众满意。"
    for at, subject in enumerate(SUBJECTS)
    for place in PLACES
]
# The question says it in other words, which stand in one passage only: training alone can tell what belongs together.
WORDS = ("老人吃饭", "爬楼困难", "车位紧张", "环境卫生", "孩子读书", "出行不便", "休闲绿地", "看病方便")
PAIRS = [
    (f"{place}的{words}问题", PASSAGES[len(PLACES) * at + number])
    for at, words in enumerate(WORDS)
    for number, place in enumerate(PLACES)
]
ALL = [*PASSAGES, *(f"另有来信反映{words}。" for words in WORDS)]


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture(scope="module")
def trained() -> ArchiveEncoder:
    return train(ALL, PAIRS)


def reference(folder: Path, texts: list[str]) -> NDArray[np.float32]:
    """The oracle: the folder read and used by sentence-transformers."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    return np.asarray(model.encode(texts, normalize_embeddings=True, show_progress_bar=False))


def python(code: str) -> str:
    """What the code prints in a fresh process with warnings as errors."""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    return run.stdout


# Bags of terms


@settings(deadline=None)  # the processors are shared
@given(st.lists(st.text("福田区养老服务5g，", max_size=12), max_size=8))
def test_bags_hold_the_terms_of_each_text(texts: list[str]) -> None:
    lexicon = Lexicon()
    bags = lexicon.bags(texts)
    vocabulary, new = lexicon.most_frequent(bags, size=5)
    kept = bags.renumbered(new)
    expected = [sorted(term for term in terms(text) if term in vocabulary) for text in texts]
    assert unpacked(kept, vocabulary) == expected
    assert unpacked(lexicon.bags(texts).renumbered(new), vocabulary) == expected
    rows = list(range(len(texts)))[::-1]
    assert unpacked(kept.take(rows), vocabulary) == expected[::-1]


def unpacked(bags: Bags, vocabulary: list[str]) -> list[list[str]]:
    return [
        sorted(vocabulary[number] for number in bags.numbers[start:end])
        for start, end in zip(bags.starts[:-1], bags.starts[1:], strict=True)
    ]


def test_the_vocabulary_is_what_stands_in_the_most_texts() -> None:
    texts = ["a a a b", "b c", "c d", "b d"]  # b stands in three texts, c and d in two, a in one but three times
    lexicon = Lexicon()
    bags = lexicon.bags(texts)
    lexicon.bags(["e", "e d"])  # met, but not in the texts that were asked about
    assert lexicon.most_frequent(bags, size=3)[0] == ["b", "c", "d"]
    assert lexicon.most_frequent(bags, size=9)[0] == ["b", "c", "d", "a"]


def test_repeated_texts_add_no_direction() -> None:
    matrix = spectral_matrix(Lexicon().bags(["a b", "c d", "a b", "c d"]), 4, 256, seed=0)
    assert matrix.shape == (4, 2)
    assert np.linalg.norm(matrix, axis=1).mean() == pytest.approx(1)


# The archive's own encoder


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


def test_the_encoder_of_a_released_version_opens(tmp_path: Path) -> None:
    """Its card, its files and its fingerprint are as fcaa524 wrote them."""
    with tarfile.open(ROOT / "tests" / "data" / "frozen" / "index-fcaa524.tar.gz") as frozen:
        frozen.extractall(tmp_path, filter="data")
    (card,) = tmp_path.rglob(CARD_NAME)
    assert load(card.parent).fingerprint == json.loads(card.read_text())["fingerprint"]


def test_a_matrix_that_does_not_fit_the_vocabulary_is_refused() -> None:
    for shape in ((2, 3), (1, 0), (1,)):
        with pytest.raises(ValueError, match=r"expected a matrix of shape \(1, d\)"):
            ArchiveEncoder(["福田"], np.zeros(shape, np.float32))


# Models carried in


def test_pretrained_vectors_are_those_of_sentence_transformers(original: Path) -> None:
    encoder = PretrainedEncoder(str(original), EncoderSettings(query_prompt="query: ", batch_size=3))
    queries = [question for question, _ in PAIRS[:7]]
    expected = reference(original, [f"query: {query}" for query in queries])
    np.testing.assert_allclose(encoder.encode_queries(queries), expected, atol=1e-5)
    np.testing.assert_allclose(encoder.encode_passages(PASSAGES[:7]), reference(original, PASSAGES[:7]), atol=1e-5)
    assert encoder.dimension == 16
    assert encoder.encode_passages([]).shape == (0, 16)


def test_a_pretrained_model_loads_in_silence(original: Path, capfd: pytest.CaptureFixture[str]) -> None:
    PretrainedEncoder(str(original), EncoderSettings()).encode_queries(["养老"])
    assert capfd.readouterr() == ("", "")


def test_pretrained_vectors_can_be_cut_and_stay_unit_vectors(original: Path) -> None:
    whole = PretrainedEncoder(str(original), EncoderSettings()).encode_passages(PASSAGES[:4])
    encoder = PretrainedEncoder(str(original), EncoderSettings(truncate_dim=6))
    lengths = np.linalg.norm(whole[:, :6], axis=1, keepdims=True)
    np.testing.assert_allclose(encoder.encode_passages(PASSAGES[:4]), whole[:, :6] / lengths, atol=1e-5)
    assert encoder.dimension == 6
    assert PretrainedEncoder(str(original), EncoderSettings(truncate_dim=16)).dimension == 16


def test_more_dimensions_than_a_model_has_are_refused_before_torch_is_loaded(original: Path) -> None:
    choice = EncoderChoice(path=original, settings=EncoderSettings(truncate_dim=17))
    with pytest.raises(EncoderError, match=r"模型的向量只有 16 维，不能截断到 17 维：.*不大于 16 的数"):
        check(choice)
    code = (
        "import sys; from pathlib import Path; from indexer.encoders import *;"
        f"check(EncoderChoice(path=Path({str(original)!r}), settings=EncoderSettings(truncate_dim=16)));"
        "print('torch' in sys.modules)"
    )
    assert python(code).split() == ["False"]


def test_a_file_that_does_not_tell_the_dimension_is_no_way_around(model: Path) -> None:
    (model / "1_Pooling" / "config.json").write_text(json.dumps({"embedding_dimension": None, "pooling_mode": "mean"}))
    assert model_files.dimension(model) is None
    (model / "1_Pooling" / "config.json").write_text(json.dumps({"embedding_dimension": 16, "pooling_mode": "mean"}))
    assert model_files.dimension(model) == 16
    modules = json.loads((model / "modules.json").read_text())
    own = {"idx": 2, "name": "2", "path": "2_Own", "type": "some_model.OwnModule"}
    (model / "modules.json").write_text(json.dumps([*modules, own]))
    assert model_files.dimension(model) is None


@pytest.mark.parametrize(
    ("pooling", "dense"),
    [("mean", None), ("cls", 5), (("cls", "max"), None), (("mean", "max", "cls"), 7)],
)
@pytest.mark.parametrize("old", [False, True])
def test_the_files_tell_the_dimension_that_the_model_has(
    original: Path, tmp_path: Path, pooling: str | tuple[str, ...], dense: int | None, old: bool
) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Dense
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling

    modules = [SentenceTransformer(str(original), device="cpu")[0], Pooling(16, pooling_mode=pooling)]
    if dense:
        modules.append(Dense(modules[1].get_embedding_dimension(), dense))
    made = SentenceTransformer(modules=[*modules, Normalize()], device="cpu")
    made.save(str(tmp_path / "made"))
    if old:
        as_published(tmp_path / "made", pooling)
    assert model_files.dimension(tmp_path / "made") == made.get_embedding_dimension()


def as_published(folder: Path, pooling: str | tuple[str, ...] = "mean") -> None:
    """The configuration as bge, e5 and gte published it: old names, and the empty folder of Normalize not copied."""
    modules = json.loads((folder / "modules.json").read_text())
    for module in modules:
        module["type"] = "sentence_transformers.models." + module["type"].rsplit(".", 1)[-1]
        if module["type"].endswith("Normalize"):
            shutil.rmtree(folder / module["path"], ignore_errors=True)
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 64, "do_lower_case": true}')
    names = {"cls": "cls_token", "mean": "mean_tokens", "max": "max_tokens"}
    ways = (pooling,) if isinstance(pooling, str) else pooling
    flags = {f"pooling_mode_{name}": way in ways for way, name in names.items()}
    config = {"word_embedding_dimension": 16, **flags, "pooling_mode_mean_sqrt_len_tokens": False}
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(config))


def test_a_model_as_it_was_published_years_ago_is_used_in_silence(original: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bge-small-zh-v1.5"
    shutil.copytree(original, folder)
    modules = json.loads((folder / "modules.json").read_text())
    normalize = {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}
    (folder / "modules.json").write_text(json.dumps([*modules, normalize]))
    as_published(folder)
    (folder / "config_sentence_transformers.json").unlink()
    code = (
        "from pathlib import Path; from indexer.encoders import *;"
        f"print(open_encoder({str(folder)!r}, EncoderSettings(truncate_dim=8)).encode_queries(['养老']).shape)"
    )
    assert python(code) == "(1, 8)\n"
    found = PretrainedEncoder(str(folder), EncoderSettings()).encode_queries(["公交线路"])
    np.testing.assert_allclose(found, reference(original, [f"{ZH}公交线路"]), atol=1e-5)


@pytest.mark.parametrize("batch_size", [1, 2, 64])
def test_the_size_of_a_batch_changes_no_vector(original: Path, batch_size: int) -> None:
    texts = [passage * (1 + number % 3) for number, passage in enumerate(PASSAGES[:9])]
    encoder = PretrainedEncoder(str(original), EncoderSettings(batch_size=batch_size))
    np.testing.assert_allclose(encoder.encode_passages(texts), reference(original, texts), atol=1e-5)


@pytest.mark.parametrize("device", ["cuda:99", "warp-drive", "meta"])
def test_a_device_that_is_not_there(original: Path, tmp_path: Path, device: str) -> None:
    """It is refused where it is chosen; an index that was made with it is searched on what there is."""
    settings = EncoderSettings(device=device)
    with pytest.raises(EncoderError, match=rf"本机不能使用设备 {device}（.*--device cpu"):
        check(EncoderChoice(path=original, settings=settings))
    PretrainedEncoder(str(original), settings).save(tmp_path)
    expected = PretrainedEncoder(str(original), EncoderSettings(device="cpu")).encode_queries(["养老"])
    np.testing.assert_allclose(load(tmp_path).encode_queries(["养老"]), expected, atol=1e-5)


def test_a_kept_encoder_takes_the_batch_and_device_of_the_choice(original: Path, tmp_path: Path) -> None:
    kept = PretrainedEncoder(str(original), EncoderSettings(query_prompt="q", batch_size=4))
    expected = kept.encode_queries(["养老"])
    settings = EncoderSettings(query_prompt="q", batch_size=9, device="cpu")
    again = reopened(kept, EncoderChoice(path=original, settings=settings))
    assert isinstance(again, PretrainedEncoder)
    assert (again.settings, again.fingerprint) == (settings, kept.fingerprint)
    np.testing.assert_allclose(again.encode_queries(["养老"]), expected, atol=1e-6)
    assert kept.settings.batch_size == 4
    assert reopened(kept, None) is kept
    assert reopened(kept, EncoderChoice()) is kept


def test_a_model_that_wants_to_run_its_own_code_is_refused(model: Path) -> None:
    """As gte-multilingual-base is published."""
    config = json.loads((model / "config.json").read_text())
    code = {"AutoConfig": "configuration.OwnConfig", "AutoModel": "modeling.OwnModel"}
    (model / "config.json").write_text(json.dumps(config | {"model_type": "own", "auto_map": code}))
    (model / "configuration.py").write_text("raise SystemExit('run')")
    with pytest.raises(EncoderError, match=r"模型无法载入.*不运行外来代码"):
        PretrainedEncoder(str(model), EncoderSettings()).encode_queries(["养老"])


def test_many_threads_share_a_pretrained_encoder(original: Path) -> None:
    encoder = PretrainedEncoder(str(original), EncoderSettings())
    expected = [encoder.encode_queries([text]) for text in PASSAGES[:16]]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda text: encoder.encode_queries([text]), PASSAGES[:16]))
    np.testing.assert_array_equal(found, expected)


ZH = "为这个句子生成表示以用于检索相关文章："
INSTRUCT = "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: "


@pytest.mark.parametrize(
    ("folder", "own", "chosen", "expected"),
    [
        ("model", {}, {}, ("", "")),
        ("multilingual-e5-small", {}, {}, ("query: ", "passage: ")),
        ("bge-small-zh-v1.5", {}, {}, (ZH, "")),
        ("bge_base_zh", {}, {}, (ZH, "")),
        ("models--BAAI--bge-large-zh/snapshots/0a1b", {}, {}, (ZH, "")),
        ("bge-m3", {}, {}, ("", "")),
        ("gte-multilingual-base", {}, {}, ("", "")),
        ("some5thing", {}, {}, ("", "")),
        ("gte-base-zh", {}, {}, ("", "")),
        ("bge-large-zh-noinstruct", {}, {}, ("", "")),
        ("multilingual-e5-large-instruct", {}, {}, (INSTRUCT, "")),
        ("gte-Qwen2-1.5B-instruct", {"query": INSTRUCT}, {}, (INSTRUCT, "")),
        ("m", {"retrieval.query": "q: ", "retrieval.passage": "p: ", "separation": "s"}, {}, ("q: ", "p: ")),
        ("m", {"search_query": "search_query: ", "search_document": "d: "}, {}, ("search_query: ", "d: ")),
        ("m", {"web_search_query": "w: ", "sts_query": "s: "}, {}, ("w: ", "")),
        ("m", {"s2s_query": "s: ", "s2p_query": "p: "}, {}, ("p: ", "")),
        ("m", {"Retrieval-document": "d: "}, {}, ("", "d: ")),
        ("m", {"corpus": "c: "}, {}, ("", "c: ")),
        ("m", {"document": "d: ", "passage": "p: "}, {}, ("", "d: ")),  # sentence-transformers' order
        ("e5-base", {"sts": "s: "}, {}, ("query: ", "passage: ")),
        ("bge-small-zh", {"query": "问：", "passage": "答："}, {}, ("问：", "答：")),
        ("bge-small-zh", {"query": "问：", "document": "文："}, {}, ("问：", "文：")),
        ("e5-base", {"query": "", "document": ""}, {}, ("query: ", "passage: ")),
        ("e5-base", {}, {"query_prompt": "", "passage_prompt": "p:"}, ("", "p:")),
    ],
)
def test_prompts(
    original: Path, tmp_path: Path, folder: str, own: dict[str, str], chosen: dict[str, str], expected: tuple[str, str]
) -> None:
    shutil.copytree(original, tmp_path / folder)
    path = tmp_path / folder / "config_sentence_transformers.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"prompts": own}))
    encoder = PretrainedEncoder(str(tmp_path / folder), EncoderSettings.model_validate(chosen))
    assert (encoder.query_prompt, encoder.passage_prompt) == expected


@pytest.mark.parametrize(
    ("remembered", "prompt"),
    [
        ("intfloat/multilingual-e5-base", "query: "),
        ("/mnt/e/sentence-transformers/intfloat_multilingual-e5-small/", "query: "),
        ("/mnt/e5/other-model", ""),
    ],
)
def test_the_name_that_a_configuration_remembers_tells_the_prompts(model: Path, remembered: str, prompt: str) -> None:
    path = model / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"_name_or_path": remembered}))
    assert PretrainedEncoder(str(model), EncoderSettings()).query_prompt == prompt


@pytest.mark.parametrize(
    ("prompts", "default"),
    [
        ({"query": "query: ", "document": "passage: "}, None),
        ({"query": "query: ", "document": "为这个句子", "other": "x"}, "other"),
        ({"query": "query: "}, "query"),
        ({}, None),
    ],
)
def test_a_saved_model_is_used_with_the_prompts_that_sentence_transformers_uses(
    original: Path, tmp_path: Path, prompts: dict[str, str], default: str | None
) -> None:
    from sentence_transformers import SentenceTransformer

    made = SentenceTransformer(str(original), device="cpu", prompts=prompts, default_prompt_name=default)
    made.save(str(tmp_path / "made"))
    oracle = SentenceTransformer(str(tmp_path / "made"), device="cpu")
    encoder = PretrainedEncoder(str(tmp_path / "made"), EncoderSettings())
    for found, expected in (
        (encoder.encode_queries(PASSAGES[:3]), oracle.encode_query(PASSAGES[:3], normalize_embeddings=True)),
        (encoder.encode_passages(PASSAGES[:3]), oracle.encode_document(PASSAGES[:3], normalize_embeddings=True)),
    ):
        np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_passage_prompt_is_used_though_saving_adds_an_empty_one_for_documents(original: Path, tmp_path: Path) -> None:
    """sentence-transformers' own encode_document takes the empty one, and leaves what the author asked for."""
    from sentence_transformers import SentenceTransformer

    prompts = {"query": "query: ", "passage": "passage: "}
    SentenceTransformer(str(original), device="cpu", prompts=prompts).save(str(tmp_path / "made"))
    assert '"document": ""' in (tmp_path / "made" / "config_sentence_transformers.json").read_text()
    encoder = PretrainedEncoder(str(tmp_path / "made"), EncoderSettings())
    expected = reference(original, [f"passage: {text}" for text in PASSAGES[:3]])
    np.testing.assert_allclose(encoder.encode_passages(PASSAGES[:3]), expected, atol=1e-5)


def test_a_default_prompt_serves_both_where_neither_has_its_own(model: Path) -> None:
    path = model / "config_sentence_transformers.json"
    own = {"prompts": {"retrieval": "query: ", "sts": "s: "}, "default_prompt_name": "retrieval"}
    path.write_text(json.dumps(json.loads(path.read_text()) | own))
    encoder = PretrainedEncoder(str(model), EncoderSettings())
    assert (encoder.query_prompt, encoder.passage_prompt) == ("query: ", "query: ")
    path.write_text(json.dumps(json.loads(path.read_text()) | {"default_prompt_name": "nowhere"}))
    assert PretrainedEncoder(str(model), EncoderSettings()).query_prompt == ""


def test_the_fingerprint_is_of_all_that_changes_a_vector(model: Path) -> None:
    def fingerprint(**settings: object) -> str:
        return PretrainedEncoder(str(model), EncoderSettings.model_validate(settings)).fingerprint

    first = fingerprint()
    assert fingerprint(batch_size=1, device="cpu") == first
    (model / "README.md").write_text("another card")
    (model / ".cache").mkdir()
    (model / ".cache" / "x.json").write_text("{}")
    assert fingerprint() == first
    others = [fingerprint(query_prompt="q"), fingerprint(passage_prompt="q"), fingerprint(truncate_dim=8)]
    weights = bytearray((model / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (model / "model.safetensors").write_bytes(weights)
    assert len({first, *others, fingerprint()}) == 5


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("modules.json", r"模型缺少文件：.*/modules\.json。请把完整的模型文件夹"),
        ("config.json", r"模型缺少文件：.*/model/config\.json"),
        ("1_Pooling/config.json", r"模型缺少文件：.*/1_Pooling/config\.json"),
        ("model.safetensors", r"模型缺少权重文件：.*应有 model\.safetensors 或 .*实有：.*modules\.json"),
        ("tokenizer.json", r"模型缺少分词器文件：.*应有 tokenizer\.json 或 vocab\.txt"),
    ],
)
def test_a_file_missing_from_a_model_is_named(model: Path, name: str, message: str) -> None:
    (model / name).unlink()
    (model / "vocab.txt").unlink(missing_ok=True)
    with pytest.raises(EncoderError, match=message):
        check(EncoderChoice(path=model))


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '["x"]', '[{"path": ""}]'])
def test_a_list_of_modules_that_is_none_is_refused(model: Path, content: str) -> None:
    (model / "modules.json").write_text(content)
    with pytest.raises(EncoderError, match=r"modules\.json"):
        open_encoder(str(model))


@pytest.mark.parametrize("length", [0, 7, 100, -1])
def test_weights_cut_short_are_refused(model: Path, length: int) -> None:
    path = model / "model.safetensors"
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(EncoderError, match=r"权重文件不完整或已损坏：.*model\.safetensors（\d+ 字节"):
        open_encoder(str(model))


def test_older_weights_are_verified_too(model: Path) -> None:
    import torch
    from safetensors.torch import load_file

    torch.save(load_file(model / "model.safetensors"), model / "pytorch_model.bin")
    (model / "model.safetensors").unlink()
    check(EncoderChoice(path=model))
    whole = (model / "pytorch_model.bin").read_bytes()
    (model / "pytorch_model.bin").write_bytes(whole[:-100])
    with pytest.raises(EncoderError, match=r"pytorch_model\.bin（\d+ 字节；不是完整的 PyTorch 权重文件"):
        open_encoder(str(model))


def test_a_missing_shard_of_the_weights_is_named(model: Path) -> None:
    (model / "model.safetensors").rename(model / "model-00001-of-00002.safetensors")
    shards = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    (model / "model.safetensors.index.json").write_text(json.dumps({"weight_map": shards}))
    with pytest.raises(EncoderError, match=r"提到的 .*model-00002-of-00002\.safetensors 不存在"):
        open_encoder(str(model))


@pytest.mark.parametrize("name", ["/nowhere/model", "nobody/no-model", "./model", "中文 名"])
def test_a_model_that_is_nowhere_is_refused_without_the_network(name: str) -> None:
    with pytest.raises(EncoderError, match=rf"找不到模型 {name}：.*不会联网下载"):
        open_encoder(name)


def test_a_model_is_found_by_name_in_the_local_cache(
    original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "models--owner--e5-tiny"
    shutil.copytree(original, kept / "snapshots" / "0a1b")
    (kept / "refs").mkdir()
    (kept / "refs" / "main").write_text("0a1b")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    encoder = PretrainedEncoder("owner/e5-tiny", EncoderSettings())
    assert encoder.query_prompt == "query: "
    assert encoder.encode_queries(["养老"]).shape == (1, 16)


def test_a_model_that_cannot_be_loaded_is_named(model: Path) -> None:
    path = model / "config.json"
    path.write_text(json.dumps({"model_type": "no-such-architecture"}))
    with pytest.raises(EncoderError, match=r"模型无法载入：.*/model（"):
        open_encoder(str(model)).encode_queries(["养老"])


def test_a_generation_keeps_a_reference_to_the_model(model: Path, tmp_path: Path) -> None:
    encoder = PretrainedEncoder(str(model), EncoderSettings(query_prompt="query: ", truncate_dim=8))
    encoder.save(tmp_path / "kept")
    assert [path.name for path in (tmp_path / "kept").iterdir()] == [CARD_NAME]
    loaded = load(tmp_path / "kept")
    assert (loaded.fingerprint, loaded.dimension) == (encoder.fingerprint, 8)
    np.testing.assert_array_equal(loaded.encode_queries(["养老"]), encoder.encode_queries(["养老"]))

    shutil.move(model, tmp_path / "moved")
    with pytest.raises(EncoderError, match=f"找不到模型 {model}"):
        load(tmp_path / "kept")
    assert load(tmp_path / "kept", str(tmp_path / "moved")).fingerprint == encoder.fingerprint

    (tmp_path / "moved" / "tokenizer_config.json").write_text("{}")
    with pytest.raises(EncoderError, match=f"模型已与建立索引时不同：.*应为 {encoder.fingerprint[:12]}"):
        load(tmp_path / "kept", str(tmp_path / "moved"))


def test_opening_a_model_loads_no_torch(original: Path) -> None:
    code = f"import sys; from indexer import encoders; encoders.open_encoder({str(original)!r}).fingerprint;"
    assert python(code + "print('torch' in sys.modules)").split() == ["False"]


# What the user chooses


@pytest.mark.parametrize(
    ("encoder", "settings", "adapt", "expected"),
    [
        (None, {}, False, None),
        ("archive", {}, False, EncoderChoice()),
        (
            "m",
            {"query_prompt": "q", "passage_prompt": ""},
            True,
            EncoderChoice(path=Path("m"), settings=EncoderSettings(query_prompt="q", passage_prompt=""), adapt=True),
        ),
    ],
)
def test_choice_from_options(
    encoder: str | None, settings: dict[str, str], adapt: bool, expected: EncoderChoice | None
) -> None:
    assert choice_of(encoder, EncoderSettings.model_validate(settings), adapt=adapt) == expected


@pytest.mark.parametrize("encoder", [None, "archive"])
@pytest.mark.parametrize(
    "settings",
    [{"query_prompt": ""}, {"passage_prompt": "p"}, {"truncate_dim": 8}, {"batch_size": 1}, {"device": "cpu"}],
)
def test_settings_need_a_pretrained_model(encoder: str | None, settings: dict[str, object]) -> None:
    with pytest.raises(EncoderError, match="只用于预训练模型"):
        choice_of(encoder, EncoderSettings.model_validate(settings))


@pytest.mark.parametrize("encoder", [None, "archive"])
def test_adapting_needs_a_pretrained_model(encoder: str | None) -> None:
    with pytest.raises(EncoderError, match=r"请同时用 --encoder 指明"):
        choice_of(encoder, adapt=True)


def test_an_encoder_fits_the_choice_or_is_replaced(trained: ArchiveEncoder, original: Path) -> None:
    chosen = EncoderChoice(path=original)
    opened = open_chosen(chosen)
    assert fits(trained, None)
    assert fits(opened, None)
    assert fits(trained, EncoderChoice())
    assert not fits(opened, EncoderChoice())
    assert fits(opened, chosen)
    assert not fits(trained, chosen)
    assert not fits(opened, EncoderChoice(path=original, settings=EncoderSettings(query_prompt="q")))
    with pytest.raises(EncoderError, match="没有指明预训练模型"):
        open_chosen(EncoderChoice())
