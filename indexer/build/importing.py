"""Source files into the archive: what is unchanged is not read again, what cannot be read is one line of the report."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from pathlib import Path
from typing import Literal, NamedTuple

from corpus.documents import PARSER_VERSION, read_documents
from corpus.errors import ReadError
from corpus.sources import SkippedFile, SourceFile, name_of
from corpus.types import OPEN_SCOPE, Document
from indexer.archive import Archive, Failure, FileState
from indexer.progress import Progress

_Outcome = Literal["read", "unchanged", "unreadable"]


class Imported(NamedTuple):
    """What an import did: the files that are there by their resolved paths, and each of them counted once.

    `read` are those that were read now; `unchanged` those that were not, because nothing about them changed;
    `unreadable` those that gave nothing, now or when they were last read.
    """

    present: frozenset[str]
    read: int
    unchanged: int
    unreadable: int
    missing: tuple[str, ...]
    failures: tuple[Failure, ...]


def import_files(
    archive: Archive,
    files: Sequence[SourceFile],
    sources: Sequence[Path],
    *,
    prune: bool,
    progress: Progress,
    skipped: Sequence[SkippedFile] = (),
) -> Imported:
    """Bring the archive up to date with the files. Each file is a transaction: a kill loses at most the one in hand.

    A document that names no scope has that of the innermost of the archive's `scopes` that its file lies below.
    Files that the archive knows below `sources` and that are gone are `missing`; `prune` takes out what they carried,
    and what has another scope now goes all the same: it cannot be read again.
    """
    known, scopes = archive.files(), _Scopes(archive)
    with_documents = archive.files_with_documents()
    counts: Counter[_Outcome] = Counter()
    failures: list[Failure] = []
    names = [name_of(file.resolved) for file in files]
    for done, (name, file) in enumerate(zip(names, files, strict=True)):
        progress("读取文件", done, len(files))
        try:
            outcome, errors = _import_file(archive, file, name, known.get(name), scopes.of(name))
        except OSError as error:
            outcome = "unreadable"
            errors = (f"{file.relative}：读取时文件不见了或无法打开（{error.strerror or error}）。",)
        if outcome == "unchanged" and errors and name not in with_documents:
            outcome = "unreadable"
        counts[outcome] += 1
        failures += [Failure(file.relative, reason) for reason in errors]
    progress("读取文件", len(files), len(files))
    present = frozenset(names)
    missing = missing_files(known, present, sources, skipped)
    with archive.transaction():
        for name in missing:
            if prune or known[name].scope != scopes.of(name):
                archive.forget_file(name)
    return Imported(present, counts["read"], counts["unchanged"], counts["unreadable"], tuple(missing), tuple(failures))


def _import_file(
    archive: Archive, file: SourceFile, name: str, before: FileState | None, scope: str
) -> tuple[_Outcome, tuple[str, ...]]:
    """Whether the file was read, and what was wrong with it. Raises OSError for one that vanishes."""
    stat = file.path.stat()
    current = before is not None and (before.parser, before.scope) == (PARSER_VERSION, scope)
    if before and current and (before.size, before.mtime_ns) == (stat.st_size, stat.st_mtime_ns):
        return "unchanged", before.errors
    with file.path.open("rb") as opened:
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    if before and current and before.sha256 == sha256:
        archive.touch_file(name, stat.st_size, stat.st_mtime_ns)
        return "unchanged", before.errors
    documents, errors = _read(file)
    after = file.path.stat()
    if (after.st_size, after.st_mtime_ns) != (stat.st_size, stat.st_mtime_ns):
        return "unreadable", (f"{file.relative}：读取时文件还在改动，这次没有采用。请在它写完后重新运行。",)
    state = FileState(stat.st_size, stat.st_mtime_ns, sha256, PARSER_VERSION, errors, scope)
    with archive.transaction():
        if before and before.scope == scope and errors and not documents:
            archive.mark_unreadable(name, state)
        else:
            archive.put_file(name, state, documents)
    return "unreadable" if errors and not documents else "read", errors


class _Scopes:
    """Which scope a file's documents have by where it lies."""

    def __init__(self, archive: Archive) -> None:
        self._given = {Path(folder): scope for folder, scope in archive.scopes().items()}

    def of(self, name: str) -> str:
        path = Path(name)
        return next((self._given[folder] for folder in (path, *path.parents) if folder in self._given), OPEN_SCOPE)


def _read(file: SourceFile) -> tuple[list[Document], tuple[str, ...]]:
    documents: list[Document] = []
    errors: list[str] = []
    try:
        for outcome in read_documents(file.path, file.relative):
            if isinstance(outcome, ReadError):
                errors.append(str(outcome))
            else:
                documents.append(outcome)
    except ReadError as error:
        errors.append(str(error))
    return documents, tuple(errors)


def missing_files(
    known: Iterable[str], present: Set[str], sources: Sequence[Path], skipped: Sequence[SkippedFile]
) -> list[str]:
    """The known files below the sources that are gone, by their resolved paths, ascending.

    What was skipped is there all the same, and so is what lies in a folder that could not be looked into.
    """
    roots = [Path(name_of(source.resolve())) for source in sources]
    there = {Path(name_of(file.resolved)) for file in skipped}
    return sorted(
        name
        for name in known
        if name not in present
        and any(Path(name).is_relative_to(root) for root in roots)
        and there.isdisjoint((Path(name), *Path(name).parents))
    )
