"""Reads the labels of a proposal's form, such as 案由：…, 提案号：… and 提案人：…."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from corpus.language.agencies import compact
from corpus.proposals.folding import fold
from corpus.proposals.requests import is_demand
from corpus.readers.fields import field_of

Kind = Literal["title", "number", "body", "person", "other"]
"""The kind of a value: title, number, body (内容：…), a person or office (who proposes, whom to call, who is to
answer), or any other field of a form."""

# 附议人, 提案者电话, 承办单位, … in all the wordings of forms; fields.NAMES has the shorter list for documents.
_ROLES = (
    "提案|建议|领衔|附议|联名|联合|主提|执笔|撰稿|撰写|联系|联络|承办|经办|提出|提交|填表|报送|签发|责任|主笔|发起|主办|会办|协办"
    "|分办|牵头"
)
_PERSON = re.compile(
    rf"(?:第[一二三]|建议)?(?:{_ROLES})(?:人|者|单位|部门|委员|代表|时间|日期|方式|电话|建议|姓名){{1,3}}(?:[（].{{0,8}}[）])?"
    r"|(?:第[一二三])?(?:委员|代表)(?:姓名|证号|编号|单位|电话)?|(?:全国|省|市|区|县)?(?:人大代表|政协委员)"
    r"|(?:联系|办公|移动|固定|单位|家庭|住宅|咨询|工作|通[讯信]|电子|常用|本人|提案人|代表|委员){0,2}"
    r"(?:地址|邮编|邮政编码|邮箱|电话|手机号?码?|传真|微信号?|QQ)|界别|组别|职务|职称|单位及职务|工作单位|抄送|主送|报送|印发|签名|盖章|日期"
)
_OTHER = re.compile(
    r"党派|性别|届次|会次|会议|时间|类别|分类|(?:提案|建议)(?:类别|类型|形式|分类)|审查(?:意见|结果)|(?:立案|交办|办理|是否).{0,6}"
)

_ABSTRACTS = {"摘要", "概述", "内容概述"}
_TITLE = {"案由", "案名", "标题", "题目", "提案名", "建议名称"}
_BODY = {
    "内容",
    "正文",
    *(f"{what}{of}" for what in ("提案", "建议", "具体", "主要", "详细") for of in ("内容", "正文", "全文")),
}
# In a form that was pasted as one line, the labels follow each other without even a space between them; the characters
# of a label may be spaced out (案    由).
_LABELS = """
第一提案人 第二提案人 提案人 提案者 提案号 提案编号 建议人 建议号 建议编号 标题 案由 题目 案名 附议人 联名人
领衔代表 领衔人 联系人 联系电话 联系方式 联系地址 通讯地址 界别 邮编 建议承办单位 承办单位 主办单位 市人大代表
区人大代表 县人大代表 人大代表 市政协委员 区政协委员 县政协委员 政协委员 附件 抄送
"""
_SPACED = "|".join(r"\s*".join(label) for label in _LABELS.split())
_INSIDE = re.compile(
    rf"(?<=.)(?<!第一)(?<!第二)(?<!建议)(?<![第主市区县省国（\t])(?=（?(?:{_SPACED})\s*：)"
    r"|(?<=[\s。；！？）])(?=（?(?:编\s*号|手\s*机|电\s*话)\s*：)"
)
_LABELLED = re.compile(
    r"\s*[【\[（]?(?P<label>[^：\t|。，；]{1,16}?)[】\]]?\s*(?:：|\t+|\s\|\s)\s*(?P<value>.*?)\s*", re.DOTALL
)
NUMERAL = r"(?:[A-Za-z]{0,4}[0-9][0-9A-Za-z\-]*|[〇零一二三四五六七八九十百]{1,9})"
"""A proposal's number in folded text, for use inside other patterns."""

STATED_NUMBER = re.compile(rf"\s*(?:第\s*)?(?P<number>{NUMERAL})\s*号?")
"""A number after a label that announces one: 第 and 号 may be missing."""

_MAX_NUMBER_LENGTH = 24
_MAX_VALUE_LENGTH = 24
"""Characters. A longer value may include the proposal's text, if a form was pasted as one line."""
_MAX_NAMES_LENGTH = 100
_VALUE_END = re.compile(r"\s+(?=关于|《|[一1]\s*[、.]|（\s*[一1]\s*）|\S{12})|(?=一、|（一）|【)")


class Label(NamedTuple):
    """A label: the kind of its value, and the value's `start` and `end` in the line."""

    kind: Kind
    start: int
    end: int


def split_labels(lines: Sequence[str]) -> list[str]:
    """The lines, cut before each label inside them."""
    found: list[str] = []
    for line in lines:
        cuts = [0, *(match.start() for match in _INSIDE.finditer(fold(line))), len(line)]
        found += [line[start:end] for start, end in pairwise(cuts)]
    return found


def label_of(line: str) -> Label | None:
    """The label that a line begins with or consists of.

    >>> label_of("案  由：公厕太少"), label_of("问题：公厕太少"), label_of("提案人")
    (Label(kind='title', start=5, end=9), None, Label(kind='person', start=3, end=3))
    """
    folded = fold(line)
    match = _LABELLED.fullmatch(folded)
    if match is None:
        kind = _kind_of(folded) if len(folded.strip()) <= 8 else None
        return Label(kind, len(line), len(line)) if kind else None
    kind = _kind_of(match["label"])
    start, end = match.span("value")
    if kind in ("person", "other") and end - start > _MAX_VALUE_LENGTH:
        if value_end := _VALUE_END.search(folded, start + 1):
            end = value_end.start()
        elif "。" in folded[start:end]:
            return None
    if kind == "number" and end - start > _MAX_NUMBER_LENGTH and (number := STATED_NUMBER.match(folded, start)):
        end = number.end()
    return Label(kind, start, end) if kind else None


def is_personal(line: str) -> bool:
    """Whether a line only states who proposes, whom to call or who is to answer."""
    label = label_of(line)
    if label is None or label.kind != "person" or line[label.end :].strip():
        return False
    return label.end - label.start <= _MAX_NAMES_LENGTH and not is_demand(fold(line[label.start :]))


def _kind_of(label: str) -> Kind | None:
    plain = compact(label)
    if plain in _BODY:
        return "body"
    if plain in _TITLE:
        return "title"
    if _PERSON.fullmatch(plain):
        return "person"
    if _OTHER.fullmatch(plain):
        return "other"
    named = field_of(plain)
    if named == "title":
        return "title"
    if named in ("proposal_number", "doc_id"):
        return "number"
    kept = named in (None, "text", "question") or plain in _ABSTRACTS
    return None if kept else "other"
