"""From a query to hits: parse, retrieve with both legs under one filter, fuse, group, highlight, say how close."""

import logging
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from corpus.errors import DafuError
from corpus.parser.sections import heading_path
from corpus.privacy import mask
from indexer import analyzer
from indexer.generation import Generation, current_number
from indexer.lexical import Terms, terms_of
from indexer.paths import IndexPaths
from search_api.fusion import VECTOR_WEIGHT, fused
from search_api.highlight import highlights
from search_api.query import ParsedQuery, parse_query
from search_api.types import Band, Explanation, Hit, Mode, PassageHit, SearchResult

# Documents of each leg that are fused. The same for every page of a result, or its scores, and with them its order and
# its total, would change from page to page.
_DEPTH = 1000
_SHOWN_PASSAGES = 3
_ASK_AGAIN_S = 5.0  # after a generation that could not be opened
# Of a pasted text only the rarest words are marked: 办法 and 建议 stand everywhere, and a page of marks shows nothing.
_MARKED_WORDS = 24
_LOG = logging.getLogger(__name__)
# How close a hit is, until a build calibrates it: the share of the query's words (weighted by rarity) that the letter's
# best passages and title hold, or the cosine where that is higher.
_BANDS: tuple[tuple[float, Band], ...] = ((0.7, "高度相关"), (0.4, "相关"))


@dataclass(frozen=True)
class _Candidates:
    """Documents that some leg found, with what the legs say of them; NaN where a leg was not asked."""

    ordinals: NDArray[np.int64]
    lexical: NDArray[np.float64]
    vector: NDArray[np.float64]
    score: NDArray[np.float64]


class Searcher:
    """Search over an index folder. Safe from any thread; switches to a new generation when CURRENT names one."""

    def __init__(self, folder: Path) -> None:
        self._paths = IndexPaths(folder)
        self._lock = Lock()
        self._generation = Generation.open_current(folder)
        self._asks_again_at = 0.0

    @property
    def generation(self) -> Generation:
        """The live generation. A request takes it once and keeps it to its end."""
        if time.monotonic() >= self._asks_again_at:
            with self._lock:
                self._switch()
        return self._generation

    def _switch(self) -> None:
        try:
            number = current_number(self._paths)
            if number is not None and number != self._generation.number:
                self._generation = Generation.open_current(self._paths.folder)
        except DafuError as error:
            # What is open still answers; what cannot be opened is asked for again in a while.
            _LOG.warning("keeping generation %d: %s", self._generation.number, error)
            self._asks_again_at = time.monotonic() + _ASK_AGAIN_S

    def rank(self, query: str | ParsedQuery, depth: int, mode: Mode = "hybrid") -> list[tuple[str, float]]:
        """(doc_id, score) of the first `depth` letters: what an evaluation reads."""
        parsed = parse_query(query) if isinstance(query, str) else query
        generation = self.generation
        ordered = _Request(generation, parsed, mode).ranked()
        names = [generation.table.documents[i].doc_id for i in ordered.ordinals[:depth]]
        return list(zip(names, ordered.score[:depth].tolist(), strict=True))

    def search(
        self,
        query: str | ParsedQuery,
        k: int = 10,
        *,
        mode: Mode = "hybrid",
        offset: int = 0,
        explain: bool = False,
    ) -> SearchResult:
        """The letters ranked offset+1 to offset+k. Raises QueryError for a query that cannot be understood."""
        started = time.perf_counter()
        parsed = parse_query(query) if isinstance(query, str) else query
        request = _Request(self.generation, parsed, mode)
        ordered = request.ranked()
        hits = request.hits(ordered, offset, k, explain=explain)
        took = (time.perf_counter() - started) * 1000
        text = query if isinstance(query, str) else query.text
        return SearchResult(query=text, mode=mode, total=len(ordered.ordinals), took_ms=round(took, 2), hits=hits)


class _Request:
    """One query against one generation."""

    def __init__(self, generation: Generation, parsed: ParsedQuery, mode: Mode) -> None:
        self._generation, self._parsed, self._mode = generation, parsed, mode
        self._looked_up = self._look_up()
        # A letter asked for by its number is shown from its beginning: there are no words to rank by.
        words = "" if self._looked_up is not None else parsed.text
        self._terms = terms_of(words) if words.strip() else Terms({}, {}, {})
        self._vector = self._encoded()
        self._words = [word for word in self._terms.words if len(word) > 1]

    def _encoded(self) -> NDArray[np.float32]:
        if self._mode == "lexical" or not self._terms:
            return np.zeros(self._generation.encoder.dimension, np.float32)
        return np.asarray(self._generation.encoder.encode_queries([self._parsed.text])[0], dtype=np.float32)

    def ranked(self) -> _Candidates:
        """All candidates, best first; ties by doc_id."""
        if self._looked_up is not None:
            return self._looked_up
        if not self._terms:  # a filter alone lists what it lets through; punctuation alone asks for nothing
            everything = np.arange(len(self._generation.table.documents) if self._parsed.wanted else 0)
            return self._by_date(everything)
        candidates = self._candidates()
        names = [self._generation.table.documents[i].doc_id for i in candidates.ordinals]
        order = np.array(sorted(range(len(names)), key=lambda i: (-candidates.score[i], names[i])), dtype=np.int64)
        return _Candidates(*(column[order] for column in vars(candidates).values()))

    def _look_up(self) -> _Candidates | None:
        """The letters that a bare number names; None where the query is none or names nothing."""
        table, parsed = self._generation.table, self._parsed
        found: Sequence[int] = ()
        if parsed.lookup_doc_number:
            found = table.with_doc_number(parsed.lookup_doc_number)
        elif parsed.lookup_number:
            found = table.with_number(parsed.lookup_number)
        return self._by_date(np.array(found, dtype=np.int64)) if found else None

    def _by_date(self, ordinals: NDArray[np.int64]) -> _Candidates:
        """Documents that pass the filter, newest first: what a query without words asks for."""
        table = self._generation.table
        allowed = self._generation.allowed(self._parsed.wanted)
        if allowed is not None:
            ordinals = ordinals[table.documents_of_rows(allowed)[ordinals]]
        names = [(table.documents[i].replied_on or "", table.documents[i].doc_id) for i in ordinals]
        order = sorted(range(len(names)), key=lambda i: names[i][1])
        order.sort(key=lambda i: names[i][0], reverse=True)
        ordered = ordinals[np.array(order, dtype=np.int64)]
        nothing = np.full(len(ordered), np.nan)
        return _Candidates(ordered, nothing, nothing, np.ones(len(ordered)))

    def _candidates(self) -> _Candidates:
        """What either leg finds, with both legs' scores."""
        wanted, generation = self._parsed.wanted, self._generation
        nothing = np.empty(0, np.int64), np.empty(0, np.float64)
        use_lexical, use_vector = self._mode != "vector", self._mode != "lexical" and bool(self._vector.any())
        lexical, lexical_scores = generation.lexical(self._terms, wanted, _DEPTH) if use_lexical else nothing
        near, near_scores = generation.vector(self._vector, wanted, _DEPTH) if use_vector else nothing
        ordinals = np.union1d(lexical, near)
        by_lexical = by_vector = np.full(len(ordinals), np.nan)
        if use_lexical:
            # A document that a full list does not reach scores at most what its last one does.
            by_lexical = np.full(len(ordinals), lexical_scores[-1] if len(lexical_scores) >= _DEPTH else 0.0)
            by_lexical[np.searchsorted(ordinals, lexical)] = lexical_scores
        if use_vector:
            by_vector = np.empty(len(ordinals))
            by_vector[np.searchsorted(ordinals, near)] = near_scores
            others = np.setdiff1d(lexical, near)
            by_vector[np.searchsorted(ordinals, others)] = generation.closeness(self._vector, others, wanted)
        return _Candidates(ordinals, by_lexical, by_vector, _combined(by_lexical, by_vector))

    def _rows(self, ordinal: int) -> NDArray[np.int64]:
        """A document's rows that the filter lets through."""
        rows = self._generation.table.rows_in(ordinal)
        allowed = self._generation.allowed(self._parsed.wanted)
        return rows if allowed is None else rows[allowed[rows]]

    def hits(self, ordered: _Candidates, offset: int, k: int, *, explain: bool) -> list[Hit]:
        page = ordered.ordinals[offset : offset + k]
        rows = [self._rows(int(ordinal)) for ordinal in page]
        best = self._best_rows(rows)
        found = []
        for i, ordinal in enumerate(page):
            at = offset + i
            texts = [analyzer.normalise(t) for row in best[i] for t in self._generation.texts(int(row))]
            matched = [w for w in self._words if any(w in text for text in texts)]
            lexical, cosine = float(ordered.lexical[at]), float(ordered.vector[at])
            why = self._explanation(matched, lexical, cosine) if explain else None
            band = self._band(matched, cosine)
            found.append(self._hit(at, int(ordinal), float(ordered.score[at]), band, best[i], why))
        return found

    def _best_rows(self, rows: Sequence[NDArray[np.int64]]) -> list[NDArray[np.int64]]:
        """Of each document, its best rows: best first where there are words to rank by, else in reading order."""
        if not self._terms:
            return [r[:_SHOWN_PASSAGES] for r in rows]
        flat = np.concatenate(rows) if rows else np.empty(0, np.int64)
        lexical = self._generation.lexical_passages(self._terms, flat)
        vector = np.asarray(self._generation.vector_index.reconstruct(flat) @ self._vector, dtype=np.float64)
        if self._mode == "vector":
            lexical = np.full(len(flat), np.nan)
        score = dict(zip(flat.tolist(), _combined(lexical, vector), strict=True))
        return [np.array(sorted(r.tolist(), key=lambda row: (-score[row], row))[:_SHOWN_PASSAGES]) for r in rows]

    def _hit(
        self, at: int, ordinal: int, score: float, band: Band, rows: NDArray[np.int64], why: Explanation | None
    ) -> Hit:
        entry = self._generation.table.documents[ordinal]
        return Hit.model_validate(
            {
                **entry._asdict(),
                "title": mask(entry.title) if entry.title else None,
                "rank": at + 1,
                "score": round(score, 6),
                "band": band,
                "proposal_number": entry.proposal_numbers[0] if entry.proposal_numbers else None,
                "proposal_kind": entry.kind,
                "passages": [self._passage(ordinal, int(row)) for row in rows],
                "explanation": why,
            }
        )

    def _passage(self, ordinal: int, row: int) -> PassageHit:
        table, document = self._generation.table, self._generation.document(ordinal)
        start, end, section = int(table.start[row]), int(table.end[row]), int(table.section[row])
        text = document.text[start:end]
        path = heading_path(document.sections, section)
        return PassageHit(
            passage_id=f"{document.doc_id}#{int(table.number[row])}",
            section=mask(" › ".join(path)) or None,
            text=mask(text),
            start=start,
            end=end,
            highlights=highlights(text, self._marked, self._parsed.wanted.phrases),
        )

    @cached_property
    def _rarity(self) -> dict[str, float]:
        total = len(self._generation.table)
        return {w: math.log(1 + total / (1 + self._generation.document_frequency(w))) for w in self._words}

    @cached_property
    def _marked(self) -> Sequence[str]:
        return sorted(self._words, key=lambda w: (-self._rarity[w], w))[:_MARKED_WORDS]

    def _band(self, matched: Sequence[str], cosine: float) -> Band:
        if not self._words:
            return "高度相关"
        coverage = sum(self._rarity[w] for w in matched) / sum(self._rarity.values())
        closeness = coverage if math.isnan(cosine) else max(coverage, cosine)
        return next((band for threshold, band in _BANDS if closeness >= threshold), "可参考")

    def _explanation(self, matched: Sequence[str], lexical: float, vector: float) -> Explanation:
        return Explanation(
            matched_terms=[w for w in matched if not any(w != other and w in other for other in matched)],
            lexical_score=None if math.isnan(lexical) else round(float(lexical), 4),
            vector_score=None if math.isnan(vector) else round(float(vector), 4),
            vector_weight={"hybrid": VECTOR_WEIGHT, "lexical": 0.0, "vector": 1.0}[self._mode],
        )


def _combined(lexical: NDArray[np.float64], vector: NDArray[np.float64]) -> NDArray[np.float64]:
    """One score from what there is: the only leg's own where the other was not asked."""
    if np.isnan(lexical).all():
        return np.nan_to_num(vector, nan=0.0)
    if np.isnan(vector).all():
        return lexical
    return fused(lexical, vector)
