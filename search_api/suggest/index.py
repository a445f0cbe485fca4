"""Everything that can be suggested out of an archive, built once over all documents and counted by scope label."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain

from corpus.privacy import MASK
from indexer.terms.analyzer import DEFAULT, Analyzer
from search_api.suggest.counts import Counts
from search_api.suggest.nearest import NearestTerms
from search_api.suggest.pinyin import Pinyin, Shown
from search_api.suggest.terms import Vocabulary
from search_api.suggest.texts import Texts, key_of
from search_api.suggest.types import Entry, Kind


class SuggestionIndex:
    """The texts of each kind, what they are counted by, and how they are read. Each part is built when first used."""

    def __init__(self, entries: Sequence[Entry], analyzer: Analyzer = DEFAULT) -> None:
        self._entries, self._analyzer = entries, analyzer

    @cached_property
    def labels(self) -> Mapping[str, int]:
        """The scope labels of the documents, numbered."""
        return {label: number for number, label in enumerate(sorted({entry.scope for entry in self._entries}))}

    @cached_property
    def texts(self) -> Mapping[Kind, Texts]:
        """What is searched for matches."""
        words = self._words.__getitem__
        return {
            "term": Texts(self.vocabulary.words, lambda term: [term]),
            "agency": Texts(self.counts["agency"].texts, words),
            "title": Texts(self.counts["title"].texts, words),
            "number": Texts(self.counts["number"].texts, re.compile(r"\d+").findall),
        }

    @cached_property
    def counts(self) -> Mapping[Kind, Counts]:
        """How many documents have each title, agency and number; the same order as in `texts`."""
        size = len(self.labels)
        return {
            "agency": Counts(((text, label) for _, text, label in self._named if text in self._words), size),
            "title": Counts(((text, label) for text, _, label in self._named if text in self._words), size),
            "number": Counts(self._numbers(), size),
        }

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words of the titles, as `texts` has them under "term"."""
        titles = [(self._words[title], label) for title, _, label in self._named if title in self._words]
        return Vocabulary(titles, len(self.labels))

    @cached_property
    def nearest(self) -> NearestTerms:
        """Terms by their likeness to a query."""
        return NearestTerms(self.vocabulary.words, self.vocabulary.candidates(), self.pinyin.read_as)

    @cached_property
    def pinyin(self) -> Pinyin:
        """Characters by how the archive's words are read."""
        return Pinyin([self._shown(label) for label in self.labels.values()])

    @cached_property
    def _newest(self) -> Sequence[Entry]:
        """Newest first, and so texts stay among those that as many documents have."""
        return sorted(self._entries, key=lambda entry: (entry.replied_on or "", entry.doc_id), reverse=True)

    @cached_property
    def _named(self) -> Sequence[tuple[str, str, int]]:
        """Title, agency and label of each document, newest first; "" where there is none."""
        return [(entry.title or "", entry.agency or "", self.labels[entry.scope]) for entry in self._newest]

    @cached_property
    def _words(self) -> Mapping[str, Sequence[str]]:
        """Words of two characters or more of each title and agency that may be offered: of which nothing is masked."""
        texts = dict.fromkeys(text for title, agency, _ in self._named for text in (title, agency) if text)
        found = {text: self._analyzer.words(text) for text in texts if MASK not in text}
        return {text: [word for word in words if len(word) > 1] for text, words in found.items()}

    def _numbers(self) -> Iterator[tuple[str, int]]:
        for entry in self._newest:
            numbers = dict.fromkeys((*entry.proposal_numbers, entry.doc_number))
            yield from ((number, self.labels[entry.scope]) for number in numbers if number)

    def _shown(self, label: int) -> Shown:
        named = {*self.counts["title"].texts_of(label), *self.counts["agency"].texts_of(label)}
        words = set(chain.from_iterable(map(self._words.__getitem__, named)))
        return Shown(words, set(key_of("".join([*named, *self.counts["number"].texts_of(label)]))))
