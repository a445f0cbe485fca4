"""One query against one generation: retrieve with both legs under one filter, fuse, group, highlight, say how close."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from corpus.language.sentences import without_courtesy
from corpus.parser.sections import heading_path
from corpus.privacy import mask
from indexer import deadline
from indexer.build.generation import Generation, row_texts
from indexer.engine.fusion import fused
from indexer.engine.local.retrieval import LexicalQuery, Mode, vector_share
from indexer.engine.local.vectors import VectorIndex
from indexer.terms import analyzer
from indexer.terms.kinds import terms_of
from search_api.highlight import highlights
from search_api.masked import masked
from search_api.query.language import ParsedQuery
from search_api.types import Band, Explanation, Hit, PassageHit

_SHOWN_PASSAGES = 3
# Of a pasted text only the rarest words are marked: 办法 and 建议 stand everywhere, and a page of marks shows nothing.
_MARKED_WORDS = 24
# The chance that a document answers, as the archive's calibration has it, and what a page calls it. Chosen on the odd
# topics of the sample archive; eval/README.md has what they come to on the even ones.
BANDS: tuple[tuple[float, Band], ...] = ((0.9, "高度相关"), (0.58, "相关"))


def band_of(chance: float) -> Band:
    return next((band for least, band in BANDS if chance >= least), "可参考")


@dataclass(frozen=True)
class Candidates:
    """Documents that some leg found, with what the legs say of them; NaN where a leg was not asked.

    `chance` is that of answering the query; 1 for documents that were not asked for in words.
    """

    ordinals: NDArray[np.int64]
    lexical: NDArray[np.float64]
    vector: NDArray[np.float64]
    score: NDArray[np.float64]
    chance: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.ordinals)

    def take(self, places: NDArray[np.int64] | NDArray[np.bool_]) -> "Candidates":
        return Candidates(*(column[places] for column in vars(self).values()))


class Request:
    """One query against one generation."""

    def __init__(self, generation: Generation, parsed: ParsedQuery, mode: Mode) -> None:
        self._generation, self._parsed, self._mode = generation, parsed, mode
        self._looked_up = self._look_up()
        # A document asked for by its number is shown from its beginning: there are no words to rank by.
        words = "" if self._looked_up is not None else without_courtesy(parsed.text)
        self._text, self._terms = words, terms_of(words)
        self._vector = self._encoded()
        self._words = [word for word in self._terms.get("words", ()) if len(word) > 1]

    def _encoded(self) -> NDArray[np.float32]:
        if self._mode == "lexical" or not self._terms:
            return np.zeros(self._generation.encoder.dimension, np.float32)
        return np.asarray(self._generation.encoder.encode_queries([self._text])[0], dtype=np.float32)

    def ranked(self) -> Candidates:
        """All candidates, best first; ties by doc_id."""
        if self._looked_up is not None:
            return self._looked_up
        if not self._terms:  # a filter alone lists what it lets through; punctuation alone asks for nothing
            everything = np.arange(len(self._generation.table.documents) if self._parsed.is_narrowed else 0)
            return self._by_date(everything)
        deadline.check()
        candidates = self._candidates()
        return candidates.take(
            np.lexsort((self._generation.table.places_by_id[candidates.ordinals], -candidates.score))
        )

    def _look_up(self) -> Candidates | None:
        """The documents that a bare number names; None where the query is none or names nothing."""
        table, parsed = self._generation.table, self._parsed
        found: Sequence[int] = ()
        if parsed.lookup_doc_number:
            found = table.with_doc_number(parsed.lookup_doc_number)
        elif parsed.lookup_number:
            found = table.with_number(parsed.lookup_number)
        return self._by_date(np.array(found, dtype=np.int64)) if found else None

    def _by_date(self, ordinals: NDArray[np.int64]) -> Candidates:
        """Documents that pass the filter, newest first: what a query without words asks for."""
        table = self._generation.table
        allowed = self._generation.allowed(self._parsed.wanted)
        if allowed is not None:
            ordinals = ordinals[table.documents_of_rows(allowed)[ordinals]]
        ordered = ordinals[table.newest_first(ordinals)]
        nothing = np.full(len(ordered), np.nan)
        return Candidates(ordered, nothing, nothing, np.ones(len(ordered)), np.ones(len(ordered)))

    def _candidates(self) -> Candidates:
        """What either leg finds, with both legs' scores."""
        allowed = self._generation.allowed(self._parsed.wanted)
        found = self._generation.legs.candidates(self._lexical, self._vector, allowed, self._mode)
        calibration = self._generation.manifest.calibration
        score = found.fused(calibration.vector_weight)
        return Candidates(found.ordinals, found.lexical, found.vector, score, calibration.chance(found.closeness))

    def _rows(self, ordinal: int) -> NDArray[np.int64]:
        """A document's rows that the filter lets through."""
        rows = self._generation.table.rows_in(ordinal)
        allowed = self._generation.allowed(self._parsed.wanted)
        return rows if allowed is None else rows[allowed[rows]]

    def hits(self, ordered: Candidates, offset: int, k: int, *, explain: bool) -> list[Hit]:
        page = ordered.ordinals[offset : offset + k]
        rows = [self._rows(int(ordinal)) for ordinal in page]
        best = self._best_rows(rows)
        found = []
        for at, (ordinal, shown) in enumerate(zip(page.tolist(), best, strict=True), offset):
            deadline.check()
            why = self._explanation(ordered, at, shown) if explain else None
            found.append(self.hit(at + 1, ordinal, float(ordered.score[at]), float(ordered.chance[at]), shown, why))
        return found

    def _best_rows(self, rows: Sequence[NDArray[np.int64]]) -> list[NDArray[np.int64]]:
        """Of each document, its best rows: best first where there are words to rank by, else in reading order."""
        if not self._terms:
            return [r[:_SHOWN_PASSAGES] for r in rows]
        flat = np.concatenate(rows) if rows else np.empty(0, np.int64)
        score = dict(zip(flat.tolist(), self.passage_scores(flat).tolist(), strict=True))
        return [np.array(sorted(r.tolist(), key=lambda row: (-score[row], row))[:_SHOWN_PASSAGES]) for r in rows]

    def passage_scores(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Both legs' of these distinct rows, fused among them."""
        legs, asks_vector = self._generation.legs, self._mode != "lexical" and bool(self._vector.any())
        nothing = np.full(len(rows), np.nan)
        lexical = legs.lexical_passages(self._lexical, rows) if self._mode != "vector" else nothing
        vector = _inner_products(legs.vectors, self._vector, rows) if asks_vector else nothing
        return fused(lexical, vector, self._vector_weight)

    def hit(
        self,
        rank: int,
        ordinal: int,
        score: float,
        chance: float,
        rows: NDArray[np.int64],
        why: Explanation | None = None,
    ) -> Hit:
        """A document as it is shown, with these of its passages."""
        entry = self._generation.table.documents[ordinal]
        return Hit.model_validate(
            {
                **entry._asdict(),
                "title": mask(entry.title) if entry.title else None,
                "rank": rank,
                "score": round(score, 6),
                "band": band_of(chance),
                "proposal_number": entry.proposal_numbers[0] if entry.proposal_numbers else None,
                "proposal_kind": entry.kind,
                "passages": [self._passage(ordinal, int(row)) for row in rows],
                "explanation": why,
            }
        )

    def _passage(self, ordinal: int, row: int) -> PassageHit:
        table, document = self._generation.table, masked(self._generation, ordinal)
        start, end, section = int(table.start[row]), int(table.end[row]), int(table.section[row])
        text = document.text[start:end]
        path = heading_path(document.sections, section)
        return PassageHit(
            passage_id=f"{document.doc_id}#{int(table.number[row])}",
            section=" › ".join(path) or None,
            text=text,
            start=start,
            end=end,
            highlights=highlights(text, self._marked, self._parsed.wanted.phrases),
        )

    @cached_property
    def _lexical(self) -> LexicalQuery:
        return self._generation.legs.query(self._terms)

    @property
    def _vector_weight(self) -> float:
        """Beside BM25's 1, for a query of this length."""
        return self._generation.manifest.calibration.vector_weight * vector_share(self._terms)

    @cached_property
    def _rarity(self) -> dict[str, float]:
        total = len(self._generation.table.documents)
        counts = self._generation.legs.postings.document_frequency("words", dict.fromkeys(self._words, 1))
        return {w: math.log(1 + total / (1 + n)) for w, n in zip(self._words, counts.tolist(), strict=True)}

    @cached_property
    def _marked(self) -> Sequence[str]:
        return sorted(self._words, key=lambda w: (-self._rarity[w], w))[:_MARKED_WORDS]

    def _shown_texts(self, row: int) -> list[str]:
        """What a row is found by, as a reader may see it: nobody learns by guessing what is masked."""
        table = self._generation.table
        return row_texts(table, masked(self._generation, int(table.document[row])), row)

    def _explanation(self, ordered: Candidates, at: int, rows: NDArray[np.int64]) -> Explanation:
        texts = [analyzer.normalise(text) for row in rows for text in self._shown_texts(int(row))]
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


def _inner_products(index: VectorIndex, vector: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Of a query with distinct rows in any order; aligned with them."""
    ascending, back = np.unique(rows, return_inverse=True)
    return np.asarray(index.inner_products(vector, ascending)[back], dtype=np.float64)
