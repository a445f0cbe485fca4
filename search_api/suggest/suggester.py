"""Answers one user: what to suggest while a query is typed, and in place of one that found nothing."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import count, product
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from indexer.build.generation import Generation
from indexer.snapshot import Snapshot
from indexer.terms.analyzer import DEFAULT, Analyzer
from search_api.suggest.counts import Seen
from search_api.suggest.index import SuggestionIndex
from search_api.suggest.pinyin import stretches_read_as
from search_api.suggest.texts import Match, spelt
from search_api.suggest.typed import Part, parts_of
from search_api.suggest.types import MAX_TYPED, Entry, Kind, Suggestion

_READ: tuple[Kind, ...] = ("term", "title", "agency")
_TRIED = 50  # texts of a kind that hold the letters in some way, best first, for one that holds them as whole syllables


class Suggester:
    """Suggestions out of the documents that a user may see. Safe from any thread; the first call builds.

    `Suggester(entries)` sees all documents; `seen_by` gives views that share what it has built.

    Measured in processor time on a shared core, with composed titles of 13 characters (eval.bench.documents) in 40
    scopes, median of 20 typed texts and the slowest. 20,000 documents: built once in 5 s and 60 MB; 2 ms, at most 6 ms;
    from a new view of some scopes 4 ms, at most 7 ms. 3,000 documents: built in 0.7 s; 0.9 ms, from a new view 1.5 ms.
    40 sets of scopes in turn, a new view for each text, take 2 ms a text and no memory that stays.
    """

    def __init__(self, entries: Sequence[Entry], analyzer: Analyzer = DEFAULT) -> None:
        self._index = SuggestionIndex(entries, analyzer)
        self._labels: frozenset[str] | None = None

    def seen_by(self, scopes: frozenset[str] | None) -> "Suggester":
        """The same suggestions as from documents of these scopes alone, of all for None; never wider than this one.

        A view adds up what its labels count when it is first asked, and builds nothing: no text, count, order or
        reading shows that other documents exist.
        """
        wanted = self._visible if scopes is None else self._visible & scopes
        if wanted == self._visible:
            return self
        view = Suggester.__new__(Suggester)
        view._index, view._labels = self._index, wanted
        return view

    def suggest(self, typed: str, k: int = 8) -> list[Suggestion]:
        """At most k ways to go on: what holds the typed characters, and only if nothing does, what is read like them.

        养老, yanglao, yang'lao, yangl and yl find 养老金 and 关于养老服务的建议. A match at the beginning comes before
        one at the beginning of a word, and that before any other; then what more documents have, and what is newer. No
        kind takes more than half of the k places while another has more to offer. Of several words the last is
        completed: 社区 养 gives 社区 养老. 单位:民 gives 单位:市民政局; other fields, and a text longer than MAX_TYPED,
        give nothing.
        """
        found: list[Suggestion] = []
        for by_pinyin, part in product((False, True), parts_of(typed)):
            if not (by_pinyin and found):  # characters found something, or yang lao did as one word
                found += self._found(part, k, by_pinyin)
        return _mixed([suggestion for suggestion in found if suggestion.text != typed.strip()], k)

    def nearest_terms(self, query: str, k: int = 6) -> list[str]:
        """At most k of the archive's terms, nearest first, for a query that found nothing: 养劳 gives 养老.

        A query in letters gives the terms that are read so: yanglao gives 养老. See NearestTerms for any other.
        """
        if pattern := self._index.pinyin.pattern(query[:MAX_TYPED], self._readings):
            return [match.text for match in self._index.texts["term"].find(pattern, self._terms, k)]
        return self._index.nearest.find(query[:MAX_TYPED], self._terms, k)

    def read_as(self, letters: str) -> list[str]:
        """The archive's terms, and then the stretches of its titles and agencies, that are read as these letters whole:
        jiazhuangdianti gives 加装电梯."""
        plain = letters.replace(" ", "").replace("'", "")
        if not (pattern := self._index.pinyin.pattern(letters[:MAX_TYPED], self._readings)):
            return []
        holding = [m.text for kind in _READ for m in self._index.texts[kind].find(pattern, self._seen[kind], _TRIED)]
        return list(dict.fromkeys(piece for text in holding for piece in stretches_read_as(text, plain)))

    def _found(self, part: Part, k: int, by_pinyin: bool) -> Iterator[Suggestion]:
        """The first k + 1 of each kind, for one may be what is typed already; those in better places first."""
        pattern = self._index.pinyin.pattern(part.sought, self._readings) if by_pinyin else spelt(part.sought)
        if part.sought and not pattern:  # 单位: asks for all agencies, punctuation for nothing
            return
        found: list[tuple[Kind, Match]] = []
        for kind in part.kinds:
            found += ((kind, match) for match in self._index.texts[kind].find(pattern, self._seen[kind], k + 1))
        for kind, match in sorted(found, key=lambda of_kind: of_kind[1].place):
            documents = None if part.before.strip() else match.documents
            text = part.before + part.field + match.text
            yield Suggestion(text=text, kind=kind, by_pinyin=by_pinyin, documents=documents)

    @cached_property
    def _seen(self) -> Mapping[Kind, Seen]:
        counted = {kind: counts.seen_by(self._columns) for kind, counts in self._index.counts.items()}
        return {"term": self._terms, **counted}

    @cached_property
    def _terms(self) -> Seen:
        return self._index.vocabulary.terms_seen_by(self._columns)

    @cached_property
    def _readings(self) -> NDArray[np.bool_]:
        return self._index.pinyin.readings_seen_by(self._columns)

    @cached_property
    def _columns(self) -> NDArray[np.int64]:
        """The numbers of the labels that this user may see."""
        return np.array(sorted(self._index.labels[label] for label in self._visible), dtype=np.int64)

    @property
    def _visible(self) -> frozenset[str]:
        return frozenset(self._index.labels) if self._labels is None else self._labels


def _mixed(found: Sequence[Suggestion], k: int) -> list[Suggestion]:
    """The first k, in their order; more than half of k of one kind only where the others do not fill the rest."""
    distinct = [*{suggestion.text: suggestion for suggestion in found}.values()]
    of_kind: defaultdict[str, Iterator[int]] = defaultdict(count)  # the key is asked once for each, in their order
    chosen = sorted(distinct, key=lambda suggestion: next(of_kind[suggestion.kind]) >= (k + 1) // 2)[: max(k, 0)]
    return sorted(chosen, key=distinct.index)


_suggesters: WeakKeyDictionary[Generation, Suggester] = WeakKeyDictionary()


def suggester_of(snapshot: Snapshot) -> Suggester:
    """Suggestions out of what a snapshot shows; all snapshots of a generation share what is built for them."""
    generation = snapshot.generation
    if generation not in _suggesters:
        _suggesters[generation] = Suggester(generation.engine.entries(), generation.analyzer)
    return _suggesters[generation].seen_by(snapshot.scopes)
