"""Models carried in: their vectors against sentence-transformers itself, their dimensions and their settings."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from indexer.encoders import EncoderChoice, EncoderError, EncoderSettings, check, load, model_files, reopened
from indexer.encoders.pretrained import PretrainedEncoder
from tests.encoders.oracles import as_published, python, reference
from tests.encoders.texts import PAIRS, PASSAGES, ZH


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
