"""Writes figures, shares and names into the cells of tables, on a terminal or a page."""

from collections.abc import Sequence

from corpus.privacy import mask
from eval.bands import BandCounts
from eval.compare import Difference
from eval.measures import Figures

MODE_LABELS = {"lexical": "词语", "vector": "向量", "hybrid": "混合"}
PART_LABELS = {"all": "全部", "dev": "开发集", "test": "测试集"}

_MAX_TEXT = 80  # characters of a query's text


def figure_headings(measures: Sequence[str]) -> list[str]:
    """Headings of the columns that `figure_cells` fills."""
    return [measures[0], "95 % 区间", *measures[1:], "题数"]


def figure_cells(figures: Figures, measures: Sequence[str]) -> list[str]:
    """The first measure with its interval, the others, and the number of queries."""
    first, *others = (f"{figures.means[name]:.3f}" for name in measures)
    low, high = figures.ci[measures[0]]
    return [first, f"{low:.3f}–{high:.3f}", *others, str(figures.queries)]


def difference_cells(difference: Difference) -> list[str]:
    """The mean of B - A, its interval and p."""
    low, high = difference.ci
    return [f"{difference.mean:+.3f}", f"{low:+.3f} 至 {high:+.3f}", p_label(difference.p)]


def p_label(p: float) -> str:
    """
    >>> p_label(0.0001), p_label(0.0312)
    ('<0.001', '0.031')
    """
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def band_share_label(counts: BandCounts, min_grade: int) -> str:
    """The share of judged hits with that grade or more; in brackets, where some are unjudged, the share of all hits."""
    of_judged, of_all = (counts.share(min_grade, of_judged=judged) for judged in (True, False))
    if of_all is None:
        return "—"
    brackets = f"（{of_all:.0%}）" if counts.unjudged else ""
    return ("—" if of_judged is None else f"{of_judged:.0%}") + brackets


def count_label(hits: int, total: int) -> str:
    """
    >>> count_label(3, 4), count_label(0, 0)
    ('3/4（75%）', '—')
    """
    return f"{hits}/{total}（{hits / total:.0%}）" if total else "—"


def clipped(text: str, length: int = _MAX_TEXT) -> str:
    """A query's text on one line, personal data masked."""
    line = " ".join(mask(text).split())
    return line if len(line) <= length else line[:length] + "…"
