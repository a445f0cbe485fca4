"""From a query to hits: the live generation of an index folder, asked one query at a time."""

import copy
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from corpus.errors import DafuError
from indexer.build.generation import Generation, current_number
from indexer.engine.local.retrieval import Mode
from indexer.paths import IndexPaths
from search_api.facets import Narrowing
from search_api.hits import BANDS, Request
from search_api.query.language import ParsedQuery, parse_query
from search_api.suggest import Suggester
from search_api.types import NOTHING_CLOSE, SearchResult, Sort

_ASK_AGAIN_S = 5.0  # after a generation that could not be opened
_MIN_REST = 10.0  # times what opening it took: a large one is read for a second before its damage is found
_KEPT_VIEWS = 16  # sets of scopes; each holds its documents' postings and vectors once more
_LOG = logging.getLogger(__name__)
# A hit of less chance is none; a result without a hit of the second band or better has nothing close enough. Chosen as
# the bands are.
_SHOWN = 0.1


class View(NamedTuple):
    """What readers of the same scopes are answered from."""

    generation: Generation
    suggester: Suggester


class _Opened:
    """A generation, and of it a view for each set of scopes that was asked for lately. All of it goes together."""

    def __init__(self, folder: Path) -> None:
        self.generation = Generation.open_current(folder, checked=True)
        self._whole = View(self.generation, Suggester(self.generation))
        self._views: OrderedDict[frozenset[str], View] = OrderedDict()
        self._lock = Lock()

    def view(self, scopes: frozenset[str] | None) -> View:
        if scopes is None:
            return self._whole
        with self._lock:
            if scopes not in self._views:
                seen = self.generation.seen_by(scopes)
                self._views[scopes] = View(seen, Suggester(seen))
            self._views.move_to_end(scopes)
            if len(self._views) > _KEPT_VIEWS:
                self._views.popitem(last=False)
            return self._views[scopes]


class _Live:
    """The live generation of an index folder: opened again when CURRENT names another."""

    def __init__(self, folder: Path) -> None:
        self.fault: str | None = None
        self._folder = folder
        self._lock = Lock()
        self._opened = _Opened(folder)
        self._asks_again_at = 0.0

    def view(self, scopes: frozenset[str] | None) -> View:
        # One opens a new generation; meanwhile the others are answered from the old one.
        if time.monotonic() >= self._asks_again_at and self._lock.acquire(blocking=False):
            try:
                self._switch()
            finally:
                self._lock.release()
        return self._opened.view(scopes)

    def _switch(self) -> None:
        started = time.monotonic()
        try:
            number = current_number(IndexPaths(self._folder))
            if number is not None and number != self._opened.generation.number:
                self._opened = _Opened(self._folder)
            self.fault = None
        except Exception as error:  # whatever the damage is, what is open still answers
            _LOG.warning("keeping generation %d: %s", self._opened.generation.number, error)
            self.fault = str(error) if isinstance(error, DafuError) else f"{type(error).__name__}：{error}"
            now = time.monotonic()
            self._asks_again_at = now + max(_ASK_AGAIN_S, _MIN_REST * (now - started))


class Searcher:
    """Search over an index folder. Safe from any thread; switches to a new generation when CURRENT names one."""

    def __init__(self, folder: Path) -> None:
        self._live = _Live(folder)
        self._view: Callable[[], View] = partial(self._live.view, None)

    def seen_by(self, scopes: frozenset[str] | None) -> "Searcher":
        """The same for one request of a reader who may see documents of these scopes, of all where None.

        It stays with the generation that lives now: an answer is never mixed of two.
        """
        view, other = self._live.view(scopes), copy.copy(self)
        other._view = lambda: view
        return other

    @property
    def generation(self) -> Generation:
        """The live generation. A request takes it once and keeps it to its end."""
        return self._view().generation

    @property
    def suggester(self) -> Suggester:
        """Suggestions out of the live generation."""
        return self._view().suggester

    @property
    def fault(self) -> str | None:
        """Why the generation that CURRENT names is not the one that answers; None where it is."""
        return self._live.fault

    def rank(self, query: str | ParsedQuery, depth: int, mode: Mode = "hybrid") -> list[tuple[str, float]]:
        """(doc_id, score) of the first `depth` documents, however far from the query: what an evaluation reads."""
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
        """The documents ranked offset+1 to offset+k of those that have anything to do with the query and were chosen.

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
