"""The vectors of passages that took long to make: each is kept by the hash of its text, until the text is purged."""

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ASKED_AT_ONCE = 500  # parameters of a statement


class PassageVectors:
    """The table vectors of an archive, by the fingerprint of an encoder and `fingerprints.text_hash` of a text."""

    def __init__(self, execute: Callable[..., Iterable[tuple[Any, ...]]]) -> None:
        self._execute = execute

    def known(self, fingerprint: str) -> set[str]:
        """The hashes of all texts with a vector."""
        return {sha for (sha,) in self._execute("SELECT text_sha256 FROM vectors WHERE fingerprint = ?", fingerprint)}

    def count(self, fingerprint: str) -> int:
        """How many texts have a vector."""
        ((found,),) = self._execute("SELECT COUNT(*) FROM vectors WHERE fingerprint = ?", fingerprint)
        return int(found)

    def get(self, fingerprint: str, hashes: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Those of the vectors that are there, in half precision as they were put; a damaged one is not."""
        found: dict[str, NDArray[np.float32]] = {}
        for start in range(0, len(hashes), _ASKED_AT_ONCE):
            some = hashes[start : start + _ASKED_AT_ONCE]
            query = (
                "SELECT text_sha256, vector, checksum FROM vectors WHERE fingerprint = ?"
                f" AND text_sha256 IN ({', '.join('?' * len(some))})"
            )
            for sha, vector, checksum in self._execute(query, fingerprint, *some):
                if zlib.crc32(vector) == checksum:
                    found[sha] = np.frombuffer(vector, np.float16).astype(np.float32)
        return found

    def put(self, fingerprint: str, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        """Keeps vectors by the hashes of their texts, in place of any that are there."""
        for sha, vector in vectors.items():
            data = vector.astype(np.float16).tobytes()
            self._execute(
                "INSERT INTO vectors (fingerprint, text_sha256, vector, checksum) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (fingerprint, text_sha256) DO UPDATE SET"
                " vector = excluded.vector, checksum = excluded.checksum",
                *(fingerprint, sha, data, zlib.crc32(data)),
            )

    def keep(self, hashes: Set[str]) -> None:
        """Forgets the vectors of all other texts."""
        every: Iterable[tuple[str]] = list(self._execute("SELECT DISTINCT text_sha256 FROM vectors"))
        for (sha,) in every:
            if sha not in hashes:
                self._execute("DELETE FROM vectors WHERE text_sha256 = ?", sha)
