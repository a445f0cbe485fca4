"""Compares what is read off an archive with a clerk's record of it, field by field.

The record is JSON: for each file, by its path below the archive, the fields of Document that the clerk read; for the
third document of a file, `path#3`. Besides Document's own fields it may hold counts, such as `addressees_count`, and
what the passages must and must not hold (see `PASSAGE_FIELDS`).
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from corpus.documents import read_documents
from corpus.errors import DafuError, ReadError
from corpus.masked import masked_document
from corpus.passages import split
from corpus.sources import find_files
from corpus.types import Document

Result = Literal["right", "wrong", "missing", "spurious"]
RESULTS: tuple[Result, ...] = ("right", "wrong", "missing", "spurious")

_DERIVED: Mapping[str, Callable[[Document], Any]] = {
    "contact_present": lambda d: d.contact is not None,
    "question_present": lambda d: d.question is not None,
    "addressees_count": lambda d: len(d.addressees),
    "addressees_first": lambda d: d.addressees[0] if d.addressees else None,
}
PASSAGE_FIELDS = ("passages", "in_passages", "not_passages", "answer_begins", "answer_ends")
"""All passages; texts that some passage holds; texts that none holds; texts in the first and the last of the answer."""
_KNOWN = frozenset({*Document.model_fields, *_DERIVED, *PASSAGE_FIELDS})


@dataclass(frozen=True)
class Comparison:
    """A field of a document, as the clerk and as the parser read it."""

    key: str
    field: str
    expected: Any
    found: Any

    @property
    def result(self) -> Result:
        if self.field == "not_passages":
            return "spurious" if self.found else "right"
        if self.found == self.expected:
            return "right"
        if not self.found:
            return "missing"
        return "wrong" if self.expected else "spurious"


@dataclass(frozen=True)
class ParseFigures:
    """Every comparison, the documents of the record that were not read, and the names that are no field."""

    comparisons: tuple[Comparison, ...]
    unread: tuple[str, ...]
    unknown: tuple[str, ...]

    def count(self, result: Result, field: str | None = None) -> int:
        return sum(c.result == result and field in (None, c.field) for c in self.comparisons)

    @property
    def fields(self) -> list[str]:
        return sorted({c.field for c in self.comparisons})

    def by_document(self) -> dict[str, list[Comparison]]:
        found: dict[str, list[Comparison]] = {}
        for comparison in self.comparisons:
            found.setdefault(comparison.key, []).append(comparison)
        return found

    @property
    def whole(self) -> int:
        """How many documents are right in every field."""
        return sum(all(c.result == "right" for c in made) for made in self.by_document().values())

    def to_json(self) -> dict[str, Any]:
        return {
            "documents": len(self.by_document()),
            "wholly_right": self.whole,
            "fields": len(self.comparisons),
            **{result: self.count(result) for result in RESULTS},
            "by_field": {field: {r: self.count(r, field) for r in RESULTS} for field in self.fields},
            "faults": [
                {"document": c.key, "field": c.field, "result": c.result, "expected": c.expected, "found": c.found}
                for c in self.comparisons
                if c.result != "right"
            ],
            "unread": list(self.unread),
            "not_compared": list(self.unknown),
        }


def read_record(path: Path) -> dict[str, dict[str, Any]]:
    """A clerk's record. Raises DafuError for a file that is none."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DafuError(f"期望 JSON 格式的核对记录，实际 {path} 读不出来（{error}）。请检查路径和内容。") from error
    if not isinstance(record, dict) or not all(isinstance(fields, dict) for fields in record.values()):
        raise DafuError(
            f'期望 {{"文件": {{"字段": 值}}}} 的核对记录，实际 {path} 不是。请参照 tests/data/sample_expected.json。'
        )
    return record


def measure_parse(archive: Path, record: Mapping[str, Mapping[str, Any]]) -> ParseFigures:
    """Reads the files of the archive that the record names, and compares. Raises DafuError where it names none."""
    wanted = {key.partition("#")[0] for key in record}
    documents = {
        key: document
        for file in find_files([archive]).files
        if file.relative in wanted
        for key, document in _documents(file.path, file.relative)
    }
    if not documents:
        raise DafuError(f"期望 {archive} 里有核对记录所列的文件，实际一个也没有。请检查文件夹和记录里的路径。")
    found = [c for key, fields in record.items() if key in documents for c in compare(key, documents[key], fields)]
    unknown = sorted({field for fields in record.values() for field in fields if field not in _KNOWN})
    return ParseFigures(tuple(found), tuple(key for key in record if key not in documents), tuple(unknown))


def compare(key: str, document: Document, fields: Mapping[str, Any]) -> Iterator[Comparison]:
    """Yields a comparison for each field of a record that a document has."""
    facts = document.to_json()
    spans = [(passage.start, passage.end) for passage in split(masked_document(document))]
    passages = [document.text[start:end] for start, end in spans]  # as published, which is what the clerk read
    for field, expected in fields.items():
        if field in PASSAGE_FIELDS:
            if expected is not None:
                yield Comparison(key, field, expected, _of_passages(field, expected, passages))
        elif field in _DERIVED:
            yield Comparison(key, field, expected, _DERIVED[field](document))
        elif field in facts:
            yield Comparison(key, field, expected, facts[field])


def _of_passages(field: str, expected: str | list[str], passages: Sequence[str]) -> str | list[str] | None:
    """What of the expected texts the passages hold; `passages` are all."""
    if field == "passages":
        return list(passages)
    if isinstance(expected, str):
        return expected if any(expected in text for text in passages) else None
    return [text for text in expected if any(text in passage for passage in passages)]


def _documents(path: Path, relative: str) -> Iterator[tuple[str, Document]]:
    try:
        read = [found for found in read_documents(path, relative) if isinstance(found, Document)]
    except ReadError:
        return
    for number, document in enumerate(read, 1):
        if number == 1:
            yield relative, document
        yield f"{relative}#{number}", document
