"""Build and update: the one way in which an index changes.

Files into the archive, the archive's live documents into a new generation beside the old one, CURRENT renamed last. A
kill at any moment leaves the old generation answering; the next run completes the work.
"""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from corpus.errors import DafuError
from corpus.sources import Found, find_files, name_of
from indexer import encoders
from indexer.archive import Archive, Failure, open_archive
from indexer.build.generation import Generation
from indexer.build.generation_writer import Plan, write_generation
from indexer.build.importing import Imported, import_files
from indexer.build.manifest import Manifest
from indexer.build.plan import (
    clear_unfinished,
    live_encoder,
    next_number,
    plan_of,
    remove_old,
    reusable,
)
from indexer.durable import disk_faults
from indexer.encoders import EncoderChoice
from indexer.paths import IndexPaths
from indexer.progress import Progress
from indexer.retention import KEPT_GENERATIONS
from indexer.terms.dictionary import Dictionary
from indexer.upkeep.locks import exclusive


@dataclass(frozen=True)
class BuildReport:
    """What a run of `dafu index` did. `built` is False where the index was up to date already.

    Each file is counted once: `files_found` is the sum of `files_read`, `files_unchanged`, `files_unreadable` and
    `files_skipped`. A file of which some rows cannot be read counts as read; `failures` has a line for each such row.
    """

    index: str
    generation: int
    built: bool
    added: int
    changed: int
    removed: int
    documents: int
    passages: int
    files_found: int
    files_read: int
    files_unchanged: int
    files_unreadable: int
    files_skipped: int
    files_missing: tuple[str, ...]
    failures: tuple[Failure, ...]
    skipped: tuple[Failure, ...]
    same_identity: dict[str, tuple[str, ...]]
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class BuildOptions:
    """`encoder` None keeps the index's own, or trains one where there is none; `prune` takes out what is gone.

    `retrain` trains or adapts the encoder anew; of a model that is used as it came there is nothing to train. `scope`
    is given to the sources, now and whenever they are read again; None leaves them the one that they have. `keep`
    generations stay on the disk, the live one among them. `dictionary` has a bureau's own words; None
    leaves the index those that it has.
    """

    encoder: EncoderChoice | None = None
    prune: bool = False
    retrain: bool = False
    scope: str | None = None
    keep: int = KEPT_GENERATIONS
    dictionary: Dictionary | None = None


def build(sources: Sequence[Path], into: Path, options: BuildOptions, progress: Progress) -> BuildReport:
    """Build or update the index `into` from files and folders.

    Raises DafuError where nothing can be built: no readable file, a lock held, a full disk, an index of another format.
    """
    return update(find_files(sources), sources, into, options, progress)


def update(found: Found, sources: Sequence[Path], into: Path, options: BuildOptions, progress: Progress) -> BuildReport:
    """The same from what was found under the sources. What was skipped keeps what it carried when it was read."""
    found = without(into, found)
    if not found.files:  # also a share that is not mounted: with --prune it would look like every document's removal
        raise _nothing_found(sources, into, ())
    paths = IndexPaths(into)
    encoders.check(options.encoder, None if options.retrain else live_encoder(paths))
    with disk_faults(into):
        into.mkdir(parents=True, exist_ok=True)
        _check_archive(paths)
        with (
            exclusive(paths.lock),
            closing(open_archive(paths.archive, writable=True)) as archive,
            reusable(paths, options.encoder, retrain=options.retrain, dictionary=options.dictionary) as basis,
        ):
            _give_scope(archive, sources, options.scope)
            imported = import_files(
                archive, found.files, sources, prune=options.prune, progress=progress, skipped=found.skipped
            )
            if not archive.files_with_documents() & imported.present:
                raise _nothing_found(sources, into, imported.failures)
            plan = plan_of(archive.live(), basis, retrain=options.retrain)
            manifest = _renew(paths, archive, basis.old, plan, progress, options.keep)
            notes = (*basis.notes, *_advice(manifest, options))
            return _report(paths, archive, imported, plan, manifest, found, notes)


def _check_archive(paths: IndexPaths) -> None:
    """Raises DafuError where an index has lost its archive: a new one would lack every document whose file is gone."""
    if paths.current.exists() and not (paths.archive.is_file() and paths.archive.stat().st_size):
        raise DafuError(
            f"索引 {paths.folder} 的档案库 {paths.archive.name} 不见了或者是空的，索引未改动。请从备份恢复；"
            "没有备份时，请用 dafu index 在新文件夹中重建（来源中已经没有的答复不会在内）。"
        )


def _give_scope(archive: Archive, sources: Sequence[Path], scope: str | None) -> None:
    if scope:
        with archive.transaction():
            for source in sources:
                archive.set_scope(name_of(source.resolve()), scope)


def without(into: Path, found: Found) -> Found:
    """An index that lies inside its own source is no source."""
    inside = into.resolve()
    return Found(
        [file for file in found.files if not file.resolved.is_relative_to(inside)],
        [file for file in found.skipped if not file.resolved.is_relative_to(inside)],
    )


def _nothing_found(sources: Sequence[Path], into: Path, failures: Sequence[Failure]) -> DafuError:
    where = "、".join(str(source) for source in sources)
    reasons = "".join(f"\n  {failure.reason}" for failure in failures[:20])
    found = f"{len(failures)} 处都无法读取：{reasons}" if failures else "没有找到可读取的文件。"
    return DafuError(
        f"在 {where} 中没有得到任何答复，索引 {into} 未改动。{found}\n"
        "支持的类型：txt、md、html、docx、pdf（有文字层）、xlsx、csv、json、jsonl、jsonl.gz。请检查路径和文件。"
    )


def _renew(
    paths: IndexPaths, archive: Archive, old: Generation | None, plan: Plan, progress: Progress, keep: int
) -> Manifest:
    """The manifest of the generation that now lives: a new one where there is anything to do."""
    if old is not None and plan.is_empty:
        manifest = old.manifest
        clear_unfinished(paths, old)
    else:
        manifest = write_generation(paths, next_number(paths, old), archive, old, plan, progress)
    remove_old(paths, manifest.generation, keep)
    return manifest


def _report(
    paths: IndexPaths,
    archive: Archive,
    imported: Imported,
    plan: Plan,
    manifest: Manifest,
    found: Found,
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
        files_found=len(found.files) + len(found.skipped),
        files_read=imported.read,
        files_unchanged=imported.unchanged,
        files_unreadable=imported.unreadable,
        files_skipped=len(found.skipped),
        files_missing=imported.missing,
        failures=imported.failures,
        skipped=tuple(Failure(file.relative, file.reason) for file in found.skipped),
        same_identity=archive.shared_identities(),
        notes=notes,
    )


def _advice(manifest: Manifest, options: BuildOptions) -> tuple[str, ...]:
    """On the encoder: that the archive has outgrown it, or that there was nothing to retrain."""
    if manifest.encoder.trained_on is None:
        return ("预训练模型按原样使用，无须重新训练；要使它适应本档案，请加 --adapt。",) if options.retrain else ()
    return (manifest.outgrown,) if manifest.outgrown else ()
