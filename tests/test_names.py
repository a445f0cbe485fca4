"""What a query names, of what documents have: agencies in every form, districts, times, sessions, kinds, members."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from indexer.archive import Row
from indexer.engine.protocol import DocumentEntry
from search_api.query.asked import Asked
from search_api.query.language import parse_query
from search_api.query.named import Named
from search_api.query.names import Names
from search_api.searcher import Searcher
from search_api.web.app import create_app
from tests.suggestions import entry

CIVIL, DISTRICT, HOUSING = "松澜市民政局", "临渡区民政局", "松澜市住房和城乡建设局"
HEALTH, POLICE, DISABLED, YOUTH = (
    "松澜市卫生健康委员会",
    "松澜市公安局交通警察支队",
    "松澜市残疾人联合会",
    "共青团松澜市委员会",
)


def documents() -> Iterator[DocumentEntry]:
    for number, agency in enumerate((CIVIL, DISTRICT, HOUSING, HEALTH, POLICE, DISABLED, YOUTH, "松澜市教育局"), 1):
        yield entry(number, "加装电梯", agency, year=2020 + number % 2, replied_on=f"202{number % 2}-07-1{number}")
    yield entry(9, "路灯坏了", "临渡区城市管理局", kind="message", year=2023, replied_on="2023-07-11")


PROPOSED: list[tuple[DocumentEntry, list[Row]]] = [
    (entry(1, None), [{"members": ["贺兰"], "session": [10, 2]}]),
    (entry(2, None), [{"members": ["贺兰舟", "高建设"], "session": None}]),
    (entry(3, None), [{"members": ["民盟松澜市委会"], "session": None}]),
]
NAMES = Names(list(documents()), PROPOSED)


def found(text: str) -> list[tuple[str, str, list[int]]]:
    return [(named.kind, named.text, named.documents.tolist()) for named in NAMES.found(text)]


@pytest.mark.parametrize(
    ("form", "text", "keys"),
    [
        ("松澜市民政局", "松澜市民政局 助餐", [1]),
        ("市民政局", "请问市民政局管不管助餐", [1]),
        ("民政局", "民政局 助餐", [1, 2]),
        ("临渡区民政局", "临渡区民政局助餐", [2]),
        ("区民政局", "区民政局 助餐", [2]),
        ("民正局", "民正局 助餐", [1, 2]),
        ("市民正局", "市民正局", [1]),
        ("住建局", "住建局", [3]),
        ("住房建设局", "住房建设局 电梯", [3]),
        ("卫健委", "卫健委", [4]),
        ("市卫健委", "市卫健委的答复", [4]),
        ("交警", "交警 停车", [5]),
        ("市残联", "市残联 盲道", [6]),
        ("团市委", "团市委", [7]),
        ("城管局", "城管局路灯", [9]),
    ],
)
def test_an_agency_is_named_in_full_in_short_and_by_ear(form: str, text: str, keys: list[int]) -> None:
    assert found(text) == [("agency", form, keys)]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("2021年 助餐", ("year", "2021年", [1, 3, 5, 7])),
        ("课后2021", ("year", "2021", [1, 3, 5, 7])),
        ("二〇二一年的助餐", ("year", "二〇二一年", [1, 3, 5, 7])),
        ("23年 路灯", ("year", "23年", [9])),
        ("2023年7月11日", ("date", "2023年7月11日", [9])),
        ("2023-07-11", ("date", "2023-07-11", [9])),
        ("2023年7月", ("date", "2023年7月", [9])),
        ("2023年7月12日", ("date", "2023年7月12日", [9])),  # nobody replied that day: the month
        ("2023年8月12日", ("year", "2023年8月12日", [9])),  # nor in that month: the year
        ("十届二次 助餐", ("session", "十届二次", [1])),
        ("市政协十届二次会议", ("session", "市政协十届二次会议", [1])),
        ("10届2次", ("session", "10届2次", [1])),
        ("临渡区 停车", ("district", "临渡区", [2, 9])),
        ("临渡 停车", ("district", "临渡", [2, 9])),
        ("网友留言 路灯", ("kind", "网友留言", [9])),
        ("留言 路灯", ("kind", "留言", [9])),
        ("贺兰", ("member", "贺兰", [1])),
        ("贺兰舟委员", ("member", "贺兰舟委员", [2])),
        ("2021至2023年 助餐", ("year", "2021至2023年", [1, 3, 5, 7, 9])),
        ("2022-2031 路灯", ("year", "2022-2031", [9])),
        ("政协委员贺兰舟", ("member", "政协委员贺兰舟", [2])),
        ("人大代表 贺兰", ("member", "人大代表 贺兰", [1])),
        ("民盟 托育", ("member", "民盟", [3])),
        ("高建设代表的建议", ("member", "高建设代表", [2])),
    ],
)
def test_what_else_is_named(text: str, named: tuple[str, str, list[int]]) -> None:
    assert found(text) == [named]


@pytest.mark.parametrize(
    "text",
    [
        "教育局限性",
        "卫健委员",
        "管理局 停车",
        "财政局 补贴",  # no document of that bureau
        "2031年",
        "2021年底完工",
        "2021年以前的小区",
        "至2021年",
        "12021年",
        "2021个车位",
        "云岫县",
        "提高建设标准",  # holds a member's name
        "关于加装电梯的留言",  # a title
        "十一届二次",
        "贺兰山",
        "",
    ],
)
def test_what_names_nothing(text: str) -> None:
    assert found(text) == []


@given(st.text(alphabet="松澜市临渡区民政局教育2021年月日10届次贺兰舟委员 、的", max_size=30))
def test_names_are_stretches_of_the_text_that_do_not_overlap(text: str) -> None:
    at = 0
    for named in NAMES.found(text):
        assert at <= named.start < named.end <= len(text)
        assert named.text == text[named.start : named.end]
        assert len(named.documents)
        at = named.end


@pytest.mark.parametrize(
    ("query", "spoken"),
    [("民政局 助餐", "民政局 助餐"), ('"民政局" 助餐', "助餐"), ("单位:民政局 助餐", "助餐"), ("民政局\n助餐", "")],
)
def test_quoted_words_fields_and_pasted_texts_name_nothing(query: str, spoken: str) -> None:
    assert parse_query(query).spoken == spoken
    assert parse_query(query).literal().spoken == ""


# In the sample archive


@pytest.fixture(scope="module")
def searcher(sample_index: Path) -> Searcher:
    return Searcher(sample_index)


@pytest.fixture(scope="module")
def client(sample_index: Path) -> Iterator[TestClient]:
    with TestClient(create_app(sample_index)) as client:
        yield client


def test_what_is_named_comes_first_and_nothing_else_is_lost(searcher: Searcher) -> None:
    named, plain = searcher.search("2021年 充电", 100), searcher.search("充电", 100)
    assert [(n.kind, n.values) for n in named.named] == [("year", ["2021"])]
    assert {hit.doc_id: hit.band for hit in named.hits} == {hit.doc_id: hit.band for hit in plain.hits}
    first = searcher.search("临渡区城管局 停车", 1).hits[0]
    assert first.agency == "临渡区城市管理局"
    assert "停车" in (first.title or "")
    best = searcher.search("2021年民政局 助餐", 1).hits[0]  # one of the bureau's four replies on it
    assert best.doc_id == "松澜市民政局:松民函〔2021〕42号"


def test_the_name_of_a_bureau_says_nothing_about_the_matter(searcher: Searcher) -> None:
    assert [h.band for h in searcher.search("民政局 星际旅行", 5).hits] == [
        h.band for h in searcher.search("星际旅行", 5).hits
    ]


@pytest.mark.parametrize(("member", "title"), [("贺兰舟", "长者食堂"), ("贺兰", "柑橘"), ("贺兰英代表", "垃圾")])
def test_a_members_name_gives_that_members_documents_alone(searcher: Searcher, member: str, title: str) -> None:
    found = searcher.search(member)
    assert found.total == 1
    assert title in (found.hits[0].title or "")


def test_a_name_obeys_the_fields_beside_it(searcher: Searcher) -> None:
    assert {hit.agency for hit in searcher.search("2021年 单位:民政局", 50).hits} == {CIVIL}


def test_the_page_says_what_is_preferred_and_takes_it_back(client: TestClient) -> None:
    page = client.get("/", params={"q": "2021年市民政局 助餐"}).text
    assert "按年份 2021、单位“松澜市民政局”优先。" in page
    only, literal = (
        page.split(f">{label}</a>")[0].rsplit('href="', 1)[1].rstrip('"').replace("&amp;", "&")
        for label in ("只看这些", "不作优先，只按字面检索")
    )
    listed = client.get(only).text
    assert "<strong>1</strong> 份答复" in listed
    assert "让老年人吃上热乎饭" in listed
    assert "只看这些" not in listed
    assert "只看这些" not in client.get(literal).text
    assert 'value="2021年市民政局 助餐"' in client.get(literal).text


def test_the_api_says_what_is_named(client: TestClient) -> None:
    asked = client.get("/api/v1/search", params={"q": "卫健委 托育"}).json()
    assert asked["named"] == [{"kind": "agency", "text": "卫健委", "values": ["松澜市卫生健康委员会"]}]
    assert client.get("/api/v1/search", params={"q": "卫健委 托育", "names": "false"}).json()["named"] == []


def test_a_members_documents_come_first_however_far_and_a_bureaus_as_near_as_they_are() -> None:
    """Documents 1 to 4 score 4, 2, 1 and 0: the middle is 1.5 and the best 2.5 above it."""
    documents, score = np.arange(1, 5), np.array([4.0, 2.0, 1.0, 0.0])
    of_member = Asked("提过什么", (Named("member", "鲁守正", ("鲁守正",), 0, 3, np.array([4])),))
    assert of_member.preferred(documents, score, 0.75).tolist() == [4, 2, 1, 5]
    of_bureau = Asked("停车", (Named("agency", "交警", ("市公安局",), 0, 2, np.array([2, 4])),))
    near = 0.75 * 2.5 * (0.5 / 2.5) ** 0.5
    assert of_bureau.preferred(documents, score, 0.75).tolist() == pytest.approx([4, 2 + near, 1, 0])
    assert Asked("停车").preferred(documents, score, 0.75).tolist() == score.tolist()
