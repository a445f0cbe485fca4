"""The search form: its fields are the address of a results page, and the address reproduces the page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import TypeVar
from urllib.parse import urlencode

from indexer.filters import Filter
from search_api.query import ParsedQuery, QueryError, parse_query, plain
from search_api.web.labels import KINDS, ROLES

PAGE_SIZE = 10
LAST_PAGE = 1000  # nobody reads on; a deeper page costs the server a ranking of that length

_T = TypeVar("_T")


@dataclass(frozen=True)
class SearchForm:
    """Every field as it was typed, empty where it was not."""

    q: str = ""
    agency: str = ""
    year_from: str = ""
    year_to: str = ""
    kind: str = ""
    role: str = ""
    page: str = ""

    @classmethod
    def read(cls, params: Mapping[str, str]) -> "SearchForm":
        """The fields of an address; what is no field is ignored."""
        return cls(**{f.name: params.get(f.name, "").strip() for f in fields(cls)})

    @property
    def is_filtered(self) -> bool:
        return any((self.agency, self.year_from, self.year_to, self.kind, self.role))

    @property
    def number(self) -> int:
        """The page, from 1. Raises QueryError."""
        if not self.page:
            return 1
        if not self.page.isdecimal() or not 1 <= int(self.page) <= LAST_PAGE:
            raise QueryError(f"页码“{self.page}”不能使用：应为 1 到 {LAST_PAGE} 之间的数字。")
        return int(self.page)

    @property
    def offset(self) -> int:
        return (self.number - 1) * PAGE_SIZE

    def address(self, **changes: str) -> str:
        """The query string of this page, or of the page with some fields changed; empty fields are left out."""
        return urlencode({name: value for name, value in {**asdict(self), **changes}.items() if value})

    def parsed(self, agencies: Sequence[str]) -> ParsedQuery:
        """The query narrowed by the filters. Raises QueryError where either is wrong or they exclude each other.

        `agencies` are the archive's. Without words the filters alone are the query: the letters by date.
        """
        parsed = plain("") if self.is_filtered and not self.q else parse_query(self.q)
        return replace(parsed, wanted=self._narrowed(parsed.wanted, agencies))

    def _narrowed(self, wanted: Filter, agencies: Sequence[str]) -> Filter:
        if self.agency:
            wanted = replace(wanted, agencies=_agencies(wanted.agencies, self.agency, agencies))
        if self.year_from or self.year_to:
            wanted = replace(wanted, years=_years(wanted.years, self.year_from, self.year_to))
        if self.kind:
            wanted = replace(wanted, kinds=_choice(wanted.kinds, self.kind, KINDS, "类型"))
        if self.role:
            wanted = replace(wanted, roles=_choice(wanted.roles, self.role, ROLES, "办理"))
        return wanted


def _agencies(typed: tuple[str, ...], chosen: str, agencies: Sequence[str]) -> tuple[str, ...]:
    if not typed:
        return (chosen,)
    return _kept(agencies, lambda name: chosen in name and any(t in name for t in typed), "单位")


def _years(typed: tuple[tuple[int, int], ...], first: str, last: str) -> tuple[tuple[int, int], ...]:
    low, high = _year(first, 0), _year(last, 9999)
    if low > high:
        raise QueryError(f"年份范围前后颠倒：起始年 {low} 晚于结束年 {high}，请对调。")
    if not typed:
        return ((low, high),)
    overlaps = [(max(low, lo), min(high, hi)) for lo, hi in typed]
    return _kept(overlaps, lambda years: years[0] <= years[1], "年份")


def _year(text: str, absent: int) -> int:
    if not text:
        return absent
    if not (text.isdecimal() and len(text) == 4):
        raise QueryError(f"年份“{text}”无法识别：应为四位数字，例如 2023。")
    return int(text)


def _choice(typed: tuple[str, ...], chosen: str, choices: Mapping[str, str], name: str) -> tuple[str, ...]:
    if chosen not in choices:
        raise QueryError(f"筛选“{name}”的值“{chosen}”无法识别：可以是 {'、'.join(choices)}。")
    return _kept([chosen], lambda value: not typed or value in typed, name)


def _kept(values: Sequence[_T], holds: Callable[[_T], bool], name: str) -> tuple[_T, ...]:
    found = tuple(value for value in values if holds(value))
    if not found:
        raise QueryError(f"查询里写的“{name}:”和筛选里选的{name}没有交集：请去掉其中一个。")
    return found
