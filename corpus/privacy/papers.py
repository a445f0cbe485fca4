"""Finds the numbers of a person's papers: identity card, passport, bank card, licence, plate; and dates of birth."""

import re
from collections.abc import Iterator

from corpus.privacy.folding import HAN
from corpus.privacy.labels import either

Span = tuple[int, int]

# The first two digits of an identity number are its province (GB/T 2260), and a birthday follows.
_PROVINCE = "(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"
_BIRTHDAY = "(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])"
_IDENTITY = re.compile(
    r"[1-8](?<![0-9A-Za-z].)"
    r"(?:(?<=1)[1-5]|(?<=2)[1-3]|(?<=3)[1-7]|(?<=4)[1-6]|(?<=5)[0-4]|(?<=6)[1-5]|(?<=7)1|(?<=8)[1-3])\d{4}"
    rf"(?:[- ]?(?:18|19|20)\d{{2}}[- ]?{_BIRTHDAY}[- ]?\d{{3}}[\dXx]|\d\d{_BIRTHDAY}\d{{3}})(?![0-9A-Za-z])"
)
_ASIDE = r"(?: ?\([^()\d\n]{0,12}\))?"
_SAID = rf"(?:号码?|编号|证号)?(?:后[四六]位|尾号)?[为是]?{_ASIDE}[ :(\[]{{0,3}}"
_LABELLED_IDENTITY = re.compile(
    rf"(?:身份证|证件|身份号码|公民身份|SFZ|sfz|ID(?<![A-Za-z]ID)(?: ?[Cc]ard)?)件?{_SAID}"
    r"(?P<value>[1-9](?:[- ]?[\d*]){13,16}[\dXx*](?: \d)?)(?![0-9A-Za-z])"
)
# A paper begun and not ended: 前14位13010219560412.
_PART_OF_IDENTITY = re.compile(rf"身份证[^。\n]{{0,16}}?位[为是: ]{{0,2}}(?P<value>{_PROVINCE}\d{{8,14}})(?!\d)")
# UnionPay's cards begin with 62; any other account is known by its label alone.
_CARD = re.compile(r"62(?<![\w-]62)\d{2}(?: ?\d{4}){3}(?: ?\d{1,3})?(?![\w-])")
_LABELLED_CARD = re.compile(
    rf"(?:{either('account')})"
    rf"卡?(?:[账帐][号户])?(?:号码?)?[为是]?{_ASIDE}[ :(]{{0,3}}(?P<value>\d(?:[- ]?\d){{9,20}})(?!\d)"
)
_PROVINCE_OF_PLATE = "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
_PLATE = re.compile(
    rf"{_PROVINCE_OF_PLATE}(?<![A-Za-z].) ?[A-HJ-NP-Z] ?[·-]? ?"
    rf"(?=[A-Z]{{0,2}}\d)(?:[A-HJ-NP-Z0-9]{{5,6}}|[A-HJ-NP-Z0-9]{{4}}[警学港澳挂领])(?![0-9A-Za-z-])"
)
_LABELLED_PLATE = re.compile(
    r"(?:车牌|车号|号牌|车辆号牌?)(?:号码?)?[为是: ]{0,3}"
    rf"(?P<value>{_PROVINCE_OF_PLATE}? ?[A-Za-z] ?[·-]? ?[A-Za-z0-9]{{5,6}})(?![0-9A-Za-z])"
)
# Between label and number stands the beginning of a number that is not only digits: 冀(2020)松澜市不动产权第0012345号.
_LABELLED_PAPER = re.compile(
    rf"(?:{either('paper')})(?:明|证|卡|户|表){{0,2}}(?:"
    rf"(?:号码?|编号|证号|单号)[为是]?{_ASIDE}[ :(\[]{{0,3}}"
    rf"(?P<value>(?:{HAN}|[()\d]){{0,24}}?[A-Z]{{0,6}}\d(?:[- ]?[\dA-Za-z]){{4,24}})"
    r"|(?:号码?)?[为是: (]{0,3}(?P<close>[A-Z]{1,2}(?=[A-Z]{0,5}\d)[A-Z0-9]{6,16})"
    r"|[为是: ]{0,3}(?P<number>\d{7,20}[A-Za-z]?))(?![0-9A-Za-z])"
)
_BORN = re.compile(
    r"(?:出生(?:日期|年月日?|时间)|生日|生于)(?:\([^()\n]{0,8}\))?[为是: ]{0,3}"
    r"(?P<value>(?:19|20)\d\d(?:年|[-./] ?)\d{1,2}(?:月?(?:\d{1,2}[日号])|[-./] ?\d{1,2}|月)?|(?:19|20)\d{6}"
    r"|(?:19|20)\d{4}(?!\d))"
    r"(?![\d年月]|[日号]?(?:\([^()]{0,6}\))?(?:以|之)?[前后起至到~-])"
)
_IP = re.compile(r"[Ii](?<![A-Za-z].)[Pp](?:地址)?[为是: ]{0,3}(?P<value>\d{1,3}(?:\.\d{1,3}){3})(?![\d.])")
_COUNTED = re.compile(r" ?[余多]?万?(?:[亿元次户件个条份张本]|人(?!工)|位)")


def identities(text: str) -> Iterator[Span]:
    """Identity numbers: 18 digits or, behind a label or of the old form, 15; also with digits starred out."""
    for pattern in (_IDENTITY, _LABELLED_IDENTITY, _PART_OF_IDENTITY):
        yield from _values(pattern, text)


def cards(text: str) -> Iterator[Span]:
    """Numbers of bank cards and accounts."""
    yield from _values(_CARD, text)
    yield from _values(_LABELLED_CARD, text)


def plates(text: str) -> Iterator[Span]:
    """Number plates of vehicles."""
    yield from _values(_PLATE, text)
    yield from _values(_LABELLED_PLATE, text)


def papers(text: str) -> Iterator[Span]:
    """Numbers of other papers and of what a household is a customer of, dates of birth, addresses of machines."""
    for pattern in (_LABELLED_PAPER, _BORN, _IP):
        yield from _values(pattern, text)


def _values(pattern: re.Pattern[str], text: str) -> Iterator[Span]:
    """Spans of the group that matched, else of the whole, but for what counts something."""
    for match in pattern.finditer(text):
        span = match.span(match.lastgroup) if match.lastgroup else match.span()
        if not _COUNTED.match(text, span[1]):
            yield span
