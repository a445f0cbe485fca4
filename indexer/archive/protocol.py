"""What an archive offers, whatever database keeps it, and the values it speaks in."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Literal, NamedTuple, Protocol

from pydantic import JsonValue

from corpus.types import OPEN_SCOPE, Document
from indexer.archive.left_out import LeftOut
from indexer.archive.passage_vectors import PassageVectors

Row = Mapping[str, JsonValue]
"""One row that a derivation made of a document; what its fields mean is the derivation's."""


class FileState(NamedTuple):
    """The state of a file when it was last read. `errors` are the sentences that the report repeats; `scope` is given
    to the documents in the file that name none."""

    size: int
    mtime_ns: int
    sha256: str
    parser: str
    errors: tuple[str, ...]
    scope: str = OPEN_SCOPE


class Failure(NamedTuple):
    """A file, or a row of one, that is no document, and why."""

    path: str
    reason: str


class VersionKey(NamedTuple):
    """Names one version of one document. `json_sha256` covers the fields that were parsed as well as the text."""

    doc_id: str
    json_sha256: str


class Version(NamedTuple):
    """One text of a document: the key of its latest parsing, and the moment when the text was first stored."""

    content_sha256: str
    json_sha256: str
    stored_at: str
    scope: str = OPEN_SCOPE


class RecordedPassage(NamedTuple):
    """Where a passage stood: [start, end) of the text of the version that `content_sha256` names."""

    content_sha256: str
    start: int
    end: int


class Origin(NamedTuple):
    """The file that holds a version, by its absolute path, and the SHA-256 it had when it was last read."""

    path: str
    sha256: str


class Alarm(NamedTuple):
    """Something about who sees a document that an administrator is to look at.

    `clash`: the file at `path` holds an identity that `holder`, from another source or scope, held before with another
    text; it is left out. `kept`: the file and its place ask for the scope `asked`, but the document was restricted
    before and still has `scope`.
    """

    kind: Literal["clash", "kept"]
    doc_id: str
    path: str
    asked: str
    scope: str
    holder: str


class Archive(Protocol):
    """Every version of every document, and the file that each came from.

    Any thread may read. Only the holder of the index's lock may write, and each writing method but `delete` and
    `compact` belongs inside a `transaction` where it must not be seen half done. Paths are absolute.
    """

    vectors: PassageVectors
    left_out: LeftOut

    def close(self) -> None: ...

    def transaction(self) -> AbstractContextManager[None]:
        """Commits at the end of the block, or rolls everything back if the block raises."""
        ...

    # Files

    def files(self) -> dict[str, FileState]:
        """Every known file by its path."""
        ...

    def failures(self) -> list[Failure]:
        """Everything that could not be read, as the files were last seen, ordered by path."""
        ...

    def touch_file(self, path: str, size: int, mtime_ns: int) -> None:
        """Records a new size and time of change for a file whose content is the same."""
        ...

    def put_file(self, path: str, state: FileState, documents: Iterable[Document], *, widen: bool = False) -> None:
        """Replaces the documents that a file holds. Versions are only added, never removed.

        A document is seen by those whom its file, its own scope and everything that restricted its identity or its text
        before admit; `widen` forgets what restricted them before.

        One whose doc_id holds personal data is kept under another, the same each time.
        """
        ...

    def mark_unreadable(self, path: str, state: FileState) -> None:
        """Records that a file can no longer be read. The documents it held before stay."""
        ...

    def forget_file(self, path: str) -> None:
        """Removes a file. The versions that it held stay until they are deleted."""
        ...

    def files_with_documents(self) -> set[str]:
        """The files that hold at least one document."""
        ...

    def files_holding(self, doc_id: str) -> list[str]:
        """The files that hold some version of a document, ordered by path."""
        ...

    # Scopes

    def set_scope(self, folder: str, scope: str) -> None:
        """Gives a scope to everything read below a source from now on. A folder inside may have another."""
        ...

    def scopes(self) -> dict[str, str]:
        """Each source that was given a scope, and the scope."""
        ...

    def add_source(self, folder: str) -> None:
        """Remembers a source: two files of one source may hold one identity, of which the last read is live."""
        ...

    def renew_alarms(self) -> None:
        """Looks for clashes and for kept restrictions among all that the files hold now."""
        ...

    def alarms(self) -> list[Alarm]:
        """What `renew_alarms` found last, ordered by kind, document and file."""
        ...

    # Documents

    def live(self) -> list[VersionKey]:
        """One version of each document, ordered by doc_id: what its oldest source read last."""
        ...

    def document(self, key: VersionKey) -> Document:
        """One version as it was stored. Raises DafuError if it is missing or damaged."""
        ...

    def versions(self, doc_id: str) -> list[Version]:
        """Every version of the text of a document, oldest first."""
        ...

    def origin(self, key: VersionKey) -> Origin | None:
        """The file last seen to hold this version; None if no file holds it any more."""
        ...

    def shared_identities(self) -> dict[str, tuple[str, ...]]:
        """The files of each doc_id that several files hold with different content, in the order of their import."""
        ...

    def contains_text(self, text: str) -> bool:
        """Whether any version of any document contains these characters, none of which JSON may escape."""
        ...

    # Names

    def pseudonym(self, text: str) -> str:
        """Letters that stand for a text in addresses. They give nothing away, and are the archive's own."""
        ...

    def rename(self, key: VersionKey) -> None:
        """Keeps a live document under another id where its own holds personal data, and takes the old id out of use.

        What is put in goes by such an id from the start; this is for what an earlier program put in.
        """
        ...

    # Passages

    def record_passages(self, key: VersionKey, passages: Iterable[tuple[str, int, int]]) -> None:
        """Remembers the anchor, start and end of each passage of a version; those that are known already stay."""
        ...

    def recorded_passages(self, doc_id: str, anchor: str) -> list[RecordedPassage]:
        """Where an anchor stood in the versions of a document, the version that was stored last first."""
        ...

    # Derivations

    def derived_keys(self, name: str, version: int) -> set[VersionKey]:
        """The versions that have rows of this version of a derivation, even if there are none in them."""
        ...

    def derived_rows(self, name: str, version: int) -> list[tuple[VersionKey, tuple[Row, ...]]]:
        """The rows of a derivation with the version they were derived from, ordered by its key.

        Superseded versions are among them until they are deleted: keep to the keys of the documents that may be seen.
        """
        ...

    def derived(self, name: str, version: int, key: VersionKey) -> tuple[Row, ...]:
        """The rows of a derivation that were derived from one version of a document; none where they cannot be read."""
        ...

    def put_derived(self, name: str, version: int, key: VersionKey, rows: Sequence[Row]) -> None:
        """Stores the rows derived from one version of a document, in place of any that are there."""
        ...

    def drop_derived(self, name: str, *, keep: int) -> None:
        """Removes the rows of every version of a derivation except `keep`."""
        ...

    # Maintenance

    def orphans(self, until: str, *, superseded: bool) -> list[VersionKey]:
        """The versions of documents that no file has held since that moment (ISO, UTC) or longer, ordered by key.

        `superseded` adds the earlier texts of documents that a file still holds.
        """
        ...

    def delete(self, versions: Sequence[VersionKey]) -> None:
        """Deletes versions that no file holds, and all that was derived from them, in one transaction. Their bytes are
        gone after the next `compact`."""
        ...

    def compact(self) -> None:
        """Rewrites the storage so that no deleted byte is left in it. Raises DafuError while a reader prevents that."""
        ...

    def integrity_faults(self) -> list[str]:
        """Everything wrong with the storage or with any version of any document; empty if all is well."""
        ...
