"""Every path of an index, named once."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class GenerationPaths:
    """One folder under generations/, immutable once CURRENT names it."""

    folder: Path

    @property
    def manifest(self) -> Path:
        return self.folder / "manifest.json"

    @property
    def lexical_documents(self) -> Path:
        """Words of whole documents."""
        return self.folder / "lexical" / "documents"

    @property
    def lexical_passages(self) -> Path:
        """Words of passages."""
        return self.folder / "lexical" / "passages"

    @property
    def vectors(self) -> Path:
        return self.folder / "vectors.faiss"

    @property
    def document_vectors(self) -> Path:
        return self.folder / "documents.faiss"

    @property
    def encoder(self) -> Path:
        return self.folder / "encoder"

    @property
    def dictionary(self) -> Path:
        """The bureau's own words that the terms were found with; absent where there are none."""
        return self.folder / "dictionary.txt"

    @property
    def table(self) -> Path:
        """Which documents and passages there are."""
        return self.folder / "passages"

    @property
    def readers(self) -> Path:
        """The lock file by which readers claim the generation; no part of it (manifest.checksums)."""
        return self.folder / "readers.lock"


@dataclass(frozen=True)
class IndexPaths:
    """An index is a folder: the archive, CURRENT, and generations."""

    folder: Path

    @property
    def archive(self) -> Path:
        return self.folder / "archive.sqlite"

    @property
    def users(self) -> Path:
        """Tokens and feedback, unless the settings name other places."""
        return self.folder / "users.sqlite"

    @property
    def current(self) -> Path:
        return self.folder / "CURRENT"

    @property
    def lock(self) -> Path:
        return self.folder / ".lock"

    @property
    def generations(self) -> Path:
        return self.folder / "generations"

    @property
    def building(self) -> Path:
        """Where a generation is written before it gets its number."""
        return self.generations / ".building"

    @property
    def calibrating(self) -> Path:
        """Where the masked documents of a calibration are indexed, for as long as it takes."""
        return self.generations / ".calibrating"

    def generation(self, number: int) -> GenerationPaths:
        return GenerationPaths(self.generations / str(number))
