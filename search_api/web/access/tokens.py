"""The tokens that users show: each is printed once, and kept as a hash.

A token is 256 random bits: nobody can guess one, so a plain SHA-256 keeps it as safe as a slow hash keeps a password
(NIST SP 800-63B, 5.1.2.2: look-up secrets of at least 112 bits are hashed; weaker ones are salted as well).
"""

import hashlib
import json
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from pathlib import Path
from threading import Lock

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from corpus.errors import DafuError
from indexer.database import Connection, DatabaseError
from search_api.user_database import Reader, UserDatabase, at_one_moment
from search_api.web.access.users import Right, User, scopes_of

LEGACY_NAME = "tokens.json"

_PREFIX = "dafu_"  # so that a token that is left lying about is known for what it is
_BYTES = 32
_RESTORE = "请从备份恢复，或者移走它，再用 dafu token add 重新发放。"


class Token(BaseModel):
    """A token as it is kept. `scopes` None is every scope; `expires_at` is the moment from which it is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    scopes: tuple[str, ...] | None
    rights: tuple[Right, ...]
    created_at: AwareDatetime
    expires_at: AwareDatetime | None = None

    def user(self) -> User:
        scopes = None if self.scopes is None else scopes_of(self.scopes)
        return User(self.name, scopes, frozenset(self.rights))

    def has_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now


class TokenStore:
    """The tokens of a server. Safe from any thread and process; there are none as long as there is no file."""

    def __init__(self, path: Path) -> None:
        """A database, or an old tokens.json, which is taken into a database beside it."""
        self.database = UserDatabase(path, LEGACY_NAME, _load_legacy)
        self._lock = Lock()
        self._reader = Reader(self.database)
        self._seen: tuple[Connection, int] | None = None
        self._known: tuple[Token, ...] = ()

    @property
    def path(self) -> Path:
        """The database."""
        return self.database.path

    def user(self, secret: str) -> User | None:
        """The user whose token this is; None for a token that is unknown, revoked or expired. Raises DafuError."""
        return self.user_of(hash_of(secret))

    def user_of(self, sha256: str) -> User | None:
        """The same by the hash of a token, which is what a session keeps of it. Raises DafuError."""
        found = None
        for token in self.tokens():  # all of them: the time taken must not tell which was near
            if compare_digest(token.sha256, sha256):
                found = token
        return None if found is None or found.has_expired(datetime.now(UTC)) else found.user()

    def tokens(self) -> tuple[Token, ...]:
        """All tokens as they are now, the oldest first: a change by another process is seen. Raises DafuError."""
        with self._lock:
            try:
                return self._tokens()
            except (DatabaseError, OSError) as error:
                raise DafuError(f"令牌库 {self.path} 不能使用（{error}）。{_RESTORE}") from error

    def add(self, name: str, scopes: tuple[str, ...] | None, rights: frozenset[Right], days: int | None) -> str:
        """A new token, which is told here and never again. Raises DafuError if the name is taken or unfit."""
        secret = _PREFIX + secrets.token_urlsafe(_BYTES)
        now = datetime.now(UTC).replace(microsecond=0)
        try:
            token = Token(
                name=name,
                sha256=hash_of(secret),
                scopes=scopes,
                rights=tuple(sorted(rights)),
                created_at=now,
                expires_at=now + timedelta(days=days) if days else None,
            )
        except ValidationError as error:
            raise DafuError(f"令牌的名称“{name}”不能使用：应为 1 到 64 个字，写明给谁用，例如 张三。") from error
        with self.database.writing() as connection:
            known = _read(connection, self.path)
            if any(other.name == name for other in known):
                raise DafuError(f"已经有名为“{name}”的令牌。请换一个名称，或先用 dafu token revoke 收回它。")
            _insert(connection, token)
            _seal(connection, (*known, token))
        return secret

    def revoke(self, name: str) -> None:
        """Takes a token back, and ends the sessions that were begun with it. Raises DafuError if there is none."""
        with self.database.writing() as connection:
            known = _read(connection, self.path)
            left = tuple(token for token in known if token.name != name)
            if len(left) == len(known):
                names = "、".join(token.name for token in known) or "（还没有）"
                raise DafuError(f"没有名为“{name}”的令牌。现有：{names}。")
            connection.execute(
                "DELETE FROM sessions WHERE token IN (SELECT sha256 FROM tokens WHERE name = ?)", (name,)
            )
            connection.execute("DELETE FROM tokens WHERE name = ?", (name,))
            _seal(connection, left)

    def _tokens(self) -> tuple[Token, ...]:
        """Reads them only if there is another file or the file has changed."""
        connection = self._reader.connection()
        if connection is None:
            return ()
        seen = connection, _data_version(connection)
        if seen != self._seen:
            with at_one_moment(connection):
                self._known = _read(connection, self.path)
            self._seen = seen
        return self._known


def _data_version(connection: Connection) -> int:
    """Another number after every change by another connection (sqlite.org/pragma.html#pragma_data_version)."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


def _read(connection: Connection, path: Path) -> tuple[Token, ...]:
    """Raises DafuError unless the tokens are those that were written: a bit that flips on the disk opens no scope."""
    columns = "name, sha256, scopes, rights, created_at, expires_at"
    rows = connection.execute(f"SELECT {columns} FROM tokens ORDER BY rowid").fetchall()
    sealed = connection.execute("SELECT sha256 FROM checksums WHERE of = 'tokens'").fetchone()
    try:
        tokens = tuple(_of_row(row) for row in rows)
    except (ValidationError, ValueError) as error:
        raise DafuError(f"令牌库 {path} 不能使用：有一行不是令牌，文件已被改动或损坏。{_RESTORE}") from error
    if (sealed[0] if sealed else _checksum(())) != _checksum(tokens):
        raise DafuError(f"令牌库 {path} 不能使用：内容与它自己的校验和不符，已被改动或损坏。{_RESTORE}")
    return tokens


def _of_row(row: tuple[str, str, str | None, str, str, str | None]) -> Token:
    name, sha256, scopes, rights, created_at, expires_at = row
    return Token(
        name=name,
        sha256=sha256,
        scopes=None if scopes is None else json.loads(scopes),
        rights=json.loads(rights),
        created_at=datetime.fromisoformat(created_at),
        expires_at=None if expires_at is None else datetime.fromisoformat(expires_at),
    )


def _insert(connection: Connection, token: Token) -> None:
    row = (
        token.name,
        token.sha256,
        None if token.scopes is None else json.dumps(token.scopes, ensure_ascii=False),
        json.dumps(token.rights),
        token.created_at.isoformat(),
        token.expires_at.isoformat() if token.expires_at else None,
    )
    connection.execute("INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?)", row)


def _seal(connection: Connection, tokens: Sequence[Token]) -> None:
    """Writes down what the checksum of the table is now."""
    connection.execute("INSERT OR REPLACE INTO checksums VALUES ('tokens', ?)", (_checksum(tokens),))


def _checksum(tokens: Sequence[Token]) -> str:
    return hash_of("\n".join(token.model_dump_json() for token in tokens))


def hash_of(text: str) -> str:
    """The hash that is kept in place of a secret."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


class _LegacyFile(BaseModel):
    """The file tokens.json of earlier programs."""

    model_config = ConfigDict(extra="forbid")

    version: int = Field(default=1, ge=1, le=1)
    tokens: tuple[Token, ...] = ()
    checksum: str | None = None

    def sum(self) -> str:
        """The checksum that the file must have, if it has one."""
        return hash_of(self.model_dump_json(include={"tokens"}))


def _load_legacy(connection: Connection, data: bytes, path: Path) -> None:
    """Takes in a tokens.json. Of a name that the database has already, the database's token stays."""
    try:
        file = _LegacyFile.model_validate_json(data)
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(map(str, fault["loc"])) or "整个文件"
        raise DafuError(f"令牌文件 {path} 不能使用：{place} 不对。它由 dafu token 写成，{_RESTORE}") from error
    if file.checksum not in (None, file.sum()):
        raise DafuError(f"令牌文件 {path} 不能使用：内容与它自己的校验和不符，文件已被改动或损坏。{_RESTORE}")
    known = _read(connection, path)
    new = {token.name: token for token in file.tokens if token.name not in {other.name for other in known}}
    for token in new.values():
        _insert(connection, token)
    _seal(connection, (*known, *new.values()))
