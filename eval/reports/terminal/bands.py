"""Prints what `dafu eval run --bands` measured: the grades of each band's hits, and who was told that nothing is
close."""

from eval.bands import BandTallies, abstentions
from eval.reports.cells import PART_LABELS, band_share_label, count_label
from eval.reports.terminal.tables import console, say, table
from search_api.types import NOTHING_CLOSE


def print_bands(tallies: BandTallies) -> None:
    """Every band's shares of good hits, then abstentions by category; the parts of a split each apart."""
    say("\n等级是否名副其实：混合检索前 10 份的评判。括号内把未评判的按 0 计。")
    rows = table(["题目", "等级"], ["份数", "未评判", "评为 2", "评为 1 以上"])
    for part, by_category in tallies.items():
        for band, counts in by_category["all"].bands.items():
            shares = [band_share_label(counts, min_grade) for min_grade in (2, 1)]
            rows.add_row(PART_LABELS[part], band, str(counts.hits), str(counts.unjudged), *shares)
        rows.add_section()
    console().print(rows)
    say(f"得到“{NOTHING_CLOSE}”的题：没有相关答复的题应当全有，其他题应当全无。")
    rows = table(["类别", "应否"], [PART_LABELS[part] for part in tallies])
    for row in abstentions(tallies):
        rows.add_row(row.category, "应有" if row.rightly else "应无", *(count_label(*part) for part in row.parts))
    console().print(rows)
