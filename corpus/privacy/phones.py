"""Finds telephone numbers: mobiles however they are grouped, landlines behind a label, and whose a landline is.

Not masked: service numbers (12345, 96156, 400-), and a landline that the text calls an office's.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from corpus.privacy.folding import HAN
from corpus.privacy.labels import either
from corpus.privacy.names import TITLE
from corpus.privacy.surnames import COMMON

_BEGIN = r"(?:(?<![0-9A-Za-z])|(?<=[Tt][Ee][Ll]))(?<!\d\.)"
_END = r"(?!\d|\.\d|[A-Z0-9]{4})"
_EXTENSION = r"(?: ?(?:-|转接?|分机号?)[ :]?\d{1,5}(?:分机)?| ?\(分机号?[ :]?\d{1,5}\))?"
_NOT_YEARS = r"(?!(?:19|20)\d\d[- ](?:19|20)\d\d(?!\d))"
_LINE = rf"{_NOT_YEARS}\d{{3,4}}[- ]?\d{{4}}"
_LOCAL_LINE = rf"(?!(?:19|20)\d\d )(?=[2-8]){_LINE}"
_AREA_LINE = rf"(?:\(0[1-9]\d{{1,2}}\)|0[1-9]\d{{1,2}}) ?[-一]{{0,2}} ?(?!(?:19|20)\d\d-){_LINE}{_EXTENSION}{_END}"
_BETWEEN = r"(?: ?[-./·~_ ,、|*]{1,2} ?|\))?"
_MOBILE = re.compile(
    r"[+(018](?:(?<![0-9A-Za-z].)|(?<=[Tt][Ee][Ll].))(?<!\d\..)"
    r"(?:(?<=\+)86[- ]?\(?1|(?<=0)086[- ]?\(?1|(?<=8)6[- ]?\(?1|(?<=\()1|(?<=1))"
    rf"(?:{_BETWEEN}[3-9])(?:{_BETWEEN}\d){{9}}{_END}"
)
_AREA = re.compile(rf"(?=[(0]){_BEGIN}{_AREA_LINE}")
_LABELLED = re.compile(
    rf"{_BEGIN}(?:{_AREA_LINE}"
    rf"|(?<![量共约近第了额备])(?<![48]00[- ])(?!(?:400|800)[- ]?\d){_LOCAL_LINE}{_EXTENSION}{_END})"
)
_COUNTRY = re.compile(r"(?:\+|00)?86[- ]?")
_GROUPS = {
    (11,), (3, 4, 4), (4, 3, 4), (3, 3, 5), (4, 4, 3), (3, 8), (7, 4), (2, 4, 5), (3, 5, 3), (5, 6), (6, 5), (4, 7),
    (3, 4, 2, 2), (3, 2, 2, 2, 2), (3, 2, 2, 4), (2, 3, 3, 3), (3, 3, 3, 2), (1, 2, 4, 4), (1,) * 11,
}  # fmt: skip
"""How long the groups are in which a mobile is written: other groups are numbers of a table."""
# 张 and 万 before another character begin a name: 13812345678张三.
_COUNTED = re.compile(
    rf" ?[余多]?(?:[万张](?!{HAN})"
    r"|万?(?:[亿元次户件个条宗起年家份通部台名只辆篇项套间吨米%]|人(?!工)|平方|公里|号(?![码机百线])))"
)
_DATE = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_OTHER_NUMBER = re.compile(rf"(?:{either('other_number')})(?:[为是]|[号第: ])*$")
_NUMBER_LABEL = re.compile(
    rf"(?:{either('number', 'contact')})(?:号码?)?(?: *\([^()\d\n]{{0,12}}\))?"
    rf"(?:[及和与/、]{HAN}{{2,6}})?(?:如下|为|是)?"
    r"(?P<colon>[\s*]*[:|=])?"
)
# A label governs the text up to the end of its line, sentence or bracket; a cell may break right after the label.
_STRETCH = re.compile(r" *\n?(?:\([^()\n。]{0,60}\)|[^)\n。]){0,120}")
_FAR, _SHORTEST = 60, 7
# Without a colon, only this may stand between a label and its number, or between two numbers.
_CLOSELY = re.compile(
    rf"[\s(|、,;/或和及为是]{{0,4}}(?:{HAN}{{0,12}}(?:{either('office')}|{TITLE}))?\s?(?:[{COMMON}]{HAN}{{1,2}})?[\s(,:]{{0,4}}"
)
_PERSONAL = re.compile(either("personal", "contact"))
_OFFICIAL = re.compile(
    rf"(?:{either('service')})(?:联系|电话|热线|号码|专线|方式)*[\s为是:()]{{0,4}}$"
    rf"|(?:{either('office', 'organisation')})(?:{HAN}{{0,4}}(?:电话|座机|热线|号码|传真)(?:号码?)?)?"
    r"[\s为是:()]{0,4}$"
)
_ANOTHER_LINE = re.compile(rf" ?[/、,;或和] ?(?P<line>{_LOCAL_LINE}){_END}")
_AND_ANOTHER = re.compile(r" ?(?:[/、,;或和及]|或者|以及) ?")


class Number(NamedTuple):
    """A telephone number. `office`: the text calls it an office's, so it is nobody's own."""

    start: int
    end: int
    mobile: bool
    office: bool = False


def mobiles(text: str) -> Iterator[Number]:
    """Mobile numbers, labelled or not."""
    for match in _MOBILE.finditer(text):
        if _is_mobile(text, match):
            yield Number(*match.span(), mobile=True)
            if another := _ANOTHER_LINE.match(text, match.end()):
                yield Number(*another.span("line"), mobile=False)


def landlines(text: str) -> Iterator[Number]:
    """Landlines with an area code anywhere, others behind a label; only the label tells them from other numbers."""
    for match in _AREA.finditer(text):
        if not _COUNTED.match(text, match.end()):
            yield Number(*match.span(), mobile=False, office=_is_offices(text, match.start()))
    labels = list(_NUMBER_LABEL.finditer(text))
    limits = [*(label.start() for label in labels[1:]), len(text)]
    for label, limit in zip(labels, limits, strict=False):
        yield from _labelled(text, label, limit)


def _is_mobile(text: str, match: re.Match[str]) -> bool:
    number = _COUNTRY.sub("", match[0])
    groups = tuple(map(len, re.findall(r"\d+", number)))
    if groups not in _GROUPS:
        return False
    before = text[max(match.start() - 12, 0) : match.start()]
    if len(groups) > 1:
        apart = set(re.sub(r"\d", "", number))
        beside = re.search(r"\d[-./·~_ ,、|*]{1,2}$", before) or re.match(
            r"[-./·~_ ,|*]\d", text[match.end() : match.end() + 2]
        )
        if beside or (apart & set(".,、|*") and not _NUMBER_LABEL.search(before)):
            return groups == (3, 4, 4) and not apart - set(". ") and not beside
    return not _COUNTED.match(text, match.end()) and not _OTHER_NUMBER.search(before)


def _labelled(text: str, label: re.Match[str], limit: int) -> Iterator[Number]:
    """Numbers behind a label, up to `limit`, where the next label begins."""
    colon, start = bool(label["colon"]), label.end()
    if limit - start < _SHORTEST:
        return
    stretch = _STRETCH.match(text, start, limit)
    office = None
    for match in _LABELLED.finditer(text, start, stretch.end() if stretch else start):
        between = text[start : match.start()]
        if len(between) > _FAR or not (colon or _CLOSELY.fullmatch(between) or _MOBILE.search(between)):
            return
        at_once = colon and start == label.end() and not between.strip()
        counted = _COUNTED.match(text, match.end())
        if counted or (not at_once and (_DATE.fullmatch(match[0]) or _OTHER_NUMBER.search(between))):
            continue
        if office is None or not _AND_ANOTHER.fullmatch(between):
            office = _is_offices(text, match.start())
        yield Number(*match.span(), mobile=False, office=office)
        start = match.end()


def _is_offices(text: str, start: int) -> bool:
    """Whether the clause before a number names an office or a service as whose it is, and no person."""
    clause = re.split(r"[。;!?\n]", text[max(start - 40, 0) : start])[-1]
    return bool(_OFFICIAL.search(clause)) and not _PERSONAL.search(clause)
