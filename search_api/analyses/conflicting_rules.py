"""Which documents of different bodies say the opposite on one thing: allowed here and forbidden there, done and not?

Not for: reading the rules (corpus.facts.rules), or figures (conflicting_figures).
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple, cast

from corpus.language.agencies import CITY, PROVINCE, district_of
from corpus.language.shingles import shingles
from indexer.archive import Row
from indexer.engine.protocol import DocumentEntry
from search_api.analyses.contradiction import Contradiction, Statement, in_order, is_same_body

_CHANGED = re.compile(
    r"修订|废止|改正|改为|调整[为到]|取消|放开|[自从][^，。；]{1,14}起|[今本]年[^，。；]{0,6}起|新(?:规|办法|条例)|延[期至]|推迟"
)
"""With these the later document says that what held before holds no more."""

_NO_WORD = re.compile(r"[^\u4e00-\u9fff]|[的了在和与及将为由到于也并或就对等是有我局委市区县其]")
_STOCK = re.compile(
    r"设置|办理|使用|提供|进行|建设|管理|服务|部门|单位|街道|社区|小区|居民|业主|项目|工作|情况|意见|建议|问题|要求|申请|审核|企业|机构|完成|目标|全部|覆盖|政府|公共|标准|时间|实施"
    r"|可以|不得|不能|必须|应当|不再|允许|禁止|无需|一律|已经|尚未|没有|解决|现场|组织|责任|相关|有关|按照|依照|规定|通过|以后|以上|以下|之前|年底|按时"
)
_LENGTH = 3  # characters that two sentences share in a row: two stand in sentences on anything
_MAX_ROWS = 60
"""Sentences in which three characters may stand to say what one is about: more are a way of speaking."""
_ONE_THING = 1.9
"""What two sentences on one thing share at least, counted in threes of characters that stand in two documents; chosen
on the dev lines of eval/sample/conflicts.jsonl."""
_SURE = 8.0
_LOW, _HIGH = 0.5, 0.85  # about the shares of pairs that share least and most, and do contradict each other


class _Ruling(NamedTuple):
    """A row of the derivation Rules with its document."""

    entry: DocumentEntry
    row: Mapping[str, Any]

    @property
    def statement(self) -> Statement:
        return Statement(self.entry, self.row["start"], self.row["quote"])


def conflicting_rules(rows: Iterable[tuple[DocumentEntry, Sequence[Row]]]) -> list[Contradiction]:
    """The contradictions between what documents allow, need and find, of each two documents and thing the likeliest.

    Pairs are looked for among sentences that share rare words alone: never among all.
    """
    rulings = [_Ruling(entry, row) for entry, each in rows for row in cast(Sequence[Mapping[str, Any]], each)]
    best: dict[tuple[str, str], Contradiction] = {}
    for (at, to), shared in _alike([ruling.row["quote"] for ruling in rulings], [r.entry.key for r in rulings]).items():
        one, other = rulings[at], rulings[to]
        if shared >= _ONE_THING and _are_opposed(one, other):
            a, b = in_order(one.statement, other.statement)
            found = Contradiction(_what(a.quote, b.quote), a, b, _score(shared))
            key = a.quote, b.quote
            if key not in best or best[key].score < found.score:
                best[key] = found
    return list(best.values())


def _alike(texts: Sequence[str], documents: Sequence[int]) -> Mapping[tuple[int, int], float]:
    """How much the texts of different documents share of their rarer threes of characters, for those that share any."""
    holding: defaultdict[str, list[int]] = defaultdict(list)
    for at, text in enumerate(texts):
        for three in _threes(text):
            holding[three].append(at)
    everything = 1 + len(set(documents))
    shared: Counter[tuple[int, int]] = Counter()
    for places in holding.values():
        owners = {documents[at] for at in places}
        if len(owners) > 1 and len(places) <= _MAX_ROWS:
            weight = math.log(everything / len(owners)) / math.log(everything / 2)
            for at, to in combinations(places, 2):
                if documents[at] != documents[to]:
                    shared[at, to] += weight  # type: ignore[assignment]  # typeshed counts in whole numbers
    return shared


def _threes(text: str) -> set[str]:
    return shingles(_NO_WORD.sub(" ", text).split(), _LENGTH)


def _are_opposed(one: _Ruling, other: _Ruling) -> bool:
    if one.row["kind"] != other.row["kind"] or one.row["said"] == other.row["said"]:
        return False
    if is_same_body(one.entry, other.entry) or _are_elsewhere(one.entry, other.entry):
        return False
    a, b = in_order(one.statement, other.statement)
    if _CHANGED.search(b.quote):
        return False
    if one.row["kind"] == "finished":  # what was not done yet is done later; both name the goal in another clause
        return bool((one if a.entry.key == one.entry.key else other).row["said"])
    here, there = (_words(each.row["clause"]) for each in (one, other))
    return bool(_words(one.row["act"]) & there or _words(other.row["act"]) & here)


def _are_elsewhere(one: DocumentEntry, other: DocumentEntry) -> bool:
    """Whether the two speak for different districts, each with rules of its own."""
    here, there = district_of(one.agency or ""), district_of(other.agency or "")
    return here != there and not {here, there} & {CITY, PROVINCE, None}


def _words(clause: str) -> set[str]:
    """The pairs of characters of what a clause is about."""
    return shingles(_NO_WORD.sub(" ", _STOCK.sub(" ", clause)).split(), 2)


def _what(one: str, other: str) -> str:
    """The longest words that both say."""
    for length in range(min(len(one), len(other), 24), 1, -1):
        for at in range(len(one) - length + 1):
            if (words := one[at : at + length]) in other and not re.search(r"[^\u4e00-\u9fff《》“”0-9]", words):
                return words
    return "同一件事"


def _score(shared: float) -> float:
    return round(_LOW + (_HIGH - _LOW) * min(shared, _SURE) / _SURE, 2)
