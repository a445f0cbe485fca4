"""Prints what `dafu eval ablate` measured: a row a variant, one measure by category, and the difference."""

from eval.ablation import Ablation, AblationRow
from eval.reports.cells import MODE_LABELS, PART_LABELS, difference_cells
from eval.reports.terminal.tables import console, say, table


def print_ablation(ablation: Ablation, measure: str) -> None:
    """A table for every mode and subset of the topics."""
    for mode, subsets in ablation.items():
        for subset, rows in subsets.items():
            queries = rows[0].figures["all"].queries
            say(f"\n{MODE_LABELS[mode]}（{mode}），{PART_LABELS[subset]} {queries} 题，{measure}；差为改动后减改动前。")
            categories = list(rows[0].figures)
            shown = table(["改动"], [*categories, "差", "95 % 区间", "p"])
            for row in rows:
                values = (f"{row.figures[category].means[measure]:.3f}" for category in categories)
                shown.add_row(row.name if row.changes else "不改动", *values, *_difference(row, measure))
            console().print(shown)


def _difference(row: AblationRow, measure: str) -> list[str]:
    """The cells of the difference over all topics; empty where there is none."""
    found = [d for d in row.differences.get("all", ()) if d.measure == measure]
    return difference_cells(found[0]) if found else ["", "", ""]
