"""What a basket holds: its passages under their points, and the page that shows them."""

from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from indexer.snapshot import Snapshot
from search_api.desk import basket as baskets
from search_api.desk.basket import Basket, Pick
from search_api.desk.sheet import Sheet
from search_api.web.rendering.baskets import address_of
from tests.basket.baskets import CANTEEN, LIFT, TODAY, export, filled, named, pick
from tests.web.archive import HOSTILE, HOSTILE_ID

# What it holds


def held(made: Sheet) -> dict[int | None, list[str]]:
    return {p.number: [f"{s.doc_id}#{s.passage_number}" for s in p.passages] for p in made.points}


@pytest.mark.parametrize(
    ("picks", "expected", "missing"),
    [
        ([], {1: [], 2: [], 3: []}, []),
        ([pick(LIFT, 2, 1), pick(LIFT, 1, 1)], {1: [f"{LIFT}#2", f"{LIFT}#1"], 2: [], 3: []}, []),
        ([pick(LIFT, 1, 2), pick(LIFT, 1, 1)], {1: [f"{LIFT}#1"], 2: [f"{LIFT}#1"], 3: []}, []),
        ([pick(LIFT, 1, 2), pick(LIFT, 1, 2)], {1: [], 2: [f"{LIFT}#1"], 3: []}, []),
        ([pick(LIFT), pick(CANTEEN, 1, 9)], {1: [], 2: [], 3: [], None: [f"{LIFT}#1", f"{CANTEEN}#1"]}, []),
        ([pick(LIFT, 7, 1), pick("别处", 1)], {1: [], 2: [], 3: []}, [f"{LIFT}#7", "别处#1"]),
        ([Pick(passage_id=f"{LIFT}#01"), Pick(passage_id=LIFT)], {1: [], 2: [], 3: []}, [f"{LIFT}#01", LIFT]),
    ],
)
def test_passages_stand_under_their_points(
    snapshot: Snapshot, picks: list[Pick], expected: dict[int | None, list[str]], missing: list[str]
) -> None:
    basket = filled().model_copy(update={"picks": tuple(picks)})
    made, gone = baskets.sheet(snapshot, basket, TODAY, lambda doc_id, number: None)
    assert (held(made), gone) == (expected, missing)


def test_a_sheet_leads_back_to_its_basket(snapshot: Snapshot) -> None:
    made, _ = baskets.sheet(snapshot, filled(), TODAY, lambda doc_id, number: None)
    assert baskets.of_sheet(Sheet.model_validate_json(made.model_dump_json())) == filled()


# Its page


def test_the_page_shows_text_source_closeness_date_and_age(client: TestClient) -> None:
    page = client.post("/basket/contents", content=filled().model_dump_json()).text
    assert "食堂每餐补贴两元" in page
    assert "诉求一：多建长者食堂。" in page
    anchor = named(CANTEEN, 1).rpartition("#")[2]
    assert f'href="/documents/{quote(CANTEEN, safe="")}?passage={anchor}#p{anchor}"' in page
    assert "松澜市民政局：《关于长者食堂的提案》答复，2024-02-09，第1段" in page
    assert 'data-band="高度相关"' in page
    assert '<time datetime="2024-02-09">2024年2月9日（' in page
    assert "日期不详" in page  # the lift's letter has none
    assert "没有先例" in page
    assert "链接里不含诉求的说明文字" in page  # the first point has some


def test_personal_data_are_masked_everywhere(client: TestClient) -> None:
    page = client.post("/basket/contents", content=filled().model_dump_json()).text
    files = [export(client, filled(), name).decode() for name in ("md", "json")]
    for text in (page, *files):
        assert "订餐请拨打" in text
        assert "86605678" not in text


def test_strangers_texts_are_never_markup(client: TestClient) -> None:
    ends = "</script><script>alert(1)</script>"
    basket = filled(pick(HOSTILE_ID)).model_copy(update={"title": HOSTILE + ends, "points": (), "number": ends})
    own = client.post("/basket/contents", content=basket.model_dump_json())
    shared = client.get(f"/basket?{address_of(basket)}")
    for answer in (own, shared):
        assert answer.status_code == 200
        assert "夜间照明路灯已经修复" in answer.text
        assert "alert(1)" in answer.text
        assert "<script>alert" not in answer.text
        assert "<img" not in answer.text


def test_what_the_archive_no_longer_has_is_named(client: TestClient) -> None:
    page = client.post("/basket/contents", content=filled(pick("走了的信", 4), pick(LIFT)).model_dump_json()).text
    assert "档案里已经没有的段落" in page
    assert "走了的信#4" in page


def test_an_empty_basket_says_how_to_fill_it(client: TestClient) -> None:
    assert "勾选“选入”" in client.post("/basket/contents", content=Basket().model_dump_json()).text
