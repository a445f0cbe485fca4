"""Puts documents into the archive, each with the scope of everything that restricts it, now or before."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from corpus.scopes import narrowed
from corpus.types import OPEN_SCOPE, Document
from indexer.archive.fingerprints import fingerprints, identity_key, text_key
from indexer.archive.memory import Execute, ScopeMemory, contested
from indexer.archive.protocol import FileState, VersionKey


class Reading(NamedTuple):
    """One reading of a file. `since` are the places of its earlier claims of identities.

    `widen`: an administrator says that what restricted its documents before no longer counts. `decided`: an
    administrator has given the file's folder another scope.
    """

    path: str
    scope: str
    source: str
    since: Mapping[str, int]
    at: str
    widen: bool
    decided: bool


class Admissions:
    """Writes the tables files, origins, versions and contents.

    `document` reads a stored version; `named` gives a document the id that it is kept under.
    """

    def __init__(
        self,
        execute: Execute,
        memory: ScopeMemory,
        document: Callable[[VersionKey], Document],
        named: Callable[[Document], Document],
    ) -> None:
        self._execute, self._memory, self._document, self._named = execute, memory, document, named

    def put_file(self, path: str, state: FileState, documents: Iterable[Document], *, widen: bool) -> None:
        """Replaces what a file holds."""
        reading = self._reading(path, state, widen=widen)
        self._execute("DELETE FROM files WHERE path = ?", path)
        errors = json.dumps(state.errors, ensure_ascii=False)
        self._execute(
            "INSERT INTO files (path, size, mtime_ns, sha256, parser, read_at, errors, scope)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            *(path, *state[:4], reading.at, errors, state.scope),
        )
        for document in documents:
            self._put(reading, self._named(document))

    def rename(self, key: VersionKey, kept: Document) -> None:
        """Moves what files hold under one id, and what restricts it, to the id that a version is kept under."""
        new = self._put_version(kept, kept.scope or OPEN_SCOPE, _now())
        self._execute(
            "INSERT INTO origins (path, doc_id, json_sha256, source, asked, scope, since)"
            " SELECT path, ?, ?, source, asked, scope, COALESCE(since, sequence) FROM origins"
            " WHERE doc_id = ? AND json_sha256 = ? ORDER BY sequence",
            *(*new, *key),
        )
        self._execute("DELETE FROM origins WHERE doc_id = ?", key.doc_id)
        self._memory.rename(identity_key(key.doc_id), identity_key(kept.doc_id))

    def complete(self) -> None:
        """Takes up what an archive of an older program does not have: what its versions are recognised by, and what is
        restricted in it."""
        rows = self._execute(
            "SELECT doc_id, json_sha256, EXISTS (SELECT 1 FROM origins o WHERE o.doc_id = v.doc_id"
            " AND o.json_sha256 = v.json_sha256) FROM versions v WHERE NOT EXISTS"
            " (SELECT 1 FROM contents c WHERE c.doc_id = v.doc_id AND c.json_sha256 = v.json_sha256)"
        )
        for doc_id, json_sha256, is_carried in list(rows):
            key = VersionKey(doc_id, json_sha256)
            document = self._document(key)
            self._put_fingerprints(key, document)
            if is_carried and document.scope:
                self._memory.restrict(_keys(document), document.scope, decided=True)

    def _reading(self, path: str, state: FileState, *, widen: bool) -> Reading:
        known = self._execute("SELECT doc_id, COALESCE(since, sequence) FROM origins WHERE path = ?", path)
        before = [scope for (scope,) in self._execute("SELECT scope FROM files WHERE path = ?", path)]
        return Reading(
            path=path,
            scope=state.scope,
            source=self._memory.source_of(path),
            since={doc_id: since for doc_id, since in known},
            at=_now(),
            widen=widen,
            decided=before not in ([], [state.scope]),
        )

    def _put(self, reading: Reading, given: Document) -> None:
        asked, keys = narrowed(reading.scope, given.scope), _keys(given)
        if reading.widen:
            self._memory.widen(keys, asked)
        scope = narrowed(asked, self._memory.held(keys))
        version = self._put_version(given, scope, reading.at)
        self._execute(
            "INSERT INTO origins (path, doc_id, json_sha256, source, asked, scope, since) VALUES (?, ?, ?, ?, ?, ?, ?)",
            *(reading.path, *version, reading.source, asked, scope, reading.since.get(given.doc_id)),
        )
        if any(c.path == reading.path for c in contested(self._memory.claims(given.doc_id))):
            keys.remove(identity_key(given.doc_id))  # whoever only claims an identity restricts its own text alone
        self._restrict(given, keys, scope, reading)

    def _restrict(self, given: Document, keys: list[str], scope: str, reading: Reading) -> None:
        """Restricts everything with these keys to the scope as well, also what was put before."""
        tightened = self._memory.restrict(keys, scope, decided=reading.decided)
        for version in self._memory.carried(given.doc_id, fingerprints(given), tightened) if tightened else ():
            before = self._document(version)
            after = narrowed(before.scope, scope)
            if after != (before.scope or OPEN_SCOPE):
                replaced = self._put_version(before, after, reading.at)
                self._execute(
                    "UPDATE origins SET json_sha256 = ?, scope = ? WHERE doc_id = ? AND json_sha256 = ?",
                    *(replaced.json_sha256, after, *version),
                )

    def _put_version(self, given: Document, scope: str, at: str) -> VersionKey:
        document = given.model_copy(update={"scope": None if scope == OPEN_SCOPE else scope})
        text = document.model_dump_json()
        key = VersionKey(document.doc_id, hashlib.sha256(text.encode()).hexdigest())
        self._execute(
            "INSERT INTO versions (doc_id, json_sha256, content_sha256, json, stored_at)"
            " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            *(*key, document.content_sha256, text, at),
        )
        self._put_fingerprints(key, document)
        return key

    def _put_fingerprints(self, key: VersionKey, document: Document) -> None:
        for fingerprint in fingerprints(document):
            self._execute(
                "INSERT INTO contents (fingerprint, doc_id, json_sha256) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                *(fingerprint, *key),
            )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _keys(document: Document) -> list[str]:
    return [identity_key(document.doc_id), *map(text_key, fingerprints(document))]
