"""Which part of the typed text can be completed, and by what?"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from search_api.query.language import QueryError, parse_query
from search_api.suggest.types import KINDS, MAX_TYPED, Kind

_FIELD = re.compile(r"(?P<before>(?:.*\s)?)(?P<field>-?\w{1,12}[:：]\s*)(?P<value>\S*)", re.DOTALL)
_LAST_WORD = re.compile(r"(?P<before>.*\s)(?P<word>\S+)", re.DOTALL)


class Part(NamedTuple):
    """`sought` can be completed by texts of these kinds; `before` and `field` stand in front of it and stay."""

    before: str
    field: str
    sought: str
    kinds: Sequence[Kind]


def parts_of(typed: str) -> list[Part]:
    """The whole text, and then the last of several words; of a field its value alone, and only if it names agencies.

    A text longer than MAX_TYPED has no parts.
    """
    if not typed.strip() or len(typed) > MAX_TYPED:
        return []
    if field := _FIELD.fullmatch(typed):
        try:
            wanted = parse_query(f"{field['field']}x").wanted
        except QueryError:
            return []
        if wanted:  # 尊敬的书记： only looks like a field and is prose
            return [Part(field[1], field[2], field[3], ("agency",))] if wanted.agencies else []
    whole = Part("", "", typed, KINDS[::-1] if re.search(r"\d", typed) else KINDS)
    last = _LAST_WORD.fullmatch(typed)
    return [whole, Part(last[1], "", last[2], ("term", "agency"))] if last else [whole]
