"""Tells in the lines of a page who speaks: a resident who asks, the bureau that answers, the host of a programme; and
reads what a board prints above a post: the bureau, the date.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from corpus.language.agencies import bureaus_in_line
from corpus.language.dates import find_date, is_date_line
from corpus.language.lines import is_furniture
from corpus.readers.fields import IGNORED, field_of
from corpus.readers.label_lines import Labelled, split_labels
from corpus.readers.posts import is_posted
from corpus.types import Block

_NUMBER = r"(?:\d{1,2}\s*[.、．]|[一二三四五六七八九十]{1,2}、|[（(]\d{1,2}[)）])?\s*"
_END = r"\s*\d{0,2}\s*[】\])）]?\s*(?:[：:]\s*(?P<rest>.*)|$)"
_WHO = "网友|网民|市民|群众|听众|观众|居民|企业|记者|村民"
_ASKS = re.compile(
    rf"{_NUMBER}[【\[（(]?\s*(?:(?:(?:{_WHO})\S{{0,8}}?)?(?:追问|提问|问题?)[一二三四五六七八九十]?|Q){_END}"
)
_NAMED_ASKS = re.compile(
    rf"(?:[【\[]\s*(?:{_WHO})[^】\]]{{0,16}}[】\]]\s*[：:]?|(?:{_WHO})[“\"][^“”\"]{{1,16}}[”\"]\s*[：:]"
    rf"|(?:{_WHO})[\u4e00-\u9fff]{{1,3}}(?:先生|女士|某|\*{{1,2}})(?:来电|反映|咨询)?\s*[：:])"
    r"\s*(?P<rest>(?!您好|你好)\S.*)"
)
_ANSWERS = re.compile(rf"{_NUMBER}[【\[（(]?\s*(?:(?:嘉宾|专家|部门|官方|单位)?(?:回答|答复|回复|回应|答)|A){_END}")
_SPEAKER = re.compile(
    r"[【\[]?\s*+(?P<name>[\u4e00-\u9fff][\u4e00-\u9fff ]{2,28}?[\u4e00-\u9fff])\s*+(?:回复|答复|回应)?[】\]]?\s*+[：:]"
    r"\s*(?P<rest>\S.*)"
)
_OFFICE = re.compile(
    r"(?:党[组委]书记|副?(?:局长|主任|厅长|处长|科长|主席|经理|董事长)|(?:有关|相关)?负责人|工作人员|发言人).*$"
)
_HOSTS = re.compile(r"[【\[]?\s*(?:主持人|旁白|画外音|编者按|解说)[^：:】\]]{0,8}[】\]]?\s*[：:].*")

_POST = re.compile(r"(?:楼主|沙发|板凳|地板|\d{1,3}\s*[楼#])(?=\s).*")
_CLOCK = re.compile(
    r"(?:\d{4}\s?[-./年]\s?\d{1,2}\s?[-./月]\s?\d{1,2}\s?日?)(?:\s*(?:上午|下午)?\s*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)?"
)
_OF_A_POST = re.compile(
    r"^\s*\d{1,3}\s*[楼#]|官方(?:回复|答复)|已?(?:回复|答复|回答|发表|发布|办理|办结)(?:于|时间|日期)?|[（）()\[\]【】：:·|｜,，]"
)
_REPLIES = re.compile("(?:回复|答复|回答)")
_AT = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?:\s+\d{1,2}:\d\d(?::\d\d)?)?\s+(?:IP|来自)\s?\S{0,4}[：:]?\s?\S{0,12}")
_PROGRESS = re.compile(
    r"[\u4e00-\u9fff]{2,4}[：:]\s*(?:已|未|正在|待)[\u4e00-\u9fff]{1,6}"
    r"|(?:您的)?(?:留言|信件|来信|诉求|工单|问题)?已?(?:受理|转办|转交|交办|办理|答复|回复|办结|提交|签收|审核)"
    r"(?:(?=[\s：:]|中|完成|通过|$)[^。]{0,40})"
)
_STEP = re.compile(rf"{_CLOCK.pattern}\s+\S{{2,20}}\s+(?:已|转|待|正在)\S{{1,20}}")
_STEPS = re.compile(
    r"(?:(?:办理|处理)(?:进度|过程|流程|状态)|受理(?:进度|过程|流程|状态|情况)"
    r"|[【\[]?(?:来电|来信|诉求|处理|办理|回访|工单|基本|受理|留言)信息[】\]]?)[：:]?"
)
_TO_WHOM = re.compile(r"(?:给|致|@).{1,24}(?:留言|写信|提问)|(?:留言|写信|问政)给.{1,24}")
_BREADCRUMB = re.compile("[>＞»›→|｜/]")
_PAGE_NAME = re.compile(
    r"(?:信箱|详情|情况|平台|留言板?|[单表卡]|热线|公开|交流|网|栏目|列表|首页|统计|信息|内容|查询|咨询|投诉|回复|答复|互动|公示|反馈)$"
)
_CLASS = re.compile(r"^[【\[（(][\u4e00-\u9fff]{2,4}[】\])）]\s*|^(?:标题|主题)[：:]\s*")
_SITE = re.compile(r"^[^：:，。]{2,8}(?:问政|反馈|回应|热线|留言|问答)?\s?[：:｜|]\s*(?=\S{6})")
_STATE = re.compile(r"(?:\s+|(?=[【\[（(]))[【\[（(]?已?(?:回复|答复|办结|解决|处理|办理|受理|采纳)[】\])）]?$")
_OFFICIAL = re.compile(
    r"\S{0,12}(?:党[组委]书记|书记|省长|市长|区长|县长|旗长|州长|镇长|乡长|局长|厅长|主任)(?:信箱)?\s+[\u4e00-\u9fff]{2,4}"
)
_TITLE_LIKE = re.compile("^关于|^反映|^咨询|^请求|^建议|^投诉|^求助|(?:问题|建议|诉求|情况|请求|何时|[？?吗])$")
_GUEST = re.compile(r"嘉宾\s*[：:]\s*([\u4e00-\u9fff]+)")
_CLOCK_TIME = re.compile(r"\d{1,2}[：:]\d\d")
_SENTENCE = re.compile("[。？！?!]")
_CJK = re.compile("[\u4e00-\u9fff]")
_OF_A_PROPOSAL = re.compile("第.{1,8}号|。$")
_MIN_TITLE, _MAX_TITLE = 5, 60


class Turn(NamedTuple):
    """The lines `start` to `end` and what stands behind the first one's mark."""

    start: int
    end: int
    rest: str


class Talk(NamedTuple):
    """A page of questions and answers: the first question, where its answer begins, and who answers, if the marks of
    speakers say it."""

    asked: Turn
    answer: int
    agency: str | None


def is_host(text: str) -> bool:
    """Whether a line is what the host of a programme says."""
    return bool(_HOSTS.fullmatch(text))


def talk(blocks: Sequence[Block]) -> Talk | None:
    """The first question and its answer in lines with 问 and 答, or with the names of those who speak."""
    texts = [block.text.strip() for block in blocks]
    asking = [i for i, text in enumerate(texts) if asks(text) is not None]
    start = next((i for i in asking if not (blocks[i].level and asks(texts[i]))), None)  # a title may be a question
    if start is None:
        return None
    for i in range(start + 1, len(texts)):
        if answers(texts[i]) is not None:
            return Talk(Turn(start, i, asks(texts[start]) or ""), i, speaker(texts[i]))
    return None


def asks(text: str) -> str | None:
    """What stands behind 问：and the like at the beginning of a line; None for other lines.

    >>> asks("问：路灯何时修？"), asks("[网友 夜航船]：会停电吗？"), asks("问题较多。")
    ('路灯何时修？', '会停电吗？', None)
    """
    found = _ASKS.fullmatch(text) or _NAMED_ASKS.fullmatch(text)
    return (found["rest"] or "") if found else None


def answers(text: str) -> str | None:
    """What stands behind 答：and the like, or a bureau's name as that of a speaker; None for other lines.

    >>> answers("答：下周。"), answers("[市能源局]：不会。"), answers("答复及时。")
    ('下周。', '不会。', None)
    """
    found = _ANSWERS.fullmatch(text)
    if found:
        return found["rest"] or ""
    return _SPEAKER.fullmatch(text)["rest"] if speaker(text) else None  # type: ignore[index]  # _bureau has matched it


def speaker(text: str) -> str | None:
    """The bureau whose name as that of a speaker begins a line."""
    found = _SPEAKER.fullmatch(text)
    return next(iter(bureaus_in_line(_OFFICE.sub("", found["name"]).strip())), None) if found else None


def as_spoken(blocks: Sequence[Block]) -> tuple[Sequence[Block], dict[str, str]]:
    """A reply without the bureau's name as that of its speaker (市公交集团：经查…), and the name."""
    text = blocks[0].text.strip() if blocks else ""
    bureau = speaker(text)
    if bureau is None:
        return blocks, {}
    return [blocks[0]._replace(text=answers(text) or "", lead=0), *blocks[1:]], {"agency": bureau}


def ends_message(text: str) -> bool:
    """Whether a line is below a message: the next post, or the steps in which it was handled."""
    return is_post(text) or is_posted(text) or bool(_STEPS.fullmatch(text))


def is_post(text: str) -> bool:
    """Whether a line stands above a post of a forum: 楼主 老船工 发表于 2024-3-24."""
    return bool(_POST.fullmatch(text))


def reply_head(text: str) -> list[Labelled] | None:
    """The bureau and the date in a line that holds nothing else; None for other lines.

    >>> reply_head("（区住建局　回复于 2025-02-12 10:27）")
    [('答复单位', '区住建局'), ('答复时间', '2025-02-12 10:27')]
    """
    if is_furniture(text):
        return None
    clock = _CLOCK.search(text)
    named = " ".join(_OF_A_POST.sub(" ", _CLOCK.sub(" ", text)).split())
    bureaus = bureaus_in_line(named) if named else []
    if (named and not bureaus) or not (clock or bureaus):
        return None
    return [("答复单位", name) for name in bureaus[:1]] + ([("答复时间", clock[0])] if clock else [])


def is_reply_head(text: str) -> bool:
    """Whether a line names the bureau and says that it replies: 区民政局 回答于 2024-3-27."""
    return bool(_REPLIES.search(text)) and any(label == "答复单位" for label, _ in reply_head(text) or ())


def says_nothing(text: str) -> bool:
    """Whether a line of a board is none of the resident's words: a label, a date, a step of the handling, furniture."""
    return (
        not text
        or bool(split_labels(text))
        or is_date_line(text)
        or any(pattern.fullmatch(text) for pattern in (_PROGRESS, _STEP, _STEPS, _TO_WHOM, _AT))
        or is_furniture(text)
        or is_post(text)
        or "" in (asks(text), answers(text))
    )


def _posted_on(texts: Sequence[str]) -> str | None:
    """The date above a message without a label: alone in a line, above a post, or beside labels of something else."""
    for text in reversed(texts):
        fields = {field_of(label) for label, _ in split_labels(text)}
        other = fields <= {IGNORED, "doc_id", "proposal_kind", "title"} and not re.search(
            "(?:时间|日期)[】]?[：:]", text
        )
        beside = fields and other and _CLOCK_TIME.search(text)
        if (is_date_line(text) or is_post(text) or is_posted(text) or _AT.fullmatch(text) or beside) and find_date(
            text
        ):
            return text
    return next((value for label, value in _stated(texts) if label.strip("【】[] ") in ("时间", "日期")), None)


def _stated(texts: Sequence[str]) -> list[Labelled]:
    """The labels and values of a page that names no source: then its plain 时间 is that of the message."""
    found = [pair for text in texts for pair in split_labels(text)]
    return [] if any(field_of(label) == "source" for label, _ in found) else found


def _guest(texts: Sequence[str]) -> str | None:
    """The bureau of the guest who answers in a programme: 上线嘉宾：市住建局副局长."""
    for text in texts:
        if guest := _GUEST.search(text):
            return next(iter(bureaus_in_line(_OFFICE.sub("", guest[1]))), None)
    return None


def of_head(blocks: Sequence[Block]) -> dict[str, str]:
    """What the lines above a message say without labels of their own: title, day, who answers."""
    texts = [block.text.strip() for block in blocks]
    found = {"title": _subject(blocks), "asked_on": _posted_on(texts), "agency": _guest(texts)}
    return {field: value for field, value in found.items() if value}


def _subject(blocks: Sequence[Block]) -> str | None:
    """The title in the lines above a message: the last heading, else the line above the first label or date."""
    texts = [block.text.strip() for block in blocks]
    headings = [texts[i] for i, block in enumerate(blocks) if block.level and _may_be_title(texts[i])]
    first = next((i for i, text in enumerate(texts) if _is_stated(text)), len(texts))
    alone = [text for text in texts[:first] if _may_be_title(text) and not _names_page(text)]
    below = [text for text in texts[first:] if _TITLE_LIKE.search(text) and _may_be_title(text)]
    found = headings[-1:] or alone[-1:] or below[-1:]
    return _STATE.sub("", _SITE.sub("", _CLASS.sub("", found[0]))) if found else None


def first_words(texts: Sequence[str]) -> int | None:
    """The line at which a message begins that has no label: the first sentence below the board's own lines.

    A title that is a question stands above labels, and its message below them.
    """
    told = [
        i for i, text in enumerate(texts) if _SENTENCE.search(text) and not says_nothing(text) and not is_host(text)
    ]
    below = next((text for text in texts[told[0] + 1 :] if text), "") if told else ""
    if len(told) > 1 and split_labels(below):
        return told[1]
    return told[0] if told else None


def _is_stated(text: str) -> bool:
    return bool(split_labels(text)) or is_date_line(text) or bool(_TO_WHOM.fullmatch(text)) or is_post(text)


def _names_page(text: str) -> bool:
    return "关于" not in text and bool(_PAGE_NAME.search(text))


def _may_be_title(text: str) -> bool:
    return (
        len(_CJK.findall(text)) >= _MIN_TITLE - 1
        and _MIN_TITLE <= len(text) <= _MAX_TITLE
        and not _OF_A_PROPOSAL.search(text)
        and not _BREADCRUMB.search(_SITE.sub("", text))
        and len(_SITE.sub("", text).split()) <= 2
        and field_of(text) in (None, IGNORED)
        and not says_nothing(text)
        and not is_host(text)
        and not _OFFICIAL.fullmatch(text)
        and not bureaus_in_line(text)
    )
