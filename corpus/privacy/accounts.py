"""Finds accounts by which a person is reached: WeChat, QQ, other platforms, and mail addresses."""

import re
from collections.abc import Iterator

from corpus.privacy.labels import either

Span = tuple[int, int]

# 64 characters are the longest name that RFC 5321 allows; without a limit, a run of letters takes time
# proportional to the square of its length.
_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,4}")
# Behind a label also with a space inside, or with a word or another mark for @ and the dot.
_LABELLED_EMAIL = re.compile(
    r"(?:邮箱|邮件|信箱|email|e-mail|Email|E-mail|E-MAIL|EMAIL|伊妹儿)(?:地址|账号|号)?[为是: ]{0,3}"
    r"(?P<value>[A-Za-z0-9._%+\-]{1,64}(?: [A-Za-z0-9._]{1,30})? ?(?:[@#◎]|\([Aa艾][Tt特]\)|艾特| at ) ?"
    r"[A-Za-z0-9\-]{1,63}(?: ?(?:\.|点|\(dot\)|dot) ?[A-Za-z]{2,10}){1,3})"
)
_SAID = r"(?:号码?|账号|帐号|ID|id|名)?(?:同号|同步)?[为是]?[ :=(\[“\"'/|_\-]{0,3}"
_WECHAT = re.compile(
    r"(?:微 ?信(?<!官方微信)(?<!政务微信)(?<!公众微信)|威信|薇信|徽信|维信"
    r"|[VvWw](?<![A-Za-z].)(?: ?信| ?[Xx]|ei ?[Xx]in|e ?[Cc]hat|ECHAT)"
    r"|[加+](?:我|个|一?下)?的?[VvWw微薇卫])(?!公众|小程序|支付|服务号|订阅|视频号|平台|群|扫)"
    rf"{_SAID}(?P<value>[A-Za-z][-_A-Za-z0-9]{{5,19}}|1[3-9]\d{{9}}|[1-9]\d{{5,11}})(?![0-9A-Za-z])"
)
_QQ = re.compile(
    r"[Qq扣企球加+](?:(?<=Q) ?Q|(?<=q) ?q|(?<=扣)扣|(?<=企)鹅|(?<=球)球|(?<=[加+])[Qq]"
    r"|(?<![A-Za-z0-9].)(?<=[Qq])(?=[ :]))"
    r"(?!群|农场|用户|空间|音乐|浏览器)(?:邮箱)?"
    rf"{_SAID}(?P<value>[1-9]\d{{4,11}}|[A-Za-z][-_A-Za-z0-9]{{5,19}})(?![0-9A-Za-z@])"
)
_PLATFORM = re.compile(
    rf"(?:{either('platform')})"
    r"(?:(?:号码?|账号|帐号|账户|帐户|ID)(?:[为是]?[ :]{0,3})|昵?称?[ :]{1,3})"
    r"(?P<value>[A-Za-z][-_A-Za-z0-9]{5,19}|[1-9]\d{5,19})(?![0-9A-Za-z@])"
)
_COUNTED = re.compile(r" ?万?[元人次户个件]")


def emails(text: str) -> Iterator[Span]:
    """Mail addresses."""
    if "@" in text:
        yield from (match.span() for match in _EMAIL.finditer(text))
    yield from (match.span("value") for match in _LABELLED_EMAIL.finditer(text))


def accounts(text: str) -> Iterator[Span]:
    """Names and numbers of accounts, each behind the name of its platform."""
    for pattern in (_WECHAT, _QQ, _PLATFORM):
        for match in pattern.finditer(text):
            if not _COUNTED.match(text, match.end("value")):
                yield match.span("value")
