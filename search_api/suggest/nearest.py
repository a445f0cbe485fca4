"""The archive's terms nearest to a query that found nothing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from indexer.terms import analyzer
from search_api.suggest.counts import Seen
from search_api.suggest.pinyin import syllables


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
        """At most k visible terms, nearest first.

        Nearness is Dice's coefficient over distinct characters; a term that is read as a stretch of the query where no
        term stands as written counts as if it stood there. What is half as near as the nearest or less is left out.
        """
        sought = "".join(analyzer.characters(query))
        shared: defaultdict[int, int] = defaultdict(int)
        for character in set(sought):
            for term in self._by_character.get(character, ()):
                shared[term] += 1
        for term in self._homophones(sought, seen):
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
