"""Letters that no document holds, read as pinyin: changhuxian asks for 长护险.

Read as the archive's terms and titles are, then as its abbreviations, the bureau's dictionary and the thesaurus are.
Whole syllables only: initials and half a word are for suggestions, which nobody has to take.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain

from indexer.snapshot import Snapshot
from indexer.terms import analyzer, thesaurus
from search_api.query.abbreviations import synonyms_of
from search_api.remembered import remembered
from search_api.suggest import suggester_of
from search_api.suggest.pinyin import by_reading

_LETTERS = re.compile(r"(?<![\w.@-])[a-zA-Z]{2,}(?:['’\s]+[a-zA-Z]{2,})*(?![\w.@-])")
_MIN_LENGTH = 4  # letters: the shortest words of two syllables that are no English word, as yiyu
_MAX_LENGTH = 40


def written_out(snapshot: Snapshot, text: str) -> str:
    """The text with what is read as pinyin written in characters; the same text where there is nothing."""
    return _LETTERS.sub(lambda found: _written(snapshot, found[0]), text)


def _written(snapshot: Snapshot, typed: str) -> str:
    """A run of letters read as one word; where it is none, each of its parts."""
    parts = typed.split()
    if any(snapshot.engine.document_frequency([analyzer.normalise(part) for part in parts]).tolist()):
        return typed
    if word := _word(snapshot, typed):
        return word
    return " ".join(_word(snapshot, part) or part for part in parts)


def _word(snapshot: Snapshot, typed: str) -> str | None:
    letters = re.sub(r"[^a-z]", "", typed.lower())
    if not _MIN_LENGTH <= len(letters) <= _MAX_LENGTH:
        return None
    spelling = letters.replace("ve", "ue")
    known = (
        suggester_of(snapshot).read_as(letters),
        _own_words(snapshot).get(spelling, ()),
        _thesaurus().get(spelling, ()),
    )
    return next(chain.from_iterable(known), None)


@remembered
def _own_words(snapshot: Snapshot) -> Mapping[str, Sequence[str]]:
    """The forms of the abbreviations that documents define, and the words of the bureau's dictionary."""
    dictionary = snapshot.analyzer.dictionary
    return by_reading(list(dict.fromkeys((*synonyms_of(snapshot).forms, *(word.word for word in dictionary.han)))))


@cache
def _thesaurus() -> Mapping[str, Sequence[str]]:
    return by_reading(list(dict.fromkeys(chain.from_iterable(thesaurus.groups()))))
