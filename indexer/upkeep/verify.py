"""Is an index what its manifest says? Every check names what is wrong and where; nothing is changed."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from corpus.errors import DafuError
from indexer.archive.store import Archive
from indexer.build.generation import Generation, current_number
from indexer.build.manifest import Manifest, file_faults
from indexer.engine.local.table import PassageTable
from indexer.engine.local.vectors import VectorIndex
from indexer.paths import IndexPaths

_UNIT_TOLERANCE = 2e-3  # vectors are stored in half precision: 11 bits a value
_READ_AT_ONCE = 10_000  # vectors
_REPORTED = 5  # faults of one kind that are named one by one


def verify(folder: Path) -> list[str]:
    """Faults of the live generation and the archive, a Chinese sentence each; empty where all is well.

    Raises DafuError where there is no index at all.
    """
    paths = IndexPaths(folder)
    number = current_number(paths)
    if number is None:
        raise DafuError(f"{folder} 中没有索引（找不到文件 CURRENT）。请先运行：dafu index 答复文件夹 --into {folder}")
    generation = paths.generation(number)
    try:
        manifest = Manifest.load(generation.manifest)
    except DafuError as error:
        return [str(error)]
    faults = list(file_faults(generation.folder, manifest))
    try:
        archive = Archive.readable(paths.archive)
    except DafuError as error:
        return [*faults, str(error)]
    try:
        faults += [f"{paths.archive}：{fault}" for fault in archive.integrity_faults()]
        if not faults:
            faults += _content_faults(Generation(generation, archive))
    except DafuError as error:
        faults.append(str(error))
    finally:
        archive.close()
    return faults


def _content_faults(generation: Generation) -> Iterator[str]:
    table = generation.table
    yield from _vector_faults(generation)
    indexed = generation.lexical_keys()
    if not np.array_equal(table.key, indexed):
        yield f"词语索引的条目与段落表不一致：应有 {len(table)} 条，实际 {len(indexed)} 条。"
    if generation.encoder.fingerprint != generation.manifest.encoder.fingerprint:
        stated, found = generation.manifest.encoder.fingerprint, generation.encoder.fingerprint
        yield f"编码器的指纹与清单不符：清单 {stated[:12]}，实际 {found[:12]}。"
    reported = 0
    for ordinal, entry in enumerate(table.documents):
        fault = _document_fault(generation, table, ordinal)
        if fault:
            reported += 1
            if reported <= _REPORTED:
                yield f"答复 {entry.doc_id}：{fault}"
    if reported > _REPORTED:
        yield f"另有 {reported - _REPORTED} 份答复的段落位置有误。"


def _vector_faults(generation: Generation) -> Iterator[str]:
    for path, index in (
        (generation.paths.vectors, generation.legs.vectors),
        (generation.paths.document_vectors, generation.legs.document_vectors),
    ):
        broken = sum(_broken(index, first) for first in range(0, index.size, _READ_AT_ONCE))
        if broken:
            yield f"向量索引 {path}：{broken} 个向量不是单位向量或含无效数值。"


def _broken(index: VectorIndex, first: int) -> int:
    """How many of the vectors from row `first` on are neither unit vectors nor zero."""
    norms = np.linalg.norm(index.reconstruct(np.arange(first, min(first + _READ_AT_ONCE, index.size))), axis=1)
    sound = np.isfinite(norms) & ((np.abs(norms - 1) <= _UNIT_TOLERANCE) | (norms == 0))
    return int((~sound).sum())


def _document_fault(generation: Generation, table: PassageTable, ordinal: int) -> str | None:
    try:
        document = generation.document(ordinal)
    except DafuError as error:
        return str(error)
    for row in table.rows_in(ordinal):
        start, end, section = int(table.start[row]), int(table.end[row]), int(table.section[row])
        if not 0 <= start < end <= len(document.text) or section >= len(document.sections):
            return f"第 {int(table.number[row])} 段的位置 {start}–{end} 超出正文（{len(document.text)} 个字符）。"
        bounds = document.sections[section]
        if not bounds.start <= start < end <= bounds.end:
            return f"第 {int(table.number[row])} 段的位置 {start}–{end} 不在所属章节 {bounds.start}–{bounds.end} 内。"
    return None
