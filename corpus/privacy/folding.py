"""Folds the ways of writing one character into one: what personal data looks like once it is written plainly.

Full-width forms, circled digits, other dashes and dots, traditional characters of labels and surnames: one character
for one. Characters without width, and spaces in a spaced-out word (联 系 人), are left out; `span` finds the way back.
"""

import re
import unicodedata
from typing import NamedTuple

HAN = r"[\u4e00-\u9fff]"
# Spaces, dashes and dots that stand for the plain ones.
_LOOK_ALIKES = {
    " ": "\t\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000",
    "-": "‐‑‒–—―−－﹣➖",
    "·": "•‧∙・･⋅",
    "~": "～〜∼",
    "|": "｜│┃∣",
    "(": "【［〔〖",
    ")": "】］〕〗",
    "〇": "○◯",
}
# Of labels and of surnames.
_TRADITIONAL = str.maketrans(
    "聯繫係電話號碼證銀賬帳戶業樓單間棟車護郵網來訴訪應請當報舉諮詢辦經機個開處實與長區縣鄉鎮門陽問員務師學爾"
    "貫親兒媽爺羅劉陳楊黃趙吳孫馬鄭謝許韓馮蕭葉蘇呂盧鍾譚賈鄒閻龍陶賀顧錢嚴湯龐蘭顏魯駱齊莊龔",
    "联系系电话号码证银账账户业楼单间栋车护邮网来诉访应请当报举咨询办经机个开处实与长区县乡镇门阳问员务师学尔"
    "贯亲儿妈爷罗刘陈杨黄赵吴孙马郑谢许韩冯萧叶苏吕卢钟谭贾邹阎龙陶贺顾钱严汤庞兰颜鲁骆齐庄龚",
)
# A reading of its own, for numbers alone: 陆 is a surname, too.
_NUMERALS = str.maketrans("〇零一二两三四五六七八九壹贰叁肆伍陆柒捌玖幺OoIl", "00122345678912345678910011")
_WORDS = "〇零一二两三四五六七八九壹贰叁肆伍陆柒捌玖幺OoIl"
# A digit in words, with four more digits of any kind behind it or before it.
_WORDED = re.compile(rf"[{_WORDS}](?:(?=(?:[-— ]?[\d{_WORDS}]){{4}})|(?<=[\d{_WORDS}]{{4}}.))")
_DROPPED = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\u20e3\ufe00-\ufe0f\ufeff"
_SPACED = re.compile(rf"(?<!{HAN}){HAN}(?: {{1,3}}{HAN}(?!{HAN}))+")
_LONE = re.compile(rf" (?={HAN}(?!{HAN}))")
_UNSEEN = re.compile(f"[{_DROPPED}]")


def _table() -> dict[str, str]:
    table = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    for code in [*range(0x80, 0x3400), *range(0xF900, 0xFB00), *range(0x1D400, 0x1D800), *range(0x1F100, 0x1F110)]:
        plain = unicodedata.normalize("NFKC", chr(code))
        digit = unicodedata.digit(chr(code), None)
        if digit is not None:
            table[chr(code)] = str(digit)
        elif len(plain) == 1 and plain != chr(code) and (plain.isalnum() or plain in "()"):
            table[chr(code)] = plain
    table |= {seen: plain for plain, alike in _LOOK_ALIKES.items() for seen in alike}
    return table | {chr(seen): chr(plain) for seen, plain in _TRADITIONAL.items()}


_TABLE = _table()
# A dictionary given to str.translate is asked for every character, and takes eight times as long.
_FOLDABLE = re.compile(f"[{re.escape(''.join(seen for seen in _TABLE if seen <= chr(0xFFFF)))}]")
_MATHEMATICAL = re.compile("[\U0001d400-\U0001f10f]")  # apart: a set with such characters is searched one by one


class Folded(NamedTuple):
    """A text as it is searched. `offsets[i]` is where its i-th character stands in the original; None: at i itself."""

    text: str
    offsets: list[int] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of the folded text, not an empty one, stands in the original."""
        return (start, end) if self.offsets is None else (self.offsets[start], self.offsets[end - 1] + 1)

    def digits(self) -> str | None:
        """The folded text with digits in words, and letters that look like digits, as digits; same length.

        None where no long number is written so.

        >>> fold("手机：一三八００００l234").digits(), fold("二〇二五年").digits()
        ('手机:13800001234', None)
        """
        return self.text.translate(_NUMERALS) if _WORDED.search(self.text) else None


def fold(text: str) -> Folded:
    """The text written plainly.

    >>> fold("联 系 人：１①\\u200b〇")
    Folded(text='联系人:11〇', offsets=[0, 2, 4, 5, 6, 7, 9])
    """
    plain = _FOLDABLE.sub(lambda match: _TABLE[match[0]], text)
    plain = _MATHEMATICAL.sub(lambda match: _TABLE.get(match[0], match[0]), plain)
    left_out = {match.start() for match in _UNSEEN.finditer(plain)}
    if _LONE.search(plain):
        for match in _SPACED.finditer(plain):
            left_out.update(at for at in range(*match.span()) if plain[at] == " ")
    if not left_out:
        return Folded(plain, None)
    offsets = [at for at in range(len(plain)) if at not in left_out]
    return Folded("".join(map(plain.__getitem__, offsets)), offsets)
