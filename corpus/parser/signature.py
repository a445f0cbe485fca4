"""Reads who signs, and when."""

import re
from datetime import date

from corpus.language.agencies import SUFFIX, bureaus_in_line, bureaus_in_list, compact, is_bureau_name
from corpus.language.dates import find_date, is_date_line
from corpus.language.lines import before_date
from corpus.parser.layout import Layout

_MAX_LABEL = 10  # characters
_AGENCY_OF_HEADING = re.compile(rf"([\u4e00-\u9fff]{{2,30}}?{SUFFIX})(?:关于|对)")

_AGENCY_LABEL = re.compile(
    r"[（(]?(?:单位名称|(?:[答回]复|承办|主办|办理|责任)?(?:单位|部门|机关)(?:[（(].{1,4}[)）])?)\s*[：:]\s*([^；;，,。]{3,40})"
)
_NO_SIGNATURE = re.compile(r"^\s*[（(]?(抄\s*送|主\s*送|联系|承办)|印[发制]?\s*$")
_ANSWERS = re.compile(rf"(?:^|[，。；])([\u4e00-\u9fff]{{2,20}}?{SUFFIX})现(?:将|就)?[^，。]{{0,20}}(?:答|回|函)复如下")


def signatures(layout: Layout) -> list[str]:
    """The bureaus in the signature lines of the closing, in order; a date may stand on the same line."""
    found: list[str] = []
    for paragraph in layout.closing:
        if _NO_SIGNATURE.search(paragraph.text):
            continue
        found += bureaus_in_line(before_date(paragraph.text))
    own = tuple(found[:1])  # the office of the bureau that signs is not another bureau
    return [name for name in dict.fromkeys(found) if name in own or not name.startswith(own)]


def agency(layout: Layout, fields: dict[str, str], *, stated_wins: bool) -> str | None:
    """The bureau that answers: by its signature, else the heading, else the letterhead, else the file's own field, else
    the website's source, else the opening.

    With `stated_wins`, the field comes first.
    """
    stated = next(iter(bureaus_in_list(fields.get("agency", ""))), None)
    if stated and stated_wins:
        return stated
    signed = signatures(layout) or _labelled(layout)
    match = _AGENCY_OF_HEADING.match(compact(layout.heading or ""))
    if signed:  # 澹州市墨渡区人民政府 may sign as 墨渡区人民政府
        return match[1] if match and match[1].endswith(signed[0]) else signed[0]
    if match:
        return match[1]
    for paragraph in layout.head:
        name = re.sub(r"文件$", "", compact(paragraph.text))
        if names := bureaus_in_line(name):
            return names[0]
    if stated or is_bureau_name(fields.get("source", "")):
        return stated or compact(fields["source"])
    return _named_in_opening(layout)


def _labelled(layout: Layout) -> list[str]:
    """The bureau of a line 单位名称：… in the closing."""
    values = [match[1] for p in layout.closing if (match := _AGENCY_LABEL.match(p.text))]
    return [name for value in values for name in bureaus_in_line(value)]


def _named_in_opening(layout: Layout) -> str | None:
    """The bureau that an unsigned letter says to answer: 县水利局现答复如下."""
    found = _ANSWERS.search(layout.opening)
    return found[1] if found and is_bureau_name(found[1]) and not found[1].startswith(("我", "本")) else None


def replied_on(layout: Layout, fields: dict[str, str], *, stated_wins: bool) -> date | None:
    """The date under the signature, else one on a line of its own in the head, else the file's own field.

    With `stated_wins`, the field comes first.
    """
    stated = find_date(fields.get("replied_on", ""))
    if stated and stated_wins:
        return stated
    for paragraph in reversed(layout.closing):
        if re.search(r"印发|抄送|印制?\s*$", paragraph.text):
            continue
        signed = find_date(paragraph.text)
        if signed and _is_dated(paragraph.text):
            return signed
    for paragraph in layout.head:
        if is_date_line(paragraph.text) and (dated := find_date(paragraph.text)):
            return dated
    return stated


def _is_dated(text: str) -> bool:
    """Whether a line is a date, alone, behind a label or behind the bureau's name."""
    label, _, value = text.replace(":", "：").partition("：")
    if is_date_line(value if value and len(label) < _MAX_LABEL else text) or re.search(r"日\s*[)）]?$", text):
        return True
    return bool(bureaus_in_line(re.split(r"\s+", text.strip())[0]))
