"""A model's files: its fingerprint, what is missing or damaged, where it is looked for, and what an index keeps."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from indexer.encoders import EncoderChoice, EncoderError, EncoderSettings, check, load, open_encoder
from indexer.encoders.card import CARD_NAME
from indexer.encoders.pretrained import PretrainedEncoder
from tests.encoders.oracles import python


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
