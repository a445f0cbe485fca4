"""Writes the tables of ablation.md from the files of `dafu eval ablate --json`.

`python -m eval.reports.ablation_tables NAME=FILE,MEASURE,CATEGORY+CATEGORY...`: a table stands between
`<!-- ablation: NAME -->` and `<!-- end -->`; the rest of the page is left as it is.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from corpus.errors import DafuError
from eval.reports import markdown

PAGE = Path(__file__).parents[1] / "ablation.md"


def table(result: Mapping[str, Any], measure: str, categories: Sequence[str]) -> str:
    """A line a variant and mode: the measure by category, then the difference over all topics with its interval.

    Where the topics were split, dev and test stand side by side.
    """
    subsets = list(next(iter(result["modes"].values())))
    labels = {subset: "" if subset == "all" else f"{subset}, " for subset in subsets}
    head = [
        f"{measure}, {labels[subset]}{column}"
        for subset in subsets
        for column in (*categories, "difference over all (95 %)")
    ]
    rows = []
    for mode, by_subset in result["modes"].items():
        for variants in zip(*by_subset.values(), strict=True):
            cells = [cell for row in variants for cell in _cells(row, measure, categories)]
            rows.append([_name(variants[0]), mode, *cells])
    return markdown.table(["changed", "mode", *head], rows)


def _name(row: Mapping[str, Any]) -> str:
    return f"`{row['name']}`" if row["changes"] else row["name"]


def _cells(row: Mapping[str, Any], measure: str, categories: Sequence[str]) -> list[str]:
    values = [f"{row['figures'][category][measure]:.3f}" for category in categories]
    found = row["differences"].get("all")
    if not found:
        return [*values, ""]
    low, high = found[measure]["ci"]
    return [*values, f"{found[measure]['difference']:+.3f} ({low:+.3f} to {high:+.3f})"]


def with_table(page: str, argument: str) -> str:
    """The page with one table made anew. Raises DafuError for an argument of another form."""
    name, _, rest = argument.partition("=")
    parts = rest.split(",")
    if len(parts) != 3:
        raise DafuError(f"应为“名称=文件,指标,类别+类别”，实际是“{argument}”。")
    file, measure, categories = parts
    result = json.loads(Path(file).read_text(encoding="utf-8"))
    return markdown.with_block(page, "ablation", name, table(result, measure, categories.split("+")))


def main(arguments: Sequence[str]) -> None:
    """Rewrites the page."""
    page = PAGE.read_text(encoding="utf-8")
    for argument in arguments:
        page = with_table(page, argument)
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except DafuError as error:
        sys.exit(f"错误：{error}")
