"""Finds and masks personal data. A mask keeps the length, so that every offset still holds.

Not masked: document numbers, proposal numbers, amounts, dates, service lines such as 12345 and 400, the credit codes
of organisations, and a name that no label calls a contact or a writer.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from corpus.types import Contact, Document, Section

MASK = "*"

# Full-width letters, digits and marks, and white space other than line ends, one character for one: offsets hold.
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
    "兰殷施洪翟颜倪柯牛鲁葛祝甘骆阮涂滕郁卓翁苗农申柳岳齐梅庄辛管耿詹焦左甄尚舒"
    "岑康伍卜穆祁项屈席娄盛刁凌霍虞柴裴荣巫仲仇栾鲍褚戚窦冉])"
)

# The first two digits of an identity number are its province (GB/T 2260), and a birthday follows.
_PROVINCE = "(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"
_BIRTHDAY = "(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])"
_IDENTITY = re.compile(
    rf"(?<![0-9A-Za-z]){_PROVINCE}\d{{4}}"
    rf"(?:[- ]?(?:18|19|20)\d{{2}}[- ]?{_BIRTHDAY}[- ]?\d{{3}}[\dXx]|\d\d{_BIRTHDAY}\d{{3}})(?![0-9A-Za-z])"
)
_LABELLED_IDENTITY = re.compile(
    r"身份证(?:件)?(?:号码?)?[为是]?(?: *\([^()\d\n]{0,12}\))?[ :]{0,3}"
    r"(?P<value>[1-9](?:[- ]?\d){13,16}[\dXx])(?![0-9A-Za-z])"
)
# UnionPay's cards begin with 62; any other account is known by its label alone.
_CARD = re.compile(r"(?<![\w-])62\d{2}(?: ?\d{4}){3}(?: ?\d{1,3})?(?![\w-])")
_LABELLED_CARD = re.compile(
    r"(?:卡号|银行卡|[账帐][号户])(?:号码?)?[为是]?(?: *\([^()\d\n]{0,12}\))?[ :]{0,3}"
    r"(?P<value>\d(?:[- ]?\d){11,20})(?!\d)"
)
_PLATE = re.compile(
    r"(?<![A-Za-z])[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][· ]?"
    r"(?=[A-Z]{0,2}\d)[A-HJ-NP-Z0-9]{5,6}(?![0-9A-Za-z-])"
)
_ACCOUNT = re.compile(
    r"(?i:(?:QQ|微信|wechat)(?:(?:号码?|账号|帐号|ID)[为是]?[ :]{0,3}|(?:[为是]|(?:同号)? ?:) ?)|QQ ?(?=\d))"
    r"(?P<value>[A-Za-z][-_A-Za-z0-9]{5,19}|[1-9]\d{4,11})(?![0-9A-Za-z])"
)
_DOOR = (
    r"(?:(?<![哪这那每同月整])[一二三四五六七八九十]{1,3}|(?<![月\d])第?(?:[A-Za-z]|[A-Za-z]?\d{1,5})(?:[-—–]\d{1,4})*)"
    r" ?(?:栋|幢|座|号楼|单元|楼|层|室|房(?!屋)|号(?![线令文]))"
)
# In a home address the door number is masked; the neighbourhood stays.
_HOME = re.compile(
    r"(?:住址|家庭地址|户籍地址?|户籍所在地|家住(?!户)|现住|住在|居住[在于地]|住所)[^,。;、()\n]{0,30}?"
    rf"(?P<value>(?:{_DOOR})+(?:\d{{2,4}}(?!\d|[年月]))?|(?<!\d)\d{{1,3}}(?:-\d{{1,4}}){{2,3}}(?!\d))"
)
# 64 characters are the longest name that RFC 5321 allows; without a limit, a run of letters takes time
# proportional to the square of its length.
_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+")
_DASH = "[-—–]"
_NOT_YEARS = r"(?!(?:19|20)\d\d[-—– ](?:19|20)\d\d(?!\d))"
_EXTENSION = r"(?: ?(?:-|转接?|分机号?)[ :]?\d{1,5}(?:分机)?| ?\(分机号?[ :]?\d{1,5}\))?"
_BEGIN = r"(?:(?<![0-9A-Za-z])|(?<=[Tt][Ee][Ll]))(?<!\d\.)"
_END = r"(?!\d|\.\d|[A-Z0-9]{4})"
_LINE = rf"{_NOT_YEARS}\d{{3,4}}[-—– ]?\d{{4}}"
_MOBILE = (
    r"(?:(?:\+|00)?86[- ]?)?"
    rf"(?:1[3-9]\d[-—–. ]?\d{{4}}[-—–. ]?\d{{4}}"
    rf"|1[3-9]\d{{2}}[-—– ]\d{{3}}[-—– ]\d{{4}}|1[3-9]\d[-—– ]\d{{3}}[-—– ]\d{{5}}){_END}"
)
_AREA_LINE = (
    r"(?:\(0[1-9]\d{1,2}\)|0[1-9]\d{1,2}) ?[-—–一]{0,2} ?(?!(?:19|20)\d\d-)"
    rf"{_LINE}{_EXTENSION}{_END}"
)
_PLAIN_NUMBER = re.compile(rf"(?=[(+018]){_BEGIN}(?:{_MOBILE}|{_AREA_LINE})")
_LABELLED_NUMBER = re.compile(
    rf"{_BEGIN}(?:{_MOBILE}|{_AREA_LINE}|(?<![量共约近第了额备])(?<![48]00[-—– ])(?!(?:400|800)[-—– ]?\d)"
    rf"{_LINE}{_EXTENSION}{_END})"
)
# 张 and 万 before another character begin a name: 13812345678张三.
_COUNTED = re.compile(
    rf" ?[余多]?(?:[万张](?!{_HAN})|万?(?:[亿元次户件个条宗起年家份]|人(?!工)|平方|公里|号(?![码机百线])))"
)
_DATE = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_OTHER_NUMBER = re.compile(r"(?:编号|案号|代码|文号|备案号?|索引号?|提案|建议|邮编|邮政编码|QQ群)(?:[为是]|[号第: ])*$")

_NUMBER_LABEL = re.compile(
    r"(?:电\s*话|手\s*机|座\s*机|固\s*话|小灵通|联系方式|热\s*线|传\s*真|致\s*电|拨\s*打|[Tt][Ee][Ll]\.?"
    r"|(?:联系|承办|经办)(?:处室|科室|单位|部门))"
    rf"(?:号码?)?(?: *\([^()\d\n]{{0,12}}\))?(?:[及和与/、]{_HAN}{{2,6}})?(?:如下|为|是)?(?P<colon>[\s*]*:)?"
)
_PERSON_LABEL = re.compile(
    r"(?:联\s*系\s*人|联\s*络\s*[员人]|承\s*办\s*人|经\s*办\s*人|经办同志)"
    r"员?(?:姓名)?(?:及其?(?:联系)?(?:电话|方式))?\d?(?:\([^()\d\n]{0,12}\))?(?:[\s*]*(?P<colon>:)|(?P<verb>[为是])| +)"
)
# A writer is one name, not a list. 来信人：您好！ begins a document, and prose comes after it.
_WRITER_LABEL = re.compile(
    r"(?:(?:来信|来访|留言|投诉|反映|信访|申请|求助|举报)人|姓\s*名)(?:姓名)?(?:\([^()\d\n]{0,12}\))?[\s*]*(?::[\s*]*|为|是)"
    r"|我叫|本人姓名?[叫是]"
)
# A label governs the text up to the end of its line, sentence or bracket; a cell may break right after the label.
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
    r"|残联|队|院|所|站)|[您你].*|贵单位|联[系络][人员]|根据|关于|针对|经.?调查|来信.*|有关.*"
)
# 来信人：张建国反映的问题.
_SAID_OF_A_WRITER = re.compile(
    rf"(?P<name>{_SURNAME}{_HAN}{{1,2}}?)(?:的|反映|来信|来电|投诉|留言|提出|家住|现住|系|是|今年)"
)

_PATTERNS = (
    ("email", _EMAIL), ("identity", _IDENTITY), ("identity", _LABELLED_IDENTITY), ("card", _CARD),
    ("card", _LABELLED_CARD), ("plate", _PLATE), ("account", _ACCOUNT), ("home", _HOME),
)  # fmt: skip
_KEPT = {"name": 1, "identity": 3, "card": 4, "plate": 2, "account": 1, "home": 0}
"""Characters that a mask leaves at the beginning; a telephone number keeps 3 if it is long, else 2."""


class PersonalData(NamedTuple):
    """A span of personal data, `start` and `end` in characters."""

    start: int
    end: int
    kind: str


def find_personal_data(text: str) -> list[PersonalData]:
    """Numbers, accounts, addresses and names by which people can be found, in order, not overlapping."""
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
    """The contact with its names and numbers masked."""
    return Contact(
        names=tuple(_masked(n, "name") for n in contact.names),
        phones=tuple(_masked(p, "phone") for p in contact.phones),
        emails=tuple(_masked(e, "email") for e in contact.emails),
    )


def mask_document(document: Document) -> Document:
    """The document with its personal data masked. Offsets hold, and each heading still begins its section."""
    text = mask(document.text)
    sections = tuple(
        section.model_copy(update={"heading": _heading(section, document.text, text)}) if section.heading else section
        for section in document.sections
    )
    citations = tuple(c.model_copy(update={"title": text[c.start + 1 : c.end - 1].strip()}) for c in document.citations)
    return document.model_copy(
        update={
            "text": text,
            "heading": mask(document.heading) if document.heading else None,
            "title": mask(document.title) if document.title else None,
            "question": mask(document.question) if document.question else None,
            "answered_points": tuple(mask(point) for point in document.answered_points),
            "contact": mask_contact(document.contact) if document.contact else None,
            "sections": sections,
            "citations": citations,
            "source": document.source.model_copy(update={"path": mask(document.source.path)}),
        }
    )


def _heading(section: Section, text: str, masked: str) -> str | None:
    """The section's heading, cut from the masked text where it stands there, else masked by itself."""
    if section.heading and text.startswith(section.heading, section.start):
        return masked[section.start : section.start + len(section.heading)]
    return section.heading and mask(section.heading)


def _candidates(text: str) -> Iterator[PersonalData]:
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            start, end = match.span("value" if "value" in pattern.groupindex else 0)
            yield PersonalData(start, end, kind)
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
    for label in _WRITER_LABEL.finditer(text):
        yield from _writers(text, label.end(), sure=label[0].rstrip(" *").endswith(":"))


def _numbers(text: str, start: int, *, colon: bool) -> Iterator[PersonalData]:
    """Telephone numbers after a label; only the label tells seven or eight digits from other numbers."""
    stretch, label_end = _STRETCH.match(text, start), start
    for match in _LABELLED_NUMBER.finditer(text, start, stretch.end() if stretch else start):
        between = text[start : match.start()]
        if len(between) > _FAR or not (colon or _CLOSELY.fullmatch(between)):
            return
        at_once = colon and not text[label_end : match.start()].strip()
        is_other = _COUNTED.match(text, match.end()) or _DATE.fullmatch(match[0]) or _OTHER_NUMBER.search(between)
        if not at_once and is_other:
            continue
        yield PersonalData(match.start(), match.end(), "phone")
        start = match.end()


def _names(text: str, start: int, *, sure: bool) -> Iterator[PersonalData]:
    """Names in a list of contacts, without office and title. Not `sure`: only common surnames count."""
    stretch = _STRETCH.match(text, start)
    for match in _NAME.finditer(text, start, stretch.end() if stretch else start):
        name = _AFTER_NAME.sub("", match[0])
        before = _BEFORE_NAME.match(name)
        at = before.end() if before else 0
        name = name[at:]
        if _is_name(name) and (sure or re.fullmatch(f"{_SURNAME}{_HAN}{{1,2}}", name)):
            yield PersonalData(match.start() + at, match.start() + at + len(name), "name")


def _writers(text: str, start: int, *, sure: bool) -> Iterator[PersonalData]:
    """The names right after a label. Not `sure`: only common surnames count."""
    while match := _NAME.match(text, start, start + _FAR):
        name = _AFTER_NAME.sub("", match[0])
        if known := _SAID_OF_A_WRITER.match(name):
            name = known["name"]
        if not _is_name(name) or not (sure or re.fullmatch(f"{_SURNAME}{_HAN}{{1,2}}", name)):
            return
        yield PersonalData(start, start + len(name), "name")
        if text[match.end() : match.end() + 1] != "、":
            return
        start = match.end() + 1


def _is_name(value: str) -> bool:
    longest = 12 if "·" in value.strip("·") else 4
    return 2 <= len(value.replace(" ", "")) <= longest and not _NOT_A_NAME.fullmatch(value)


def _masked(value: str, kind: str) -> str:
    if kind == "email":
        at = value.translate(_FOLD).index("@")
        return f"{value[:1]}{MASK * (at - 1)}{value[at:]}"
    kept = _KEPT.get(kind, 3 if len(re.sub(r"\D", "", value)) >= 11 else 2)
    return value[:kept] + re.sub(r"[^\s、，,/]", MASK, value[kept:])
