"""Build and update: the one way in which an index changes.

Files into the archive, the archive's live documents into a new generation beside the old one, CURRENT renamed last. A
kill at any moment leaves the old generation answering; the next run completes the work.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from corpus.errors import DafuError
from corpus.sources import find_files
from indexer import analyzer, encoders
from indexer.durable import disk_faults
from indexer.encoders import EncoderChoice
from indexer.generation import Generation, current_number
from indexer.importing import Imported, Progress, import_files
from indexer.lock import exclusive
from indexer.manifest import Manifest
from indexer.paths import IndexPaths
from indexer.store import Archive, Failure, VersionKey
from indexer.table import DocumentEntry
from indexer.writer import Plan, write_generation

_KEPT_GENERATIONS = 2  # the live one, and the one before it for readers that still have it open
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
                return _renew(
                    paths,
                    archive,
                    old,
                    imported,
                    encoder,
                    [Failure(s.relative, s.reason) for s in skipped],
                    retrain,
                    progress,
                )
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
        manifest = write_generation(paths, number, archive, old, plan, choice, same_encoder, progress)
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


def _plan(live: Sequence[VersionKey], present: Sequence[DocumentEntry]) -> Plan:
    wanted = set(live)
    before = {entry.doc_id for entry in present}
    kept = tuple(i for i, entry in enumerate(present) if entry.version in wanted)
    have = {present[i].version for i in kept}
    new = tuple(version for version in live if version not in have)
    changed = sum(version.doc_id in before for version in new)
    removed = len(before - {version.doc_id for version in live})
    return Plan(kept, new, len(new) - changed, changed, removed)


def _next_number(paths: IndexPaths) -> int:
    paths.generations.mkdir(exist_ok=True)
    shutil.rmtree(paths.building, ignore_errors=True)
    live = current_number(paths)
    numbers = [int(p.name) for p in paths.generations.iterdir() if p.name.isdecimal()]
    for number in numbers:
        if live is not None and number > live:  # finished but never named: a kill between the two renames
            shutil.rmtree(paths.generation(number).folder)
    return max([n for n in numbers if live is None or n <= live], default=0) + 1


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
