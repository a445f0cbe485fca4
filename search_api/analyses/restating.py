"""Does a passage answer, or does it only repeat what was asked, or tell of what another body answered?"""

import re
from collections.abc import Collection

from corpus.language.agencies import SUFFIX, without_place
from corpus.language.sentences import sentence_spans

_BODY = rf"[\u4e00-\u9fff]{{0,14}}?{SUFFIX}"
_TOLD = re.compile(
    rf"[据按](?:(?P<body>{_BODY})|其)[^，。；]{{0,6}}?(?:反馈|提供|通报|统计|介绍|答复|掌握)"
    rf"|(?P<said>{_BODY})[^，。；]{{0,8}}?(?:反馈|通报|答复)(?:称|说|，|的)"
)
_ASKED = re.compile(
    r"(?:您|你们?|贵[会委党局]|代表|委员|提案|建议|来信|来函|随附)[^。；]{0,16}?"
    r"(?:提出|提到|建议|反映|认为|随附|指出|列举|列出|希望|呼吁|问到|问卷|描述|写的?是)"
)
_LONGEST_ECHO = 160
"""Characters; a longer passage without an answer is one on how things stand."""


def echoes_ask(text: str) -> bool:
    """Whether every sentence tells what was asked.

    >>> echoes_ask("您随附的四个小区217份问卷，我们逐份看过，其中136份写的是“赶不上投放时间”。")
    True
    >>> echoes_ask("您提出延长投放时间。自6月1日起延长到21时30分。")
    False
    """
    spans = list(sentence_spans(text))
    return 0 < len(text) <= _LONGEST_ECHO and all(_ASKED.search(text[start:end]) for start, end in spans)


def told_of(text: str, own: str) -> list[str]:
    """The other bodies whose words or figures the passage tells, without their places; "" for one that it only means.

    `own` is the name of the body that speaks.

    >>> told_of("据市城市管理局提供的进度，建成1120个。", "松澜市公安局")
    ['城市管理局']
    >>> told_of("据我局统计，缺口3.73万个。", "松澜市公安局")
    []
    """
    found = []
    for match in _TOLD.finditer(text):
        body = match["body"] or match["said"] or ""
        bureau = re.sub(r"^.*?(?=[我本])[我本]|^[省市区县]", "", without_place(body)[1])
        if not re.search("[我本]", body) and bureau != without_place(own)[1]:
            found.append(bureau)
    return found


def retells(text: str, own: str, answering: Collection[str]) -> bool:
    """Whether the passage tells of another body's answer, and that body is among those (agencies) that answer here."""
    bureaus = {without_place(agency)[1] for agency in answering}
    return any(bureau in bureaus for bureau in told_of(text, own))
