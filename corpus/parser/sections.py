"""Cuts the text into sections, each under one heading, and tells the role that each plays in the reply."""

import re
from collections.abc import Iterator, Sequence, Set
from typing import NamedTuple

from corpus.language.numbering import ITEM_LEVEL, item_starts, numbering
from corpus.parser.layout import Layout
from corpus.parser.paragraphs import Paragraph
from corpus.types import Section, SectionRole

# A numbered line of at most this many characters without a full stop is a heading; a run-in heading ends at its first
# full stop within the same distance. The longest in the documents seen has 46.
_MAX_HEADING_LENGTH = 60
# Items 一是…二是… are sections of their own from this mean length on; shorter ones are clauses of their paragraph, and
# a passage of one clause says too little to be shown alone.
_MIN_ITEM_LENGTH = 100
_STOPS = "。；！？;!?"
_PLAN_START = re.compile(r"(下一步|下步|下一阶段|下阶段|接下来|今后|下来|后续)[，,我将]?")
# Marks the last paragraph of an opening; in a document without headings, everything after it answers.
_NAMES_THE_PROPOSAL = re.compile(r"收悉|如下[：:。]$")
_ROLES: tuple[tuple[SectionRole, re.Pattern[str]], ...] = (
    (
        "plan",
        re.compile(r"下一?步|下一?阶段|今后|后续|打算|工作计划|努力方向|持续跟进|未来|改进措施|工作安排|工作思路"),
    ),
    ("answer", re.compile(r"关于.*(建议|问题|意见|提案)|办理情况|落实情况|立即行动")),
    ("difficulty", re.compile(r"困难|存在.{0,6}问题|不足|难点|瓶颈|制约|短板|面临.{0,6}(问题|挑战)")),
    (
        "situation",
        re.compile(r"基本情况|现状|背景|总体情况|有关情况|高度重视|概况|工作情况|历史沿革|前期工作|主要情况|目前情况"),
    ),
)


class _Start(NamedTuple):
    """Where a section begins, its heading and the heading's level."""

    offset: int
    heading: str | None
    level: int


def sections(layout: Layout) -> tuple[Section, ...]:
    """The sections in order, the closing and what stands below it last; together they hold all text from the
    salutation on, and prose above it."""
    starts = list(_starts(layout))
    body_end = layout.body[-1].end if layout.body else layout.body_start
    edges = {edge for paragraph in layout.body if paragraph.is_row for edge in (paragraph.start, paragraph.end)}
    found: list[Section] = [_stretch(layout.preface, "opening")] if layout.preface else []
    roles: list[tuple[int, SectionRole]] = []
    for i, start in enumerate(starts):
        end = starts[i + 1].offset if i + 1 < len(starts) else body_end
        roles = [(level, r) for level, r in roles if level < start.level]
        role = _role(start, layout, roles, first=i == 0)
        roles.append((start.level, role))
        if span := _trim(layout.text, start.offset, end, edges):
            found.append(Section(heading=start.heading, level=start.level, role=role, start=span[0], end=span[1]))
    found += [_stretch(layout.closing, "closing")] if layout.closing else []
    found += [_stretch(layout.annex, "answer")] if layout.annex else []
    return tuple(found)


def _stretch(paragraphs: Sequence[Paragraph], role: SectionRole) -> Section:
    return Section(heading=None, level=1, role=role, start=paragraphs[0].start, end=paragraphs[-1].end)


def heading_path(all_sections: Sequence[Section], position: int) -> tuple[str, ...]:
    """The headings above a section, outermost first, and its own."""
    path: list[str] = []
    level = all_sections[position].level + 1
    for section in reversed(all_sections[: position + 1]):
        if section.level < level and section.heading is not None:
            path.append(section.heading)
            level = section.level
        elif section.level < level and section.role != "opening":
            level = section.level
    return tuple(reversed(path))


def _starts(layout: Layout) -> Iterator[_Start]:
    if layout.body:
        yield _Start(layout.body_start, None, 1)
    headings = _headings(layout.body)
    for i, paragraph in enumerate(layout.body):
        first = max(paragraph.start, layout.body_start)
        text = layout.text[first : paragraph.end]
        heading = headings[i] if first == paragraph.start else None  # else it would begin in the salutation
        if heading:
            yield _Start(first, heading, _level(paragraph))
        elif i and headings[i - 1] == layout.body[i - 1].text:
            pass  # the text under a heading
        elif (i and not any(headings) and _NAMES_THE_PROPOSAL.search(layout.body[i - 1].text)) or (
            i and _PLAN_START.match(text) and _ends_part(layout.body, headings, i)
        ):
            yield _Start(first, None, 1)
        items = [] if paragraph.is_row else item_starts(text)
        long_items = len(items) >= 2 and (len(text) - items[0]) / len(items) >= _MIN_ITEM_LENGTH
        for offset in items if long_items else []:
            if offset or not heading:
                yield _Start(first + offset, _run_in(text[offset:]), ITEM_LEVEL)


def _ends_part(body: Sequence[Paragraph], headings: Sequence[str | None], i: int) -> bool:
    return all(not heading or _level(p) > 1 for p, heading in zip(body[i + 1 :], headings[i + 1 :], strict=True))


def _headings(body: Sequence[Paragraph]) -> list[str | None]:
    """The heading of each paragraph, or None. A numbered line with nothing under it is none, nor is a sentence in a
    list of such lines: they are the measures that the list names."""
    found = [heading_of(paragraph) for paragraph in body]
    shapes = list(found)
    short = _short_items(body)
    sentences: set[int] = set()  # levels at which the last numbered line was a sentence
    for i, paragraph in enumerate(body):
        level = _level(paragraph)
        alone = shapes[i] == paragraph.text
        leaf = i + 1 == len(body) or (shapes[i + 1] is not None and _level(body[i + 1]) <= level)
        ended = paragraph.text[-1] in _STOPS
        if shapes[i] is None or i in short:
            found[i] = None
        elif alone and (leaf or (ended and level in sentences)):
            found[i] = None
            sentences.add(level)
        else:
            sentences.discard(level)
    return found


def _short_items(body: Sequence[Paragraph]) -> set[int]:
    """The paragraphs 一是…, 二是… of lists whose items, with what belongs to them, are short on average."""
    short: set[int] = set()
    items: list[int] = []
    length = 0
    for i, paragraph in enumerate([*body, None]):
        mark = numbering(paragraph.text) if paragraph else None
        if paragraph is None or (mark and mark.level < ITEM_LEVEL):
            short |= set(items) if length < _MIN_ITEM_LENGTH * len(items) else set()
            items, length = [], 0
        else:
            items += [i] if mark else []
            length += len(paragraph.text) if items else 0
    return short


def heading_of(paragraph: Paragraph) -> str | None:
    """The heading that a paragraph is or begins with, as printed; None if it has none."""
    text = paragraph.text
    if paragraph.is_row:
        return None
    if paragraph.lead and paragraph.lead <= _MAX_HEADING_LENGTH:
        return text[: paragraph.lead].strip()
    mark = numbering(text)
    if paragraph.level and len(text) <= 2 * _MAX_HEADING_LENGTH:
        return text
    if mark is None:
        return None
    if len(text) <= _MAX_HEADING_LENGTH and not re.search(r"[。；！？]", text[:-1]):
        return text
    return _run_in(text)


def _run_in(text: str) -> str | None:
    """The heading that a paragraph runs on from: a short first sentence with more text after it."""
    match = re.match(rf"[^。；！？\n]{{2,{_MAX_HEADING_LENGTH}}}[。：:]", text)
    return match[0] if match and match.end() < len(text) and "，" not in match[0][20:] else None


def _level(paragraph: Paragraph) -> int:
    mark = numbering(paragraph.text)
    if mark:
        return mark.level
    return min(paragraph.level, 4) if paragraph.level else 2


def _role(start: _Start, layout: Layout, above: Sequence[tuple[int, SectionRole]], *, first: bool) -> SectionRole:
    if first and start.heading is None:
        return "opening"
    if start.heading is None:
        text = layout.text[start.offset : start.offset + 10]
        if _PLAN_START.match(text):
            return "plan"
        return above[-1][1] if above and start.level == ITEM_LEVEL else "answer"
    if start.level < ITEM_LEVEL:
        for role, pattern in _ROLES:
            if pattern.search(start.heading):
                return role
    inherited = above[-1][1] if above else "answer"
    return "answer" if inherited in ("opening", "closing") else inherited


def _trim(text: str, start: int, end: int, edges: Set[int]) -> tuple[int, int] | None:
    """The span without white space at its ends, but for that inside of `edges`: empty cells of a table's row."""
    piece = text[start:end].rstrip("\n")
    if not piece.strip():
        return None
    first = start if start in edges else start + len(piece) - len(piece.lstrip())
    last = start + len(piece) if start + len(piece) in edges else start + len(piece.rstrip())
    return first, last
