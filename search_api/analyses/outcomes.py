"""What became of a commitment: kept, late or dropped by the words of a later document on the same matter.

Never without a quotation: where no later sentence is close enough and says so, nothing became of it. Not for: which
later documents to look through.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import fsum, log
from typing import NamedTuple

from corpus.facts.deadlines import find_deadlines
from corpus.language.sentences import sentence_spans
from corpus.language.shingles import shingles
from search_api.analyses.statuses import Became


class Promise(NamedTuple):
    """A commitment as a document states it; `around` is the passage in which it stands."""

    doc_id: str
    replied_on: date | None
    around: str
    quote: str
    by: date | None


class LaterPassage(NamedTuple):
    """A passage in which the outcome of a promise may stand."""

    doc_id: str
    passage_id: str
    replied_on: date | None
    text: str


@dataclass(frozen=True, order=True)
class Evidence:
    """The words that show the outcome, literally in the passage."""

    doc_id: str
    passage_id: str
    quote: str


class Outcome(NamedTuple):
    """What became of a promise, and the words that show it."""

    status: Became
    evidence: Evidence


class _Said(NamedTuple):
    status: Became
    closeness: float
    day: date
    evidence: Evidence


_DROPPED = re.compile(
    r"不再(?:执行|提|建设|列|扩大|推)|没有再|停用|放弃|取消(?:了|原)|安排不再|不列(?:期限|时间)|没有安排(?:新增|资金)|没有保留|不设[^，。；]{0,6}时间表"
)
_LATE = re.compile(
    r"晚了?[^，。；]{0,6}(?:年|月|天)|(?:没有|未能?)(?:按期|如期|守住|实现|达到|完成)|推迟|延期|顺延|才(?:全|完|建|开|投|达|进|实|告)|实际投入|缺口[^，。；]{0,16}补齐|原[定计][^。；]{0,30}(?:实际|截至)"
    r"|调整为20|改为20|尚未覆盖|没有[^，。；]{0,6}达到|与原定[^，。；]{0,8}(?:差|晚)|失约|没有兑现|试运营(?:时间)?(?:调整|预计)"
)
_KEPT = re.compile(r"如期|提前完成|兑现|(?:高于|超过)[^，。；]{0,14}(?:计划|目标)|按期|(?:增|达|扩大)至[0-9]")
_LEFT = re.compile(r"剩余|余下|尚未|尚有|还差|已有[0-9]+[^，。；]{0,4}(?:完成|建成|实施)|有[0-9]+[^，。；]{0,6}已经")
_DONE = re.compile(r"投用|开放|启用|建成|完成|启动|通[车水]|开[学业通]|施行|纳入|达到|建起")
_STOP = re.compile(r"[\W_0-9]|[的了在和与及将为由到年月日底前后内我局委市区县个家处]")
_MIN_CLOSENESS = 0.34  # found on the judged set (eval/sample): below, it is mostly another matter
_MIN_ALIKE, _MIN_SHARED = 0.05, 0.15  # likewise: of two passages, and of a promise's words and a sentence's
_NEARLY = 0.05  # two promises about as close to a sentence may both be meant
_SAME_FIGURE = 0.15  # what a figure of the promise adds that the sentence states too
_FIGURE = re.compile(r"[0-9][0-9.]*\s*[万亿]?(?![年月日0-9.])[\u4e00-\u9fff%]|[0-9]{4}年底?")


def outcomes(promises: Sequence[Promise], later: Sequence[LaterPassage], rarity: "Rarity") -> list[Outcome | None]:
    """The outcome of each promise of one document, in order; None where no words show it.

    A later sentence shows the outcome of the promise that it is closest to, and of no other of the document; of several
    sentences the closest counts, of those as close the latest.
    """
    said = [(i, found) for i, promise in enumerate(promises) for found in _sayings_after(promise, later, rarity)]
    closest: dict[Evidence, float] = {}
    for _, found in said:
        closest[found.evidence] = max(found.closeness, closest.get(found.evidence, 0.0))
    shown: list[Outcome | None] = []
    for i in range(len(promises)):
        own = [found for at, found in said if at == i and found.closeness >= closest[found.evidence] - _NEARLY]
        best = max(own, key=lambda found: (round(found.closeness, 1), found.day, found.evidence), default=None)
        shown.append(Outcome(best.status, best.evidence) if best else None)
    return shown


def _sayings_after(promise: Promise, later: Sequence[LaterPassage], rarity: "Rarity") -> Iterable[_Said]:
    """What the passages say of a promise that are later than it and about its matter."""
    after = [
        (rarity.alike(promise.around, passage.text), passage)
        for passage in later
        if promise.replied_on and passage.replied_on and passage.replied_on > promise.replied_on
    ]
    closest = max((alike for alike, _ in after), default=0.0)
    for alike, passage in after:
        if alike >= max(_MIN_ALIKE, closest / 2):
            yield from _sayings(promise, passage, alike, rarity)


class Rarity:
    """How much two characters side by side tell about a matter: the rarer in the archive, the more."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._counts: Counter[str] = Counter()
        self._texts = 0
        self._wholes: dict[str, float] = {}
        for text in texts:
            self._texts += 1
            self._counts.update(_pairs(text))

    def shared(self, promise: str, sentence: str) -> float:
        """The weight of what a sentence shares with a promise, as a share of all the promise's words; 0 to 1."""
        words = _pairs(promise)
        whole = self._sum(words)
        return self._sum(words & _pairs(sentence)) / whole if whole else 0.0

    def alike(self, a: str, b: str) -> float:
        """How much of the weight of two texts' words they share; 0 to 1."""
        whole = (self._whole(a) * self._whole(b)) ** 0.5
        return self._sum(_pairs(a) & _pairs(b)) / whole if whole else 0.0

    def _whole(self, text: str) -> float:
        if text not in self._wholes:
            self._wholes[text] = self._sum(_pairs(text))
        return self._wholes[text]

    def _sum(self, pairs: Iterable[str]) -> float:
        return fsum(map(self._weight, pairs))

    def _weight(self, pair: str) -> float:
        return log((1 + self._texts) / (1 + self._counts[pair]))


@lru_cache(maxsize=10_000)
def _pairs(text: str) -> frozenset[str]:
    return frozenset(shingles(_STOP.sub(" ", text).split(), 2))


def _sayings(promise: Promise, passage: LaterPassage, alike: float, rarity: "Rarity") -> Iterable[_Said]:
    figures = _figures(promise.quote)
    for start, end in sentence_spans(passage.text):
        sentence = passage.text[start:end].strip()
        status = _status(sentence, promise, passage)
        if status is None or passage.replied_on is None:
            continue
        same = min(len(figures & _figures(sentence)), 2)
        shared = rarity.shared(promise.quote, sentence)
        closeness = shared / 2 + 2 * alike + _SAME_FIGURE * same
        if closeness >= _MIN_CLOSENESS and (same or shared >= _MIN_SHARED):
            evidence = Evidence(passage.doc_id, passage.passage_id, sentence)
            yield _Said(status, closeness, passage.replied_on, evidence)


def _figures(text: str) -> set[str]:
    return {"".join(figure.split()) for figure in _FIGURE.findall(text)}


def _status(sentence: str, promise: Promise, passage: LaterPassage) -> Became | None:
    """What a sentence says of the promise, by its words, or by the day on which it says that something was done."""
    said: tuple[tuple[Became, re.Pattern[str]], ...] = (("dropped", _DROPPED), ("late", _LATE), ("kept", _KEPT))
    if status := next((status for status, pattern in said if pattern.search(sentence)), None):
        return status
    overdue = promise.by and passage.replied_on and passage.replied_on > promise.by
    if overdue and _LEFT.search(sentence):
        return "late"
    days = [found.by for found in find_deadlines(sentence, passage.replied_on) if found.by]
    done = [day for day in days if passage.replied_on and day <= passage.replied_on]
    if promise.by and done and _DONE.search(sentence):
        return "kept" if done[-1] <= promise.by else "late"
    return None
