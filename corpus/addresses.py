"""The address of a passage, `doc_id#anchor`, which holds as long as the passage's text does.

An anchor comes from the passage's text alone: it survives a second reading, new sections and new versions of the
document. Not for: finding the passage that an address names.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable

_DIGITS = 8  # of the SHA-256: of 870,000 documents of 100 passages, one has two texts that share them
_OLD_NUMBER = re.compile(r"[0-9]{1,4}")


def anchors(masked_texts: Iterable[str]) -> list[str]:
    """The anchor of each passage of one document, from the passages' masked texts in reading order.

    White space does not count. The second passage with the same anchor gets `.2`, the third `.3`.

    >>> anchors(["全部采纳。", "已办结。", "全部 采纳。"])
    ['612f9e4d', 'c798fc74', '612f9e4d.2']
    """
    seen: Counter[str] = Counter()
    made = []
    for text in masked_texts:
        digits = hashlib.sha256("".join(text.split()).encode("utf-8")).hexdigest()[:_DIGITS]
        seen[digits] += 1
        made.append(digits if seen[digits] == 1 else f"{digits}.{seen[digits]}")
    return made


def passage_id(doc_id: str, anchor: str) -> str:
    """The address of a passage.

    >>> passage_id("松澜市民政局:松民函〔2023〕51号", "612f9e4d.2")
    '松澜市民政局:松民函〔2023〕51号#612f9e4d.2'
    """
    return f"{doc_id}#{anchor}"


def parse_passage_id(text: str) -> tuple[str, str]:
    """The `doc_id` and the anchor of an address; a `doc_id` may itself contain "#".

    The anchor of an old address is the passage's number. A text without "#" has the `doc_id` "", which no document has.

    >>> parse_passage_id("提案#12.docx#612f9e4d.2"), parse_passage_id("提案#12.docx#3"), parse_passage_id("x")
    (('提案#12.docx', '612f9e4d.2'), ('提案#12.docx', '3'), ('', 'x'))
    """
    doc_id, _, anchor = text.rpartition("#")
    return doc_id, anchor


def is_old_number(anchor: str) -> bool:
    """Whether an anchor is the number of a passage in its document, by which addresses named passages before.

    >>> [is_old_number(anchor) for anchor in ("3", "1024", "12345678", "612f9e4d", "612f9e4d.2", "")]
    [True, True, False, False, False, False]
    """
    return bool(_OLD_NUMBER.fullmatch(anchor))
