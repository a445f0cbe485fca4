"""Reads labelled values in a line: 发布日期：2020-05-06 来源：区民政局; as copied pages have them, without colons."""

import re
from collections.abc import Iterator, Sequence

from corpus.language.agencies import is_bureau_name
from corpus.language.dates import find_date, is_date_line
from corpus.readers.fields import IGNORED, field_of

Labelled = tuple[str, str]
"""A label and its value."""

_MAX_LABEL_LENGTH = 16  # characters of a label in a line
_MAX_LENGTH = 120  # characters of a line whose labels have no colons
_LONG = 3  # characters: a shorter word without a colon (单位, 来源) is more often a word of the text
_CELL = re.compile("[\t|｜]")
_TIME = re.compile(r"\d[：:]\d\d(?:[：:]\d\d)?")
_COLON = re.compile("[：:]")
_LABEL_START = re.compile(r"(?:^|(?<=[\s|｜【\[（(；;，,]))[【\[（(]?|(?<=[局委办府厅部会])(?=来源)")
_BRACKETED = re.compile(r"^[【\[]\s*([\u4e00-\u9fff ]{2,10})\s*[】\]]\s*[：:]?\s*(?=\S)")
_NEXT_LABEL = re.compile(r"(?:\s{2,}|[\t\u3000｜|])[\u4e00-\u9fff]{2,8}[：:]")  # one that no table knows
_OTHER_LABEL = re.compile(r"[\u4e00-\u9fff]{2,8}[：:]\s*\S{1,24}\s*$")
_AROUND = " \t\u3000|｜[]【】（）();；，,"
_FREE = ("text", "question", "title")
"""What a resident may have written: no label that follows in the same line is the page's own."""
_HARMLESS = (IGNORED, "asked_on", "proposal_kind", "published_on", "doc_id")
"""What may follow a title in its line: a resident who writes such a label into a title gains nothing."""
_NUMBER = re.compile(r".{2,16}[〔\[（(【]\s*\d{4}\s*[〕\])）】].{1,8}号")


def split_labels(text: str) -> list[Labelled]:
    """The pairs in a line of labelled values; empty if it does not begin with a known label, or a date and one.

    >>> split_labels("发布日期：2020-05-06 10:30 来源：区民政局")
    [('发布日期', '2020-05-06 10:30'), ('来源', '区民政局')]
    >>> split_labels("信件标题：路灯不亮 答复单位：市公安局")
    [('信件标题', '路灯不亮 答复单位：市公安局')]
    >>> split_labels("来信人 柳** 来信日期 2024-05-11")
    [('来信人', '柳**'), ('来信日期', '2024-05-11')]
    >>> split_labels("【办理情况】路灯已修复")
    [('办理情况', '路灯已修复')]
    """
    if (bracketed := _BRACKETED.match(text)) and field_of(bracketed[1]) is not None:
        text = f"{bracketed[1]}：{text[bracketed.end() :]}"
    marks: list[tuple[int, int, int]] = []
    past, entitled = 0, False
    for colon in _COLON.finditer(text):
        for start in _LABEL_START.finditer(text, max(past, colon.start() - _MAX_LABEL_LENGTH), colon.start()):
            if (field := field_of(text[start.start() : colon.start()])) is not None:
                break
        else:
            field = None
        if field is not None and (not entitled or field in _HARMLESS):
            marks.append((start.start(), colon.start(), colon.end()))
        if field in ("text", "question") or (entitled and field is not None and field not in _HARMLESS):
            break
        entitled = entitled or field == "title"
        past = colon.end()
    before = text[: marks[0][0]].strip(_AROUND) if marks else text
    if not marks or not (not before or is_date_line(before) or _OTHER_LABEL.match(before)):
        return list(_without_colons(text))
    ends = [start for start, _, _ in marks[1:]] + [len(text)]
    return [(text[s:c].strip(_AROUND), _value(text[v:e], text[s:c])) for (s, c, v), e in zip(marks, ends, strict=True)]


def _value(text: str, label: str) -> str:
    """The value up to the next label behind a gap, known or not; what a resident wrote is whole."""
    if field_of(label) not in _FREE and (following := _NEXT_LABEL.search(text)):
        text = text[: following.start()]
    return text.strip(_AROUND)


def _without_colons(text: str) -> Iterator[Labelled]:
    if _CELL.search(text) and (found := list(_in_cells([cell.strip() for cell in _CELL.split(text.strip(" |｜"))]))):
        yield from found
        return
    words = text.split(maxsplit=1)
    if len(words) == 2 and field_of(words[0]) in _FREE and len(words[0]) > _LONG:
        yield words[0], words[1]
        return
    if len(text) > _MAX_LENGTH or _COLON.search(_TIME.sub("", text)) or "。" in text:
        return
    words = text.split()
    if len(words) < 2:
        yield from _glued(text.strip())
        return
    if not _is_long_label(words[0]):
        return
    label, value = words[0], list[str]()
    for word in words[1:]:
        if _is_long_label(word) and value and field_of(label) not in _FREE:
            yield label, " ".join(value)
            label, value = word, []
        else:
            value.append(word)
    if value:
        yield label, " ".join(value)


def _in_cells(cells: Sequence[str]) -> Iterator[Labelled]:
    """The labels and values in a row of a form: each label in a cell, its value in the next."""
    named = [field_of(cell) is not None and len(cell) <= _MAX_LABEL_LENGTH for cell in cells]
    if not named[0] or not (field_of(cells[0]) in _FREE or any(map(_is_long_label, cells))):
        return
    for at, cell in enumerate(cells[:-1]):
        if named[at] and not named[at + 1]:
            yield cell.strip(), cells[at + 1].strip()


def _is_long_label(word: str) -> bool:
    return _LONG <= len(word) <= _MAX_LABEL_LENGTH and field_of(word) is not None


def _glued(text: str) -> Iterator[Labelled]:
    """A label and its value with nothing between them, where the value is what the label says."""
    for end in range(min(6, len(text) - 1), 1, -1):
        field, value = field_of(text[:end]), text[end:]
        if field is None or field == IGNORED:
            continue
        dated = field in ("published_on", "replied_on", "asked_on") and is_date_line(value) and find_date(value)
        numbered = field == "doc_number" and _NUMBER.fullmatch(value)
        if dated or numbered or (field in ("agency", "source") and is_bureau_name(value)):
            yield text[:end], value
        return
