"""The searched parts of a generation: the rows kept of an old one first, then those of new documents."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus.passages import split
from corpus.types import Document, Passage
from indexer.archive.store import VersionKey
from indexer.build.generation import Generation, field_texts
from indexer.build.importing import Progress
from indexer.encoders import Encoder
from indexer.encoders.pairs import document_text, encoder_text
from indexer.engine.local.lexical import LexicalEntry, LexicalIndex
from indexer.engine.local.postings import Postings, PostingsBuilder
from indexer.engine.local.table import DocumentEntry, PassageTable, entry_of
from indexer.engine.local.vectors import VectorIndex
from indexer.paths import GenerationPaths
from indexer.terms.kinds import terms_of

_ENCODED_AT_ONCE = 256  # passages, of some fifty documents: as many as the analyzer remembers


class Kept(NamedTuple):
    """What is taken over: documents of the old generation by their ordinals, whether their vectors still hold, and
    whether the index of passages is an update of the old one, in which removed ones linger until segments merge."""

    old: Generation
    ordinals: NDArray[np.int64]
    vectors: bool
    updates: bool = True

    @property
    def rows(self) -> NDArray[np.int64]:
        return self.old.table.rows_within(self.ordinals)


class Parts:
    """Writes them in one pass over the new documents: a document is opened, split and analysed once."""

    def __init__(
        self,
        new: Sequence[VersionKey],
        read: Callable[[VersionKey], Document],
        progress: Progress,
        kept: Kept | None = None,
    ) -> None:
        self._new, self._read, self._progress, self._kept = new, read, progress, kept

    def write(self, target: GenerationPaths, encoder: Encoder) -> PassageTable:
        """Write the table of passages, both levels of the lexical leg and both kinds of vector."""
        documents, columns, removed = self._kept_rows()
        next_key = self._next_key()
        letters, vectors = PostingsBuilder(), self._kept_vectors(encoder)
        with self._passages_index(target).updating(removed) as add:
            self._add_again(add)
            for version, document, passages in self._documents("分析和索引", self._new):
                rows = [
                    (next_key + i, len(documents), p.number, p.section, p.start, p.end) for i, p in enumerate(passages)
                ]
                columns.append(np.array(rows, dtype=np.int64).reshape(-1, 6))
                documents.append(entry_of(document, version))
                texts = {"title": document.title, "body": document.text, "question": document.question}
                letters.add({field: terms_of(text) for field, text in texts.items() if text})
                for key, passage in enumerate(passages, next_key):
                    add(LexicalEntry(key, {"body": passage.text, **field_texts(document, passage.section)}))
                vectors.add(document, passages)
                next_key += len(passages)
        self._postings(letters).save(target.postings)
        vectors.save(target)
        stacked = np.concatenate(columns)
        table = PassageTable(tuple(documents), *(np.ascontiguousarray(column) for column in stacked.T))
        table.save(target.passages)
        return table

    def _kept_vectors(self, encoder: Encoder) -> "_Vectors":
        """Those of what is kept: the old ones where they still hold."""
        kept = self._kept
        if kept and kept.vectors:
            legs = kept.old.legs
            return _Vectors(
                encoder, legs.vectors.reconstruct(kept.rows), legs.document_vectors.reconstruct(kept.ordinals)
            )
        nothing = np.empty((0, encoder.dimension), np.float32)
        vectors = _Vectors(encoder, nothing, nothing)
        again = [kept.old.table.documents[i].version for i in kept.ordinals] if kept else []
        for _, document, passages in self._documents("计算向量", again):
            vectors.add(document, passages)
        return vectors

    def _documents(
        self, step: str, wanted: Sequence[VersionKey]
    ) -> Iterator[tuple[VersionKey, Document, list[Passage]]]:
        for done, version in enumerate(wanted):
            self._progress(step, done, len(wanted))
            document = self._read(version)
            yield version, document, split(document)
        self._progress(step, len(wanted), len(wanted))

    def _kept_rows(self) -> tuple[list[DocumentEntry], list[NDArray[np.int64]], list[int]]:
        """Entries and columns of what is kept, and the keys of what is not."""
        if self._kept is None:
            return [], [np.empty((0, 6), np.int64)], []
        old = self._kept.old.table
        table = old.only(self._kept.ordinals)
        columns = (table.key, table.document, table.number, table.section, table.start, table.end)
        removed = np.delete(old.key, self._kept.rows).tolist() if self._kept.updates else []
        return list(table.documents), [np.stack(columns, axis=1)], removed

    def _next_key(self) -> int:
        """Above every key of the old generation: a key names one passage for ever."""
        return 1 + int(self._kept.old.table.key.max(initial=0)) if self._kept else 1

    def _passages_index(self, target: GenerationPaths) -> LexicalIndex:
        if self._kept is None or not self._kept.updates:
            return LexicalIndex.create(target.lexical)
        LexicalIndex.copy(self._kept.old.paths.lexical, target.lexical)
        return LexicalIndex.open(target.lexical)

    def _add_again(self, add: Callable[[LexicalEntry], object]) -> None:
        """The kept passages to an index that is not an update."""
        if self._kept is None or self._kept.updates:
            return
        table = self._kept.old.table
        for done, ordinal in enumerate(self._kept.ordinals):
            self._progress("重写词语索引", done, len(self._kept.ordinals))
            document = self._read(table.documents[ordinal].version)
            for row in table.rows_in(int(ordinal)):
                body = document.text[int(table.start[row]) : int(table.end[row])]
                add(LexicalEntry(int(table.key[row]), {"body": body, **field_texts(document, int(table.section[row]))}))

    def _postings(self, letters: PostingsBuilder) -> Postings:
        if self._kept is None:
            return letters.build(None, np.empty(0, np.int64))
        return letters.build(self._kept.old.legs.postings, self._kept.ordinals)


class _Vectors:
    """Of passages and of documents, encoded together while the analyzer remembers their sentences."""

    def __init__(self, encoder: Encoder, passages: NDArray[np.float32], documents: NDArray[np.float32]) -> None:
        self._encoder = encoder
        self._passages, self._documents = [passages], [documents]
        self._waiting: tuple[list[str], list[str]] = ([], [])

    def add(self, document: Document, passages: Sequence[Passage]) -> None:
        self._waiting[0].extend(encoder_text(document, passage) for passage in passages)
        self._waiting[1].append(document_text(document))
        if len(self._waiting[0]) >= _ENCODED_AT_ONCE:
            self._encode()

    def save(self, target: GenerationPaths) -> None:
        self._encode()
        VectorIndex.build(np.concatenate(self._passages)).save(target.vectors)
        VectorIndex.build(np.concatenate(self._documents)).save(target.document_vectors)

    def _encode(self) -> None:
        for found, texts in zip((self._passages, self._documents), self._waiting, strict=True):
            if texts:
                found.append(self._encoder.encode_passages(texts))
        self._waiting = ([], [])
