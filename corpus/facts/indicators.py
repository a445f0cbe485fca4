"""What a quantity counts: the words before it (长者食堂118家) or after it (38个街道)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from corpus.facts.periods import times
from corpus.facts.places import Home, places
from corpus.facts.quantities import Quantity

_BREAK = re.compile(r"[，；：。、,;:\x00“”（）()]")
_OPENS = re.compile(
    r"^(?:其中|截至|到|至|在|自(?!身|行|动)|从(?!事)|由|的|和|及|与|以及|又|另有?|还有?|共|累计|目前|已经?|现有?|实际|约|其余|余下|分别|各类|总计|合计|预计|当年|届时|仍|再|也|则"
    r"|来|底|前|后|期间|时|起|全部|有|为|是|安排|原有|列入的|首批|不过|没有|只|共有|划设|设有|设(?!计|备|施|置)|建有|建成|开设|但|达到)++"
)
_CLOSES = re.compile(
    r"(?:共计?|合计|总计|分别|只|仅|就|已经?|(?<![签预])约|有|为|是|达到?|到|至|的|了|各|占比?|增加|扩大|恢复|并|提高|下降|降|升|减|缩|调整|不|由|从|建成|完成|开业|"
    r"在|(?<!平)均|也|还|再|将|拟|要|可|得|给予|仍|安排|设|实行|高达|总量|原定|确定|提出)++$"
)
_NOUN = re.compile(
    r"\s?(?P<noun>[\u4e00-\u9fff]{2,14}?)(?=[，。、；：,;:（(\x00]|等|已|全部|均|都|作为|参加|属|，|达|为|是|有|在|中(?:[，有]|$)|里[，有]|当中|仍|占|将|须|由|从|比|(?<=.)实施|(?<=.)全覆盖|(?<=.)实现|$)"
)
_NO_NOUN = re.compile(
    r"\s?(?:的|中|里|当中|左右|以上|以内|多|少|增|减|提高|调|降|升|到|至|还|已|能|可以|在|未|没|不|全|均|参|并|被|因|用于|存在|改|启|有|才|给|拒|所|以|为|是|而|则|补|占|涉|居(?!家|民)|其|分(?:别|布)|放|转|退|停|入|出|新[增开建]|不足|余)"
)
_MODIFIER = re.compile(r"^.{4,}?(?:登记|许可证|备案|列入)[^的]*的")
_TOPIC = re.compile(r"(?:^|[。；，])(?P<topic>[^，。；、\d]{4,30}[率量店园区位院所业校家点费梯])，$")
# What a measure word counts, where a sentence leaves the noun to the one before it.
_HEADS = {
    "家": "食堂|饭堂|企业|公司|机构|医院|门诊|诊所|幼儿园|超市|饭店|酒店|商户|店铺|敬老院|养老院|服务中心",
    "所": "学校|小学|中学|幼儿园|大学",
    "台": "电梯|设备",
    "辆": "汽车|电动车|公交车|车辆",
    "张": "床位",
    "座": "泵站|桥|公厕",
}
# By how much something changed is no value of it.
_DIFFERENCE = re.compile(
    r"(?:[比较][^，；。]{1,16}(?:多|少|高|低|增加|减少|提高|下降)|(?:上升|下降|增长|减少|降|升)|再增加)了?近?约?\s?$"
)
_NOWHERE = Home(None, None)


@dataclass(frozen=True)
class Previous:
    """The previous sentence of the paragraph, and what its quantities counted, by unit."""

    text: str = ""
    names: Mapping[str, str] = field(default_factory=dict)


def indicator_of(
    text: str, counted: Sequence[Quantity], position: int, earlier: Sequence[str | None], previous: Previous
) -> str | None:
    """The words of a sentence that say what its quantity counts; `earlier` are those of the quantities before it.

    A part without a name of its own (其中梧桐区9家) counts what the last quantity of its unit does, in this sentence or
    in the previous one.
    """
    quantity = counted[position]
    if _DIFFERENCE.search(text[: quantity.start]):
        return None
    noun = _NOUN.match(text, quantity.end)
    if noun and not _NO_NOUN.match(text, quantity.end):
        return noun["noun"]
    start = _start(text, counted, position)
    words = text[start : quantity.start]
    before = _subject(words)
    same = [name for q, name in zip(counted, earlier, strict=False) if q.unit == quantity.unit and name]
    if before and words.rstrip().endswith("的"):  # 38个街道，有长者食堂的24个
        heads = [name for name in same if "的" not in name] or [previous.names.get(quantity.unit, "")]
        return before if before.endswith(heads[-1]) else f"{before}的{heads[-1]}"
    if before:
        return before
    if text[start - 1 : start] in ("（", "("):  # 参保人员（目前79.6万人）
        return _subject(re.split("[，；：。、,;:]", text[: start - 1])[-1])
    if position and not text[counted[position - 1].end : quantity.start].strip(" 、共计"):  # 38段2106个
        return earlier[position - 1]
    if same:
        return same[-1]
    carried = previous.names.get(quantity.unit)
    spoken_of = _spoken_of(previous.text + text[: quantity.start], quantity.unit)
    is_place = any(place.end == len(words.rstrip()) for place in places(words, _NOWHERE))
    return _topic(text, start) or (carried or spoken_of if is_place else spoken_of or carried)


def _spoken_of(text: str, unit: str) -> str | None:
    """The last thing spoken of that its measure word counts: 长者食堂暂停堂食。2020年底共41家."""
    heads = _HEADS.get(unit)
    found = list(re.finditer(rf"[\u4e00-\u9fff]{{0,4}}(?:{heads})", text)) if heads else []
    return _subject(found[-1][0]) if found else None


def _start(text: str, counted: Sequence[Quantity], position: int) -> int:
    """Where the words before a quantity begin: after a break or another quantity."""
    start = counted[position - 1].end if position else 0
    return max((match.end() for match in _BREAK.finditer(text, start, counted[position].start)), default=start)


def _topic(text: str, end: int) -> str | None:
    """The clause before, where it is nothing but a name: 全区夜间开放的单位，由5家扩大到27家."""
    clause = _TOPIC.search(text[:end])
    return _subject(clause["topic"]) if clause else None


def _subject(words: str) -> str | None:
    """What the words before a number name, its times and places left out."""
    spans = [(time.start, time.end) for time in times(words, None)]
    spans += [(place.start, place.end) for place in places(words, _NOWHERE)]
    for start, end in sorted(spans, reverse=True):
        words = words[:start] + "\x01" + words[end:]
    parts = [re.sub(r"全[市区县省]|我[市区县省]|本[市区县省]|\s", "", part) for part in words.split("\x01")]
    return next((name for part in reversed(parts) if (name := bare(part))), None)


def bare(words: str) -> str | None:
    """What is left of an indicator without the words that only lead to its number; None for nothing."""
    while (shorter := _CLOSES.sub("", _OPENS.sub("", words))) != words:
        words = shorter
    words = _MODIFIER.sub("", words)
    return words if len(words) > 1 else None
