"""Documents as the naive engine keeps them: their passages, terms and vectors."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.passages import split
from corpus.types import Document
from indexer.archive import VersionKey
from indexer.encoders import Encoder
from indexer.encoders.pairs import document_text, encoder_text
from indexer.engine.entries import entry_of
from indexer.engine.protocol import DocumentEntry, PassageEntry
from indexer.engine.texts import field_texts, passage_texts
from indexer.terms import analyzer
from indexer.terms.kinds import Kind, Terms, terms_of

Fields = Mapping[str, Terms]
"""The terms of each field of a document or a passage."""


@dataclass(frozen=True)
class NaivePassage:
    entry: PassageEntry
    texts: Sequence[str]
    terms: Fields
    vector: NDArray[np.float32]


@dataclass(frozen=True)
class NaiveDocument:
    entry: DocumentEntry
    terms: Fields
    vector: NDArray[np.float32]
    passages: Sequence[NaivePassage]

    @property
    def length(self) -> int:
        return sum(self.terms["body"].get("bigrams", {}).values())


def squeezed(text: str) -> str:
    return "".join(analyzer.normalise(text).split())


def idf(holding: int, total: int) -> float:
    return math.log(1 + (total - holding + 0.5) / (holding + 0.5))


def read(key: int, first: int, document: Document, encoder: Encoder) -> NaiveDocument:
    entry = entry_of(key, document, VersionKey(document.doc_id, document.content_sha256))
    passages = []
    for number, passage in enumerate(split(document), 1):
        at = PassageEntry(first + number - 1, key, number, passage.anchor, passage.section, passage.start, passage.end)
        fields = {"body": passage.text, **field_texts(document, passage.section)}
        terms = {name: terms_of(text) for name, text in fields.items()}
        vector = encoder.encode_passages([encoder_text(document, passage)])[0]
        passages.append(NaivePassage(at, passage_texts(document, at), terms, vector))
    texts = {"title": document.title, "body": document.text, "question": document.question}
    terms = {name: terms_of(text or "") for name, text in texts.items()}
    return NaiveDocument(entry, terms, encoder.encode_passages([document_text(document)])[0], passages)


def holding(passage: NaivePassage, phrase: str) -> bool:
    return bool(squeezed(phrase)) and any(squeezed(phrase) in squeezed(text) for text in passage.texts)


def length(fields: Fields, field: str, kind: Kind) -> int:
    return sum(fields[field].get(kind, {}).values())
