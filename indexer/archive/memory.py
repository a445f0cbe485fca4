"""What an archive remembers of who may see a document, whatever happens to the file that said so.

A restriction is kept under the document's identity and under its text (see fingerprints.py): a renamed folder, a copy
in an open one and a column that lost its name publish nothing. Not for: which scope a file's place asks for.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from corpus.scopes import narrowed
from corpus.types import OPEN_SCOPE
from indexer.archive.fingerprints import identity_key, text_key
from indexer.archive.protocol import Alarm, VersionKey

Execute = Callable[..., Iterable[tuple[Any, ...]]]
"""Runs a standard statement with its parameters, and gives its rows."""


class Claim(NamedTuple):
    """A file that holds an identity: for which source and scope, with which text. The oldest claim comes first."""

    doc_id: str
    path: str
    source: str
    asked: str
    content_sha256: str
    json_sha256: str
    sequence: int

    @property
    def group(self) -> tuple[str, str]:
        """Files of one source and scope may replace each other's documents, no others."""
        return self.source, self.asked


class ScopeMemory:
    """The tables restrictions, sources and alarms of an archive."""

    def __init__(self, execute: Execute) -> None:
        self._execute = execute

    # Restrictions

    def held(self, keys: Sequence[str]) -> str:
        """The scope of everything that restricts any of these keys."""
        return narrowed(*(scope for key in keys if (scope := self._scope(key))))

    def restrict(self, keys: Sequence[str], scope: str, *, decided: bool) -> list[str]:
        """Restricts keys to a scope as well, and returns those that this made narrower.

        What an administrator widened is restricted again only by what an administrator decided.
        """
        tightened = []
        for key in keys if scope != OPEN_SCOPE else ():
            before = self._scope(key)
            if before == OPEN_SCOPE and not decided:
                continue
            if (after := narrowed(before, scope)) != before:
                self._set(key, after)
                tightened.append(key)
        return tightened

    def widen(self, keys: Sequence[str], scope: str) -> None:
        """Forgets what restricted keys before."""
        for key in keys:
            if scope != OPEN_SCOPE or self._scope(key) is not None:
                self._set(key, scope)

    def rename(self, old: str, new: str) -> None:
        """Restricts a new key to what restricted an old one, which is forgotten."""
        if scope := self._scope(old):
            self._set(new, narrowed(self._scope(new), scope))
            self._execute("DELETE FROM restrictions WHERE key = ?", old)

    def _scope(self, key: str) -> str | None:
        return next((scope for (scope,) in self._execute("SELECT scope FROM restrictions WHERE key = ?", key)), None)

    def _set(self, key: str, scope: str) -> None:
        self._execute(
            "INSERT INTO restrictions (key, scope) VALUES (?, ?)"
            " ON CONFLICT (key) DO UPDATE SET scope = excluded.scope",
            *(key, scope),
        )

    def carried(self, doc_id: str, fingerprints: Sequence[str], keys: Sequence[str]) -> set[VersionKey]:
        """The versions that a file holds and that these keys of a document name."""
        found: set[tuple[Any, ...]] = set()
        if identity_key(doc_id) in keys:
            found.update(self._execute("SELECT doc_id, json_sha256 FROM origins WHERE doc_id = ?", doc_id))
        for fingerprint in fingerprints:
            if text_key(fingerprint) in keys:
                rows = self._execute(
                    "SELECT DISTINCT doc_id, json_sha256 FROM contents JOIN origins USING (doc_id, json_sha256)"
                    " WHERE fingerprint = ?",
                    fingerprint,
                )
                found.update(rows)
        return {VersionKey(*row) for row in found}

    # Identities

    def add_source(self, folder: str) -> None:
        self._execute("INSERT INTO sources (folder) VALUES (?) ON CONFLICT (folder) DO NOTHING", folder)

    def source_of(self, path: str) -> str:
        """The innermost source that a file lies in; "" where it lies in none."""
        known = {folder for (folder,) in self._execute("SELECT folder FROM sources")}
        return next((str(place) for place in (Path(path), *Path(path).parents) if str(place) in known), "")

    def claims(self, doc_id: str) -> list[Claim]:
        """The files that hold an identity, the oldest first."""
        return list(self._claims("WHERE o.doc_id = ?", doc_id))

    def _claims(self, where: str, *parameters: str) -> Iterator[Claim]:
        rows = self._execute(
            "SELECT o.doc_id, o.path, o.source, o.asked, v.content_sha256, v.json_sha256, o.sequence FROM origins o"
            " JOIN versions v ON v.doc_id = o.doc_id AND v.json_sha256 = o.json_sha256"
            f" {where} ORDER BY o.doc_id, COALESCE(o.since, o.sequence), o.sequence",
            *parameters,
        )
        return map(Claim._make, rows)

    # Alarms

    def renew_alarms(self) -> None:
        self._execute("DELETE FROM alarms")
        for alarm in (*self._clashes(), *self._kept()):
            self._execute(
                "INSERT INTO alarms (kind, doc_id, path, asked, scope, holder) VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (kind, doc_id, path) DO NOTHING",
                *alarm,
            )

    def alarms(self) -> list[Alarm]:
        rows = self._execute("SELECT kind, doc_id, path, asked, scope, holder FROM alarms ORDER BY kind, doc_id, path")
        return [Alarm(*row) for row in rows]

    def _clashes(self) -> Iterator[Alarm]:
        several = "WHERE o.doc_id IN (SELECT doc_id FROM origins GROUP BY doc_id HAVING COUNT(DISTINCT path) > 1)"
        for doc_id, found in groupby(list(self._claims(several)), key=lambda claim: claim.doc_id):
            claims = list(found)
            holder = live(claims)
            for claim in contested(claims):
                yield Alarm("clash", doc_id, claim.path, claim.asked, holder.asked, holder.path)

    def _kept(self) -> list[Alarm]:
        rows = self._execute("SELECT doc_id, path, asked, scope FROM origins WHERE asked <> scope")
        return [Alarm("kept", doc_id, path, asked, scope, "") for doc_id, path, asked, scope in rows]


def live(claims: Sequence[Claim]) -> Claim:
    """The claim that is answered from: what the oldest one's source and scope read last."""
    return max((claim for claim in claims if claim.group == claims[0].group), key=lambda claim: claim.sequence)


def contested(claims: Sequence[Claim]) -> list[Claim]:
    """The claims of other sources or scopes with another text: they are left out."""
    held = live(claims) if claims else None
    return [c for c in claims if held and c.group != held.group and c.content_sha256 != held.content_sha256]
