"""Source files into the archive: what is unchanged is not read again, what cannot be read is one line of the report."""

from collections import Counter
from collections.abc import Iterable, Sequence, Set
from pathlib import Path
from threading import Lock
from typing import Literal, NamedTuple

from corpus.documents import PARSER_VERSION
from corpus.readers import too_large
from corpus.readers.scans import NOT_RECOGNISED
from corpus.sandbox import READING, Reading, Request, read_files
from corpus.sources import SkippedFile, SourceFile, name_of
from indexer.archive import Archive, Failure, FileState
from indexer.build.manifest import sha256_of
from indexer.build.placing import Places
from indexer.progress import Progress

_Outcome = Literal["read", "unchanged", "unreadable", "other"]
"""A file was read now; nothing about it changed; it gave nothing, now or when it was last read; it holds no reply."""

_NO_REPLY = "不是答复（会议纪要、通知、空表等），按 --only-replies 没有收入"
_ONLY_REPLIES = "+only-replies"
"""Behind the parser's version: with and without the option the same file gives other documents."""


class Imported(NamedTuple):
    """What an import did: the files that are there by their resolved paths, and how many of them had which outcome.

    `left_out` are the files that were skipped and those that hold what is no reply, where only replies are wanted.
    """

    present: frozenset[str]
    counts: Counter[_Outcome]
    missing: tuple[str, ...]
    failures: tuple[Failure, ...]
    left_out: tuple[Failure, ...]


class Chosen(NamedTuple):
    """What whoever updates an archive has chosen (see BuildOptions)."""

    widen: bool = False
    only_replies: bool = False
    ocr: bool = True


_USUAL = Chosen()


def import_files(
    archive: Archive,
    files: Sequence[SourceFile],
    sources: Sequence[Path],
    *,
    prune: bool,
    progress: Progress,
    skipped: Sequence[SkippedFile] = (),
    chosen: Chosen = _USUAL,
) -> Imported:
    """Bring the archive up to date with the files. Each file is a transaction: a kill loses at most the one in hand.

    A document has the scope of its file's place and its own, whichever is narrower, and what restricted it before,
    unless `widen` is chosen: then every file is read again. With `ocr`, pages that are pictures are recognised, also
    those of files that were read without. Files that the archive knows below `sources` and that are gone are `missing`;
    `prune` takes out what they carried, and what has another scope now goes all the same: it cannot be read again.
    """
    known, places = archive.files(), Places(archive)
    with_documents = archive.files_with_documents()
    counts, failures, known_still = Counter[_Outcome](), list[Failure](), set[str]()
    left_out = {name_of(file.resolved): Failure(file.relative, file.reason) for file in skipped}
    names = [name_of(file.resolved) for file in files]
    looks = (
        _look(file, known.get(name), places.scope_of(name), chosen) for name, file in zip(names, files, strict=True)
    )
    readings = read_files(((look, look.request(chosen.ocr)) for look in looks), READING, _Scans(progress).told)
    for done, (name, (look, reading)) in enumerate(zip(names, readings, strict=True)):
        progress("读取文件", done, len(files))
        replies = _replies(reading) if chosen.only_replies else reading
        known_still |= set() if reading else {name}
        outcome, errors = _settle(archive, name, look, replies, widen=chosen.widen)
        is_unreadable = outcome == "unchanged" and errors and name not in with_documents
        outcome = "unreadable" if is_unreadable else outcome
        if dropped := _dropped(reading, replies):
            left_out[name] = Failure(look.file.relative, dropped)
            outcome = "other" if dropped == _NO_REPLY else outcome
        counts[outcome] += 1
        failures += [Failure(look.file.relative, reason) for reason in errors]
    progress("读取文件", len(files), len(files))
    missing = missing_files(known, present := frozenset(names), sources, skipped)
    with archive.transaction():
        for name in missing:
            if prune or known[name].scope != places.scope_of(name):
                archive.forget_file(name)
        archive.renew_alarms()
        archive.left_out.renew({n: f.reason for n, f in left_out.items()}, known_still, _below(sources))
    return Imported(present, counts, tuple(missing), tuple(failures), tuple(left_out.values()))


def _below(sources: Sequence[Path]) -> list[str]:
    return [name_of(source.resolve()) for source in sources]


def _replies(reading: Reading | None) -> Reading | None:
    return reading and reading._replace(documents=tuple(d for d in reading.documents if d.role != "none"))


def _dropped(reading: Reading | None, replies: Reading | None) -> str | None:
    """What to say of the documents of a file that are not taken in."""
    if not reading or not replies or len(reading.documents) == len(replies.documents):
        return None
    dropped = len(reading.documents) - len(replies.documents)
    return f"其中 {dropped} 份{_NO_REPLY}" if replies.documents or reading.errors else _NO_REPLY


class _Look(NamedTuple):
    """A file before it is read: what the archive has of it, and what it is now; None where it vanished or cannot be
    opened. `errors` are what is wrong with it already; `again`, it is read whether it changed or not."""

    file: SourceFile
    before: FileState | None
    now: FileState | None
    errors: tuple[str, ...] = ()
    again: bool = False

    @property
    def is_known(self) -> bool:
        """Whether the archive has what this content gives."""
        if self.before is None or self.now is None or self.errors or self.again:
            return False
        return self.before[2:4] == self.now[2:4] and self.before.scope == self.now.scope

    def request(self, ocr: bool) -> Request | None:
        if self.now is None or self.errors or self.is_known:
            return None
        return Request(self.file.path, self.file.relative, self.now.size, ocr=ocr)


class _Scans:
    """Tells how many pages of scans have been recognised, and of how many that are known of."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._lock = progress, Lock()
        self._begun = self._pages = 0

    def told(self, page: int, pages: int) -> None:
        with self._lock:
            self._begun += 1
            self._pages += pages if page == 1 else 0
            self._progress("识别扫描页", self._begun, self._pages)


def _look(file: SourceFile, before: FileState | None, scope: str, chosen: Chosen) -> _Look:
    """Asks the size and time of change first: a file that is unchanged or too large is not opened."""
    unread = before is not None and any(NOT_RECOGNISED in error for error in before.errors)
    again = chosen.widen or (chosen.ocr and unread)
    try:
        stat = file.path.stat()
        parser = PARSER_VERSION + _ONLY_REPLIES * chosen.only_replies
        now = FileState(stat.st_size, stat.st_mtime_ns, "", parser, (), scope)
        if before and not again and now._replace(sha256=before.sha256, errors=before.errors) == before:
            return _Look(file, before, before)
        if reason := too_large(stat.st_size):
            return _Look(file, before, now, (f"{file.relative}：{reason}",))
        sha256 = sha256_of(file.path)
    except OSError as error:
        return _Look(file, before, None, (_vanished(file, error),))
    return _Look(file, before, now._replace(sha256=sha256), again=again)


def _settle(
    archive: Archive, name: str, look: _Look, reading: Reading | None, *, widen: bool
) -> tuple[_Outcome, tuple[str, ...]]:
    """Brings the archive up to date with a file. Whether it was read, and what was wrong with it."""
    before, now, errors = look.before, look.now, look.errors
    if now is None:
        return "unreadable", errors
    if before and look.is_known:
        if before[:2] != now[:2]:
            archive.touch_file(name, now.size, now.mtime_ns)
        return "unchanged", before.errors
    if changed := _changed_meanwhile(look.file, now):
        return "unreadable", (changed,)
    documents, errors = (reading.documents, reading.errors) if reading else ((), errors)
    state = now._replace(errors=errors)
    with archive.transaction():
        if before and before.scope == now.scope and errors and not documents:
            archive.mark_unreadable(name, state)
        else:
            archive.put_file(name, state, documents, widen=widen)
    return "unreadable" if errors and not documents else "read", errors


def _changed_meanwhile(file: SourceFile, before: FileState) -> str | None:
    """What to say of a file that is no longer what it was when it was looked at."""
    try:
        stat = file.path.stat()
    except OSError as error:
        return _vanished(file, error)
    if (stat.st_size, stat.st_mtime_ns) == before[:2]:
        return None
    return f"{file.relative}：读取时文件还在改动，这次没有采用。请在它写完后重新运行。"


def _vanished(file: SourceFile, error: OSError) -> str:
    return f"{file.relative}：读取时文件不见了或无法打开（{error.strerror or error}）。"


def missing_files(
    known: Iterable[str], present: Set[str], sources: Sequence[Path], skipped: Sequence[SkippedFile]
) -> list[str]:
    """The known files below the sources that are gone, by their resolved paths, ascending.

    What was skipped is there all the same, and so is what lies in a folder that could not be looked into.
    """
    roots = [Path(name) for name in _below(sources)]
    there = {Path(name_of(file.resolved)) for file in skipped}
    return sorted(
        name
        for name in known
        if name not in present
        and any(Path(name).is_relative_to(root) for root in roots)
        and there.isdisjoint((Path(name), *Path(name).parents))
    )
