"""The words that stand before and behind personal data and say what it is: `labels.txt`, read once."""

import re
from collections.abc import Iterable, Mapping
from importlib import resources
from types import MappingProxyType

_SECTION = re.compile(r"^\[(\w+)\].*$", re.MULTILINE)


def _read() -> Mapping[str, tuple[str, ...]]:
    text = resources.files("corpus.privacy").joinpath("labels.txt").read_text(encoding="utf-8")
    _, *parts = _SECTION.split(text)
    return MappingProxyType({name: tuple(words.split()) for name, words in zip(parts[::2], parts[1::2], strict=True)})


LABELS = _read()
"""The words of each section."""


def either(*sections: str, and_also: Iterable[str] = ()) -> str:
    """A pattern for one of the words of the sections, the longest that fits.

    It begins with plain characters where they do, so that a search skips to where one may begin.
    """
    words = {*(word for section in sections for word in LABELS[section]), *and_also}
    return "|".join(sorted(words, key=lambda word: (-len(word), word)))
