"""What sort of number a figure is: how much there is (stock) or came in a time (flow), what is aimed at, a share.

A price, a grant or a rule's number is none of them.
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import Literal

from corpus.facts.periods import bounds
from corpus.facts.quantities import Quantity
from corpus.facts.units import MONEY, SHARE

Kind = Literal["stock", "flow", "target", "share"]

_CLAUSE = re.compile("[，；：。,;:]")
_AIMS = re.compile(
    r"力争|计划|目标|拟|将|预计|争取|确保|承诺|提出|要求|规划|仍缺|底前|年内|方案|任务|原定|安排|至少\s?$"
)
_WAS_AIMED = re.compile(r"(?:原定|确定|提出|承诺|计划)的\s?$")  # 没有达到原定的3家
_REPORTS = re.compile(r"实际|已|完成了|目前|截至|现有|共建成")
_RULE = re.compile(
    r"每|补助|补贴|标准|收费|封顶|包月|月租|租金|单次|单价|津贴|奖补|限额|人均|餐价|价格|划转|筹资|总价|造价|成本|打平|折合"
)
_HAPPENS = re.compile(
    r"新增|完工|查处|发放|受理|支出|接诊|检查|退还|送出|供餐|关停|停办|新开|拨付|提取|立案|罚款|招生|出生|办理|投诉|结算|申请|发证|退件|异议|开工|投用|培训"
)
_AT = re.compile("截至|[年月][底末]|现有|目前")


def kind_of(
    text: str, counted: Sequence[Quantity], position: int, period: str | None, written: date | None
) -> Kind | None:
    """The kind of a sentence's quantity, by its clause and its period."""
    quantity = counted[position]
    clause = _clause(text, counted, position)
    if _aims(text[: quantity.start], clause, period, written):
        return "target"
    if quantity.unit == SHARE:
        return "share"
    before = text[: quantity.start]
    happens = bool(_HAPPENS.search(clause))
    if quantity.unit == "个百分点" or (quantity.unit == MONEY and _RULE.search(before) and not happens):
        return None
    if quantity.unit == MONEY and not happens and (period is None or len(period) == 7):
        return None
    return _measured(before, clause, period, happens)


def _measured(before: str, clause: str, period: str | None, happens: bool) -> Kind:
    """Whether it is counted at a time or in one; a year alone does not tell."""
    if "日均" in clause or (happens and not _AT.search(before)):
        return "flow"
    if period and "/" in period:
        return "flow"
    return "flow" if period and len(period) == 4 and _HAPPENS.search(before) else "stock"


def _aims(before: str, clause: str, period: str | None, written: date | None) -> bool:
    if _WAS_AIMED.search(before):
        return True
    is_coming = bool(period and written and bounds(period)[1] > written.isoformat()[:7])
    if _REPORTS.search(clause):
        return False
    if is_coming:
        return True
    said = _AIMS.search(clause)
    return bool(said) and not re.search(r"实际", before[-30:])


def _clause(text: str, counted: Sequence[Quantity], position: int) -> str:
    """The words of a quantity's clause up to it."""
    start = max((match.end() for match in _CLAUSE.finditer(text, 0, counted[position].start)), default=0)
    return text[start : counted[position].start]
