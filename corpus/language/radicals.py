"""Writes the radicals of Unicode as the characters that they look like.

Some fonts map their glyphs to radicals (⽼ U+2F3C) instead of characters (老): the same on paper, another word in a
text, in which nobody finds it.
"""

import re
import unicodedata

# The second block of radicals has no normal forms; the documents seen use these.
_RADICALS = {c: unicodedata.normalize("NFKC", chr(c)) for c in range(0x2F00, 0x2FD6)} | {
    ord(radical): character
    for radical, character in zip(
        "⺟⺠⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳⺎⺼",
        "母民西见角贝车长门青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龟兀月",
        strict=True,
    )
}
_RADICAL = re.compile("[\u2e80-\u2fd5]")  # nearly every text has none, and a long one is looked through in no time


def without_radicals(text: str) -> str:
    """The text with a character for each radical; of the same length.

    >>> without_radicals("⺠政局⽼⼈")
    '民政局老人'
    """
    return _RADICAL.sub(lambda found: _RADICALS.get(ord(found[0]), found[0]), text)
