"""The sessions of browsers: begun with a token, and known by a secret of their own that is worth nothing afterwards.

A session ends when its user logs out, when it has not been used for a while, when it is too old, and with its token.
The server alone says so: whatever a browser, a copy of its cookies or a backup of a computer still holds opens nothing.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from corpus.errors import DafuError
from indexer.database import DatabaseError
from search_api.user_database import Reader
from search_api.web.access.tokens import TokenStore, hash_of
from search_api.web.access.users import User

_BYTES = 32  # 256 random bits, as a token has: kept as a plain hash for the same reason
_WRITES = 10  # times within the idle limit is it written down that a session is used: each costs an fsync


@dataclass(frozen=True)
class Session:
    """Whose it is. `is_due`: the store has not written down for a while that it is used, and should."""

    user: User
    is_due: bool


class SessionStore:
    """The sessions of a server, beside its tokens. Safe from any thread and process."""

    def __init__(
        self, tokens: TokenStore, idle_s: float, longest_s: float, clock: Callable[[], float] = time.time
    ) -> None:
        """A session ends `idle_s` seconds after its last use, and `longest_s` after it began."""
        self._tokens, self._idle, self._longest, self._clock = tokens, idle_s, longest_s, clock
        self._lock = Lock()
        self._reader = Reader(tokens.database)

    def begin(self, token: str) -> str:
        """The secret of a new session of the token's holder. Takes out the sessions that are over. Raises DafuError."""
        secret, now = secrets.token_urlsafe(_BYTES), int(self._clock())
        with self._tokens.database.writing() as connection:
            connection.execute(
                "DELETE FROM sessions WHERE used_at < ? OR begun_at < ?", (now - self._idle, now - self._longest)
            )
            row = (hash_of(secret), hash_of(token), now, now)
            connection.execute("INSERT INTO sessions VALUES (?, ?, ?, ?)", row)
        return secret

    def find(self, secret: str) -> Session | None:
        """The session of this secret; None where there is none, it is over, or its token is. Raises DafuError."""
        row = self._row(hash_of(secret))
        if row is None:
            return None
        token, begun_at, used_at = row
        now = self._clock()
        if now - used_at > self._idle or now - begun_at > self._longest:
            return None
        user = self._tokens.user_of(token)
        return Session(user, is_due=now - used_at > self._idle / _WRITES) if user else None

    def touch(self, secret: str) -> None:
        """Writes down that a session is used now. Raises DafuError."""
        with self._tokens.database.writing() as connection:
            used = int(self._clock()), hash_of(secret)
            connection.execute("UPDATE sessions SET used_at = ? WHERE sha256 = ?", used)

    def end(self, secret: str) -> None:
        """Ends a session, if there is one. Raises DafuError."""
        with self._tokens.database.writing() as connection:
            connection.execute("DELETE FROM sessions WHERE sha256 = ?", (hash_of(secret),))

    def _row(self, sha256: str) -> tuple[str, int, int] | None:
        """Raises DafuError."""
        with self._lock:
            try:
                connection = self._reader.connection()
                asked = "SELECT token, begun_at, used_at FROM sessions WHERE sha256 = ?"
                found = connection.execute(asked, (sha256,)).fetchone() if connection else None
            except (DatabaseError, OSError) as error:
                raise DafuError(f"会话无法从 {self._tokens.path} 读出（{error}）。请检查这个文件。") from error
        return found
