"""Is a sentence-transformers model complete, and is it the same as before? Asked of its files, before torch is loaded.

Not for: loading it (see pretrained.py). Only what loading reads is looked at: other formats of the same weights, model
cards and hidden files may come and go.
"""

import hashlib
import json
import os
import zipfile
from pathlib import Path, PurePosixPath

from safetensors import SafetensorError, safe_open

from indexer.encoders.card import CARD_NAME
from indexer.encoders.errors import EncoderError

_READ = frozenset({".json", ".txt", ".model", ".safetensors", ".bin", ".jinja"})
_OTHER_FORMATS = frozenset({"onnx", "openvino"})
_TOKENIZERS = ("tokenizer.json", "vocab.txt", "sentencepiece.bpe.model", "spiece.model", "tokenizer.model")
_WEIGHTS = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json")
_ADVICE = "请把完整的模型文件夹重新复制过来（须含 modules.json、配置、分词器和权重文件）。"


def find_model(name: str) -> Path:
    """The folder of a model: the folder itself, or where the local Hugging Face cache keeps one of that name.

    Raises EncoderError where there is neither; the network is not asked.
    """
    if Path(name).is_dir():
        return Path(name)
    if not Path(name).exists() and name.count("/") <= 1 and not name.startswith((".", "/")):
        os.environ.setdefault("HF_HUB_OFFLINE", "1")  # read once, at the first import
        from huggingface_hub import snapshot_download

        try:
            return Path(snapshot_download(name, local_files_only=True))
        except (OSError, ValueError):
            pass
    raise EncoderError(
        f"找不到模型 {name}：它应是 sentence-transformers 模型的文件夹，或本机 Hugging Face 缓存中已有的模型名。"
        "本程序不会联网下载，请检查路径，或先把模型文件夹复制到本机。"
    )


def verify(folder: Path) -> None:
    """Raises EncoderError, naming the file, unless all that loading the model needs is there and can be opened."""
    modules = _json(folder / "modules.json")
    if not isinstance(modules, list) or not modules:
        raise EncoderError(
            f"模型文件无法使用：{folder / 'modules.json'} 应列出模型的各个部分，实为空或格式不对。{_ADVICE}"
        )
    for module in modules:
        if not isinstance(module, dict) or not isinstance(module.get("type"), str):
            raise EncoderError(f"模型文件无法使用：{folder / 'modules.json'} 中有一项没有写明类型。{_ADVICE}")
        _verify_module(folder / str(module.get("path") or ""), module["type"].rsplit(".", 1)[-1])


def fingerprint(folder: Path, *settings: object) -> str:
    """SHA-256, hexadecimal, over the names and contents of the model's files and over the settings."""
    digest = hashlib.sha256(json.dumps(settings).encode())
    for path in sorted(files_of(folder), key=lambda path: path.relative_to(folder).as_posix()):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        digest.update(f"\n{path.relative_to(folder).as_posix()} {content}".encode())
    return digest.hexdigest()


def prompts_in(folder: Path) -> dict[str, str]:
    """The prompts that the model's own configuration names; empty ones, which every saved model has, are left out."""
    prompts = _entry(folder / "config_sentence_transformers.json", "prompts")
    if not isinstance(prompts, dict):
        return {}
    return {str(name): str(prompt) for name, prompt in prompts.items() if prompt}


def default_prompt(folder: Path) -> str:
    """The prompt that the configuration wants before every text; empty where it names none."""
    name = _entry(folder / "config_sentence_transformers.json", "default_prompt_name")
    return prompts_in(folder).get(name, "") if isinstance(name, str) else ""


def needs_code(folder: Path) -> bool:
    """Whether the model's configuration names program code that comes with the model, as gte-multilingual does."""
    return bool(_entry(folder / "config.json", "auto_map"))


def dimension(folder: Path) -> int | None:
    """The vectors' dimension by the model's own configuration; None where a module does not tell."""
    found: int | None = None
    modules = _json(folder / "modules.json")
    for module in modules if isinstance(modules, list) else []:
        kind, config = module["type"].rsplit(".", 1)[-1], folder / str(module.get("path") or "") / "config.json"
        if kind == "Pooling":
            found = _pooled(config)
        elif kind == "Dense":
            width = _entry(config, "out_features")
            found = width if isinstance(width, int) else None
        elif kind not in ("Normalize", "Dropout"):
            found = None
    return found


def _pooled(config: Path) -> int | None:
    """A pooling's width times the number of ways in which it pools, as new or as old versions write them."""
    content = _json(config)
    if not isinstance(content, dict):
        return None
    width = content.get("embedding_dimension", content.get("word_embedding_dimension"))
    old = [name for name, on in content.items() if name.startswith("pooling_mode_") and on is True]
    ways = content.get("pooling_mode", old)
    many = len(ways) if isinstance(ways, list) and ways else 1
    return width * many if isinstance(width, int) else None


def names_of(folder: Path) -> tuple[str, ...]:
    """The names the model goes by, lower case and with hyphens: its folder's, and the one its configuration remembers.

    In the local cache a folder is models--<owner>--<name>/snapshots/<commit>.
    """
    whole = folder.resolve()
    cached = [part for part in whole.parts if part.startswith("models--")]
    remembered = PurePosixPath(str(_entry(folder / "config.json", "_name_or_path") or "")).name
    return tuple(name.lower().replace("_", "-") for name in (*cached, whole.name, remembered))


def _verify_module(folder: Path, kind: str) -> None:
    """Checks the files that a kind of module reads. Normalize and Dropout read nothing, and their empty folders are
    often not copied."""
    if kind in ("Transformer", "StaticEmbedding"):
        _one_of(folder, _TOKENIZERS, "分词器")
    if kind in ("Transformer", "Pooling", "Dense"):
        _json(folder / "config.json")
    if kind in ("Transformer", "StaticEmbedding", "Dense"):
        _verify_weights(_one_of(folder, _WEIGHTS, "权重"))


def _one_of(folder: Path, names: tuple[str, ...], what: str) -> Path:
    for name in names:
        if (folder / name).is_file():
            return folder / name
    there = "、".join(sorted(path.name for path in folder.iterdir())) if folder.is_dir() else "没有这个文件夹"
    raise EncoderError(f"模型缺少{what}文件：{folder} 中应有 {' 或 '.join(names)} 之一，实有：{there}。{_ADVICE}")


def _verify_weights(path: Path) -> None:
    if path.name.endswith(".index.json"):
        shards = _entry(path, "weight_map")
        if not isinstance(shards, dict):
            raise _cut_short(path, "没有 weight_map")
        for shard in sorted(set(map(str, shards.values()))):
            if not (path.parent / shard).is_file():
                raise EncoderError(f"模型缺少权重文件：{path.name} 提到的 {path.parent / shard} 不存在。{_ADVICE}")
            _verify_weights(path.parent / shard)
    elif path.suffix == ".safetensors":
        try:
            with safe_open(path, framework="numpy") as file:
                file.keys()
        except (OSError, SafetensorError) as error:
            raise _cut_short(path, str(error)) from error
    elif not zipfile.is_zipfile(path):  # its directory stands at the end, so a file cut short has none
        raise _cut_short(path, "不是完整的 PyTorch 权重文件")


def _cut_short(path: Path, reason: str) -> EncoderError:
    size = path.stat().st_size
    return EncoderError(f"模型的权重文件不完整或已损坏：{path}（{size} 字节；{reason}）。{_ADVICE}")


def _json(path: Path) -> object:
    """Raises EncoderError for a file that is missing or no JSON."""
    try:
        content: object = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise EncoderError(f"模型缺少文件：{path}。{_ADVICE}") from error
    except (OSError, ValueError) as error:
        raise EncoderError(f"模型文件无法读取：{path} 应为 JSON（{error}）。{_ADVICE}") from error
    return content


def _entry(path: Path, name: str) -> object:
    """An entry of a JSON object; None where the file or the entry is absent."""
    content = _json(path) if path.is_file() else None
    return content.get(name) if isinstance(content, dict) else None


def files_of(folder: Path) -> list[Path]:
    found = []
    for path in folder.rglob("*"):
        parts = PurePosixPath(path.relative_to(folder)).parts
        hidden = any(part.startswith(".") or part in _OTHER_FORMATS for part in parts)
        if path.is_file() and path.suffix in _READ and path.name != CARD_NAME and not hidden:
            found.append(path)
    return found
