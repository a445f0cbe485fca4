"""What several targets ask of a text or a message."""

import re

from corpus.errors import DafuError


def check_sentence(error: DafuError) -> None:
    assert re.search("[\u4e00-\u9fff]", str(error)), "in the language of who reads it"
    check_encodable(str(error))


def check_encodable(text: str) -> None:
    text.encode("utf-8")


def solid(text: str) -> str:
    return "".join(text.split())


def is_subsequence(part: str, whole: str) -> bool:
    """Whether the part's characters but for white space stand in the whole in their order."""
    rest = iter(whole)
    return all(char in rest for char in solid(part))
