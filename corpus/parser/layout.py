"""Splits a document into head, salutation, body and closing, which the other modules of the parser read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.language.agencies import bureaus_in_line, is_bureau_name
from corpus.language.dates import is_date_line
from corpus.language.lines import begins_related_pages, line_kind, signs
from corpus.language.numbering import numbering
from corpus.language.spacing import closed_up
from corpus.parser.heading import heading_and_subject, heading_level, heading_span, is_numbered_heading, page_heading
from corpus.parser.paragraphs import Paragraph
from corpus.parser.salutation import Salutation, find_salutation
from corpus.readers.fields import IGNORED, field_of
from corpus.readers.label_lines import split_labels
from corpus.tables import tables
from corpus.types import Block, Table

_HEAD_DEPTH = 16  # paragraphs: red-head lines, a metadata table and a title in two lines fit in
_MAX_HEAD_DEPTH = 80  # paragraphs of a page that was copied with its menu
_MESSAGE = re.compile(
    r"[【\[]?\s*(网友|群众|市民|网民)?(来信|留言|信件|诉求|咨询|提问|问题)(内容|正文|描述)?\s*([】\]：:]|$)"
)
_LAST_LINES = 14  # paragraphs from the end within which a document is signed; what follows is its 版记 and attachments
_RUN_IN_SIGNATURE = re.compile(r"(?<=[。！；])\s*([\u4e00-\u9fff]{4,30})\s*\d{4}年\d{1,2}月\d{1,2}日$")
_ANNEX = re.compile(r"\s*(附\s*件|附\s*表|附\s*[：:])")
_FORM = re.compile(
    r".{0,30}(征询|征求|反馈|回执|测评|评价|满意度).{0,8}(表|单|卡|意见)[：:]?$|.{0,12}(意见|满意(度|"
    r"情况)?)[：:].{0,12}(满意|$)"
)
_MAX_NOTE = 8  # paragraphs between the salutation of a note and the letter that it hands on
_MIN_ANNEX = 80  # characters below the signature; a list of attachments or of who gets a copy has fewer


_BRACKETED = re.compile(r"[（(〔【\[][^（）()〔〕。]{1,12}[）)〕】\]]")  # a class, or that it may be published
_OF_HEAD = ("label", "furniture", "signature")


@dataclass(frozen=True)
class Layout:
    """A document's paragraphs by part, and its tables. `body_start` is an offset: a run-in salutation shares the first
    paragraph.

    `subject` is the title behind a heading and its colon; `preface` is prose above the salutation, such as a message
    that a board shows above the reply; `annex` is what is said below the signature.
    """

    text: str
    head: tuple[Paragraph, ...]
    preface: tuple[Paragraph, ...]
    heading: str | None
    subject: str | None
    salutation: str | None
    body: tuple[Paragraph, ...]
    body_start: int
    closing: tuple[Paragraph, ...]
    annex: tuple[Paragraph, ...]
    tables: tuple[Table, ...] = ()

    @property
    def opening(self) -> str:
        """The body up to the first numbered heading, at most three paragraphs. The proposal is named there."""
        taken: list[str] = []
        for paragraph in self.body[:3]:
            mark = numbering(paragraph.text)
            if taken and (paragraph.level or (mark and mark.level <= 2)):
                break
            taken.append(closed_up(self.text[max(paragraph.start, self.body_start) : paragraph.end]))
        return "\n".join(taken)


def lay_out(blocks: Sequence[Block], page_title: str = "") -> Layout:
    """Split cleaned paragraphs into the parts of a document. A text that is no document is all body.

    The title of a web page, `page_title`, is the heading if the text has none.
    """
    text = "\n".join(b.text for b in blocks)
    paragraphs = _signature_apart(_place(blocks))
    begin, found = _letter(paragraphs)
    span = heading_span(paragraphs[begin : found.at if found else _head_depth(paragraphs)])
    first, body_start = 0, 0
    if found:
        first = found.at + (found.length >= len(paragraphs[found.at].text))
        body_start = paragraphs[found.at].start + found.length
    elif span:
        first = _after_head(paragraphs, span[1])
    if first >= len(paragraphs):  # nothing after the head: no document, so all of it is body and can be searched
        found, first, body_start = None, 0, 0
    above = paragraphs[begin : found.at if found else first]
    head_end = _head_end(above)
    closing_at = _closing_at(paragraphs, first)
    annex_at = _annex_at(paragraphs, closing_at)
    heading, subject = heading_and_subject(paragraphs[begin:][slice(*span)] if span else ())
    return Layout(
        text=text,
        head=tuple(above[:head_end]),
        preface=tuple(_prose(paragraphs[:begin], 0) + _prose(above, head_end)),
        heading=heading or page_heading(page_title),
        subject=subject,
        salutation=found.text if found else None,
        body=tuple(paragraphs[first:closing_at]),
        body_start=max(body_start, paragraphs[first].start) if paragraphs else 0,
        closing=tuple(paragraphs[closing_at:annex_at]),
        annex=tuple(paragraphs[annex_at:]),
        tables=tables(blocks),
    )


def _letter(paragraphs: Sequence[Paragraph]) -> tuple[int, Salutation | None]:
    """Where the letter begins, and its salutation: below a short note that hands it on, it has its own."""
    texts, levels = ["" if p.is_row else p.text for p in paragraphs], [heading_level(p) for p in paragraphs]
    found = find_salutation(texts, levels)
    for at in range(found.at + 1, min(found.at + _MAX_NOTE, len(texts))) if found else ():
        if numbering(texts[at]):
            break
        if is_numbered_heading(texts[at]) and (own := find_salutation(texts[at:], levels[at:])):
            begin = at - (at > 0 and is_bureau_name(texts[at - 1]))
            return begin, own._replace(at=at + own.at)
    return 0, found


def _head_depth(paragraphs: Sequence[Paragraph]) -> int:
    """How many paragraphs the head of a document without a salutation may have: a copied page begins with its menu."""
    told = next((i for i, p in enumerate(paragraphs) if "。" in p.text), 0)
    return max(_HEAD_DEPTH, min(told, _MAX_HEAD_DEPTH))


def _signature_apart(paragraphs: list[Paragraph]) -> list[Paragraph]:
    """The paragraphs; a signature in the line of the last sentence is one of its own."""
    last = paragraphs[-1] if paragraphs else None
    signed = _RUN_IN_SIGNATURE.search(last.text) if last else None
    if last is None or last.is_row or signed is None or not is_bureau_name(signed[1]):
        return paragraphs
    at = signed.start(1)
    before = last._replace(text=last.text[:at].rstrip(), end=last.start + len(last.text[:at].rstrip()))
    return [*paragraphs[:-1], before, last._replace(text=last.text[at:], start=last.start + at, lead=0)]


def _after_head(paragraphs: Sequence[Paragraph], at: int) -> int:
    """The first paragraph below a heading that is no labelled fact, document number, letterhead or furniture."""
    while at < len(paragraphs) and (
        _is_document_number(paragraphs[at].text)
        or line_kind(paragraphs[at].text) in _OF_HEAD
        or _is_fact(paragraphs[at].text)
        or _BRACKETED.fullmatch(paragraphs[at].text)
    ):
        at += 1
    return at


def _is_fact(text: str) -> bool:
    """Whether a line labels facts about the proposal or stands as a label alone over the reply (办理意见：)."""
    labels = [field_of(label) for label, _ in split_labels(text)] or [field_of(text)]
    alone = text.rstrip().endswith(("：", ":"))
    return "。" not in text and None not in labels and (alone or not {"text", "question"} & set(labels))


def _is_document_number(text: str) -> bool:
    return bool(
        re.fullmatch(
            r"[（(]?[\u4e00-\u9fff\s：:]{0,20}[〔\[（(【﹝]\s*\d{4}\s*[〕\]）)】﹞]\s*第?\s*[A-Za-z]{0,3}\d{1,5}\s*号[）)]?.{0,20}",
            text,
        )
    )


def _head_end(above: Sequence[Paragraph]) -> int:
    """Where in the paragraphs above the salutation the document's own head ends: at a message or a sentence."""
    told = (i for i, p in enumerate(above) if ("。" in p.text and not _states(p.text)) or _MESSAGE.match(p.text))
    return next(told, len(above))


def _states(text: str) -> bool:
    """Whether a line above a salutation labels whom the letter concerns: 信访人：冉某，女，住柳林镇。"""
    return any(field_of(label) in (IGNORED, "addressees") for label, _ in split_labels(text)[:1])


def _prose(above: Sequence[Paragraph], at: int) -> list[Paragraph]:
    """The paragraphs from the first from `at` on that is a sentence: who looks for its words must find them."""
    texts = [p.text for p in above]
    told = (i for i in range(at, len(above)) if "。" in texts[i] and not line_kind(texts[i]) and not _states(texts[i]))
    return list(above[next(told, len(above)) :])


def _place(blocks: Sequence[Block]) -> list[Paragraph]:
    paragraphs, offset = [], 0
    for block in blocks:
        end = offset + len(block.text)
        paragraphs.append(Paragraph(block.text, offset, end, block.level, block.lead, bool(block.row)))
        offset = end + 1
    return paragraphs


def _closing_at(paragraphs: Sequence[Paragraph], first: int) -> int:
    """The first paragraph of the closing, which reaches back from the end as long as nothing there answers anything."""
    at = _signature_at(paragraphs, first) or _related_at(paragraphs, first)
    while at > first + 1 and not paragraphs[at - 1].is_row and line_kind(paragraphs[at - 1].text):
        at -= 1
    return at


def _related_at(paragraphs: Sequence[Paragraph], first: int) -> int:
    """Where a website's list of related pages begins, which goes to the end and tells nothing; the end if none does."""
    for i in range(len(paragraphs) - 1, first, -1):
        if "。" in paragraphs[i].text:
            break
        if begins_related_pages(paragraphs[i].text):
            return i
    return len(paragraphs)


def _signature_at(paragraphs: Sequence[Paragraph], first: int) -> int | None:
    """The paragraph near the end where a bureau and a date stand on one line or on neighbouring lines."""
    for i in range(len(paragraphs) - 1, max(first, len(paragraphs) - _LAST_LINES), -1):
        text, before = ("" if p.is_row else p.text for p in (paragraphs[i], paragraphs[i - 1]))
        if signs(text) and not is_date_line(text) and not bureaus_in_line(text):
            return i
        if is_date_line(text) and bureaus_in_line(before):
            return i - 1
        if bureaus_in_line(text) and is_date_line(before) and i > first + 1:
            return i - 1
    return None


def _annex_at(paragraphs: Sequence[Paragraph], closing_at: int) -> int:
    """The first paragraph below the signature that says something: an attachment, a table, a sentence, no form."""
    signing = (i for i in range(closing_at, len(paragraphs)) if not paragraphs[i].is_row and signs(paragraphs[i].text))
    signed = next(signing, len(paragraphs))
    for i in range(signed, len(paragraphs)):
        text = paragraphs[i].text
        if any(_FORM.match(p.text) for p in paragraphs[i : i + 3]):
            return len(paragraphs)
        told = [p.text for p in paragraphs[i:] if not line_kind(p.text) and not _FORM.match(p.text)]
        says = _ANNEX.match(text) or paragraphs[i].is_row or (not line_kind(text) and "。" in text)
        if says and sum(map(len, told)) >= _MIN_ANNEX:
            return i
    return len(paragraphs)
