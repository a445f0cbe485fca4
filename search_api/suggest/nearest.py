"""The archive's terms nearest to a query that found nothing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from indexer.terms import analyzer
from search_api.suggest.counts import Seen
from search_api.suggest.pinyin import syllables

_MIN_EDITED = 3  # characters of a word that an edit may change


class NearestTerms:
    """Looks terms up by what they are, by how they are read, and by their characters.

    `words` are a Vocabulary's, `candidates` the numbers of those that may be terms; `read_as` has their syllables.
    """

    def __init__(self, words: Sequence[str], candidates: Iterable[int], read_as: Mapping[str, Sequence[str]]) -> None:
        self._words = words
        self._number = {words[number]: number for number in candidates}
        self._by_reading: defaultdict[str, list[int]] = defaultdict(list)
        self._by_character: defaultdict[str, list[int]] = defaultdict(list)
        for word, number in self._number.items():
            self._by_reading[" ".join(read_as[word])].append(number)
            for character in set(word):
                self._by_character[character].append(number)

    def find(self, query: str, seen: Seen, k: int) -> list[str]:
        """At most k visible terms, nearest first: those that stand in the query, that are read as a stretch of it in
        which no term stands as written, or that are one edit from a stretch, both of three characters or more (of two,
        one edit leaves a single one: 提车 is not 提案).

        Nearness is Dice's coefficient over distinct characters; a term read as a stretch counts as if it stood there.
        What is half as near as the nearest or less is left out.
        """
        sought = "".join(analyzer.characters(query))
        shared: dict[int, int] = defaultdict(int)
        for character in set(sought):
            for term in self._by_character.get(character, ()):
                shared[term] += 1
        read_so = self._homophones(sought, seen)
        shared = {term: n for term, n in shared.items() if _is_one_edit_from_part(self._words[term], n, sought)}
        for term in read_so:
            shared[term] = len(set(self._words[term]))
        length = len(set(sought))
        nearness = {
            term: 2 * n / (len(set(self._words[term])) + length)
            for term, n in shared.items()
            if seen.documents[term] and self._words[term] != sought
        }
        ordered = sorted(nearness, key=lambda term: (-nearness[term], seen.rank(term)))
        return [self._words[term] for term in ordered if nearness[term] > nearness[ordered[0]] / 2][: max(k, 0)]

    def _homophones(self, sought: str, seen: Seen) -> set[int]:
        """Visible terms that are read as a stretch of the text in which no visible term stands as written."""
        spans = list(combinations(range(len(sought) + 1), 2))
        written = {self._number[piece] for start, end in spans if (piece := sought[start:end]) in self._number}
        for term in sorted((term for term in written if seen.documents[term]), key=seen.rank):
            sought = sought.replace(self._words[term], "|" * len(self._words[term]))
        read = syllables(sought)
        readings = {" ".join(read[start:end]) for start, end in spans}
        return {term for reading in readings for term in self._by_reading.get(reading, ()) if seen.documents[term]}


def _is_one_edit_from_part(term: str, shared: int, text: str) -> bool:
    """Whether a term stands in a text, or differs from a stretch of it by one character put in, left out or changed."""
    if term in text:
        return True
    length = len(term)
    if length < _MIN_EDITED or shared < len(set(term)) - 1:
        return False
    stretches = (text[at : at + n] for n in (length - 1, length, length + 1) for at in range(len(text) - n + 1))
    return any(len(stretch) >= _MIN_EDITED and _is_one_edit(term, stretch) for stretch in stretches)


def _is_one_edit(one: str, other: str) -> bool:
    """Whether two different words are at a Levenshtein distance of 1."""
    short, long = sorted((one, other), key=len)
    same = next((at for at, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return short[same + (len(short) == len(long)) :] == long[same + 1 :]
