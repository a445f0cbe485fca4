"""What is done to a case's points keeps what was chosen and noted for each ask."""

import pytest

from corpus.proposals import Point
from search_api.desk.basket import Pick
from search_api.desk.cases.changes import chosen, dropped, mark_of, noted, with_points
from search_api.desk.cases.model import CasePoint, Content
from search_api.query.language import QueryError

BUS, LINE = "延长公交的运营时间。", "在高铁站设夜间专线。"


@pytest.fixture
def content() -> Content:
    points = (CasePoint(number=1, text=BUS, context="", note="问交运"), CasePoint(number=2, text=LINE, context=""))
    picks = (Pick(passage_id="甲#00000001", point=1), Pick(passage_id="乙#00000002", point=2))
    return Content(title="关于夜间公交的提案", points=points, picks=picks)


def asks(*texts: str) -> list[Point]:
    return [Point(number=number, text=text, context="") for number, text in enumerate(texts, 1)]


def test_merged_points_have_the_passages_of_both(content: Content) -> None:
    after = with_points(content, asks(f"{BUS}\n{LINE}"))
    assert [(pick.passage_id, pick.point) for pick in after.picks] == [("甲#00000001", 1), ("乙#00000002", 1)]
    assert [point.note for point in after.points] == ["问交运"]


def test_of_a_point_that_is_split_the_first_part_keeps_the_passages(content: Content) -> None:
    after = with_points(content, asks("延长公交", "的运营时间。", LINE))
    assert [(pick.passage_id, pick.point) for pick in after.picks] == [("甲#00000001", 1), ("乙#00000002", 3)]


def test_a_point_in_other_words_keeps_its_passages_and_one_that_is_gone_loses_none(content: Content) -> None:
    after = with_points(content, asks("请延长夜间公交运营时间。"))
    assert [(pick.passage_id, pick.point) for pick in after.picks] == [("甲#00000001", 1), ("乙#00000002", None)]


def test_a_passage_is_chosen_once_for_a_point_and_taken_back(content: Content) -> None:
    again = chosen(content, Pick(passage_id="甲#00000001", point=1, band="相关"))
    assert [pick.band for pick in again.picks if pick.point == 1] == ["相关"]
    assert dropped(again, "甲#00000001", 1).picks == (Pick(passage_id="乙#00000002", point=2),)
    assert dropped(again, "甲#00000001", 2) == again


def test_a_point_that_is_not_there_cannot_be_chosen_for(content: Content) -> None:
    with pytest.raises(QueryError, match="没有第 3 条诉求"):
        chosen(content, Pick(passage_id="甲#00000001", point=3))


def test_a_note_stands_on_its_point_alone(content: Content) -> None:
    assert [point.note for point in noted(content, 2, "已电话联系").points] == ["问交运", "已电话联系"]


def test_what_was_shown_is_told_from_what_it_is_now() -> None:
    assert mark_of("甲") == mark_of("甲") != mark_of("乙")
    assert mark_of(["甲", "乙"]) != mark_of(["甲乙"])
