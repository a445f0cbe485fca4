"""The page that shows the archive in figures, and the state of the index."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from corpus.privacy import mask
from indexer.archive import Failure
from indexer.build.alarms import told
from indexer.build.manifest import MIN_PAIRS, Calibration
from indexer.snapshot import Snapshot
from search_api.overview import Overview, overview_of
from search_api.web.access.identity import user_of
from search_api.web.deps import Live
from search_api.web.rendering.templating import METHODS, page

router = APIRouter(include_in_schema=False)

_AGENCIES = 12  # of the archive's; the rest are one line
_FAILURES = 50  # named one by one, more than anyone repairs at a sitting; `dafu status --json` has them all
_MAX_GAP = 100  # years: a date misread as 1024 must not draw a thousand empty columns
_LEGS = {"lexical": "只用词语", "vector": "只用向量", "hybrid": "两者合用"}
_PAIRS = {"all": "全部", "title": "标题", "question": "来信原文", "ask": "诉求"}


@dataclass(frozen=True)
class Bar:
    """`share` of the longest bar, in percent, and at least 1 where anything is counted."""

    label: str
    count: int
    share: float


@dataclass(frozen=True)
class LegFigures:
    """nDCG@10 of one leg by kind of pair, in the order of the table's heads."""

    label: str
    figures: tuple[float, ...]
    is_used: bool


@router.api_route("/status", methods=METHODS, response_class=HTMLResponse)
def status_page(request: Request, live: Live) -> HTMLResponse:
    snapshot, overview = live.snapshot, overview_of(live.snapshot)
    manifest = snapshot.manifest
    # Files and the self-check are of documents of every scope: not for a user who does not see them all.
    administers = user_of(request).may("admin") and snapshot.scopes is None
    failures = unreadable(snapshot) if administers else []
    skipped = left_out(snapshot) if administers else []
    values = {
        "administers": administers,
        "manifest": manifest,
        "overview": overview,
        "years": bars(_without_gaps(overview.years)),
        "undated": overview.documents - sum(count for _, count in overview.years),
        "agencies": bars(overview.agencies[:_AGENCIES]),
        "others": overview.agencies[_AGENCIES:],
        "unsigned": overview.documents - sum(count for _, count in overview.agencies),
        "heads": [(_PAIRS[kind], count) for kind, count in _pairs(manifest.calibration)],
        "legs": _legs(manifest.calibration),
        "slow_share": snapshot.slow_share(),
        "advice": manifest.outgrown,
        "fault": live.snapshots.fault if administers else None,
        "alarms": [mask(sentence) for sentence in told(snapshot.alarms())] if administers else [],
        "files": len(snapshot.files()),
        "megabytes": sum(p.stat().st_size for p in live.snapshots.folder.rglob("*") if p.is_file()) / 1e6,
        "failures": failures[:_FAILURES],
        "more_failures": len(failures[_FAILURES:]),
        "skipped": skipped[:_FAILURES],
        "more_skipped": len(skipped[_FAILURES:]),
        "kinds_counted": _kinds_counted(overview),
    }
    return page(request, "status.html", values)


def bars(counted: Iterable[tuple[object, int]]) -> list[Bar]:
    """
    >>> bars([(2023, 8), (2024, 0), (2025, 2)])[2]
    Bar(label='2025', count=2, share=25.0)
    """
    rows = [(str(label), count) for label, count in counted]
    most = max((count for _, count in rows), default=0)
    return [Bar(label, count, max(1.0, round(100 * count / most, 1)) if count else 0.0) for label, count in rows]


def unreadable(snapshot: Snapshot) -> list[Failure]:
    """The files that could not be read, with personal data masked and paths from the folder that holds all files."""
    return _from_one_folder(snapshot, snapshot.failures())


def left_out(snapshot: Snapshot) -> list[Failure]:
    """The files that were not taken in, told likewise."""
    return _from_one_folder(snapshot, snapshot.left_out())


def _from_one_folder(snapshot: Snapshot, failures: list[Failure]) -> list[Failure]:
    files = snapshot.files()
    inside = os.path.commonpath([os.path.dirname(file) for file in files]) if files else ""
    return [Failure(mask(os.path.relpath(path, inside)), mask(without_path(reason, path))) for path, reason in failures]


def without_path(reason: str, path: str) -> str:
    """A reason begins with the path from the source that `dafu index` was given.

    >>> without_path("民政局/a.jsonl 第 3 行：期望一个 JSON 对象", "/data/答复/民政局/a.jsonl")
    '第 3 行：期望一个 JSON 对象'
    """
    names = path.split("/")
    tails = ("/".join(names[at:]) for at in range(len(names)))
    given = next((tail for tail in tails if reason.startswith(tail)), "")
    return reason.removeprefix(given).lstrip("： ").replace(path, given or names[-1])


def _without_gaps(years: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The years between the first and the last with those that have no document, as far as that can be drawn."""
    counted = dict(years)
    first, last = min(counted, default=0), max(counted, default=0)
    if last - first > _MAX_GAP:
        return list(years)
    return [(year, counted.get(year, 0)) for year in range(first, last + 1)] if counted else []


def _pairs(calibration: Calibration) -> list[tuple[str, int]]:
    """Kinds of known pairs and how many there are, those first that are told first; none where too few to measure."""
    if calibration.pairs.get("all", 0) < MIN_PAIRS:
        return []
    return [(kind, calibration.pairs[kind]) for kind in _PAIRS if calibration.pairs.get(kind)]


def _legs(calibration: Calibration) -> list[LegFigures]:
    kinds = [kind for kind, _ in _pairs(calibration)]
    used = "hybrid" if calibration.vector_weight else "lexical"
    return [
        LegFigures(label, tuple(calibration.figures[leg][kind] for kind in kinds), leg == used)
        for leg, label in _LEGS.items()
        if kinds
    ]


def _kinds_counted(overview: Overview) -> list[tuple[str, int]]:
    """Kinds of documents, the most frequent first."""
    return sorted(overview.kinds, key=lambda kind: -kind[1])
