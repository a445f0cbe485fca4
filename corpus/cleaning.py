"""Turns the lines of a file into the paragraphs of a document. The wording stays as published.

Drops page numbers, running heads, stray addresses and site furniture; joins hard-wrapped lines and sentences that a
page break cut. Looks at the shape of a line only: what it means (heading, signature, …) is the
parser's business.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from corpus.language.agencies import SUFFIX, is_bureau, is_bureau_name
from corpus.language.dates import is_date_line
from corpus.language.lines import begins_related_pages, is_furniture
from corpus.language.numbering import ITEM_LEVEL, numbering
from corpus.tables import CELL_SEPARATOR
from corpus.types import Block

_PAGE_NUMBER = re.compile(
    r"[—\-–－一―ー•·.\s]*[—\-–－―]\s*\d{1,3}\s*[—\-–－一―ー•·.\s]*"  # — 3 —, - 2 -
    r"|[·•]\s*\d{1,3}\s*[·•]"
    r"|\d{1,3}"
    r"|"
    r"[—\-–－―\s]*第\s*[\d一二三四五六七八九十]{1,4}\s*页([\s,，/]*共\s*[\d一二三四五六七八九十]{1,4}\s*页)?[—\-–－―\s]*"
    r"|\d{1,3}\s*/\s*\d{1,3}(\s*页)?"
    r"|(Page|page|PAGE|P)\s*\.?\d{1,3}(\s*of\s*\d{1,3})?"
)
# What a browser prints below and above each page.
_PRINTED_BELOW = re.compile(r".{0,120}(https?|file)://\S*\s+\d{1,3}\s*/\s*\d{1,3}")
_PRINTED_ABOVE = re.compile(r"\d{1,4}[/-]\d{1,2}[/-]\d{1,4},?\s\d{1,2}:\d\d.{0,120}")
_ADDRESS_LINE = re.compile(r"(https?://|www\.)[!-~]+", re.IGNORECASE)
_TERMINAL = "。！？；!?;…"
_CLOSERS = "”’」』）)】]》〉\"'"
_OPENERS = {"《": "》", "〈": "〉", "（": "）", "“": "”", "〔": "〕", "【": "】"}
_NEVER_CONTINUES = re.compile(
    r"[（(【]?\s*(联\s*系\s*人|联系单位|联系电话|联系方式|承\s*办\s*人|经\s*办\s*人|承办单位|签\s*发\s*人|"
    r"抄\s*送|主\s*送|附\s*件|此\s*致|敬\s*礼"
    r"|办理类别|办复类别|答复类别|办理结果|公开属性|公开方式|索引号|发文机关|发布日期|发文字号|文号|单位名称|答复日期)"
)
# A line about a web page ends where it ends, with or without its brackets.
_WEB_LINE = re.compile(
    r"[【（(]?\s*((信息|文章)?来\s*源|(发布|更新|成文|生成)(时间|日期)|浏览(次数|量)|字号|字体|阅读|作者|"
    r"责任编辑|类\s*别)\s*[：:]|\d{4}-\d\d-\d\d\s"
)
_ANNOUNCES = re.compile("如下[：:。]?$")
_TITLE_START = re.compile(rf"(.{{0,30}}{SUFFIX})?\s*(关于|对)")
_NUMBER_LINE = re.compile(
    r"[\u4e00-\u9fff]{2,12}\s*[〔\[（(【]\s*\d{4}\s*[〕\])）】]\s*第?\s*\d{1,5}\s*号(\s+(签发人|[\u4e00-\u9fff\s]{0,8}(类别|分类|结果|属性|类型)\s*[：:]).{0,14}|\s+[（(]?[A-D]\d?\s*类?[）)]?)?"
)
_TITLE_END = re.compile(
    r"(答复|回复|复函|函|报告|意见|批复|通知|情况|说明|公告|汇报|总结|纪要|方案|办法)([（(].{1,30}[)）])?$"
)

# A file with a smaller share of its lines near the common width is not hard-wrapped. Measured on the five documents and
# the sample archive: wrapped files have 0.55 to 0.9 of their lines there, files with a paragraph a line under 0.3.
_WRAPPED_SHARE = 0.45
_MAX_WRAP_WIDTH = 60.0  # cells; a printed page of official documents has 28, a wide copy at most twice that
_FULL_LINE = 0.82  # of the wrap width: shorter lines end their paragraph
_INDENT = 2.0  # cells of a paragraph's first line (GB/T 9704)
_MAX_SENTENCE_LENGTH = 2_000  # characters; a paragraph is read anew for each line that joins it
_MAX_LABEL_LENGTH = 40  # characters, with the spaces in it
_LONG_ENOUGH_TO_BE_CUT = 20  # characters; a shorter line without a full stop is a heading or a name, not a cut sentence


class _Line(NamedTuple):
    block: Block
    text: str
    indented: bool
    after_gap: bool  # a blank line stands before it
    after_page: bool  # a page number or a page break stands before it


def clean(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The paragraphs in reading order, whole, stripped and not empty. `level` and `lead` are kept."""
    lines = _lines(blocks)
    width = _wrap_width(lines)
    gaps_mean_nothing = _blank_after_most(lines)
    paragraphs: list[Block] = []
    previous: _Line | None = None
    for line in lines:
        gap = line.after_gap and not gaps_mean_nothing
        if previous and _continues(previous, paragraphs[-1], line, width, gap=gap):
            joined = _join(paragraphs[-1].text, line.text)
            paragraphs[-1] = paragraphs[-1]._replace(text=joined)
        else:
            paragraphs.append(line.block._replace(text=line.text, whole=True))
        previous = line
    return tuple(paragraphs)


def _lines(blocks: Sequence[Block]) -> list[_Line]:
    running = _running_heads(blocks)
    printed = any(_PRINTED_BELOW.fullmatch(block.text.strip()) for block in blocks)
    lines: list[_Line] = []
    after_gap = after_page = False
    for position, block in enumerate(blocks):
        text = block.text.strip()
        if block.row:
            lines.append(_Line(block, block.text, False, after_gap, after_page))
            after_gap = after_page = False
        elif not text:
            after_gap = True
        elif position in running or _is_page_mark(block, text) or (printed and _PRINTED_ABOVE.fullmatch(text)):
            after_gap = after_page = True
        elif not _ADDRESS_LINE.fullmatch(text) and (not is_furniture(text) or begins_related_pages(text)):
            indented = len(block.text) - len(block.text.lstrip()) >= (1 if block.text.startswith("\u3000") else 2)
            lines.append(_Line(block, text, indented, after_gap, after_page))
            after_gap = after_page = False
    return lines


def _is_page_mark(block: Block, text: str) -> bool:
    return not (block.whole and text.isdecimal()) and bool(
        _PAGE_NUMBER.fullmatch(text) or _PRINTED_BELOW.fullmatch(text)
    )


def _running_heads(blocks: Sequence[Block]) -> set[int]:
    """Positions of lines that are repeated at page breaks. The first line of the file is never one: it may be the
    letterhead."""
    texts = ["" if b.row else b.text.strip() for b in blocks]
    counts = Counter(t for t in texts if 4 <= len(t) <= 40 and t[-1] not in _TERMINAL)
    repeated = {t for t, n in counts.items() if n >= 2}
    filled = [i for i, t in enumerate(texts) if t]
    marks = {i for i in filled if _is_page_mark(blocks[i], texts[i])}
    found: set[int] = set()
    for order, i in enumerate(filled):
        near = filled[max(0, order - 2) : order + 3]
        if order and texts[i] in repeated and any(n in marks for n in near):
            found.add(i)
    return found


def _width(text: str) -> float:
    """Printed width in full-width cells: Chinese characters 1, Latin 0.5, a copied space a quarter."""
    cells = 0.0
    for char in text:
        if char.isspace():
            cells += 1.0 if char == "\u3000" else 0.25
        else:
            cells += 1.0 if unicodedata.east_asian_width(char) in "WFA" else 0.5
    return cells


def _wrap_width(lines: Sequence[_Line]) -> float | None:
    """The width at which the file's lines were broken, or None where they were not."""
    widths = sorted(w for line in lines if not line.block.whole and (w := _width(line.text)) >= 8)
    if len(widths) < 4:
        return None
    widest = widths[int(len(widths) * 0.9)]
    near = [w for w in widths if _FULL_LINE * widest <= w <= widest * 1.1]
    # Not the median: in short paragraphs up to half of the lines are first lines, printed two cells in.
    if widest <= _MAX_WRAP_WIDTH and len(near) >= _WRAPPED_SHARE * len(widths):
        return near[int(len(near) * 0.7)]
    return _width_of_cut_lines(lines, widths[-1])


def _width_of_cut_lines(lines: Sequence[_Line], widest: float) -> float | None:
    """The width at which lines stop in mid-sentence: in a short document, headings and names outnumber full lines."""
    cut = sorted(
        _width(line.text)
        for line in lines
        if not line.block.whole and line.text[-1] not in _TERMINAL + "：:" and not _is_complete(line.text)
    )
    full = [width for width in cut if width >= max(16.0, cut[-1] - 1.5)]
    return full[-1] if len(full) >= 3 and widest <= min(45.0, full[-1] + 2.5) else None


def _blank_after_most(lines: Sequence[_Line]) -> bool:
    """Whether a blank line follows nearly every line (a copy with double spacing); then they separate nothing."""
    return sum(line.after_gap for line in lines[1:]) >= 0.7 * (len(lines) - 1) if len(lines) > 1 else False


def _continues(previous: _Line, paragraph: Block, line: _Line, width: float | None, *, gap: bool) -> bool:
    """Whether `line` continues the paragraph whose last line is `previous`."""
    text = paragraph.text
    if line.block.level or paragraph.level or line.block.lead or _stands_alone(previous, paragraph, line):
        return False
    if _is_open(text) and not _is_heading_like(text, width):
        return True
    if is_date_line(text) or _is_labelled(text) or (paragraph.lead and paragraph.lead == len(text)):
        return False
    if _is_unfinished_title(text) and not line.text.endswith(("：", ":")):
        return True
    ended = text.rstrip(_CLOSERS)[-1:] in _TERMINAL or text[-1] in "：:"
    if previous.block.fills is not None:  # places on a page tell more than widths
        return previous.block.fills and not line.indented and not (ended and numbering(line.text))
    if width is None or previous.block.whole:
        return not ended and _was_cut(text, line)
    full = _width(previous.text) + _INDENT * previous.indented >= _FULL_LINE * width
    if not full or line.indented:
        return False
    if gap and not line.after_page:
        return not ended
    if numbering(line.text) and (ended or numbering(text)) and not _is_item(line.text):
        return False
    return not ended or not _has_first_line_indent(line, width)


def _stands_alone(previous: _Line, paragraph: Block, line: _Line) -> bool:
    """Whether the paragraph is whole or the line begins another: each row of a table does both."""
    text = paragraph.text
    if _is_row(previous.block) or _is_row(line.block) or _starts_anew(line.text) or _is_complete(text):
        return True
    is_told = bool(_WEB_LINE.match(_squeezed(text)) or _ANNOUNCES.search(text))
    return is_told or (_is_salutation(line.text) and text[-1] not in "、，,")


def _starts_anew(text: str) -> bool:
    return is_date_line(text) or bool(_is_labelled(text) or _NUMBER_LINE.fullmatch(text))


def _is_labelled(text: str) -> bool:
    squeezed = _squeezed(text)
    return bool(_NEVER_CONTINUES.match(squeezed) or _WEB_LINE.match(squeezed))


def _squeezed(text: str) -> str:
    """The beginning of a line without the spaces in its label (文　　号：)."""
    return re.sub(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff：:])", "", text[:_MAX_LABEL_LENGTH])


def _is_row(block: Block) -> bool:
    """Whether a reader joined the block from the cells of a table's row."""
    return block.row > 0 or (block.whole and CELL_SEPARATOR in block.text)


def _is_complete(text: str) -> bool:
    """Whether a line is whole without a full stop: a document's title, a document number, the heading of an ask."""
    title = len(text) < 100 and _TITLE_START.match(text) and _TITLE_END.search(text) and not _has_stop(text)
    mark = numbering(text)
    ask = mark is not None and re.fullmatch(r"关于.{2,60}(建议|问题|意见|诉求)", text[mark.end :])
    return bool(title or ask or _NUMBER_LINE.fullmatch(text))


def _is_open(text: str) -> bool:
    """Whether the text ends with an open bracket or quotation mark, or inside an enumeration."""
    if text[-1] in "，、,":
        return True
    sentence = re.split("[。！？]", text[-_MAX_SENTENCE_LENGTH:])[-1].replace("(", "（").replace(")", "）")
    return any(sentence.rfind(opener) > sentence.rfind(closer) for opener, closer in _OPENERS.items())


def _is_heading_like(text: str, width: float | None) -> bool:
    mark = numbering(text)
    return bool(mark and mark.level < ITEM_LEVEL) and len(text) < 0.6 * (width or 40)


def _is_unfinished_title(text: str) -> bool:
    return len(text) < 60 and bool(_TITLE_START.match(text)) and not _TITLE_END.search(text) and not _has_stop(text)


def _has_stop(text: str) -> bool:
    return any(c in text for c in "。；：:！？;!?")


def _is_salutation(text: str) -> bool:
    """Whether a line names persons by a title and ends there; 、 before it would make it the rest of a list."""
    named = re.fullmatch(r"[\u4e00-\u9fff·、，,（）()\d\s]{2,60}(委员|代表|同志|先生|女士)们?\s*[：:]", text)
    return bool(named) or (text.endswith(("：", ":")) and is_bureau(text[:-1].strip()))


def _was_cut(text: str, line: _Line) -> bool:
    """Whether a paragraph without a full stop was cut by a page break, in a file with a paragraph a line."""
    if numbering(line.text) or is_bureau_name(line.text):
        return False
    mark = numbering(text)
    body = text[mark.end :] if mark else text
    return "。" in body[:-1] or len(body) >= 2 * _LONG_ENOUGH_TO_BE_CUT


def _is_item(text: str) -> bool:
    mark = numbering(text)
    return bool(mark and mark.level == ITEM_LEVEL)


def _has_first_line_indent(line: _Line, width: float) -> bool:
    """Whether a line is as narrow as a first line, which is printed two cells in.

    Asked only after a line that ends a sentence; a still shorter line is a paragraph of its own.
    """
    return _width(line.text) <= width - 1.4


def _join(left: str, right: str) -> str:
    latin = left[-1].isascii() and left[-1].isalpha() and right[0].isascii() and right[0].isalpha()
    return f"{left} {right}" if latin else left + right
