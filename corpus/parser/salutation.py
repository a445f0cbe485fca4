"""Finds the line that names whom a letter is written to. In doubt it finds none: a label is no addressee."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from corpus.language.agencies import compact, is_bureau, is_proposer
from corpus.language.lines import is_furniture
from corpus.language.numbering import numbering
from corpus.privacy.surnames import is_name
from corpus.readers.fields import field_of

_DEPTH = 16  # lines of no website: red-head lines, a metadata table and a title in two lines fit in
_MENU_LENGTH = 8  # characters of a line; a shorter one is often of the menu of a page copied as text
_MAX_DEPTH = 80  # lines, the menu among them
_MAX_LENGTH = 200  # characters; the names of sixteen proposers have 80
_SHORT = 2  # characters: 代表 and 委员 are labels of columns and titles too
_MAX_BARE = 60  # of a line without a colon

TITLE = (
    r"(?:政协|人大)?(?:委员|代表|提案人|领衔人|领衔代表)|同志|先生|女士|小姐|老师|教授|副?主席|副?主委|"
    r"副?会长|副?主任|副?书记|副?理事长|院长|校长|秘书长"
    r"|网友|网民|市民|居民|村民|业主|家长|群众|同学|朋友|来信人|写信人|留言人|用户|读者|听众|领导"
)
_ENDS = re.compile(
    rf"(?:{TITLE})(?:朋友|代表|委员)?们?(?:[（(].{{1,12}}[)）])?$|^各位.{{0,12}}$|^[^，。]{{1,12}}(?:您|你)们?好$"
)
_BODY = re.compile(
    r"(?:委员会|委|局|办公室|办|厅|政府|中心|联合会|总会|商会|协会|学会|公司|支部|支社|总支|小组|联络组|"
    r"活动组|代表团|界别|界|党派|民革|民盟"
    r"|民建|民进|农工党|农工民主党|致公党|九三学社|台盟|工商联|知联会|侨联|妇联|科协|文联|台联|院|校|部|处|会|"
    r"社|街道|镇|乡|单位)$"
)
_NO_NAME = re.compile(
    r"关于|建议(?!人)|提案(?!人|委)|议案|答复|回复|情况|内容|编号|类别|日期|时间|单位名称|负责人|联系|承办|"
    r"(?:主办|协办|会办)(?!公)|抄送|主送|签发|办理|如下|来源|标题|今天|附件|公开"
    r"|(?:人|位|名|的)(?:大代表|政协委员)?(?:姓名|名单)|第.{1,8}号"
)
_NAMES = re.compile(r"[\u4e00-\u9fff·*＊×]{2,4}(?:[、，,\s]+[\u4e00-\u9fff·*＊×]{2,4})*")
_MASKED = re.compile(r"[\u4e00-\u9fff](?:某[某甲乙丙]?|[*＊×]{1,2})")
_OPENING = re.compile(
    r"\s*(?:您|你|贵|来信|来函|收到|感谢|关于您|关于你|《|经)|.{0,60}(?:您|你们|贵.)?.{0,40}(?:收悉|提出的|"
    r"反映的|(?:答复|回复|函复)如下)"
)
_GREETING = re.compile(
    r"(?P<salutation>[^。！？：:；《》]{0,40}?)[：:，,!！]?\s*(?P<greeting>(?:您|你)们?好[！!，,。：:]*)"
)
_RUN_IN = re.compile(r"(?P<salutation>[^。！？：:；《》]{1,60}?)[：:]")
_CALLED = re.compile(r"(?P<salutation>[\u4e00-\u9fff、]{1,24}(?:先生|女士|同志|老师|委员|代表))[，,]\s*(?=(?:您|你))")


_TITLE_FIRST = re.compile(
    r"(?:(?:全国|省|市|区|县)?(?:政协委员|人大代表)|信访人|来信人|投诉人|申请人)([\u4e00-\u9fff·]{2,4})"
)


class Salutation(NamedTuple):
    """The paragraph that holds it, its text, and the length of what the paragraph says before the body."""

    at: int
    text: str
    length: int


def find_salutation(texts: Sequence[str], levels: Sequence[int]) -> Salutation | None:
    """The salutation among the first paragraphs; `levels` are their heading levels."""
    seen, told = 0, False
    for at, text in enumerate(texts):
        mark = numbering(text)
        if seen >= _DEPTH or at >= _MAX_DEPTH or (mark and mark.level <= 2):
            return None
        if is_furniture(text):
            continue
        seen += len(text) > _MENU_LENGTH
        following = next((t for t in texts[at + 1 :] if not is_furniture(t)), "")
        found = None if levels[at] else _salutation(text, following)
        # Below a sentence, 业主代表： may be a word of the text: then what follows must open a letter.
        if found and (not told or _OPENING.match(text[found[1] :] or following)):
            return Salutation(at, *found)
        told = told or "。" in text
    return None


def _salutation(text: str, following: str) -> tuple[str, int] | None:
    name = text.rstrip("：: \u3000").strip()
    if len(text) <= _MAX_LENGTH and not re.search(r"[。；《》]|[：:].", name):
        with_colon = text.rstrip().endswith(("：", ":"))
        if with_colon and (_addresses(name) or (_are_names(name.removeprefix("尊敬的")) and _OPENING.match(following))):
            return name, len(text)
        if not with_colon and len(name) <= _MAX_BARE and _addresses_bare(name) and _OPENING.match(following):
            return name, len(text)
    for pattern in (_GREETING, _RUN_IN, _CALLED):
        match = pattern.match(text)
        if match and match["salutation"].strip() and _greets(match["salutation"].strip(), text[match.end() :], match):
            return match["salutation"].strip(), match.end()
    return None


def _addresses(name: str) -> bool:
    """Whether a line before its colon is persons with a title, or a body."""
    plain = compact(name)
    if (titled := _TITLE_FIRST.fullmatch(plain)) and not _NO_NAME.search(titled[1]):
        return True
    parts = re.split("[、，,]", plain)
    if len(parts) > 1 and all(map(_addresses, parts)):
        return True
    if any(field_of(word) is not None for word in name.split()[:-1] if len(word) > _SHORT):
        return False
    if _NO_NAME.search(plain) or (field_of(plain) is not None and not re.fullmatch("代表|委员|提案人", plain)):
        return False
    return bool(_ENDS.search(plain)) or (bool(_BODY.search(plain)) and (is_bureau(plain) or is_proposer(plain)))


def _addresses_bare(name: str) -> bool:
    """Whether a line without a colon is: a bureau alone may be the letterhead."""
    plain = compact(name)
    if not _addresses(name) or re.search(r"[，。！？]", name.strip("，")):
        return False
    return bool(_ENDS.search(plain)) or is_proposer(plain)


def _are_names(name: str) -> bool:
    parts = re.split(r"[、，,\s]+", name)
    return (
        bool(_NAMES.fullmatch(name))
        and field_of(name) is None
        and all(_MASKED.fullmatch(part) or is_name(part, sure=len(part) > _SHORT) for part in parts)
    )


def _greets(name: str, rest: str, match: re.Match[str]) -> bool:
    if "greeting" in match.re.groupindex:
        return _addresses(name) or (_are_names(name) and len(name) <= 4)
    return bool(_ENDS.search(compact(name))) and _addresses(name) and bool(_OPENING.match(rest))
