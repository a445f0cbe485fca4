"""The address that a basket travels in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams
from starlette.testclient import TestClient

from corpus.proposals import Point
from search_api.desk import basket as baskets
from search_api.desk.basket import Basket, Pick
from search_api.desk.sheet import Sheet
from search_api.web.rendering.baskets import MAX_ADDRESS, address_of, in_address
from tests.basket.baskets import LIFT, filled, pick

ids = st.from_regex(r"[\w:〔〕#/?& ]{1,12}#[1-9][0-9]{0,2}", fullmatch=True)
words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
picks = st.builds(
    Pick,
    passage_id=ids,
    point=st.none() | st.integers(0, 9999),
    band=st.sampled_from([None, "高度相关", "相关", "可参考"]),
)
baskets_without_context = st.builds(
    Basket,
    version=st.just(1),
    title=st.none() | words,
    number=st.none() | words,
    points=st.lists(st.builds(Point, number=st.integers(0, 9999), text=words, context=st.just("")), max_size=4),
    without_precedent=st.lists(st.integers(0, 9999), max_size=3),
    picks=st.lists(picks, max_size=4),
)


@given(baskets_without_context)
def test_the_address_holds_all_but_the_context(basket: Basket) -> None:
    assert (in_address(QueryParams(address_of(basket))) or Basket()) == basket


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2:1:局:函〔2023〕5号#3", Pick(passage_id="局:函〔2023〕5号#3", point=2, band="高度相关")),
        (":3:局#3", Pick(passage_id="局#3", band="可参考")),
        ("::局#3", Pick(passage_id="局#3")),
        ("2:1:局:函〔2023〕5号#612f9e4d.2", Pick(passage_id="局:函〔2023〕5号#612f9e4d.2", point=2, band="高度相关")),
        ("局#a98fc74e", Pick(passage_id="局#a98fc74e")),
        ("局:函〔2023〕5号#3", Pick(passage_id="局:函〔2023〕5号#3")),
    ],
)
def test_a_pick_in_an_address(written: str, expected: Pick) -> None:
    assert in_address(QueryParams([("p", written)])) == Basket(picks=(expected,))


def test_an_address_shows_its_basket_and_can_be_exported(client: TestClient) -> None:
    address = address_of(filled())
    page = client.get(f"/basket?{address}")
    assert "这是别人发来的材料篮" in page.text
    assert "食堂每餐补贴两元" in page.text
    assert 'data-act="remove"' not in page.text
    answer = client.get(f"/basket/export?format=json&{address}")
    assert baskets.of_sheet(Sheet.model_validate_json(answer.content)).picks == filled().picks
    assert client.head(f"/basket/export?{address}").status_code == 200


def test_a_long_basket_is_offered_as_a_file(client: TestClient) -> None:
    short = client.post("/basket/contents", content=filled().model_dump_json()).text
    assert "复制链接" in short
    many = [pick(LIFT, number) for number in range(1, MAX_ADDRESS // 60)]
    long = client.post("/basket/contents", content=filled(*many).model_dump_json()).text
    assert "复制链接" not in long
    assert "请导出 JSON 文件" in long
