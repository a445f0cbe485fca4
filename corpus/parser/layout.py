"""Splits a document into head, salutation, body and closing, which the other modules of the parser read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from corpus.language.agencies import bureaus_in_line, compact, is_bureau, is_proposer
from corpus.language.dates import is_date_line
from corpus.language.numbering import numbering
from corpus.types import Block

_HEAD_DEPTH = 16  # paragraphs: red-head lines, a metadata table and a title in two lines fit in
_LABEL = re.compile(
    r"(索引号|文号|发文|发布|成文|公开|签发|办理|办复|答复(单位|时间|类别|内容)|回复(单位|时间|内容)|类别|主题|联系|承办|来信|留言|标题|名称|来源|时间|日期|编号|抄送|附件)"
)
_ADDRESSED = re.compile(
    r"委员|代表|同志|先生|女士|网友|市民|居民|群众|来信人|朋友|老师|各位|尊敬的|提案人|单位|你好|您好"
)
_GREETING = re.compile(
    r"(?P<salutation>(尊敬的)?[^。！？：:；《》]{1,60}?)[：:，,!！]?\s*(?P<greeting>(您|你)们?好[！!，,。：:]*)"
)
_RUN_IN = re.compile(
    r"(?P<salutation>(尊敬的)?[^。！？：:；《》]{0,40}?(委员|代表|网友|先生|女士|同志|市民|居民|来信人)[^。！？：:；，《》]{0,20})[：:]"
)
_NAMES = re.compile(r"[\u4e00-\u9fff·]{2,4}([、，,\s]+[\u4e00-\u9fff·]{2,4})*")
_HEADING = re.compile(
    r".{0,40}?(关于|对|《|“).*?(提案|建议|议案|来信|信访|留言|问题|诉求|反映|咨询|投诉|情况|事项|号|》|”).*?(答复|回复|复函|函|报告|意见|答理)"
)
_THANKS = re.compile(
    r"(最后[，,])?(再次|再一次|衷心|诚挚|十分|非常|诚恳)*(地?感谢|谢谢|欢迎|期待|希望|敬请|恳请|祝)"
    r"|(专|特|谨)此(答复|函复|回复|函告|报告|致复|说明|复函)?|此\s*致|敬\s*礼|以上(答复|回复|意见|办理)|顺\s*[颂致祝]|如有(疑问|不|其他|任何)|如您|若您"
    r"|感谢|诚望|衷心|恳请|特此"
)
_TAIL_LABEL = re.compile(
    r"[（(【]?\s*(联\s*系|承\s*办|经\s*办|电\s*话|传\s*真|手\s*机|邮\s*箱|电子邮|地\s*址|抄\s*送|主\s*送|附\s*[件：:]|签\s*发|办理(类别|结果)|办复|答复类别|公开|校对|共印|印发|主题词|信息公开|解决程度|沟通)"
)
_LAST_LINES = 14  # paragraphs from the end within which a document is signed; what follows is its 版记 and attachments
# Characters. A title broken into three printed lines has 90, the longest in the documents seen 52.
_MAX_HEADING_LENGTH = 150
_MAX_THANKS_LENGTH = 220  # characters; a longer paragraph that begins with thanks has something to say


class Paragraph(NamedTuple):
    """A paragraph of `Document.text`; `level` and `lead` as in `Block`."""

    text: str
    start: int
    end: int
    level: int
    lead: int


@dataclass(frozen=True)
class Layout:
    """A document's paragraphs by part. `body_start` is an offset: a run-in salutation shares the first paragraph."""

    text: str
    head: tuple[Paragraph, ...]
    heading: str | None
    salutation: str | None
    body: tuple[Paragraph, ...]
    body_start: int
    closing: tuple[Paragraph, ...]

    @property
    def opening(self) -> str:
        """The body up to the first numbered heading, at most three paragraphs. The proposal is named there."""
        taken: list[str] = []
        for paragraph in self.body[:3]:
            mark = numbering(paragraph.text)
            if taken and (paragraph.level or (mark and mark.level <= 2)):
                break
            taken.append(self.text[max(paragraph.start, self.body_start) : paragraph.end])
        return "\n".join(taken)


def lay_out(blocks: Sequence[Block], page_title: str = "") -> Layout:
    """Split cleaned paragraphs into the parts of a document. A text that is no document is all body.

    The title of a web page, `page_title`, is the heading if the text has none.
    """
    text = "\n".join(b.text for b in blocks)
    paragraphs = _place(blocks)
    at = _salutation_at(paragraphs)
    heading_span = _heading_span(paragraphs[: at if at is not None else _HEAD_DEPTH])
    salutation, body_start, first = None, 0, 0
    if at is not None:
        salutation, body_start = _salutation(paragraphs[at])
        first = at if body_start < paragraphs[at].end else at + 1
    elif heading_span:
        first = heading_span[1]
    if first >= len(paragraphs):  # nothing after the head: no document, so all of it is body and can be searched
        at, salutation, first, body_start = None, None, 0, 0
    else:
        body_start = max(body_start, paragraphs[first].start)
    head = paragraphs[: at if at is not None else first]
    closing_at = _closing_at(paragraphs, first)
    lines = paragraphs[slice(*heading_span)] if heading_span else ()
    heading = "".join(_glue(p.text) for p in lines) or _page_heading(page_title)
    return Layout(
        text,
        tuple(head),
        heading,
        salutation,
        tuple(paragraphs[first:closing_at]),
        body_start,
        tuple(paragraphs[closing_at:]),
    )


def _place(blocks: Sequence[Block]) -> list[Paragraph]:
    paragraphs, offset = [], 0
    for block in blocks:
        end = offset + len(block.text)
        paragraphs.append(Paragraph(block.text, offset, end, block.level, block.lead))
        offset = end + 1
    return paragraphs


def _salutation_at(paragraphs: Sequence[Paragraph]) -> int | None:
    for position, paragraph in enumerate(paragraphs[:_HEAD_DEPTH]):
        text = paragraph.text
        mark = numbering(text)
        if mark and mark.level <= 2:
            return None
        if paragraph.level or _is_heading(compact(text)):
            continue
        if _is_salutation_line(text) or _run_in(text):
            return position
    return None


def _is_salutation_line(text: str) -> bool:
    if not text.endswith(("：", ":")) or len(text) > 200 or any(c in text for c in "。；《") or "如下" in text:
        return False
    name = text[:-1].strip()
    if _LABEL.match(name):
        return False
    return bool(_ADDRESSED.search(name) or _NAMES.fullmatch(name) or is_bureau(compact(name)) or is_proposer(name))


def _run_in(text: str) -> re.Match[str] | None:
    for pattern in (_GREETING, _RUN_IN):
        match = pattern.match(text)
        if (
            match
            and not _LABEL.match(text)
            and (_ADDRESSED.search(match["salutation"]) or "greeting" in match.re.groupindex)
        ):
            return match
    return None


def _salutation(paragraph: Paragraph) -> tuple[str | None, int]:
    """The salutation's text and the offset where the body begins."""
    if _is_salutation_line(paragraph.text):
        return paragraph.text[:-1].strip(), paragraph.end
    match = _run_in(paragraph.text)
    if match is None:
        return None, paragraph.start
    return match["salutation"].strip() or None, paragraph.start + match.end()


def _heading_span(paragraphs: Sequence[Paragraph]) -> tuple[int, int] | None:
    """The paragraphs that make up the document's own heading: up to three, because centred titles are broken."""
    for length in (1, 2, 3):
        for i in range(len(paragraphs) - length + 1):
            joined = compact("".join(p.text for p in paragraphs[i : i + length]))
            if len(joined) <= _MAX_HEADING_LENGTH and _is_heading(_without_tail(joined)) and not _LABEL.match(joined):
                return i, i + length
    marked = [
        i
        for i, p in enumerate(paragraphs)
        if p.level and len(p.text) <= 2 * _MAX_HEADING_LENGTH and not numbering(p.text) and not bureaus_in_line(p.text)
    ]
    return (marked[0], marked[0] + 1) if marked else None


def _is_heading(text: str) -> bool:
    return len(text) <= _MAX_HEADING_LENGTH and bool(_HEADING.fullmatch(text))


def _page_heading(page_title: str) -> str | None:
    """A web page's title without the names of site and column; None if it is no document's heading."""
    heading = re.split(r"[_|｜]|\s[-—]\s|[-—](?=[^-—]*$)", page_title)[0].strip()
    return heading if _is_heading(compact(heading)) else None


def _without_tail(heading: str) -> str:
    """The heading without a number or a class in brackets, or the name of a website, at its end."""
    return re.sub(r"([（(][^（）()]{1,40}[)）]|[〔\[][^（）()〔〕\[\]]{1,40}[〕\]])+$|[—－-].{1,30}网$", "", heading)


def _glue(text: str) -> str:
    return re.sub(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff第])", "", text)


def _closing_at(paragraphs: Sequence[Paragraph], first: int) -> int:
    """The first paragraph of the closing, which reaches back from the end as long as nothing there answers anything."""
    at = _signature_at(paragraphs, first) or len(paragraphs)
    while at > first + 1 and _closes(paragraphs[at - 1].text):
        at -= 1
    return at


def _signature_at(paragraphs: Sequence[Paragraph], first: int) -> int | None:
    """The paragraph near the end where a bureau and a date stand on one line or on neighbouring lines.

    Nothing below it answers anything, whatever it is (版记, attachments, a satisfaction survey).
    """
    for i in range(len(paragraphs) - 1, max(first, len(paragraphs) - _LAST_LINES), -1):
        text, before = paragraphs[i].text, paragraphs[i - 1].text
        if _signs_and_dates(text):
            return i
        if is_date_line(text) and bureaus_in_line(before):
            return i - 1
        if bureaus_in_line(text) and is_date_line(before) and i > first + 1:
            return i - 1
    return None


def _signs_and_dates(text: str) -> bool:
    name = before_date(text)
    return name != text and bool(bureaus_in_line(name)) and is_date_line(text[len(name) :].strip())


def before_date(text: str) -> str:
    """A signature line up to the date, if one follows the name."""
    return re.split(r"(?<!\s)\s*(?=(?:19|20|[二２一１][九９〇○零０])[\d〇○零一二三四五六七八九０-９]{2}\s*年)", text)[0]


def _closes(text: str) -> bool:
    if is_date_line(text) or bureaus_in_line(text) or _signs_and_dates(text) or _TAIL_LABEL.match(text):
        return True
    return len(text) <= _MAX_THANKS_LENGTH and bool(_THANKS.match(text)) and "：" not in text[-1:]
