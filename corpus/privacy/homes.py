"""Finds the door of a home: building, unit and room. The neighbourhood stays.

Not masked: doors of offices, and buildings of a neighbourhood without a room, which are what a letter is about.
"""

import re
from collections.abc import Iterator

from corpus.privacy.labels import either

Span = tuple[int, int]

_NUMBER = r"(?:[A-Za-z]?\d{1,5}[A-Za-z]?|[A-Za-z]|[一二三四五六七八九十零〇百]{1,5}|[甲乙丙丁])"
_UNIT = (
    r"(?:号楼|号院|栋|幢|座|#楼?|单元|门洞|梯|楼|层|室|房(?!屋|产)|弄|号(?![线令文召角码])|组(?!织)"
    r"|门(?!口|诊|面|前|外|卫))"
)
_DOORS = (
    rf"(?<![\dA-Za-z哪这那每同月整])第?{_NUMBER} ?{_UNIT}(?:院|大院|内)?"
    rf"(?:[- ,]?(?:附|内|之)?{_NUMBER} ?{_UNIT}){{0,5}}"
    r"(?:[- ]?(?<!年)\d{2,4}[A-Za-z]?(?![\d年月.人元]))?(?:[一二三四五六七八九十零〇]{2,4}(?![月年日]))?"
)
_DASHED = r"(?<![\d-])[A-Z]?\d{1,3}[栋幢#]?(?:[-#]\d{1,4}){1,3}(?![\d-])"
_HOME = re.compile(
    rf"(?:{either('home')}|住(?<![\u4e00-\u9fff]住)(?![房院建宅户宿所址在]))"
    rf"[^,。;、()\n]{{0,30}}?(?P<value>{_DOORS}|{_DASHED})"
)
_NO_HOME = re.compile(either("no_home"))
_NUM = r"(?:\d{1,4}|[A-Z]|[一二三四五六七八九十]{1,3})"
# Up to a room: 3栋2单元501室, 5栋1102, 6座18B. A building alone is no home.
_FLAT = re.compile(
    r"[\dA-Z一二三四五六七八九十](?<![\dA-Za-z].)(?:\d{0,3}|[一二三四五六七八九十]{0,2}) ?(?:栋|幢|座|号楼|#楼?|单元)"
    rf"(?: ?{_NUM} ?(?:单元|门|梯|座))?(?: ?{_NUM} ?[楼层])?(?: ?-)?"
    r" ?(?:[A-Z]?\d{2,5}[A-Z]?|\d{1,2}[A-Z]|[一二三四五六七八九零〇]{3,4})[室房号户]?"
    r"(?![\d栋幢座年月楼单%米元个万台部]|平方)"
)
_DASHED_FLAT = re.compile(r"[\dA-Z](?<![\d-].)\d{0,2}[栋#]?-\d{1,2}-\d{3,4}(?![\d-])")
_QUARTER_BEFORE = re.compile(rf"(?:{either('quarter')})[ ,]?(?:[A-Z一二三四五六七八九十东西南北]{{1,2}}[区期组团])?$")
_ADDRESS = re.compile(rf"地 ?址[为是: ]{{1,3}}(?P<where>[^,。;、()\n]{{0,30}}?)(?P<value>{_DOORS})")


def homes(text: str) -> Iterator[Span]:
    """Doors behind a label of a home, and flats of a residential quarter wherever they stand."""
    for match in _HOME.finditer(text):
        if not _NO_HOME.search(text[match.start() : match.end()]):
            yield match.span("value")
    for match in _FLAT.finditer(text):
        before = text[max(match.start() - 14, 0) : match.start()]
        if ("单元" in match[0] or _QUARTER_BEFORE.search(before)) and not _NO_HOME.search(before):
            yield match.span()
    for match in _DASHED_FLAT.finditer(text):
        if _QUARTER_BEFORE.search(text[max(match.start() - 8, 0) : match.start()]):
            yield match.span()
    for match in _ADDRESS.finditer(text):
        is_flat = re.search("室|单元", match["value"]) and _QUARTER_BEFORE.search(match["where"])
        if is_flat and not _NO_HOME.search(match["where"]):
            yield match.span("value")
