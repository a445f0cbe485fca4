"""Characters that steer whatever shows a text: a terminal's controls, and those that turn the direction of writing.

A file name with an escape sequence retitles or rewrites an administrator's terminal; one with U+202E reads as another
name. No document needs them. Readers drop them, pages leave them out, commands and logs print them escaped.

Not for: characters that cannot be seen and do nothing, such as a zero-width space.
"""

import json
import re

DIRECTIONS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
"""The bidirectional controls of Unicode (UAX #9), as a class of a regular expression has them."""

_STEERING = (
    f"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029{DIRECTIONS}\ufff9-\ufffb\U000e0000-\U000e007f\ud800-\udfff"
)
_SHOWN = re.compile(f"[{_STEERING}]")
_PRINTED = re.compile(f"[{_STEERING}\r]")


def without_controls(text: str) -> str:
    """The text for a page, without what steers. Tabs and line ends stay.

    >>> without_controls("年报\u202excod.exe\x1b[2J")
    '年报xcod.exe[2J'
    """
    return _SHOWN.sub("", text)


def escaped(text: str) -> str:
    r"""The text for a terminal: what steers it is written as JSON writes it, so that JSON stays the same JSON.

    >>> escaped("b\x1b]0;x\x07.docx\u202e")
    'b\\u001b]0;x\\u0007.docx\\u202e'
    """
    return _PRINTED.sub(lambda found: json.dumps(found[0])[1:-1], text)
