"""Takes documents that no file carries any more off the disk: out of the archive, the old generations and every file of
the index, and looks for what it took out in the bytes of all that is left.

Not for: taking a document out of the search. An update that prunes does that at once; until the purge the archive has
its text, so that a file removed by mistake costs nothing.
"""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from corpus.errors import DafuError
from corpus.masked import masked_document
from corpus.types import Document
from indexer.archive import Archive, VersionKey, open_archive
from indexer.archive.fingerprints import text_hash
from indexer.build.generation import Generation, current_number
from indexer.build.generation_writer import write_generation
from indexer.build.masked import masked_from
from indexer.build.plan import live_analyzer, next_number, plan_of, remove_old, reusable
from indexer.build.slow_vectors import texts_of
from indexer.durable import disk_faults
from indexer.paths import IndexPaths
from indexer.progress import Progress
from indexer.retention import RETENTION_DAYS
from indexer.terms.analyzer import Analyzer
from indexer.terms.kinds import KINDS, Kind, Terms, terms_of
from indexer.upkeep.locks import exclusive

_READERS_SECONDS = 60.0
"""That the readers of old generations are waited for: a server opens a new one within a second or two."""

_SOUGHT_DOCUMENTS, _SOUGHT_PIECES = 20, 3
"""Whose bytes are searched for, and pieces of each, the longest: a gigabyte is read once for each of the 60,
or twice as many where all have personal data."""
_READ_AT_ONCE = 32_000_000  # bytes
_SHORTEST_PIECE, _LONGEST_PIECE = 12, 60  # characters: a shorter one stands in many documents


@dataclass(frozen=True)
class Purge:
    """What is to go: documents that no file has carried for so many days; of `doc_ids` alone, and at once, where any
    are given. With `superseded` also the earlier texts of documents that a file carries."""

    older_than_days: int = RETENTION_DAYS
    doc_ids: tuple[str, ...] = ()
    superseded: bool = False


class Purged(NamedTuple):
    """What went, in sentences."""

    letters: int
    versions: int
    lines: tuple[str, ...]


def is_due(folder: Path, wanted: Purge) -> bool:
    """Whether there is anything to purge."""
    with closing(open_archive(IndexPaths(folder).archive)) as archive:
        return bool(_chosen(archive, wanted))


def purge(folder: Path, wanted: Purge, progress: Progress) -> Purged:
    """Take it off the disk. Killed at any moment, the next run does it again from the start.

    Raises DafuError for a document that a file still carries, while an old generation is being read, and where any of
    what was taken out is found in the index all the same.
    """
    paths = IndexPaths(folder)
    if current_number(paths) is None:
        raise DafuError(f"{folder} 中没有索引（找不到文件 CURRENT）。请检查路径。")
    with disk_faults(folder), exclusive(paths.lock), closing(open_archive(paths.archive, writable=True)) as archive:
        versions = _chosen(archive, wanted)
        traces = _Traces.of([archive.document(version) for version in versions], live_analyzer(paths))
        if versions:
            _renew(paths, archive, traces.terms, progress)
        _remove_old(paths)
        archive.delete(versions)
        _forget_vectors(archive)
        archive.compact()
        beside = traces.check(paths, archive)
    letters = len({version.doc_id for version in versions})
    return Purged(letters, len(versions), tuple(_lines(letters, len(versions), traces, beside)))


def _chosen(archive: Archive, wanted: Purge) -> list[VersionKey]:
    """Raises DafuError for a document that was asked for by name and cannot go."""
    if not wanted.doc_ids:
        until = datetime.now(UTC) - timedelta(days=wanted.older_than_days)
        return archive.orphans(until.isoformat(timespec="seconds"), superseded=wanted.superseded)
    for doc_id in wanted.doc_ids:
        if not archive.versions(doc_id):
            raise DafuError(f"档案库中没有编号为 {doc_id} 的答复，什么也没有清除。编号见答复页面的网址。")
        carriers = archive.files_holding(doc_id)
        if carriers and not wanted.superseded:
            raise DafuError(
                f"{doc_id} 仍由文件 {'、'.join(carriers)} 收录，什么也没有清除：清除后下次更新又会读入。"
                "请先从来源中删除它，再运行 dafu index --prune（dafu watch 会自动移除）。"
                "只清除它以前的版本，请加 --superseded。"
            )
    every = archive.orphans(datetime.max.isoformat(), superseded=wanted.superseded)
    return [version for version in every if version.doc_id in wanted.doc_ids]


def _renew(paths: IndexPaths, archive: Archive, forgotten: Terms, progress: Progress) -> None:
    """A new generation that never knew these terms, but for those that other documents hold too."""
    with reusable(paths, None, retrain=False) as basis:
        plan = plan_of(archive.live(), basis, retrain=False)._replace(forgotten=forgotten)
        write_generation(paths, next_number(paths, basis.old), archive, basis.old, plan, progress)


def _forget_vectors(archive: Archive) -> None:
    """Leaves the vectors of what the live documents say alone: those of a calibration's texts go with the others."""
    read = masked_from(archive)
    said = {text_hash(text) for version in archive.live() for text in texts_of(read(version))}
    with archive.transaction():
        archive.vectors.keep(said)


def _remove_old(paths: IndexPaths) -> None:
    """All generations but the live one. Raises DafuError where somebody goes on reading one."""
    deadline = time.monotonic() + _READERS_SECONDS
    live = current_number(paths)
    assert live is not None
    while left := remove_old(paths, live, keep=1):
        if time.monotonic() > deadline:
            raise DafuError(
                f"第 {'、'.join(map(str, left))} 代索引仍有进程在读或删不掉，其中还有要清除的内容，清除没有完成。"
                "请等服务切换到新的一代，或停止读它的程序，检查磁盘和权限，再重新运行。"
            )
        time.sleep(0.2)


class _Traces(NamedTuple):
    """What would tell that documents are still there: pieces of their text, as published and as masked, and the terms
    of both: a generation has the masked text, and one that an earlier program wrote had the published."""

    pieces: tuple[str, ...]
    terms: dict[Kind, Counter[str]]
    letters: int

    @classmethod
    def of(cls, documents: Sequence[Document], analyzer: Analyzer) -> "_Traces":
        terms: dict[Kind, Counter[str]] = {kind: Counter() for kind in KINDS}
        masked = [masked_document(document) for document in documents]
        for document in (*documents, *masked):
            for text in (document.title, document.question, document.text):
                for kind, counts in terms_of(text, analyzer).items() if text else ():
                    terms[kind].update(counts)
        step = -(-len(documents) // _SOUGHT_DOCUMENTS) or 1
        sought = (*documents[::step], *masked[::step])
        pieces = dict.fromkeys(piece for document in sought for piece in _pieces(document))
        return cls(tuple(pieces), terms, len(documents[::step]))

    def check(self, paths: IndexPaths, archive: Archive) -> list[Path]:
        """The files beside the index, such as a log of queries, that have any of it that no other document has.

        Raises DafuError where a file of the index has.
        """
        found = self._in_bytes(paths.folder, archive)
        ours = [p for p in found if p.is_relative_to(paths.generations) or p.name.startswith(paths.archive.name)]
        faults = [*(f"{path}：还有正文的片段。" for path in ours), *self._in_terms(paths)]
        if faults:
            raise DafuError("已清除，但核对时仍找到被清除的内容：\n" + "\n".join(f"  {fault}" for fault in faults))
        return [path for path in found if path not in ours]

    def _in_bytes(self, folder: Path, archive: Archive) -> list[Path]:
        files = sorted(path for path in folder.rglob("*") if path.is_file()) if self.pieces else []
        return [path for path in files if any(not archive.contains_text(p) for p in _found_in(path, self.pieces))]

    def _in_terms(self, paths: IndexPaths) -> Iterator[str]:
        with closing(Generation.open_current(paths.folder)) as live:
            gone = live.engine.unheld(self.terms)
            lingering = live.engine.remembered({kind: gone[kind] for kind in ("words", "bigrams")})
            if lingering:
                yield f"{live.paths.lexical_passages}：还有只在其中出现过的词，共 {len(lingering)} 个。"
            lingering = live.encoder.remembered([*gone["words"], *gone["bigrams"]])
            if lingering:
                yield f"{live.paths.encoder}：还有只在其中出现过的词，共 {len(lingering)} 个。"


def _found_in(path: Path, pieces: Sequence[str]) -> set[str]:
    """Those of the pieces whose UTF-8 bytes stand in the file."""
    sought = {piece: piece.encode("utf-8") for piece in pieces}
    overlap = max(map(len, sought.values()))
    found, end = set(), b""
    try:
        with path.open("rb") as file:
            while data := file.read(_READ_AT_ONCE):
                data = end + data
                found |= {piece for piece, needle in sought.items() if needle in data}
                end = data[-overlap:]
    except FileNotFoundError:  # a temporary file of a server's
        pass
    return found


def _pieces(document: Document) -> list[str]:
    """Of the text's lines the longest, each a run without what JSON escapes."""
    texts = [document.title or "", document.question or "", document.text]
    lines = {run.strip() for text in texts for line in text.splitlines() for run in line.replace("\\", '"').split('"')}
    long = sorted((line for line in lines if len(line) >= _SHORTEST_PIECE), key=lambda line: (-len(line), line))
    return [line[:_LONGEST_PIECE] for line in long[:_SOUGHT_PIECES]]


def _lines(letters: int, versions: int, traces: _Traces, beside: Sequence[Path]) -> Iterator[str]:
    if not versions:
        yield "没有到期的、已移除的答复；旧的世代已删去，档案库已压实。"
        return
    yield f"已清除 {letters} 份答复的 {versions} 个版本，并删去旧的世代、重写了词语索引。"
    yield (
        f"已核对：在索引的全部文件中逐字节查找了其中 {traces.letters} 个版本的 {len(traces.pieces)} 个片段和"
        "只有它们才有的词，都已找不到。备份文件不在核对之内。"
    )
    for path in beside:
        yield f"注意：{path} 不属于索引，其中的记录（如查询的原文）还有同样的文字，没有改动。"
