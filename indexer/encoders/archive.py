"""The encoder that an archive trained for itself: a vector for each term, and a text is the mean of its terms.

On disk it is an ordinary sentence-transformers model folder with one StaticEmbedding module over a WordLevel
vocabulary. Here it is read and used by numpy alone: importing torch would cost every command seconds.

Not for: training (see training.py) and any other static model.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence, Set
from functools import cached_property, lru_cache, partial
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit

from indexer.encoders.card import ArchiveCard, check_fingerprint, write_card
from indexer.encoders.protocol import EncoderError, unit_vectors
from indexer.terms.analyzer import ANALYZER_VERSION, analysed, sentences

UNKNOWN = "[UNK]"
"""The vocabulary's row 0, zeros: WordLevel must have one. The analyzer lowers letters, so no term can be it."""

_REMEMBERED = 8192  # sums of sentences: 8 MB of 256 dimensions

_MODULES = [
    {
        "idx": 0,
        "name": "0",
        "path": "",
        "type": "sentence_transformers.sentence_transformer.modules.static_embedding.StaticEmbedding",
    }
]
_CONFIG = {"model_type": "SentenceTransformer", "prompts": {}, "similarity_fn_name": "cosine"}


class ArchiveEncoder:
    """An Encoder over a vocabulary of analyzer terms. A text without any known term gets the zero vector.

    A term's weight is the length of its row, because the mean is a plain one; the sum serves as well, for the length of
    the result is made 1.
    """

    def __init__(self, vocabulary: Sequence[str], matrix: NDArray[np.float32]) -> None:
        """`matrix` has a row for each term of the vocabulary, shape (len(vocabulary), d), d >= 1."""
        if matrix.ndim != 2 or matrix.shape[0] != len(vocabulary) or matrix.shape[1] < 1:
            raise ValueError(f"expected a matrix of shape ({len(vocabulary)}, d), got {matrix.shape}")
        self._vocabulary = tuple(vocabulary)
        self._rows = {term: row for row, term in enumerate(vocabulary)}
        self._matrix = np.ascontiguousarray(matrix, dtype=np.float32)
        # Of the parts and not of a method: an encoder that held itself would stay in memory long after its generation.
        self._sum = lru_cache(maxsize=_REMEMBERED)(partial(_sum_of, self._rows, self._matrix))

    @property
    def dimension(self) -> int:
        return int(self._matrix.shape[1])

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the vocabulary, the matrix and the analyzer's version."""
        digest = hashlib.sha256(json.dumps([ANALYZER_VERSION, *self._vocabulary]).encode())
        digest.update(str(self._matrix.shape).encode())
        digest.update(self._matrix.data)
        return digest.hexdigest()

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._encode(texts)

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._encode(texts)

    def without(self, terms: Set[str]) -> "ArchiveEncoder":
        """One that does not know these terms; texts that hold none of them have the same vectors."""
        rows = [row for term, row in self._rows.items() if term not in terms]
        return ArchiveEncoder([self._vocabulary[row] for row in rows], self._matrix[rows])

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        weights = np.concatenate([np.zeros((1, self.dimension), np.float32), self._matrix])
        # Not save_file: its files can be read by their owner alone, and a server often runs under another name.
        (folder / "model.safetensors").write_bytes(save({"embedding.weight": weights}))
        _tokenizer(self._vocabulary).save(str(folder / "tokenizer.json"))
        (folder / "modules.json").write_text(json.dumps(_MODULES, indent=2))
        (folder / "config_sentence_transformers.json").write_text(json.dumps(_CONFIG, indent=2))
        write_card(ArchiveCard(analyzer=ANALYZER_VERSION, fingerprint=self.fingerprint), folder)

    @classmethod
    def load(cls, folder: Path, card: ArchiveCard) -> "ArchiveEncoder":
        """The encoder of a folder that `save` wrote. Raises EncoderError where it is not as the card says."""
        if card.analyzer != ANALYZER_VERSION:
            raise EncoderError(
                f"编码器与本版本的分词不符：{folder} 用的是分词第 {card.analyzer} 版，"
                f"本程序为第 {ANALYZER_VERSION} 版。请重新建立索引。"
            )
        try:
            weights = load_file(folder / "model.safetensors")["embedding.weight"]
            numbers = json.loads((folder / "tokenizer.json").read_bytes())["model"]["vocab"]
            encoder = cls(sorted(numbers, key=numbers.__getitem__)[1:], weights[1:])
        except (OSError, SafetensorError, ValueError, KeyError, TypeError) as error:
            raise EncoderError(f"编码器文件缺失或损坏：{folder}（{error}）。请重新建立索引。") from error
        check_fingerprint(card, encoder.fingerprint, folder)
        return encoder

    def _encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The sum of a text is that of its sentences, each summed once while it is remembered: a document's sentences
        come again in its passages."""
        sums = np.zeros((len(texts), self.dimension), np.float32)
        for total, text in zip(sums, texts, strict=True):
            for sentence in sentences(text):
                total += self._sum(sentence)
        return unit_vectors(sums)


def _sum_of(numbers: Mapping[str, int], matrix: NDArray[np.float32], sentence: str) -> NDArray[np.float32]:
    """Of the rows of the sentence's terms."""
    found = map(numbers.get, chain.from_iterable(analysed(sentence)))
    rows = [row for row in found if row is not None]  # BREAK has none
    total: NDArray[np.float32] = np.add.reduce(matrix[rows], axis=0)
    return total


def _tokenizer(vocabulary: Sequence[str]) -> Tokenizer:
    """What turns terms joined by spaces into row numbers, for those who read the folder with sentence-transformers."""
    numbers = {term: number for number, term in enumerate([UNKNOWN, *vocabulary])}
    tokenizer = Tokenizer(WordLevel(numbers, unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    return tokenizer
