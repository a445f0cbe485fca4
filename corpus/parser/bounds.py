"""Cuts gaps and fields that are longer than any real one, before anything is read off a document.

The parser's patterns look past white space and through whole fields; a text made to slow them down would take them time
proportional to the square of its length.
"""

import re

from corpus.types import Block, RawDocument

_MAX_GAP_LENGTH = 64  # characters of white space; a printed line is no wider
_LONG_GAP = re.compile(rf"(\s{{{_MAX_GAP_LENGTH}}})\s+")
_MAX_FIELD_LENGTH = 2_000  # characters; the names of a hundred proposers have 400
_WHOLE = ("doc_id", "question")


def within_bounds(raw: RawDocument) -> RawDocument:
    """The document with overlong gaps and fields cut; the same object if there are none."""
    blocks = tuple(map(_block, raw.blocks))
    fields = {
        name: value if name in _WHOLE else _shortened(value)[:_MAX_FIELD_LENGTH] for name, value in raw.fields.items()
    }
    return (
        raw
        if (blocks, fields) == (raw.blocks, raw.fields)
        else raw.model_copy(update={"blocks": blocks, "fields": fields})
    )


def _block(block: Block) -> Block:
    text = block.text if block.row else _shortened(block.text)  # a row's gaps are its empty cells
    return block if text == block.text else block._replace(text=text, lead=len(_shortened(block.text[: block.lead])))


def _shortened(text: str) -> str:
    return _LONG_GAP.sub(r"\1", text)
