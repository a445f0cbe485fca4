"""Reads Markdown: headings, bold run-ins and tables become blocks; the wording stays, numbers included.

Lists and indented code are not Markdown here: "1. " is the document's own numbering and four spaces are an indent.
"""

import re
from collections.abc import Iterable, Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from corpus.errors import ReadError
from corpus.readers import html, tabular
from corpus.readers.encodings import decode
from corpus.readers.runs import Run, paragraph
from corpus.types import Block, RawDocument, Source

MEDIA_TYPE = "text/markdown"

# `reference` would swallow a line like "[1]: …"; `emphasis` does not know Chinese (see _bold_runs).
_OFF = ["code", "list", "reference", "emphasis", "text_join"]
_MAX_DEPTH = 100  # the parser drops anything nested deeper; its own limit is 20
_BULLET = re.compile(r"^[ \t]*[-*+][ \t]+(?=\S)(?!\d+[ \t]*(?:[-*+][ \t]*)?$)", re.MULTILINE)
_BREAK_TAG = re.compile(r"<br\b", re.IGNORECASE)
# Replaces asterisks that are escaped or inside code while emphasis is parsed: no text holds this code point.
_LITERAL = "\ufdd0"

_QUOTES = tuple("“‘《「『")
_SURNAME = re.compile(r"[、，,：:；;（(和及与\s]?[一-鿿]")
_AFTER_NAME = re.compile("委员|代表|先生|女士|同志|等|[、，,：:；;）)]")
_PUNCTUATION = r"[^\w\s]"
_MARK = re.compile(r"(?<!\*)\*{2,3}(?!\*)")
_ITALIC = re.compile(
    rf"(?:(?<=\s)|(?<={_PUNCTUATION})|^)(?<!\*)\*(?=[^\s*])([^*\n]*[^\s*])\*(?=\s|$|{_PUNCTUATION})(?!\*)"
)


def read(data: bytes, relative: str) -> Iterator[RawDocument]:
    """Yields one document. Raises ReadError if there is no text."""
    yield document(decode(data), relative)


def document(text: str, relative: str) -> RawDocument:
    """The document of a Markdown text; a blank block stands between its paragraphs, as in a text file."""
    blocks = tuple(_blocks(text))
    if not any(block.text for block in blocks):
        raise ReadError("期望有文字的 Markdown 文件，实际没有任何文字。请检查文件是否为空。")
    return RawDocument(blocks=blocks, fields={}, source=Source(path=relative, media_type=MEDIA_TYPE))


def _blocks(text: str) -> Iterator[Block]:
    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": _MAX_DEPTH}).enable("table").disable(_OFF)
    tokens = parser.parse(text.replace("\f", "\n\n"))
    rows: list[list[tabular.Cell]] = []
    for i, token in enumerate(tokens):
        if token.type == "table_open":
            rows = []
        elif token.type == "tr_open":
            rows.append([])
        elif token.type == "table_close":
            yield from tabular.table(rows)
        elif token.type in ("fence", "html_block"):
            yield from _verbatim(token)
            yield Block("")
        elif token.type == "inline":
            opener = tokens[i - 1]
            if opener.type in ("td_open", "th_open"):
                rows[-1].append(tabular.Cell(paragraph(_runs(token.children or [])), is_head=opener.type == "th_open"))
            else:
                yield from paragraph(_runs(token.children or []), level=_level(opener, token))
                yield Block("")


def _level(opener: Token, inline: Token) -> int:
    """The heading level; a paragraph above a line of dashes is no heading, whatever CommonMark says."""
    if opener.type != "heading_open":
        return 0
    prose = len(inline.content) > 60 or "\n" in inline.content or inline.content.rstrip()[-1:] in tuple("。；：，")
    return 0 if prose and opener.markup in ("-", "=") else int(opener.tag[1:])


def _verbatim(token: Token) -> list[Block]:
    if token.type == "html_block":
        return [b for block in html.fragment(token.content) for b in _marked_up(block)]
    info = "" if token.info.isascii() else token.info  # ASCII there names a language, anything else is text
    return [Block(line.strip()) for line in (info, *token.content.split("\n")) if line.strip()]


def _marked_up(block: Block) -> list[Block]:
    """The blocks of a block of embedded html, in which there may be Markdown."""
    if block.row or "**" not in block.text:
        return [block]
    return paragraph(_bold_runs(block.text), level=block.level)


def _runs(children: Iterable[Token]) -> Iterator[Run]:
    """The runs of an inline token: links keep their text, images and tags go, every line break counts."""
    parts: list[str] = []
    for child in children:
        if child.type == "text":
            parts.append(child.content)
        elif child.type in ("text_special", "code_inline"):
            parts.append(child.content.replace("*", _LITERAL))
        elif child.type in ("softbreak", "hardbreak") or _BREAK_TAG.match(child.content):
            parts.append("\n")
    return _bold_runs(_BULLET.sub("", "".join(parts)))


def _bold_runs(text: str) -> Iterator[Run]:
    """The text cut at its `**` marks; marks in pairs are dropped.

    CommonMark does not close "**一是宣传。**开展…", because it wants a space between a full stop and a letter.
    Masked names (张**、李**委员) are no marks.
    """
    position = 0
    bold = False
    marks = list(_MARK.finditer(text))
    closing = {mark.start() for mark in marks if _can_close(text, mark)}
    last = max(closing, default=-1)
    for mark in marks:
        opens = not bold and _can_open(text, mark) and last > mark.start()
        if opens or (bold and mark.start() in closing):
            yield _run(text[position : mark.start()], bold=bold)
            position, bold = mark.end(), opens
    yield _run(text[position:])


def _run(text: str, *, bold: bool = False) -> Run:
    return Run(_ITALIC.sub(r"\1", text).replace(_LITERAL, "*"), bold)


def _can_open(text: str, mark: re.Match[str]) -> bool:
    before, after = _neighbours(text, mark)
    if not after or after.isspace() or _is_mask(text, mark):
        return False
    return after.isalnum() or not before.isalnum() or after in _QUOTES


def _can_close(text: str, mark: re.Match[str]) -> bool:
    before, _ = _neighbours(text, mark)
    return bool(before) and not before.isspace() and not _is_mask(text, mark)


def _neighbours(text: str, mark: re.Match[str]) -> tuple[str, str]:
    """The characters before and after a mark, empty at the ends of the text."""
    return text[max(0, mark.start() - 1) : mark.start()], text[mark.end() : mark.end() + 1]


def _is_mask(text: str, mark: re.Match[str]) -> bool:
    """Whether the asterisks hide a given name: a surname stands before them, a title or a separator after them."""
    before = text[max(0, mark.start() - 2) : mark.start()]
    return bool(_SURNAME.fullmatch(before) and _AFTER_NAME.match(text, mark.end()))
