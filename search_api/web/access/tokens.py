"""Tokens that readers show: each is printed once, and kept as a hash.

A token is 256 random bits: nobody can guess one, so a plain SHA-256 keeps it as safe as a slow hash keeps a password
(NIST SP 800-63B, 5.1.2.2: look-up secrets of at least 112 bits are hashed; weaker ones are salted as well).
"""

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from pathlib import Path
from threading import Lock

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from corpus.errors import DafuError
from indexer.durable import disk_faults, write_atomically
from search_api.web.access.users import Right, User, scopes_of

FILE_NAME = "tokens.json"

_PREFIX = "dafu_"  # so that a token that lies about is known for what it is
_BYTES = 32
_VERSION = 1
_MODE = 0o600


class Token(BaseModel):
    """What is kept of a token. `scopes` None is every scope; `expires_at` is the moment from which it is refused."""

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


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    version: int = Field(default=_VERSION, ge=_VERSION, le=_VERSION)
    tokens: tuple[Token, ...] = ()
    checksum: str | None = None

    def sum(self) -> str:
        """What `checksum` must be where there is one: a bit that flips on the disk must open no scope."""
        return _hash(self.model_dump_json(include={"tokens"}))


class TokenFile:
    """The tokens of a server. Safe from any thread and process; none where there is no file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._stamp: tuple[int, ...] | None = None
        self._known: tuple[Token, ...] = ()

    def user(self, secret: str) -> User | None:
        """Whose token this is; None for one that was never given, was revoked or has expired. Raises DafuError."""
        shown, found = _hash(secret), None
        for token in self.tokens():  # all of them: the time taken must not tell which was near
            if compare_digest(token.sha256, shown):
                found = token
        return None if found is None or found.has_expired(datetime.now(UTC)) else found.user()

    def tokens(self) -> tuple[Token, ...]:
        """As the file has them now; it is read again when it was replaced. Raises DafuError."""
        with self._lock:
            stamp = self._stamp_now()
            if stamp != self._stamp:
                self._known, self._stamp = self._read(), stamp
            return self._known

    def add(self, name: str, scopes: tuple[str, ...] | None, rights: frozenset[Right], days: int | None) -> str:
        """A new token, which is told here and never again. Raises DafuError where the name is taken or unfit."""
        secret = _PREFIX + secrets.token_urlsafe(_BYTES)
        now = datetime.now(UTC).replace(microsecond=0)
        with self._exclusive():
            known = self._read()
            if any(token.name == name for token in known):
                raise DafuError(f"已经有名为“{name}”的令牌。请换一个名称，或先用 dafu token revoke 收回它。")
            expires_at = now + timedelta(days=days) if days else None
            try:
                token = Token(
                    name=name,
                    sha256=_hash(secret),
                    scopes=scopes,
                    rights=tuple(sorted(rights)),
                    created_at=now,
                    expires_at=expires_at,
                )
            except ValidationError as error:
                raise DafuError(f"令牌的名称“{name}”不能使用：应为 1 到 64 个字，写明给谁用，例如 张三。") from error
            self._write((*known, token))
        return secret

    def revoke(self, name: str) -> None:
        """Raises DafuError where there is no such token."""
        with self._exclusive():
            known = self._read()
            left = tuple(token for token in known if token.name != name)
            if len(left) == len(known):
                names = "、".join(token.name for token in known) or "（还没有）"
                raise DafuError(f"没有名为“{name}”的令牌。现有：{names}。")
            self._write(left)

    def _stamp_now(self) -> tuple[int, ...]:
        """Another one whenever the file was replaced; empty where there is none."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise self._unreadable(error) from error
        return (found.st_mtime_ns, found.st_ino, found.st_size)

    def _read(self) -> tuple[Token, ...]:
        try:
            file = _File.model_validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise self._unreadable(error) from error
        except ValidationError as error:
            fault = error.errors()[0]
            place = ".".join(map(str, fault["loc"])) or "整个文件"
            raise DafuError(
                f"令牌文件 {self._path} 不能使用：{place} 不对。它由 dafu token 写成，请从备份恢复，"
                "或者移走它，再用 dafu token add 重新发放。"
            ) from error
        if file.checksum not in (None, file.sum()):
            raise DafuError(
                f"令牌文件 {self._path} 不能使用：内容与它自己的校验和不符，文件已被改动或损坏。请从备份恢复，"
                "或者移走它，再用 dafu token add 重新发放。"
            )
        return file.tokens

    def _unreadable(self, error: OSError) -> DafuError:
        return DafuError(
            f"令牌文件 {self._path} 无法读取（{error.strerror}）。它只有写它的用户能读："
            "请以运行服务的用户运行 dafu token，或把文件的所有者改成这个用户。"
        )

    def _write(self, tokens: tuple[Token, ...]) -> None:
        file = _File(tokens=tokens)
        data = file.model_copy(update={"checksum": file.sum()}).model_dump_json(indent=1).encode() + b"\n"
        write_atomically(self._path, data, _MODE)

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        """One writer at a time, others wait: a change takes milliseconds. Raises DafuError for a fault of the disk."""
        folder = self._path.parent
        if not folder.is_dir():
            raise DafuError(f"文件夹 {folder} 不存在。请用 --index 指定 dafu index 建立的索引文件夹。")
        with disk_faults(folder):
            descriptor = os.open(self._path.with_name(f".{self._path.name}.lock"), os.O_RDWR | os.O_CREAT, _MODE)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                yield
            finally:
                os.close(descriptor)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
