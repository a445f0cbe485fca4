"""One query against one snapshot: retrieve, fuse, order, group by document, highlight, say how close."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from corpus.addresses import passage_id
from corpus.cached import cached_property
from corpus.parser.sections import heading_path
from indexer import deadline
from indexer.engine.filters import Filter
from indexer.engine.protocol import DocumentEntry, Keys, Mode, PassageEntry, Query, Retrieval
from indexer.engine.ranking import Candidates, fused
from indexer.engine.texts import passage_texts
from indexer.snapshot import Snapshot
from indexer.terms import analyzer
from indexer.terms.kinds import Terms, terms_of
from search_api.analyses.current import NOTHING_KNOWN, Standing, Standings
from search_api.analyses.verdicts import VerdictStated, verdicts_of
from search_api.bands import MAX_OTHER, MIN_SHOWN, band_of
from search_api.highlight import highlights
from search_api.labels import label_of
from search_api.query.asked import Asked, asked_of
from search_api.query.language import ParsedQuery
from search_api.ranked import RankedDocuments, best_passages
from search_api.table_hits import table_hit
from search_api.types import Explanation, Hit, PassageHit
from search_api.word_borders import Borders, Span, whole_words

_FIRST_BY_WORDS = 3  # documents that hybrid shows wherever words alone would
# Only the rarest words of a pasted text are marked: 办法 and 建议 stand everywhere, and a page of marks shows nothing.
_MARKED_WORDS = 24


class HitFinder:
    """One query against one snapshot."""

    def __init__(self, snapshot: Snapshot, parsed: ParsedQuery, mode: Mode) -> None:
        self._snapshot, self._engine = snapshot, snapshot.engine
        self._parsed, self._mode = parsed, mode
        self._looked_up = self._look_up()
        # A document asked for by its number is shown from its beginning: there are no words to rank by.
        self.asked = Asked("") if self._looked_up is not None else asked_of(snapshot, parsed)
        self._text = self.asked.text
        self._terms = terms_of(self._text, snapshot.analyzer)
        self._words = whole_words(self._text, snapshot.analyzer)

    def ranked(self) -> RankedDocuments:
        """All candidates, replies before other documents, best first; ties by doc_id."""
        if self._looked_up is not None:
            return self._looked_up
        if not self._terms and self.asked.named:
            return self._with_names()
        if not self._terms:  # a filter alone lists what it lets through; punctuation alone asks for nothing
            everything = self._engine.matching(self._parsed.wanted) if self._parsed.is_narrowed else _NOTHING
            return self._by_date(everything)
        deadline.check()
        found, _ = self._ways[0]
        score = self._preferred(found.documents, found.fused(self._snapshot.ranking))
        is_other = self.is_other(found.documents)
        chance = self._chance()
        chance = np.where(is_other, np.minimum(chance, MAX_OTHER), chance)
        is_shown = (chance >= MIN_SHOWN) | self._is_first_by_words(found) | bool(self._parsed.wanted.phrases)
        ranked = RankedDocuments(found.documents, found.lexical, found.vector, score, chance, is_shown)
        order = self._best_first(found.documents, score)
        return ranked.take(order[np.argsort(is_other[order], kind="stable")])

    @property
    def asks_in_words(self) -> bool:
        """Whether words led to the documents, and not a number or a filter alone."""
        return self._looked_up is None and bool(self._terms)

    def hits(
        self, ordered: RankedDocuments, offset: int, k: int, *, explain: bool, known: Standings = NOTHING_KNOWN
    ) -> list[Hit]:
        """The documents ranked offset+1 to offset+k, each with its best passages."""
        page = ordered.documents[offset : offset + k]
        best = self._best_passages(page)
        found = []
        for at, entry in enumerate(self._engine.documents(page), offset):
            deadline.check()
            shown = best.get(entry.key, [])
            why = self._explanation(ordered, at, entry, shown) if explain else None
            score, chance = float(ordered.score[at]), float(ordered.chance[at])
            found.append(self.hit(at + 1, entry, score, chance, shown, why, known))
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
        known: Standings = NOTHING_KNOWN,
    ) -> Hit:
        """A document as it is shown, with these of its passages and what is known of their worth."""
        verdicts = verdicts_of(self._snapshot, entry) if passages else {}
        return Hit.model_validate(
            {
                **entry._asdict(),
                "rank": rank,
                "score": round(score, 6),
                "band": band_of(chance),
                "proposal_number": entry.proposal_numbers[0] if entry.proposal_numbers else None,
                "proposal_kind": entry.kind,
                "passages": [
                    self._passage(entry, passage, known.get(passage.key), verdicts.get(passage.anchor))
                    for passage in passages
                ],
                "explanation": why,
                "label": label_of(self._snapshot, entry),
            }
        )

    def is_other(self, documents: Keys) -> NDArray[np.bool_]:
        """Which of these are no replies: below the replies they may still be of use."""
        return np.isin(documents, self._engine.matching(_OTHERS))

    @cached_property
    def _retrieval(self) -> Retrieval:
        return self._engine.retrieve(self._queries[0])

    @cached_property
    def _queries(self) -> list[Query]:
        """The query, and each form of its abbreviations where it has several; each is encoded once."""
        forms = [(text, terms_of(text, self._snapshot.analyzer)) for text in self.asked.ways]
        return [self._query(text, terms) for text, terms in ((self._text, self._terms), *forms)]

    def _query(self, text: str, terms: Terms) -> Query:
        encoder = self._snapshot.encoder
        vector = np.zeros(encoder.dimension, np.float32)
        if self._mode != "lexical" and terms:
            vector = np.asarray(encoder.encode_queries([text])[0], dtype=np.float32)
        return Query(terms, vector, self._parsed.wanted, self._snapshot.ranking)

    @cached_property
    def _ways(self) -> list[tuple[Candidates, Candidates]]:
        """What is found for each of the queries; and what would be found without its filter, where closeness asks."""
        ways = [self._retrieval, *map(self._engine.retrieve, self._queries[1:])]
        found = [way.candidates(self._mode) for way in ways]
        if not self._is_general or not self._parsed.wanted:
            return list(zip(found, found, strict=True))
        unfiltered = [self._engine.retrieve(replace(query, wanted=Filter())) for query in self._queries]
        return [(way, among.candidates(self._mode)) for way, among in zip(found, unfiltered, strict=True)]

    @property
    def _is_general(self) -> bool:
        return self._snapshot.manifest.calibration.slow_share is not None

    def _chance(self, *, by_words: bool = False) -> NDArray[np.float64]:
        """The chance of each candidate, by the form of the query that it is nearest to."""
        chances = [self._chance_of(*way, by_words=by_words) for way in self._ways]
        best, documents = chances[0], self._ways[0][0].documents
        for (way, _), chance in zip(self._ways[1:], chances[1:], strict=True):
            _, here, there = np.intersect1d(documents, way.documents, assume_unique=True, return_indices=True)
            best[here] = np.maximum(best[here], chance[there])
        return best

    def _chance_of(self, found: Candidates, among: Candidates, *, by_words: bool) -> NDArray[np.float64]:
        if by_words:
            found, among = found.by_words_alone(), among.by_words_alone()
        closeness = found.closeness(self._snapshot.ranking, among, is_general=self._is_general)
        return self._snapshot.manifest.calibration.chance(closeness)

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

    def _preferred(self, documents: Keys, score: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.asked.preferred(documents, score, self._snapshot.ranking.name_share)

    def _is_first_by_words(self, found: Candidates) -> NDArray[np.bool_]:
        """Which candidates words alone would show first: an encoder that knows few of the query's words, and so thinks
        little of every document, does not take them away."""
        chance = self._chance(by_words=True)
        is_near = (chance >= MIN_SHOWN) & ~np.isnan(found.lexical)
        score = np.where(is_near, self._preferred(found.documents, found.lexical), -np.inf)
        least = float(np.sort(score)[-_FIRST_BY_WORDS:].min(initial=np.inf))
        return np.asarray(is_near & (score >= least), dtype=bool)

    def _with_names(self) -> RankedDocuments:
        """What a query asks for that only names something: the documents that have most of it, the newest first.

        A member's documents are all that is asked for with a member's name.
        """
        everything = self._by_date(self._engine.matching(self._parsed.wanted))
        share = self.asked.share_named(everything.documents)
        named = replace(everything, score=share, chance=share, is_shown=share > 0)
        is_member = any(name.kind == "member" for name in self.asked.named)
        named = named.take(share >= (share.max(initial=0.0) if is_member else np.nextafter(0, 1)))
        return named.take(np.argsort(-named.score, kind="stable"))

    def _by_date(self, documents: Keys) -> RankedDocuments:
        """Documents newest first: what a query without words asks for."""
        ordered = documents[self._engine.newest_first(documents)]
        nothing, sure = np.full(len(ordered), np.nan), np.ones(len(ordered))
        return RankedDocuments(ordered, nothing, nothing, sure, sure, sure > 0)

    def _best_passages(self, documents: Keys) -> dict[int, list[PassageEntry]]:
        """The best passages of each document: best first where there are words to rank by, else in reading order."""
        keys, owners = self.passages(documents)
        scores = self.passage_scores(keys) if self._terms else -np.arange(len(keys), dtype=np.float64)
        chosen = best_passages(keys, owners, scores)
        flat = np.array([key for of_document in chosen.values() for key in of_document], dtype=np.int64)
        best: dict[int, list[PassageEntry]] = {}
        for passage in self._engine.passage_entries(flat):
            best.setdefault(passage.document, []).append(passage)
        return best

    def _passage(
        self, entry: DocumentEntry, passage: PassageEntry, standing: Standing | None, stated: VerdictStated | None
    ) -> PassageHit:
        document = self._snapshot.masked(entry)
        text = document.text[passage.start : passage.end]
        spans = self._marks(text)
        return PassageHit(
            **{"number": passage.number, "start": passage.start, "end": passage.end},
            passage_id=passage_id(entry.doc_id, passage.anchor),
            section=" › ".join(heading_path(document.sections, passage.section)) or None,
            text=text,
            highlights=spans,
            table=table_hit(document, passage.start, passage.end, spans, self._marks),
            status=standing and standing.status,
            superseded_by=standing and standing.taker_id,
            why=standing.why or None if standing else None,
            verdict=stated and stated.verdict,
        )

    def _marks(self, text: str) -> list[Span]:
        return highlights(text, self._marked, self._parsed.wanted.phrases, self._snapshot.analyzer)

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
        document = self._snapshot.masked(entry)
        texts = dict.fromkeys(text for passage in passages for text in passage_texts(document, passage))
        borders = [Borders(analyzer.normalise(text), self._snapshot.analyzer) for text in texts]
        matched = [w for w in self._words if any(next(b.occurrences(w), None) for b in borders)]
        lexical, vector = float(ordered.lexical[at]), float(ordered.vector[at])
        weights = {"lexical": 0.0, "vector": 1.0}
        return Explanation(
            matched_terms=[w for w in matched if not any(w != other and w in other for other in matched)],
            lexical_score=None if math.isnan(lexical) else round(lexical, 4),
            vector_score=None if math.isnan(vector) else round(vector, 4),
            vector_weight=round(weights.get(self._mode, self._vector_weight), 4),
            chance=round(float(ordered.chance[at]), 4),
        )


_NOTHING, _OTHERS = np.empty(0, np.int64), Filter(roles=("none",))
