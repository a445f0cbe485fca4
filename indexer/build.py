"""Build and update: the one way in which an index changes.

Files into the archive, the archive's live documents into a new generation beside the old one, CURRENT renamed last. A
kill at any moment leaves the old generation answering; the next run completes the work.
"""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from corpus.errors import DafuError, FormatError
from corpus.sources import Found, find_files
from indexer import encoders
from indexer.durable import disk_faults
from indexer.encoders import EncoderChoice, EncoderError
from indexer.generation import Generation, current_number
from indexer.importing import Imported, Progress, import_files
from indexer.lock import exclusive
from indexer.manifest import Manifest
from indexer.paths import IndexPaths
from indexer.store import Archive, Failure, VersionKey
from indexer.verify import file_faults
from indexer.writer import Plan, write_generation

_KEPT_GENERATIONS = 2  # the live one, and the one before it for readers that still have it open


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


@dataclass(frozen=True)
class BuildOptions:
    """`encoder` None keeps the index's own, or trains one where there is none; `prune` takes out what is gone.

    `retrain` trains or adapts the encoder anew; of a model that is used as it came there is nothing to train.
    """

    encoder: EncoderChoice | None = None
    prune: bool = False
    retrain: bool = False


def build(sources: Sequence[Path], into: Path, options: BuildOptions, progress: Progress) -> BuildReport:
    """Build or update the index `into` from files and folders.

    Raises DafuError where nothing can be built: no readable file, a lock held, a full disk, an index of another format.
    """
    found = _without(into, find_files(sources))
    if not found.files:  # also a share that is not mounted: with --prune it would look like every letter's removal
        raise _nothing_found(sources, into, ())
    paths = IndexPaths(into)
    encoders.check(options.encoder, None if options.retrain else _live_encoder(paths))
    with disk_faults(into):
        into.mkdir(parents=True, exist_ok=True)
        with exclusive(paths.lock), _old_generation(paths, options) as (old, options, notes):
            archive = Archive.writable(paths.archive)
            try:
                imported = import_files(archive, found.files, sources, prune=options.prune, progress=progress)
                if not archive.carrying() & imported.present:
                    raise _nothing_found(sources, into, imported.failures)
                plan = _plan(archive.live(), old, options)
                manifest = _renew(paths, archive, old, plan, progress)
                skipped = tuple(Failure(file.relative, file.reason) for file in found.skipped)
                notes = (*notes, *_advice(manifest, options))
                return _report(paths, archive, imported, plan, manifest, skipped, notes)
            finally:
                archive.close()


def _without(into: Path, found: Found) -> Found:
    """An index that lies inside its own source is no source."""
    inside = into.resolve()
    return Found(
        [file for file in found.files if not file.path.resolve().is_relative_to(inside)],
        [file for file in found.skipped if not file.path.resolve().is_relative_to(inside)],
    )


@contextmanager
def _old_generation(
    paths: IndexPaths, options: BuildOptions
) -> Iterator[tuple[Generation | None, BuildOptions, tuple[str, ...]]]:
    """The live generation, to reuse, the options with its encoder where that must be made anew, and what to tell. None
    where all is to be made anew: there is no index yet, its analyzer is another, or it is damaged (the archive has all
    that is needed)."""
    old: Generation | None = None
    notes: tuple[str, ...] = ()
    try:
        number = current_number(paths)
        if number is not None:
            old = Generation(paths.generation(number), Archive.readable(paths.archive))
            if fault := next(file_faults(old.paths, old.manifest), None):  # parts of it would live on in the new one
                old.close()
                old = None
                raise DafuError(fault)
    except FormatError:
        raise
    except DafuError as error:
        if isinstance(error, EncoderError) and options.encoder is None and _is_carried_in(paths):
            raise  # a model that moved or changed: which one is wanted now is not ours to guess
        notes = (f"原有索引不能沿用，已从档案库重建：{error}",)
    try:
        if options.encoder is None and (old is None or options.retrain) and (folder := _live_encoder(paths)):
            options = replace(options, encoder=encoders.recorded_choice(folder, anew=options.retrain))
        yield old, options, notes
    finally:
        if old:
            old.close()


def _live_encoder(paths: IndexPaths) -> Path | None:
    """Where the live generation's encoder lies; None where no generation lives."""
    try:
        number = current_number(paths)
    except DafuError:
        return None
    return None if number is None else paths.generation(number).encoder


def _is_carried_in(paths: IndexPaths) -> bool:
    """Whether the live generation's encoder was carried in and used as it came; an adapted one can be made again."""
    number = current_number(paths)
    if number is None or Manifest.load(paths.generation(number).manifest).encoder.kind == "archive":
        return False
    choice = encoders.recorded_choice(paths.generation(number).encoder, anew=False)
    return choice is None or not choice.adapt


def _nothing_found(sources: Sequence[Path], into: Path, failures: Sequence[Failure]) -> DafuError:
    where = "、".join(str(source) for source in sources)
    reasons = "".join(f"\n  {failure.reason}" for failure in failures[:20])
    found = f"{len(failures)} 处都无法读取：{reasons}" if failures else "没有找到可读取的文件。"
    return DafuError(
        f"在 {where} 中没有得到任何答复，索引 {into} 未改动。{found}\n"
        "支持的类型：txt、md、html、docx、pdf（有文字层）、xlsx、csv、json、jsonl、jsonl.gz。请检查路径和文件。"
    )


def _renew(paths: IndexPaths, archive: Archive, old: Generation | None, plan: Plan, progress: Progress) -> Manifest:
    """The manifest of the generation that now lives: a new one where there is anything to do."""
    if old is not None and plan.is_empty:
        return old.manifest
    number = _next_number(paths, old)
    manifest = write_generation(paths, number, archive, old, plan, progress)
    _remove_old_generations(paths, number)
    return manifest


def _report(
    paths: IndexPaths,
    archive: Archive,
    imported: Imported,
    plan: Plan,
    manifest: Manifest,
    skipped: tuple[Failure, ...],
    notes: tuple[str, ...],
) -> BuildReport:
    return BuildReport(
        index=str(paths.folder),
        generation=manifest.generation,
        built=not plan.is_empty,
        added=plan.added,
        changed=plan.changed,
        removed=plan.removed,
        documents=manifest.documents,
        passages=manifest.passages,
        files_read=imported.read,
        files_unchanged=imported.unchanged,
        files_missing=imported.missing,
        failures=imported.failures,
        skipped=skipped,
        same_identity=archive.shared_identities(),
        notes=notes,
    )


def _plan(live: Sequence[VersionKey], old: Generation | None, options: BuildOptions) -> Plan:
    present = old.table.documents if old else ()
    wanted = set(live)
    before = {entry.doc_id for entry in present}
    kept = tuple(i for i, entry in enumerate(present) if entry.version in wanted)
    have = {present[i].version for i in kept}
    new = tuple(version for version in live if version not in have)
    changed = sum(version.doc_id in before for version in new)
    choice = options.encoder
    anew = options.retrain and (choice is None or choice.learns)
    return Plan(
        kept=kept,
        new=new,
        added=len(new) - changed,
        changed=changed,
        removed=len(before - {version.doc_id for version in live}),
        encoder=choice,
        keeps_encoder=old is not None and not anew and encoders.fits(old.encoder, choice),
    )


def _next_number(paths: IndexPaths, old: Generation | None) -> int:
    """One more than any; a generation above the live one was finished but never named, and goes."""
    paths.generations.mkdir(exist_ok=True)
    shutil.rmtree(paths.building, ignore_errors=True)
    shutil.rmtree(paths.calibrating, ignore_errors=True)
    numbers = [int(p.name) for p in paths.generations.iterdir() if p.name.isdecimal()]
    for number in [n for n in numbers if old is not None and n > old.number]:
        shutil.rmtree(paths.generation(number).folder)
        numbers.remove(number)
    return max(numbers, default=0) + 1


def _remove_old_generations(paths: IndexPaths, live: int) -> None:
    numbers = sorted(int(p.name) for p in paths.generations.iterdir() if p.name.isdecimal())
    for number in numbers[:-_KEPT_GENERATIONS]:
        if number != live:
            shutil.rmtree(paths.generation(number).folder, ignore_errors=True)


def _advice(manifest: Manifest, options: BuildOptions) -> tuple[str, ...]:
    """On the encoder: that the archive has outgrown it, or that there was nothing to retrain."""
    if manifest.encoder.trained_on is None:
        return ("预训练模型按原样使用，无须重新训练；要使它适应本档案，请加 --adapt。",) if options.retrain else ()
    return (manifest.outgrown,) if manifest.outgrown else ()
