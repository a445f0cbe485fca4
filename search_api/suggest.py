"""What to offer while a query is typed, and in place of one that found nothing.

Offered are the archive's own titles, agencies and numbers, and the words that its titles use most; all of it is read
off the table of a generation. The texts of a kind lie end to end in one array of characters. What is typed becomes a
Pattern, a small graph of what each next character may be: 养老 is 养, then 老; yanglao is any character read yang, then
any read lao (among other ways to cut it up). One walk over the array finds a pattern everywhere at once.

Owner of pypinyin. Not for: changing a query unasked, ranking letters, the words of bodies and questions.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate, chain, combinations, count, islice, product
from typing import Literal, NamedTuple, get_args
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from pypinyin import lazy_pinyin

from corpus.privacy import mask
from indexer.build.generation import Generation
from indexer.engine.protocol import DocumentEntry
from indexer.snapshot import Snapshot
from indexer.terms import analyzer
from search_api.query.language import QueryError, parse_query

Kind = Literal["term", "agency", "title", "number"]
_KINDS: tuple[Kind, ...] = get_args(Kind)  # equally good matches are offered in this order, in reverse for digits

LONGEST = 40  # characters: whoever has typed more than a title's length wants no completion
_COMMON = 1 / 3  # of the titles: a word in more of them (关于, 建议) tells no letter from another
_FEW = 2  # letters that a term has at least, and that make no word common: of three titles one is a third
_STRIDE = 1024  # more characters than a pattern ever has: 40 are typed, and NFKC makes up to 18 of one
_NOWHERE = np.empty(0, np.int64)
_LONGEST_SYLLABLE = 6  # zhuang
_INITIALS = {"zh", "ch", "sh", *"abcdefghijklmnopqrstuvwxyz"}

_LETTERS = re.compile(r"[a-z][a-z'’\s]*")
_FIELD = re.compile(r"(?P<before>(?:.*\s)?)(?P<field>-?\w{1,12}[:：]\s*)(?P<value>\S*)", re.DOTALL)
_LAST_WORD = re.compile(r"(?P<before>.*\s)(?P<word>\S+)", re.DOTALL)
_PUNCTUATION = re.compile(r"[\W_]+")

Pattern = Sequence[Sequence[tuple[int, Collection[str]]]]
"""Of each step the ways on: to which later step, over which characters. A pattern ends at step len(pattern)."""


class Suggestion(BaseModel):
    """`text` is the query to go on with; `letters` have what completes it, None where other words stand before that."""

    model_config = ConfigDict(frozen=True)

    text: str
    kind: Kind
    by_pinyin: bool
    letters: int | None


class Suggester:
    """Suggestions out of one generation. Safe from any thread; the first call builds.

    Measured with 20,000 letters, titles of 20 characters: built in 1.4 s of a quiet core's time (2.5 s beside other
    work), two thirds of them in analyzer.words; then a text takes 2 ms (median of thirty), 7 ms at most.
    """

    def __init__(self, entries: Sequence[DocumentEntry]) -> None:
        self._entries = entries

    def suggest(self, typed: str, k: int = 8) -> list[Suggestion]:
        """At most k ways to go on: what holds the typed characters, and only if nothing does, what is read like them.

        养老, yanglao, yang'lao, yangl and yl find 养老金 and 关于养老服务的建议. A match at the beginning comes before
        one at the beginning of a word, and that before any other; then what more letters have, and what is newer. No
        kind takes more than half of the k places while another has more to offer. Of several words the last is
        completed: 社区 养 gives 社区 养老. 单位:民 gives 单位:市民政局; other fields, and a text longer than LONGEST,
        give nothing.
        """
        found: list[Suggestion] = []
        for by_pinyin, scope in product((False, True), _scopes(typed)):
            if not (by_pinyin and found):  # characters found something, or yang lao did as one word
                found += self._found(scope, k, by_pinyin)
        return _mixed([suggestion for suggestion in found if suggestion.text != typed.strip()], k)

    def nearest_terms(self, query: str, k: int = 6) -> list[str]:
        """At most k of the archive's terms, nearest first, for a query that found nothing: 养劳 gives 养老.

        Nearness is Dice's coefficient over distinct characters; a term that is read as a stretch of the query where no
        term stands as written counts as if it stood there. What is half as near as the nearest or less is left out. Of
        a query in letters, the terms that are read so: yanglao gives 养老.
        """
        if pattern := self._pinyin.pattern(query[:LONGEST]):
            return [term for _, term, _ in islice(self._texts["term"].find(pattern), max(k, 0))]
        sought = "".join(analyzer.characters(query[:LONGEST]))
        characters, homophones = set(sought), self._homophones(sought)
        distinct = {term: set(term) for term in self._readings if term != sought}
        shared = {term: len(own if term in homophones else own & characters) for term, own in distinct.items()}
        nearness = {term: 2 * n / (len(distinct[term]) + len(characters)) for term, n in shared.items() if n}
        ordered = sorted(nearness, key=lambda term: -nearness[term])  # stable: ties stay in the terms' own order
        return [term for term in ordered if nearness[term] > nearness[ordered[0]] / 2][: max(k, 0)]

    def _found(self, scope: "_Scope", k: int, by_pinyin: bool) -> Iterator[Suggestion]:
        """Of each kind the first k + 1, for one may be what is typed already; those in better places first."""
        spelt = [[(end, character)] for end, character in enumerate(_key(scope.sought), 1)]
        pattern = self._pinyin.pattern(scope.sought) if by_pinyin else spelt
        if scope.sought and not pattern:  # of 单位: all agencies are asked for, of punctuation nothing
            return
        found = [(kind, *match) for kind in scope.kinds for match in islice(self._texts[kind].find(pattern), k + 1)]
        for kind, _, text, letters in sorted(found, key=lambda match: match[1]):
            counted = None if scope.before.strip() else letters
            yield Suggestion(text=scope.before + scope.field + text, kind=kind, by_pinyin=by_pinyin, letters=counted)

    def _homophones(self, sought: str) -> set[str]:
        """Terms that are read as a stretch of the text in which no term stands as written."""
        for term in self._readings:
            sought = sought.replace(term, "|" * len(term))
        read = f" {' '.join(_syllables(sought))} "
        return {term for term, reading in self._readings.items() if f" {reading} " in read}

    @cached_property
    def _readings(self) -> Mapping[str, str]:
        """The frequent terms and their syllables: 养老 is "yang lao"."""
        terms = [term for term, _ in self._texts["term"].counted]
        readings = " ".join(_syllables("|".join(terms))).split(" | ")  # no terms have one, the empty one
        return dict(zip(terms, readings, strict=False))

    @cached_property
    def _pinyin(self) -> "_Pinyin":
        words = {*chain.from_iterable(self._words.values())}
        characters = set().union(*(texts.characters for texts in self._texts.values()))
        return _Pinyin(words | (characters - {*"".join(words)}))

    @cached_property
    def _words(self) -> Mapping[str, Sequence[str]]:
        """Those of two characters or more of each title and agency that may be offered: that holds no personal data."""
        texts = dict.fromkeys(text for entry in self._entries for text in (entry.title, entry.agency) if text)
        return {text: [word for word in analyzer.words(text) if len(word) > 1] for text in texts if mask(text) == text}

    @cached_property
    def _texts(self) -> Mapping[Kind, "_Texts"]:
        # Newest first, and so they stay among those that as many letters have.
        letters = sorted(self._entries, key=lambda entry: (entry.replied_on or "", entry.doc_id), reverse=True)
        titles = [letter.title for letter in letters if letter.title and letter.title in self._words]
        agencies = [letter.agency for letter in letters if letter.agency and letter.agency in self._words]
        numbers = [n for letter in letters for n in dict.fromkeys((*letter.proposal_numbers, letter.doc_number)) if n]
        words = self._words.__getitem__
        return {
            "term": _Texts(_frequent([words(title) for title in titles]), lambda term: [term]),
            "agency": _Texts(Counter(agencies).most_common(), words),
            "title": _Texts(Counter(titles).most_common(), words),
            "number": _Texts(Counter(numbers).most_common(), re.compile(r"\d+").findall),
        }


class _Texts:
    """The texts of a kind and how many letters have each, best first. A match had better begin at one of its words."""

    def __init__(self, counted: Sequence[tuple[str, int]], words: Callable[[str], Iterable[str]]) -> None:
        self.counted = counted
        keys = [_key(text) + "\0" for text, _ in counted]
        sizes = np.array([len(key) for key in keys], dtype=np.int64)
        starts = np.cumsum(sizes) - sizes
        inside: list[int] = []
        for start, key, (text, _) in zip(starts.tolist(), keys, counted, strict=True):
            inside += [start + at for at in map(key.find, words(text)) if at >= 0]
        self.characters = {*"".join(keys)}
        self._codes = np.frombuffer("".join(keys).encode("utf-32-le"), np.uint32)
        self._text = np.repeat(np.arange(len(keys)), sizes)
        self._place = np.full(len(self._codes), 2)
        self._place[inside] = 1
        self._place[starts] = 0
        self._by_code = np.argsort(self._codes, kind="stable")
        self._first = np.searchsorted(self._codes[self._by_code], np.arange(self._codes.max(initial=0) + 2))

    def find(self, pattern: Pattern) -> Iterator[tuple[int, str, int]]:
        """Where a text holds the pattern (0: at its beginning, 1: at a word's, 2: elsewhere), the text, its letters."""
        begins, seen = self._begins(pattern), set()
        held = np.zeros((3, len(self.counted)), dtype=bool)
        held[self._place[begins], self._text[begins]] = True
        for place, text in zip(*np.nonzero(held), strict=True):
            if text not in seen:
                seen.add(text)
                yield int(place), *self.counted[text]

    def _begins(self, pattern: Pattern) -> NDArray[np.int64]:
        """Where the pattern begins. The walk keeps of each way where it began and how far it got, as one number."""
        reached = [[_NOWHERE] for _ in range(len(pattern) + 1)]
        for step, ways in enumerate(pattern):
            here = np.concatenate(reached[step])
            codes = self._codes[here // _STRIDE + here % _STRIDE]
            for end, characters in ways:
                accepted = np.zeros(len(self._first), dtype=bool)
                accepted[[code for code in map(ord, characters) if code < len(accepted)]] = True
                on = here[accepted[codes]] if step else self._standing(accepted) * _STRIDE
                reached[end].append(on + 1)
        return np.concatenate(reached[-1]) // _STRIDE if pattern else np.arange(len(self._codes))

    def _standing(self, accepted: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Where any of the characters stands."""
        codes = np.flatnonzero(accepted[:-1])
        return np.concatenate([_NOWHERE, *(self._by_code[self._first[c] : self._first[c + 1]] for c in codes)])


class _Pinyin:
    """Which characters are read as given letters: as the archive's own words read them.

    行 is hang where the archive has 银行, and heng never. Letters are read as themselves: appshiyong is APP使用.
    """

    def __init__(self, words: Iterable[str]) -> None:
        joined = "|".join(sorted(words))
        self._read: defaultdict[str, set[str]] = defaultdict(set)
        self._begun: defaultdict[str, set[str]] = defaultdict(set)
        for character, reading in set(zip(joined, _syllables(joined), strict=True)):
            for spelling in {reading, reading.replace("ve", "ue")}:  # 略 is lve by the book, lue for many
                self._read[spelling].add(character)
                for end in range(1, len(spelling) + 1):
                    self._begun[spelling[:end]].add(character)

    def pattern(self, typed: str) -> Pattern:
        """Every way to cut letters into syllables and initials, the last syllable finished or not; [] without letters.

        yangl is yang l…, ya n g l…, y an g l… and y a n g l…. No syllable reaches over a space or an apostrophe.
        """
        plain = analyzer.normalise(typed).strip()
        if not _LETTERS.fullmatch(plain):
            return []
        parts = re.split(r"['’\s]+", plain)
        letters, borders = "".join(parts), list(accumulate(map(len, parts)))
        pattern: list[list[tuple[int, Collection[str]]]] = [[] for _ in letters]
        for at in reversed(range(len(letters))):  # from the end, to leave out what leads nowhere
            furthest = min(at + _LONGEST_SYLLABLE, next(border for border in borders if border > at))
            for end in range(at + 1, furthest + 1):
                piece, is_last = letters[at:end], end == len(letters)
                characters = (self._begun if is_last or piece in _INITIALS else self._read).get(piece, ())
                if characters and (is_last or pattern[end]):
                    pattern[at].append((end, characters))
        return pattern


class _Scope(NamedTuple):
    """A part of what is typed that may be completed, what stands before it, and by which kinds."""

    before: str
    field: str
    sought: str
    kinds: Sequence[Kind]


def _scopes(typed: str) -> list[_Scope]:
    """The value of a field, if it is that of agencies; or the whole text, and then the last of several words."""
    if not typed.strip() or len(typed) > LONGEST:
        return []
    if field := _FIELD.fullmatch(typed):
        try:
            wanted = parse_query(f"{field['field']}x").wanted
        except QueryError:
            return []
        if wanted:  # and not 尊敬的书记：, which is prose
            return [_Scope(field[1], field[2], field[3], ("agency",))] if wanted.agencies else []
    whole = _Scope("", "", typed, _KINDS[::-1] if re.search(r"\d", typed) else _KINDS)
    last = _LAST_WORD.fullmatch(typed)
    return [whole, _Scope(last[1], "", last[2], ("term", "agency"))] if last else [whole]


def _frequent(titles: Sequence[Sequence[str]]) -> list[tuple[str, int]]:
    """The titles' words of two Chinese characters or more that are neither rare nor common, counted by letters.

    A part that never stands without its whole is no word: 公积 and 积金 beside 公积金.
    """
    counts = Counter(chain.from_iterable(map(dict.fromkeys, titles)))
    most = max(len(titles) * _COMMON, _FEW)
    spans = ((word, word[at:end]) for word in counts for at, end in combinations(range(len(word) + 1), 2))
    parts = {part for word, part in spans if part != word and counts[part] == counts[word]}
    chosen = [(word, n) for word, n in counts.most_common() if _FEW <= n <= most and word not in parts]
    return [(word, n) for word, n in chosen if len(analyzer.characters(word)) == len(word) >= 2 and mask(word) == word]


def _mixed(found: Sequence[Suggestion], k: int) -> list[Suggestion]:
    """The first k, in their order; more than half of k of one kind only where the others do not fill the rest."""
    distinct = [*{suggestion.text: suggestion for suggestion in found}.values()]
    of_kind: defaultdict[str, Iterator[int]] = defaultdict(count)  # the key is asked once for each, in their order
    chosen = sorted(distinct, key=lambda suggestion: next(of_kind[suggestion.kind]) >= (k + 1) // 2)[: max(k, 0)]
    return sorted(chosen, key=distinct.index)


def _key(text: str) -> str:
    """What is compared: letters, digits and Chinese characters. 福民函[2020]4 begins 福民函〔2020〕43号."""
    return _PUNCTUATION.sub("", analyzer.normalise(text))


def _syllables(text: str) -> list[str]:
    """One for each character; one that has no reading stands for itself."""
    return lazy_pinyin(text, errors=list)  # type: ignore[arg-type]  # its stubs do not know of lists


_suggesters: WeakKeyDictionary[Generation, dict[frozenset[str] | None, Suggester]] = WeakKeyDictionary()


def suggester_of(snapshot: Snapshot) -> Suggester:
    """Suggestions out of what a snapshot shows."""
    known = _suggesters.setdefault(snapshot.generation, {})
    if snapshot.scopes not in known:
        known[snapshot.scopes] = Suggester(snapshot.engine.entries())
    return known[snapshot.scopes]
