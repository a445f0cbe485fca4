"""What the pages of cases show: a case beside what the archive has on it today."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from indexer.snapshot import Snapshot
from search_api.desk.basket import Address, sheet
from search_api.desk.cases.model import Case, News
from search_api.desk.cases.store import Person
from search_api.desk.sheet.model import SheetPassage
from search_api.passage_lookup import find_passage

_WORDS = {"new": "有新的答复段落", "superseded": "选用的一段已有新答复", "gone": "选用的一段已经不在档案里"}


@dataclass(frozen=True)
class ListedCase:
    """A line of the list. What the archive said is None where this user may see less than the case's maker, and until
    the case has been compared."""

    case: Case
    days_left: int | None
    uncertain: int | None
    news: int | None
    is_waiting: bool


@dataclass(frozen=True)
class ShownNews:
    """A change of the archive, and where it is read: the document and the passage, None where it is gone."""

    news: News
    words: str
    doc_id: str | None
    anchor: str | None


def listed(case: Case, person: Person, today: date, generation: str | None) -> ListedCase:
    """A case for the list of a person; `generation` is the one that lives."""
    compared = case.compared if case.compared and person.sees_as_much_as(case.compared.scopes) else None
    return ListedCase(
        case=case,
        days_left=case.days_left(today),
        uncertain=len(case.of_closeness("uncertain")) if compared else None,
        news=len(compared.news) if compared else None,
        is_waiting=case.status != "done" and (case.compared is None or case.compared.generation != generation),
    )


def chosen_passages(
    snapshot: Snapshot, case: Case, today: date, address: Address
) -> tuple[Mapping[int | None, Sequence[SheetPassage]], list[str]]:
    """The chosen passages by the number of their point, None for no point, and the addresses that are gone."""
    made, missing = sheet(snapshot, case.basket(), today, address)
    return {point.number: point.passages for point in made.points}, missing


def shown_news(snapshot: Snapshot, case: Case, person: Person) -> list[ShownNews]:
    """What the archive changed since the case was looked at; nothing for who may see less than its maker."""
    if case.compared is None or not person.sees_as_much_as(case.compared.scopes):
        return []
    return [_shown(snapshot, news) for news in case.compared.news]


def _shown(snapshot: Snapshot, news: News) -> ShownNews:
    point = f"第 {news.point} 条：" if news.point else ""
    found = find_passage(snapshot, news.by or news.passage_id)
    is_there = found is not None and found.version is None
    return ShownNews(
        news=news,
        words=point + _WORDS[news.kind],
        doc_id=found.entry.doc_id if found and is_there else None,
        anchor=found.anchor if found and is_there else None,
    )
