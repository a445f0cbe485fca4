"""What no document has is cut before anything is read off it: the parser's patterns look past white space, and through
what a column states, and on a text made for it that would take the square of its length."""

import re

from corpus.types import Block, RawDocument

# Characters of white space; a printed line is no wider.
_MAX_GAP_LENGTH = 64
_LONG_GAP = re.compile(rf"(\s{{{_MAX_GAP_LENGTH}}})\s+")
# Characters. The names of a hundred proposers have 400.
_MAX_FIELD_LENGTH = 2_000
_WHOLE = ("doc_id", "question")


def within_bounds(raw: RawDocument) -> RawDocument:
    """The document with no gap and no stated field longer than any real one; as it is where none was."""
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
    text = _shortened(block.text)
    return block if text == block.text else block._replace(text=text, lead=len(_shortened(block.text[: block.lead])))


def _shortened(text: str) -> str:
    return _LONG_GAP.sub(r"\1", text)
