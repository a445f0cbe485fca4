"""Build and update: the one way in which an index changes.

Files into the archive, the archive's live documents into a new generation beside the old one, CURRENT renamed last. A
kill at any moment leaves the old generation answering; the next run completes the work.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus.errors import DafuError
from corpus.passages import split
from corpus.sources import find_files
from corpus.types import Document, Passage
from indexer import analyzer, encoders
from indexer.durable import disk_faults, sync_folder, sync_tree, write_atomically
from indexer.encoders import Encoder, EncoderChoice
from indexer.generation import Generation, current_number, field_texts
from indexer.importing import Imported, Progress, import_files
from indexer.lexical import DOCUMENTS, PASSAGES, LexicalEntry, LexicalIndex
from indexer.lock import exclusive
from indexer.manifest import FORMAT_VERSION, EncoderInfo, Manifest, checksums
from indexer.pairs import Pair, encoder_text, pairs_of
from indexer.paths import GenerationPaths, IndexPaths
from indexer.store import Archive, Failure, VersionKey
from indexer.table import DocumentEntry, PassageTable, entry_of
from indexer.vectors import VectorIndex

_KEPT_GENERATIONS = 2  # the live one, and the one before it for readers that still have it open
_ENCODED_AT_ONCE = 4096  # passages; the analyzer dominates, so larger batches only cost memory
_MOST_PAIRS = 400_000  # for training, sampled evenly over the archive: bounds memory, and more teach little
_RETRAIN_GROWTH = 1.5  # an archive that has grown by half has words that its encoder never saw


@dataclass(frozen=True)
class BuildReport:
    """What a run of `dafu index` did. `built` is False where the index was up to date already."""

    index: str
    generation: int
    built: bool
    added: int
    changed: int
    removed: int
    documents: int
    passages: int
    files_read: int
    files_unchanged: int
    files_missing: tuple[str, ...]
    failures: tuple[Failure, ...]
    skipped: tuple[Failure, ...]
    same_identity: dict[str, tuple[str, ...]]
    notes: tuple[str, ...] = field(default=())


class _Plan(NamedTuple):
    """What the new generation keeps of the old one and what it must make."""

    kept: tuple[int, ...]  # ordinals in the old table
    new: tuple[VersionKey, ...]
    added: int
    changed: int
    removed: int


def build(
    sources: Sequence[Path],
    into: Path,
    encoder: EncoderChoice | None,
    *,
    prune: bool,
    retrain: bool,
    progress: Progress,
) -> BuildReport:
    """Build or update the index `into` from files and folders.

    Raises DafuError where nothing can be built: no readable file, a lock held, a full disk, an index of another format.
    """
    files, skipped = find_files(sources)
    if not files:  # also a share that is not mounted: with --prune it would look like every letter's removal
        raise _nothing_found(sources, into, ())
    encoders.check(encoder)
    paths = IndexPaths(into)
    with disk_faults(into):
        into.mkdir(parents=True, exist_ok=True)
        with exclusive(paths.lock):
            old = _open_current(paths)
            archive = Archive.writable(paths.archive)
            try:
                imported = import_files(archive, files, sources, prune=prune, progress=progress)
                if not archive.carrying() & {str(file.path.resolve()) for file in files}:
                    raise _nothing_found(sources, into, imported.failures)
                return _renew(paths, archive, old, imported, encoder, [Failure(*s) for s in skipped], retrain, progress)
            finally:
                archive.close()
                if old:
                    old.close()


def _open_current(paths: IndexPaths) -> Generation | None:
    """The live generation, to reuse. One of another analyzer is None: everything is made anew."""
    number = current_number(paths)
    if number is None:
        return None
    manifest = Manifest.load(paths.generation(number).manifest)
    if manifest.analyzer_version != analyzer.ANALYZER_VERSION:
        return None
    return Generation(paths.generation(number), Archive.readable(paths.archive))


def _nothing_found(sources: Sequence[Path], into: Path, failures: Sequence[Failure]) -> DafuError:
    where = "、".join(str(source) for source in sources)
    reasons = "".join(f"\n  {failure.reason}" for failure in failures[:20])
    found = f"{len(failures)} 处都无法读取：{reasons}" if failures else "没有找到可读取的文件。"
    return DafuError(
        f"在 {where} 中没有得到任何答复，索引 {into} 未改动。{found}\n"
        "支持的类型：txt、md、html、docx、pdf（有文字层）、xlsx、csv、json、jsonl、jsonl.gz。请检查路径和文件。"
    )


def _renew(
    paths: IndexPaths,
    archive: Archive,
    old: Generation | None,
    imported: Imported,
    choice: EncoderChoice | None,
    skipped: Sequence[Failure],
    retrain: bool,
    progress: Progress,
) -> BuildReport:
    same_encoder = old is not None and not retrain and encoders.fits(old.encoder, choice)
    plan = _plan(archive.live(), old.table.documents if old else ())
    nothing_to_do = old is not None and same_encoder and not (plan.added or plan.changed or plan.removed)
    if old is not None and nothing_to_do:
        manifest = old.manifest
    else:
        number = _next_number(paths)
        manifest = _write(paths, number, archive, old, plan, choice, same_encoder, progress)
        _remove_old_generations(paths, number)
    return BuildReport(
        index=str(paths.folder),
        generation=manifest.generation,
        built=not nothing_to_do,
        added=plan.added,
        changed=plan.changed,
        removed=plan.removed,
        documents=manifest.documents,
        passages=manifest.passages,
        files_read=imported.read,
        files_unchanged=imported.unchanged,
        files_missing=imported.missing,
        failures=imported.failures,
        skipped=tuple(skipped),
        same_identity=archive.shared_identities(),
        notes=_notes(manifest),
    )


def _plan(live: Sequence[VersionKey], present: Sequence[DocumentEntry]) -> _Plan:
    wanted = set(live)
    before = {entry.doc_id for entry in present}
    kept = tuple(i for i, entry in enumerate(present) if entry.version in wanted)
    have = {present[i].version for i in kept}
    new = tuple(version for version in live if version not in have)
    changed = sum(version.doc_id in before for version in new)
    removed = len(before - {version.doc_id for version in live})
    return _Plan(kept, new, len(new) - changed, changed, removed)


def _next_number(paths: IndexPaths) -> int:
    paths.generations.mkdir(exist_ok=True)
    shutil.rmtree(paths.building, ignore_errors=True)
    live = current_number(paths)
    numbers = [int(p.name) for p in paths.generations.iterdir() if p.name.isdecimal()]
    for number in numbers:
        if live is not None and number > live:  # finished but never named: a kill between the two renames
            shutil.rmtree(paths.generation(number).folder)
    return max([n for n in numbers if live is None or n <= live], default=0) + 1


def _write(
    paths: IndexPaths,
    number: int,
    archive: Archive,
    old: Generation | None,
    plan: _Plan,
    choice: EncoderChoice | None,
    same_encoder: bool,
    progress: Progress,
) -> Manifest:
    """Write generation `number` and name it in CURRENT."""
    target = GenerationPaths(paths.building)
    target.folder.mkdir()
    parts = _Parts(archive, old, plan, progress)
    table = parts.table()
    table.save(target.passages)
    _write_lexical(target, old, plan, table, parts)
    encoder, info = _encoder(archive, old, choice, same_encoder, parts, progress)
    encoder.save(target.encoder)
    vectors = parts.vectors(encoder, reuse=same_encoder)
    VectorIndex.build(vectors).save(target.vectors)
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

    def __init__(self, archive: Archive, old: Generation | None, plan: _Plan, progress: Progress) -> None:
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

    def vectors(self, encoder: Encoder, *, reuse: bool) -> NDArray[np.float32]:
        """Vectors of all rows; those of kept rows come from the old generation where the encoder is the same."""
        parts = [np.empty((0, encoder.dimension), np.float32)]
        if self._old is not None and len(self.kept_rows):
            if reuse:
                parts.append(self._old.vector_index.reconstruct(self.kept_rows))
            else:
                kept = [self._archive.document(self._old.table.documents[i].version) for i in self._plan.kept]
                parts += _encoded(encoder, ((d, split(d)) for d in kept))
        parts += _encoded(encoder, self.new_documents("计算向量"))
        return np.concatenate(parts)


def _encoded(encoder: Encoder, documents: Iterator[tuple[Document, list[Passage]]]) -> Iterator[NDArray[np.float32]]:
    batch: list[str] = []
    for document, passages in documents:
        batch += [encoder_text(document, passage) for passage in passages]
        if len(batch) >= _ENCODED_AT_ONCE:
            yield encoder.encode_passages(batch)
            batch = []
    if batch:
        yield encoder.encode_passages(batch)


def _write_lexical(
    target: GenerationPaths, old: Generation | None, plan: _Plan, table: PassageTable, parts: _Parts
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


def _encoder(
    archive: Archive,
    old: Generation | None,
    choice: EncoderChoice | None,
    same_encoder: bool,
    parts: _Parts,
    progress: Progress,
) -> tuple[Encoder, EncoderInfo]:
    if old is not None and same_encoder:
        return old.encoder, old.manifest.encoder
    if choice is not None and choice.path is not None:
        encoder = encoders.open_pretrained(choice)
        return encoder, _info(str(choice.path), encoder, None)
    progress("训练编码器", 0, 1)
    live = archive.live()
    texts, pairs = _training_material(archive, live)
    trained = encoders.train(texts, pairs)
    progress("训练编码器", 1, 1)
    return trained, _info("archive", trained, len(live))


def _training_material(archive: Archive, live: Sequence[VersionKey]) -> tuple[list[str], list[Pair]]:
    """Texts and pairs of the archive, from every n-th document where there are more than training can use."""
    texts: list[str] = []
    pairs: list[Pair] = []
    per_document = 40  # pairs of a letter of ten passages
    step = max(1, -(-len(live) * per_document // _MOST_PAIRS))
    for version in live[::step]:
        document = archive.document(version)
        passages = split(document)
        texts += [encoder_text(document, passage) for passage in passages]
        pairs += pairs_of(document, passages)
    return texts, pairs


def _info(kind: str, encoder: Encoder, trained_on: int | None) -> EncoderInfo:
    return EncoderInfo(kind=kind, fingerprint=encoder.fingerprint, dimension=encoder.dimension, trained_on=trained_on)


def _remove_old_generations(paths: IndexPaths, live: int) -> None:
    numbers = sorted(int(p.name) for p in paths.generations.iterdir() if p.name.isdecimal())
    for number in numbers[:-_KEPT_GENERATIONS]:
        if number != live:
            shutil.rmtree(paths.generation(number).folder, ignore_errors=True)


def _notes(manifest: Manifest) -> tuple[str, ...]:
    trained_on = manifest.encoder.trained_on
    if trained_on is not None and manifest.documents >= _RETRAIN_GROWTH * trained_on:
        return (f"编码器是用 {trained_on} 份答复训练的，现在已有 {manifest.documents} 份，建议用 --retrain 重新训练。",)
    return ()
