"""Writes README's tables from the files of `python -m eval.peers --json`: `python -m eval.peers.tables NAME=FILE...`.

A table stands between `<!-- figures: NAME -->` and `<!-- end -->`; the rest of the page is left as it is.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.reports import markdown
from eval.reports.cells import p_label

README = Path(__file__).parent / "README.md"
_MEASURE = "nDCG@10"
_OTHERS = ("R@10", "RR@10", "R@100")


def table(result: Mapping[str, Any]) -> str:
    """A line a run: nDCG@10 over all topics and by category, the other measures, and dafu's hybrid beside it."""
    runs = result["runs"]
    categories = [name for name in next(iter(runs.values()))["figures"] if name != "all"]
    head = ["run", _MEASURE, "95 % interval", *categories, *_OTHERS, "dafu hybrid ahead by", "p"]
    rows = []
    for name, run in runs.items():
        figures, versus = run["figures"], run.get("dafu_hybrid_minus_this")
        whole = figures["all"]
        values = [whole[_MEASURE], *(figures[c][_MEASURE] for c in categories), *(whole[m] for m in _OTHERS)]
        first, *others = (f"{value:.3f}" for value in values)
        rows.append([name, first, "{:.3f} to {:.3f}".format(*whole["ci"][_MEASURE]), *others, *_ahead(versus)])
    queries = next(iter(runs.values()))["figures"]["all"]["queries"]
    vectors = " and its general vector alone" if result.get("vectors") == "general" else ""
    said = f"{queries} topics; peers given each {result['unit']}{vectors}; {', '.join(result['versions'])}."
    return f"{said}\n\n{markdown.table(head, rows)}"


def _ahead(versus: Mapping[str, Any] | None) -> list[str]:
    if versus is None:
        return ["", ""]
    found = versus["all"][_MEASURE]
    low, high = found["ci"]
    return [f"{found['difference']:+.3f} ({low:+.3f} to {high:+.3f})", p_label(found["p"])]


def with_table(page: str, name: str, result: Mapping[str, Any]) -> str:
    """The page with the table of that name made anew. Raises ValueError where the page has no such place."""
    return markdown.with_block(page, "figures", name, table(result))


def main(arguments: Sequence[str]) -> None:
    page = README.read_text(encoding="utf-8")
    for argument in arguments:
        name, _, file = argument.partition("=")
        page = with_table(page, name, json.loads(Path(file).read_text(encoding="utf-8")))
    README.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
