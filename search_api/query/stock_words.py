"""Words that stand everywhere: who asks for 加强建设 asks for nothing.

A word is one of them where more than two thirds of the documents that may be seen have it, or where it is among the
stock words of the genre: an archive of ten letters cannot tell.
"""

import re
from collections.abc import Iterable

from indexer.snapshot import Snapshot
from indexer.terms.normalisation import normalise
from search_api.word_borders import words_in

_MAX_SHARE = 2 / 3
"""Of the documents. In the sample archive 答复, 没有, 意见 and 松澜市 stand in more, 财政, 管理 and 服务 in fewer."""

_MIN_DOCUMENTS = 30
"""Of an archive whose shares say something: five documents about one field hold all of its words."""

_OF_THE_GENRE = frozenset(
    [
        "建议",
        "提案",
        "议案",
        "答复",
        "回复",
        "收悉",
        "反映",
        "给予",
        "予以",
        "关于",
        "建设",
        "推进",
        "推动",
        "加强",
        "加大",
        "加快",
        "强化",
        "深化",
        "完善",
        "落实",
        "开展",
        "做好",
        "进一步",
        "持续",
        "积极",
        "切实",
        "希望",
        "恳请",
        "请求",
        "有关",
        "相关",
    ]
)
_SAYS_NOTHING = re.compile(r"[\s\W的了和与及或在对就都也还要请把被将我你您他她它们这那是有不吗呢吧啊]*")


def without_stock_words(snapshot: Snapshot, text: str) -> str:
    """The text with a comma in place of each such word; empty where nothing else is left."""
    normalised = normalise(text)
    words = [(span, normalised[slice(*span)]) for span in words_in(normalised, snapshot.analyzer.words(text))]
    stock = stock_words(snapshot, {word for _, word in words if len(word) > 1})
    if not stock:
        return text
    parts: list[str] = []
    at = 0
    for (start, end), word in words:
        if word in stock:
            parts, at = [*parts, normalised[at:start]], end
    left = "，".join([*parts, normalised[at:]])
    return "" if _SAYS_NOTHING.fullmatch(left) else left


def stock_words(snapshot: Snapshot, words: Iterable[str]) -> set[str]:
    """Those of the words that stand everywhere, as far as the user may see."""
    distinct = sorted(words)
    total = snapshot.engine.size.documents
    counts = snapshot.engine.document_frequency(distinct).tolist() if total >= _MIN_DOCUMENTS else [0] * len(distinct)
    most = _MAX_SHARE * total
    return {w for w, n in zip(distinct, counts, strict=True) if w in _OF_THE_GENRE or n > most}
