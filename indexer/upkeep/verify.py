"""Is an index what its manifest says? Every check names what is wrong and where; nothing is changed."""

from collections.abc import Iterator
from pathlib import Path

from corpus.errors import DafuError
from indexer.archive import open_archive
from indexer.build.generation import Generation, current_number
from indexer.build.manifest import Manifest, file_faults
from indexer.engine.protocol import DocumentEntry
from indexer.paths import IndexPaths

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
        archive = open_archive(paths.archive)
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
    yield from generation.engine.faults()
    if generation.encoder.fingerprint != generation.manifest.encoder.fingerprint:
        stated, found = generation.manifest.encoder.fingerprint, generation.encoder.fingerprint
        yield f"编码器的指纹与清单不符：清单 {stated[:12]}，实际 {found[:12]}。"
    reported = 0
    for entry in generation.engine.entries():
        fault = _document_fault(generation, entry)
        if fault:
            reported += 1
            if reported <= _REPORTED:
                yield f"答复 {entry.doc_id}：{fault}"
    if reported > _REPORTED:
        yield f"另有 {reported - _REPORTED} 份答复的段落位置有误。"


def _document_fault(generation: Generation, entry: DocumentEntry) -> str | None:
    try:
        document = generation.document(entry)
    except DafuError as error:
        return str(error)
    for passage in generation.engine.passages_of(entry.key):
        start, end, section = passage.start, passage.end, passage.section
        if not 0 <= start < end <= len(document.text) or section >= len(document.sections):
            return f"第 {passage.number} 段的位置 {start}–{end} 超出正文（{len(document.text)} 个字符）。"
        bounds = document.sections[section]
        if not bounds.start <= start < end <= bounds.end:
            return f"第 {passage.number} 段的位置 {start}–{end} 不在所属章节 {bounds.start}–{bounds.end} 内。"
    return None
