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
_AREA_LINE = re.compile(r"(?<![\d.])(?:[（(]0\d{2,3}[)）]|0\d{2,3})\s?[-－—–]?\s?\d{7,8}(?:\s?[-转]\s?\d{1,5})?(?!\d)")
_LINE_NUMBER = r"(?<!\d)\d{3,4}[- ]?\d{4}(?!\d)"
_LABELLED = re.compile(
    r"(?:电\s*话|手\s*机|联系方式|热\s*线|传\s*真|致\s*电|拨\s*打|联\s*系\s*人|Tel|TEL|tel)[^\d\n。；]{0,20}"
    rf"(?P<numbers>{_LINE_NUMBER}(?:[、/,，;；或和\s]+(?:[\u4e00-\u9fff]{{2,3}}[\s：:，,]*)?{_LINE_NUMBER})*)"
)
_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+")
_NAMED = re.compile(
    r"(?:联\s*系\s*人|承\s*办\s*人|经\s*办\s*人|经办同志)(?:姓名)?(?:及(?:联系)?(?:电话|方式))?(?:\s*[：:]\s*|\s+)"
    r"(?P<names>(?:[\u4e00-\u9fff·]{2,4}|[\u4e00-\u9fff]\s+[\u4e00-\u9fff])"
    r"(?:\s*[、，,/]\s*(?!联系|电话|手机|传真|邮箱)[\u4e00-\u9fff·]{2,4})*)(?=[\s，,、；;（(:：)）\d。]|$|联系|电话)"
)
_NOT_A_NAME = re.compile(r"电话|方式|单位|办公室|科室|[科股处]$|同志|部门")


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
    """The document as it may leave the system. Offsets hold."""
    return document.model_copy(
        update={
            "text": mask(document.text),
            "question": mask(document.question) if document.question else None,
            "contact": mask_contact(document.contact) if document.contact else None,
        }
    )


def _candidates(text: str) -> Iterator[PersonalData]:
    for kind, pattern in (("email", _EMAIL), ("identity", _IDENTITY), ("phone", _MOBILE), ("phone", _AREA_LINE)):
        for match in pattern.finditer(text):
            yield PersonalData(match.start(), match.end(), kind)
    for match in _LABELLED.finditer(text):
        for number in re.finditer(_LINE_NUMBER, match["numbers"]):
            start = match.start("numbers") + number.start()
            yield PersonalData(start, start + len(number[0]), "phone")
    for match in _NAMED.finditer(text):
        for name in re.finditer(r"[\u4e00-\u9fff·]+(?:\s+[\u4e00-\u9fff](?![\u4e00-\u9fff]))?", match["names"]):
            if not _NOT_A_NAME.search(name[0]):
                start = match.start("names") + name.start()
                yield PersonalData(start, start + len(name[0]), "name")


def _masked(value: str, kind: str) -> str:
    if kind == "email":
        local, _, domain = value.partition("@")
        return f"{local[:1]}{MASK * (len(local) - 1)}@{domain}"
    kept = {"name": 1, "identity": 3}.get(kind, 3 if len(re.sub(r"\D", "", value)) >= 11 else 2)
    return value[:kept] + re.sub(r"[^\s、，,/]", MASK, value[kept:])
