"""Makes the outline of a proposal: a tree of its paragraphs, cut at marks and announcements, under their headings.

Not for: which of its nodes ask, which is in `asks`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from corpus.cached import cached_property
from corpus.language.sentences import sentence_spans
from corpus.proposals.folding import fold
from corpus.proposals.headings import Part, announced_part, glued_heading, heading_part, may_head_asks
from corpus.proposals.labels import is_personal
from corpus.proposals.marks import Mark, continues, marks


@dataclass(eq=False)
class Node:
    """A stretch of the text, with the nodes under it. In reading order, the nodes of a tree hold all of the proposal.

    `mark` is the numbering as pasted, `kind` its kind in `marks`, empty for running text; `series` is the number of the
    list that the node is an item of, 0 for none.
    """

    text: str
    mark: str = ""
    kind: str = ""
    series: int = 0
    part: Part | None = None
    starts_line: bool = True
    parts: list["Node"] = field(default_factory=list)

    @cached_property
    def folded(self) -> str:
        """The text as patterns read it."""
        return fold(self.text)

    def walk(self) -> Iterator["Node"]:
        """Yields this node and all nodes under it, in reading order."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += reversed(node.parts)

    @property
    def items(self) -> list["Node"]:
        """The numbered parts."""
        return [node for node in self.parts if node.series]


class _Unit(NamedTuple):
    """A stretch between two cuts; `part` is the one that it heads or announces."""

    text: str
    mark: Mark | None
    mark_text: str
    part: Part | None
    starts_line: bool


class _Open(NamedTuple):
    """A list or a heading that later text may stand under. A heading has no `kind`."""

    node: Node
    kind: str = ""
    last: int = 0


def outline(paragraphs: Sequence[str]) -> Node:
    """The tree of a proposal's body; its root has no text."""
    found = marks([fold(paragraph) for paragraph in paragraphs])
    units = [unit for i, paragraph in enumerate(paragraphs) for unit in _units(paragraph, found[i])]
    root = _grow(units)
    for node in root.walk():
        _find_headings_by_neighbours(node.items)
    return root


def _units(paragraph: str, found: Sequence[Mark]) -> Iterator[_Unit]:
    first = found[0].start if found else len(paragraph)
    if first:
        yield from _cut(_Unit(paragraph[:first], None, "", None, True))
    ends = [*(mark.start for mark in found[1:]), len(paragraph)][: len(found)]
    for mark, end in zip(found, ends, strict=True):
        numeral = paragraph[mark.start : mark.end]
        yield from _cut(_Unit(paragraph[mark.end : end], mark, numeral, None, mark.starts_line))


def _cut(unit: _Unit) -> Iterator[_Unit]:
    """Yields the unit, cut around sentences that announce a part. The first piece keeps mark and place."""
    done = 0
    rest = unit
    for start, end, part in () if is_personal(unit.text) else _announcements(unit):
        if start > done:
            yield rest._replace(text=unit.text[done:start])
            rest = _Unit("", None, "", None, False)
        yield rest._replace(text=unit.text[start:end], part=part)
        rest, done = _Unit("", None, "", None, False), end
    if done < len(unit.text) or not done:
        yield rest._replace(text=unit.text[done:])


def _announcements(unit: _Unit) -> Iterator[tuple[int, int, Part]]:
    folded = fold(unit.text)
    for start, end in sentence_spans(folded):
        if not start and unit.mark is not None and (glued := glued_heading(folded)):
            yield 0, glued, heading_part(folded[:glued]) or "background"
            continue
        colon = folded.find("】" if folded[start] == "【" else "：", start, end)
        stop = colon + 1 if colon >= 0 else end
        heads = start == 0 and (unit.mark is not None or (unit.starts_line and stop == len(folded)))
        if part := _part(folded[start:stop], numbered=heads and unit.mark is not None, heads=heads):
            yield start, stop, part


def _part(sentence: str, *, heads: bool, numbered: bool) -> Part | None:
    """The part that a sentence announces, or heads, if it is numbered or a line of its own."""
    if sentence.endswith("】"):
        return heading_part(sentence)
    if heads and (numbered or not sentence.endswith("。")):
        part = heading_part(sentence) or announced_part(sentence)
        bare = not numbered and not sentence.endswith("：")
        return part or ("asks" if bare and may_head_asks(sentence, surely=True) else None)
    return announced_part(sentence)


def _grow(units: Sequence[_Unit]) -> Node:
    root = Node("")
    opened = [_Open(root)]
    series = 0
    for unit, after in zip(units, _values_after(units), strict=True):
        node = Node(unit.text, starts_line=unit.starts_line)
        opening = _Open(node)
        if unit.mark is not None:
            node.mark, node.kind = unit.mark_text, unit.mark.kind
            node.part = "background" if node.kind == "told" else unit.part
            opening = _Open(node, node.kind, unit.mark.value)
            at = _list_of(unit.mark, opened)
            if at is not None and node.part == "asks" and any(entry.node.part == "asks" for entry in opened[:at]):
                node.part = None  # the item is an ask, whatever it seems to announce
            series += at is None
            node.series = series if at is None else opened[at].node.series
            del opened[_place_for_list(unit.mark, opened) if at is None else at :]
        elif unit.part is not None and not _in_asked_item(opened):
            node.part = unit.part
            del opened[_place_for_heading(after, opened) :]
        opened[-1].node.parts.append(node)
        if node.kind or node.part:
            opened.append(opening)
    return root


def _values_after(units: Sequence[_Unit]) -> list[dict[str, int]]:
    """For each heading without a mark, the value of the next mark of each kind after it."""
    found: list[dict[str, int]] = []
    nearest: dict[str, int] = {}
    for unit in reversed(units):
        found.append(dict(nearest) if unit.part and unit.mark is None else {})
        if unit.mark is not None:
            nearest[unit.mark.kind] = unit.mark.value
    return found[::-1]


def _list_of(mark: Mark, opened: Sequence[_Open]) -> int | None:
    """The position of the list that the mark continues among the open ones; None if it begins a list."""
    for at in range(len(opened) - 1, 0, -1):
        if opened[at].kind == mark.kind and continues(opened[at].last, mark):
            return at
    return None


def _place_for_list(mark: Mark, opened: Sequence[_Open]) -> int:
    """The position of a new list: that of an older list of its kind, else under everything that is open.

    A background without a number (案由：…) that already has text before the list begins does not own the list.
    """
    for at, entry in enumerate(opened):
        if entry.kind == mark.kind or (mark.kind == "asked" and entry.kind == "told"):
            return at
    last = opened[-1]
    told = last.node.part == "background" and not last.kind and any(node.text.strip() for node in last.node.parts)
    return len(opened) - 1 if told else len(opened)


def _place_for_heading(after: dict[str, int], opened: Sequence[_Open]) -> int:
    """The position of a heading: under the innermost list that goes on after it, or whose items each have one."""
    for at in range(len(opened) - 1, 0, -1):
        entry = opened[at]
        if not entry.kind:
            continue
        before = [node for node in opened[at - 1].node.items if node is not entry.node]
        each = any(part.part == "asks" for node in before for part in node.parts)
        if each or after.get(entry.kind, 0) == entry.last + 1:
            return at + 1
    return 1


def _in_asked_item(opened: Sequence[_Open]) -> bool:
    """Whether an item of a list of asks is open: whatever is announced then belongs to the item."""
    asked = [at for at, entry in enumerate(opened) if entry.node.part == "asks"]
    return bool(asked) and any(entry.kind for entry in opened[asked[-1] + 1 :])


def _find_headings_by_neighbours(items: Sequence[Node]) -> None:
    """Marks 推进…的建议 after sections of background as the heading of the asks; among others like it, it is an ask."""
    loose = [i for i, node in enumerate(items) if node.part is None and may_head_asks(node.folded)]
    if len(loose) != 1 or any(node.part == "asks" for node in items):
        return
    (at,) = loose
    told = at > 0 and all(node.part == "background" for node in items[:at])
    if told or may_head_asks(items[at].folded, surely=True):
        items[at].part = "asks"
