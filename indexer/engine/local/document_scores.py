"""BM25 and coverage of whole documents for one query, whose terms are looked up in the postings once.

Not for: the postings themselves, and what is counted without a query (see postings.py).
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer import deadline
from indexer.engine.local.postings import FIELDS, Postings, Statistics, TermPostings, among
from indexer.engine.parameters import RankingParameters
from indexer.terms.kinds import KINDS, Kind, Terms


class _OfKind(NamedTuple):
    """The query's terms of one kind: `weight` and `holding` of each, `found` says which have `fields`."""

    number: int
    weight: NDArray[np.float64]
    holding: NDArray[np.float64]
    found: NDArray[np.bool_]
    fields: tuple[TermPostings, ...]


class DocumentScores:
    """The documents of an archive scored for one query by one user's statistics. Belongs to one request."""

    def __init__(self, postings: Postings, terms: Terms, weights: Mapping[Kind, float], of: Statistics) -> None:
        self._postings, self._terms, self._of = postings, terms, of
        self._kinds = [
            self._looked_up(number, kind, terms[kind], weights[kind])
            for number, kind in enumerate(KINDS)
            if terms.get(kind) and weights[kind] > 0
        ]

    def bm25(self, ranking: RankingParameters) -> NDArray[np.float64]:
        """BM25 of every document, shape (n,): over fields, the terms' weights by kind times 1 + ln(count in the query).

        score = sum of weight * idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / mean length)), with the idf
        ln(1 + (N - n + 0.5) / (n + 0.5)) of Robertson and Zaragoza, The Probabilistic Relevance Framework (2009), kept
        positive as Lucene does. The logarithm is measured: a term that stands ten times in a pasted message counts
        like three, messages 0.787 to 0.790 alone and 0.801 to 0.808 fused. Documents that may not be seen have scores
        too, without meaning.
        """
        total = np.zeros(len(self._postings))
        for kind in self._kinds:
            idf = _idf(kind.holding, self._of.documents)
            weight = (kind.weight * idf * (ranking.k1 + 1))[kind.found]
            for place, found in enumerate(kind.fields):
                deadline.check()
                mean = max(float(self._of.mean_lengths[place, kind.number]), 1e-9)
                norm = self._postings.lengths[place, kind.number][found.documents] * np.float64(
                    ranking.k1 * ranking.b / mean
                )
                norm += ranking.k1 * (1 - ranking.b)
                counts = found.counts.astype(np.float64)
                norm += counts
                part = np.repeat(weight, found.sizes)
                part *= counts
                part /= norm
                total += np.bincount(found.documents, part, minlength=len(total))
        return total

    def coverage(self, ordinals: NDArray[np.int64], absent: int) -> tuple[NDArray[np.float64], float]:
        """The share of the query's terms that each of these documents holds, weighted by rarity (ordinals ascend); and
        the share that any document holds.

        Rarity is the idf among all documents and `absent` others that hold none of the terms.
        """
        held, asked, known = np.zeros(len(ordinals)), 0.0, 0.0
        for kind in self._kinds:
            weight = kind.weight * _idf(kind.holding, self._of.documents + absent)
            asked += float(weight.sum())
            known += float(weight[kind.holding > 0].sum())
            held += self._held(kind, weight[kind.found], ordinals)
        return (held / asked, known / asked) if asked else (held, 0.0)

    def rarest(self, k: int) -> dict[Kind, dict[str, int]]:
        """The k terms of each kind that the fewest documents hold, ties by term; those that none holds come last.

        Of a pasted text, passages are asked for no more: each term is a clause in every field.
        """
        chosen: dict[Kind, dict[str, int]] = {}
        for kind in self._kinds:
            name = KINDS[kind.number]
            held = zip(self._terms[name].items(), kind.holding.tolist(), strict=True)
            ordered = sorted(held, key=lambda term: (term[1] or math.inf, term[0][0]))
            chosen[name] = dict(term for term, _ in ordered[:k])
        return chosen

    def _looked_up(self, number: int, kind: Kind, counts: Mapping[str, int], weight: float) -> _OfKind:
        rows, found = self._postings.rows(kind, counts)
        fields = tuple(self._postings.gathered(field, rows) for field in FIELDS)
        holding = np.zeros(len(counts))
        holding[found] = self._holding(fields)
        repeated = np.fromiter(counts.values(), dtype=np.float64, count=len(counts))
        return _OfKind(number, weight * (1 + np.log(repeated)), holding, found, fields)

    def _holding(self, fields: tuple[TermPostings, ...]) -> NDArray[np.int64]:
        """How many documents' bodies hold each term, or hold it in its own field where no body does.

        老年人 stands in every document and in few titles: by the titles alone it would weigh most where it says least.
        """
        present = np.stack([found.documents_seen(self._of.seen) for found in fields])
        bodies = present[FIELDS.index("body")]
        return np.asarray(np.where(bodies > 0, bodies, present.max(axis=0)), dtype=np.int64)

    def _held(self, kind: _OfKind, weight: NDArray[np.float64], documents: NDArray[np.int64]) -> NDArray[np.float64]:
        """For each of the documents the weights of the found terms that it holds in any field, each once."""
        held = np.zeros(len(documents))
        places = np.full(len(self._postings), -1, np.int32)
        places[documents] = np.arange(len(documents))
        terms = np.arange(len(weight), dtype=np.int64)
        counted: list[NDArray[np.int64]] = []  # term and document as one number: ascending, as the postings are
        for field in ("body", "title", "question"):  # the largest first: there is nothing to compare it with
            deadline.check()
            found = kind.fields[FIELDS.index(field)]
            at = places[found.documents]
            chosen = np.flatnonzero(at >= 0)
            term, place = np.repeat(terms, found.sizes)[chosen], at[chosen]
            both = term * len(documents) + place
            if counted:
                new = ~np.logical_or.reduce([among(both, before) for before in counted])
                term, place = term[new], place[new]
            held += np.bincount(place, weight[term], minlength=len(documents))
            counted.append(both)
        return held


def _idf(holding: NDArray[np.float64], documents: int) -> NDArray[np.float64]:
    return np.asarray(np.log1p((documents - holding + 0.5) / (holding + 0.5)), dtype=np.float64)
