"""Finds sentences, and the courtesies of the genre, which have nothing in common with any matter."""

import re
from collections.abc import Iterator

_END = re.compile(r"[。！？!?；;]+[”’」』）)】]*|\n+")


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """[start, end) of each sentence, its full stop included; together they cover all text but white space."""
    start = 0
    for match in _END.finditer(text):
        if text[start : match.end()].strip():
            yield start, match.end()
        start = match.end()
    if text[start:].strip():
        yield start, len(text)


_INSIDE = r"[^。！？!?；;，,\n]"
_END_OF_CLAUSE = r"(?=[。！？!?；;，,：:\s]|$)"
_EARNESTLY = r"(再次|衷心|诚挚|真诚|非常|十分|万分|由衷|特别){0,3}地?"
_THANKS = r"(感谢|谢谢)(您|你|大家|各位|网友|贵|领导|政府)?们?(代表|委员|单位|先生|女士|同志|网友|领导)?"
_FAVOUR = r"(大力|一贯)?(关心|关注|关爱|关怀|支持|理解|谅解|重视|帮助|监督|厚爱|信任|配合)"
_FAVOURS = rf"{_FAVOUR}((和|与|及|以及|、)?{_FAVOUR}){{0,5}}"
_WRITING = r"(来信|来函|留言|问政|建言|提案|意见|建议)(建议)?"
_WE = (
    r"(党中央|国务院|[省市区县镇](委|政府)|各级(党委|政府)?|(有关|相关)部门"
    r"|我([省市区县镇局委办厅院]|街道|单位|中心)|、|和){0,5}"
)
_ABOUT = r"(有关|相关|具体|办理|调查|处理|核实){0,2}(情况|意见|结果)?"
_CONTENTMENTS = r"(获得感|幸福感|安全感|满意度)((、|和|与)(获得感|幸福感|安全感|满意度)){0,3}"

# Courtesies of proposals and documents: a document that shares only these with a query has nothing in common with it.
# Each phrase stays within its clause, so that it cannot reach into the matter, and needs the words that make it a
# courtesy: 关怀 alone may be 临终关怀, 关心 the 关心下一代工作委员会. Every repetition has a limit: a pasted text has
# 50,000 characters, and each of them may begin a phrase.
_COURTESIES = (
    rf"{_EARNESTLY}{_THANKS}(长期以来|一直以来|多年来|一直)?((对于?|给予){_INSIDE}{{0,40}}?)?的?{_FAVOURS}",
    rf"{_EARNESTLY}{_THANKS}((对于?|为){_INSIDE}{{0,30}}?)?(提出|提供)?的?(宝贵|良好)?的?{_WRITING}",
    rf"({_EARNESTLY}{_THANKS}|(深表|不胜|万分|表示)?(衷心|诚挚)?的?(感谢|谢意))了?{_END_OF_CLAUSE}",
    rf"{_WE}(领导)?(对此|一直|历来|始终)?(予以|给予)?(高度|非常|十分)重视(?!程度|不)",
    r"(领导|党委|组织|上级)的?(亲切)?关怀|亲切关怀|(予以|给予)关怀",
    r"(立即)?组织(相关)?(科室|部门|人员)?(进行)?了?认真研究|(进行了|经)?认真的?(研究|梳理|办理)",
    rf"(现|特|兹)?(将|就)?{_ABOUT}(作|做出|作出)?(答复|回复|函复|汇报|报告|反馈)(说明)?如下",
    rf"现(将|就){_ABOUT}(说明|告知|介绍)如下|(现|特)?[作做]出?如下(答复|回复|说明)",
    r"((您|你)的)?(来信|来函|留言|信件|邮件|来件)(我们|我局|均|现)?(已经?(收到|收悉|获悉|知悉|阅悉?)|收悉)",
    r"收悉|已收到(?=您|你|贵)|(特此|专此)(答复|回复|函复|回函|函|复)|盼复",
    rf"(?<![因在以对由就彼如至])此(致|复){_END_OF_CLAUSE}(\s*敬礼)?|此致敬礼|敬礼{_END_OF_CLAUSE}",
    r"(欢迎|敬请|恳请|希望)((您|你)们?(能|多)?|继续|一如既往地?的?){1,3}"
    rf"(提出宝贵的?(意见|建议)|{_FAVOURS}((我们|我[市区县镇局])?的?工作{_END_OF_CLAUSE})?)",
    rf"(欢迎|敬请|恳请|希望){_FAVOURS}(我们|我[市区县镇局])的?工作",
    r"敬请(谅解|理解|关注|批评指正)|(提出|(您|你)的)?宝贵的?(意见|建议)",
    r"(恳请|敬请|请|希望|盼|望)(有关部门|相关部门|(各位|各级|上级)?领导)?们?(能够?)?(予以|给予)?"
    rf"(高度)?(重视|关注|解决|采纳|考虑|批示|答复|回复|审议)(为盼|为感)?{_END_OF_CLAUSE}",
    rf"(取得|收到)了?(明显|显著|良好|一定|积极|较好)的?(成效|效果){_END_OF_CLAUSE}",
    rf"(切实|不断)?(增强|提升|提高)了?(人民)?群众的?{_CONTENTMENTS}",
    rf"(人民)?群众的?{_CONTENTMENTS}(得到)?了?(切实|明显|显著|不断|进一步)?(增强|提升|提高)|(长期|一直)以来|(多年|近年)来",
    r"如(您|你)?(还|仍)?有(任何|其他|其它)?(疑问|疑义|不明之处|问题)，?(请|可|欢迎|敬请)"
    rf"{_INSIDE}{{0,8}}?(来电|致电|拨打|联系|咨询)(咨询|联系|我们){{0,2}}",
    rf"祝(您|你){_INSIDE}{{0,12}}|(?<![对为给比和])(您|你)们?好",
    r"尊敬的([^，。：:！\s]{0,6}?(领导|委员|代表|书记|[省市区县镇局]长|主任|主席|先生|女士|同志)们?)?",
)
_PATTERNS = tuple(map(re.compile, _COURTESIES))
"""Searched one by one, which takes a third of what one pattern of them all takes."""

_SAYS_NOTHING = re.compile(
    r"[\W_的地得了吗呢吧请问我您你们这那是有对在就把被和与及为]|关于|如何|怎么|怎样|什么|建议|提案|工作|措施"
)


def without_courtesy(text: str) -> str:
    """The text with each courtesy replaced by a full stop; unchanged if it says nothing else.

    >>> without_courtesy("感谢您对我市养老工作的关心和支持，请问充电桩怎么报装")
    '。，请问充电桩怎么报装'
    >>> without_courtesy("高度重视"), without_courtesy("如何提升群众满意度")
    ('高度重视', '如何提升群众满意度')
    """
    rest = _without_courtesies(text)
    return rest if _SAYS_NOTHING.sub("", rest) else text


def says_only_courtesy(text: str) -> bool:
    """Whether a text holds a courtesy and says nothing else.

    >>> says_only_courtesy("感谢您对养老工作的关心"), says_only_courtesy("食堂十二家")
    (True, False)
    """
    rest = _without_courtesies(text)
    return rest != text and not _SAYS_NOTHING.sub("", rest)


def _without_courtesies(text: str) -> str:
    kept, end = [], 0
    for start, next_end in _courtesies(text):
        kept.append(text[end:start])
        end = next_end
    return "。".join([*kept, text[end:]])


def _courtesies(text: str) -> Iterator[tuple[int, int]]:
    """[start, end) of each courtesy, ascending; of two that overlap the one that begins first."""
    coming = [pattern.search(text) for pattern in _PATTERNS]
    while found := min((match for match in coming if match), key=lambda match: match.start(), default=None):
        yield found.span()
        for place, match in enumerate(coming):
            if match and match.start() < found.end():
                coming[place] = _PATTERNS[place].search(text, found.end())
