"""What are words and vectors worth on this archive? Measured at build time on its known-item queries.

A sample of the documents, with those queries blanked, is indexed beside the generation with the same encoder and
searched by the same engine: what is measured is what searches. The queries' documents were held out of training.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus.language.sentences import without_courtesy
from indexer.archive import VersionKey
from indexer.build.known_items import KnownItem, blanked, held_out, in_drawn_order, known_items
from indexer.build.manifest import MIN_PAIRS, Calibration
from indexer.build.masked import Read
from indexer.encoders import Encoder
from indexer.encoders.protocol import USUAL_SHARE
from indexer.engine.local import LocalEngine, SegmentWriter
from indexer.engine.parameters import RankingParameters
from indexer.engine.protocol import Engine, Query
from indexer.engine.ranking import Candidates, even_of
from indexer.paths import GenerationPaths
from indexer.progress import Progress
from indexer.terms.analyzer import DEFAULT, Analyzer
from indexer.terms.kinds import terms_of

WEIGHTS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0)
_DOCUMENTS = 1000  # at most, that a known document is told apart from
_CUT = 10  # of nDCG
_USUAL = 1.0  # the weight where an archive's pairs leave it open: best on judged queries; see eval/ablation.md
_FEW_DOCUMENTS = 500
_USUAL_OF_FEW, _SHARE_OF_FEW = 1.5, 0.85
"""The same with an encoder's slow part, and that part's share, where few documents taught the other: best on the odd
queries of the sample archive (78 documents), where 1 and 0.7 are on the dev ones of the leader messages (1,363)."""
SHARES = (0.0, 0.5, 0.7, 0.85, 0.95)
_BLIND = 0.5  # of chance: among eight documents whoever guesses does so well that nobody is told from them
_NEIGHBOURS = slice(1, 5)  # of the other documents, best first: the first may well answer too
# Where an archive knows too few pairs, or cannot tell them apart: those of the sample archive, whose documents are
# whole.
_EVEN, _SLOPE = 0.70, 4.6
_MIN_TOLD, _MIN_SLOPE = 30, 1.5


class Answer(NamedTuple):
    """What the engine finds for a known-item query; `own` is the place of its document among the candidates, -1 for
    none, and `key` the document's key."""

    item: KnownItem
    found: Candidates
    own: int
    key: int

    def scores(self, weight: float) -> NDArray[np.float64]:
        """The candidates' scores with this weight of vectors; an infinite one asks the vectors alone."""
        if np.isinf(weight):
            return np.nan_to_num(self.found.vector)
        return self.found.fused(RankingParameters(vector_weight=weight))


def calibrate(
    folder: GenerationPaths,
    live: Sequence[VersionKey],
    read: Read,
    encoder: Encoder,
    progress: Progress,
    analyzer: Analyzer = DEFAULT,
) -> Calibration:
    """Ask the known-item queries of these documents and weigh words and vectors.

    `folder` is written to; removing it is the caller's.
    """
    engine, items = _prepared(folder, live, read, encoder, analyzer)
    shares = SHARES if encoder.is_ready else (None,)
    by_share = {
        share: _answers(engine, encoder if share is None else encoder.weighed(share), items, progress, analyzer)
        for share in shares
    }
    is_of_few = encoder.is_ready and len(live) < _FEW_DOCUMENTS
    usual = _USUAL_OF_FEW if is_of_few else _USUAL
    by_gain = {share: np.array([_gain(a, usual) for a in answers]) for share, answers in by_share.items()}
    share = chosen_share(by_gain, _SHARE_OF_FEW if is_of_few else USUAL_SHARE)
    answers = by_share[share]
    gains = {weight: np.array([_gain(a, weight) for a in answers]) for weight in WEIGHTS}
    vector = np.array([_gain(a, np.inf) for a in answers])
    weight = chosen_weight(gains, vector, chance(engine.size.documents), usual)
    even, slope = (even_of(len(live)), 1.0) if encoder.is_ready else closeness_curve(answers, weight)
    by_mode = {"lexical": gains[0.0], "vector": vector, "hybrid": gains[weight]}
    kinds = [a.item.kind for a in answers]
    return Calibration(
        documents=len(live),
        pairs={"all": len(answers), **{kind: kinds.count(kind) for kind in sorted(set(kinds))}},
        figures={mode: _means(of_mode, kinds) for mode, of_mode in by_mode.items()} if answers else {},
        vector_weight=weight,
        even=even,
        slope=slope,
        slow_share=share,
    )


def asked(
    folder: GenerationPaths,
    live: Sequence[VersionKey],
    read: Read,
    encoder: Encoder,
    progress: Progress,
    analyzer: Analyzer = DEFAULT,
) -> tuple[Engine, list[Answer]]:
    """The documents' known-item queries, asked of all of them or of a thousand, blanked; and the engine over those.

    `folder` is written to; removing it is the caller's.
    """
    engine, items = _prepared(folder, live, read, encoder, analyzer)
    return engine, _answers(engine, encoder, items, progress, analyzer)


def chosen_share(gains: Mapping[float | None, NDArray[np.float64]], usual: float) -> float | None:
    """Of the shares of the slow part that are not worse than the best by two standard errors, the one nearest the
    usual; None where it is the only one."""
    known = {share: of_share for share, of_share in gains.items() if share is not None}
    if not known:
        return None
    return usual if len(known[usual]) < MIN_PAIRS else _nearest(known, usual, errors=2)


def chosen_weight(
    gains: Mapping[float, NDArray[np.float64]], vector: NDArray[np.float64], by_chance: float, usual: float = _USUAL
) -> float:
    """Of the weights that are as good as the best, within a standard error of the mean gain, the one nearest the usual.

    Some hundred pairs tell a helpful leg from a harmful one, and no finer. 0 where the vectors alone do no better than
    chance: they know nothing of this archive.
    """
    if len(vector) < MIN_PAIRS:
        return usual
    if by_chance < _BLIND and vector.mean() - by_chance < 2 * _standard_error(vector):
        return 0.0
    return _nearest(gains, usual)


def closeness_curve(answers: Sequence[Answer], weight: float) -> tuple[float, float]:
    """Where a document is as likely to answer as not, and how fast that changes: a logistic regression of the known
    documents' closeness against that of their neighbours in the ranking, which are near and answer something else."""
    own, others = [], []
    parameters = RankingParameters(vector_weight=weight)
    for answer in (a for a in answers if a.own >= 0):
        ranking = np.argsort(-answer.scores(weight), kind="stable")
        closeness = answer.found.closeness(parameters, answer.found, is_general=False)
        own.append(closeness[answer.own])
        others.append(closeness[ranking[ranking != answer.own][_NEIGHBOURS]])
    near = np.concatenate([np.empty(0), *others])
    if len(own) < _MIN_TOLD or not len(near):
        return _EVEN, _SLOPE
    # Here: it takes a second to import, and every command would wait for it.
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]  # no stubs

    told, answers_it = np.concatenate([own, near])[:, None], np.arange(len(own) + len(near)) < len(own)
    model = LogisticRegression(C=100, class_weight="balanced").fit(told, answers_it)
    slope = float(model.coef_[0][0])
    return (round(-float(model.intercept_[0]) / slope, 4), round(slope, 4)) if slope >= _MIN_SLOPE else (_EVEN, _SLOPE)


def chance(documents: int) -> float:
    """The mean nDCG@10 of one relevant document among so many in random order."""
    ranks = np.arange(1, min(_CUT, documents) + 1)
    return float((1 / np.log2(ranks + 1)).sum() / max(1, documents))


def _nearest(gains: Mapping[float, NDArray[np.float64]], usual: float, errors: int = 1) -> float:
    best = max(gains, key=lambda value: float(gains[value].mean()))
    lost = {value: gains[best] - of_value for value, of_value in gains.items()}
    good = [value for value, loss in lost.items() if loss.mean() <= errors * _standard_error(loss)]
    return min(good, key=lambda value: abs(value - usual))


def _standard_error(values: NDArray[np.float64]) -> float:
    return float(values.std() / np.sqrt(len(values)))


def _prepared(
    folder: GenerationPaths, live: Sequence[VersionKey], read: Read, encoder: Encoder, analyzer: Analyzer
) -> tuple[Engine, list[KnownItem]]:
    """The engine over the blanked documents, and their known-item queries."""
    known = held_out(live, read)
    drawn = [*known, *(version for version in in_drawn_order(live) if version not in known)][:_DOCUMENTS]
    folder.folder.mkdir()
    engine = _engine(folder, drawn, lambda version: blanked(known.get(version) or read(version)), encoder, analyzer)
    return engine, [item for document in known.values() for item in known_items(document)]


def _answers(
    engine: Engine, encoder: Encoder, items: Sequence[KnownItem], progress: Progress, analyzer: Analyzer
) -> list[Answer]:
    answers = []
    for done, item in enumerate(items):
        progress("校准", done, len(items))
        answers.append(_answer(engine, encoder, item, analyzer))
    progress("校准", len(items), len(items))
    return answers


def _engine(
    folder: GenerationPaths, drawn: Sequence[VersionKey], read: Read, encoder: Encoder, analyzer: Analyzer
) -> Engine:
    SegmentWriter(drawn, read, lambda *_: None, analyzer=analyzer).write(folder, encoder)
    return LocalEngine.open(folder, lambda entry: read(entry.version))


def _answer(engine: Engine, encoder: Encoder, item: KnownItem, analyzer: Analyzer) -> Answer:
    text = without_courtesy(item.text)
    query = Query(terms_of(text, analyzer), np.asarray(encoder.encode_queries([text])[0], dtype=np.float32))
    found = engine.retrieve(query).candidates("hybrid")
    entry = engine.find(item.doc_id)
    assert entry is not None  # its document was drawn
    place = np.flatnonzero(found.documents == entry.key)
    return Answer(item, found, int(place[0]) if len(place) else -1, entry.key)


def _gain(answer: Answer, weight: float) -> float:
    """nDCG@10 with the one document relevant: 1 / log2(rank + 1). An infinite weight asks the vectors alone."""
    own = answer.own
    if own < 0:
        return 0.0
    scores = answer.scores(weight)
    rank = 1 + int((scores > scores[own]).sum()) + int((scores[:own] == scores[own]).sum())
    return float(1 / np.log2(rank + 1)) if rank <= _CUT else 0.0


def _means(gains: NDArray[np.float64], kinds: Sequence[str]) -> dict[str, float]:
    of_kind = {kind: gains[[k == kind for k in kinds]] for kind in sorted(set(kinds))}
    return {name: round(float(values.mean()), 4) for name, values in {"all": gains, **of_kind}.items()}
