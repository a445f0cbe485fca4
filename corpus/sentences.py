"""Sentences with offsets, and the stock sentences of the genre that answer nothing."""

import re
from collections.abc import Iterator

_END = re.compile(r"[。！？!?；;]+[”’」』）)】]*|\n+")
_STOCK = re.compile(
    r"收悉|已收到|收到(您|你|贵)|(现|特|兹)?(将|就).{0,40}(答复|回复|函复|报告|反馈|说明|汇报)(意见)?如下|(答复|回复|函复|报告|汇报)如下"
    r"|^(您|你)们?好|^首先.{0,20}感谢|^(非常|十分|衷心)?感谢(您|你|各位|贵)|供(你|贵|您)(单位|局|委|办).{0,20}参考|^收到.{0,12}后.{0,10}(高度重视|立即)"
    r"|^(我|经)?.{0,6}高度重视.{0,60}(研究|办理|梳理)[，。；]?.{0,20}$|具有.{0,12}(指导|现实|参考|借鉴|推动)(性)?(的)?(意义|作用|价值)"
)


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """[start, end) of each sentence, its full stop included; they cover the text but for white space."""
    start = 0
    for match in _END.finditer(text):
        if text[start : match.end()].strip():
            yield start, match.end()
        start = match.end()
    if text[start:].strip():
        yield start, len(text)


def is_stock(sentence: str) -> bool:
    """Whether a sentence is one of the genre's formulas: it names the proposal or thanks for it, and answers nothing.

    >>> is_stock("您提出的《关于停车的建议》收悉。"), is_stock("全区新增泊位1200个。")
    (True, False)
    """
    return bool(_STOCK.search(sentence.strip()))
