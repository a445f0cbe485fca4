"""What became of a commitment: kept, late or dropped by a later document's words, and never without them."""

from datetime import date

import pytest

from search_api.analyses.outcomes import LaterPassage, Outcome, Promise, Rarity, outcomes
from search_api.analyses.statuses import Became

STATION = "新建双桂泵站，每秒8立方米，2022年底建成。补偿标准尚在协商。"
OTHERS = [
    "全市学校食堂1013家，抽检合格率98.9%。",
    "轻轨2号线土建完成41%，青年路换乘站尚未封顶。",
    "长者食堂118家，助餐点76处。",
    "养犬登记46318只，定点医院53家。",
]


def promise(quote: str = "双桂泵站，每秒8立方米，2022年底建成", by: date | None = date(2022, 12, 31)) -> Promise:
    return Promise("水务:2020", date(2020, 8, 11), STATION, quote, by)


def later(text: str, day: date = date(2025, 7, 8)) -> LaterPassage:
    return LaterPassage("水务:2025", "水务:2025#1a2b3c4d", day, text)


def found(*promises: Promise, passages: list[LaterPassage]) -> list[Outcome | None]:
    rarity = Rarity([STATION, *OTHERS, *(passage.text for passage in passages)])
    return outcomes(promises, passages, rarity)


@pytest.mark.parametrize(
    ("sentence", "status"),
    [
        ("双桂泵站每秒8立方米，如期投用。", "kept"),
        ("双桂泵站每秒8立方米，已于2022年11月建成。", "kept"),
        ("双桂泵站每秒8立方米，2024年4月才建成，晚了16个月。", "late"),
        ("双桂泵站每秒8立方米，2024年4月建成。", "late"),
        ("双桂泵站每秒8立方米，因用地落空，不再建设。", "dropped"),
    ],
)
def test_a_later_sentence_shows_the_status_and_is_the_quotation(sentence: str, status: Became) -> None:
    (outcome,) = found(promise(), passages=[later(f"泵站情况如下。{sentence}")])
    assert outcome is not None
    assert outcome.status == status
    assert outcome.evidence.quote == sentence


@pytest.mark.parametrize(
    "passage",
    [
        later("长者食堂118家，晚了16个月才建成。"),
        later("双桂泵站每秒8立方米，规模合适。"),
        later("双桂泵站每秒8立方米，如期投用。", date(2019, 1, 1)),
    ],
    ids=["another matter", "no word on the outcome", "earlier"],
)
def test_what_does_not_show_it_is_no_outcome(passage: LaterPassage) -> None:
    assert found(promise(), passages=[passage]) == [None]


def test_a_sentence_shows_the_outcome_of_the_promise_that_it_is_closest_to() -> None:
    other = promise("古渡口河堤加高三米，2021年汛期前完工", date(2021, 5, 31))
    shown = found(promise(), other, passages=[later("双桂泵站每秒8立方米，2024年4月建成，晚了16个月。")])
    assert [outcome and outcome.status for outcome in shown] == ["late", None]
