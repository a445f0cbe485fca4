"""The topic page: answers over the years, trends whose points lead to their words, who answered; and none at all."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from starlette.testclient import TestClient

from indexer.snapshot import open_index
from search_api.analyses.stated import FigureSeries, Point
from search_api.topic import topic
from search_api.web.app import create_app
from search_api.web.rendering.trend import trend_of

PARKING = "松澜市城市管理局:松城管函〔2019〕41号"
LATEST = "松澜市住房和城乡建设局:松建函〔2025〕63号"


@pytest.fixture(scope="module")
def client(sample_index: Path) -> Iterator[TestClient]:
    with TestClient(create_app(sample_index)) as client:
        yield client


@pytest.fixture(scope="module")
def page(client: TestClient) -> str:
    answer = client.get("/topic", params={"q": "停车泊位"})
    assert answer.status_code == 200
    return unquote(answer.text)


def section(page: str, name: str) -> str:
    return page.partition(f'<section class="{name}"')[2].partition("</section>")[0]


def series(*points: tuple[float, str | None]) -> FigureSeries:
    return FigureSeries("泊位", "个", "四区", "stock", tuple(Point(v, p, "甲", "甲#1", "") for v, p in points))


def test_a_line_starts_at_nought_and_years_have_their_band() -> None:
    """Half way through 2021 and at the end of 2022, of two years over 400 units from 20: 20 + 200 * 5.5/12 and
    20 + 200 * 23.5/12; 50 of 100 stands in the middle between 164 and 44."""
    trend = trend_of(series((50, "2021-06"), (100, "2022-12")))
    assert [(point.x, point.y) for point in trend.points] == [(111.7, 104.0), (411.7, 44.0)]
    assert trend.line == "111.7,104.0 411.7,44.0"
    assert trend.ticks == ((120.0, 2021), (320.0, 2022))


def test_the_line_goes_through_what_was_said_last_of_a_period() -> None:
    trend = trend_of(series((83, "2022-12"), (81, "2022-12"), (60, "2021-12"), (99, None)))
    assert len(trend.points) == 3
    assert trend.line.count(",") == 2
    assert trend.line.endswith(f",{trend.points[1].y}")


def test_values_that_would_stand_in_each_other_have_no_label_but_the_newest() -> None:
    crowded = trend_of(series(*((n, f"20{n}") for n in range(10, 24))))
    labelled = [point.point.value for point in crowded.points if point.is_labelled]
    assert labelled[-1] == 23
    assert 3 <= len(labelled) <= 5
    assert len(crowded.ticks) < 14


def test_answers_are_in_order_of_time_with_the_superseded_struck(page: str) -> None:
    timeline = section(page, "timeline")
    rows = re.findall(r'<li data-status="(\w+)">\n<p class="meta"><strong>(\d{4})', timeline)
    assert [year for _, year in rows] == sorted(year for _, year in rows)
    assert ("superseded", "2019") in rows
    assert ("current", "2025") in rows
    assert timeline.count("<del>") == sum(status == "superseded" for status, _ in rows)
    assert re.search(rf'<a href="/documents/{LATEST}\?passage=\w+#p\w+">新答复</a>', timeline)


def test_every_point_of_a_trend_leads_to_the_words(client: TestClient, page: str) -> None:
    trends = section(page, "trends")
    points = re.findall(r'<a href="([^"]+)" aria-label="([^"]+)"><title>', trends)
    assert any(said == "2018年12月，41.6万辆" and PARKING in address for address, said in points)
    for address, said in points:
        value = said.partition("，")[2]
        passage = address.rpartition("#p")[2]
        document = client.get(address.partition("#")[0]).text
        assert f'id="p{passage}"' in document, said
        assert value in re.sub(r"<[^>]+>|\s", "", document), said
    assert trends.count("<polyline") == trends.count("<figcaption")
    assert len(points) == len(re.findall(r"<tr>", trends)) - 1


def test_nothing_on_the_page_has_a_style_of_its_own(page: str) -> None:
    assert " style=" not in page
    assert "<style" not in page


def test_who_answered_is_a_table_of_bureaus_and_years(page: str) -> None:
    who = section(page, "who")
    years = re.findall(r'<th scope="col">(\d{4})</th>', who)
    assert years == sorted(set(years))
    assert "2019年，松澜市城市管理局，已有新答复" in who
    assert "2025年，松澜市住房和城乡建设局，现行" in who


@pytest.mark.parametrize(
    ("query", "status", "sentence"),
    [
        ("", 200, "写几个词说明是哪件事"),
        ("  ", 200, "写几个词说明是哪件事"),
        ("火箭发射场", 200, "火箭发射场”"),
        ("单位:松澜市民政局", 200, "可以换个说法"),
        ("长" * 101, 400, "主题有 101 个字符，最多 100 个"),
        ('"长者', 400, "引号"),
    ],
)
def test_what_cannot_be_shown_is_said_in_a_sentence(client: TestClient, query: str, status: int, sentence: str) -> None:
    answer = client.get("/topic", params={"q": query})
    assert answer.status_code == status
    assert sentence in answer.text
    assert '<section class="timeline"' not in answer.text


def test_the_results_lead_to_the_topic_where_something_answers(client: TestClient) -> None:
    found = unquote(client.get("/", params={"q": "加装电梯 补助"}).text)
    assert '<a href="/topic?q=加装电梯 补助">这件事历年怎样答复</a>' in found
    assert "/topic?q=" not in client.get("/", params={"q": "火箭发射场 选址"}).text


def test_a_topic_is_of_what_the_user_may_see(sample_index: Path) -> None:
    snapshot = open_index(sample_index)
    assert topic(snapshot, "停车泊位").answers
    assert topic(snapshot.seen_by(frozenset({"nowhere"})), "停车泊位").answers == ()
