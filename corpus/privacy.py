"""Personal data: found and masked. A mask keeps the length, so that every offset still holds.

Not masked: document numbers, proposal numbers, amounts, dates, service lines such as 12345.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from corpus.types import Contact, Document

MASK = "*"

_IDENTITY = re.compile(
    r"(?<![0-9A-Za-z])[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])"
)
_MOBILE = re.compile(r"(?<![\d.])(?:(?:\+|00)?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![\d.]|[万亿元人次户件张])")
_AREA_LINE = re.compile(
    r"(?<![\d.])(?:[（(]0\d{2,3}[)）]|0\d{2,3})\s?[-－—–一]?\s?\d{7,8}(?:\s?[-转]\s?\d{1,5})?(?!\d)"
)
_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+")
_LINE_NUMBER = re.compile(r"(?<![\d.])\d{3,4}[- ]?\d{4}(?![\d.])")
_NUMBER_LABEL = re.compile(r"电\s*话|手\s*机|联系方式|热\s*线|传\s*真|致\s*电|拨\s*打|Tel|TEL|tel")
_PERSON_LABEL = re.compile(
    r"(?:联\s*系\s*人|承\s*办\s*人|经\s*办\s*人|经办同志)(?:员)?(?:姓名)?(?:及其?(?:联系)?(?:电话|方式))?(?:\s*[：:]\s*|\s+)"
)
# What follows a label speaks of contacts up to the end of its line or sentence.
_STRETCH = re.compile(r"[^\n。]{0,120}")
_NAME = re.compile(r"[\u4e00-\u9fff](?:\s[\u4e00-\u9fff](?![\u4e00-\u9fff])|[\u4e00-\u9fff·]+)")
_UNIT = re.compile(r".*(?:局|委|办|会|科|处|室|股|中心|残联|队|院|所|站|政府|街道|镇|组)(?=[\u4e00-\u9fff]{2,3}$)")
_NOT_A_NAME = re.compile(
    r".*(电话|方式|手机|邮箱|传真|座机|单位|部门|同志|地址|网址|邮编|咨询|联系|办公|局|委|科|处|室|股|中心|残联|队|院|所|站)"
)


class PersonalData(NamedTuple):
    """A span of personal data, `start` and `end` in characters."""

    start: int
    end: int
    kind: str


def find_personal_data(text: str) -> list[PersonalData]:
    """Telephone numbers, e-mail addresses, identity numbers and contact names, in order, not overlapping."""
    found: list[PersonalData] = []
    taken = 0
    for item in sorted(_candidates(text), key=lambda d: (d.start, -d.end)):
        if item.start >= taken:
            found.append(item)
            taken = item.end
    return found


def mask(text: str) -> str:
    """The text with its personal data masked, same length.

    >>> mask("联系人：陈小平，电话：86601234，13000001234，a.b@x.cn")
    '联系人：陈**，电话：86******，130********，a**@x.cn'
    """
    parts, at = [], 0
    for start, end, kind in find_personal_data(text):
        parts += [text[at:start], _masked(text[start:end], kind)]
        at = end
    return "".join([*parts, text[at:]])


def mask_contact(contact: Contact) -> Contact:
    """Names and numbers of a contact, masked."""
    return Contact(
        names=tuple(_masked(n, "name") for n in contact.names),
        phones=tuple(_masked(p, "phone") for p in contact.phones),
        emails=tuple(_masked(e, "email") for e in contact.emails),
    )


def mask_document(document: Document) -> Document:
    """The document as it may leave the system. Offsets hold, and a heading is still what stands at its section."""
    sections = tuple(s.model_copy(update={"heading": mask(s.heading)}) if s.heading else s for s in document.sections)
    citations = tuple(c.model_copy(update={"title": mask(c.title)}) for c in document.citations)
    return document.model_copy(
        update={
            "text": mask(document.text),
            "heading": mask(document.heading) if document.heading else None,
            "title": mask(document.title) if document.title else None,
            "question": mask(document.question) if document.question else None,
            "answered_points": tuple(mask(point) for point in document.answered_points),
            "contact": mask_contact(document.contact) if document.contact else None,
            "sections": sections,
            "citations": citations,
        }
    )


def _candidates(text: str) -> Iterator[PersonalData]:
    for kind, pattern in (("email", _EMAIL), ("identity", _IDENTITY), ("phone", _MOBILE), ("phone", _AREA_LINE)):
        for match in pattern.finditer(text):
            yield PersonalData(match.start(), match.end(), kind)
    for label in _NUMBER_LABEL.finditer(text):
        yield from _numbers(text, label.end())
    for label in _PERSON_LABEL.finditer(text):
        yield from _numbers(text, label.end())
        yield from _names(text, label.end())


def _numbers(text: str, start: int) -> Iterator[PersonalData]:
    """Telephone numbers of seven or eight digits, which only a label tells from other numbers."""
    stretch = _STRETCH.match(text, start)
    for match in _LINE_NUMBER.finditer(text, start, stretch.end() if stretch else start):
        yield PersonalData(match.start(), match.end(), "phone")


def _names(text: str, start: int) -> Iterator[PersonalData]:
    """Names in a list of contacts; a bureau or office before a name (市民政局覃少华) is none of it."""
    stretch = _STRETCH.match(text, start)
    for match in _NAME.finditer(text, start, stretch.end() if stretch else start):
        unit = _UNIT.match(match[0])
        name = match[0][unit.end() :] if unit else match[0]
        if 2 <= len(name.replace(" ", "")) <= 4 and not _NOT_A_NAME.fullmatch(name):
            yield PersonalData(match.end() - len(name), match.end(), "name")


def _masked(value: str, kind: str) -> str:
    if kind == "email":
        local, _, domain = value.partition("@")
        return f"{local[:1]}{MASK * (len(local) - 1)}@{domain}"
    kept = {"name": 1, "identity": 3}.get(kind, 3 if len(re.sub(r"\D", "", value)) >= 11 else 2)
    return value[:kept] + re.sub(r"[^\s、，,/]", MASK, value[kept:])
