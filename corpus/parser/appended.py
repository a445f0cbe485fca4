"""Reads a reply that has the message below it: 附：网友留言, or the mail that was answered."""

import re
from collections.abc import Sequence

from corpus.language.dates import find_date
from corpus.readers.fields import gather
from corpus.types import Block

_APPENDED = re.compile(
    r"[【（(]?附\s*[：:]?\s*(?:网友|网民|群众|市民)?(?:留言|来信|提问|问题|原信|信件)(?:内容|原文)?[】）)]?[：:]?"
    r"|-{3,}\s*(?:原始邮件|原邮件|转发邮件|Original\s?Message)\s*-{3,}"
)
_MAIL_HEAD = re.compile(r"(?:发件人|收件人|抄送|发送时间|日期|主题|From|To|Sent|Date|Subject)\s*[：:]")
_FORWARDED = re.compile(r"^(?:(?:回复|答复|转发|re|fw|fwd)\s*[：:]\s*)+", re.IGNORECASE)
_ASKED_AT = re.compile(r"[（(](?:留言|来信|提问)时间[：:][^（）()]{6,24}[)）]$")
_SENTENCE = re.compile("[。？！?!]")


def appended(blocks: Sequence[Block]) -> tuple[Sequence[Block], dict[str, str], list[str]] | None:
    """The reply, the fields that the lines around it state, and the message below it; None if there is none below."""
    texts = [block.text.strip() for block in blocks]
    at = next((i for i, text in enumerate(texts) if i and _APPENDED.fullmatch(text)), None)
    if at is None:
        return None
    first, last = 0, at
    while first < last and (not texts[first] or _MAIL_HEAD.match(texts[first])):
        first += 1
    stated = dict(text.replace(":", "：").split("：", 1) for text in texts if _MAIL_HEAD.match(text))
    below = [("来信时间", text) for text in texts[at:] if find_date(text)][:1]
    title = _FORWARDED.sub("", stated.get("主题", "").strip())
    prose = [_ASKED_AT.sub("", text) for text in texts[at + 1 :] if text and not _MAIL_HEAD.match(text)]
    if not blocks[first:last] or not any(map(_SENTENCE.search, prose)):
        return None
    return blocks[first:last], gather([*below, ("标题", title)]), prose
