"""The live generation of an index folder: opened when it is there, and again when another one is in its place."""

import logging
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from corpus.errors import DafuError
from indexer.build.generation import current_number, identity_of
from indexer.paths import IndexPaths
from indexer.snapshot import Snapshot, open_index
from indexer.terms.kinds import terms_of

_RETRY_S = 1.0  # after an index that was not there
_ASK_AGAIN_S = 5.0  # after a generation that could not be opened
_MIN_REST = 10.0  # times what opening it took: a large one is read for a second before its damage is found
_LOG = logging.getLogger(__name__)


class IndexUnavailableError(DafuError):
    """There is no index, or it cannot be opened; the sentence says which and what to do."""


class Snapshots:
    """Safe from any thread. While one thread opens a new generation, the others are answered from the old one."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self.folder = folder
        self.fault: str | None = None
        """Why the generation that CURRENT names is not the one that answers; None where it is."""
        self._clock = clock
        self._lock = Lock()
        self._live: Snapshot | None = None
        self._asks_again_at = float("-inf")

    def seen_by(self, scopes: frozenset[str] | None) -> Snapshot:
        """The generation that lives now, for a user of these scopes, of all where None.

        A request takes it once and keeps it to its end: an answer is never mixed of two. Raises
        IndexUnavailableError while there is no index.
        """
        live = self._live
        if live is None:
            with self._lock:
                live = self._live = self._live or self._opened()
        elif self._clock() >= self._asks_again_at and self._lock.acquire(blocking=False):
            try:
                live = self._live = self._switched(live)
            finally:
                self._lock.release()
        return live.seen_by(scopes)

    def _opened(self) -> Snapshot:
        """The first one."""
        if self._clock() < self._asks_again_at:
            raise IndexUnavailableError(self.fault or "")
        try:
            live = open_index(self.folder, checked=True)
            _log_alarms(live)
        except DafuError as error:
            self.fault = str(error)
        except Exception as error:  # damage that nobody foresaw must not take the server down
            reason = f"{type(error).__name__}：{error}"
            self.fault = f"索引 {self.folder} 无法打开（{reason}）。请运行 dafu verify {self.folder} 检查。"
        else:
            terms_of(
                "预热", live.analyzer
            )  # the segmenter reads its dictionary, half a second, now and not in the first request
            _LOG.info("index opened: %s, generation %d", self.folder, live.number)
            self.fault, self._asks_again_at = None, float("-inf")
            return live
        self._asks_again_at = self._clock() + _RETRY_S
        _LOG.warning("index unavailable: %s", self.fault)
        raise IndexUnavailableError(self.fault)

    def _switched(self, live: Snapshot) -> Snapshot:
        """The one that CURRENT names now; whatever is wrong with it, what is open still answers.

        An index that was restored or built elsewhere and put in this one's place may have a generation of the same
        number.
        """
        started = self._clock()
        try:
            paths = IndexPaths(self.folder)
            number = current_number(paths)
            if number is not None and identity_of(paths.generation(number)) != live.generation.identity:
                live = open_index(self.folder, checked=True)
                _log_alarms(live)
            self.fault = None
        except Exception as error:
            _LOG.warning("keeping generation %d: %s", live.number, error)
            self.fault = str(error) if isinstance(error, DafuError) else f"{type(error).__name__}：{error}"
            now = self._clock()
            self._asks_again_at = now + max(_ASK_AGAIN_S, _MIN_REST * (now - started))
        return live


def _log_alarms(live: Snapshot) -> None:
    """How many there are: an identity or a path may hold personal data, which no log has."""
    if kinds := Counter(alarm.kind for alarm in live.alarms()):
        _LOG.warning("index alarms: %d identities clash, %d restrictions kept", kinds["clash"], kinds["kept"])


class Pinned:
    """What one request is answered from: the generation that lived when it first asked, as its user may see it."""

    def __init__(self, snapshots: Snapshots, scopes: frozenset[str] | None) -> None:
        self.snapshots, self._scopes = snapshots, scopes
        self._snapshot: Snapshot | None = None

    @property
    def snapshot(self) -> Snapshot:
        """Raises IndexUnavailableError while there is no index."""
        if self._snapshot is None:
            self._snapshot = self.snapshots.seen_by(self._scopes)
        return self._snapshot

    @property
    def number(self) -> int | None:
        """The number of the generation; None where the request asked for none."""
        return self._snapshot.number if self._snapshot else None
