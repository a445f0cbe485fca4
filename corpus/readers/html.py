"""Reads a web page: the document, the header table around it, and on message pages the message and the reply."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from corpus.errors import ReadError
from corpus.readers.article import article, without_furniture
from corpus.readers.dom import Line, Page, parse
from corpus.readers.encodings import decode
from corpus.readers.fields import IGNORED, columns, gather
from corpus.readers.labels import Pair, first_prose, pairs, value
from corpus.readers.runs import Run, paragraph, row
from corpus.types import Block, RawDocument, Source

MEDIA_TYPE = "text/html"

_CHARSET = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_ASKED = ("question", "asked_on")
_REPLY_LABEL = re.compile("[答复回处办]|reply|answer")
_SEPARATOR = re.compile("[-_|｜–—>]+")
_SITE = re.compile(
    r"(网|网站|门户|首页|信箱|政府|在线|平台|公开|专栏|栏目|委员会|局|厅|办公室|中心|频道|提案办理|建议办理|办理结果|办理答复)$|^(政务|信息|通知|首页)"
)
_DOCUMENT_TITLE = re.compile("关于|答复|回复|复函|提案|建议|意见")


def read(data: bytes, relative: str) -> Iterator[RawDocument]:
    """Yields one document. Raises ReadError if the page holds no text."""
    charset = _CHARSET.search(data[:4096].replace(b"\0", b""))
    html = decode(data, charset[1].decode("ascii", "ignore") if charset else None)
    whole = parse(html)
    page = without_furniture(whole)
    title = page_title(whole)
    blocks, fields = _message(page) or _document(page, html, title)
    if not any(block.text for block in blocks):
        raise ReadError("期望有文字的网页，实际没有任何正文（可能由脚本动态加载）。请在浏览器里打开后另存为完整网页。")
    if title:
        fields["page_title"] = title
    if published := page.meta.get("pubdate"):
        fields.setdefault("published_on", published)
    yield RawDocument(blocks=blocks, fields=fields, source=Source(path=relative, media_type=MEDIA_TYPE))


def fragment(html: str) -> list[Block]:
    """The blocks of a piece of html."""
    return _blocks(parse(html).lines)


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
    found = [pair for pair in pairs(page, len(page.lines)) if value(page, pair)]
    places = {field: found[i] for i, field in columns([pair.label for pair in found]).items()}
    reply = places.pop("text", None)
    if reply is None or not _REPLY_LABEL.search(reply.label) or not any(field in places for field in _ASKED):
        return None
    blocks = tuple(b for pair in found if pair.label == reply.label for b in _value_blocks(page, pair))
    fields = {field: value(page, pair) for field, pair in places.items()}
    if "question" in places:
        fields["question"] = "\n".join(block.text for block in _value_blocks(page, places["question"]))
    return blocks, fields


def _value_blocks(page: Page, pair: Pair) -> list[Block]:
    return [*paragraph([Run(pair.inline)]), *_blocks([page.lines[i] for i in pair.lines])]


def _document(page: Page, html: str, title: str | None) -> tuple[tuple[Block, ...], dict[str, str]]:
    """The document, and the fields in the header tables in and before it."""
    document, start = article(page, html)
    above = [p for p in pairs(page, start) if p.field not in ("text", "question")]
    inside = [p for p in pairs(document, first_prose(document.lines)) if p.field not in ("text", "question")]
    used = {i for pair in inside if _is_of_the_site(document, pair) for i in pair.used}
    lines = [line for i, line in enumerate(document.lines) if i not in used]
    blocks = _blocks(lines)
    heading = _headline(page, start, title)
    if heading and not _stands_in(heading, blocks[:10]):
        blocks.insert(0, Block(heading, level=1, whole=True))
    return tuple(blocks), gather(
        [(pair.label, value(page, pair)) for pair in above] + [(pair.label, value(document, pair)) for pair in inside]
    )


def _is_of_the_site(document: Page, pair: Pair) -> bool:
    """Whether a labelled value belongs to the site's header; 提案编号：2024121 may be a line of the document."""
    return bool(document.lines[pair.used[0]].row) or pair.field in (IGNORED, "published_on")


def _headline(page: Page, start: int, title: str | None) -> str | None:
    """The document's heading outside its container: the last large heading before it, else the page's title."""
    headings = [r for r in page.regions if r.end <= start and r.names & {"h1", "h2"}]
    if headings:
        last = max(headings, key=lambda region: region.end)
        text = "".join(line.block.text for line in page.lines[last.start : last.end])
        if _DOCUMENT_TITLE.search(text) or text in (title or ""):
            return text
    return title if title and _DOCUMENT_TITLE.search(title) else None


def _stands_in(heading: str, blocks: Sequence[Block]) -> bool:
    return re.sub(r"\s", "", heading) in re.sub(r"\s", "", "".join(block.text for block in blocks))


def _blocks(lines: Sequence[Line]) -> list[Block]:
    """The blocks of the lines; the cells of a table row are joined into one."""
    blocks: list[Block] = []
    for number, group in groupby(lines, key=lambda line: line.row):
        members = list(group)
        if not number:
            blocks += [line.block for line in members]
            continue
        cells = [[line.block for line in cell] for _, cell in groupby(members, key=lambda line: line.cell)]
        blocks += row(cells)
    return blocks
