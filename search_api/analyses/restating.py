"""Does a passage answer, or does it only repeat what was asked, refer to an earlier answer, or tell another's?"""

import re
from collections.abc import Iterable

from corpus.language.agencies import SUFFIX, without_place
from corpus.language.sentences import sentence_spans

_BODY = rf"[\u4e00-\u9fff]{{0,14}}?{SUFFIX}"
_SAYS = r"(?:反馈|提供|通报|统计|介绍|答复|掌握|函告|来函|回函|告知|了解|核实|测算|公布)"
_TOLD = re.compile(
    rf"(?:[据按经]|商得?|向|询)(?:向|商|询问|函询)?(?:(?P<body>{_BODY})|其)[^，。；]{{0,6}}?{_SAYS}"
    rf"|(?P<said>{_BODY})[^，。；]{{0,8}}?(?:反馈|通报|答复|函告|回函|表示|告知)(?:过?称|说|，|的|是|过)"
    rf"|(?:此|该|这)[^，。；]{{0,8}}(?:由|属|归)(?P<duty>{_BODY})[^，。；]{{0,8}}?(?:负责|主管|牵头|答复|办理|回复)"
    rf"|(?:以|请)(?P<better>{_BODY})[^，。；]{{0,12}}?(?:答复|解释|回复)"
)
_ASKED = re.compile(
    r"(?:您|你们?|贵[会委党局]|代表|委员|提案|建议|来信|来函|随附)[^。；]{0,16}?"
    r"(?:提出|提到|建议|反映|认为|随附|指出|列举|列出|希望|呼吁|问到|问卷|描述|写的?是)"
)
_EARLIER = r"(?:答复|复函|口径|说法|意见|标准|办法|做法|规定|要求|安排|理由|道理|看法)"
_REFERS_BACK = re.compile(
    rf"{_EARLIER}[^。；]{{0,16}}(?:已经?(?:说|讲|答|写|列|讲)[过明清]|时?一样|一致|相同|没有?变|不变|未变|照旧|为准|仍然?有效)"
    rf"|仍[按照以](?:[^。；]{{0,24}}){_EARLIER}|沿用|照旧|(?:不再|不另|无需)(?:重复|赘述|展开|细说)|不展开|详见[^。；]{{0,24}}(?:答复|复函)"
    r"|没有(?:新的|更新的|其他的?)(?:变化|数字|消息|意见|进展|情况|安排|规定)"
)
_SHORTEST = 3  # characters of a bureau's short name: 住建局
_LONGEST, _FRONT = 160, 60
"""Characters: a longer passage says something itself; another's words are told before it says anything itself."""


def echoes_ask(text: str) -> bool:
    """Whether every sentence tells what was asked.

    >>> echoes_ask("您随附的四个小区217份问卷，我们逐份看过，其中136份写的是“赶不上投放时间”。")
    True
    >>> echoes_ask("您提出延长投放时间。自6月1日起延长到21时30分。")
    False
    """
    spans = list(sentence_spans(text))
    return 0 < len(text) <= _LONGEST and all(_ASKED.search(text[start:end]) for start, end in spans)


def refers_back(text: str) -> bool:
    """Whether a passage says that an earlier answer holds, instead of answering anew.

    >>> refers_back("道理2019年那封答复已经说过，这里不再重复。"), refers_back("2019年答复的期限没有守住。")
    (True, False)
    """
    return len(text) <= _LONGEST and bool(_REFERS_BACK.search(text))


def retells(text: str, own: str, answering: Iterable[str]) -> bool:
    """Whether a passage tells of another body's answer, or leaves it to that, and the body is among those (agencies)
    that answer here. `own` is the name of the body that speaks.

    >>> retells("据市住建局反馈，建成1120个。", "松澜市公安局", ["松澜市住房和城乡建设局"])
    True
    >>> retells("据我局统计，缺口3.73万个。", "松澜市公安局", ["松澜市住房和城乡建设局"])
    False
    """
    front = text[: max(_FRONT, len(text) // 3)]
    bodies = [next(filter(None, match.groups()), "") for match in _TOLD.finditer(front)]
    told = [without_place(body)[1] for body in bodies if not re.search("[我本]", body)]
    bureaus = {without_place(agency)[1] for agency in answering} - {without_place(own)[1]}
    return any(_names(body, bureau) for body in told for bureau in bureaus)


def _names(text: str, bureau: str) -> bool:
    """Whether a name, perhaps shortened and with words before it, is a bureau's.

    >>> _names("市住建局", "住房和城乡建设局"), _names("原市商务局", "商务局"), _names("市财政局", "商务局")
    (True, True, False)
    """
    starts = [0, *(place.end() for place in re.finditer("[省市区县原]", text))]
    return bool(bureau) and any(_is_short(text[start:], bureau) for start in starts)


def _is_short(name: str, bureau: str) -> bool:
    if len(name) < _SHORTEST or name[0] != bureau[0] or name[-1] != bureau[-1]:
        return False
    rest = iter(bureau)
    return all(character in rest for character in name)
