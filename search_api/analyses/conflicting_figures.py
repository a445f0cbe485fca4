"""Which documents state different values for one indicator, place and period?

Not for: reading figures (corpus.facts), or series of them (figures): here two names that only differ in what both
documents are about are one indicator, and what a text itself explains is no contradiction.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple, cast

from corpus.facts.periods import bounds
from corpus.facts.units import countable
from indexer.archive import Row
from indexer.engine.protocol import DocumentEntry
from search_api.analyses.contradiction import Contradiction, Statement, in_order, is_same_body, matter

_GENERIC = re.compile(r"各类|各种|全部|总数|总量|数量|人数|保有量|^(?:有|共|其中)")
# What leads to a number or says how it came about, and names nothing that is counted.
_SAYS_NO_THING = re.compile(
    r"(?:新增|增加|完成|建成|开工|完工|投用|通过|竣工|验收|累计|合计|总计|共计|实际|现有|达到|评估|新建|改造|其中)+"
)
_ONE_CITY = re.compile(r"全市|我市|本市")
_SOME_DISTRICTS = re.compile(r"(?<=[两三四五六七八])个(?=[区县])")
_STANDING = re.compile(r"(?:街道|乡镇|镇|区县|行政村)$")
"""What a place has for decades: how many is no matter of the period."""

_CHANGED = re.compile(r"[由从][^，。；]{1,14}(?:减|增|调|提|降|扩|升|改|压|缩)")
_EXPLAINED = re.compile(
    r"口径(?:不同|不一|有别|有差|调整|变化)|(?:未|不)(?:含|包括|计入|纳入统计)|算法不同|重新(?:统计|核定|普查)"
)

_ROUNDED, _ABOUT = 0.005, 0.1
"""How far apart two values are that are one: one of them is rounded, or said to be about right."""
_MONTHS, _FALLEN = 6, 0.8
"""A stock does not lose a fifth in half a year unless somebody says so."""

_SAME_NAME, _SAME_MATTER, _NO_NAME, _FELL = 0.9, 0.8, 0.65, 0.6
"""About the shares of such pairs that contradict each other, on the dev lines of eval/sample/conflicts.jsonl."""

_EVER = "ever"
_MOST = 0.8  # of the places that are cities: a reading goes wrong now and then


class _Claim(NamedTuple):
    """A figure of a document. `name` is what it counts, empty where no word says; `end` the last month it holds for,
    `about` the title and the indicators of the same unit, which a figure without a name may be of."""

    entry: DocumentEntry
    name: str
    row: Mapping[str, Any]
    end: str
    about: str

    @property
    def value(self) -> float:
        return float(self.row["value"])

    @property
    def statement(self) -> Statement:
        return Statement(self.entry, self.row["start"], self.row["quote"], self.row["value"])


_Stated = Mapping[int, frozenset[tuple[float, str, str | None]]]
"""The values with their units and places that each document states anywhere, by its key."""


def conflicting_figures(rows: Iterable[tuple[DocumentEntry, Sequence[Row]]]) -> list[Contradiction]:
    """The contradictions between the figures of documents, of each two documents and thing the likeliest.

    Works within groups of one unit, place, kind and period: never over all pairs of documents.
    """
    read = [(entry, cast(Sequence[Mapping[str, Any]], each)) for entry, each in rows]
    city = _only_city(row["place"] for _, each in read for row in each)
    stated = {entry.key: frozenset(_said(row) for row in each) for entry, each in read}
    groups: defaultdict[tuple[str, ...], list[_Claim]] = defaultdict(list)
    for entry, each in read:
        counted: defaultdict[str, list[str]] = defaultdict(list)
        for row in each:
            counted[row["unit"]].append(row["indicator"] or "")
        for row in each:
            if claim := _claim(entry, row, " ".join([entry.title or "", *counted[row["unit"]]])):
                groups[_group(claim, city)].append(claim)
    best: dict[tuple[int, int, str], Contradiction] = {}
    for group in groups.values():
        for found in _within(group, stated):
            key = found.a.entry.key, found.b.entry.key, found.what
            if key not in best or best[key].score < found.score:
                best[key] = found
    return list(best.values())


def _only_city(places: Iterable[str | None]) -> str | None:
    """The city that 全市 means; None in an archive of several."""
    counts = Counter(place for place in places if place and place.endswith("市") and not _ONE_CITY.fullmatch(place))
    ((city, most),) = counts.most_common(1) or [("", 0)]
    return city if most > _MOST * counts.total() else None


def _said(row: Mapping[str, Any]) -> tuple[float, str, str | None]:
    return float(row["value"]), countable(row["unit"]), row["place"]


def _claim(entry: DocumentEntry, row: Mapping[str, Any], about: str) -> _Claim | None:
    """None for a figure that cannot be compared: without a place, of no period, a bound, or one that the text explains
    or changes."""
    if not row["indicator"] or not row["place"] or row["upper"] is not None or row["precision"] in ("above", "below"):
        return None
    if row["kind"] in (None, "target") and not _STANDING.search(row["indicator"]):
        return None
    if _CHANGED.search(row["quote"]) or _EXPLAINED.search(row["quote"]):
        return None
    name = _GENERIC.sub("", row["indicator"])
    name = "" if _SAYS_NO_THING.fullmatch(name) else name
    if _STANDING.search(row["indicator"]):
        return _Claim(entry, name, row, _EVER, about)
    return _Claim(entry, name, row, bounds(row["period"])[1], about) if row["period"] else None


def _group(claim: _Claim, city: str | None) -> tuple[str, ...]:
    row = claim.row
    place = _SOME_DISTRICTS.sub("", row["place"])
    place = city if city and _ONE_CITY.fullmatch(place) else place
    if claim.end == _EVER:
        return countable(row["unit"]), place, _EVER
    since = "" if row["kind"] == "stock" else bounds(row["period"])[0]
    return countable(row["unit"]), place, row["kind"], since, claim.end[: 4 if row["kind"] == "stock" else 7]


def _within(group: Sequence[_Claim], stated: _Stated) -> Iterator[Contradiction]:
    """The contradictions of figures of one unit, place and kind, and of one year or period."""
    for one, other in combinations(group, 2):
        if one.entry.key == other.entry.key or is_same_body(one.entry, other.entry) or _agree(one, other):
            continue
        score = _score(one, other)
        if score and not (_tells(one, other, stated) or _tells(other, one, stated)):
            a, b = in_order(one.statement, other.statement)
            yield Contradiction(_what(one, other), a, b, score)


def _agree(one: _Claim, other: _Claim) -> bool:
    high, apart = max(abs(one.value), abs(other.value)), abs(one.value - other.value)
    about = "about" in (one.row["precision"], other.row["precision"])
    return apart <= high * (_ABOUT if about else _ROUNDED if high >= 1000 else 0.0)


def _score(one: _Claim, other: _Claim) -> float:
    """0 where they do not speak of one thing at one time."""
    named = _one_thing(one, other)
    if one.end == other.end:
        return named
    first, second = sorted((one, other), key=lambda claim: claim.end)
    fell = _month(second.end) - _month(first.end) <= _MONTHS and second.value < _FALLEN * first.value
    return _FELL if fell and named == _SAME_NAME else 0.0


def _one_thing(one: _Claim, other: _Claim) -> float:
    """How surely two names are of one thing: the same, or they differ in words that the other document is about."""
    if not (one.name and other.name):
        return _NO_NAME if _is_nameless_one_thing(one, other) else 0.0
    if one.name == other.name:
        return _SAME_NAME
    short, long = sorted((one, other), key=lambda claim: len(claim.name))
    if not long.name.endswith(short.name):
        tail = _SAYS_NO_THING.match(long.name)
        rest = long.name[tail.end() :] if tail else ""
        return _SAME_MATTER if rest and short.name.endswith(rest) else 0.0
    more = _SAYS_NO_THING.sub("", long.name.removesuffix(short.name))
    return _SAME_MATTER if more in f"{short.entry.title} {short.row['quote']}" else 0.0


def _is_nameless_one_thing(one: _Claim, other: _Claim) -> bool:
    """Whether a figure that only says 新增 or 建成 counts what the other does: both documents are about it."""
    if "\t" in one.row["quote"] or "\t" in other.row["quote"]:
        return False
    name = _SAYS_NO_THING.sub("", one.name or other.name)
    nameless = other if one.name else one
    if name == (one.name or other.name) and name:  # 泊位 are all there are, 新增泊位 may be what 新增 counts
        return False
    if name:
        return name in nameless.about or name in nameless.row["quote"]
    return bool(matter(one.entry.title) & matter(other.entry.title))


def _tells(one: _Claim, other: _Claim, stated: _Stated) -> bool:
    """Whether the document of one states the other's value too: it knows of both."""
    return _said(other.row) in stated[one.entry.key]


def _what(one: _Claim, other: _Claim) -> str:
    name = max(one.row["indicator"], other.row["indicator"], key=len)
    period = "" if one.end == _EVER else f"{one.row['period']}，"
    return f"{one.row['place']}，{period}{name}（{one.row['unit']}）"


def _month(text: str) -> int:
    return int(text[:4]) * 12 + int(text[5:7])
