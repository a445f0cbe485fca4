"""The page of what may contradict: both quotations, a filter, and pairs that a user has said are none."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from indexer.paths import IndexPaths
from search_api import no_conflicts
from search_api.web.app import create_app
from tests.conftest import make_index
from tests.letters import numbered

BODY = "全市现有长者食堂六十八家，日均就餐九千人次，覆盖全部街道。"
ORIGIN = {"Origin": "http://testserver"}


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """Two bodies count the canteens of one district at one date."""
    for number, (agency, count) in enumerate([("松澜市民政局", 22), ("临渡区人民政府", 31)], 1):
        said = f"截至2022年底，临渡区共有长者食堂{count}家。"
        text = numbered(number).replace(BODY, said).replace("松澜市民政局", agency)
        (tmp_path / "letters").mkdir(exist_ok=True)
        (tmp_path / "letters" / f"{number}.txt").write_text(text, "utf-8")
    make_index(tmp_path / "letters", tmp_path / "index")
    return tmp_path / "index"


@pytest.fixture
def client(index: Path) -> Iterator[TestClient]:
    with TestClient(create_app(index)) as client:
        yield client


def pair(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([ab])" value="([^"]+)">', page))


def test_both_sides_stand_side_by_side_and_a_filter_narrows(client: TestClient) -> None:
    page = client.get("/conflicts").text
    assert [int(n) for n in re.findall(r"<blockquote>截至2022年底，临渡区共有长者食堂(\d+)家。", page)] in (
        [22, 31],
        [31, 22],
    )
    assert "可能矛盾" in page
    assert "1 对" in client.get("/conflicts?q=长者食堂&agency=松澜市民政局").text
    assert "没有找到可能的矛盾" in client.get("/conflicts?q=地铁").text
    assert "没有找到可能的矛盾" in client.get("/conflicts?agency=松澜市水务局").text
    assert '<a href="/conflicts">' in client.get("/").text


def test_a_pair_that_is_none_is_not_listed_until_that_is_taken_back(client: TestClient, index: Path) -> None:
    sides = pair(client.get("/conflicts").text)
    answer = client.post("/conflicts", data={**sides, "act": "none", "q": "食堂"}, headers=ORIGIN)
    assert answer.url.query == b"q=%E9%A3%9F%E5%A0%82"
    assert "没有找到可能的矛盾" in answer.text
    assert "已标为不是矛盾的 1 对" in answer.text
    (said,) = no_conflicts.read(IndexPaths(index).users)
    assert {said.a, said.b} == set(sides.values())
    answer = client.post("/conflicts", data={**sides, "act": "back"}, headers=ORIGIN)
    assert "1 对" in answer.text
    assert no_conflicts.read(IndexPaths(index).users) == []


def test_what_is_no_pair_of_the_index_is_not_kept(client: TestClient, index: Path) -> None:
    sides = pair(client.get("/conflicts").text)
    unknown = client.post("/conflicts", data={**sides, "b": "甲局:1号#00000000", "act": "none"}, headers=ORIGIN)
    assert unknown.status_code == 409
    assert client.post("/conflicts", data={**sides, "act": "perhaps"}, headers=ORIGIN).status_code == 422
    assert no_conflicts.read(IndexPaths(index).users) == []


def test_a_point_of_a_match_says_so_until_the_pair_is_none(client: TestClient) -> None:
    proposal = {"text": "关于养老的提案\n建议：\n一、增加临渡区长者食堂的家数。"}
    assert "可能矛盾：" in client.post("/match", data=proposal, headers=ORIGIN).text
    sides = pair(client.get("/conflicts").text)
    client.post("/conflicts", data={**sides, "act": "none"}, headers=ORIGIN)
    assert "可能矛盾：" not in client.post("/match", data=proposal, headers=ORIGIN).text
