"""The vectors of sentence-transformers itself, and a fresh process."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.codebase import ROOT


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
