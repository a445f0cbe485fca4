"""One generation as one user sees it: what every answer is made of."""

import copy
from collections.abc import Iterator, Sequence
from pathlib import Path

from corpus.scopes import admits
from corpus.types import Document
from indexer.archive import Alarm, Failure, Origin, RecordedPassage, Row, Version, VersionKey
from indexer.build.derivations import stored_version
from indexer.build.generation import Generation
from indexer.build.manifest import Manifest
from indexer.encoders import Encoder
from indexer.engine.parameters import RankingParameters
from indexer.engine.protocol import DocumentEntry, Engine
from indexer.terms.analyzer import Analyzer


class Snapshot:
    """A generation, and the scopes that it is seen with: None for all. Safe from any thread.

    Documents of other scopes are not there: nothing here finds, counts, opens or ranks by them. The encoder has learnt
    from all.
    """

    def __init__(self, generation: Generation) -> None:
        self.generation = generation
        self.scopes: frozenset[str] | None = None
        self.engine: Engine = generation.engine
        self.ranking: RankingParameters = generation.manifest.ranking

    def seen_by(self, scopes: frozenset[str] | None) -> "Snapshot":
        """The same generation for a user of these scopes. Costs next to nothing."""
        view = copy.copy(self)
        view.scopes, view.engine = scopes, self.generation.engine.seen_by(scopes)
        return view

    def with_ranking(self, ranking: RankingParameters) -> "Snapshot":
        """The same, ranked by other parameters than the manifest's."""
        view = copy.copy(self)
        view.ranking = ranking
        return view

    @property
    def number(self) -> int:
        return self.generation.number

    @property
    def manifest(self) -> Manifest:
        return self.generation.manifest

    @property
    def encoder(self) -> Encoder:
        return self.generation.encoder

    @property
    def analyzer(self) -> Analyzer:
        """Finds the terms of queries as it found those of the documents."""
        return self.generation.analyzer

    @property
    def folder(self) -> Path:
        """The index's."""
        return self.generation.paths.folder.parents[1]

    def document(self, entry: DocumentEntry) -> Document:
        """A document as stored, unmasked."""
        return self.generation.document(entry)

    def masked(self, entry: DocumentEntry) -> Document:
        """A document as it is indexed and may leave the system, its personal data masked; offsets hold."""
        return self.generation.masked(entry)

    def versions(self, doc_id: str) -> list[Version]:
        """Every version of a document's text that may be seen, oldest first."""
        versions = self.generation.archive.versions(doc_id)
        return [v for v in versions if self.scopes is None or admits(self.scopes, v.scope)]

    def version_name(self, content_sha256: str) -> str:
        """The name of a version of a text in addresses. A hash of the text would confirm a guess at what is masked."""
        return self.generation.archive.pseudonym(content_sha256)

    def version(self, key: VersionKey) -> Document:
        """A version as stored, unmasked; of those that `versions` names."""
        return self.generation.archive.document(key)

    def derived(self, name: str, version: int) -> Iterator[Row]:
        """The rows that a derivation made of the documents that may be seen."""
        return (row for _, rows in self.derived_by_document(name, version) for row in rows)

    def derived_by_document(self, name: str, version: int) -> Iterator[tuple[DocumentEntry, Sequence[Row]]]:
        """The rows that a derivation made of each document that may be seen, with the document."""
        seen = {entry.version: entry for entry in self.engine.entries()}
        for key, rows in self.generation.archive.derived_rows(name, stored_version(version)):
            if key in seen:
                yield seen[key], rows

    def derived_of(self, entry: DocumentEntry, name: str, version: int) -> Sequence[Row]:
        """The rows that a derivation made of one document, which may be seen."""
        return self.generation.archive.derived(name, stored_version(version), entry.version)

    def recorded(self, doc_id: str, anchor: str) -> list[RecordedPassage]:
        """Where an anchor stood in versions of a document, the newest first; of all scopes."""
        return self.generation.archive.recorded_passages(doc_id, anchor)

    def origin(self, entry: DocumentEntry) -> Origin | None:
        """The file that a document was read from; None where no file carries it any more."""
        return self.generation.archive.origin(entry.version)

    def files(self) -> list[str]:
        """Every file that the archive knows, by path. Of all scopes: for administrators."""
        return list(self.generation.archive.files())

    def failures(self) -> list[Failure]:
        """What could not be read. Of all scopes: for administrators."""
        return self.generation.archive.failures()

    def left_out(self) -> list[Failure]:
        """The files that were left out, and why. Of all scopes: for administrators."""
        return [Failure(*each) for each in self.generation.archive.left_out.all()]

    def alarms(self) -> list[Alarm]:
        """What an administrator is to look at. Of all scopes: for administrators."""
        return self.generation.archive.alarms()

    def slow_share(self) -> float | None:
        """How much is made of the vectors that follow a first generation; None where there are none to follow."""
        return self.generation.slow_share

    def close(self) -> None:
        """Lets an update remove the generation's files. For whoever opened it; nothing is answered afterwards."""
        self.generation.close()


def open_index(folder: Path | str, *, checked: bool = False) -> Snapshot:
    """The index in a folder as it is now, seen with every scope.

    `checked`, after every byte was compared with the manifest (0.7 s for 700 MB). Raises DafuError where there is no
    index, or it is damaged or of another version.
    """
    return Snapshot(Generation.open_current(Path(folder), checked=checked))
