"""Tells what a heading or an announcement says about the text below it: that it asks, or gives the background.

Everything here reads folded text. Not for: whether a sentence asks, which is in `requests`.
"""

import re
from typing import Literal

from corpus.language.agencies import compact
from corpus.proposals.requests import is_request, starts_with_verb

Part = Literal["asks", "background"]
"""The content under a heading."""

_ASKS = "建议|对策|诉求|请求|意见|措施|举措|办法|要求|方案|策略|思路|路径|途径|主张|提议|想法|思考"
_BACKGROUND = (
    "案由|案据|事由|缘由|背景|现状|形势|概况|概述|情况|问题|困难|不足|短板|难点|堵点|痛点|难题|瓶颈|挑战|矛盾|隐患|危害|影响"
    "|原因|成因|根源|分析|理由|依据|意义|必要性|重要性|可行性|紧迫性|做法|经验|启示|成效|成绩|优势|前言|引言|说明|结语|结束语|总结"
)
_FILLERS = (
    "为此|对此|因此|鉴于此|针对|结合|基于|以上|上述|这些|实际|我们|我的|本人|委员|代表|提案|现|将|特|谨|提出|形成|以下|如下"
    "|有关|相关|具体|工作|主要|解决|改进|整改|完善|政策|推进|治理|发展|提升|优化|办理|整治|建设|保障|应对|合理化|初步|个人|法律"
    "|下一步|下步|事项|内容|基本|总体|总的|目前|当前|现阶段|近年来|我[市区县省镇]|全[市区县省国]|存在|面临|突出|现有|凸显|调研"
    "|调查|简要|反映|国内外|外地|先进|借鉴|个别|方面|层面|剖析|以及|及其|若干|一些|[一二两三四五六七八九十几若0-9]+[点条个项大]?"
    "|[的和与及有是在、，：（）]"
)
_NOUN = re.compile(f"(?P<asks>{_ASKS})|(?P<background>{_BACKGROUND})")
_GENERIC = re.compile(f"{_ASKS}|{_BACKGROUND}|{_FILLERS}")
_MAX_LENGTH = 40
"""Characters. The longest headings of proposals seen have about thirty; sentences are longer."""

_BACKGROUND_ENDING = re.compile(
    r"(?:现状|背景|基本情况|总体情况|概况|原因|成因|必要性|重要性|可行性|紧迫性|理由|依据|成效|预期(?:效果|效益)"
    r"|(?:的|及|和|与|重大|现实|重要)意义|(?:主要|先进|成功|外地)(?:做法|经验)"
    r"|(?:存在|面临|主要|突出|遇到|凸显|现实|遗留)[^，。]{0,8}(?:问题|困难|不足|短板|瓶颈|挑战|难点|矛盾)"
    r"|(?:问题|原因|情况|形势|现状|可行性|必要性|成因)分析)$"
)
# 修好路灯的必要性 begins like an ask but is none.
_BACKGROUND_NAMED = re.compile(r"的(?:现状|背景|必要性|重要性|可行性|紧迫性|意义|理由|依据|做法|经验|成效|基本情况)$")
_INQUIRES = re.compile("查[明清找]|说明|公[布开示]|分析|研究|论证|评估|调查|总结|推广|借鉴|宣传|学习|提高|增强|认识")
_ASKS_ENDING = re.compile(r"(?:建议|对策|措施|举措|办法|思路|路径)$")
_ASKS_ENDING_TWICE = re.compile(
    rf"(?:几点|若干|以下|如下|具体|有关|相关|工作|主要|一些|政策|意见|对策|措施|思路|路径)[的和与及、]?(?:{_ASKS})$"
)
_GROUP = re.compile(
    r"(?:层面|方面|领域|环节|角度|维度|部门|类|部分|问题|事项|工作)[：。]?$|^(?:关于|针对|对于|在|就|从)"
)
_GLUED = re.compile(
    r"(?:现状|背景|基本情况|案由|存在的?(?:主要|突出)?问题|主要问题|(?:现状|形势|问题|原因|可行性|必要性)分析|(?:提案|建议)理由"
    r"|(?:对策|意见|工作|具体|几点|有关)建议|对策[与及和]建议)(?=[\u4e00-\u9fff“《0-9])(?![的是为不严突较仍依下来看中等与及和、])"
)

# The words of a sentence right before its colon or full stop.
_WANTED_BELOW = re.compile(
    r"(?:以下|如下|下列|几点|[一二三四五六七八九十][点条])[^，。]{0,8}(?:建议|意见|对策|诉求|措施|请求)$"
    r"|(?:建议|意见|对策|诉求|请求|措施|办法)(?:如下|是)$"
)
_TOLD_BELOW = re.compile(
    rf"(?:{_BACKGROUND}|表现|体现|反映|发现|归纳|梳理|好处|特点)"
    r"(?:主要|如下|以下|有|是|为|在|于|包括|集中|分|[一二两三四五六七八九十几]|[点条个项大]|方面|的|：){0,8}$"
)
_ASKS_BEFORE_COLON = re.compile(
    rf"(?:{_ASKS})(?:主要|如下|以下|有|是|为|包括|[一二两三四五六七八九十几]|[点条个项大]|方面|的){{0,6}}$"
)
_OF_OTHERS = re.compile(
    r"(?:居民|群众|市民|专家|有人|网友|家长|老人|村民|业主|学生|患者|他们|她们)[^，。：]{0,8}(?:建议|要求|希望|诉求|意见)[^，。]{0,6}$"
)
_DONE = re.compile(r"(?:已|曾|采取了|出台了|开展了|实施了|做了)[^，]{0,12}(?:措施|举措|办法|政策|文件|工作)[^，]{0,4}$")
_TO_BE_DONE = re.compile(
    r"(?:(?<![回反响供适相对效])应|需|要|(?<!许)可以?|着手|入手|努力|发力|推进|改进|解决|功夫|做好)[^，。]{0,16}$"
)
_POINTS_BELOW = re.compile(r"以下|如下|下列|下面|方面|为此|对此|因此|几点")
_SHORT_CALL = 12  # characters; 要做好： may announce a list, a longer clause with 要 in it needs a word that says so


def heading_part(heading: str) -> Part | None:
    """The part that a heading begins; None for a heading that names a subject.

    >>> heading_part("对策与建议"), heading_part("我市公厕管理存在的主要问题"), heading_part("完善公厕规划")
    ('asks', 'background', None)
    """
    plain = compact(heading).strip('：。；，、—-【】[]〔〕「」“”"<>《》')
    if not 2 <= len(plain) <= _MAX_LENGTH or re.search("[。；！？]", plain):
        return None
    nouns = [match.lastgroup for match in _NOUN.finditer(plain)]
    if nouns and not _GENERIC.sub("", plain):
        joined = re.search(r"建议|对策", plain) and re.search(r"[和与及、]", plain)
        return "asks" if joined or nouns[-1] == "asks" else "background"
    if is_request(plain) or plain.startswith("关于") or _INQUIRES.match(plain):
        return None
    told = _BACKGROUND_NAMED.search(plain) or (_BACKGROUND_ENDING.search(plain) and not starts_with_verb(plain))
    return "background" if told else None


def may_head_asks(heading: str, *, surely: bool = False) -> bool:
    """Whether a heading that names a subject ends like one of asks (推进垃圾分类的建议). Among others like it, it is an
    ask itself.

    With `surely`, it must end with two such words (推动康养产业发展的对策建议).
    """
    plain = compact(heading).strip("：。")
    ending = _ASKS_ENDING_TWICE if surely else _ASKS_ENDING
    return len(plain) <= _MAX_LENGTH and bool(ending.search(plain))


def names_group(heading: str) -> bool:
    """Whether a heading only names what some asks have in common (市级层面, 关于停车)."""
    return bool(_GROUP.search(heading))


def glued_heading(text: str) -> int:
    """The length of a heading with text in the same line, after a space or none (现状近年来…); else 0."""
    if match := _GLUED.match(text):
        return match.end()
    word = re.match(r"\S{2,16}(?=\s)", text)
    return word.end() if word and heading_part(word[0]) else 0


def announced_part(sentence: str) -> Part | None:
    """The part that a sentence announces; the sentence includes its colon or full stop.

    >>> announced_part("主要存在以下问题："), announced_part("为此，我们建议："), announced_part("他说：")
    ('background', 'asks', None)
    """
    end = compact(sentence[-2 * _MAX_LENGTH :])
    last = end.rstrip("：。")[-_MAX_LENGTH:]
    if _OF_OTHERS.search(last):
        return None
    if _DONE.search(last):
        return "background" if end.endswith("：") else None
    if _WANTED_BELOW.search(last):
        return "asks"
    if not end.endswith("："):
        return None
    if part := heading_part(end):
        return part
    if _TOLD_BELOW.search(last):
        return "background"
    clause = re.split("[，。；]", last)[-1]
    called = _TO_BE_DONE.search(clause) and (_POINTS_BELOW.search(last) or len(end) <= _SHORT_CALL)
    return "asks" if called or is_request(clause) or _ASKS_BEFORE_COLON.search(clause) else None
