"""Write one generation: rows kept from the old one first, then those of new documents; CURRENT renamed last."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus.passages import split
from corpus.types import Document, Passage
from indexer import analyzer
from indexer.durable import sync_folder, sync_tree, write_atomically
from indexer.encoders import Encoder, EncoderChoice
from indexer.generation import Generation, field_texts
from indexer.importing import Progress
from indexer.learning import encoder_for
from indexer.lexical import DOCUMENTS, PASSAGES, LexicalEntry, LexicalIndex
from indexer.manifest import FORMAT_VERSION, Manifest, checksums
from indexer.pairs import document_text, encoder_text
from indexer.paths import GenerationPaths, IndexPaths
from indexer.store import Archive, VersionKey
from indexer.table import DocumentEntry, PassageTable, entry_of
from indexer.vectors import VectorIndex

_ENCODED_AT_ONCE = 4096  # passages; the analyzer dominates, so larger batches only cost memory


class Plan(NamedTuple):
    """What the new generation keeps of the old one and what it must make."""

    kept: tuple[int, ...]  # ordinals in the old table
    new: tuple[VersionKey, ...]
    added: int
    changed: int
    removed: int
    encoder: EncoderChoice | None
    keeps_encoder: bool  # the old generation's, and with it the vectors of what is kept

    @property
    def is_empty(self) -> bool:
        """Whether the old generation is what is wanted already."""
        return self.keeps_encoder and not (self.added or self.changed or self.removed)


def write_generation(
    paths: IndexPaths, number: int, archive: Archive, old: Generation | None, plan: Plan, progress: Progress
) -> Manifest:
    """Write generation `number` and name it in CURRENT."""
    target = GenerationPaths(paths.building)
    target.folder.mkdir()
    parts = _Parts(archive, old, plan, progress)
    table = parts.table()
    table.save(target.passages)
    _write_lexical(target, old, plan, table, parts)
    encoder, info = encoder_for(archive, old if plan.keeps_encoder else None, plan.encoder, progress)
    encoder.save(target.encoder)
    VectorIndex.build(parts.passage_vectors(encoder)).save(target.vectors)
    VectorIndex.build(parts.document_vectors(encoder)).save(target.document_vectors)
    manifest = Manifest(
        format_version=FORMAT_VERSION,
        analyzer_version=analyzer.ANALYZER_VERSION,
        generation=number,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        encoder=info,
        documents=len(table.documents),
        passages=len(table),
        files=checksums(target.folder),
    ).with_checksum()
    write_atomically(target.manifest, manifest.model_dump_json(indent=1).encode("utf-8"))
    Generation(target, archive)  # opens every part: what cannot be opened is never named
    sync_tree(target.folder)
    final = paths.generation(number)
    os.rename(target.folder, final.folder)
    sync_folder(paths.generations)
    write_atomically(paths.current, f"{number}\n".encode("ascii"))
    return manifest


class _Parts:
    """The rows of a new generation: those kept from the old one first, then those of new documents."""

    def __init__(self, archive: Archive, old: Generation | None, plan: Plan, progress: Progress) -> None:
        self._archive, self._old, self._plan, self._progress = archive, old, plan, progress
        self.kept_rows = self._kept_rows()

    def _kept_rows(self) -> NDArray[np.int64]:
        if self._old is None:
            return np.empty(0, np.int64)
        keep = np.zeros(len(self._old.table.documents), dtype=bool)
        keep[list(self._plan.kept)] = True
        return np.flatnonzero(keep[self._old.table.document])

    def new_documents(self, step: str) -> Iterator[tuple[Document, list[Passage]]]:
        """New documents with their passages, read from the archive one by one."""
        for done, version in enumerate(self._plan.new):
            self._progress(step, done, len(self._plan.new))
            document = self._archive.document(version)
            yield document, split(document)
        self._progress(step, len(self._plan.new), len(self._plan.new))

    def table(self) -> PassageTable:
        documents: list[DocumentEntry] = []
        columns = [np.empty((0, 6), np.int64)]
        next_key = 1
        if self._old is not None:
            table, rows = self._old.table, self.kept_rows
            renumbered = np.full(len(table.documents), -1)
            renumbered[list(self._plan.kept)] = np.arange(len(self._plan.kept))
            documents += [table.documents[i] for i in self._plan.kept]
            kept = (table.key, renumbered[table.document], table.number, table.section, table.start, table.end)
            columns.append(np.stack([column[rows] for column in kept], axis=1))
            next_key = int(table.key.max(initial=0)) + 1
        for version, (document, passages) in zip(self._plan.new, self.new_documents("切分段落"), strict=True):
            rows_of_document = [
                (next_key + i, len(documents), p.number, p.section, p.start, p.end) for i, p in enumerate(passages)
            ]
            next_key += len(passages)
            documents.append(entry_of(document, version))
            columns.append(np.array(rows_of_document, dtype=np.int64).reshape(-1, 6))
        stacked = np.concatenate(columns)
        return PassageTable(tuple(documents), *(np.ascontiguousarray(column) for column in stacked.T))

    def passage_entries(self, first_key: int) -> Iterator[LexicalEntry]:
        key = first_key
        for document, passages in self.new_documents("索引段落"):
            for passage in passages:
                yield LexicalEntry(key, {"body": passage.text, **field_texts(document, passage.section)})
                key += 1

    def document_entries(self, first_key: int) -> Iterator[LexicalEntry]:
        key = first_key
        for document, passages in self.new_documents("索引答复"):
            texts = {"title": document.title or "", "body": document.text, "question": document.question or ""}
            yield LexicalEntry(key, texts)
            key += len(passages)

    def passage_vectors(self, encoder: Encoder) -> NDArray[np.float32]:
        """Of all rows; those of kept rows come from the old generation where the encoder is the same."""
        old = self._old.vector_index.reconstruct(self.kept_rows) if self._old and self._plan.keeps_encoder else None

        def texts(document: Document, passages: list[Passage]) -> list[str]:
            return [encoder_text(document, passage) for passage in passages]

        return self._vectors(encoder, old, texts, "计算段落向量")

    def document_vectors(self, encoder: Encoder) -> NDArray[np.float32]:
        """Of all documents, as `passage_vectors`."""
        kept = np.array(self._plan.kept, dtype=np.int64)
        old = self._old.document_vector_index.reconstruct(kept) if self._old and self._plan.keeps_encoder else None
        return self._vectors(encoder, old, lambda document, _: [document_text(document)], "计算答复向量")

    def _vectors(
        self,
        encoder: Encoder,
        old: NDArray[np.float32] | None,
        texts: Callable[[Document, list[Passage]], list[str]],
        step: str,
    ) -> NDArray[np.float32]:
        kept = [] if old is not None or self._old is None else [self._old.table.documents[i] for i in self._plan.kept]
        again = (self._archive.document(entry.version) for entry in kept)
        found = chain(((document, split(document)) for document in again), self.new_documents(step))
        parts = [np.empty((0, encoder.dimension), np.float32)] if old is None else [old]
        batch: list[str] = []
        for document, passages in found:
            batch += texts(document, passages)
            if len(batch) >= _ENCODED_AT_ONCE:
                parts.append(encoder.encode_passages(batch))
                batch = []
        return np.concatenate([*parts, encoder.encode_passages(batch)] if batch else parts)


def _write_lexical(
    target: GenerationPaths, old: Generation | None, plan: Plan, table: PassageTable, parts: _Parts
) -> None:
    first_new = int(table.key[len(parts.kept_rows)]) if len(table) > len(parts.kept_rows) else 0
    removed_rows = removed_documents = np.empty(0, np.int64)
    if old is not None:
        removed_rows = np.delete(old.table.key, parts.kept_rows)
        removed_documents = np.delete(old.table.first_key, plan.kept)
    for level, entries, removed in (
        (DOCUMENTS, parts.document_entries(first_new), removed_documents),
        (PASSAGES, parts.passage_entries(first_new), removed_rows),
    ):
        folder = target.lexical(level.name)
        if old is None:
            lexical = LexicalIndex.create(folder, level)
        else:
            LexicalIndex.copy(old.paths.lexical(level.name), folder)
            lexical = LexicalIndex.open(folder, level)
        lexical.update(entries, removed.tolist())
