"""Is a later answer one by the body that is responsible for the earlier one's matter, or by somebody elsewhere?

Not for: what a text says of its matter; only who speaks, and where.
"""

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from corpus.language.agencies import CITY, PROVINCE, district_of, without_place
from corpus.types import Document

Responsibility = Literal["own", "heir", "elsewhere", "other"]
"""What the later document's body is to the earlier one's: the same or one that may speak for it, the one that its duty
was handed to, one of another or a smaller place, or any other."""

_HANDED_OVER = re.compile(r"划入|划转|划归|移交|转隶|并入|改由|整合到")
_ENDS = re.compile("[。；！？\n]")
_ABOVE = (CITY, PROVINCE)


class _Name(NamedTuple):
    """The parts of a body's name."""

    place: str
    bureau: str
    district: str | None


@lru_cache(maxsize=4096)
def _named(agency: str) -> _Name:
    return _Name(*without_place(agency), district_of(agency))


def responsibility(earlier: Document, later: Document) -> Responsibility:
    """Of the body of `later` for what `earlier` says; "other" where either has none.

    A government speaks for its bureaus; the city's bureau beside a district's own is "other", a district's beside the
    city's is "elsewhere".
    """
    before, after = earlier.agency or "", later.agency or ""
    if not before or not after:
        return "other"
    if _are_one(before, after) or _signed_by(later, before) or _signed_by(earlier, after):
        return "own"
    old, new = _named(before), _named(after)
    if old.place == new.place and "政府" in (old.bureau[-2:], new.bureau[-2:]):
        return "own"
    if old.district and new.district and old.district != new.district and new.district not in _ABOVE:
        return "elsewhere"
    return "heir" if old.place == new.place and old.bureau and hands_over(later.text, old.bureau) else "other"


def hands_over(text: str, bureau: str) -> bool:
    """Whether a sentence says that a duty of this bureau went to another.

    >>> hands_over("停车设施的规划建设职责由市城市管理局划入我局。", "城市管理局")
    True
    >>> hands_over("工作经费已划入专户。市城市管理局负责巡查。", "城市管理局")
    False
    """
    for said in _HANDED_OVER.finditer(text):
        start = max((end.end() for end in _ENDS.finditer(text, max(0, said.start() - 100), said.start())), default=0)
        if bureau in text[max(start, said.start() - 100) : said.start()]:
            return True
    return False


def _are_one(a: str, b: str) -> bool:
    """Whether two names are one body's, one of them perhaps without its place.

    A bureau that names no place stands in its own archive: 民政局 and 松澜市民政局 are one, 青龙区民政局 is not.
    """
    if a == b:
        return True
    one, other = _named(a), _named(b)
    are_above = all(each.district in (*_ABOVE, None) for each in (one, other))
    return one.bureau == other.bureau and "" in (one.place, other.place) and are_above


def _signed_by(document: Document, agency: str) -> bool:
    return any(_are_one(agency, signer) for signer in document.co_agencies)
