"""Whole documents' BM25 and coverage, a document, a field, a kind and a term at a time: the oracle of the postings."""

import math
from collections.abc import Mapping, Sequence

from indexer.engine.local.postings import FIELDS
from indexer.engine.parameters import RankingParameters
from indexer.terms.kinds import Kind, Terms

Letter = Mapping[str, Terms]

RANKING = RankingParameters()
K1, B = RANKING.k1, RANKING.b


def count(letter: Letter, field: str, kind: Kind, term: str) -> int:
    return letter.get(field, {}).get(kind, {}).get(term, 0)


def length(letter: Letter, field: str, kind: Kind) -> int:
    return sum(letter.get(field, {}).get(kind, {}).values())


def idf(letters: Sequence[Letter], kind: Kind, term: str) -> float:
    """By the letters whose body holds it; where none does, by those of the field that has most."""
    holding = {field: sum(count(letter, field, kind, term) > 0 for letter in letters) for field in FIELDS}
    n = holding["body"] or max(holding.values())
    return math.log(1 + (len(letters) - n + 0.5) / (n + 0.5))


def bm25(query: Terms, letters: Sequence[Letter], weights: Mapping[Kind, float]) -> list[float]:
    """Robertson and Zaragoza (2009), a letter, a field, a kind and a term at a time."""
    scores = [0.0] * len(letters)
    for kind, counts in query.items():
        for term, asked in counts.items():
            weight = weights[kind] * (1 + math.log(asked)) * idf(letters, kind, term)
            for field in FIELDS:
                mean = sum(length(letter, field, kind) for letter in letters) / max(1, len(letters))
                for at, letter in enumerate(letters):
                    tf = count(letter, field, kind, term)
                    if tf:
                        norm = K1 * (1 - B + B * length(letter, field, kind) / mean)
                        scores[at] += weight * tf * (K1 + 1) / (tf + norm)
    return scores


def rarity(letters: Sequence[Letter], kind: Kind, term: str) -> float:
    """The idf among these letters and a hundred without the term."""
    holding = [sum(count(letter, field, kind, term) > 0 for letter in letters) for field in FIELDS]
    n = holding[FIELDS.index("body")] or max(holding)
    return math.log(1 + (len(letters) + 100 - n + 0.5) / (n + 0.5))


def coverage(query: Terms, letters: Sequence[Letter], weights: Mapping[Kind, float]) -> tuple[list[float], float]:
    """Held weight over asked weight, of each letter and of all; what none holds is asked for, as rare as any can be."""
    asked, known, held = 0.0, 0.0, [0.0] * len(letters)
    for kind, counts in query.items():
        for term, repeated in counts.items():
            holding = [at for at, letter in enumerate(letters) if any(count(letter, f, kind, term) for f in FIELDS)]
            weight = weights[kind] * (1 + math.log(repeated)) * rarity(letters, kind, term)
            asked += weight
            known += weight if holding else 0.0
            for at in holding:
                held[at] += weight
    return ([share / asked for share in held], known / asked) if asked else (held, 0.0)
