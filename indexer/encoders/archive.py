"""The encoder that an archive trained for itself: a vector for each term, and a text is the mean of its terms.

On disk it is an ordinary sentence-transformers model folder with one StaticEmbedding module over a WordLevel
vocabulary. Here it is read and used by numpy alone: importing torch would cost every command seconds.

Not for: training (see training.py) and any other static model.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from functools import cached_property, partial
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import Literal, Self

import numpy as np
from cachetools import LRUCache, cached
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit

from indexer.encoders.card import Card, check_fingerprint, read_card, write_card
from indexer.encoders.errors import EncoderError
from indexer.encoders.protocol import Encoder, unit_vectors
from indexer.encoders.registry import EncoderKind, Material
from indexer.terms.analysis import Analysis, Sentence
from indexer.terms.analyzer import DEFAULT, Analyzer
from indexer.terms.dictionary import Dictionary

UNKNOWN = "[UNK]"
"""The vocabulary's row 0, zeros: WordLevel must have one. The analyzer lowers letters, so no term can be it."""

DICTIONARY_NAME = "dictionary.txt"
"""The bureau's own words that the terms were found with, where there are any: an encoder can be carried elsewhere."""

MAX_REMEMBERED = 8192
"""Sums of sentences that are kept, for a document's sentences come again in its passages: 8 MB of 256 dimensions."""

_MODULES = [
    {
        "idx": 0,
        "name": "0",
        "path": "",
        "type": "sentence_transformers.sentence_transformer.modules.static_embedding.StaticEmbedding",
    }
]
_CONFIG = {"model_type": "SentenceTransformer", "prompts": {}, "similarity_fn_name": "cosine"}


class ArchiveCard(Card):
    """The card of an encoder that was trained from the archive; the model lies beside it."""

    kind: Literal["archive"] = "archive"
    analyzer: str


class ArchiveEncoder(Encoder):
    """An encoder over a vocabulary of the analyzer's terms. A text without any known term gets the zero vector.

    A term's weight is the length of its row, because the mean is a plain one; the sum serves as well, for the length of
    the result is made 1.
    """

    kind = "archive"

    def __init__(self, vocabulary: Sequence[str], matrix: NDArray[np.float32], analyzer: Analyzer = DEFAULT) -> None:
        """`matrix` has a row for each term of the vocabulary, shape (len(vocabulary), d), d >= 1."""
        if matrix.ndim != 2 or matrix.shape[0] != len(vocabulary) or matrix.shape[1] < 1:
            raise ValueError(f"expected a matrix of shape ({len(vocabulary)}, d), got {matrix.shape}")
        self._analyzer = analyzer
        self._vocabulary = tuple(vocabulary)
        self._rows = {term: row for row, term in enumerate(vocabulary)}
        self._matrix = np.ascontiguousarray(matrix, dtype=np.float32)
        # Made of the parts, not of a method: an encoder that held itself would outlive its generation in memory.
        self._sum = _remembering(partial(_sum_of, self._rows, self._matrix))

    @property
    def dimension(self) -> int:
        return int(self._matrix.shape[1])

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the vocabulary, the matrix and the analyzer's version."""
        digest = hashlib.sha256(json.dumps([self._analyzer.version, *self._vocabulary]).encode())
        digest.update(str(self._matrix.shape).encode())
        digest.update(self._matrix.data)
        return digest.hexdigest()

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self.encode_passages(texts)

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._encode(map(self._analyzer.analyse, texts), len(texts))

    def encode_analysed(self, texts: Sequence[Analysis]) -> NDArray[np.float32]:
        """Texts that were analysed with another dictionary are analysed again with this encoder's own."""
        return self._encode(map(self._own_analysis, texts), len(texts))

    def without(self, terms: Set[str]) -> Self:
        rows = [row for term, row in self._rows.items() if term not in terms]
        return type(self)([self._vocabulary[row] for row in rows], self._matrix[rows], self._analyzer)

    def remembered(self, terms: Iterable[str]) -> list[str]:
        return [term for term in terms if term in self._rows]

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        weights = np.concatenate([np.zeros((1, self.dimension), np.float32), self._matrix])
        # Not save_file: its files can be read by their owner alone, and a server often runs under another name.
        (folder / "model.safetensors").write_bytes(save({"embedding.weight": weights}))
        _tokenizer(self._vocabulary).save(str(folder / "tokenizer.json"))
        (folder / "modules.json").write_text(json.dumps(_MODULES, indent=2))
        (folder / "config_sentence_transformers.json").write_text(json.dumps(_CONFIG, indent=2))
        if self._analyzer.dictionary.entries:
            self._analyzer.dictionary.write(folder / DICTIONARY_NAME)
        write_card(ArchiveCard(analyzer=self._analyzer.version, fingerprint=self.fingerprint), folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The encoder of a folder that `save` wrote. Raises EncoderError where it is not as the card says."""
        card = read_card(folder, ArchiveCard)
        analyzer = _analyzer_of(folder)
        if card.analyzer != analyzer.version:
            raise EncoderError(
                f"编码器与本版本的分词不符：{folder} 用的是分词第 {card.analyzer} 版，"
                f"本程序为第 {analyzer.version} 版。请重新建立索引。"
            )
        try:
            weights = load_file(folder / "model.safetensors")["embedding.weight"]
            numbers = json.loads((folder / "tokenizer.json").read_bytes())["model"]["vocab"]
            encoder = cls(sorted(numbers, key=numbers.__getitem__)[1:], weights[1:], analyzer)
        except (OSError, SafetensorError, ValueError, KeyError, TypeError) as error:
            raise EncoderError(f"编码器文件缺失或损坏：{folder}（{error}）。请重新建立索引。") from error
        check_fingerprint(card, encoder.fingerprint, folder)
        return encoder

    def _own_analysis(self, text: Analysis) -> Analysis:
        same = text.analyzer.version == self._analyzer.version
        return text if same else self._analyzer.analyse(text.text)

    def _encode(self, texts: Iterable[Analysis], count: int) -> NDArray[np.float32]:
        """The sum of a text is that of its sentences."""
        sums = np.zeros((count, self.dimension), np.float32)
        for total, text in zip(sums, texts, strict=True):
            for sentence in text.sentences:
                total += self._sum(sentence)
        return unit_vectors(sums)


class ArchiveKind(EncoderKind):
    """Trained from the archive, in seconds to minutes."""

    name = "archive"
    learns = True

    def load(self, folder: Path, model: str | None = None) -> Encoder:
        return ArchiveEncoder.load(folder)

    def make(self, material: Material) -> Encoder:
        return _trained(material, blind=False)

    def unacquainted(self, encoder: Encoder, material: Material) -> Encoder:
        """An archive of few documents teaches all it has, so another encoder is trained here that does not see the
        answers."""
        return encoder if material.holds_out else _trained(material, blind=True)


KIND = ArchiveKind()


def _trained(material: Material, *, blind: bool) -> ArchiveEncoder:
    from indexer.encoders import training  # scikit-learn takes a second to import

    return training.train(*material.texts_and_pairs(blind=blind), analyzer=material.analyzer)


def _analyzer_of(folder: Path) -> Analyzer:
    path = folder / DICTIONARY_NAME
    return Analyzer(Dictionary.read(path)) if path.is_file() else DEFAULT


def _remembering(sum_of: Callable[[Sentence], NDArray[np.float32]]) -> Callable[[Sentence], NDArray[np.float32]]:
    """The function, remembering the last sentences it was asked for."""
    kept: LRUCache[str, NDArray[np.float32]] = LRUCache(MAX_REMEMBERED)
    return cached(kept, key=lambda sentence: sentence.text, lock=Lock())(sum_of)


def _sum_of(rows: Mapping[str, int], matrix: NDArray[np.float32], sentence: Sentence) -> NDArray[np.float32]:
    """The sum of the rows of the sentence's words, bigrams and concepts."""
    found = map(rows.get, chain(sentence.words, sentence.bigrams, sentence.concepts))
    known = [row for row in found if row is not None]  # BREAK has none
    total: NDArray[np.float32] = np.add.reduce(matrix[known], axis=0)
    return total


def _tokenizer(vocabulary: Sequence[str]) -> Tokenizer:
    """Turns terms joined by spaces into row numbers, for whoever reads the folder with sentence-transformers."""
    numbers = {term: number for number, term in enumerate([UNKNOWN, *vocabulary])}
    tokenizer = Tokenizer(WordLevel(numbers, unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    return tokenizer
