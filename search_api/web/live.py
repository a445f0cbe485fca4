"""The index that a running server answers from: opened when it is there, tried again while it is not."""

import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from weakref import WeakKeyDictionary

from corpus.errors import DafuError
from indexer.build.generation import Generation
from indexer.terms.kinds import terms_of
from search_api.labels import label_of
from search_api.searcher import Searcher
from search_api.web.logs import get_logger

_RETRY_SECONDS = 1.0
_LATEST = 5

_log = get_logger()


class IndexUnavailableError(DafuError):
    """There is no index, or it cannot be opened; the sentence says which and what to do."""


@dataclass(frozen=True)
class Latest:
    """One of the newest documents, for the front page."""

    doc_id: str
    label: str
    agency: str | None
    replied_on: str


@dataclass(frozen=True)
class Overview:
    """What a generation holds, as the form and the front page show it. `years` are ascending."""

    documents: int
    agencies: tuple[tuple[str, int], ...]
    years: tuple[tuple[int, int], ...]
    kinds: tuple[tuple[str, int], ...]
    latest: tuple[Latest, ...]


class LiveIndex:
    """Safe from any thread. Shows documents of every scope, of whichever generation lives."""

    def __init__(self, source: Searcher | Path) -> None:
        self._opening = _Opening(source)

    def seen_by(self, scopes: frozenset[str] | None) -> "SeenIndex":
        """The same for one request of a reader of these scopes: see Searcher.seen_by."""
        return SeenIndex(self._opening, scopes)

    def searcher(self) -> Searcher:
        """Raises IndexUnavailableError while there is no index; looks for one at most once a second."""
        return self._opening.searcher()

    def generation(self) -> Generation:
        return self.searcher().generation

    @property
    def folder(self) -> Path:
        """The index's. Raises IndexUnavailableError where that is not known before there is an index."""
        return self._opening.folder or self.generation().paths.folder.parents[1]

    def overview(self) -> Overview:
        """Of the generation, counted once for each."""
        generation, known = self.generation(), self._opening.overviews
        if generation not in known:
            known[generation] = _overview(generation)
        return known[generation]


class SeenIndex(LiveIndex):
    """One request's: what its reader may see, of the generation that lived when it first asked."""

    def __init__(self, opening: "_Opening", scopes: frozenset[str] | None) -> None:
        self._opening, self._scopes = opening, scopes
        self._pinned: Searcher | None = None

    def searcher(self) -> Searcher:
        if self._pinned is None:
            self._pinned = self._opening.searcher().seen_by(self._scopes)
        return self._pinned

    @property
    def pinned_number(self) -> int | None:
        """Of the generation that this request was answered from; None where it asked for none."""
        return self._pinned.generation.number if self._pinned else None


class _Opening:
    """The index's folder and, once it could be opened, its searcher."""

    def __init__(self, source: Searcher | Path) -> None:
        self.folder = None if isinstance(source, Searcher) else source
        self.overviews: WeakKeyDictionary[Generation, Overview] = WeakKeyDictionary()
        self._searcher = source if isinstance(source, Searcher) else None
        self._fault = ""
        self._tried_at = float("-inf")
        self._lock = Lock()

    def searcher(self) -> Searcher:
        if self._searcher is None:
            with self._lock:
                if self._searcher is None:
                    self._searcher = self._opened()
        return self._searcher

    def _opened(self) -> Searcher:
        if time.monotonic() - self._tried_at < _RETRY_SECONDS:
            raise IndexUnavailableError(self._fault)
        assert self.folder is not None
        try:
            searcher = Searcher(self.folder)
        except DafuError as error:
            self._fault = str(error)
        except Exception as error:  # damage that no reader foresaw must not take the server down
            reason = f"{type(error).__name__}：{error}"
            self._fault = f"索引 {self.folder} 无法打开（{reason}）。请运行 dafu verify {self.folder} 检查。"
        else:
            terms_of("预热")  # the segmenter reads its dictionary, half a second, now and not in the first request
            _log.info("index opened", folder=str(self.folder), generation=searcher.generation.number)
            return searcher
        self._tried_at = time.monotonic()
        _log.warning("index unavailable", reason=self._fault)
        raise IndexUnavailableError(self._fault)


def _overview(generation: Generation) -> Overview:
    entries = generation.table.documents
    dated = [i for i, entry in enumerate(entries) if entry.replied_on]
    newest = sorted(dated, key=lambda i: (entries[i].replied_on or "", entries[i].doc_id), reverse=True)[:_LATEST]
    latest = []
    for i in newest:
        entry = entries[i]
        latest.append(Latest(entry.doc_id, label_of(generation, i), entry.agency, entry.replied_on or ""))
    agencies = Counter(entry.agency for entry in entries if entry.agency)
    return Overview(
        documents=len(entries),
        agencies=tuple(sorted(agencies.items(), key=lambda item: (-item[1], item[0]))),
        years=tuple(sorted(Counter(entry.year for entry in entries if entry.year).items())),
        kinds=tuple(sorted(Counter(entry.kind for entry in entries).items())),
        latest=tuple(latest),
    )
