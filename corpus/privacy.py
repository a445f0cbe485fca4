"""Personal data: found and masked. A mask keeps the length, so that every offset still holds.

Not masked: document numbers, proposal numbers, amounts, dates, service lines such as 12345.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from corpus.types import Contact, Document

MASK = "*"

# One character for one, so that offsets hold: full-width letters, digits and marks, any space but the line's end.
_FOLD = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_FOLD |= dict.fromkeys(map(ord, "\t\u00a0\u2002\u2003\u2009\u202f\u3000"), ord(" "))
_FOLD |= dict.fromkeys(map(ord, "•‧∙・"), ord("·"))

_HAN = r"[\u4e00-\u9fff]"
_OFFICE = "局|委|办|会|科|处|室|股|中心|残联|队|院|所|站|政府|街道|镇|组"
_TITLE = (
    "(?:同志|先生|女士|小姐|老师|工程师|警官|秘书长|书记|主席|干事|经理|(?:[一二三四]级)?(?:主任)?(?:科员|调研员)"
    "|副?(?:主任|[科处局股所站队院校部镇乡区县市厅司组]长))"
)
_SURNAME = (
    "(?:欧阳|上官|司马|诸葛|[王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖萧田董潘袁蔡蒋余于杜叶程魏苏吕"
    "丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付傅方邹熊白孟秦邱侯江尹薛闫阎段雷龙黎史陶贺毛郝顾龚邵覃武钱戴严莫孔汤温庞樊"
    "兰殷施洪翟颜倪柯牛鲁葛祝甘骆阮涂滕郁卓翁苗农申柳岳齐梅庄辛管耿詹焦左甄尚舒])"
)

_IDENTITY = re.compile(
    r"(?<![0-9A-Za-z])[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])"
)
_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+")
_LINE = r"(?!(?:19|20)\d\d[- ](?:19|20)\d\d(?!\d))\d{3,4}[- ]?\d{4}"
_MOBILE = r"(?:(?:\+|00)?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d|\.\d)"
_AREA_LINE = (
    rf"(?:\(0[1-9]\d{{1,2}}\)|0[1-9]\d{{1,2}}) ?[-—–一]{{0,2}} ?(?!(?:19|20)\d\d-){_LINE}(?: ?[-转] ?\d{{1,5}})?(?!\d)"
)
_PLAIN_NUMBER = re.compile(rf"(?<!\d)(?<!\d\.)(?:{_MOBILE}|{_AREA_LINE})")
_LABELLED_NUMBER = re.compile(
    rf"(?<!\d)(?<!\d\.)(?:{_MOBILE}|{_AREA_LINE}|(?<![量共约近第了额备])(?<![48]00[- ]){_LINE}(?!\d|\.\d))"
)
# 张 and 万 before another character begin a name: 13812345678张三.
_COUNTED = re.compile(rf" ?[余多]?(?:[万张](?!{_HAN})|万?(?:[亿元次户件个条宗起年家份]|人(?!工)))")
_DATE = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")

_NUMBER_LABEL = re.compile(
    r"(?:电\s*话|手\s*机|座\s*机|固\s*话|小灵通|联系方式|热\s*线|传\s*真|致\s*电|拨\s*打|[Tt][Ee][Ll]\.?"
    r"|(?:联系|承办|经办)(?:处室|科室|单位|部门))"
    rf"(?:号码?)?(?: *\([^()\d\n]{{0,12}}\))?(?:[及和与/、]{_HAN}{{2,6}})?(?:如下|为|是)?(?P<colon>[\s*]*:)?"
)
_PERSON_LABEL = re.compile(
    r"(?:联\s*系\s*人|联\s*络\s*[员人]|承\s*办\s*人|经\s*办\s*人|经办同志|(?:来信|来访|留言|投诉|反映|信访)人|姓\s*名)"
    r"员?(?:姓名)?(?:及其?(?:联系)?(?:电话|方式))?\d?(?:\([^()\d\n]{0,12}\))?(?:[\s*]*(?P<colon>:)|(?P<verb>[为是])| +)"
)
# What follows a label speaks of contacts up to the end of its line, sentence or bracket; a cell may break after it.
_STRETCH = re.compile(r" *\n?(?:\([^()\n。]{0,60}\)|[^)\n。]){0,120}")
_FAR = 60
# Without a colon, only this may stand between a label and its number, or between two numbers.
_CLOSELY = re.compile(
    rf"[\s(|、,;/或和及为是]{{0,4}}(?:{_HAN}{{0,12}}(?:{_OFFICE}|{_TITLE}))?\s?(?:{_SURNAME}{_HAN}{{1,2}})?[\s(,:]{{0,4}}"
)
_CHARACTER = rf"(?![电手传邮联] +[话机真箱系]){_HAN}"
_NAME = re.compile(rf"{_CHARACTER}(?:(?: {{1,3}}{_CHARACTER}(?!{_HAN})){{1,2}}|(?:{_HAN}|·)+)")
_BEFORE_NAME = re.compile(rf".*(?:{_OFFICE}|{_TITLE})(?={_HAN}{{2,3}}$|{_HAN}+·{_HAN}+$)")
_AFTER_NAME = re.compile(rf"{_TITLE}+$")
_NOT_A_NAME = re.compile(
    r".*(电话|方式|手机|邮箱|传真|座机|固话|单位|部门|同志|地址|网址|邮编|咨询|联系|办公|工作日|时间|局|委|科|处|室|股|中心"
    r"|残联|队|院|所|站)"
)


class PersonalData(NamedTuple):
    """A span of personal data, `start` and `end` in characters."""

    start: int
    end: int
    kind: str


def find_personal_data(text: str) -> list[PersonalData]:
    """Telephone numbers, e-mail addresses, identity numbers and contact names, in order, not overlapping."""
    found: list[PersonalData] = []
    taken = 0
    for item in sorted(_candidates(text.translate(_FOLD)), key=lambda d: (d.start, -d.end)):
        if item.start >= taken:
            found.append(item)
            taken = item.end
    return found


def mask(text: str) -> str:
    """The text with its personal data masked, same length.

    >>> mask("联系人：陈小平，电话：86601234，13000001234，a.b@x.cn")
    '联系人：陈**，电话：86******，130********，a**@x.cn'
    """
    parts, at = [], 0
    for start, end, kind in find_personal_data(text):
        parts += [text[at:start], _masked(text[start:end], kind)]
        at = end
    return "".join([*parts, text[at:]])


def mask_contact(contact: Contact) -> Contact:
    """Names and numbers of a contact, masked."""
    return Contact(
        names=tuple(_masked(n, "name") for n in contact.names),
        phones=tuple(_masked(p, "phone") for p in contact.phones),
        emails=tuple(_masked(e, "email") for e in contact.emails),
    )


def mask_document(document: Document) -> Document:
    """The document as it may leave the system. Offsets hold, and a heading is still what stands at its section."""
    sections = tuple(s.model_copy(update={"heading": mask(s.heading)}) if s.heading else s for s in document.sections)
    citations = tuple(c.model_copy(update={"title": mask(c.title)}) for c in document.citations)
    return document.model_copy(
        update={
            "text": mask(document.text),
            "heading": mask(document.heading) if document.heading else None,
            "title": mask(document.title) if document.title else None,
            "question": mask(document.question) if document.question else None,
            "answered_points": tuple(mask(point) for point in document.answered_points),
            "contact": mask_contact(document.contact) if document.contact else None,
            "sections": sections,
            "citations": citations,
        }
    )


def _candidates(text: str) -> Iterator[PersonalData]:
    for kind, pattern in (("email", _EMAIL), ("identity", _IDENTITY)):
        for match in pattern.finditer(text):
            yield PersonalData(match.start(), match.end(), kind)
    for match in _PLAIN_NUMBER.finditer(text):
        if not _COUNTED.match(text, match.end()):
            yield PersonalData(match.start(), match.end(), "phone")
    for label in _NUMBER_LABEL.finditer(text):
        yield from _numbers(text, label.end(), colon=bool(label["colon"]))
    for label in _PERSON_LABEL.finditer(text):
        numbers = list(_numbers(text, label.end(), colon=True))
        yield from numbers
        if label["colon"] or label["verb"] or numbers:
            yield from _names(text, label.end(), sure=not label["verb"])


def _numbers(text: str, start: int, *, colon: bool) -> Iterator[PersonalData]:
    """Telephone numbers after a label, which alone tells those of seven or eight digits from other numbers."""
    stretch, label_end = _STRETCH.match(text, start), start
    for match in _LABELLED_NUMBER.finditer(text, start, stretch.end() if stretch else start):
        between = text[start : match.start()]
        if len(between) > _FAR or not (colon or _CLOSELY.fullmatch(between)):
            return
        at_once = colon and not text[label_end : match.start()].strip()
        if not at_once and (_COUNTED.match(text, match.end()) or _DATE.fullmatch(match[0])):
            continue
        yield PersonalData(match.start(), match.end(), "phone")
        start = match.end()


def _names(text: str, start: int, *, sure: bool) -> Iterator[PersonalData]:
    """Names in a list of contacts, without office (市民政局覃少华) and title; not `sure`: with a usual surname only."""
    stretch = _STRETCH.match(text, start)
    for match in _NAME.finditer(text, start, stretch.end() if stretch else start):
        name = _AFTER_NAME.sub("", match[0])
        before = _BEFORE_NAME.match(name)
        at = before.end() if before else 0
        name = name[at:]
        if _is_name(name) and (sure or re.fullmatch(f"{_SURNAME}{_HAN}{{1,2}}", name)):
            yield PersonalData(match.start() + at, match.start() + at + len(name), "name")


def _is_name(value: str) -> bool:
    longest = 12 if "·" in value.strip("·") else 4
    return 2 <= len(value.replace(" ", "")) <= longest and not _NOT_A_NAME.fullmatch(value)


def _masked(value: str, kind: str) -> str:
    if kind == "email":
        at = value.translate(_FOLD).index("@")
        return f"{value[:1]}{MASK * (at - 1)}{value[at:]}"
    kept = {"name": 1, "identity": 3}.get(kind, 3 if len(re.sub(r"\D", "", value)) >= 11 else 2)
    return value[:kept] + re.sub(r"[^\s、，,/]", MASK, value[kept:])
