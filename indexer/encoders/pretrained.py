"""Any sentence-transformers model that somebody carried in, used as it is; the network is never asked.

Opening it checks and fingerprints its files. Torch, which costs seconds, is loaded with the first text.

Not for: fine-tuning it (see adaptation.py).
"""

import copy
import os
import re
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
from numpy.typing import NDArray

from indexer.encoders import model_files
from indexer.encoders.card import Card, read_card, write_card
from indexer.encoders.choice import EncoderChoice, EncoderSettings
from indexer.encoders.devices import check_device, device_fault
from indexer.encoders.errors import EncoderError
from indexer.encoders.pairs import Pair
from indexer.encoders.protocol import Encoder, Steps, unit_vectors
from indexer.encoders.registry import EncoderKind

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# Names of prompts in a model's configuration, in lower case and with _ alone: sentence-transformers' own, then those
# of jina v3 (retrieval.query), nomic (search_query), e5-mistral (web_search_query) and stella (s2p_query).
_QUERY_NAMES = ("query", "retrieval_query", "search_query", "web_search_query", "s2p_query")
_PASSAGE_NAMES = ("document", "passage", "corpus", "retrieval_passage", "retrieval_document", "search_document")

_CONVENTIONS = (
    # What the models' own cards ask for, where their configuration does not say it. First match wins.
    (r"\bbge\b.*\bnoinstruct\b", "", ""),
    (
        r"\be5\b.*\binstruct\b",
        "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: ",
        "",
    ),
    (r"\be5\b", "query: ", "passage: "),
    (r"\bbge\b.*\bzh\b", "为这个句子生成表示以用于检索相关文章：", ""),
    (r"\bbge\b.*\ben\b", "Represent this sentence for searching relevant passages: ", ""),
)


class PretrainedCard(Card):
    """The card of a pretrained model, which stays where it is: a folder, or a name in the local cache."""

    kind: Literal["pretrained"] = "pretrained"
    model: str
    settings: EncoderSettings
    dimension: int


class PretrainedEncoder(Encoder):
    """An encoder over a sentence-transformers model, safe from any thread.

    Prompts come from the settings, else from the model's configuration, else from the convention of its family (e5,
    bge; gte and others have none).
    """

    kind = "pretrained"
    adaptable = True

    def __init__(self, name: str, settings: EncoderSettings, prompts: tuple[str, str] | None = None) -> None:
        """Raises EncoderError where files are missing, cut short or unreadable. Loads nothing yet.

        `prompts` are of query and passage, where they are known already.
        """
        folder = model_files.find_model(name)
        model_files.verify(folder)
        self._name = str(Path(name).resolve()) if Path(name).is_dir() else name
        self._folder = folder
        self._settings = settings
        self._prompts = prompts or _prompts(folder, settings)
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """The model's folder, absolute, or its name in the local cache."""
        return self._name

    @property
    def settings(self) -> EncoderSettings:
        return self._settings

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
        return self.kept_of(self._model.get_embedding_dimension())

    def kept_of(self, own: int | None) -> int:
        """How many dimensions of the model's own are used. Raises EncoderError where there are fewer than wanted."""
        wanted = self._settings.truncate_dim
        if own is None:
            raise EncoderError(f"模型没有说明向量的维数：{self._folder}。请换用句向量模型。")
        if wanted is not None and wanted > own:
            raise EncoderError(
                f"模型的向量只有 {own} 维，不能截断到 {wanted} 维：{self._folder}。"
                f"请把 --truncate-dim 改为不大于 {own} 的数，或去掉。"
            )
        return wanted or own

    def check_settings(self) -> None:
        """Raises EncoderError for a dimension the model does not have, or a device this machine does not have.

        Torch is loaded only for a device other than the CPU, and for a model whose files do not tell its dimension.
        """
        if self._settings.truncate_dim is not None:
            self.kept_of(model_files.dimension(self._folder) or self._model.get_embedding_dimension())
        check_device(self._settings.device)

    def used_with(self, settings: EncoderSettings) -> Self:
        """The same encoder with that batch size and on that device, which change no vector."""
        other = copy.copy(self)
        wanted = {"batch_size": settings.batch_size, "device": settings.device}
        other._settings = self._settings.model_copy(update=wanted)
        other.__dict__.pop("_model", None)
        return other

    def on_device(self, device: str) -> Self:
        return self.used_with(self._settings.model_copy(update={"device": device}))

    def adapted(self, pairs: Sequence[Pair], folder: Path, *, trained_on: int, steps: Steps) -> Encoder:
        from indexer.encoders.adaptation import adapt

        return adapt(self, pairs, folder, trained_on=trained_on, steps=steps)

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
    def load(cls, folder: Path, model: str | None = None) -> "PretrainedEncoder":
        """The encoder of a card, from the model that it names or from `model`, where that lies now.

        Raises EncoderError where the model's files are not those of then.
        """
        card = read_card(folder, PretrainedCard)
        name = model or card.model
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
        return self.load_model()

    def load_model(self) -> "SentenceTransformer":
        """The model, loaded anew; where its device is gone, as after a move to another machine, on any other."""
        device = self._settings.device
        if device is not None and device_fault(device):
            device = None
        os.environ.setdefault("HF_HUB_OFFLINE", "1")  # read once, at the first import
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # the bar is drawn into pipes too
        try:
            return SentenceTransformer(
                str(self._folder),
                device=device,
                local_files_only=True,
                model_kwargs={"dtype": "float32"},  # half precision is slow on a CPU, and differs between machines
            )
        except (OSError, ValueError, RuntimeError, ImportError, KeyError) as error:
            reason = " ".join(str(error).split())  # some say it in a page
            raise EncoderError(
                f"模型无法载入：{self._folder}（{reason}）。请检查模型文件是否完整、与本程序相容。{self._needs_code()}"
            ) from error

    def _needs_code(self) -> str:
        code = model_files.needs_code(self._folder)
        return "该模型要运行它自带的程序代码，本程序不运行外来代码，请换用标准结构的模型。" if code else ""

    def _units(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cut to the dimension and made 1 long; shape (0, dimension) for no texts."""
        if len(vectors) == 0:
            return np.empty((0, self.dimension), np.float32)
        return unit_vectors(np.ascontiguousarray(vectors[:, : self.dimension], dtype=np.float32))


class PretrainedKind(EncoderKind):
    """A model that somebody carried in, chosen by its folder and used as it came."""

    name = "pretrained"
    named = False

    def load(self, folder: Path, model: str | None = None) -> Encoder:
        return PretrainedEncoder.load(folder, model)

    def choice_of(self, folder: Path, *, anew: bool) -> EncoderChoice:
        card = read_card(folder, PretrainedCard)
        return EncoderChoice(path=Path(card.model), settings=card.settings)


KIND = PretrainedKind()


def _prompts(folder: Path, settings: EncoderSettings) -> tuple[str, str]:
    """The text to put before a query, and before a passage."""
    own = {re.sub(r"[^a-z0-9]", "_", name.lower()): prompt for name, prompt in model_files.prompts_in(folder).items()}
    query, passage = _named(own, _QUERY_NAMES), _named(own, _PASSAGE_NAMES)
    if not (query or passage):
        query = passage = model_files.default_prompt(folder)
    if not (query or passage):
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
