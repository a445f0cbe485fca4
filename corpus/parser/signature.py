"""Reads who signs, when, and the outcome class."""

import re
import unicodedata
from datetime import date

from corpus.language.agencies import SUFFIX, bureaus_in_line, compact
from corpus.language.dates import find_date, is_date_line
from corpus.parser.layout import Layout, before_date
from corpus.types import Outcome

_OUTCOME = re.compile(
    r"(?:办理|办复|答复|解决|处理|提案|建议)?(?:结果|情况)?(?:类别|类型|分类|程度|结果|情况)(?:标记)?[）)】]?(?:\s*[：:|])?"
    r"(?:已?解决或?采纳|[（(“\"【\[\s])*([A-DＡ-Ｄa-dａ-ｄ甲乙丙丁])[)）\]】]?\s*类?(?![\w\u4e00-\u9fff])"
)
_OUTCOMES: dict[str, Outcome] = {"甲": "A", "乙": "B", "丙": "C", "丁": "D", "A": "A", "B": "B", "C": "C", "D": "D"}
_AGENCY_OF_HEADING = re.compile(rf"([\u4e00-\u9fff]{{2,30}}?{SUFFIX})(?:关于|对)")


def signatures(layout: Layout) -> list[str]:
    """The bureaus in the signature lines of the closing, in order; a date may stand on the same line."""
    found: list[str] = []
    for paragraph in layout.closing:
        if re.match(r"\s*[（(]?(抄送|主送|联系|承办)", paragraph.text):
            continue
        found += bureaus_in_line(before_date(paragraph.text))
    return list(dict.fromkeys(found))


def agency(layout: Layout, fields: dict[str, str], *, stated_wins: bool) -> str | None:
    """The bureau that answers: by its signature, else the heading, else the letterhead, else the file's own field.

    With `stated_wins`, the field comes first.
    """
    stated = compact(fields.get("agency", "")) or None
    if stated and stated_wins:
        return stated
    signed = signatures(layout)
    if signed:
        return signed[0]
    if match := _AGENCY_OF_HEADING.match(compact(layout.heading or "")):
        return match[1]
    for paragraph in layout.head:
        name = re.sub(r"文件$", "", compact(paragraph.text))
        if names := bureaus_in_line(name):
            return names[0]
    return stated


def replied_on(layout: Layout, fields: dict[str, str], *, stated_wins: bool) -> date | None:
    """The date under the signature, else one on a line of its own in the head, else the file's own field.

    With `stated_wins`, the field comes first.
    """
    stated = find_date(fields.get("replied_on", ""))
    if stated and stated_wins:
        return stated
    for paragraph in reversed(layout.closing):
        if re.search(r"印发|抄送", paragraph.text):
            continue
        signed = find_date(paragraph.text)
        if signed and (is_date_line(paragraph.text) or _ends_with_date(paragraph.text)):
            return signed
    for paragraph in layout.head:
        if is_date_line(paragraph.text) and (dated := find_date(paragraph.text)):
            return dated
    return stated


def _ends_with_date(text: str) -> bool:
    return bool(re.search(r"日\s*[)）]?$", text)) or bool(bureaus_in_line(re.split(r"\s+", text.strip())[0]))


def outcome(layout: Layout, fields: dict[str, str]) -> Outcome | None:
    """The outcome class, A to D (also 甲 to 丁), from the file's own field, else the head, else the closing."""
    stated = unicodedata.normalize("NFKC", fields.get("outcome", "")).strip().upper()[:1]
    if stated in _OUTCOMES:
        return _OUTCOMES[stated]
    head = [unicodedata.normalize("NFKC", paragraph.text).strip() for paragraph in layout.head]
    for text in head:  # "（A类）" at the heading's end, or a line of its own
        if match := re.search(r"[（(【\[]([A-D甲乙丙丁])\s*类?[)）】\]]$|^([A-D甲乙丙丁])类$", text):
            return _OUTCOMES[match[1] or match[2]]
    for paragraph in (*layout.head, *layout.closing):
        if match := _OUTCOME.search(unicodedata.normalize("NFKC", paragraph.text)):
            return _OUTCOMES[match[1].upper()]
    return None
