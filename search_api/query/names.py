"""What a snapshot's documents can be named by, and where a text names any of it.

Only what a document has that the user may see is a name: 2031年 or 云岫县 names nothing where no document has it.

Not for: what the names are worth to the ranking (hits.py), and agencies' forms (agencies.py).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

import numpy as np

from corpus.language.agencies import CITY, PROVINCE, district_of
from corpus.language.numerals import to_int
from indexer.build.derivations import Proposers
from indexer.engine.protocol import DocumentEntry, Keys
from indexer.snapshot import Snapshot
from indexer.terms import analyzer
from search_api.query.agencies import Agencies
from search_api.query.named import Named, NamedKind, without_overlaps
from search_api.remembered import remembered

_N = "0-9〇○零一二三四五六七八九十"
_DAY = re.compile(rf"(?<![{_N}])(?P<year>[{_N}]{{4}})年(?P<month>[{_N}]{{1,3}})月(?:(?P<day>[{_N}]{{1,3}})[日号])?")
_ISO_DAY = re.compile(r"(?<![\d.])(?P<year>(?:19|20)\d\d)([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})(?![\d.])")
# 2021年底, 2000年以前 and 截至2021年 speak of a time, and not of documents.
_YEAR = re.compile(
    rf"(?<![{_N}.])(?<![至到自从前])(?P<year>(?:19|20)\d\d|[一二][{_N}]{{3}}|[0-2]\d(?=年))"
    rf"(?:年度?(?![底末前以起后初间来代内])|(?![{_N}.\w-])|(?=[\s\u4e00-\u9fff])(?![个元名家处米位人套台万亿年]))"
)
_YEARS = re.compile(
    r"(?<![\d.])(?P<first>(?:19|20)\d\d)年?\s*(?:-|—|~|至|到|\.\.)\s*(?P<last>(?:19|20)\d\d)(?:年度?|(?![\d.-]))"
)
_SESSION = re.compile(
    rf"(?:[省市区县]?(?:政协|人大))?第?(?P<term>[{_N}]{{1,3}})届(?:[省市区县]?(?:政协|人大)(?:会议)?)?第?(?P<meeting>[{_N}]{{1,2}})次(?:会议)?"
)
_KINDS = {
    "政协提案": "cppcc", "委员提案": "cppcc", "政协委员提案": "cppcc", "人大建议": "npc", "代表建议": "npc",
    "人大代表建议": "npc", "群众来信": "message", "群众留言": "message", "网友留言": "message", "网民留言": "message",
    "市民留言": "message",
}  # fmt: skip
_KINDS_ALONE = {"提案": "cppcc", "建议": "npc", "留言": "message", "来信": "message"}
"""Names only where they stand alone: 关于…的建议 is a title."""
_KIND = re.compile("|".join(sorted(_KINDS, key=len, reverse=True)))
_ALONE = re.compile(r"(?<![^\s，、。])(?P<word>[^\s，、。]+)(?![^\s，、。])")
_MEMBER_AFTER = re.compile(r"(?:等)?(?:政协委员|人大代表|委员|代表)?(?:们)?(?:等人)?(?=$|[\s，、。的和与及提])")
_MEMBER_BEFORE = re.compile(r"(?:^|[\s，、。和与及])(?P<title>[省市区县]?(?:政协委员|人大代表|委员|代表|提案人)\s*)?$")
_PARTY = re.compile("民革|民盟|民建|民进|农工党|致公党|九三学社|台盟|工商联")
_MAX_NAME = 20  # characters of a member's name: the longest are those of parties' committees


class Names:
    """The agencies, districts, years, days, sessions, kinds and members of documents. Safe from any thread."""

    def __init__(
        self,
        entries: Sequence[DocumentEntry],
        proposed: Iterable[tuple[DocumentEntry, Sequence[Mapping[str, object]]]] = (),
        words: analyzer.Analyzer = analyzer.DEFAULT,
    ) -> None:
        self._holders: defaultdict[tuple[NamedKind, str], list[int]] = defaultdict(list)
        for entry in entries:
            for kind, value in _facts(entry):
                self._holders[kind, value].append(entry.key)
        for entry, rows in proposed:
            for kind, value in _proposers(rows):
                self._holders[kind, value].append(entry.key)
        self._agencies = Agencies((value for kind, value in self._holders if kind == "agency"), words.words)
        self._districts = {value for kind, value in self._holders if kind == "district"} - {CITY, PROVINCE}

    def found(self, text: str) -> list[Named]:
        """What a text names, in reading order; of two names that overlap the longer one."""
        return without_overlaps([named for named in self._all(text) if named is not None])

    def _all(self, text: str) -> Iterator[Named | None]:
        for start, end, agencies in self._agencies.found(text):
            yield self._named("agency", agencies, text, start, end)
        yield from self._districts_in(text)
        yield from self._times_in(text)
        for match in _SESSION.finditer(text):
            term, meeting = to_int(match["term"]), to_int(match["meeting"])
            yield self._named("session", (f"{term}-{meeting}",), text, *match.span())
        for match in _KIND.finditer(text):
            yield self._named("kind", (_KINDS[match[0]],), text, *match.span())
        for match in _ALONE.finditer(text):
            if kind := _KINDS_ALONE.get(match["word"]):
                yield self._named("kind", (kind,), text, *match.span())
        yield from self._members_in(text)

    def _named(self, kind: NamedKind, values: tuple[str, ...], text: str, start: int, end: int) -> Named | None:
        documents = sorted({key for value in values for key in self._holders.get((kind, value), ())})
        if not documents:
            return None
        keys: Keys = np.array(documents, dtype=np.int64)
        return Named(kind, text[start:end], values, start, end, keys, stays=kind == "district")

    def _districts_in(self, text: str) -> Iterator[Named | None]:
        for district in self._districts:
            for match in re.finditer(re.escape(district), text):
                yield self._named("district", (district,), text, *match.span())
        for match in _ALONE.finditer(text):
            for district in (d for d in self._districts if match["word"] == d[:-1] and len(d) > 2):
                yield self._named("district", (district,), text, *match.span())

    def _times_in(self, text: str) -> Iterator[Named | None]:
        """Days, months and years; of a day on which nobody replied the month, and of such a month the year."""
        for match in (*_DAY.finditer(text), *_ISO_DAY.finditer(text)):
            for kind, value in _times(match):
                if (kind, value) in self._holders:
                    yield self._named(kind, (value,), text, *match.span())
                    break
        for match in _YEARS.finditer(text):
            span = range(int(match["first"]), int(match["last"]) + 1)
            held = tuple(str(year) for year in span if ("year", str(year)) in self._holders)
            yield self._named("year", held, text, *match.span())
        for match in _YEAR.finditer(text):
            yield self._named("year", (str(_year(match["year"])),), text, *match.span())

    def _members_in(self, text: str) -> Iterator[Named | None]:
        """Names that stand by themselves or beside 委员, 代表, 等 or 的: 高建设 is no member in 提高建设标准."""
        for match in _ALONE.finditer(text):
            if _PARTY.fullmatch(match["word"]):
                bodies = (value for kind, value in self._holders if kind == "member" and match["word"] in value)
                yield self._named("member", tuple(bodies), text, *match.span())
        for start in range(len(text)):
            before = _MEMBER_BEFORE.search(text[:start])
            if not before:
                continue
            for end in range(start + 2, min(start + _MAX_NAME, len(text)) + 1):
                after = _MEMBER_AFTER.match(text, end) if ("member", text[start:end]) in self._holders else None
                if after:
                    begin = start - len(before["title"] or "")
                    yield self._named("member", (text[start:end],), text, begin, after.end())


@remembered
def names_of(snapshot: Snapshot) -> Names:
    """What the documents of a snapshot can be named by."""
    proposed = snapshot.derived_by_document(Proposers.name, Proposers.version)
    return Names(snapshot.engine.entries(), proposed, snapshot.analyzer)


def _facts(entry: DocumentEntry) -> Iterator[tuple[NamedKind, str]]:
    yield "kind", entry.kind
    if entry.agency:
        yield "agency", entry.agency
        if district := district_of(entry.agency):
            yield "district", district
    if entry.year:
        yield "year", str(entry.year)
    if entry.replied_on:
        yield "date", entry.replied_on
        yield "date", entry.replied_on[:7]


def _proposers(rows: Sequence[Mapping[str, object]]) -> Iterator[tuple[NamedKind, str]]:
    for row in rows:
        members, session = row["members"], row["session"]
        if isinstance(members, list):
            yield from (("member", str(name)) for name in members)
        if isinstance(session, list):
            yield "session", "-".join(map(str, session))


def _times(match: re.Match[str]) -> Iterator[tuple[NamedKind, str]]:
    year, month, day = (to_int(part) if part else None for part in match.group("year", "month", "day"))
    if year and month and day:
        try:
            yield "date", date(year, month, day).isoformat()
        except ValueError:  # a 30 February
            return
    yield "date", f"{year}-{month:02}"
    yield "year", str(year)


def _year(text: str) -> int | None:
    """23 is 2023."""
    year = to_int(text)
    return year + 2000 if year is not None and year < 100 else year
