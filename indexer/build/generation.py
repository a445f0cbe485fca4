"""A generation on the disk, opened: manifest, encoder, engine, and the documents behind its keys."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Lock

from cachetools import LRUCache, cached

from corpus.errors import DafuError
from corpus.masked import MASKING_VERSION
from corpus.types import Document
from indexer import encoders
from indexer.archive import Archive, open_archive
from indexer.build.manifest import Manifest, file_faults
from indexer.build.masked import masked_from
from indexer.engine.local import LocalEngine
from indexer.engine.protocol import DocumentEntry
from indexer.paths import GenerationPaths, IndexPaths
from indexer.terms.analyzer import DEFAULT, Analyzer
from indexer.terms.dictionary import Dictionary
from indexer.upkeep.locks import Claim, claim

_KEPT_DOCUMENTS = 512  # opened, and as many masked; a document is about 10 kB


def current_number(paths: IndexPaths) -> int | None:
    """The number in CURRENT; None where there is no index yet. Raises DafuError where the file is damaged."""
    try:
        text = paths.current.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise DafuError(f"无法读取 {paths.current}（{error}）。请从备份恢复，或重新运行 dafu index。") from error
    if not text.isdecimal():
        raise DafuError(f"{paths.current} 应为一个世代编号，实际是“{text[:40]}”。请从备份恢复，或重新运行 dafu index。")
    return int(text)


Identity = tuple[int, int, int, int]
"""Of a generation on the disk: another one where another folder was put in its place, whatever number it has."""


def identity_of(paths: GenerationPaths) -> Identity | None:
    """The identity of the generation that lies there now; None where none does. A manifest is never written twice."""
    try:
        found = paths.manifest.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size


class Generation:
    """One generation, opened. Safe from any thread; raises DafuError where something does not fit this program.

    `document` gives a document as stored, unmasked; `masked` as it is indexed and may leave the system, its personal
    data masked; offsets hold.
    """

    def __init__(self, paths: GenerationPaths, archive: Archive) -> None:
        self.paths = paths
        self.identity = identity_of(paths)
        self.manifest = Manifest.load(paths.manifest)
        self.analyzer = analyzer_of(paths)
        if self.manifest.analyzer_version != self.analyzer.version:
            raise DafuError(
                f"索引 {paths.folder} 的分词版本是 {self.manifest.analyzer_version}，"
                f"本程序使用 {self.analyzer.version}。请重新运行 dafu index，它会重建索引。"
            )
        if self.manifest.masking_version != MASKING_VERSION:
            raise DafuError(
                f"索引 {paths.folder} 的遮盖规则版本是 {self.manifest.masking_version}，"
                f"本程序使用 {MASKING_VERSION}。请重新运行 dafu index，它会从档案库重建索引。"
            )
        self.archive = archive
        # Functions of the archive and not methods: what the engine holds must not hold the generation.
        self.document = _remembering(partial(_stored, archive))
        self.masked = _remembering(partial(_masked, archive))
        self.engine = LocalEngine.open(paths, self.masked)
        if self.engine.size != (self.manifest.documents, self.manifest.passages):
            raise DafuError(
                f"索引 {paths.folder} 与清单的数目不一致：清单记录答复 {self.manifest.documents} 份、"
                f"段落 {self.manifest.passages} 个，实有 {self.engine.size.documents} 份、"
                f"{self.engine.size.passages} 个。请运行 dafu verify 检查。"
            )
        encoder, share = encoders.load(paths.encoder), self.manifest.calibration.slow_share
        self.encoder = encoder if share is None else encoder.weighed(share)
        self._claim: Claim | None = None

    @classmethod
    def open_current(cls, folder: Path, *, checked: bool = False) -> "Generation":
        """The live generation of an index folder, claimed: it stays on the disk until it is closed or forgotten.

        `checked`, its files are those that were written, byte for byte: for whoever answers from it (0.7 s for 700 MB).
        """
        paths = IndexPaths(folder)
        while True:
            number = current_number(paths)
            if number is None:
                raise DafuError(
                    f"{folder} 中没有索引（找不到文件 CURRENT）。请先运行：dafu index 答复文件夹 --into {folder}"
                )
            claimed = claim(paths.generation(number).readers)
            try:
                if checked:
                    _check_files(paths.generation(number))
                found = cls(paths.generation(number), open_archive(paths.archive))
            except DafuError:
                if current_number(paths) == number:
                    raise
                continue  # another was named, and this one removed, between the two lines above
            found._claim = claimed
            return found

    @property
    def number(self) -> int:
        return self.manifest.generation

    @property
    def slow_share(self) -> float | None:
        """How much of its encoder's slow part is made, from 0 to 1; None where it has none. Below 1 it is not used."""
        slow, passages = self.encoder.slow, self.manifest.passages
        if slow is None:
            return None
        if not self.manifest.lacking:
            return 1.0
        return min(0.99, self.archive.vectors.count(slow.fingerprint) / max(1, passages))

    def close(self) -> None:
        self.engine.close()
        self.archive.close()
        if self._claim:
            self._claim.release()


def _remembering(read: Callable[[DocumentEntry], Document]) -> Callable[[DocumentEntry], Document]:
    kept: LRUCache[int, Document] = LRUCache(_KEPT_DOCUMENTS)
    return cached(kept, key=lambda entry: entry.key, lock=Lock())(read)


def _stored(archive: Archive, entry: DocumentEntry) -> Document:
    return archive.document(entry.version)


def _masked(archive: Archive, entry: DocumentEntry) -> Document:
    return masked_from(archive)(entry.version)


def analyzer_of(paths: GenerationPaths) -> Analyzer:
    """The analyzer of a generation, with the bureau's own words where it has any. Raises DictionaryError."""
    return Analyzer(Dictionary.read(paths.dictionary)) if paths.dictionary.is_file() else DEFAULT


def _check_files(paths: GenerationPaths) -> None:
    """Raises DafuError for a byte that is not as it was written: it would change scores, and nobody would know."""
    if fault := next(file_faults(paths.folder, Manifest.load(paths.manifest)), None):
        raise DafuError(f"{fault}请重新运行 dafu index，它会从档案库重建；或从备份恢复。")
