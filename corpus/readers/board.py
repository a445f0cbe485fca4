"""Tells message and reply apart on the page of a message board, and takes from its labels what their place proves.

Whatever stands inside the message is the resident's own words: a line 答复单位：… or 答复内容：… in it is no label of
the page. The message ends where its element or table cell ends; on a page without such elements at the last label of a
reply.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from corpus.readers.dom import Line, Page
from corpus.readers.fields import IGNORED, columns, field_of, of_page
from corpus.readers.label_lines import split_labels
from corpus.readers.labels import Pair, element_ends, is_furniture, pairs, value

_ASKED = ("question", "asked_on")
_REPLY_LABEL = re.compile("[答复回处办]|反馈|核实|调查|reply|answer")
_ANSWER = re.compile("[答回]复|回信|反馈|reply|answer")
_MAX_STATUS = 12  # characters behind 办结情况 that say nothing but 已办结
_LONG_LABEL = 4  # characters: a shorter one (答复, 回复) may be a word of the message
_CELLS = frozenset({"td", "dd"})  # elements that hold one value and nothing else
_ITEMS = _CELLS | {"li", "tr"}  # elements that hold one label and its value


class Board(NamedTuple):
    """A message page: the labels that are its own, those of the reply, and the lines of the message."""

    labels: tuple[Pair, ...]
    replies: tuple[Pair, ...]
    message: tuple[Line, ...]
    inline: str  # what stands behind the message's label, in its line
    asked: bool  # whether the message has a label
    start: int  # the line of that label; that of the reply's where there is no message


def board(page: Page) -> Board | None:
    """The message page; None for any other page."""
    every = [pair for pair in pairs(page, len(page.lines)) if value(page, pair) or pair.field == "question"]
    asked = _message_label(page, every)
    end = _without_labels(page, every, asked, _message_end(page, every, asked)) if asked else 0
    own = [pair for pair in every if not asked or not asked.used[0] <= pair.used[0] < end]
    if asked is None and not any(pair.field in _ASKED for pair in own):
        return None
    below = [pair for pair in own if pair.used[0] >= end]
    reply = _reply_label([pair for pair in below if len(value(page, pair)) > _MAX_STATUS]) or _reply_label(below)
    if reply is None:
        return None
    replies = tuple(pair for pair in own if pair.used[0] >= end and _is_part(page, pair, reply))
    lines = page.lines[asked.used[0] + 1 : end] if asked else ()
    labels = [pair for pair in own if pair not in replies and _is_of_the_page(page, pair, replies)]
    start = asked.used[0] if asked else replies[0].used[0]
    return Board(tuple(labels), replies, lines, asked.inline if asked else "", asked is not None, start)


def fields(page: Page, found: Board) -> dict[str, str]:
    """The fields that the page's own labels state; who sees it, and which document it is, above the message alone."""
    places = columns([pair.label for pair in found.labels])
    stated = {field: found.labels[i] for i, field in places.items() if field not in ("text", "question")}
    below = {field for field, pair in stated.items() if pair.used[0] > found.start}
    values = {field: value(page, pair) for field, pair in stated.items()}
    return {field: text for field, text in values.items() if field not in below} | of_page(
        {field: text for field, text in values.items() if field in below}
    )


def _message_label(page: Page, every: Sequence[Pair]) -> Pair | None:
    """The first label of a message; a plain 内容 is one where a reply is labelled too."""
    asking = [pair for pair in every if pair.field == "question" and not _is_page_title(page, pair)]
    named = next((pair for pair in asking if value(page, pair)), asking[0] if asking else None)
    places = columns([pair.label for pair in every])
    plain = next((every[i] for i, field in places.items() if field == "question" and value(page, every[i])), None)
    return named or plain


def _is_page_title(page: Page, pair: Pair) -> bool:
    """Whether the label is a heading like 来信详情 or one above a table: it names the page and not the message."""
    at = pair.used[0]
    in_table = at + 1 < len(page.lines) and bool(page.lines[at + 1].row)
    return bool(page.lines[at].block.level) and (pair.label.strip("：: ").endswith("详情") or in_table)


def _is_part(page: Page, pair: Pair, reply: Pair) -> bool:
    """Whether a labelled value is the reply or, where 调查情况 and 处理结果 stand for one, a part of it."""
    if pair.label == reply.label:
        return True
    parts = pair.field == "text" and not any(_ANSWER.search(p.label) for p in (pair, reply))
    return parts and len(value(page, pair)) > _MAX_STATUS


def _reply_label(after: Sequence[Pair]) -> Pair | None:
    places = {field: after[i] for i, field in columns([pair.label for pair in after]).items()}
    reply = places.get("text")
    return reply if reply and _REPLY_LABEL.search(reply.label) else None


def _message_end(page: Page, every: Sequence[Pair], asked: Pair) -> int:
    """The line after the message: the end of the element that holds it, else the last label of a reply."""
    start = asked.used[0]
    replies = [pair for pair in every if pair.field == "text" and pair.used[0] > start and _is_reply(pair)]
    answers = [pair.used[0] for pair in replies if _ANSWER.search(pair.label)]
    last = max(answers) if answers else min((pair.used[0] for pair in replies), default=len(page.lines))
    own = [r.end for r in page.regions if r.start == start and r.end <= last and r.names & _ITEMS]
    if asked.inline and own:
        return max(own)
    values = [r for r in page.regions if r.start == start + 1 and r.end <= last and not asked.inline]
    if cells := [r.end for r in values if r.names & _CELLS]:
        return max(cells)
    around = element_ends(page)[start]  # of the smallest element that holds the label and the next line
    if start + 1 < around <= last:
        return around
    if wrapped := [r.end for r in values if r.end > start + 2 and "p" not in r.names]:
        return max(wrapped)
    named = (pair.used[0] for pair in replies if len(pair.label) >= _LONG_LABEL and pair.used[0] <= last)
    return max(named, default=last)


def _without_labels(page: Page, every: Sequence[Pair], asked: Pair, end: int) -> int:
    """The end of a message that goes up to the reply, without the labelled lines right above that."""
    if any(pair.field == "text" and pair.used[0] == end for pair in every):
        while end - 1 > asked.used[0] and _states_reply(page.lines[end - 1].block.text):
            end -= 1
    return end


def _states_reply(text: str) -> bool:
    labels = split_labels(text)
    return bool(labels) and all(
        field_of(label) in ("agency", "co_agencies", "replied_on", IGNORED) for label, _ in labels
    )


def _is_reply(pair: Pair) -> bool:
    return bool(_REPLY_LABEL.search(pair.label))


def _is_of_the_page(page: Page, pair: Pair, replies: Sequence[Pair]) -> bool:
    """Whether a label stands outside the replies: in a table, above them, or below all that they say."""
    at = pair.used[0]
    if at < replies[0].used[0] or page.lines[at].row:
        return True
    below = page.lines[pair.used[-1] + 1 :]
    return not any("。" in line.block.text and not is_furniture(line.block.text) for line in below)
