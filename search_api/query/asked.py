"""A query as it is searched: what it names, and the words that are left to look for in the texts."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.language.sentences import without_courtesy
from indexer.engine.protocol import Engine, Keys
from indexer.snapshot import Snapshot
from search_api.query.abbreviations import synonyms_of
from search_api.query.by_sound import written_out
from search_api.query.language import ParsedQuery
from search_api.query.named import Named
from search_api.query.names import names_of
from search_api.query.stock_words import stock_words, without_stock_words

_CONNECTS = re.compile(r"[\s，、。的和与及之对就由在向给]*")
"""What may be left of a query that says nothing but names: 欧阳敏委员的."""


@dataclass(frozen=True)
class Asked:
    """`text` is what the texts are asked for, with the other forms of abbreviations; empty where nothing is left."""

    text: str
    named: tuple[Named, ...] = ()
    written_out: str | None = None
    """What was typed in pinyin, in characters; None where nothing was."""
    ways: tuple[str, ...] = ()
    """The query in each form of its abbreviations, where it has several: a document is as near as by the nearest."""

    def share_named(self, documents: Keys) -> NDArray[np.float64]:
        """The share of what is named that each document has; of two bureaus or two years one is enough."""
        of_kind: dict[str, list[Keys]] = {}
        for named in self.named:
            of_kind.setdefault(named.kind, []).append(named.documents)
        held = [np.isin(documents, np.concatenate(keys)) for keys in of_kind.values()]
        return np.mean(held, axis=0, dtype=np.float64) if held else np.zeros(len(documents))

    def preferred(self, documents: Keys, score: NDArray[np.float64], gain: float) -> NDArray[np.float64]:
        """The scores of documents, with what each has of what is named added as far as it is near.

        A bureau's reply on something else does not come before another bureau's on the matter: the middle candidate
        gains nothing, and one half as far from it as the best gains the root of a half. `gain` is what one thing named
        is worth, in distances of the best from the middle. Whoever names a member asks for that member's documents.
        """
        if not self.named or not len(score):
            return score
        middle = float(np.median(score))
        spread = float(score.max()) - middle
        nearness = np.sqrt(np.clip((score - middle) / spread, 0, 1)) if spread > 0 else np.ones(len(score))
        things = len({name.kind for name in self.named})
        preferred = score + gain * things * max(spread, 1.0) * nearness * self.share_named(documents)
        of_member = [name.documents for name in self.named if name.kind == "member"]
        if of_member:
            preferred += np.isin(documents, np.concatenate(of_member)) * (float(np.ptp(preferred)) + 1)
        return np.asarray(preferred, dtype=np.float64)


def asked_of(snapshot: Snapshot, parsed: ParsedQuery) -> Asked:
    """Reads a query with what the snapshot's documents have."""
    typed = unicodedata.normalize("NFKC", parsed.spoken)
    spoken = written_out(snapshot, typed) if typed.strip() else ""
    named = tuple(names_of(snapshot).found(spoken)) if spoken else ()
    text = _without(spoken, named, parsed.wanted.phrases) if named or spoken != typed else parsed.text
    text = without_stock_words(snapshot, without_courtesy(text))
    if not text and all(name.kind == "kind" and stock_words(snapshot, [name.text]) for name in named):
        named = ()  # 建议 beside other words is a kind of document, and alone a word that stands everywhere
    synonyms, held = synonyms_of(snapshot), _Held(snapshot.engine)
    ways = tuple(synonyms.ways(text, held))
    return Asked(synonyms.expanded(text, held), named, spoken if spoken != typed else None, ways)


class _Held:
    """Whether any document holds a form; each is looked up once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: dict[str, bool] = {}

    def __call__(self, form: str) -> bool:
        if form not in self._known:
            self._known[form] = len(self._engine.containing(form)) > 0
        return self._known[form]


def _without(spoken: str, named: Sequence[Named], phrases: Sequence[str]) -> str:
    """The words without those that name something, and the phrases. A district is also looked for in the texts, but
    asks for nothing alone."""
    rest, bare, at = "", "", 0
    for name in named:
        before = spoken[at : name.start]
        rest, bare, at = f"{rest}{before} {name.text if name.stays else ''}", f"{bare}{before} ", name.end
    if named and _CONNECTS.fullmatch(bare + spoken[at:]):
        return " ".join(phrases)
    return " ".join([*(rest + spoken[at:]).split(), *phrases])
