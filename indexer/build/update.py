"""Build and update: the one way in which an index changes.

Files into the archive, the archive's live documents into a new generation beside the old one, CURRENT renamed last. A
kill at any moment leaves the old generation answering; the next run completes the work.
"""

import math
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from corpus.errors import DafuError
from corpus.sources import Found, find_files
from indexer import encoders
from indexer.archive import Alarm, Archive, Failure, open_archive
from indexer.build.derivations import derive_missing, lacks_rows
from indexer.build.generation import Generation, current_number
from indexer.build.generation_writer import Plan, write_generation
from indexer.build.importing import Chosen, Imported, import_files
from indexer.build.manifest import Manifest
from indexer.build.placing import follow_renamed, give_scope
from indexer.build.plan import (
    clear_unfinished,
    live_encoder,
    next_number,
    plan_of,
    remove_old,
    reusable,
)
from indexer.build.slow_vectors import encode_missing
from indexer.durable import disk_faults, make_private
from indexer.encoders import EncoderChoice
from indexer.paths import IndexPaths
from indexer.progress import Progress
from indexer.retention import KEPT_GENERATIONS
from indexer.terms.dictionary import Dictionary
from indexer.upkeep.locks import exclusive

_AT_ONCE = 40
"""New documents whose vectors an update waits for, even the slow ones: ten seconds of two cores."""


@dataclass(frozen=True)
class BuildReport:
    """What a run of `dafu index` did. `built` is False where the index was up to date already.

    Each file is counted once: `files_found` is the sum of `files_read`, `files_unchanged`, `files_unreadable` and
    `files_skipped`. A file of which some rows cannot be read counts as read; `failures` has a line for each such row.
    `lacking` passages wait for the slow part of their vectors.
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
    alarms: tuple[Alarm, ...]
    lacking: int
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class BuildOptions:
    """`encoder` None keeps the index's own, or trains one where there is none; `prune` takes out what is gone.

    `retrain` trains or adapts the encoder anew; of a model that is used as it came there is nothing to train. `scope`
    is given to the sources, now and whenever they are read again; None leaves them the one that they have. `widen`
    forgets what restricted their documents before, which nothing else does. `keep`
    generations stay on the disk, the live one among them. `dictionary` has a bureau's own words; None
    leaves the index those that it has. `follows_s` are the seconds that an update takes at most for what the encoder's
    slow part lacks once the documents are found by words; None takes until nothing is lacking. `only_replies` leaves
    out what is no reply, in every file that this update finds. `ocr` has pages that are pictures
    recognised. `device` is where this update encodes passages, where the encoder can do that; None leaves it to the
    encoder.
    """

    encoder: EncoderChoice | None = None
    prune: bool = False
    retrain: bool = False
    scope: str | None = None
    widen: bool = False
    keep: int = KEPT_GENERATIONS
    dictionary: Dictionary | None = None
    follows_s: float | None = None
    only_replies: bool = False
    ocr: bool = True
    device: str | None = None


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
    encoders.check_device(options.device)
    encoders.check(options.encoder, None if options.retrain else live_encoder(paths))
    with disk_faults(into):
        make_private(into)
        _check_archive(paths)
        with (
            exclusive(paths.lock),
            closing(open_archive(paths.archive, writable=True)) as archive,
            reusable(paths, options.encoder, retrain=options.retrain, dictionary=options.dictionary) as basis,
        ):
            told = give_scope(archive, sources, options.scope, widen=options.widen)
            told += follow_renamed(archive, found.files)
            imported = import_files(
                archive,
                found.files,
                sources,
                prune=options.prune,
                progress=progress,
                skipped=found.skipped,
                chosen=Chosen(options.widen, options.only_replies, options.ocr),
            )
            if not archive.files_with_documents() & imported.present:
                raise _nothing_found(sources, into, imported.failures)
            if basis.old is None and paths.current.exists():
                _rename(archive)
            plan = plan_of(archive.live(), basis, retrain=options.retrain)
            plan = plan._replace(completes=_completes_at_once(plan, basis.old), device=options.device)
            manifest = _renew(paths, archive, basis.old, plan, progress, options.keep)
            manifest = follow(paths, archive, manifest, progress, options.follows_s, options.keep, options.device)
            notes = (*told, *basis.notes, *_advice(manifest, options))
            return _report(paths, archive, imported, plan, manifest, found, notes)


def _check_archive(paths: IndexPaths) -> None:
    """Raises DafuError where an index has lost its archive: a new one would lack every document whose file is gone."""
    if paths.current.exists() and not (paths.archive.is_file() and paths.archive.stat().st_size):
        raise DafuError(
            f"索引 {paths.folder} 的档案库 {paths.archive.name} 不见了或者是空的，索引未改动。请从备份恢复；"
            "没有备份时，请用 dafu index 在新文件夹中重建（来源中已经没有的答复不会在内）。"
        )


def _rename(archive: Archive) -> None:
    """Takes ids out of use that an earlier program, or other rules of masking, let hold personal data."""
    for version in archive.live():
        archive.rename(version)


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
        "支持的类型：txt、md、html、docx、doc、wps、rtf、pdf（有文字层）、xlsx、xls、et、csv、json、jsonl、jsonl.gz，"
        "以及邮件 eml、网页归档 mht、压缩包 zip。请检查路径和文件。"
    )


def _completes_at_once(plan: Plan, old: Generation | None) -> bool:
    """Whether the new documents are so few that their vectors are worth waiting for."""
    return len(plan.new) <= _AT_ONCE and (old is None or not old.manifest.lacking)


def follow(
    paths: IndexPaths,
    archive: Archive,
    manifest: Manifest,
    progress: Progress,
    seconds: float | None,
    keep: int = KEPT_GENERATIONS,
    device: str | None = None,
) -> Manifest:
    """Makes what the encoder's slow part lacks, and once all is there a generation that uses it."""
    stretch = math.inf if seconds is None else seconds
    if not manifest.lacking or stretch <= 0:
        return manifest
    with reusable(paths, None, retrain=False) as basis:
        encoder = basis.old.encoder if basis.old else None
        if encoder is not None and device is not None:
            encoder = encoder.on_device(device)
        slow = encoder.slow if encoder is not None else None
        if slow is None or not encode_missing(archive, slow, archive.live(), progress, stretch):
            return manifest
        return _renew(paths, archive, basis.old, plan_of(archive.live(), basis, retrain=False), progress, keep)


def go_on(into: Path, progress: Progress, seconds: float) -> Manifest | None:
    """Goes on with what is lacking, for so many seconds. The live generation; None where there is no index."""
    paths = IndexPaths(into)
    if not paths.current.exists():
        return None
    with disk_faults(into), exclusive(paths.lock), closing(open_archive(paths.archive, writable=True)) as archive:
        number = current_number(paths)
        assert number is not None
        return follow(paths, archive, Manifest.load(paths.generation(number).manifest), progress, seconds)


def _renew(
    paths: IndexPaths, archive: Archive, old: Generation | None, plan: Plan, progress: Progress, keep: int
) -> Manifest:
    """The manifest of the generation that now lives: a new one where there is anything to do."""
    if old is not None and plan.is_empty and not (plan.completes and old.manifest.lacking):
        manifest = old.manifest
        clear_unfinished(paths, old)
        if lacks_rows(archive):  # a later program derives what the one that made the index did not know
            derive_missing(archive, archive.live(), progress)
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
        files_read=imported.counts["read"],
        files_unchanged=imported.counts["unchanged"],
        files_unreadable=imported.counts["unreadable"],
        files_skipped=len(found.skipped) + imported.counts["other"],
        files_missing=imported.missing,
        failures=imported.failures,
        skipped=imported.left_out,
        same_identity=archive.shared_identities(),
        alarms=tuple(archive.alarms()),
        lacking=manifest.lacking or 0,
        notes=notes,
    )


def _advice(manifest: Manifest, options: BuildOptions) -> tuple[str, ...]:
    """On the encoder: that the archive has outgrown it, or that there was nothing to retrain."""
    if manifest.encoder.trained_on is None:
        return ("预训练模型按原样使用，无须重新训练；要使它适应本档案，请加 --adapt。",) if options.retrain else ()
    return (manifest.outgrown,) if manifest.outgrown else ()
