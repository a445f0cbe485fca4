"""An ordinary sentence-transformers folder with the weights as float32: to adapt the model, to encode on a GPU
(elsewhere.py), and to compare with.

Not for: searching (see encoder.py), which needs neither torch nor so much room.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from indexer.encoders.general.provenance import PASSAGE_PROMPT, QUERY_PROMPT, README
from indexer.encoders.general.vocabulary import PAD, kept, tokenizer
from indexer.encoders.general.weights import Weights

_MODULES = "sentence_transformers.models"
_PARTS = {"q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value"} | {
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
_NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


def unpack(weights: Weights, folder: Path) -> None:
    """Writes the model into the folder, which is made where it is missing: 300 MB."""
    numbers = kept(weights)
    (folder / "1_Pooling").mkdir(parents=True, exist_ok=True)
    (folder / "2_Normalize").mkdir(exist_ok=True)
    for name, content in _configurations(weights, len(numbers)).items():
        (folder / name).write_text(json.dumps(content, indent=2), encoding="utf-8")
    tokenizer(weights, numbers).save(str(folder / "tokenizer.json"))
    tensors = {name: np.ascontiguousarray(tensor) for name, tensor in _tensors(weights, numbers)}
    (folder / "model.safetensors").write_bytes(save(tensors, {"format": "pt"}))
    (folder / "README.md").write_text(README, encoding="utf-8")


def _configurations(weights: Weights, pieces: int) -> dict[str, object]:
    shape = weights.shape
    model = {
        "architectures": ["BertModel"], "model_type": "bert", "hidden_act": "gelu", "pad_token_id": PAD,
        "vocab_size": pieces, "hidden_size": shape.hidden, "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads, "intermediate_size": shape.intermediate, "type_vocab_size": shape.types,
        "max_position_embeddings": shape.positions, "layer_norm_eps": shape.epsilon, "dtype": "float32",
    }  # fmt: skip
    kinds = {"": "Transformer", "1_Pooling": "Pooling", "2_Normalize": "Normalize"}
    modules = [
        {"idx": at, "name": str(at), "path": path, "type": f"{_MODULES}.{kind}"}
        for at, (path, kind) in enumerate(kinds.items())
    ]
    special = {"bos_token": "<s>", "cls_token": "<s>", "eos_token": "</s>", "sep_token": "</s>"}
    special |= {"pad_token": "<pad>", "unk_token": "<unk>", "tokenizer_class": "PreTrainedTokenizerFast"}
    prompts = {"query": QUERY_PROMPT, "document": PASSAGE_PROMPT, "passage": PASSAGE_PROMPT}
    return {
        "config.json": model,
        "modules.json": modules,
        "tokenizer_config.json": special | {"model_max_length": shape.positions},
        "sentence_bert_config.json": {"max_seq_length": shape.positions, "do_lower_case": False},
        "config_sentence_transformers.json": {"prompts": prompts, "similarity_fn_name": "cosine"},
        "1_Pooling/config.json": {"word_embedding_dimension": shape.hidden, "pooling_mode_mean_tokens": True},
    }


def _tensors(weights: Weights, numbers: list[int]) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Every tensor under the name that BertModel gives it."""
    hidden = weights.shape.hidden
    yield "embeddings.word_embeddings.weight", weights.matrix("emb.word", hidden).take(numbers).floats
    yield "embeddings.position_embeddings.weight", weights.vector("emb.pos").reshape(-1, hidden)
    yield "embeddings.token_type_embeddings.weight", weights.vector("emb.type").reshape(-1, hidden)
    yield from _normalisation(weights, "emb.ln", "embeddings.LayerNorm")
    for layer in range(weights.shape.layers):
        ours, theirs = f"l{layer}", f"encoder.layer.{layer}"
        for part, name in _PARTS.items():
            columns = weights.shape.intermediate if part == "fo" else hidden
            yield f"{theirs}.{name}.weight", weights.matrix(f"{ours}.{part}.w", columns).floats
            yield f"{theirs}.{name}.bias", weights.vector(f"{ours}.{part}.b")
        for part, name in _NORMS.items():
            yield from _normalisation(weights, f"{ours}.{part}", f"{theirs}.{name}")
    # BertModel has a pooler, which mean pooling never asks; without its weights loading it warns.
    yield "pooler.dense.weight", np.zeros((hidden, hidden), np.float32)
    yield "pooler.dense.bias", np.zeros(hidden, np.float32)


def _normalisation(weights: Weights, ours: str, theirs: str) -> Iterator[tuple[str, NDArray[np.float32]]]:
    yield f"{theirs}.weight", weights.vector(f"{ours}.w")
    yield f"{theirs}.bias", weights.vector(f"{ours}.b")
