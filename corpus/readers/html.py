"""Reads a web page: the document, the header table around it, and on message pages the message and the reply."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, takewhile
from typing import NamedTuple

from corpus.errors import ReadError
from corpus.readers import tabular
from corpus.readers.article import article, without_furniture
from corpus.readers.board import board, fields
from corpus.readers.dom import Line, Page, parse
from corpus.readers.encodings import decode
from corpus.readers.fields import IGNORED, gather, of_page
from corpus.readers.frames import with_frames
from corpus.readers.label_lines import Labelled
from corpus.readers.labels import Pair, first_prose, is_furniture, pairs, value
from corpus.readers.parts import Frames, none
from corpus.readers.posts import Thread, thread
from corpus.readers.runs import Run, paragraph
from corpus.readers.turns import as_spoken, ends_message, first_words, of_head, reply_head, says_nothing
from corpus.types import Block, RawDocument, Source

MEDIA_TYPE = "text/html"

_CHARSET = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_SEPARATOR = re.compile("[-_|｜–—>]+")
_SITE = re.compile(
    r"(网|网站|门户|首页|信箱|政府|在线|平台|公开|专栏|栏目|委员会|局|厅|办公室|中心|频道|提案办理|建议办理|办理结果|办理答复)$|^(政务|信息|通知|首页)"
)
_REPLY_TITLE = re.compile(
    r"[^。：]{0,30}?(?:关于|对).{4,120}?(?:号|提案|建议|议案|问题|来信).{0,12}(?:答复|回复|复函|函|意见)([（(].{1,12}[)）])?"
)
_TITLE_DEPTH = 8  # lines above the text: between it and the title stand a date, a source and buttons
_OF_A_SESSION = re.compile(r"[^，。：:]{0,30}届[^，。：:]{1,12}次[^，。：:]{0,12}(?:提案|建议|议案)[^，。：:]{0,16}")
_BELOW = ("outcome", "replied_on", "agency", "co_agencies")  # what the rows of a form below the reply may state
_DOCUMENT_TITLE = re.compile("关于|答复|回复|复函|提案|建议|意见")


def read(data: bytes, relative: str, frames: Frames = none) -> Iterator[RawDocument | ReadError]:
    """Yields one document, or one for each row of a page that lists replies. Raises ReadError if there is no text.

    A page whose text stands in its frames is read with them.
    """
    from corpus.readers.listing import listed  # which reads the markup in a cell with this module

    html = decoded(data)
    whole = parse(html)
    if not any("。" in line.block.text for line in whole.lines):
        html = with_frames(html, frames, decoded)
        whole = parse(html)
    source = Source(path=relative, media_type=MEDIA_TYPE)
    if rows := list(listed(whole, source)):
        yield from rows
        return
    page = without_furniture(whole)
    title = page_title(whole)
    blocks, fields = _message(page) or _document(page, html, title)
    if not any(block.text for block in blocks):
        raise ReadError("期望有文字的网页，实际没有任何正文（可能由脚本动态加载）。请在浏览器里打开后另存为完整网页。")
    if title:
        fields["page_title"] = title
    if published := page.meta.get("pubdate"):
        fields.setdefault("published_on", published)
    yield RawDocument(blocks=blocks, fields=fields, source=source)


def decoded(data: bytes) -> str:
    """The text of a page, in the encoding that it states or that it turns out to be in."""
    charset = _CHARSET.search(data[:4096].replace(b"\0", b""))
    return decode(data, charset[1].decode("ascii", "ignore") if charset else None)


def fragment(html: str) -> list[Block]:
    """The blocks of a piece of html."""
    page = parse(html)
    return _blocks(page, page.lines)


def page_title(page: Page) -> str | None:
    """The page's title without the names of the site and its sections.

    "关于某某提案的答复_提案办理_福田区人民政府门户网站" gives 关于某某提案的答复.
    """
    published = page.meta.get("articletitle", "").strip()
    if published and published in page.title:
        return published
    parts = [part.strip() for part in _SEPARATOR.split(page.title) if part.strip()]
    kept = [i for i, part in enumerate(parts) if not _SITE.search(part) and part != page.meta.get("sitename")]
    if not kept:
        return page.title or published or None
    start, end = page.title.index(parts[kept[0]]), page.title.rindex(parts[kept[-1]]) + len(parts[kept[-1]])
    return page.title[start:end].strip()


def _message(page: Page) -> tuple[tuple[Block, ...], dict[str, str]] | None:
    """The reply and the fields of a page that shows a message and the reply to it; None for any other page."""
    if (told := thread(page)) is not None:
        return _of_thread(page, told)
    found = board(page)
    if found is None:
        return None
    blocks, head = _without_head([b for pair in found.replies for b in _value_blocks(page, pair)])
    message = [Block(found.inline), *_blocks(page, found.message)]
    question = "\n".join(block.text for block in message if block.text and not is_furniture(block.text))
    above = [line.block for line in page.lines[: found.start]]
    texts = [block.text for block in above]
    if not found.asked and (first := first_words(texts)) is not None:
        asked = takewhile(lambda text: not ends_message(text), texts[first:])
        question = "\n".join(text for text in asked if not says_nothing(text))
    blocks, named = as_spoken(blocks)
    stated = named | gather(head) | fields(page, found) | ({"question": question} if question else {})
    return tuple(blocks), of_head(above) | stated


def _of_thread(page: Page, found: Thread) -> tuple[tuple[Block, ...], dict[str, str]]:
    """The reply and the fields of a thread; of several replies, the last says who answers and when."""
    last = found.replies[-1]
    stated = {
        "agency": last.bureau or "",
        "replied_on": last.posted_on,
        "asked_on": found.asked.posted_on,
        "question": "\n".join(block.text for block in _blocks(page, found.asked.said)),
    }
    blocks = [block for reply in found.replies for block in _blocks(page, reply.said)]
    return tuple(blocks), of_head([line.block for line in page.lines[: found.start]]) | stated


def _without_head(blocks: Sequence[Block]) -> tuple[Sequence[Block], list[Labelled]]:
    """The reply without the lines that only name the bureau and the date, and what these say."""
    at, head = 0, list[Labelled]()
    while at + 1 < len(blocks) and (said := reply_head(blocks[at].text)):
        head += said
        at += 1
    return blocks[at:], head


def _value_blocks(page: Page, pair: Pair) -> list[Block]:
    return [*paragraph([Run(pair.inline)]), *_blocks(page, [page.lines[i] for i in pair.lines])]


def _document(page: Page, html: str, title: str | None) -> tuple[tuple[Block, ...], dict[str, str]]:
    """The document, and the fields in the header tables in and before it."""
    document, start = (page, 0) if _is_of_a_board(page) else article(page, html)
    above, inside = _head(page, start), _head(document, first_prose(document.lines))
    form = _form(page, start, len(document.lines))
    used = {i for pair in inside if _is_of_the_site(document, pair) for i in pair.used}
    used |= {i - start for pair in form.below for i in pair.used}
    lines = [line for i, line in enumerate(document.lines) if i not in used]
    blocks = _blocks(document, lines)
    heading = _headline(page, start, title)
    if heading and not _stands_in(heading, blocks[:10]):
        blocks.insert(0, Block(heading, level=1, whole=True))
    stated = [(pair.label, value(page, pair)) for pair in above]
    stated += [(pair.label, value(document, pair)) for pair in inside]
    below = gather((pair.label, value(page, pair)) for pair in form.below)
    around = form.session | {name: below[name] for name in _BELOW if name in below}
    return tuple(blocks), around | of_page(gather(stated))


def _is_of_a_board(page: Page) -> bool:
    """Whether a page says when somebody asked: then what stands around the reply belongs to it."""
    return any(pair.field == "asked_on" for pair in pairs(page, len(page.lines)))


def _head(page: Page, end: int) -> list[Pair]:
    """The labelled values before line `end` that are the page's own: up to a message, a reply or, outside of header
    tables, the first sentence."""
    kept: list[Pair] = []
    told = next((i for i, line in enumerate(page.lines) if "。" in line.block.text and not line.row), end)
    for pair in pairs(page, end):
        if pair.field in ("text", "question"):
            break
        if pair.used[0] < told or page.lines[pair.used[0]].row:
            kept.append(pair)
    return kept


class _Form(NamedTuple):
    """What the form around a document says: the labelled values below it, and the session in the form's title."""

    below: Sequence[Pair]
    session: dict[str, str]


def _form(page: Page, start: int, length: int) -> _Form:
    """The form in which the document of so many lines from `start` stands; empty where it stands in none."""
    told = max((i for i in range(start, start + length) if "。" in page.lines[i].block.text), default=-1)
    if told < 0 or not page.lines[told].row:
        return _Form((), {})
    row, table = page.lines[told].row, page.rows[page.lines[told].row].table
    rows = [(line.row, line.block.text) for line in page.lines if line.row and page.rows[line.row].table == table]
    lower = {number for number, _ in rows if number > row}
    below = [pair for pair in pairs(page, len(page.lines)) if page.lines[pair.used[0]].row in lower]
    titles = [text for number, text in rows if number < row and _OF_A_SESSION.fullmatch(text)]
    return _Form(
        [pair for pair in below if all(page.lines[i].row in lower for i in pair.used)],
        {"session": titles[0]} if titles else {},
    )


def _is_of_the_site(document: Page, pair: Pair) -> bool:
    """Whether a labelled value belongs to the site's header; 提案编号：2024121 may be a line of the document."""
    return bool(document.lines[pair.used[0]].row) or pair.field in (IGNORED, "published_on", "source")


def _headline(page: Page, start: int, title: str | None) -> str | None:
    """The document's heading outside its container: the last large heading before it, else the page's title."""
    headings = [r for r in page.regions if r.end <= start and r.names & {"h1", "h2"}]
    if headings:
        last = max(headings, key=lambda region: region.end)
        text = "".join(line.block.text for line in page.lines[last.start : last.end])
        if _DOCUMENT_TITLE.search(text) or text in (title or ""):
            return text
    if title and _SITE.search(title) and "关于" not in title:  # 提案公开 is a column of the site
        return _title_above(page, start)
    if title and _REPLY_TITLE.fullmatch(title):
        return title
    if found := _title_above(page, start):
        return found
    return title if title and _DOCUMENT_TITLE.search(title) else None


def _title_above(page: Page, start: int) -> str | None:
    """The heading of a reply above the text, in a layout of divs or tables, where it may be broken in lines."""
    for length in (1, 2, 3):
        for i in range(start - length, max(0, start - _TITLE_DEPTH) - 1, -1):
            text = "".join(line.block.text for line in page.lines[i : i + length])
            if _REPLY_TITLE.fullmatch(text):
                return text
    return None


def _stands_in(heading: str, blocks: Sequence[Block]) -> bool:
    return re.sub(r"\s", "", heading) in re.sub(r"\s", "", "".join(block.text for block in blocks))


def _blocks(page: Page, lines: Sequence[Line]) -> list[Block]:
    """The blocks of some lines of the page; those in the cells of tables as the tables' rows."""
    blocks: list[Block] = []
    for table, group in groupby(lines, key=lambda line: page.rows[line.row].table if line.row else 0):
        if table in page.frames:
            blocks += tabular.layout(_rows(page, list(group)))
        elif table:
            blocks += tabular.table(_rows(page, list(group)))
        else:
            blocks += [line.block for line in group]
    return blocks


def _rows(page: Page, lines: Sequence[Line]) -> list[list[tabular.Cell]]:
    """The rows of one table from the first to the last that has a line."""
    filled: dict[tuple[int, int], list[Block]] = {}
    for line in lines:
        filled.setdefault((line.row, line.cell), []).append(line.block)
    table = page.rows[lines[0].row].table
    numbers = (number for number in range(lines[0].row, lines[-1].row + 1) if page.rows[number].table == table)
    return [
        [
            tabular.Cell(filled.get((number, at), ()), cell.columns, cell.rows, cell.is_head)
            for at, cell in enumerate(page.rows[number].cells)
        ]
        for number in numbers
    ]
