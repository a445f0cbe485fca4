"""The index that a running server answers from: opened when it is there, tried again while it is not."""

import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from corpus.errors import DafuError
from indexer.generation import Generation
from indexer.terms import terms_of
from search_api.engine import Searcher
from search_api.web.labels import label_of
from search_api.web.logs import get_logger

_RETRY_SECONDS = 1.0
_LATEST = 5

_log = get_logger()


class IndexUnavailableError(DafuError):
    """There is no index, or it cannot be opened; the sentence says which and what to do."""


@dataclass(frozen=True)
class Latest:
    """One of the newest letters, for the front page."""

    doc_id: str
    label: str
    agency: str | None
    replied_on: str


@dataclass(frozen=True)
class Overview:
    """What a generation holds, as the form and the front page show it. `years` are ascending."""

    generation: int
    documents: int
    agencies: tuple[tuple[str, int], ...]
    years: tuple[tuple[int, int], ...]
    kinds: tuple[tuple[str, int], ...]
    latest: tuple[Latest, ...]


class LiveIndex:
    """Safe from any thread."""

    def __init__(self, source: Searcher | Path) -> None:
        self._folder = None if isinstance(source, Searcher) else source
        self._searcher = source if isinstance(source, Searcher) else None
        self._fault = ""
        self._tried_at = float("-inf")
        self._overview: Overview | None = None
        self._lock = Lock()

    def searcher(self) -> Searcher:
        """Raises IndexUnavailableError while there is no index; looks for one at most once a second."""
        if self._searcher is None:
            with self._lock:
                if self._searcher is None:
                    self._searcher = self._opened()
        return self._searcher

    def generation(self) -> Generation:
        return self.searcher().generation

    @property
    def folder(self) -> Path:
        """The index's. Raises IndexUnavailableError where that is not known before there is an index."""
        return self._folder or self.generation().paths.folder.parents[1]

    def overview(self) -> Overview:
        """Of the live generation, counted once for each."""
        generation, known = self.generation(), self._overview
        if known is None or known.generation != generation.number:
            known = self._overview = _overview(generation)
        return known

    def _opened(self) -> Searcher:
        if time.monotonic() - self._tried_at < _RETRY_SECONDS:
            raise IndexUnavailableError(self._fault)
        assert self._folder is not None
        try:
            searcher = Searcher(self._folder)
        except DafuError as error:
            self._fault = str(error)
        except Exception as error:  # damage that no reader foresaw must not take the server down
            reason = f"{type(error).__name__}：{error}"
            self._fault = f"索引 {self._folder} 无法打开（{reason}）。请运行 dafu verify {self._folder} 检查。"
        else:
            terms_of("预热")  # the segmenter reads its dictionary, half a second, now and not in the first request
            _log.info("index opened", folder=str(self._folder), generation=searcher.generation.number)
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
        generation=generation.number,
        documents=len(entries),
        agencies=tuple(sorted(agencies.items(), key=lambda item: (-item[1], item[0]))),
        years=tuple(sorted(Counter(entry.year for entry in entries if entry.year).items())),
        kinds=tuple(sorted(Counter(entry.kind for entry in entries).items())),
        latest=tuple(latest),
    )
