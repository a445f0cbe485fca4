"""Writes README's tables from the newest result of each dataset: `python -m eval.reports.tables`.

A table stands between `<!-- figures: DATASET -->` and `<!-- end -->`, and so do `split: DATASET` and `bands: DATASET`;
the rest of the page is left as it is.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from eval.bands import BandCounts, BandTallies, Tally, abstentions
from eval.reports.markdown import blocks, table, with_block
from eval.reports.recorded import FOLDER, Result, results
from eval.splits import PARTS, SUBSETS
from search_api.types import NOTHING_CLOSE

README = Path(__file__).parents[1] / "README.md"
_FIRST, *_OTHERS = ("nDCG@10", "R@10", "RR@10", "R@100")


def with_tables(page: str, folder: Path = FOLDER) -> str:
    """The page with every table as the results in `folder` give it."""
    for kind, dataset in blocks(page):
        if kind in TABLES:
            page = with_block(page, kind, dataset, _text(kind, dataset, folder))
    return page


def _text(kind: str, dataset: str, folder: Path) -> str:
    recorded = results(dataset, folder)
    return TABLES[kind](recorded[-1]) if recorded else f"Not recorded yet: `dafu eval run … --record {dataset}`.\n"


def figures(result: Result) -> str:
    """Modes and categories, nDCG@10 with its interval, the time of a query."""
    head = ["mode", "topics", _FIRST, "95 % interval", *_OTHERS, "ms a query (median, 95 %)", "queries"]
    rows = []
    for mode, by_category in result.figures.items():
        took = result.latency_ms[mode]
        for category in _all_last(by_category):
            of = by_category[category]
            times = f"{took['median']:.1f}, {took['p95']:.1f}" if category == "all" else ""
            others = (f"{of[measure]:.3f}" for measure in _OTHERS)
            rows.append([mode, category, *_value(of), *others, times, str(of["queries"])])
    measured = f"Measured at commit {result.commit} on {result.date[:10]}, {result.machine['cores']} cores."
    return f"{measured}\n\n{table(head, rows)}"


def split(result: Result) -> str:
    """nDCG@10 by mode and category on the dev and the test part."""
    if result.split is None:
        return _without("--split", result)
    head = ["mode", "topics", *(text for part in PARTS for text in (part, "95 % interval", "queries"))]
    rows = []
    for mode in result.split[PARTS[0]]:
        sides = [result.split[part][mode] for part in PARTS]
        for category in _all_last(sides[0]):
            found = [side.get(category) for side in sides]
            rows.append([mode, category, *(text for of in found for text in _value_and_queries(of))])
    return f"{_FIRST} at commit {result.commit}.\n\n{table(head, rows)}"


def bands(result: Result) -> str:
    """The grades of each band's hits, and the abstentions by category."""
    if result.bands is None:
        return _without("--bands", result)
    parts: BandTallies = {
        subset: {name: Tally.from_json(t) for name, t in result.bands[subset].items()}
        for subset in SUBSETS
        if subset in result.bands
    }
    head = ["topics", "band", "hits", "unjudged", "judged 2", "judged 1 or 2", "with unjudged as 0"]
    hits = [
        [part, band, str(counts.hits), str(counts.unjudged), *_shares(counts)]
        for part, tallies in parts.items()
        for band, counts in tallies["all"].bands.items()
    ]
    told_head = [NOTHING_CLOSE, "should be", *parts]
    told = [
        [row.category, "told" if row.rightly else "not told", *(f"{n} of {of}" for n, of in row.parts)]
        for row in abstentions(parts)
    ]
    return f"At commit {result.commit}.\n\n{table(head, hits)}\n{table(told_head, told)}"


TABLES: Mapping[str, Callable[[Result], str]] = {"figures": figures, "split": split, "bands": bands}


def _all_last(categories: Iterable[str]) -> list[str]:
    return [*(category for category in categories if category != "all"), "all"]


def _value(of: Mapping[str, Any]) -> tuple[str, str]:
    low, high = of["ci"][_FIRST]
    return f"{of[_FIRST]:.3f}", f"{low:.3f}–{high:.3f}"


def _value_and_queries(of: Mapping[str, Any] | None) -> tuple[str, str, str]:
    return (*_value(of), str(of["queries"])) if of and of["queries"] else ("", "", "0")


def _shares(counts: BandCounts) -> list[str]:
    two, one, two_of_all, one_of_all = (
        "" if share is None else f"{share:.2f}"
        for share in (counts.share(min_grade, of_judged=judged) for judged in (True, False) for min_grade in (2, 1))
    )
    return [two, one, f"{two_of_all}, {one_of_all}" if two_of_all else ""]


def _without(option: str, result: Result) -> str:
    return f"The newest result (commit {result.commit}) was measured without `{option}`.\n"


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text(encoding="utf-8")), encoding="utf-8")
