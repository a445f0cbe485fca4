"""From one generation to the next: what of the old one can be reused, which number follows, and which ones may go."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from corpus import machine
from corpus.errors import DafuError, FormatError
from corpus.masked import MASKING_VERSION
from indexer import encoders
from indexer.archive import VersionKey, open_archive
from indexer.build.generation import Generation, analyzer_of, current_number
from indexer.build.generation_writer import Plan
from indexer.build.manifest import Manifest, file_faults
from indexer.durable import remove_tree
from indexer.encoders import EncoderChoice, EncoderError
from indexer.paths import GenerationPaths, IndexPaths
from indexer.terms.analyzer import DEFAULT, Analyzer, dictionary_in
from indexer.terms.dictionary import Dictionary, DictionaryError
from indexer.upkeep.locks import unclaimed


class Basis(NamedTuple):
    """What the next generation starts from.

    `old` is the live generation, to reuse; None where all is to be made anew: there is no index yet, its analyzer is
    another, or it is damaged (the archive has all that is needed). `encoder` is the chosen one, or that of the index
    where it must be made anew. `notes` are for the user.
    """

    old: Generation | None
    encoder: EncoderChoice | None
    analyzer: Analyzer
    notes: tuple[str, ...]


@contextmanager
def reusable(
    paths: IndexPaths, encoder: EncoderChoice | None, *, retrain: bool, dictionary: Dictionary | None = None
) -> Iterator[Basis]:
    """Opens what of the index can be reused with the chosen encoder and dictionary; None leaves those it has.

    Raises DafuError where the index's own dictionary is damaged and no other is given.
    """
    analyzer = live_analyzer(paths) if dictionary is None else Analyzer(dictionary)
    old: Generation | None = None
    notes: tuple[str, ...] = ()
    try:
        number = current_number(paths)
        if number is not None:
            old = Generation(paths.generation(number), open_archive(paths.archive))
            # Damaged parts would live on in the new one.
            if fault := next(file_faults(old.paths.folder, old.manifest), None):
                old.close()
                old = None
                raise DafuError(fault)
            if old.analyzer.version != analyzer.version:
                old.close()
                old = None
                raise DafuError("词典与原来的不同，词语须重新切分。")
    except FormatError:
        raise
    except DafuError as error:
        if machine.fault_of(error) == machine.IO_ERROR:
            raise  # another time the same file can be read: it is not damaged
        if isinstance(error, EncoderError) and encoder is None and _is_carried_in(paths):
            raise  # a model that moved or changed: which one is wanted now is not ours to guess
        notes = (f"原有索引不能沿用，已从档案库重建：{error}",)
    try:
        if encoder is None and (old is None or retrain) and (folder := live_encoder(paths)):
            encoder = encoders.recorded_choice(folder, anew=retrain)
        yield Basis(old, encoder, analyzer, notes)
    finally:
        if old:
            old.close()


def live_encoder(paths: IndexPaths) -> Path | None:
    """Where the live generation's encoder lies; None where no generation lives."""
    try:
        number = current_number(paths)
    except DafuError:
        return None
    return None if number is None else paths.generation(number).encoder


def live_analyzer(paths: IndexPaths) -> Analyzer:
    """The live generation's analyzer; one without a dictionary where no generation lives.

    Raises DafuError where its dictionary is damaged.
    """
    try:
        number = current_number(paths)
    except DafuError:
        return DEFAULT
    return DEFAULT if number is None else _recorded_analyzer(paths.generation(number))


def _recorded_analyzer(paths: GenerationPaths) -> Analyzer:
    """The analyzer of a generation that may be damaged otherwise. Raises DafuError where its dictionary is."""
    try:
        analyzer = analyzer_of(paths)
        whole = analyzer.dictionary.version == dictionary_in(Manifest.load(paths.manifest).analyzer_version)
    except DictionaryError:
        whole = False
    except DafuError:  # of the manifest, which is said elsewhere
        return analyzer
    if not whole:
        raise DafuError(
            f"索引的词典 {paths.dictionary} 已损坏或丢失，索引未改动。"
            "请用 --dictionary 重新给出词典（空文件表示不再使用）。"
        )
    return analyzer


def _is_carried_in(paths: IndexPaths) -> bool:
    """Whether the live generation's encoder was carried in and used as it came; an adapted one can be made again."""
    number = current_number(paths)
    if number is None or Manifest.load(paths.generation(number).manifest).encoder.kind == "archive":
        return False
    choice = encoders.recorded_choice(paths.generation(number).encoder, anew=False)
    return choice is None or not choice.adapt


def plan_of(live: Sequence[VersionKey], basis: Basis, *, retrain: bool) -> Plan:
    """What it takes from the old generation to one of these versions."""
    old, encoder, analyzer, _ = basis
    present = old.engine.entries() if old else ()
    wanted = set(live)
    before = {entry.doc_id for entry in present}
    kept = [entry for entry in present if entry.version in wanted]
    have = {entry.version for entry in kept}
    new = tuple(version for version in live if version not in have)
    changed = sum(version.doc_id in before for version in new)
    anew = retrain and (encoder is None or encoders.learns(encoder))
    return Plan(
        kept=tuple(entry.key for entry in kept),
        new=new,
        added=len(new) - changed,
        changed=changed,
        removed=len(before - {version.doc_id for version in live}),
        encoder=encoder,
        keeps_encoder=old is not None and not anew and encoders.fits(old.encoder, encoder),
        analyzer=analyzer,
    )


def next_number(paths: IndexPaths, old: Generation | None) -> int:
    """One more than any."""
    paths.generations.mkdir(exist_ok=True)
    clear_unfinished(paths, old)
    return max(_numbers(paths), default=0) + 1


def clear_unfinished(paths: IndexPaths, live: Generation | None) -> None:
    """Remove what a killed run left; a generation above the live one was finished but never named, and goes too."""
    remove_tree(paths.building)
    remove_tree(paths.calibrating)
    paths.current.with_name(f".{paths.current.name}.tmp").unlink(missing_ok=True)
    for number in _numbers(paths):
        if live is not None and number > live.number:
            shutil.rmtree(paths.generation(number).folder)


def remove_old(paths: IndexPaths, live: int, keep: int) -> list[int]:
    """Remove all but the newest `keep` generations, and any that was masked by other rules: it may hold what nobody is
    to see now. Those that stay are returned: somebody reads them, or the disk would not let them go."""
    left = []
    numbers = _numbers(paths)
    kept = {number for number in numbers[-keep:] if _is_masked(paths.generation(number))}
    for number in (number for number in numbers if number not in kept):
        if number != live:
            with unclaimed(paths.generation(number).readers) as is_free:
                if is_free:
                    remove_tree(paths.generation(number).folder)
                if paths.generation(number).folder.exists():
                    left.append(number)
    return left


def _is_masked(paths: GenerationPaths) -> bool:
    """Whether a generation was masked by this program's rules, as far as its manifest can be read."""
    try:
        return Manifest.load(paths.manifest).masking_version == MASKING_VERSION
    except DafuError:
        return False


def _numbers(paths: IndexPaths) -> list[int]:
    """Of all generations on the disk, ascending."""
    return sorted(int(path.name) for path in paths.generations.iterdir() if path.name.isdecimal())
