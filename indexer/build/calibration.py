"""What are the legs worth on this archive? Measured at build time on its known pairs, held out of training and masked.

A sample of the documents, masked, is indexed beside the generation with the same encoder and searched by the same legs:
what is measured is what searches.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus.language.sentences import without_courtesy
from corpus.types import Document
from indexer.archive.store import VersionKey
from indexer.build.generation import legs_of
from indexer.build.importing import Progress
from indexer.build.known_items import KnownPair, held_out, in_drawn_order, known_pairs, masked
from indexer.build.manifest import MIN_PAIRS, Calibration
from indexer.build.segment_writer import Parts
from indexer.encoders import Encoder
from indexer.engine.local.retrieval import Candidates, Legs
from indexer.engine.local.table import PassageTable
from indexer.paths import GenerationPaths
from indexer.terms.kinds import terms_of

Read = Callable[[VersionKey], Document]

WEIGHTS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0)
_DOCUMENTS = 1000  # at most, that a known document is told apart from
_CUT = 10  # of nDCG
_USUAL = 1.0  # the weight where an archive's pairs leave it open: best on judged queries; see eval/ablation.md
_NEIGHBOURS = slice(1, 5)  # of the other documents, best first: the first may well answer too
# Where an archive knows too few pairs, or cannot tell them apart: those of the sample archive, whose documents are
# whole.
_EVEN, _SLOPE = 0.70, 4.6
_MIN_TOLD, _MIN_SLOPE = 30, 1.5


class Answer(NamedTuple):
    """What the legs find for a known pair among the masked documents; `own` is its document's place there, -1 for
    none."""

    pair: KnownPair
    found: Candidates
    own: int


def calibrate(
    folder: GenerationPaths, live: Sequence[VersionKey], read: Read, encoder: Encoder, progress: Progress
) -> Calibration:
    """Ask the known pairs of these documents and weigh the legs. `folder` is written to; removing it is the
    caller's."""
    table, answers = asked(folder, live, read, encoder, progress)
    gains = {weight: np.array([_gain(a, weight) for a in answers]) for weight in WEIGHTS}
    vector = np.array([_gain(a, np.inf) for a in answers])
    weight = chosen_weight(gains, vector, chance(len(table.documents)))
    even, slope = closeness_curve(answers, weight)
    legs_gains = {"lexical": gains[0.0], "vector": vector, "hybrid": gains[weight]}
    kinds = [a.pair.kind for a in answers]
    return Calibration(
        documents=len(live),
        pairs={"all": len(answers), **{kind: kinds.count(kind) for kind in sorted(set(kinds))}},
        figures={leg: _means(of_leg, kinds) for leg, of_leg in legs_gains.items()} if answers else {},
        vector_weight=weight,
        even=even,
        slope=slope,
    )


def asked(
    folder: GenerationPaths, live: Sequence[VersionKey], read: Read, encoder: Encoder, progress: Progress
) -> tuple[PassageTable, list[Answer]]:
    """The documents' known pairs, asked of all of them or a thousand, masked; and the table of those. `folder` is
    written to; removing it is the caller's."""
    known = held_out(live, read)
    drawn = [*known, *(version for version in in_drawn_order(live) if version not in known)][:_DOCUMENTS]
    legs = _masked_legs(folder, drawn, lambda version: masked(known.get(version) or read(version)), encoder)
    pairs = [pair for document in known.values() for pair in known_pairs(document)]
    answers = []
    for done, pair in enumerate(pairs):
        progress("校准", done, len(pairs))
        answers.append(_answer(legs, encoder, pair))
    progress("校准", len(pairs), len(pairs))
    return legs.table, answers


def chosen_weight(gains: Mapping[float, NDArray[np.float64]], vector: NDArray[np.float64], by_chance: float) -> float:
    """Of the weights that are as good as the best, within a standard error of the mean gain, the one nearest the usual.

    Some hundred pairs tell a helpful leg from a harmful one, and no finer. 0 where the vectors alone do no better than
    chance: they know nothing of this archive.
    """
    if len(vector) < MIN_PAIRS:
        return _USUAL
    if vector.mean() - by_chance < 2 * _standard_error(vector):
        return 0.0
    best = max(gains, key=lambda weight: float(gains[weight].mean()))
    lost = {weight: gains[best] - of_weight for weight, of_weight in gains.items()}
    good = [weight for weight, loss in lost.items() if loss.mean() <= _standard_error(loss)]
    return min(good, key=lambda weight: abs(weight - _USUAL))


def closeness_curve(answers: Sequence[Answer], weight: float) -> tuple[float, float]:
    """Where a document is as likely to answer as not, and how fast that changes: a logistic regression of the known
    documents' closeness against that of their neighbours in the ranking, which are near and answer something else."""
    own, others = [], []
    for answer in (a for a in answers if a.own >= 0):
        ranking = np.argsort(-answer.found.fused(weight), kind="stable")
        own.append(answer.found.closeness[answer.own])
        others.append(answer.found.closeness[ranking[ranking != answer.own][_NEIGHBOURS]])
    near = np.concatenate([np.empty(0), *others])
    if len(own) < _MIN_TOLD or not len(near):
        return _EVEN, _SLOPE
    # Here: it takes a second to import, and every command would wait for it.
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]  # no stubs

    closeness, answers_it = np.concatenate([own, near])[:, None], np.arange(len(own) + len(near)) < len(own)
    model = LogisticRegression(C=100, class_weight="balanced").fit(closeness, answers_it)
    slope = float(model.coef_[0][0])
    return (round(-float(model.intercept_[0]) / slope, 4), round(slope, 4)) if slope >= _MIN_SLOPE else (_EVEN, _SLOPE)


def chance(documents: int) -> float:
    """The mean nDCG@10 of one relevant document among so many in random order."""
    ranks = np.arange(1, min(_CUT, documents) + 1)
    return float((1 / np.log2(ranks + 1)).sum() / max(1, documents))


def _standard_error(values: NDArray[np.float64]) -> float:
    return float(values.std() / np.sqrt(len(values)))


def _masked_legs(folder: GenerationPaths, drawn: Sequence[VersionKey], read: Read, encoder: Encoder) -> Legs:
    folder.folder.mkdir()
    table = Parts(drawn, read, lambda *_: None).write(folder, encoder)
    return legs_of(folder, table)


def _answer(legs: Legs, encoder: Encoder, pair: KnownPair) -> Answer:
    text = without_courtesy(pair.text)
    found = legs.candidates(legs.query(terms_of(text)), encoder.encode_queries([text])[0], None, "hybrid")
    place = np.flatnonzero(found.ordinals == legs.table.ordinals[pair.doc_id])
    return Answer(pair, found, int(place[0]) if len(place) else -1)


def _gain(answer: Answer, weight: float) -> float:
    """nDCG@10 with the one document relevant: 1 / log2(rank + 1). An infinite weight asks the vectors alone."""
    found, own = answer.found, answer.own
    if own < 0:
        return 0.0
    scores = np.nan_to_num(found.vector) if np.isinf(weight) else found.fused(weight)
    rank = 1 + int((scores > scores[own]).sum()) + int((scores[:own] == scores[own]).sum())
    return float(1 / np.log2(rank + 1)) if rank <= _CUT else 0.0


def _means(gains: NDArray[np.float64], kinds: Sequence[str]) -> dict[str, float]:
    of_kind = {kind: gains[[k == kind for k in kinds]] for kind in sorted(set(kinds))}
    return {name: round(float(values.mean()), 4) for name, values in {"all": gains, **of_kind}.items()}
