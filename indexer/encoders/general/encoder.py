"""multilingual-e5-small, which knows ordinary language: encodes with ONNX Runtime, without torch.

On disk it is an ONNX file and a tokenizer, 60 MB, which need the package of the weights no more. Each text is run by
itself in one thread, and several texts in several threads: nothing spins, no thread waits for another, and a vector
depends on its text alone. The processor's kind may change a last digit.
"""

import copy
import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from mmap import ACCESS_READ, mmap
from pathlib import Path
from threading import Lock
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray
from onnxruntime import InferenceSession, SessionOptions  # type: ignore[import-untyped]  # no stubs
from tokenizers import Tokenizer

from indexer.encoders.card import Card, check_fingerprint, read_card, write_card
from indexer.encoders.devices import CPU
from indexer.encoders.errors import EncoderError
from indexer.encoders.general import weights
from indexer.encoders.general.provenance import PASSAGE_PROMPT, QUERY_PROMPT, README
from indexer.encoders.protocol import Encoder, unit_vectors
from indexer.encoders.registry import EncoderKind, Material

MODEL_NAME = "model.onnx"
TOKENIZER_NAME = "tokenizer.json"
MAX_TOKENS = 512
"""Tokens of a text that are read, its ends included; the model has no more positions."""


class GeneralCard(Card):
    """The card of the general encoder; the model lies beside it."""

    kind: Literal["general"] = "general"
    dimension: int
    source: str
    licence: Literal["MIT"] = "MIT"
    sha256: str
    """Of the file that the weights were taken from."""


class GeneralEncoder(Encoder):
    """An encoder over a model in ONNX and its tokenizer, both as they are on disk; read with the first text."""

    kind = "general"

    def __init__(self, model: bytes | mmap, tokenizer: bytes | mmap, dimension: int) -> None:
        self._files = {MODEL_NAME: model, TOKENIZER_NAME: tokenizer}
        self._dimension = dimension
        self._lock = Lock()
        self._elsewhere: Encoder | None = None

    @property
    def dimension(self) -> int:
        return self._dimension

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over both files, which also say how much of a text is read, and over the prompts."""
        digest = hashlib.sha256(repr((QUERY_PROMPT, PASSAGE_PROMPT)).encode())
        for name, content in self._files.items():
            digest.update(f"\n{name} {hashlib.sha256(content).hexdigest()}".encode())
        return digest.hexdigest()

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._encode([QUERY_PROMPT + text for text in texts])

    def on_device(self, device: str) -> Self:
        """Passages are encoded there by torch in float32, to a cosine of 0.998 at least to what the processor makes, so
        that vectors of both may stand in one index; queries stay as they are. Raises EncoderError as `made` does."""
        if device == CPU:
            return self
        from indexer.encoders.general.elsewhere import encoder_on

        other = copy.copy(self)
        other._elsewhere = encoder_on(device)
        return other

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self._elsewhere is not None:
            return self._elsewhere.encode_passages(texts)
        return self._encode([PASSAGE_PROMPT + text for text in texts])

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in self._files.items():
            (folder / name).write_bytes(content)
        (folder / "README.md").write_text(README, encoding="utf-8")
        about = {"source": weights.SOURCE, "sha256": weights.SHA256, "dimension": self.dimension}
        write_card(GeneralCard.model_validate({**about, "fingerprint": self.fingerprint}), folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The encoder of a folder that `save` wrote. Raises EncoderError where it is not as the card says."""
        card = read_card(folder, GeneralCard)
        try:
            encoder = cls(_mapped(folder / MODEL_NAME), _mapped(folder / TOKENIZER_NAME), card.dimension)
        except (OSError, ValueError) as error:  # an empty file cannot be mapped
            raise EncoderError(f"编码器文件缺失或损坏：{folder}（{error}）。请重新建立索引。") from error
        check_fingerprint(card, encoder.fingerprint, folder)
        return encoder

    @classmethod
    def made(cls) -> Self:
        """From the package's weights, in seconds. Raises EncoderError where the package is absent or another."""
        from indexer.encoders.general import graph, vocabulary  # only a build has to import onnx

        found = weights.read()
        numbers = vocabulary.kept(found)
        tokenizer = vocabulary.tokenizer(found, numbers)
        tokenizer.enable_truncation(MAX_TOKENS)
        return cls(graph.onnx_model(found, numbers), tokenizer.to_str().encode(), found.shape.hidden)

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        return Tokenizer.from_str(bytes(self._files[TOKENIZER_NAME]).decode())

    @cached_property
    def _session(self) -> InferenceSession:
        options = SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # a run is its caller's thread alone
        options.enable_mem_pattern = False  # it is remembered for every length of text
        options.log_severity_level = 3  # errors alone
        return InferenceSession(bytes(self._files[MODEL_NAME]), options, providers=["CPUExecutionProvider"])

    def _encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Long texts first, so that no core is left with one at the end."""
        vectors = np.empty((len(texts), self.dimension), np.float32)
        with self._lock:  # for the two to be read once
            run, tokens = self._session.run, self._tokenizer.encode

        def encode(place: int) -> None:
            numbers = np.array(tokens(texts[place]).ids, np.int64)
            vectors[place] = run(None, {"tokens": numbers})[0][0]

        order = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
        if len(order) < 2:
            list(map(encode, order))
        else:
            with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
                list(pool.map(encode, order))
        return unit_vectors(vectors)


class GeneralKind(EncoderKind):
    """Made of the weights of an installed package; no archive teaches it anything."""

    name = "general"
    uses_device = True

    def check(self) -> None:
        if not weights.available():
            raise weights.missing()

    def load(self, folder: Path, model: str | None = None) -> Encoder:
        return GeneralEncoder.load(folder)

    def make(self, material: Material) -> Encoder:
        return GeneralEncoder.made()


KIND = GeneralKind()


def _mapped(path: Path) -> mmap:
    """The file's content, there as long as this is, wherever the file goes."""
    with path.open("rb") as file:
        return mmap(file.fileno(), 0, access=ACCESS_READ)
