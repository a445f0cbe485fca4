"""Turns a row of a table or an object of a JSON file into a document."""

import re
from collections.abc import Mapping

from corpus.errors import ReadError
from corpus.readers import html
from corpus.readers.encodings import drop_controls
from corpus.readers.lengths import MAX_CELL
from corpus.readers.text import lines
from corpus.types import Block, RawDocument, Source

# Exports of content systems keep the markup of the reply in its column.
_MARKUP = re.compile(r"<(p|br|div|span|td)\b[^<>]*>", re.IGNORECASE)


def record(fields: Mapping[str, str], source: Source, place: str) -> RawDocument | ReadError:
    """The document of a row; its `text` becomes the blocks. `place` names the row in the error ("第 3 行")."""
    if (length := max(map(len, fields.values()), default=0)) > MAX_CELL:
        return ReadError(
            f"{place}：期望一格不超过 {MAX_CELL // 10_000} 万字，实际有 {length} 个字符，已跳过。请检查这一格。"
        )
    fields = {field: drop_controls(value) for field, value in fields.items()}
    blocks = _blocks(fields.get("text", ""))
    question = "\n".join(block.text for block in _blocks(fields.get("question", "")))
    rest = {field: value.strip() for field, value in {**fields, "question": question}.items()}
    rest = {field: value for field, value in rest.items() if value and field != "text"}
    if not any(block.text for block in blocks):
        return ReadError(f"{place}：期望有正文，实际正文为空，已跳过。请补上答复内容，或删去这一行。")
    return RawDocument(blocks=blocks, fields=rest, source=source)


def _blocks(text: str) -> tuple[Block, ...]:
    return tuple(html.fragment(text)) if _MARKUP.search(text) else lines(text.strip("\n\f "))
