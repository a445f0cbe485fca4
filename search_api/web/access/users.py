"""Users, their scopes and their rights."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from corpus.types import OPEN_SCOPE

Right = Literal["originals", "admin"]
"""originals: personal data unmasked, and the files that documents were read from. admin: the state of the server."""

RIGHTS: frozenset[Right] = frozenset(get_args(Right))

ALL_SCOPES = "*"
"""Stands for every scope in a list that an administrator writes."""


@dataclass(frozen=True)
class User:
    """Who sends a request. The audit knows them by `name`; `scopes` None sees documents of every scope."""

    name: str
    scopes: frozenset[str] | None = None
    rights: frozenset[Right] = frozenset()

    def may(self, right: Right) -> bool:
        return right in self.rights


LOCAL = User("本机", None, RIGHTS)
"""Anybody at the server itself."""

NOBODY = User("未登录", frozenset({OPEN_SCOPE}))
"""The user of a request that is answered without knowing who sent it."""


def scopes_of(names: Iterable[str]) -> frozenset[str] | None:
    """The value of `User.scopes` for these names. Every user sees what is open.

    >>> sorted(scopes_of(["民政"])), scopes_of(["民政", "*"])
    (['公开', '民政'], None)
    """
    scopes = {name.strip() for name in names} - {""}
    return None if ALL_SCOPES in scopes else frozenset({OPEN_SCOPE, *scopes})


def rights_of(names: Iterable[str]) -> frozenset[Right]:
    """The rights among the names; other names are ignored."""
    named = {name.strip() for name in names}
    return frozenset(right for right in RIGHTS if right in named)
