"""What a draft says, in whatever format. 〔　　〕 is a place that the writer fills in: no document tells it."""

import re
from collections.abc import Iterator

from corpus.language.numerals import to_chinese
from search_api.desk.draft.model import Draft, DraftPoint, Kind
from search_api.desk.sheet import SheetPoint
from search_api.desk.sheet.model import SheetPassage
from search_api.desk.sheet.wording import one_line, warning_of

KIND = "答复稿"
"""What the draft is; part of the file's name."""

BLANK = "〔　　〕"
WRITE_HERE = "【此处待拟】"
SEE_TABLE = "有关情况见下表："
UNCERTAIN = "没有把握：选入的段落未必答到这条诉求，请核对后再用。"
NO_PRECEDENT = "档案里没有找到先例，需要新拟。"
NOT_CHOSEN = "没有选入段落，需要新拟。"
OUTDATED = "这段话出自旧版本，答复现在的文字不同，请核对。"

ATTACHED = f"（联系人：{BLANK}，联系电话：{BLANK}）"
COPY = f"抄送：{BLANK}。"

OPEN_PLACE = re.compile(r"〔(?:　*|提案、建议)〕|【[^】]*】")
"""What a writer must still fill in: it is marked wherever the draft is shown."""

_ORGANS = {"提案": f"{BLANK}政协", "建议": f"{BLANK}人大", None: BLANK}
_ASKED = re.compile(
    r"^(?:我们|特|为此|现)?(?:建议|提议|希望|恳请|请求|呼吁|请)(?:有关部门|政府|市政府)?[，,：:]?(?=.{2})"
)
_SENTENCE_END = re.compile(r"[。；;！!？?]")
_LONG = 40
"""Characters; a longer heading takes the ask's first sentence alone."""


def kind_of(title: str | None, number: str | None) -> Kind | None:
    """What kind of proposal it is, as its title or number names it.

    A title in 建议 tells nothing: proposals to either body are called so.

    >>> kind_of("关于长者食堂的提案", None), kind_of("关于长者食堂的建议", None), kind_of(None, "人大建议第7号")
    ('提案', None, '建议')
    """
    named = f"{one_line(title or '')} {number or ''}"
    if re.search(r"提案|政协", named):
        return "提案"
    return "建议" if re.search(r"议案|人大", named) else None


def title_of(draft: Draft) -> str:
    """关于〔　　〕政协〔　　〕届〔　　〕次会议第31号提案的答复, with its places left open."""
    what = draft.kind or "〔提案、建议〕"
    return f"关于{_ORGANS[draft.kind]}{BLANK}届{BLANK}次会议第{_number(draft)}号{what}的答复"


def addressee_of(draft: Draft) -> str:
    """The salutation, the proposers left open."""
    return {"提案": f"{BLANK}委员：", "建议": f"{BLANK}代表：", None: f"{BLANK}："}[draft.kind]


def opening_of(draft: Draft) -> str:
    title = one_line(draft.title or "").removeprefix("《").removesuffix("》")
    return f"您（们）提出的《{title or BLANK}》（第{_number(draft)}号）收悉。现答复如下："


def closing_of(draft: Draft) -> str:
    return f"感谢您（们）对{BLANK}工作的关心和支持。"


def heading_of(point: SheetPoint, place: int) -> str:
    """一、关于…, of what the ask asks; open for passages that were chosen for no ask.

    >>> heading_of(SheetPoint(number=2, text="建议多建长者食堂。", context="", passages=(), precedent=None), 2)
    '二、关于多建长者食堂'
    """
    text = one_line(point.text)
    if len(text) > _LONG:
        text = _SENTENCE_END.split(text)[0]
    text = _ASKED.sub("", text).strip("。；;，, ").removeprefix("关于")
    return f"{to_chinese(place)}、关于{text or BLANK}"


def remarks_on(passage: SheetPassage) -> list[str]:
    """What its own citation tells against using it as it stands."""
    warning = warning_of(passage)
    return [*([warning] if warning else []), *([OUTDATED] if passage.is_outdated else [])]


def signature_of() -> tuple[str, str]:
    """Who replies, and when: neither is known before it is signed."""
    return BLANK, f"{BLANK}年{BLANK}月{BLANK}日"


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The text in order, with whether each piece is an open place.

    >>> list(pieces("第〔　　〕号"))
    [('第', False), ('〔　　〕', True), ('号', False)]
    """
    at = 0
    for match in OPEN_PLACE.finditer(text):
        yield from [(text[at : match.start()], False)] if match.start() > at else []
        yield match[0], True
        at = match.end()
    yield from [(text[at:], False)] if text[at:] else []


def doc_number_of(draft: Draft) -> str:
    return f"{BLANK}〔{draft.made_on.year}〕{BLANK}号"


def remarks_of(point: SheetPoint) -> list[str]:
    if point.passages:
        return [UNCERTAIN] if point.is_uncertain else []
    if point.is_uncertain:
        return [UNCERTAIN, NOT_CHOSEN]
    return [NO_PRECEDENT if point.precedent is False else NOT_CHOSEN]


def unwritten(draft: Draft) -> list[DraftPoint]:
    """The points that somebody has to write."""
    return [point for point in draft.points if not point.materials]


def _number(draft: Draft) -> str:
    digits = re.search(r"\d+", draft.number or "")
    return digits[0] if digits else BLANK
