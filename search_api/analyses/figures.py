"""Figures over time: what several documents state of the same indicator, unit, place and kind, as one series.

Not for: reading a figure (corpus.facts); saying which of two values of a period is right.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from corpus.facts.periods import bounds
from corpus.facts.units import MONEY, countable
from indexer.terms.thesaurus import groups
from search_api.analyses.matter import OF_NO_MATTER, pairs_left

_GENERIC = re.compile(r"各类|各种|全部|停车(?=泊?位)|(?<=.)(?:保有量|总数|总量|数量|人数)$|^(?:有|共)")
# Words that only lead to a number: alone they name nothing that two documents could both count.
_NAMES_NOTHING = re.compile(
    r"(?:新增|增加|完成|建成|开工|完工|投用|受理|申请|办理|发放|支出|投资|总投资|补助|补贴|拨付|提取|送出|接诊|申报|确定|选取|平均|日均|合计|总计|累计"
    r"|其余|余下|计算|测算|剩余|缺口|计划|安排|调整|提高|降低|减少|下降|上升|通过|覆盖|服务|处理|检查|整改|培训|招聘|项目|单位|机构|部门|学校|街道|社区|企业|人员|群众|居民|代表|委员"
    r"|每人|每年|每月|每个|每户|每台|标准|总额|金额|费用|价格|封顶|长度|面积|两年|三年|比例|占比|满意|列入|涉及|分别|实际|达到|结算|定点|居家)+"
)
_SAME_PLACE = re.compile("主城|中心城|(?<=[两三四五六七])个")  # 主城四区, 四个区
_WHOLE = re.compile(r"[全我本][市区县]|[四五六七八]个?区|\t")
_NO_MATTER = re.compile(OF_NO_MATTER)
_SHORT = 4
"""Characters; a shorter indicator (床位), a price and a share are one thing only in documents about one matter."""


@dataclass(frozen=True)
class Stated:
    """A figure, who stated it, and in which words; `matter` is the title of its document."""

    indicator: str | None
    value: float
    unit: str
    place: str | None
    period: str | None
    kind: str | None
    doc_id: str
    start: int
    quote: str
    replied_on: str | None = None
    matter: str | None = None
    agency: str | None = None


@dataclass(frozen=True)
class Series:
    """What is stated of one thing, by period and then by when it was stated: revisions stand side by side."""

    indicator: str
    unit: str
    place: str
    kind: str | None
    points: tuple[Stated, ...]


_Key = tuple[str, str, str, str | None]


def series_of(stated: Iterable[Stated], *, least: int = 2) -> list[Series]:
    """The series of at least so many points, the longest first.

    A figure whose indicator or place is unknown, or whose indicator names nothing, is in none.
    """
    groups: defaultdict[_Key, list[Stated]] = defaultdict(list)
    for figure in stated:
        if key := _key(figure):
            groups[key].append(figure)
    found = [
        Series(_called(points), unit, place, kind, tuple(sorted(points, key=_order)))
        for (indicator, unit, place, kind), group in groups.items()
        for points in (_matters(group) if kind in (None, "share") or len(indicator) < _SHORT else [group])
        if len(points) >= least
    ]
    return sorted(found, key=lambda s: (-len(s.points), s.indicator, s.place, s.unit, s.kind or ""))


def _called(points: Sequence[Stated]) -> str:
    """What most of the figures call their indicator."""
    names = [point.indicator for point in points if point.indicator]
    return max(dict.fromkeys(names), key=names.count)


def _key(figure: Stated) -> _Key | None:
    if not figure.indicator or not figure.place:
        return None
    name = _GENERIC.sub("", figure.indicator)
    name = _same_names().get(name, name)
    if len(name) < 2 or _NAMES_NOTHING.fullmatch(name):
        return None
    if figure.kind is None and figure.unit != MONEY:
        return None
    if len(name) < _SHORT and figure.place not in figure.quote and not _WHOLE.search(figure.quote):
        return None  # 设托位300个 may be those of one house
    return name, countable(figure.unit), _SAME_PLACE.sub("", figure.place), figure.kind


@cache
def _same_names() -> dict[str, str]:
    """The names that the thesaurus takes for one: 老人饭堂 is 长者食堂."""
    return {word: words[0] for words in groups() for word in words}


def _matters(group: Sequence[Stated]) -> list[list[Stated]]:
    """The group cut into those whose documents share an agency or a word of their titles, or do by way of others."""
    parts: list[tuple[set[str], list[Stated]]] = []
    for figure in group:
        words = _words(figure.matter or figure.doc_id) | ({figure.agency} if figure.agency else set())
        joined = [part for part in parts if part[0] & words]
        parts = [part for part in parts if not part[0] & words]
        together = [point for _, points in joined for point in points]
        parts.append((words.union(*(known for known, _ in joined)), [*together, figure]))
    return [points for _, points in parts]


def _words(title: str) -> set[str]:
    """The pairs of neighbouring characters of what a title is about."""
    return pairs_left(_NO_MATTER, title) or {title}


def _order(figure: Stated) -> tuple[tuple[str, str], str, str, int]:
    when = bounds(figure.period) if figure.period else ("9999", "9999")
    return (when[1], when[0]), figure.replied_on or "", figure.doc_id, figure.start
