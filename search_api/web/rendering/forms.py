"""The search form: its fields are the address of a results page, and the address reproduces the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from corpus.labels import KINDS, ROLES
from indexer.engine.filters import Filter
from indexer.engine.protocol import FIELD_NAMES, FieldName
from search_api.facets import Chosen
from search_api.labels import FACET_NAMES, OUTCOMES
from search_api.query.language import ParsedQuery, QueryError, days_of, parse_query, plain
from search_api.types import NamedValue, Sort

PAGE_SIZE = 10
MAX_PAGE = 1000  # nobody reads on; a deeper page costs the server a ranking of that length
NAMES_OFF = "off"
"""The value of `names` with which a bureau, a year or a member's name in the query is words like any other."""
_MAX_DIGITS = 10  # of a page's number, which may start with noughts
_MAX_SHOWN = 20  # characters of a wrong value that a sentence repeats

_CHOICES: Mapping[str, Mapping[str, str]] = {"kind": KINDS, "role": ROLES, "outcome": OUTCOMES}


@dataclass(frozen=True)
class SearchForm:
    """Every field as it was typed, or empty; a facet has each of its chosen values once."""

    q: str = ""
    since: str = ""
    until: str = ""
    agency: tuple[str, ...] = ()
    district: tuple[str, ...] = ()
    year: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    role: tuple[str, ...] = ()
    outcome: tuple[str, ...] = ()
    names: str = ""
    sort: str = ""
    page: str = ""

    @classmethod
    def read(cls, params: QueryParams) -> "SearchForm":
        """Reads the fields of an address, and ignores everything else in it."""
        typed: dict[str, Any] = {f.name: params.get(f.name, "").strip() for f in fields(cls)}
        for name in FIELD_NAMES:
            typed[name] = tuple(dict.fromkeys(value.strip() for value in params.getlist(name) if value.strip()))
        return cls(**typed)

    @property
    def chosen(self) -> Chosen:
        """The chosen values of each facet that has any."""
        return {name: values for name in FIELD_NAMES if (values := getattr(self, name))}

    @property
    def is_filtered(self) -> bool:
        return bool(self.chosen or self.since or self.until)

    @property
    def order(self) -> Sort:
        return "date" if self.sort == "date" else "closeness"

    @property
    def number(self) -> int:
        """The page, from 1. Raises QueryError."""
        if not self.page:
            return 1
        # Python reads no number of more than 4,300 digits.
        if not self.page.isdecimal() or len(self.page) > _MAX_DIGITS or not 1 <= int(self.page) <= MAX_PAGE:
            raise QueryError(f"页码“{self.page[:_MAX_SHOWN]}”不能使用：应为 1 到 {MAX_PAGE} 之间的数字。")
        return int(self.page)

    @property
    def offset(self) -> int:
        return (self.number - 1) * PAGE_SIZE

    def address(self, **changes: str | Sequence[str]) -> str:
        """The query string of this page, or of the page with some fields changed; empty fields are left out."""
        asked = {**vars(self), **changes}
        return urlencode({name: value for name, value in asked.items() if value}, doseq=True)

    def toggled(self, name: FieldName, value: str) -> str:
        """The address of the first page with this value of a facet also chosen, or no longer chosen."""
        values = getattr(self, name)
        left = tuple(v for v in values if v != value)
        return self.address(page="", **{name: left if value in values else (*values, value)})

    def with_names_chosen(self, named: Sequence[NamedValue]) -> str:
        """The address of the first page on which what the query names is chosen, as far as there is a facet or a date
        for it, and its words are gone."""
        words, chosen = self.q, {**self.chosen}
        dates = {"since": self.since, "until": self.until}
        for name in named:
            if name.kind in FIELD_NAMES:
                chosen[name.kind] = tuple(dict.fromkeys((*chosen.get(name.kind, ()), *name.values)))
            elif name.kind == "date":
                first, last = days_of(name.values[0]) or (date.min, date.max)
                dates = {"since": first.isoformat(), "until": last.isoformat()}
            else:
                continue
            words = words.replace(name.text, " ", 1)
        return self.address(page="", q=" ".join(words.split()), **chosen, **dates)

    def unfiltered(self) -> str:
        """The address of the first page of the words without any filter."""
        return SearchForm(q=self.q, sort=self.sort).address()

    def parsed(self) -> ParsedQuery:
        """The query with the form's dates and chosen values. Raises QueryError if any of it is wrong.

        Without words the rest is the query: the documents by date.
        """
        self._check()
        parsed = plain("") if self.is_filtered and not self.q else parse_query(self.q)
        if self.names == NAMES_OFF:
            parsed = parsed.literal()
        return replace(parsed, wanted=self._dated(parsed.wanted), chosen=self.chosen)

    def _check(self) -> None:
        """Raises QueryError for a value that no document can have."""
        for name, choices in _CHOICES.items():
            for value in getattr(self, name):
                if value not in choices:
                    raise QueryError(f"筛选“{FACET_NAMES[name]}”的值“{value}”无法识别：可以是 {'、'.join(choices)}。")

    def _dated(self, wanted: Filter) -> Filter:
        if not (self.since or self.until):
            return wanted
        since, until = _day(self.since, date.min), _day(self.until, date.max)
        if since > until:
            raise QueryError(f"日期范围前后颠倒：开始的 {since} 晚于结束的 {until}，请对调。")
        spans = [(max(since, begin), min(until, end)) for begin, end in wanted.dates or [(since, until)]]
        return replace(wanted, dates=tuple(spans))


def _day(text: str, absent: date) -> date:
    try:
        return date.fromisoformat(text) if text else absent
    except ValueError:
        raise QueryError(f"日期“{text}”无法识别：请写成 2023-06-18。") from None
