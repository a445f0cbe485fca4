"""One query against one snapshot: retrieve, fuse, order, group by document, highlight, say how close."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.addresses import passage_id
from corpus.cached import cached_property
from corpus.language.sentences import without_courtesy
from corpus.parser.sections import heading_path
from corpus.privacy import mask
from indexer import deadline
from indexer.engine.protocol import DocumentEntry, Keys, Mode, PassageEntry, Query, Retrieval
from indexer.engine.ranking import fused
from indexer.engine.texts import passage_texts
from indexer.snapshot import Snapshot
from indexer.terms import analyzer
from indexer.terms.kinds import terms_of
from search_api.highlight import highlights
from search_api.labels import label_of
from search_api.query.abbreviations import synonyms_of
from search_api.query.language import ParsedQuery
from search_api.types import Band, Explanation, Hit, PassageHit

_SHOWN_PASSAGES = 3
# Only the rarest words of a pasted text are marked: 办法 and 建议 stand everywhere, and a page of marks shows nothing.
_MARKED_WORDS = 24
# The chance that a document answers, as the archive's calibration has it, and what a page calls it. Chosen on the odd
# topics of the sample archive; eval/README.md has what they come to on the even ones.
BANDS: tuple[tuple[float, Band], ...] = ((0.9, "高度相关"), (0.58, "相关"))


def band_of(chance: float) -> Band:
    """What a page calls a chance of answering."""
    return next((band for least, band in BANDS if chance >= least), "可参考")


@dataclass(frozen=True)
class RankedDocuments:
    """Documents by their keys, and what is known of each; a score of words or vectors is NaN where it was not asked.

    `chance` is that of answering the query; 1 for documents that were not asked for in words.
    """

    documents: Keys
    lexical: NDArray[np.float64]
    vector: NDArray[np.float64]
    score: NDArray[np.float64]
    chance: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.documents)

    def take(self, places: NDArray[np.int64] | NDArray[np.bool_]) -> "RankedDocuments":
        return RankedDocuments(*(column[places] for column in vars(self).values()))


class HitFinder:
    """One query against one snapshot."""

    def __init__(self, snapshot: Snapshot, parsed: ParsedQuery, mode: Mode) -> None:
        self._snapshot, self._engine = snapshot, snapshot.engine
        self._parsed, self._mode = parsed, mode
        self._looked_up = self._look_up()
        # A document asked for by its number is shown from its beginning: there are no words to rank by.
        asked = "" if self._looked_up is not None else without_courtesy(parsed.text)
        self._text = synonyms_of(snapshot).expanded(asked) if asked else ""
        self._terms = terms_of(self._text, snapshot.analyzer)
        self._words = [word for word in self._terms.get("words", ()) if len(word) > 1]

    def ranked(self) -> RankedDocuments:
        """All candidates, best first; ties by doc_id."""
        if self._looked_up is not None:
            return self._looked_up
        if not self._terms:  # a filter alone lists what it lets through; punctuation alone asks for nothing
            everything = self._engine.matching(self._parsed.wanted) if self._parsed.is_narrowed else _NOTHING
            return self._by_date(everything)
        deadline.check()
        found = self._retrieval.candidates(self._mode)
        score = found.fused(self._snapshot.ranking)
        chance = self._snapshot.manifest.calibration.chance(found.closeness)
        ranked = RankedDocuments(found.documents, found.lexical, found.vector, score, chance)
        return ranked.take(self._best_first(found.documents, score))

    def hits(self, ordered: RankedDocuments, offset: int, k: int, *, explain: bool) -> list[Hit]:
        """The documents ranked offset+1 to offset+k, each with its best passages."""
        page = ordered.documents[offset : offset + k]
        best = self._best_passages(page)
        found = []
        for at, entry in enumerate(self._engine.documents(page), offset):
            deadline.check()
            shown = best.get(entry.key, [])
            why = self._explanation(ordered, at, entry, shown) if explain else None
            found.append(self.hit(at + 1, entry, float(ordered.score[at]), float(ordered.chance[at]), shown, why))
        return found

    def passages(self, documents: Keys) -> tuple[Keys, Keys]:
        """Passages of these documents that the filter lets through, and the document of each."""
        return self._retrieval.passages(documents)

    def passage_scores(self, passages: Keys) -> NDArray[np.float64]:
        """Both scores of these distinct passages, fused among them."""
        lexical, vector = self._retrieval.passage_scores(passages, self._mode)
        return fused(lexical, vector, self._vector_weight)

    def hit(
        self,
        rank: int,
        entry: DocumentEntry,
        score: float,
        chance: float,
        passages: Sequence[PassageEntry],
        why: Explanation | None = None,
    ) -> Hit:
        """A document as it is shown, with these of its passages."""
        return Hit.model_validate(
            {
                **entry._asdict(),
                "title": mask(entry.title) if entry.title else None,
                "rank": rank,
                "score": round(score, 6),
                "band": band_of(chance),
                "proposal_number": entry.proposal_numbers[0] if entry.proposal_numbers else None,
                "proposal_kind": entry.kind,
                "passages": [self._passage(entry, passage) for passage in passages],
                "explanation": why,
                "label": label_of(self._snapshot, entry),
            }
        )

    @cached_property
    def _retrieval(self) -> Retrieval:
        query = Query(self._terms, self._vector, self._parsed.wanted, self._snapshot.ranking)
        return self._engine.retrieve(query)

    @property
    def _vector(self) -> NDArray[np.float32]:
        encoder = self._snapshot.encoder
        if self._mode == "lexical" or not self._terms:
            return np.zeros(encoder.dimension, np.float32)
        return np.asarray(encoder.encode_queries([self._text])[0], dtype=np.float32)

    @property
    def _vector_weight(self) -> float:
        """Beside BM25's 1, for a query of this length."""
        ranking = self._snapshot.ranking
        return ranking.vector_weight * ranking.vector_share(len(self._terms.get("bigrams", ())))

    def _best_first(self, documents: Keys, score: NDArray[np.float64]) -> NDArray[np.int64]:
        """Places by score; documents that score the same by doc_id."""
        order = np.argsort(-score, kind="stable")
        same = score[order[1:]] == score[order[:-1]]
        tied = np.flatnonzero(np.append(same, False) | np.insert(same, 0, False)) if len(order) > 1 else _NOTHING
        if len(tied):
            ids = np.array([entry.doc_id for entry in self._engine.documents(documents[order[tied]])])
            order[tied] = order[tied][np.lexsort((ids, -score[order[tied]]))]
        return order

    def _look_up(self) -> RankedDocuments | None:
        """The documents that a bare number names; None where the query is none or names nothing."""
        engine, parsed = self._engine, self._parsed
        found: list[DocumentEntry] = []
        if parsed.lookup_doc_number:
            found = engine.with_doc_number(parsed.lookup_doc_number)
        elif parsed.lookup_number:
            found = engine.with_number(parsed.lookup_number)
        if not found:
            return None
        keys = np.array([entry.key for entry in found], dtype=np.int64)
        return self._by_date(keys[np.isin(keys, engine.matching(parsed.wanted))] if parsed.wanted else keys)

    def _by_date(self, documents: Keys) -> RankedDocuments:
        """Documents newest first: what a query without words asks for."""
        ordered = documents[self._engine.newest_first(documents)]
        nothing = np.full(len(ordered), np.nan)
        return RankedDocuments(ordered, nothing, nothing, np.ones(len(ordered)), np.ones(len(ordered)))

    def _best_passages(self, documents: Keys) -> dict[int, list[PassageEntry]]:
        """The best passages of each document: best first where there are words to rank by, else in reading order."""
        keys, owners = self.passages(documents)
        if self._terms:
            order = np.lexsort((keys, -self.passage_scores(keys)))
            keys, owners = keys[order], owners[order]
        chosen: dict[int, list[int]] = {}
        for key, owner in zip(keys.tolist(), owners.tolist(), strict=True):
            if len(of_document := chosen.setdefault(owner, [])) < _SHOWN_PASSAGES:
                of_document.append(key)
        flat = np.array([key for of_document in chosen.values() for key in of_document], dtype=np.int64)
        best: dict[int, list[PassageEntry]] = {}
        for passage in self._engine.passage_entries(flat):
            best.setdefault(passage.document, []).append(passage)
        return best

    def _passage(self, entry: DocumentEntry, passage: PassageEntry) -> PassageHit:
        document = self._snapshot.masked(entry)
        text = document.text[passage.start : passage.end]
        return PassageHit(
            passage_id=passage_id(entry.doc_id, passage.anchor),
            number=passage.number,
            section=" › ".join(heading_path(document.sections, passage.section)) or None,
            text=text,
            start=passage.start,
            end=passage.end,
            highlights=highlights(text, self._marked, self._parsed.wanted.phrases),
        )

    @cached_property
    def _marked(self) -> Sequence[str]:
        """The words to highlight, the rarest first."""
        total = self._engine.size.documents
        counts = self._engine.document_frequency(self._words).tolist()
        rarity = {w: math.log(1 + total / (1 + n)) for w, n in zip(self._words, counts, strict=True)}
        return sorted(self._words, key=lambda w: (-rarity[w], w))[:_MARKED_WORDS]

    def _explanation(
        self, ordered: RankedDocuments, at: int, entry: DocumentEntry, passages: Sequence[PassageEntry]
    ) -> Explanation:
        document = self._snapshot.masked(entry)  # nobody learns by guessing what is masked
        texts = [analyzer.normalise(text) for passage in passages for text in passage_texts(document, passage)]
        matched = [w for w in self._words if any(w in text for text in texts)]
        lexical, vector = float(ordered.lexical[at]), float(ordered.vector[at])
        weights = {"lexical": 0.0, "vector": 1.0}
        return Explanation(
            matched_terms=[w for w in matched if not any(w != other and w in other for other in matched)],
            lexical_score=None if math.isnan(lexical) else round(lexical, 4),
            vector_score=None if math.isnan(vector) else round(vector, 4),
            vector_weight=round(weights.get(self._mode, self._vector_weight), 4),
            chance=round(float(ordered.chance[at]), 4),
        )


_NOTHING = np.empty(0, np.int64)
