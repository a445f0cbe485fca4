"""What facts are worth that are read off an archive: each part against a set that a person judged by hand.

To add a part: a function from documents and judged lines to Measured, named in PARTS by its file of the judged folder.
Judged lines have `thread`: odd threads are the development set, on which rules were made, even ones the test set.
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
from eval.fact_scores import Fault, Measured, Score
from eval.figure_facts import measure_figures

Documents = Mapping[str, Document]
"""The masked documents by the path of their file below the archive; `path#2` is a file's second."""
Line = dict[str, Any]

PARTS: Mapping[str, Callable[[Documents, Sequence[Line]], Measured]] = {"figures.jsonl": measure_figures}


@dataclass(frozen=True)
class FactsFigures:
    """What was measured, part after part."""

    scores: tuple[Score, ...]
    faults: tuple[Fault, ...]

    def to_json(self) -> dict[str, Any]:
        return {"scores": [score.to_json() for score in self.scores], "faults": [asdict(f) for f in self.faults]}


def measure_facts(archive: Path, judged: Path) -> FactsFigures:
    """Measures each part that the judged folder has a file of. Raises DafuError where it has none."""
    files = [name for name in PARTS if (judged / name).is_file()]
    if not files:
        raise DafuError(f"期望 {judged} 里有评判（{'、'.join(PARTS)}），实际一个也没有。请检查 --judged 的文件夹。")
    lines = {name: read_lines(judged / name) for name in files}
    documents = _documents(archive, {str(line.get("file")) for each in lines.values() for line in each})
    measured = [PARTS[name](documents, lines[name]) for name in files]
    return FactsFigures(
        tuple(score for each in measured for score in each.scores),
        tuple(fault for each in measured for fault in each.faults),
    )


def read_lines(path: Path) -> list[Line]:
    """The judged lines of a JSONL file. Raises DafuError for a line that is no object."""
    found: list[Line] = []
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            line = json.loads(text)
        except ValueError as error:
            raise DafuError(
                f"期望每行一个 JSON 对象，实际 {path} 第 {number} 行读不出来（{error}）。请改正这一行。"
            ) from error
        if not isinstance(line, dict) or not isinstance(line.get("thread"), int):
            raise DafuError(f"期望每行有整数 thread，实际 {path} 第 {number} 行没有。请参照 eval/sample/README.md。")
        found.append(line)
    return found


def _documents(archive: Path, wanted: set[str]) -> dict[str, Document]:
    found: dict[str, Document] = {}
    for file in find_files([archive]).files:
        if any(name.partition("#")[0] == file.relative for name in wanted):
            read = [each for each in read_documents(file.path, file.relative) if not isinstance(each, ReadError)]
            masked = [masked_document(document) for document in read]
            found |= {f"{file.relative}#{number}": document for number, document in enumerate(masked, 1)}
            found |= {file.relative: masked[0]} if masked else {}
    if not found:
        raise DafuError(f"期望 {archive} 里有评判所列的文件，实际一个也没有。请检查文件夹和评判里的路径。")
    return found
