"""Separates message and reply in a page of a message board that was copied as text."""

import re
from collections.abc import Sequence

from corpus.readers.fields import field_of
from corpus.types import Block, RawDocument

_MARK = r"[【\[（(]?\s*(?:{})\s*(?:[】\])）]\s*[：:]?|[：:]|$)\s*(?P<rest>.*)"
_QUESTION = re.compile(
    _MARK.format(r"(?:网友|群众|市民|网民)(?:留言|来信|诉求|提问)(?:内容)?|(?:来信|留言|信件|诉求|咨询)(?:内容|正文)")
)
_REPLY = re.compile(_MARK.format(r"(?:官方|部门|单位)(?:回复|答复)(?:内容)?|(?:答复|回复|回信)(?:内容|正文)"))
_LABELLED = re.compile(r"(?P<label>[\u4e00-\u9fff]{2,8})\s*[：:]\s*(?P<value>\S.*)")


def take_apart(raw: RawDocument) -> RawDocument:
    """The document with the reply as its blocks and the message as `fields["question"]`; other texts are unchanged."""
    texts = [block.text.strip() for block in raw.blocks]
    asked = next(((i, m) for i, text in enumerate(texts) if (m := _QUESTION.fullmatch(text))), None)
    answered = next(((i, m) for i, text in enumerate(texts) if (m := _REPLY.fullmatch(text))), None)
    if asked is None or answered is None or asked[0] > answered[0]:
        return raw
    before, _ = _labelled(raw.blocks[: asked[0]], only_labels=False)
    between = [Block(asked[1]["rest"]), *raw.blocks[asked[0] + 1 : answered[0]]]
    meanwhile, _ = _labelled(between, only_labels=False)
    prose = [b.text.strip() for b in between if b.text.strip() and not _names_a_field(b.text)]
    after, body = _labelled([Block(answered[1]["rest"]), *raw.blocks[answered[0] + 1 :]])
    fields = {"question": "\n".join(prose), **before, **meanwhile, **after, **raw.fields}
    return raw.model_copy(update={"blocks": tuple(body), "fields": fields})


def _names_a_field(text: str) -> bool:
    match = _LABELLED.fullmatch(text.strip())
    return bool(match and field_of(match["label"]))


def _labelled(blocks: Sequence[Block], *, only_labels: bool = True) -> tuple[dict[str, str], Sequence[Block]]:
    """Fields from lines like 部门：市民政局, under Document's names, and the blocks after the first line of prose.

    Without `only_labels`, prose between such lines is skipped.
    """
    fields: dict[str, str] = {}
    for at, block in enumerate(blocks):
        match = _LABELLED.fullmatch(block.text.strip())
        field = field_of(match["label"]) if match else None
        if match and field:
            fields.setdefault(field, match["value"])
        elif block.text.strip() and field is None and only_labels:
            return fields, blocks[at:]
    return fields, ()
