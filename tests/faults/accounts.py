"""Tokens and sessions at work: commands.py has what commands have in common."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

from corpus.errors import DafuError
from indexer.paths import IndexPaths
from search_api.web.access.sessions import SessionStore
from search_api.web.access.tokens import TokenStore
from tests.faults.commands import Command


def begin_session(users: str, token: str) -> None:
    """A login, as the server has it."""
    _run_or_say(lambda: print(_sessions(Path(users)).begin(token)))  # noqa: T201  # the next login is another


def end_session(users: str, secret: str) -> None:
    """A logout, as the server has it."""
    _run_or_say(lambda: _sessions(Path(users)).end(secret))


def _sessions(users: Path) -> SessionStore:
    return SessionStore(TokenStore(users), idle_s=600, longest_s=6000)


def _run_or_say(work: Callable[[], None]) -> None:
    """The server answers a DafuError with its sentence."""
    try:
        work()
    except DafuError as error:
        print(f"错误：{error}", flush=True)  # noqa: T201  # into the log of the process
        sys.exit(1)


class AddToken(Command):
    """`dafu token add` beside a token that is there."""

    name = "发放令牌"
    _NEW = "李四"

    @property
    def arguments(self) -> tuple[str, ...]:
        return "token", "add", self._NEW, "--index", str(self.index)

    def prepare(self) -> None:
        self.index.mkdir()
        self.secret = self._store.add("张三", ("内部",), frozenset(), None)

    @property
    def _store(self) -> TokenStore:
        return TokenStore(IndexPaths(self.index).users)

    def faults(self, succeeded: bool) -> Iterator[str]:
        if self._store.user(self.secret) is None:
            yield "the old token is gone"
        if self.is_done() != succeeded:
            yield f"tokens {[token.name for token in self._store.tokens()]}"

    def is_done(self) -> bool:
        return self._has_new

    @property
    def _has_new(self) -> bool:
        return self._NEW in [token.name for token in self._store.tokens()]


class RevokeToken(AddToken):
    """`dafu token revoke` of one of two tokens."""

    name = "收回令牌"

    @property
    def arguments(self) -> tuple[str, ...]:
        return "token", "revoke", self._NEW, "--index", str(self.index)

    def prepare(self) -> None:
        super().prepare()
        self._store.add(self._NEW, (), frozenset(), None)

    def is_done(self) -> bool:
        return not self._has_new


class BeginSession(AddToken):
    """A login beside a session that is there."""

    name = "登录"
    work: ClassVar[Callable[..., None]] = staticmethod(begin_session)

    @property
    def arguments(self) -> tuple[str, ...]:
        return str(IndexPaths(self.index).users), self.secret

    def prepare(self) -> None:
        super().prepare()
        self.session = _sessions(IndexPaths(self.index).users).begin(self.secret)

    def faults(self, succeeded: bool) -> Iterator[str]:
        if self._store.user(self.secret) is None:
            yield "the token is gone"
        if _sessions(IndexPaths(self.index).users).find(self.session) is None:
            yield "the old session is gone"

    def is_done(self) -> bool:
        """Whoever logs in again has another session."""
        return False


class EndSession(BeginSession):
    """A logout."""

    name = "退出登录"
    work = staticmethod(end_session)

    @property
    def arguments(self) -> tuple[str, ...]:
        return str(IndexPaths(self.index).users), self.session

    def faults(self, succeeded: bool) -> Iterator[str]:
        if self._store.user(self.secret) is None:
            yield "the token is gone"
        if succeeded and _sessions(IndexPaths(self.index).users).find(self.session) is not None:
            yield "the session goes on"


ACCOUNTS: tuple[type[Command], ...] = (AddToken, RevokeToken, BeginSession, EndSession)
