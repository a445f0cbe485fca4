"""Tells a Chinese name from other words: surnames, ordinary words that begin like one, and where a name ends.

`words.txt` lists, for each surname, the characters that make an ordinary word with it (高 with 度: 高度): the words of
two characters in jieba's dictionary that it does not call names.
"""

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

from corpus.privacy.folding import HAN

COMPOUND = (
    "欧阳|上官|司马|诸葛|司徒|夏侯|皇甫|尉迟|公孙|慕容|令狐|宇文|长孙|东方|独孤|南宫|端木|轩辕|呼延|赫连|完颜|百里|闻人|澹台"
    "|濮阳|太史|申屠|西门|钟离|拓跋"
)
COMMON = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖萧田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金"
    "韦贾夏付傅方邹熊白孟秦邱侯江尹薛闫阎段雷龙黎史陶贺毛郝顾龚邵覃武钱戴严莫孔汤温庞樊兰殷施洪翟颜倪柯牛鲁葛祝甘骆阮涂滕郁卓翁苗农柳"
    "岳齐梅庄辛管耿詹焦左甄尚舒岑康伍卜穆祁项屈娄盛刁凌霍虞柴裴荣巫仲仇栾鲍褚戚窦冉文楚聂邢解游花古易燕狄房欧简党单申向安常关时路季喻"
    "宫靳佟宁商艾敖席桂米景卞芦迟廉谷沙奚蒲匡池咸连查臧晏阚鄢逄晁牟缪闵糜邬寇蔺冷苑占冀佘束俞诸"
)
RARE = (
    "应成和全万元平皮乐水支习生红华强才益利国公东西南北门明宗宣阴阳银权麻曲木包边充初储从淳丛豆杭衡计籍吉纪"
    "揭巨郎劳厉练凉羊桑双司车息邰相折第"
)
"""Surnames that are far oftener something else: they count only right behind a label with a colon."""
# Surnames that are as often a preposition or the end of another word: a mark or a title must follow such a name.
DOUBTFUL = frozenset("于向常时关管路方农文党单安车房商水曾连有")
_STOP = frozenset(
    "的了在是和与及或等将要会能可已被把向对从到于为有无不未每各该这那此之也都还就又再才并且而但因所以果们个名位余多姓某老户条项次元年日号"
    "者受让给请须需应该曾均由按据经过去来说问您你我他她它其几两第很太更最吗呢吧啊着地得上下内外前后间里时称何谁怎啥什么收办想没"
)
_NOBODY = tuple(
    re.findall("..", "关于对于由于鉴于基于单位时间方便家长经理党员党委党支常住文件文化房东房主车主车间安全古稀单身高龄")
)
TITLES = (
    "先生|女士|小姐|同志|同学|爷爷|奶奶|爸爸|妈妈|主任|主席|书记|秘书|经理|老师|师傅|医生|大夫|护士|教授|警官|律师|阿姨"
    rf"|[科处局股所站队院校部镇乡区县市厅司组村会店班]长|[工总](?!{HAN})"
)
"""What is no given name behind a surname."""
# What may follow a name at once; a name of two characters is told from one of three by it.
_APART = r"(?:$|[^\u4e00-\u9fff]|先生|女士|小姐|同志)"
_FOLLOWS = (
    r"(?:$|[^\u4e00-\u9fff]|先生|女士|小姐|同学|同志|老师|大爷|大妈|大娘|大叔|阿姨|奶奶|爷爷|老人|师傅|反映|来信|来电|来访|来函|投诉|举报|咨询|求助"
    "|上访|信访|要求|申请|申诉|提出|提交|诉求|留言|诉称|诉|称|说|表示|认为|家|的|在|于|与|和|及|等|因|向|到|系|是|为|有|被|对|把|将|从|今年|现|已|患"
    "|驾|乘|同|身|住|发生|夫妇|夫妻|父|母|之|不|未|也|曾|自|经|由|收|电话|手机|本人|一家|多次|姓名|出|入|购|名下|负责|联系|男|女|个人|死亡|去世|受伤)"
)
_GIVEN = rf"(?:(?![{''.join(sorted(_STOP))}]){HAN})"
# A mark stands behind the last character, so that it begins no other word.
_LAST = rf"(?:(?![某姓们的了等镇乡村县区市省街路社组局厅])(?:{_GIVEN}|{HAN}(?![\u4e00-\u9fff]))(?![镇乡县区市街路]))"


def _given(follows: str, otherwise: str = "") -> re.Pattern[str]:
    """One character or two behind a surname, before what may follow; `otherwise`: what else may be."""
    return re.compile(rf"(?!{TITLES})(?:{_GIVEN}{_LAST}(?={follows})|{_LAST}(?={follows}){otherwise})")


_GIVEN_APART, _GIVEN_NAME = _given(_APART), _given(_FOLLOWS, f"|{_GIVEN}{_LAST}")
_DOTTED = re.compile(rf"{HAN}{{1,6}}(?:·{HAN}{{1,7}}){{1,3}}")
_COMPOUNDS, _SURNAMES, _RARE = frozenset(COMPOUND.split("|")), frozenset(COMMON + RARE), frozenset(RARE)


_NONE: frozenset[str] = frozenset()


@cache
def _words() -> Mapping[str, frozenset[str]]:
    lines = resources.files("corpus.privacy").joinpath("words.txt").read_text(encoding="utf-8").splitlines()
    return MappingProxyType({line[0]: frozenset(line[2:]) for line in lines})


def begins_a_word(text: str, at: int = 0) -> bool:
    """Whether an ordinary word, not a name, may begin here.

    >>> begins_a_word("高度重视"), begins_a_word("高俅")
    (True, False)
    """
    return text[at + 1 : at + 2] in _words().get(text[at], _NONE)


def is_name(text: str, *, sure: bool) -> bool:
    """Whether a whole text is one name. `sure`: what stands around it says that it is one."""
    end = name_end(text, 0, sure=sure)
    return end == len(text)


def name_end(text: str, start: int, *, sure: bool) -> int | None:
    """Where the name that begins at `start` ends; None if there is none.

    `sure`: what stands before it says that a name comes. Else rare surnames, and what begins a word, don't count.

    >>> name_end("罗贯中反映", 0, sure=False), name_end("张三反映", 0, sure=False), name_end("高度重视", 0, sure=False)
    (3, 2, None)
    """
    if "·" in text[start : start + 7] and (dotted := _DOTTED.match(text, start)):
        return dotted.end()
    if text[start : start + 2] in _COMPOUNDS:
        match = _GIVEN_NAME.match(text, start + 2)
    elif (surname := text[start : start + 1]) in _SURNAMES:
        rare, word = surname in _RARE, begins_a_word(text, start)
        if (not sure and (rare or word)) or (rare and word) or text.startswith(_NOBODY, start):
            return None
        match = (_GIVEN_APART if word or surname in DOUBTFUL else _GIVEN_NAME).match(text, start + 1)
    else:
        return None
    return match.end() if match else None
