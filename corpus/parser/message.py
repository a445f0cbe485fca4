"""Separates message and reply in a page of a message board, a mailbox or a hotline that was copied as text."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from corpus.cleaning import clean
from corpus.language.dates import find_date
from corpus.language.lines import is_furniture
from corpus.language.numbering import numbering
from corpus.parser.appended import appended
from corpus.parser.one_line import ALONE, LONG_LABEL, on_one_line
from corpus.parser.posts import head_start, next_post, official_post, posted_below, related_at
from corpus.parser.reference import document_number
from corpus.parser.salutation import find_salutation
from corpus.readers.fields import IGNORED, field_of, gather, of_page
from corpus.readers.label_lines import Labelled, split_labels
from corpus.readers.posts import is_posted
from corpus.readers.turns import (
    answers,
    as_spoken,
    ends_message,
    first_words,
    is_host,
    is_post,
    is_reply_head,
    of_head,
    reply_head,
    says_nothing,
    speaker,
    talk,
)
from corpus.types import Block, RawDocument

_PLAIN = frozenset({"内容", "正文"})  # of the message, where a reply is labelled too
_REPLY = re.compile(r"(?:官方|部门|单位|最终)?(?:答复|回复|回信)(?:内容|正文|意见|信息)?")
_HANDLED = re.compile("[答回办处反]|核实|调查")
_MAX_STATUS = 12  # characters behind 办结情况 that say nothing but 已办结
_MIN_REPLY = 20  # characters below 回复单位：…; fewer are a comment on a reply that stands above it
_OFFICIAL = re.compile("(?:官方|部门|单位|政府|承办单位)(?:回复|答复)")
_ANSWERED = re.compile("[答回]复|反馈|回信|解答")
_BOARD = re.compile("留言|网友|网民|楼主|问政|提问|来信|写信|咨询|诉求|热线|信箱|发表于|投诉|求助")
_SENTENCE = re.compile("[。？！?!]")
_CONTENT = re.compile(r"^[^。：:]{2,8}[：:][^。：:]{0,12}满意。?$")
_ABOVE_A_REPLY = ("agency", "replied_on", "asked_on", "source")
_OF_A_REPLY = (IGNORED, "agency", "replied_on", "source")
_POSTED = re.compile(
    r"(?P<title>\S.{1,60}?)\s+(?:来源|网友|作者|发布人|留言人)[：:].*?(?P<date>20\d\d-\d\d?-\d\d?)[\d:\s]*\S{0,6}"
)
"""What a board prints above a message: 新村幼儿上学难 来源：问政云岭 网友：问政网友  2024-07-24 02:41 已回复."""


class _Mark(NamedTuple):
    """The line with the label of a message or of a reply, and what stands behind it; `alone` if nothing does."""

    at: int
    label: str
    rest: str
    alone: bool


def take_apart(raw: RawDocument) -> RawDocument:
    """The document with the reply as its blocks and the message as `fields["question"]`; other texts are unchanged.

    The fields are those of the page's own head and of the reply's. What stands between the two marks is the resident's
    own words, whatever it looks like, but for labelled lines right above the reply: the reply begins at the last mark.
    """
    blocks = on_one_line(raw.blocks)
    texts = [block.text.strip() for block in blocks]
    if found := _labelled(blocks, texts) or _unlabelled(blocks, texts, raw.fields.get("page_title", "")):
        return _apart(raw, blocks, *found)
    if below := appended(blocks):
        return _told(raw, *below)
    return _talk(raw, blocks, texts)


def _labelled(blocks: Sequence[Block], texts: Sequence[str]) -> tuple[_Mark, _Mark] | None:
    """The labels of the message and of the reply; the latter may be one of the bureau or the date above it."""
    marks = list(_marks(texts))
    asking = [mark for mark in marks if _asks(mark)]
    asked = next((mark for mark in asking if not _names_page(mark, texts)), asking[0] if asking else None)
    if asked is None or _is_letter(blocks[: asked.at]):
        return None
    answered = _reply_mark([mark for mark in marks if mark.at > asked.at]) or _implied(texts, asked.at + 1)
    return (asked, answered) if answered else None


def _unlabelled(blocks: Sequence[Block], texts: Sequence[str], page_title: str) -> tuple[_Mark, _Mark] | None:
    """The same on a board that prints the message without a label: its first sentence below the board's own lines."""
    if posted := official_post(texts):
        return _thread(texts, *posted)
    marks = list(_marks(texts))
    reply = next((mark for mark in marks if _OFFICIAL.fullmatch(mark.label)), None) or _official_post(texts)
    answered = reply or _implied(texts, 0)
    if answered is None:
        return None
    first = first_words(texts[: answered.at])
    above = texts[:first]
    if first is None or not any(map(_BOARD.search, [*above, page_title])) or _is_letter(blocks[:first]):
        return None
    if reply is None and not any(_is_of_a_message(text) for text in above):
        return None
    return _Mark(first - 1, "", "", alone=True), answered


def _thread(texts: Sequence[str], at: int, bureau: str) -> tuple[_Mark, _Mark] | None:
    """The first post of a thread and the one in line `at`, where they are two."""
    first, head = next(i for i, text in enumerate(texts) if is_posted(text)), head_start(texts, at)
    said = f"答复单位：{bureau} 答复时间：{texts[at]}"
    return (_Mark(first, "", "", alone=True), _Mark(head, "答复单位", said, alone=False)) if first < head else None


def _implied(texts: Sequence[str], start: int) -> _Mark | None:
    """The last line with the bureau and the date, labelled or not, right above a reply that has no label."""
    for at in range(start, len(texts) - 1):
        if len(reply_head(texts[at]) or ()) > 1 and start:
            return _Mark(at, "", texts[at], alone=False)
        fields = {label: field_of(label) for label, _ in split_labels(texts[at])}
        following = next((text for text in texts[at + 1 :] if text), "")
        stated = any(_ANSWERED.match(label) and fields[label] in ("agency", "replied_on") for label in fields)
        if stated and not says_nothing(following):
            told = sum(len(text) for text in texts[at + 1 :] if not says_nothing(text))
            is_reply = _SENTENCE.search(following) and told >= _MIN_REPLY
            return _Mark(at, next(reversed(fields)), "", alone=False) if is_reply else None
    return None


def _official_post(texts: Sequence[str]) -> _Mark | None:
    """The line above a bureau's post that names it: 3楼 区民政局【官方回复】."""
    for at, text in enumerate(texts):
        if (is_post(text) and len(reply_head(text) or ()) > 1) or is_reply_head(text):
            return _Mark(at, "", text, alone=False)
    return None


def _is_of_a_message(text: str) -> bool:
    return any(
        field_of(label) == "asked_on" or (field_of(label) == IGNORED and _BOARD.search(label))
        for label, _ in split_labels(text)
    )


def _apart(raw: RawDocument, blocks: Sequence[Block], asked: _Mark, answered: _Mark) -> RawDocument:
    texts = [block.text.strip() for block in blocks]
    body, after = _reply([Block(answered.rest), *blocks[answered.at + 1 :]])
    prose, before = _message([asked.rest, *texts[asked.at + 1 : answered.at]])
    if not body:
        return raw
    above = texts[: asked.at + (not asked.label)]
    stated = [pair for text in above for pair in split_labels(text)]
    if prose and (posted := _POSTED.fullmatch(prose[0])):
        stated += [("标题", posted["title"]), ("留言时间", posted["date"])]
        prose = prose[1:]
    elif asked.rest and len(prose) > 1 and find_date(texts[asked.at + 1]):  # a title above the day of the message
        stated += [("标题", asked.rest), ("留言时间", texts[asked.at + 1])]
        prose = prose[1:]
    found = {
        **_around_a_reply(before),
        **_of_head(blocks[: len(above)], stated),
        **gather([pair for pair in split_labels(texts[answered.at]) if field_of(pair[0]) not in ("text", "question")]),
        **(gather(after) if field_of(answered.label) == "text" else _around_a_reply(after)),
    }
    return _told(raw, body, found, prose)


def _around_a_reply(said: Sequence[Labelled]) -> dict[str, str]:
    """What lines between message and reply tell where nothing else does: they may be the resident's own words.

    `named` are bureaus whose short names in the reply these may explain, and nothing more.
    """
    found = gather(said)
    kept = {name: value for name, value in found.items() if name in _ABOVE_A_REPLY}
    return kept | ({"named": found["co_agencies"]} if "co_agencies" in found else {})


def _of_head(blocks: Sequence[Block], stated: Sequence[Labelled]) -> dict[str, str]:
    """The fields in the lines above a message, labelled or not."""
    found = of_head(blocks) | gather(stated)
    if "doc_number" not in found and (number := document_number(found.get("doc_id", ""))):
        found["doc_number"] = number
    return found


def _told(raw: RawDocument, body: Sequence[Block], found: dict[str, str], prose: Sequence[str]) -> RawDocument:
    body, named = as_spoken(body)
    found = {**named, **found}
    question = "\n".join(block.text for block in clean([Block(text) for text in prose]))
    fields = {**of_page(found), "question": question, **raw.fields}
    return raw.model_copy(update={"blocks": tuple(body), "fields": fields})


def _talk(raw: RawDocument, blocks: Sequence[Block], texts: Sequence[str]) -> RawDocument:
    """A page with 问 and 答: the first question is the message; what follows its answer stays with it."""
    found = talk(blocks)
    if found is None or _is_letter([block for block in blocks[: found.asked.start] if not is_host(block.text.strip())]):
        return raw
    last = max(i for i, text in enumerate(texts) if answers(text) is not None)
    hosts = (i for i in range(last + 1, len(texts)) if is_host(texts[i]))
    said = blocks[found.answer : next(hosts, len(texts))]
    body, after = _reply(list(_unmarked(said, found.agency)))
    if not body:
        return raw
    above = blocks[: found.asked.start]
    stated = [pair for text in texts[: found.asked.start] for pair in split_labels(text)]
    named = {"agency": found.agency} if found.agency else {}
    prose = [found.asked.rest, *texts[found.asked.start + 1 : found.asked.end]]
    return _told(raw, body, {**_of_head(above, stated), **named, **gather(after)}, prose)


def _unmarked(blocks: Sequence[Block], agency: str | None) -> Iterator[Block]:
    """The blocks without 答：, and without the name of the bureau that answers the first question."""
    for block in blocks:
        said = answers(block.text.strip())
        by_another = speaker(block.text.strip()) not in (None, agency)
        yield block if said is None or by_another else block._replace(text=said, lead=0)


def _marks(texts: Sequence[str]) -> Iterator[_Mark]:
    for at, text in enumerate(texts):
        alone = ALONE.fullmatch(text)
        if alone and (len(alone["label"]) >= LONG_LABEL or alone["label"] != text):
            yield _Mark(at, alone["label"].replace(" ", ""), "", alone=True)
        elif pairs := split_labels(text):
            yield _Mark(at, *pairs[-1], alone=False)


def _asks(mark: _Mark) -> bool:
    return field_of(mark.label) == "question" or mark.label in _PLAIN


def _names_page(mark: _Mark, texts: Sequence[str]) -> bool:
    """Whether a label stands above other labels, as 咨询详情 does: it names the page and not the message."""
    return mark.alone and bool(split_labels(next((text for text in texts[mark.at + 1 :] if text), "")))


def _reply_mark(marks: Sequence[_Mark]) -> _Mark | None:
    """The last 答复内容 and the like, else the first 办理情况 or 办理结果."""
    replies = [mark for mark in marks if _REPLY.fullmatch(mark.label) and field_of(mark.label) == "text"]
    handled = [mark for mark in marks if _HANDLED.search(mark.label) and _tells(mark)]
    return replies[-1] if replies else next(iter(handled), None)


def _tells(mark: _Mark) -> bool:
    """Whether a reply stands behind a label: 办理结果 may have only a class behind it."""
    field = field_of(mark.label)
    if field == "text":
        return mark.alone or not mark.rest or len(mark.rest) > _MAX_STATUS
    return field == "outcome" and (mark.alone or "。" in mark.rest)


def _is_letter(above: Sequence[Block]) -> bool:
    """Whether a letter has begun above the first mark: then it is a word of the letter."""
    told = any("。" in block.text and not split_labels(block.text) for block in above)
    numbered = any((mark := numbering(block.text)) and mark.level <= 2 for block in above)
    return told or numbered or find_salutation([b.text for b in above], [b.level for b in above]) is not None


def _message(lines: Sequence[str]) -> tuple[list[str], list[Labelled]]:
    """The resident's words up to the next post, and the labelled values in the lines right above the reply."""
    last = len(lines)
    while last and (not lines[last - 1] or _says_nothing(lines[last - 1])):
        last -= 1
    first = next((i for i, text in enumerate(lines) if text and not _says_nothing(text)), last)
    end = next((i for i in range(first, last) if ends_message(lines[i])), last)
    end = min(end, next_post(lines, 1))
    prose = [text for text in lines[:end] if text and not _says_nothing(text)]
    if len(prose) > 1 and (posted := posted_below(lines, prose[-1])):
        return prose[:-1], [("留言时间", posted), *(pair for text in lines[last:] for pair in split_labels(text))]
    return prose, [pair for text in lines[last:] for pair in split_labels(text)]


def _reply(blocks: Sequence[Block]) -> tuple[Sequence[Block], list[Labelled]]:
    """The reply without the labelled lines above and below it, and their values."""
    texts = [block.text.strip() for block in blocks]
    first, last = 0, related_at(texts)
    while first < last and (_is_around(texts[first], None) or reply_head(texts[first])):
        first += 1
    last = min(last, next_post(texts, first + 1))
    blocks = blocks[:last]
    while last > first and _is_around(blocks[last - 1].text.strip(), _OF_A_REPLY):
        last -= 1
    around = [*blocks[:first], *blocks[last:]]
    texts = [text for block in around if not is_furniture(text := block.text.strip())]
    return blocks[first:last], [pair for text in texts for pair in split_labels(text) or reply_head(text) or ()]


def _is_around(text: str, fields: Sequence[str] | None) -> bool:
    """Whether a line belongs to the page and not to the reply; of labels, those of `fields` do, or any."""
    found = [field_of(label) for label, _ in split_labels(text)]
    labelled = bool(found) and (fields is None or all(field in fields for field in found) or _CONTENT.search(text))
    alone = ALONE.fullmatch(text)
    marked = fields is None and alone is not None and field_of(alone["label"]) in ("text", "outcome")
    return not text or bool(labelled) or marked or is_furniture(text) or ends_message(text)


def _says_nothing(text: str) -> bool:
    alone = ALONE.fullmatch(text)
    marked = alone is not None and field_of(alone["label"]) in ("text", "outcome")
    return marked or says_nothing(text)
