"""Writes the searched files of a generation: what is kept of an old one first, then new documents."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus.passages import split
from corpus.types import Document, Passage
from indexer.archive import VersionKey
from indexer.encoders import Encoder
from indexer.encoders.pairs import encoder_text
from indexer.engine.entries import entry_of
from indexer.engine.local.engine import LocalEngine
from indexer.engine.local.lexical import LexicalIndex
from indexer.engine.local.lexical_schema import LexicalEntry
from indexer.engine.local.postings import Postings
from indexer.engine.local.postings_builder import PostingsBuilder
from indexer.engine.local.table import COLUMNS, PassageTable, passage_row
from indexer.engine.local.vectors import VectorIndex
from indexer.engine.protocol import DocumentEntry, Keys, Size
from indexer.paths import GenerationPaths
from indexer.progress import Progress
from indexer.terms.analysis import Analysis
from indexer.terms.analyzer import DEFAULT, Analyzer
from indexer.terms.document import DocumentAnalysis
from indexer.terms.kinds import counted

Read = Callable[[VersionKey], Document]

_ENCODED_AT_ONCE = 256  # passages, of some fifty documents


class Kept(NamedTuple):
    """What is taken over from an old generation: the keys of its documents that stay, whether their vectors still hold,
    and whether the index of passages is an update of the old one, in which removed ones linger until segments merge."""

    engine: LocalEngine
    paths: GenerationPaths
    documents: Keys
    vectors: bool
    updates: bool = True

    @property
    def ordinals(self) -> NDArray[np.int64]:
        return self.engine.parts.table.ordinals_of(self.documents)

    @property
    def rows(self) -> NDArray[np.int64]:
        return self.engine.parts.table.rows_within(self.ordinals)


class Written(NamedTuple):
    """What a generation holds, and how many of its passages' vectors lack the encoder's slow part."""

    size: Size
    lacking: int


class SegmentWriter:
    """Writes in one pass over the new documents: each is opened, split and analysed once."""

    def __init__(
        self,
        new: Sequence[VersionKey],
        read: Read,
        progress: Progress,
        kept: Kept | None = None,
        analyzer: Analyzer = DEFAULT,
    ) -> None:
        self._analyzer = analyzer
        self._new, self._read, self._progress, self._kept = new, read, progress, kept

    def write(self, target: GenerationPaths, encoder: Encoder) -> Written:
        """Write the table of passages, postings, the index of passages, and the vectors of both levels."""
        documents, rows, removed = self._kept_rows()
        next_document, next_passage = self._next_keys()
        postings, vectors = PostingsBuilder(), self._kept_vectors(encoder)
        with self._passages_index(target).updating(removed) as add:
            self._add_again(add)
            for key, (version, document, passages) in enumerate(
                self._documents("分析和索引", self._new), next_document
            ):
                entry = entry_of(key, document, version)
                documents.append(entry)
                numbered = list(enumerate(passages, next_passage))
                rows += [passage_row(at, key, passage) for at, passage in numbered]
                analysis = DocumentAnalysis(self._analyzer, document)
                postings.add({field: counted(of_field) for field, of_field in analysis.fields.items()})
                for at, passage in numbered:
                    add(LexicalEntry(at, entry.scope, analysis.passage_fields(passage)))
                vectors.add(analysis, passages)
                next_passage += len(passages)
        self._postings(postings).save(target.lexical_documents)
        lacking = vectors.save(target)
        table = PassageTable.of(tuple(documents), np.array(rows, dtype=np.int64).reshape(-1, COLUMNS))
        table.save(target.table)
        return Written(Size(len(documents), len(rows)), lacking)

    def _kept_vectors(self, encoder: Encoder) -> "_Vectors":
        """Vectors of what is kept: the old ones where they still hold."""
        kept = self._kept
        if kept and kept.vectors:
            return _Vectors(encoder, *self._completed(kept, encoder))
        nothing = np.empty((0, encoder.dimension), np.float32)
        vectors = _Vectors(encoder, nothing, nothing)
        again = [entry.version for entry in kept.engine.documents(kept.documents)] if kept else []
        for _, document, passages in self._documents("计算向量", again):
            vectors.add(DocumentAnalysis(self._analyzer, document), passages)
        return vectors

    def _completed(self, kept: Kept, encoder: Encoder) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The old vectors of passages and of documents, with the slow part where it was lacking and is known now."""
        table, parts = kept.engine.parts.table, kept.engine.parts
        passages = parts.vectors.reconstruct(kept.rows)
        documents = parts.document_vectors.reconstruct(kept.ordinals)
        lacking = encoder.lacking(passages) if encoder.is_ready else np.zeros(len(passages), dtype=bool)
        ordinals = table.document[kept.rows]
        for place, (ordinal, entry) in enumerate(
            zip(kept.ordinals, kept.engine.documents(kept.documents), strict=True)
        ):
            of_document = slice(*np.searchsorted(ordinals, [ordinal, ordinal + 1]))
            if lacking[of_document].any():
                self._progress("补全向量", place, len(documents))
                document = self._read(entry.version)
                texts = [encoder_text(document, passage) for passage in kept.engine.passages_of(entry.key)]
                passages[of_document] = encoder.completed(passages[of_document], texts)
                documents[place] = encoder.completed_document(documents[place], passages[of_document])
        return passages, documents

    def _documents(
        self, step: str, wanted: Sequence[VersionKey]
    ) -> Iterator[tuple[VersionKey, Document, list[Passage]]]:
        for done, version in enumerate(wanted):
            self._progress(step, done, len(wanted))
            document = self._read(version)
            yield version, document, split(document)
        self._progress(step, len(wanted), len(wanted))

    def _kept_rows(self) -> tuple[list[DocumentEntry], list[tuple[int, ...]], list[int]]:
        """Entries and rows of what is kept, and the keys of the passages that are not."""
        if self._kept is None:
            return [], [], []
        table, rows = self._kept.engine.parts.table, self._kept.rows
        removed = np.delete(table.key, rows).tolist() if self._kept.updates else []
        return self._kept.engine.documents(self._kept.documents), list(map(tuple, table.rows()[rows].tolist())), removed

    def _next_keys(self) -> tuple[int, int]:
        """Keys above every document's and every passage's of the old generation: a key names one of them for ever."""
        if self._kept is None:
            return 1, 1
        table = self._kept.engine.parts.table
        return 1 + int(table.document_keys.max(initial=0)), 1 + int(table.key.max(initial=0))

    def _passages_index(self, target: GenerationPaths) -> LexicalIndex:
        if self._kept is None or not self._kept.updates:
            return LexicalIndex.create(target.lexical_passages)
        LexicalIndex.copy(self._kept.paths.lexical_passages, target.lexical_passages)
        return LexicalIndex.open(target.lexical_passages)

    def _add_again(self, add: Callable[[LexicalEntry], object]) -> None:
        """Add the kept passages to an index that is not an update."""
        if self._kept is None or self._kept.updates:
            return
        engine, keys = self._kept.engine, self._kept.documents
        for done, entry in enumerate(engine.documents(keys)):
            self._progress("重写词语索引", done, len(keys))
            analysis = DocumentAnalysis(self._analyzer, self._read(entry.version))
            for passage in engine.passages_of(entry.key):
                add(LexicalEntry(passage.key, entry.scope, analysis.passage_fields(passage)))

    def _postings(self, new: PostingsBuilder) -> Postings:
        if self._kept is None:
            return new.build(None, np.empty(0, np.int64))
        return new.build(self._kept.engine.parts.postings, self._kept.ordinals)


class _Vectors:
    """Vectors of passages and of documents, encoded in batches."""

    def __init__(self, encoder: Encoder, passages: NDArray[np.float32], documents: NDArray[np.float32]) -> None:
        self._encoder = encoder
        self._passages, self._documents = [passages], [documents]
        self._waiting: list[tuple[Analysis, list[Analysis]]] = []  # documents and their passages

    def add(self, document: DocumentAnalysis, passages: Sequence[Passage]) -> None:
        self._waiting.append((document.encoded, [document.encoded_passage(passage) for passage in passages]))
        if sum(len(of_document) for _, of_document in self._waiting) >= _ENCODED_AT_ONCE:
            self._encode()

    def save(self, target: GenerationPaths) -> int:
        """How many passages lack the slow part."""
        self._encode()
        passages = np.concatenate(self._passages)
        VectorIndex.build(passages).save(target.vectors)
        VectorIndex.build(np.concatenate(self._documents)).save(target.document_vectors)
        return int(self._encoder.lacking(passages).sum())

    def _encode(self) -> None:
        if not self._waiting:
            return
        passages = self._encoder.encode_analysed([text for _, texts in self._waiting for text in texts])
        ends = np.cumsum([len(texts) for _, texts in self._waiting])
        of_documents = np.split(passages, ends[:-1])
        self._passages.append(passages)
        self._documents.append(self._encoder.encode_documents([text for text, _ in self._waiting], of_documents))
        self._waiting = []
