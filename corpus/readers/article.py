"""Finds the part of a web page that is the document, and drops the site around it. Owns readability.

Readability alone loses short documents and documents in tables, so the usual containers of government sites are tried
first, and a part that leaves out a fifth of the page's prose is never chosen.
"""

import logging
import re
from collections.abc import Sequence
from itertools import accumulate

from readability import Document  # type: ignore[import-untyped]  # ships no types

from corpus.readers.dom import Line, Page, Region, parse

# Names that content management systems of Chinese governments give to the text and nothing else.
_CONTAINERS = frozenset(
    "zoom zoomcon ucap-content trs_editor trs_ueditor trs_preappend vsb_content vsb_content_2 v_news_content "
    "article-content article_content articlecontent articlecon articlecontents news_content news-content newscontent "
    "newscon pages_content pages-content xxgk_content conttxt con_txt info_content infocontent wp_articlecontent "
    "ewb-article-content bt_content zwcontent mainText artibody arti_content contentbox textcontent detail-content "
    "detail_content fontzoom j-fontcontent artcontent art_content xl_content view_content maintext easysite-news-text "
    "rich_media_content nr_content wenzhang_content gp-article trs_editor_view zfxxgk_zw_content td_doccontent "
    "printarea article_detail article-detail detailcontent notice-content noticecontent".lower().split()
)
# Names that hold the text on many sites and half the page on others.
_WRAPPERS = frozenset(
    [
        "content",
        "contents",
        "main-content",
        "maincontent",
        "view",
        "article",
        "artical",
        "main",
        "detail",
        "details",
        "text",
        "txt",
        "con",
        "cont",
    ]
)
_FURNITURE = re.compile(
    r"(^|[-_])(nav|navbar|menu|foot|footer|(?<!mail[-_])(?<!article[-_])(?<!detail[-_])(?<!letter[-_])header|topbar|breadcrumbs?|crumbs?|copyright|copy|sidebar|aside|share\w*"
    r"|bdshare\w*|bdsharebuttonbox|bottom|btm|foot\w{0,8}|qrcode|ewm|toolbar|tools|pagination|related|relnews|recommend|position|location"
    r"|dqwz|wznav|friendlinks?|login)($|[-_])"
)
_CJK = re.compile("[\u4e00-\u9fff]")

_MAX = 0.8
_HALF = 0.5
# Characters. Readability's regular expressions take seconds beyond this; pages of that size hold data, not prose.
_MAX_LENGTH_FOR_READABILITY = 1_000_000


def without_furniture(page: Page) -> Page:
    """The page without navigation, footer and the like, unless they hold most of the text (an unclosed tag)."""
    sums = _prose_sums(page.lines)
    dropped: set[int] = set()
    for region in page.regions:
        if _is_furniture(page, region) and sums[region.end] - sums[region.start] <= _HALF * sums[-1]:
            dropped.update(range(region.start, region.end))
    return _subset(page, [i for i in range(len(page.lines)) if i not in dropped]) if dropped else page


def article(page: Page, html: str) -> tuple[Page, int]:
    """The part of the page that is the document, and the line of the page where it begins."""
    sums = _prose_sums(page.lines)
    enough = max(1, _MAX * sums[-1])
    holding = [r for r in page.regions if sums[r.end] - sums[r.start] >= enough and _is_container(r)]
    chosen = max((r for r in holding if r.names & _CONTAINERS), key=_size, default=None)
    chosen = chosen or min((r for r in holding if r.names & _WRAPPERS), key=_size, default=None)
    if chosen:
        return _subset(page, range(chosen.start, chosen.end)), chosen.start
    if not chosen and (span := _readable_span(page, html)):
        chosen = min((r for r in holding if r.start <= span[0] and span[1] <= r.end), key=_size, default=None)
    return (_subset(page, range(chosen.start, chosen.end)), chosen.start) if chosen else (page, 0)


def _prose_sums(lines: Sequence[Line]) -> list[int]:
    """The amount of running text before each line, and in all: Chinese characters in lines with a full stop."""
    texts = (line.block.text for line in lines)
    return [0, *accumulate(len(_CJK.findall(text)) if "。" in text else 0 for text in texts)]


def _size(region: Region) -> int:
    return region.end - region.start


def _is_container(region: Region) -> bool:
    """Whether an element can hold a document: a paragraph cannot, because salutation and signature stand beside it."""
    return _size(region) > 1 and "p" not in region.names


def _is_furniture(page: Page, region: Region) -> bool:
    if "body" in region.names or not any(_FURNITURE.search(name) for name in region.names):
        return False
    return not any(line.block.level for line in page.lines[region.start : region.end])


def _subset(page: Page, kept: Sequence[int]) -> Page:
    """The page with only the lines that are kept; regions shrink with them."""
    wanted = set(kept)
    before = [0, *accumulate(i in wanted for i in range(len(page.lines)))]
    regions = tuple(r._replace(start=before[r.start], end=before[r.end]) for r in page.regions)
    return page._replace(lines=tuple(page.lines[i] for i in kept), regions=tuple(r for r in regions if r.end > r.start))


def _readable_span(page: Page, html: str) -> tuple[int, int] | None:
    """The lines of the page from the first to the last that readability keeps.

    Readability drops tables and signatures, so only the extent of its text is used.
    """
    if len(html) > _MAX_LENGTH_FOR_READABILITY:
        return None
    logging.getLogger("readability.readability").disabled = True  # a traceback for each page that it cannot read
    try:
        readable = parse(Document(html).summary(html_partial=True))
    except Exception:  # it wraps any exception of lxml; then the whole body is read
        return None
    kept = {line.block.text for line in readable.lines if "。" in line.block.text}
    places = [i for i, line in enumerate(page.lines) if line.block.text in kept]
    return (places[0], places[-1] + 1) if places else None
