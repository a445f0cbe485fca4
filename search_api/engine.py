"""From a query to hits: the live generation of an index folder, asked one query at a time."""

import logging
import time
from pathlib import Path
from threading import Lock

from corpus.errors import DafuError
from indexer.generation import Generation, current_number
from indexer.legs import Mode
from indexer.paths import IndexPaths
from search_api.facets import Narrowing
from search_api.query import ParsedQuery, parse_query
from search_api.request import BANDS, Request
from search_api.suggest import Suggester
from search_api.types import NOTHING_CLOSE, SearchResult, Sort

_ASK_AGAIN_S = 5.0  # after a generation that could not be opened
_LOG = logging.getLogger(__name__)
# A hit of less chance is none; a result without a hit of the second band or better has nothing close enough. Chosen as
# the bands are.
_SHOWN = 0.1


class Searcher:
    """Search over an index folder. Safe from any thread; switches to a new generation when CURRENT names one."""

    def __init__(self, folder: Path) -> None:
        self._paths = IndexPaths(folder)
        self._lock = Lock()
        self._live = self._opened()
        self._asks_again_at = 0.0

    @property
    def generation(self) -> Generation:
        """The live generation. A request takes it once and keeps it to its end."""
        return self._switched()[0]

    @property
    def suggester(self) -> Suggester:
        """Suggestions out of the live generation."""
        return self._switched()[1]

    def _opened(self) -> tuple[Generation, Suggester]:
        generation = Generation.open_current(self._paths.folder)
        return generation, Suggester(generation)

    def _switched(self) -> tuple[Generation, Suggester]:
        if time.monotonic() >= self._asks_again_at:
            with self._lock:
                self._switch()
        return self._live

    def _switch(self) -> None:
        try:
            number = current_number(self._paths)
            if number is not None and number != self._live[0].number:
                self._live = self._opened()
        except DafuError as error:
            # What is open still answers; what cannot be opened is asked for again in a while.
            _LOG.warning("keeping generation %d: %s", self._live[0].number, error)
            self._asks_again_at = time.monotonic() + _ASK_AGAIN_S

    def rank(self, query: str | ParsedQuery, depth: int, mode: Mode = "hybrid") -> list[tuple[str, float]]:
        """(doc_id, score) of the first `depth` letters, however far from the query: what an evaluation reads."""
        parsed = parse_query(query) if isinstance(query, str) else query
        generation = self.generation
        ordered = Request(generation, parsed, mode).ranked()
        names = [generation.table.documents[i].doc_id for i in ordered.ordinals[:depth]]
        return list(zip(names, ordered.score[:depth].tolist(), strict=True))

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
        """The letters ranked offset+1 to offset+k of those that have anything to do with the query and were chosen.

        Raises QueryError for a query that cannot be understood.
        """
        started = time.perf_counter()
        parsed = parse_query(query) if isinstance(query, str) else query
        generation = self.generation
        request = Request(generation, parsed, mode)
        ordered = request.ranked()
        ordered = ordered.take(ordered.chance >= _SHOWN)
        narrowing = Narrowing(generation.table, ordered.ordinals, parsed.chosen)
        ordered = ordered.take(narrowing.kept)
        if sort == "date":
            ordered = ordered.take(generation.table.newest_first(ordered.ordinals))
        hits = request.hits(ordered, offset, k, explain=explain)
        close = bool((ordered.chance >= BANDS[-1][0]).any())
        took = (time.perf_counter() - started) * 1000
        text = query if isinstance(query, str) else query.text
        return SearchResult(
            query=text,
            mode=mode,
            total=len(ordered),
            took_ms=round(took, 2),
            message=None if close else NOTHING_CLOSE,
            hits=hits,
            facets=narrowing.facets() if facets else None,
        )
