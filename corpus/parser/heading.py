"""Finds a document's own heading in the lines above its salutation."""

import re
from collections.abc import Sequence

from corpus.language.agencies import bureaus_in_line, compact, is_bureau_name
from corpus.language.lines import is_furniture, is_tail_label
from corpus.language.numbering import numbering
from corpus.language.spacing import closed_up
from corpus.parser.paragraphs import Paragraph
from corpus.readers.label_lines import split_labels

_HEADING = re.compile(
    r".{0,40}?(关于|对|给|《|“).*?(提案|建议|议案|来信|信访|留言|问题|诉求|反映|咨询|投诉|情况|事项|号|》|”).*?"
    r"(答复|回复|复函|函|报告|意见|答理|答复摘要|意见书|说明|复信|回信|办理(情况|结果))"
    r"|.{0,40}(信访|投诉|举报)(事项)?.{0,8}(意见书|答复书|告知书|答复函?|复函|回复)"
    r"|.{0,40}(提案|建议|议案).{0,20}(办理|答复|处理|反馈).{0,12}(通知|通报|告知书)"
    r"|.{2,30}(提案|建议|议案)(办理)?(情况)?(答复|回复|复)(函|书|意见书?|单|表|笺)"
)
# A heading that says neither 关于 nor 对 begins with the session.
_PLAIN = re.compile(
    r"[^，。：:]{0,30}届[^，。：:]{0,24}次[^，。：:]{0,30}号[^，。：:]{0,20}(提案|建议|议案)[^，。：:]{0,12}(答复|回复|复函|函|报告|意见)"
)
_BARE = re.compile("(?:提案|建议|来信|信访)?(?:办理)?(?:答复|回复|函复|复)(?:函|书|意见书|单|笺)")  # names no matter
_SUBJECT = re.compile(r"^([^。！，：:]{4,100}(?:答复|回复|复函|函))\s*[：:]\s*(.{4,80})$")
_NUMBERED = re.compile(
    r"第?\s*[A-Za-z（(\d〇一二三四五六七八九十][^，。]{0,24}号.{0,12}(提案|建议|议案)|(提案|建议|"
    r"议案).{0,6}第?\s*[A-Za-z]{0,4}\d+\s*号|届.{0,24}次"
)
# Characters. A title broken into three printed lines has 90, the longest in the documents seen 52.
_MAX_HEADING_LENGTH = 150


def heading_level(paragraph: Paragraph) -> int:
    return paragraph.level or int(_is_heading(_without_tail(compact(paragraph.text))))


def heading_span(paragraphs: Sequence[Paragraph]) -> tuple[int, int] | None:
    """The paragraphs that make up the document's own heading: up to three, because centred titles are broken.

    Of several, one that names the number or session of a proposal: the other is the title of the web page.
    """
    best: tuple[int, int] | None = None
    for length in (1, 2, 3):
        for i in range(len(paragraphs) - length + 1):
            if any(p.is_row for p in paragraphs[i : i + length]):
                continue
            joined = compact("".join(p.text for p in paragraphs[i : i + length]))
            if _is_labelled(paragraphs[i].text) or (_PLAIN.match(joined) and i and _is_begun(paragraphs[i - 1].text)):
                continue
            if _is_heading(_without_tail(joined)):
                if _NUMBERED.search(joined):
                    return _with_bureau(paragraphs, i, i + length)
                best = best or (i, i + length)
    if best:
        return _with_bureau(paragraphs, *best)
    bare = [i for i, p in enumerate(paragraphs) if _BARE.fullmatch(compact(p.text))]
    if bare:
        return bare[0], bare[0] + 1
    marked = [
        i
        for i, p in enumerate(paragraphs)
        if p.level and len(p.text) <= 2 * _MAX_HEADING_LENGTH and not numbering(p.text) and not bureaus_in_line(p.text)
    ]
    return (marked[0], marked[0] + 1) if marked else None


def _with_bureau(paragraphs: Sequence[Paragraph], start: int, end: int) -> tuple[int, int]:
    """The span with the line above, if that is the bureau of a title 关于… in two centred lines."""
    above, first = (paragraphs[at].text if at >= 0 else "" for at in (start - 1, start - 2))
    alone = (
        not (bureaus_in_line(first) and bureaus_in_line(above))  # the letterhead of a joint reply
        and re.match(r"\s*(关于|对|给|信访)", paragraphs[start].text)
        and is_bureau_name(re.sub(r"[（(][^（）()]{1,8}[)）]$", "", above))
        and not re.search(r"\s", above.strip())
    )
    return (start - 1, end) if alone else (start, end)


def _is_begun(text: str) -> bool:
    """Whether a line is the beginning of a heading 关于… that goes on below it."""
    plain = compact(text)
    return bool(re.search("关于|对", plain)) and not re.search("[。：:]", plain) and not _is_heading(plain)


def _is_labelled(text: str) -> bool:
    return is_tail_label(text) or bool(split_labels(text)) or is_furniture(text)


def _is_heading(text: str) -> bool:
    if len(text) > _MAX_HEADING_LENGTH or re.search("[。！]", text):
        return False
    return bool(_HEADING.fullmatch(text) or _PLAIN.fullmatch(text))


def page_heading(page_title: str) -> str | None:
    """A web page's title without the names of site and column; None if it is no document's heading."""
    heading = re.split(r"[_|｜]|\s[-—]\s|[-—](?=[^-—]*$)", page_title)[0].strip()
    return heading if _is_heading(compact(heading)) else None


def _without_tail(heading: str) -> str:
    """The heading without a number or a class in brackets, or the name of a website, at its end."""
    return re.sub(
        r"([（(][^（）()]{1,40}[)）]|[〔\[][^（）()〔〕\[\]]{1,40}[〕\]])+$|[—－-].{1,30}网$",
        "",
        _SUBJECT.sub(r"\1", heading),
    )


def _glue(text: str) -> str:
    return re.sub(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff第])", "", text)


def heading_and_subject(lines: Sequence[Paragraph]) -> tuple[str | None, str | None]:
    """The lines of a heading as one, and the title that stands behind it and a colon."""
    heading, _, subject = _SUBJECT.sub(r"\1\n\2", "".join(_glue(closed_up(p.text)) for p in lines)).partition("\n")
    return heading or None, subject or None


def is_numbered_heading(text: str) -> bool:
    """Whether a line is a heading that names the number or the session of a proposal."""
    plain = compact(text)
    return _is_heading(_without_tail(plain)) and bool(_NUMBERED.search(plain))
