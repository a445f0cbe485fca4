"""The front page and the pages of results: hits, filters, wrong queries, and what is said where little is found."""

import re

import pytest
from starlette.testclient import TestClient

from tests.web.archive import FAR


def test_the_front_page_shows_what_the_archive_holds(client: TestClient) -> None:
    page = client.get("/").text
    assert "收录 5 份答复，来自 3 个单位，2021 至 2025 年" in page
    assert "<title>松澜答复</title>" in page
    assert page.index("夜间照明") < page.index("助餐补贴")  # the newest first


def test_results_show_the_letter_its_passages_and_why(client: TestClient) -> None:
    page = client.get("/", params={"q": "加装电梯 住房公积金"}).text
    hit = page[page.index('<li id="hit-1">') :]
    assert "关于加装电梯的提案" in hit
    assert "2022年6月18日" in hit
    assert "政协提案 20230002" in hit
    assert "主办答复" in hit
    assert "<mark>加装电梯</mark>财政补贴" in hit
    assert "为什么是这条" in hit
    assert "<dd>加装、电梯、住房、公积金</dd>" in hit[hit.index("共同的词") : hit.index("词语得分")]
    assert 'value="加装电梯 住房公积金"' in page


def test_the_chance_stands_in_the_explanation(client: TestClient) -> None:
    page = client.get("/", params={"q": "加装电梯 住房公积金"}).text
    assert re.search(r"<dt>可能性</dt><dd>答复这一问题的可能性 (\d\d%|99% 以上)，按本档案的自测推算</dd>", page)


def test_what_is_not_certain_stands_above_the_nearest_hits(client: TestClient) -> None:
    far, close = client.get("/", params={"q": FAR}).text, client.get("/", params={"q": "加装电梯财政补贴"}).text
    notice = "<strong>没有把握，请看这几份。</strong>"
    assert far.index(notice) < far.index('<li id="hit-1">')
    assert 'data-band="可参考"' in far
    assert 'data-band="相关"' not in far
    assert 'data-band="高度相关"' not in far
    assert "没有把握" not in close
    answers = [client.get("/api/v1/search", params={"q": q}).json() for q in (FAR, "加装电梯财政补贴")]
    assert [answer["message"] for answer in answers] == ["没有把握，请看这几份", None]
    assert [answer["closeness"] for answer in answers] == ["uncertain", "answered"]
    assert answers[0]["hits"]


def test_a_list_by_a_filter_is_never_far(client: TestClient) -> None:
    assert "没有把握" not in client.get("/", params={"kind": "npc"}).text
    assert client.get("/api/v1/search", params={"q": "0508"}).json()["message"] is None


def test_where_nothing_is_found_nothing_is_nearest(client: TestClient) -> None:
    page = client.get("/", params={"q": "xyzzy"}).text
    assert "没有找到符合的答复" in page
    assert "以下是最接近的" not in page
    answer = client.get("/api/v1/search", params={"q": "xyzzy"}).json()
    assert (answer["message"], answer["hits"]) == ("没有足够接近的答复", [])


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"agency": "松澜市财政局"}, 1),
        ({"since": "2022-06-18", "until": "2024-05-09"}, 3),
        ({"year": ["2022", "2024"]}, 2),
        ({"outcome": "A"}, 0),
        ({"district": "市级"}, 4),
        ({"kind": "npc"}, 1),
        ({"role": "lead"}, 4),
        ({"kind": "cppcc", "since": "2023-01-01"}, 1),
        ({"q": "补贴", "role": "opinion"}, 1),
        ({"q": "年份:2021..2023", "since": "2022-01-01"}, 2),
        ({"q": "日期:2022..2023", "until": "2022-12-31"}, 1),
        ({"q": "日期:2023", "until": "2022-12-31"}, 0),
        ({"q": "单位:松澜市", "agency": "松澜市民政局"}, 3),
        ({"q": "0508", "agency": "松澜市民政局"}, 0),
        ({"q": "类型:人大", "kind": "npc"}, 1),
        ({"q": "类型:人大", "kind": "cppcc"}, 0),
    ],
)
def test_filters_narrow(client: TestClient, params: dict[str, str | list[str]], found: int) -> None:
    page = client.get("/", params=params).text
    assert len(re.findall(r'<li id="hit-\d+">', page)) == found
    assert ("没有找到符合的答复" in page) is (found == 0)


def test_filters_alone_list_the_letters_by_date(client: TestClient) -> None:
    page = client.get("/", params={"agency": "松澜市民政局"}).text
    dates = re.findall(r'<time datetime="([\d-]+)"', page)
    assert dates == ["2023-06-18", "2022-06-18", "2021-06-18"]
    assert "按日期排列" in page
    assert "高度相关" not in page
    assert "为什么是这条" not in page


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"q": ""}, "查询为空"),
        ({"q": "作者:张三"}, "不认识的字段"),
        ({"q": '"长者食堂'}, "引号没有成对"),
        ({"q": "食堂", "since": "2024-01-01", "until": "2020-01-01"}, "日期范围前后颠倒"),
        ({"q": "食堂", "since": "去年"}, "日期“去年”无法识别"),
        ({"q": "食堂", "kind": "信"}, "筛选“类型”的值“信”无法识别"),
        ({"q": "食堂", "page": "0"}, "页码“0”不能使用"),
        ({"q": "食堂", "page": "1001"}, "页码“1001”不能使用"),
    ],
)
def test_a_wrong_query_is_a_sentence_and_stays_in_the_box(
    client: TestClient, params: dict[str, str], sentence: str
) -> None:
    answer = client.get("/", params=params)
    assert answer.status_code == 400
    assert sentence in answer.text
    shown = params["q"].replace('"', "&#34;")
    assert f'value="{shown}"' in answer.text
    assert 'aria-invalid="true"' in answer.text or not params["q"]


def test_an_empty_result_says_what_to_try(client: TestClient) -> None:
    page = client.get("/", params={"q": '"海底隧道"', "agency": "民政局"}).text
    assert "没有找到符合的答复" in page
    assert "去掉筛选再查" in page
    assert "去掉引号" in page
    assert "减号" not in page[page.index("可以试试") :]


def test_a_page_beyond_the_last_leads_back(client: TestClient) -> None:
    page = client.get("/", params={"role": "lead", "page": "7"}).text
    assert "共 4 份答复，没有第 7 页" in page
    assert 'href="/?role=lead"' in page
