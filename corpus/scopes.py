"""How scopes combine: a document of several restrictions is for those users who have all of them.

A scope is a name such as 内部, or several joined by commas, which no single name may hold; 公开 restricts nothing.
"""

import re
from collections.abc import Collection

from corpus.types import OPEN_SCOPE

_SEPARATOR = ","


def narrowed(*scopes: str | None) -> str:
    """The scope of what each of these restricts; None restricts nothing.

    >>> narrowed("公开", None), narrowed("公开", "民政"), narrowed("民政", "公开", "内部")
    ('公开', '民政', '内部,民政')
    """
    names = {name for scope in scopes if scope for name in re.split("[,，]", scope) if name}
    return _SEPARATOR.join(sorted(names - {OPEN_SCOPE})) or OPEN_SCOPE


def admits(user: Collection[str], scope: str) -> bool:
    """Whether a user of some scopes may see what has this one.

    >>> admits({"公开", "民政"}, "民政"), admits({"公开", "民政"}, "内部,民政"), admits({"内部", "民政"}, "内部,民政")
    (True, False, True)
    """
    return all(name in user for name in scope.split(_SEPARATOR))
