"""From a query to hits: an index asked one query at a time."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from corpus.proposals import Proposal
from indexer.engine.parameters import RankingParameters
from indexer.engine.protocol import Mode
from indexer.snapshot import Snapshot
from search_api.bands import BANDS, closeness_of
from search_api.facets import Narrowing
from search_api.hits import HitFinder
from search_api.match import Match, match, proposal_of
from search_api.meaning import meaning_of
from search_api.query.language import ParsedQuery, parse_query
from search_api.ranked import RankedDocuments
from search_api.snapshots import Snapshots
from search_api.suggest import Suggester, suggester_of
from search_api.types import NOT_CERTAIN, NOTHING_CLOSE, Closeness, NamedValue, SearchResult, Sort
from search_api.valid_search import near_documents, standings_of, valid_documents

_MESSAGES: dict[Closeness, str | None] = {"answered": None, "uncertain": NOT_CERTAIN, "none": NOTHING_CLOSE}


class Searcher:
    """Search over an index. Safe from any thread.

    Made of a folder it answers from the generation that lives, and goes on to a new one as soon as CURRENT names it;
    made of a snapshot it stays with that. Raises DafuError where the folder holds no index.
    """

    def __init__(self, source: Path | str | Snapshots | Snapshot) -> None:
        self._take: Callable[[], Snapshot]
        self._snapshots: Snapshots | None = None
        if isinstance(source, Snapshot):
            self._take = lambda: source
            return
        snapshots = self._snapshots = source if isinstance(source, Snapshots) else Snapshots(Path(source))
        self._take = lambda: snapshots.seen_by(None)
        self._take()

    def seen_by(self, scopes: frozenset[str] | None) -> "Searcher":
        """The same for one request of a user who may see documents of these scopes, of all where None.

        It stays with the generation that lives now: an answer is never mixed of two.
        """
        return Searcher(self._snapshots.seen_by(scopes) if self._snapshots else self._take().seen_by(scopes))

    def with_ranking(self, ranking: RankingParameters) -> "Searcher":
        """The same, ranked by other parameters than the index's own; it stays with the generation that lives now."""
        return Searcher(self.snapshot.with_ranking(ranking))

    @property
    def snapshot(self) -> Snapshot:
        """What answers now. A request takes it once and keeps it to its end."""
        return self._take()

    @property
    def snapshots(self) -> Snapshots:
        """The index that it follows. Raises ValueError for a searcher that stays with one snapshot."""
        if self._snapshots is None:
            raise ValueError("a searcher of one snapshot follows no index")
        return self._snapshots

    @property
    def suggester(self) -> Suggester:
        """Suggestions out of what answers now."""
        return suggester_of(self.snapshot)

    def match(self, proposal: str | Proposal) -> Match:
        """Which documents answered a proposal, ask by ask; a text is taken apart first.

        Raises QueryError for a proposal without points, or with more than can be answered.
        """
        snapshot = self.snapshot
        taken_apart = proposal_of(proposal, meaning_of(snapshot)) if isinstance(proposal, str) else proposal
        return match(snapshot, taken_apart)

    def rank(self, query: str | ParsedQuery, depth: int, mode: Mode = "hybrid") -> list[tuple[str, float]]:
        """(doc_id, score) of the first `depth` documents, however far from the query: what an evaluation reads."""
        parsed = parse_query(query) if isinstance(query, str) else query
        snapshot = self.snapshot
        finder = HitFinder(snapshot, parsed, mode)
        ordered = finder.ranked()
        if mode == "hybrid":
            ordered = valid_documents(ordered, standings_of(snapshot, finder, near_documents(ordered)), finder.asked)
        entries = snapshot.engine.documents(ordered.documents[:depth])
        scores = ordered.score[:depth].tolist()
        return [(entry.doc_id, score) for entry, score in zip(entries, scores, strict=True)]

    def search(
        self,
        query: str | ParsedQuery,
        k: int = 10,
        *,
        mode: Mode = "hybrid",
        offset: int = 0,
        sort: Sort = "closeness",
        explain: bool = False,
        facets: bool = False,
    ) -> SearchResult:
        """The documents ranked offset+1 to offset+k of those that have anything to do with the query and were chosen.

        By date, those of the last band stay below the others, in an order of their own.
        Raises QueryError for a query that cannot be understood.
        """
        started = time.perf_counter()
        parsed = parse_query(query) if isinstance(query, str) else query
        snapshot = self.snapshot
        finder = HitFinder(snapshot, parsed, mode)
        near = ordered = (found := finder.ranked()).take(found.is_shown)
        narrowing = Narrowing(snapshot.engine, ordered.documents, parsed.chosen)
        if narrowing.is_on:
            near = ordered = ordered.take(narrowing.kept)
        if sort == "date":
            ordered = _newest_first(snapshot, ordered)
        known = standings_of(snapshot, finder, near_documents(near, ordered.documents[offset : offset + k]))
        if sort == "closeness" and mode == "hybrid":
            ordered = valid_documents(ordered, known, finder.asked)
        hits = finder.hits(ordered, offset, k, explain=explain, known=known)
        closeness = closeness_of(ordered.chance.tolist(), snapshot.manifest.calibration)
        took = (time.perf_counter() - started) * 1000
        return SearchResult(
            query=query if isinstance(query, str) else query.text,
            mode=mode,
            total=len(ordered),
            took_ms=round(took, 2),
            closeness=closeness,
            message=_MESSAGES[closeness],
            named=[NamedValue(kind=n.kind, text=n.text, values=list(n.values)) for n in finder.asked.named],
            searched=finder.asked.written_out,
            hits=hits,
            facets=narrowing.facets() if facets else None,
        )


def _newest_first(snapshot: Snapshot, ordered: RankedDocuments) -> RankedDocuments:
    """By date, those of the last band below the others."""
    newest = ordered.take(snapshot.engine.newest_first(ordered.documents))
    is_far = newest.chance < BANDS[-1][0]
    return newest.take(np.argsort(is_far, kind="stable"))
