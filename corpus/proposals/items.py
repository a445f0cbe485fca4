"""Separates ask and explanation: in numbered items and in paragraphs.

Not for: which stretches of a proposal hold asks, which is in `asks`.
"""

import re
from collections.abc import Sequence

from corpus.language.agencies import compact, is_bureau
from corpus.language.sentences import sentence_spans
from corpus.proposals import labeller
from corpus.proposals.folding import fold
from corpus.proposals.headings import names_group
from corpus.proposals.marks import IN_PROSE
from corpus.proposals.outline import Node
from corpus.proposals.prose import MAY_ASK, of_sentences
from corpus.proposals.requests import adds, explains, holds_request, is_demand, names_problem
from corpus.proposals.uses import Slice, Uses, whole

_MAX_HEADING_LENGTH = 40
"""Characters, for a first sentence that may be a heading with its explanation in the same line."""
_MAX_RUN_IN_LENGTH = 24
"""Characters, for a heading that ends with a colon or a gap."""
_MAX_GROUP_LENGTH = 20
_TOPIC = -0.5
"""The log odds up to which a heading only says what the sentences below it are about."""
_CERTAIN = 1.5
"""The log odds from which a sentence that tells what to do is an ask of its own beside others of its item."""
MAY_HEAD = -1.2
"""The log odds from which a short heading asks, among items of which most do."""
_GAP = re.compile(rf"[^，。；：！？]{{2,{_MAX_RUN_IN_LENGTH}}}?[\u4e00-\u9fff”）]\s+(?=[\u4e00-\u9fff“])")


# Numbered items


def of_items(items: Sequence[Node]) -> Uses:
    """The points of a list: each item is one, except that the sub-items of a group are points of their own."""
    uses: Uses = {}
    asked = [item for item in items if item.part != "background" and any(node.text.strip() for node in item.walk())]
    headed = 3 * sum(map(_is_run_in, asked)) >= len(asked) or len(asked) < 3
    grouped = len(asked) > 1 and all(map(_may_be_group, asked))
    for item in asked:
        if grouped or _is_group(item):
            uses |= whole([item], "before")
            uses |= of_items(item.items)
            uses |= whole([node for node in item.parts if not node.series], "before")
        else:
            uses |= of_item(item, headed=headed)
    for node in asked[-1].parts if asked else ():
        folded = node.folded
        if (
            node.starts_line and not node.series and adds(folded) and labeller.asks(folded)
        ):  # 此外，建议… below the list
            uses |= whole([node], "new")
    return uses


def _may_be_group(item: Node) -> bool:
    """Whether an item is a heading above sub-items that ask: a group, if all items of its list are like this."""
    below = item.items
    if _is_nested(item):
        return True
    if len(below) < 2 or below[0].kind in IN_PROSE or not below[0].starts_line or len(item.text) > _MAX_HEADING_LENGTH:
        return False
    return 2 * sum(labeller.alone(node.folded) > MAY_ASK for node in below) >= len(below)


def _is_nested(item: Node) -> bool:
    """Whether a short heading has headings below it that have items of their own."""
    below = item.items
    return (
        bool(below)
        and all(
            not node.text.strip() or (len(node.text) <= _MAX_GROUP_LENGTH and is_bare_heading([node]))
            for node in [item, *below]
        )
        and any(sub.items and sub.items[0].starts_line for sub in below)
    )


def _is_run_in(item: Node) -> bool:
    """Whether an item's first line is a heading with its explanation."""
    line = "".join(node.mark + node.text for node in first_line(item))[len(item.mark) :]
    end = _heading_end(line, followed=False)
    return end is not None and end < len(line)


def _is_group(item: Node) -> bool:
    """Whether an item only names what its sub-items have in common (市级层面)."""
    heading = item.folded.strip()
    if not item.items or len(heading) > _MAX_GROUP_LENGTH or re.search("[，。；！？].", heading):
        return False
    if item.items[0].kind in IN_PROSE and not item.items[0].starts_line:
        return False
    asked = sum(labeller.asks(sub.folded) for sub in item.items)
    return not labeller.asks(heading) and (names_group(heading) or 2 * asked > len(item.items))


def of_item(item: Node, *, headed: bool = True) -> Uses:
    """The point of an item: its heading, if that asks by itself, else its whole first line; the rest explains.

    Not `headed`, its first line has none: it is one of few with several sentences that ask, in a list of single ones.
    """
    first = first_line(item)
    below = list(item.walk())[len(first) :]
    line = "".join(node.mark + node.text for node in first)[len(item.mark) :]
    explanation = "\n".join(node.text for node in below)
    cut = len(item.text) if _heads_sublist(item) else _heading_end(line, followed=bool(below))
    if cut and _is_topic(line[:cut]) and _asks_apart([*first, *below]):
        return of_sentences([*first, *below], every_demand=False)
    if not headed and cut and cut < len(line) and any(map(is_demand, re.split("[。，；]", fold(line[cut:])))):
        cut = None
    if cut and cut <= len(item.text) and _asks_alone(line[:cut], line[cut:] + explanation):
        rest = [Slice(cut, len(item.text), "context")] if cut < len(item.text) else []
        return whole([*first, *below], "context") | {item: [Slice(0, cut, "new"), *rest]}
    uses = whole(first, "new")
    for node in below:
        asked = cut == len(line) and not node.series and labeller.asks(node.folded)
        uses |= whole([node], "more" if asked else "context")
    return uses


def _is_topic(heading: str) -> bool:
    """Whether a heading only says what the sentences below it are about; a problem or a bureau does more."""
    folded = fold(heading)
    is_more = names_problem(folded) or is_bureau(compact(folded).rstrip("："))
    return not is_more and labeller.alone(folded) <= _TOPIC


def _asks_apart(nodes: Sequence[Node]) -> bool:
    """Whether several sentences ask, each for itself; those behind a colon are parts of one ask."""
    sentences = [node.folded[start:end] for node in nodes for start, end in sentence_spans(node.folded)]
    if any(sentence.rstrip().endswith("：") for sentence in sentences):
        return False
    told = [one for one in sentences if is_demand(one) or holds_request(one)]
    return sum(labeller.alone(one) > _CERTAIN for one in told) >= 2


def _heads_sublist(item: Node) -> bool:
    """Whether the item's own text is a heading with numbered sub-items in the same line."""
    text = item.folded.rstrip()
    if not item.items or not 0 < len(text) <= _MAX_HEADING_LENGTH or re.search("[。；！？]|，$", text):
        return False
    return item.items[0].kind not in IN_PROSE


def first_line(item: Node) -> list[Node]:
    """The nodes of the item's first line with text."""
    nodes = list(item.walk())
    seen = ""
    for i, node in enumerate(nodes):
        if i and node.starts_line and seen.strip():
            return nodes[:i]
        seen += node.text
    return nodes


def _heading_end(line: str, *, followed: bool) -> int | None:
    """The end of a line's heading: its first full stop, colon or gap.

    None if the line has no heading, or is all heading with nothing below it.
    """
    folded = fold(line)
    end = _after("[。！？]", folded) or len(line)
    colon = _after("：", folded[:end])
    if 0 < colon <= _MAX_RUN_IN_LENGTH and "，" not in folded[:colon]:
        end = colon
    elif gap := _GAP.match(folded, 0, end):
        end = gap.end()
    if not folded[end:].strip():
        return len(line) if followed else None
    return end if end <= _MAX_HEADING_LENGTH else None


def _after(pattern: str, text: str) -> int:
    """The end of the first match outside brackets; 0 for none."""
    for match in re.finditer(pattern, text):
        if text.count("（", 0, match.start()) <= text.count("）", 0, match.start()):
            return match.end()
    return 0


def _asks_alone(heading: str, explanation: str) -> bool:
    """Whether a heading is an ask without its explanation; a bureau's name before a colon only tells who is asked."""
    folded = fold(heading)
    if names_problem(folded) or is_bureau(compact(folded).rstrip("：")):
        return False
    return labeller.alone(folded) > MAY_HEAD or not holds_request(fold(explanation))


# Paragraphs without numbers


def of_paragraphs(region: Node) -> Uses:
    """The points below a heading: bare headings with their paragraphs, else paragraphs, or sentences of a sole one."""
    lines = _lines(region)
    if len(lines) == 1:
        return of_sentences(lines[0], every_demand=True)
    headings = [line for line in lines if is_bare_heading(line)]
    if len(headings) >= 2 and len(headings) < len(lines):
        return _under_bare_headings(lines)
    uses: Uses = {}
    for line in lines:
        if uses and explains(line[0].folded):
            uses |= whole(line, "context")
        else:
            uses |= (not _is_addressed(line) and of_sentences(line, every_demand=False)) or (
                of_item(line[0]) if len(line) == 1 else whole(line, "new")
            )
    return uses


def _under_bare_headings(lines: Sequence[Sequence[Node]]) -> Uses:
    uses: Uses = {}
    for line in lines:
        if is_bare_heading(line):
            uses |= whole(line, "new")
        elif uses:
            uses |= whole(line, "context")
    return uses


def _is_addressed(line: Sequence[Node]) -> bool:
    """Whether a line begins with a bureau and a colon: all of it is for that bureau."""
    before, colon, _ = "".join(node.folded for node in line).partition("：")
    return bool(colon) and is_bureau(compact(before))


def is_bare_heading(line: Sequence[Node]) -> bool:
    """Whether a line is short and ends without punctuation."""
    text = "".join(node.folded for node in line).strip()
    return 0 < len(text) <= _MAX_HEADING_LENGTH and text[-1] not in "。；！？，："


def _lines(region: Node) -> list[list[Node]]:
    lines: list[list[Node]] = []
    for node in region.walk():
        if node is region or not node.text.strip():
            continue
        if node.starts_line or not lines:
            lines.append([])
        lines[-1].append(node)
    return lines
