"""Any sentence-transformers model that somebody carried in, used as it is; the network is never asked.

Opening it checks and fingerprints its files. Torch, which costs seconds, is loaded with the first text.
"""

import os
import re
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indexer.encoders import model_files
from indexer.encoders.card import PretrainedCard, write_card
from indexer.encoders.choice import EncoderSettings
from indexer.encoders.protocol import EncoderError, unit_vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_QUERY_NAMES = ("query",)
_PASSAGE_NAMES = ("passage", "document", "corpus")

_CONVENTIONS = (
    # What the models' own cards ask for, where their configuration does not say it. First match wins.
    (r"\be5\b.*instruct", "Instruct: Given a query, retrieve passages that answer it\nQuery: ", ""),
    (r"\be5\b", "query: ", "passage: "),
    (r"\bbge\b.*\bzh\b", "为这个句子生成表示以用于检索相关文章：", ""),
    (r"\bbge\b.*\ben\b", "Represent this sentence for searching relevant passages: ", ""),
)


class PretrainedEncoder:
    """An Encoder over a sentence-transformers model, safe from any thread.

    Prompts come from the settings, else from the model's configuration, else from the convention of its family (e5,
    bge; gte and others have none).
    """

    def __init__(self, name: str, settings: EncoderSettings) -> None:
        """Raises EncoderError where files are missing, cut short or unreadable. Loads nothing yet."""
        folder = model_files.find_model(name)
        model_files.verify(folder)
        self._name = str(Path(name).resolve()) if Path(name).is_dir() else name
        self._folder = folder
        self._settings = settings
        self._prompts = _prompts(folder, settings)
        self._lock = threading.Lock()

    @property
    def query_prompt(self) -> str:
        return self._prompts[0]

    @property
    def passage_prompt(self) -> str:
        return self._prompts[1]

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the model's files and what else changes a vector: prompts and dimension, not batch or device."""
        return model_files.fingerprint(self._folder, *self._prompts, self._settings.truncate_dim)

    @cached_property
    def dimension(self) -> int:
        own = self._model.get_embedding_dimension()
        if own is None:
            raise EncoderError(f"模型没有说明向量的维数：{self._folder}。请换用句向量模型。")
        return min(own, self._settings.truncate_dim or own)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        with self._lock:  # a fast tokenizer may raise "Already borrowed" for a second thread; torch has its own threads
            return self._units(
                self._model.encode_query(
                    list(texts),
                    prompt=self.query_prompt,
                    batch_size=self._settings.batch_size,
                    show_progress_bar=False,
                )
            )

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        with self._lock:
            return self._units(
                self._model.encode_document(
                    list(texts),
                    prompt=self.passage_prompt,
                    batch_size=self._settings.batch_size,
                    show_progress_bar=False,
                )
            )

    def save(self, folder: Path) -> None:
        """A reference, not the model: where it lies, how it is used, and the fingerprint that must still fit then."""
        folder.mkdir(parents=True, exist_ok=True)
        write_card(
            PretrainedCard(
                model=self._name,
                settings=self._settings,
                dimension=self.dimension,
                fingerprint=self.fingerprint,
            ),
            folder,
        )

    @classmethod
    def load(cls, card: PretrainedCard, name: str) -> "PretrainedEncoder":
        """The encoder of a card, from the model `name`. Raises EncoderError where its files are not those of then."""
        encoder = cls(name, card.settings)
        if encoder.fingerprint != card.fingerprint:
            raise EncoderError(
                f"模型已与建立索引时不同：{name} 的指纹应为 {card.fingerprint[:12]}，实为 {encoder.fingerprint[:12]}。"
                "请放回原来的模型，或用现在的模型重新建立索引。"
            )
        encoder.__dict__["dimension"] = card.dimension  # known without loading the model
        return encoder

    @cached_property
    def _model(self) -> "SentenceTransformer":
        os.environ.setdefault("HF_HUB_OFFLINE", "1")  # read once, at the first import
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # the bar is drawn into pipes too
        try:
            return SentenceTransformer(
                str(self._folder),
                device=self._settings.device,
                local_files_only=True,
                model_kwargs={"dtype": "float32"},  # half precision is slow on a CPU, and differs between machines
            )
        except (OSError, ValueError, RuntimeError, ImportError, KeyError) as error:
            raise EncoderError(
                f"模型无法载入：{self._folder}（{error}）。请检查模型文件是否完整、与本程序相容。"
            ) from error

    def _units(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cut to the dimension and made 1 long; shape (0, dimension) for no texts."""
        if len(vectors) == 0:
            return np.empty((0, self.dimension), np.float32)
        return unit_vectors(np.ascontiguousarray(vectors[:, : self.dimension], dtype=np.float32))


def _prompts(folder: Path, settings: EncoderSettings) -> tuple[str, str]:
    """What to put before a query and before a passage."""
    own = model_files.prompts_in(folder)
    query, passage = _named(own, _QUERY_NAMES), _named(own, _PASSAGE_NAMES)
    if not own:
        query, passage = _conventional(model_files.names_of(folder))
    return (
        query if settings.query_prompt is None else settings.query_prompt,
        passage if settings.passage_prompt is None else settings.passage_prompt,
    )


def _named(prompts: dict[str, str], names: tuple[str, ...]) -> str:
    return next((prompts[name] for name in names if name in prompts), "")


def _conventional(names: Sequence[str]) -> tuple[str, str]:
    for pattern, query, passage in _CONVENTIONS:
        if any(re.search(pattern, name) for name in names):
            return query, passage
    return "", ""
