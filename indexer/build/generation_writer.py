"""Write one generation beside the old one; CURRENT renamed last."""

import os
from collections.abc import Set
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np

from corpus.masked import MASKING_VERSION
from indexer.archive import Archive, VersionKey
from indexer.build.calibration import calibrate
from indexer.build.derivations import derive_missing
from indexer.build.encoder_choice import ArchiveMaterial, encoder_for, unacquainted
from indexer.build.generation import Generation
from indexer.build.manifest import FORMAT_VERSION, Calibration, EncoderInfo, Manifest, checksums
from indexer.build.masked import masked_from
from indexer.build.slow_vectors import centred, encode_missing, remembered
from indexer.durable import link_equal_files, link_files, remove_tree, sync_folder, sync_tree, write_atomically
from indexer.encoders import Encoder, EncoderChoice
from indexer.engine.local import Kept, SegmentWriter, unheld
from indexer.engine.parameters import RankingParameters
from indexer.paths import GenerationPaths, IndexPaths
from indexer.progress import Progress
from indexer.terms.analyzer import DEFAULT, Analyzer
from indexer.terms.kinds import Terms

_RECALIBRATED_GROWTH = 1.2  # the known documents of an archive that grew by a fifth are told apart from others


class Plan(NamedTuple):
    """What the new generation keeps of the old one and what it must make."""

    kept: tuple[int, ...]  # keys of documents of the old generation
    new: tuple[VersionKey, ...]
    added: int
    changed: int
    removed: int
    encoder: EncoderChoice | None
    keeps_encoder: bool  # the old generation's, and with it the vectors of what is kept
    forgotten: Terms | None = None  # of documents that are to leave no trace, where that is what it is for
    analyzer: Analyzer = DEFAULT
    device: str | None = None  # where passages are encoded, where the encoder can do that
    completes: bool = True  # what the encoder's slow part lacks is made first; else it follows in another generation

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
    updates = plan.forgotten is None
    derive_missing(archive, archive.live(), progress)
    kept = None
    if old:
        kept = Kept(old.engine, old.paths, np.array(plan.kept, dtype=np.int64), plan.keeps_encoder, updates)
    material = ArchiveMaterial(archive, plan.analyzer)
    encoder, info = encoder_for(material, old if plan.keeps_encoder else None, plan.encoder, target.encoder, progress)
    if plan.device is not None:
        encoder = encoder.on_device(plan.device)
    if plan.completes:
        encoder = _ready(archive, encoder, old, plan, progress)
        info = info.model_copy(update={"fingerprint": encoder.fingerprint})
    encoder = encoder.remembering(remembered(archive, encodes=False))
    _save(encoder, old, plan, target)
    size, lacking = SegmentWriter(plan.new, masked_from(archive), progress, kept, plan.analyzer).write(target, encoder)
    if plan.forgotten is not None:
        encoder, info = _forgetting(plan.forgotten, target, encoder, info)
    calibration = _calibration(paths, archive, old, plan, encoder, progress)
    manifest = Manifest(
        format_version=FORMAT_VERSION,
        analyzer_version=plan.analyzer.version,
        masking_version=MASKING_VERSION,
        generation=number,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        encoder=info,
        documents=size.documents,
        passages=size.passages,
        lacking=None if encoder.slow is None else lacking,
        calibration=calibration,
        ranking=RankingParameters(vector_weight=calibration.vector_weight),
        # What was linked was read in full before it was reused (renewal.reusable), a minute ago.
        files=checksums(target.folder, old.paths.folder, old.manifest.files) if old else checksums(target.folder),
    ).with_checksum()
    _publish(paths, archive, manifest, plan)
    return manifest


def _save(encoder: Encoder, old: Generation | None, plan: Plan, target: GenerationPaths) -> None:
    """The encoder and the dictionary; the files of an encoder that stays the same are linked."""
    if plan.analyzer.dictionary.entries:
        plan.analyzer.dictionary.write(target.dictionary)
    is_same = old is not None and encoder.fingerprint == old.manifest.encoder.fingerprint
    if old and is_same and plan.keeps_encoder and plan.encoder is None and plan.forgotten is None:
        link_files(old.paths.encoder, target.encoder)
    else:
        encoder.save(target.encoder)
        if old and plan.forgotten is None:  # else it is written over once it has forgotten
            link_equal_files(old.paths.encoder, target.encoder)


def _ready(archive: Archive, encoder: Encoder, old: Generation | None, plan: Plan, progress: Progress) -> Encoder:
    """The encoder with nothing lacking of its slow part, for any document."""
    if encoder.slow is None:
        return encoder
    is_whole = old is not None and plan.keeps_encoder and old.manifest.lacking == 0
    encode_missing(archive, encoder.slow, plan.new if is_whole else archive.live(), progress)
    return centred(archive, encoder, archive.live())


def _publish(paths: IndexPaths, archive: Archive, manifest: Manifest, plan: Plan) -> None:
    """Names the generation in CURRENT, once everything of it can be opened and is on the disk."""
    target, final = GenerationPaths(paths.building), paths.generation(manifest.generation)
    write_atomically(target.manifest, manifest.model_dump_json(indent=1).encode("utf-8"))
    written = Generation(target, archive)  # opens every part: what cannot be opened is never named
    _record_passages(archive, written, frozenset(plan.new))
    target.readers.touch()  # now: a reader may lack the right to make it
    sync_tree(target.folder)
    os.rename(target.folder, final.folder)
    sync_folder(paths.generations)
    write_atomically(paths.current, f"{manifest.generation}\n".encode("ascii"))


def _record_passages(archive: Archive, written: Generation, new: Set[VersionKey]) -> None:
    """Remembers where the passages of new versions stand, so that their addresses hold for good."""
    with archive.transaction():
        for entry in written.engine.entries():
            if entry.version in new:
                passages = written.engine.passages_of(entry.key)
                archive.record_passages(entry.version, [(p.anchor, p.start, p.end) for p in passages])


def _forgetting(
    forgotten: Terms, target: GenerationPaths, encoder: Encoder, info: EncoderInfo
) -> tuple[Encoder, EncoderInfo]:
    """The encoder without the words that only the forgotten documents held; no vector of another document changes."""
    gone = {term for terms in unheld(target, forgotten).values() for term in terms}
    if not encoder.remembered(gone):
        return encoder, info
    lessened = encoder.without(gone)
    lessened.save(target.encoder)
    return lessened, info.model_copy(update={"fingerprint": lessened.fingerprint})


def _calibration(
    paths: IndexPaths,
    archive: Archive,
    old: Generation | None,
    plan: Plan,
    encoder: Encoder,
    progress: Progress,
) -> Calibration:
    """The old generation's while its encoder is kept and the archive is much the same; else made anew."""
    live = archive.live()
    if old and plan.keeps_encoder:
        before = old.manifest.calibration
        is_told = (before.slow_share is not None) == encoder.is_ready
        if is_told and before.documents / _RECALIBRATED_GROWTH <= len(live) <= before.documents * _RECALIBRATED_GROWTH:
            return before
    try:
        asking = unacquainted(archive, encoder, plan.analyzer)
        asking = asking.remembering(remembered(archive, encodes=plan.completes))
        folder = GenerationPaths(paths.calibrating)
        return calibrate(folder, live, masked_from(archive), asking, progress, plan.analyzer)
    finally:
        remove_tree(paths.calibrating)
