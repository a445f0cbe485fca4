"""Which concepts does a text name? Everyday and official words for one thing, from thesaurus.txt.

A concept is a group of that file, written ≈ and its first word: 上年纪的人 and 老年人 both give ≈老年人. Concepts are
indexed as a kind of term of their own, so that a rare one weighs more than a common one, like any word.
"""

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("thesaurus.txt")

VERSION = hashlib.sha256(_FILE.read_bytes()).hexdigest()[:8]
"""Part of the analyzer's version: another thesaurus gives other terms."""


def concepts(squeezed: str) -> Iterator[str]:
    """The concepts of a normalised text without white space, in reading order, one for each word that names one.

    >>> list(concepts("上年纪的人住养老院"))
    ['≈老年人', '≈养老院']
    """
    for _, concept in concept_words(squeezed):
        yield concept


def concept_words(squeezed: str) -> Iterator[tuple[str, str]]:
    """The words that name concepts, each with its concept."""
    members = _members()
    beginnings = [at for at in range(len(squeezed) - 1) if squeezed[at : at + 2] in members]
    for at in beginnings:
        for word, concept in members[squeezed[at : at + 2]]:
            if squeezed.startswith(word, at):
                yield word, concept


@cache
def groups() -> tuple[tuple[str, ...], ...]:
    """The words of each concept, the first of which names it."""
    lines = _FILE.read_text(encoding="utf-8").splitlines()
    return tuple(tuple(line.split()) for line in lines if line and not line.startswith("#"))


@cache
def _members() -> Mapping[str, list[tuple[str, str]]]:
    """The first two characters of a word to (word, concept)."""
    found: dict[str, list[tuple[str, str]]] = {}
    for words in groups():
        for word in words:
            found.setdefault(word[:2].lower(), []).append((word.lower(), f"≈{words[0]}"))
    return found
