"""What facts are worth that are read off an archive: each part against a set that a person judged by hand.

To add a part: a function from documents and judged lines to Measured, named in PARTS by its file of the judged folder,
or, for a conclusion over many documents, one from an index, named in INDEX_PARTS. Judged lines say which half they
belong to: by `thread` (odd: the development set, on which rules were made; even: the test set), or by `split`.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from corpus.documents import read_documents
from corpus.errors import DafuError, ReadError
from corpus.masked import masked_document
from corpus.sources import find_files
from corpus.types import Document
from eval.conflicts import measure_conflicts
from eval.current_answers import measure_current
from eval.fact_scores import Fault, Mean, Measured, Score
from eval.figure_facts import measure_figures
from eval.lineage import measure_lineage
from eval.verdict_facts import measure_verdicts
from indexer.snapshot import Snapshot, open_index

Documents = Mapping[str, Document]
"""The masked documents by the path of their file below the archive; `path#2` is a file's second."""
Line = dict[str, Any]

PARTS: Mapping[str, Callable[[Documents, Sequence[Line]], Measured]] = {"figures.jsonl": measure_figures}
INDEX_PARTS: Mapping[str, Callable[[Snapshot, Sequence[Line]], Measured]] = {
    "current.jsonl": measure_current,
    "lineage.jsonl": measure_lineage,
    "conflicts.jsonl": measure_conflicts,
    "verdicts.jsonl": measure_verdicts,
}


@dataclass(frozen=True)
class FactsFigures:
    """What was measured, part after part."""

    scores: tuple[Score, ...]
    faults: tuple[Fault, ...]
    means: tuple[Mean, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "scores": [score.to_json() for score in self.scores],
            "means": [asdict(mean) for mean in self.means],
            "faults": [asdict(f) for f in self.faults],
        }


def measure_facts(archive: Path, judged: Path, index: Path | None = None) -> FactsFigures:
    """Measures each part that the judged folder has a file of; those that need an index where one is given.

    Raises DafuError where nothing is left to measure.
    """
    files = [name for name in PARTS if (judged / name).is_file()]
    indexed = [name for name in INDEX_PARTS if index and (judged / name).is_file()]
    if not files and not indexed:
        raise DafuError(
            f"期望 {judged} 里有评判（{'、'.join(PARTS)}；给出 --index 时还有 {'、'.join(INDEX_PARTS)}），"
            "实际一个也没有。请检查 --judged 的文件夹。"
        )
    lines = {name: read_lines(judged / name, "thread", int) for name in files}
    documents = _documents(archive, {str(line.get("file")) for each in lines.values() for line in each})
    measured = [PARTS[name](documents, lines[name]) for name in files]
    if index and indexed:
        snapshot = open_index(index)
        measured += [INDEX_PARTS[name](snapshot, read_lines(judged / name, "split", str)) for name in indexed]
    return FactsFigures(
        tuple(score for each in measured for score in each.scores),
        tuple(fault for each in measured for fault in each.faults),
        tuple(mean for each in measured for mean in each.means),
    )


def read_lines(path: Path, half: str, kind: type) -> list[Line]:
    """The judged lines of a JSONL file. Raises DafuError for a line that is no object, or does not say which half it
    belongs to in the field `half`, of that kind."""
    found: list[Line] = []
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            line = json.loads(text)
        except ValueError as error:
            raise DafuError(
                f"期望每行一个 JSON 对象，实际 {path} 第 {number} 行读不出来（{error}）。请改正这一行。"
            ) from error
        if not isinstance(line, dict) or not isinstance(line.get(half), kind):
            raise DafuError(f"期望每行写明 {half}，实际 {path} 第 {number} 行没有。请参照 eval/sample/README.md。")
        found.append(line)
    return found


def _documents(archive: Path, wanted: set[str]) -> dict[str, Document]:
    found: dict[str, Document] = {}
    if not wanted:
        return found
    for file in find_files([archive]).files:
        if any(name.partition("#")[0] == file.relative for name in wanted):
            read = [each for each in read_documents(file.path, file.relative) if not isinstance(each, ReadError)]
            masked = [masked_document(document) for document in read]
            found |= {f"{file.relative}#{number}": document for number, document in enumerate(masked, 1)}
            found |= {file.relative: masked[0]} if masked else {}
    if not found:
        raise DafuError(f"期望 {archive} 里有评判所列的文件，实际一个也没有。请检查文件夹和评判里的路径。")
    return found
