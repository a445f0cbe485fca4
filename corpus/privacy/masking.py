"""Writes masks over personal data, in a text and in a whole document."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable

from corpus.privacy.finding import PersonalData, Scan
from corpus.types import Contact, Document, Section

MASK = "*"
_MASKED, _WRITTEN = re.compile(r"[^\s、，,/]"), re.compile(r"\w")
_KEPT = {"name": 1, "identity": 3, "card": 4, "plate": 2, "account": 1, "home": 0, "paper": 0}
"""Characters that a mask leaves at the beginning; a telephone number keeps 3 if it is long, else 2."""


def mask(text: str, known: Collection[str] = ()) -> str:
    """The text with its personal data masked, same length. `known`: names that are masked wherever they stand.

    >>> mask("联系人：陈小平，电话：86601234，13000001234，a.b@x.cn")
    '联系人：陈**，电话：86******，130********，a**@x.cn'
    >>> mask("网友罗贯中：您好。罗贯中家的事已办。")
    '网友罗**：您好。罗**家的事已办。'
    """
    return _written_over(text, Scan(text).personal_data(known))


def _written_over(text: str, found: Iterable[PersonalData]) -> str:
    parts, at = [], 0
    for start, end, kind in found:
        parts += [text[at:start], _masked(text[start:end], kind)]
        at = end
    return "".join([*parts, text[at:]])


def mask_contact(contact: Contact) -> Contact:
    """The contact with its names and numbers masked."""
    return Contact(
        names=tuple(_masked(n, "name") for n in contact.names),
        phones=tuple(_masked(p, "phone") for p in contact.phones),
        emails=tuple(_masked(e, "email") for e in contact.emails),
    )


def mask_document(document: Document, known: Collection[str] = ()) -> Document:
    """The document with its personal data masked. Offsets hold, and each heading still begins its section.

    A name that any part of it gives away, such as the title, is masked in all parts, and so are the names in `known`.
    """
    hide = _Hidden(document, known)
    text = hide(document.text)
    sections = tuple(
        section.model_copy(update={"heading": _heading(section, document.text, text, hide)})
        for section in document.sections
    )
    citations = tuple(c.model_copy(update={"title": text[c.start + 1 : c.end - 1].strip()}) for c in document.citations)
    return document.model_copy(
        update={
            "doc_id": hide(document.doc_id),
            "text": text,
            "heading": document.heading and hide(document.heading),
            "title": document.title and hide(document.title),
            "question": document.question and hide(document.question),
            "agency": document.agency and hide(document.agency),
            "addressees": tuple(map(hide, document.addressees)),
            "answered_points": tuple(map(hide, document.answered_points)),
            "contact": document.contact and mask_contact(document.contact),
            "sections": sections,
            "citations": citations,
            "source": document.source.model_copy(update={"path": hide(document.source.path)}),
        }
    )


class _Hidden:
    """Masks the texts of one document: a name that one of them gives away is masked in each."""

    def __init__(self, document: Document, known: Collection[str]) -> None:
        parts = (document.text, document.heading, document.title, document.question)
        self._scans = {part: Scan(part) for part in dict.fromkeys(parts) if part}
        self._known = frozenset(known).union(*(scan.names for scan in self._scans.values()))

    def __call__(self, text: str) -> str:
        scan = self._scans.get(text) or Scan(text)
        return _written_over(text, scan.personal_data(self._known))


def with_contacts(masked: Document, original: Document) -> Document:
    """The masked document with the contacts that its closing prints, as the original has them.

    What stands elsewhere stays masked: a number before the closing may be a resident's.
    """
    text, printed = masked.text, ""
    for start, end in ((s.start, s.end) for s in original.sections if s.role == "closing"):
        text = text[:start] + original.text[start:end] + text[end:]
        printed += _compact(original.text[start:end])
    contact = original.contact and _printed(original.contact, printed)
    return masked.model_copy(update={"text": text, "contact": contact})


def _printed(contact: Contact, printed: str) -> Contact:
    """The contact with all masked that does not stand in what is printed."""
    hidden = mask_contact(contact)

    def shown(values: tuple[str, ...], masks: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(v if _compact(v) in printed else m for v, m in zip(values, masks, strict=True))

    return Contact(
        names=shown(contact.names, hidden.names),
        phones=shown(contact.phones, hidden.phones),
        emails=shown(contact.emails, hidden.emails),
    )


def _compact(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _heading(section: Section, text: str, masked: str, hide: Callable[[str], str]) -> str | None:
    """The section's heading, cut from the masked text where it stands there, else masked by itself."""
    if section.heading and text.startswith(section.heading, section.start):
        return masked[section.start : section.start + len(section.heading)]
    return section.heading and hide(section.heading)


def _masked(value: str, kind: str) -> str:
    if kind == "email":
        at = re.search("[@＠]", value) or re.search("[#＃◎(（艾 ]", value)
        end = at.start() if at else len(value)
        return value[:1] + _MASKED.sub(MASK, value[1:end]) + value[end:]
    kept = _KEPT[kind] if kind in _KEPT else 3 if len(_WRITTEN.findall(value)) >= 11 else 2
    return value[:kept] + _MASKED.sub(MASK, value[kept:])
