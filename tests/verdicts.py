"""Verdicts of users on the hits of one query."""

from datetime import date

from search_api.feedback import Verdict

QUERY = "加装电梯 补贴"


def verdict(query: str = QUERY, passage_id: str = "甲局:1号#1", *, useful: bool = True, rank: int = 1) -> Verdict:
    return Verdict(
        date=date(2026, 7, 1), generation=1, query=query, passage_id=passage_id, rank=rank, useful=useful
    )  # fmt: skip
