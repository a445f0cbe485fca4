"""Write one generation beside the old one; CURRENT renamed last."""

import os
import shutil
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np

from indexer import analyzer
from indexer.calibration import calibrate
from indexer.durable import sync_folder, sync_tree, write_atomically
from indexer.encoders import Encoder, EncoderChoice
from indexer.generation import Generation
from indexer.importing import Progress
from indexer.learning import encoder_for, unacquainted
from indexer.manifest import FORMAT_VERSION, Calibration, EncoderInfo, Manifest, checksums
from indexer.parts import Kept, Parts
from indexer.paths import GenerationPaths, IndexPaths
from indexer.store import Archive, VersionKey

_RECALIBRATED_GROWTH = 1.2  # the known letters of an archive that grew by a fifth are told apart from others


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
    kept = Kept(old, np.array(plan.kept, dtype=np.int64), plan.keeps_encoder) if old else None
    encoder, info = encoder_for(archive, old if plan.keeps_encoder else None, plan.encoder, target.encoder, progress)
    encoder.save(target.encoder)
    table = Parts(plan.new, archive.document, progress, kept).write(target, encoder)
    manifest = Manifest(
        format_version=FORMAT_VERSION,
        analyzer_version=analyzer.ANALYZER_VERSION,
        generation=number,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        encoder=info,
        documents=len(table.documents),
        passages=len(table),
        calibration=_calibration(paths, archive, old, plan, (encoder, info), progress),
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


def _calibration(
    paths: IndexPaths,
    archive: Archive,
    old: Generation | None,
    plan: Plan,
    encoder: tuple[Encoder, EncoderInfo],
    progress: Progress,
) -> Calibration:
    """The old generation's while its encoder is kept and the archive is much the same; else made anew."""
    live = archive.live()
    if old and plan.keeps_encoder:
        before = old.manifest.calibration
        if before.documents / _RECALIBRATED_GROWTH <= len(live) <= before.documents * _RECALIBRATED_GROWTH:
            return before
    try:
        asking = unacquainted(archive, *encoder)
        return calibrate(GenerationPaths(paths.calibrating), live, archive.document, asking, progress)
    finally:
        shutil.rmtree(paths.calibrating, ignore_errors=True)
