"""From the chance that a document answers to what is said of it, and of an archive."""

from collections.abc import Iterable

from indexer.build.manifest import Calibration
from search_api.types import Band, Closeness

BANDS: tuple[tuple[float, Band], ...] = ((0.9, "高度相关"), (0.58, "相关"))
"""What a page calls a chance. eval/README.md has what each band comes to on queries that nothing was chosen on."""

UNCERTAIN, UNCERTAIN_BY_WORDS = 0.3, 0.35
"""Below this chance of the nearest document, nothing is said to answer; from 相关 on, something is. Between the two is
what a person must look at. The second is for an archive whose encoder knows nothing but the archive."""

MIN_SHOWN = 0.1
"""A hit of less chance is none."""


MAX_OTHER = 0.25
"""The most chance of what is no reply (minutes, notices, forms): 可参考, and no sign that something answers."""


def band_of(chance: float) -> Band:
    """What a page calls a chance of answering."""
    return next((band for least, band in BANDS if chance >= least), "可参考")


def closeness_of(chances: Iterable[float], calibration: Calibration) -> Closeness:
    """How close an archive comes to what is asked, by the chances of its documents."""
    best, least = max(chances, default=0.0), UNCERTAIN_BY_WORDS if calibration.slow_share is None else UNCERTAIN
    return "answered" if best >= BANDS[-1][0] else "uncertain" if best >= least else "none"
