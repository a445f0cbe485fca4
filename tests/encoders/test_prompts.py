"""The prompts that a model is used with: chosen, its own, or told by its name."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from indexer.encoders import EncoderSettings
from indexer.encoders.pretrained import PretrainedEncoder
from tests.encoders.oracles import reference
from tests.encoders.texts import PASSAGES, ZH

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
