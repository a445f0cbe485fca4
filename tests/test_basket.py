"""The basket through the client: what it holds, the address and the file it travels in, and what is exported."""

import json
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path
from urllib.parse import quote, unquote

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams
from starlette.testclient import TestClient

from corpus.proposals import Point
from indexer.snapshot import Snapshot
from search_api.desk import basket as baskets
from search_api.desk.basket import MAX_PICKS, Basket, Pick
from search_api.desk.sheet import Sheet
from search_api.searcher import Searcher
from search_api.types import Band
from search_api.web.app import create_app
from search_api.web.rendering.baskets import MAX_ADDRESS, MAX_BASKET, MAX_FILE, address_of, in_address
from tests.conftest import make_index
from tests.test_web import HOSTILE, HOSTILE_ID, write_web_letters

TODAY = date(2026, 3, 9)
CANTEEN, LIFT = "松澜市民政局:长者食堂", "松澜市民政局:加装电梯"
POINTS = (
    Point(number=1, text="多建长者食堂。", context="老人吃饭难。\n子女不在身边。"),
    Point(number=2, text="给电梯补贴。", context=""),
    Point(number=3, text="建海底隧道。", context=""),
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The letters of the web's tests, and two whose ids are known; one has a telephone number in its text."""
    folder = tmp_path_factory.mktemp("basket")
    write_web_letters(folder / "letters")
    known = [
        (CANTEEN, "关于长者食堂的提案", "2024-02-09", "一、办理情况\n食堂每餐补贴两元，订餐请拨打86605678。"),
        (LIFT, "关于加装电梯的提案", None, "一、补贴\n加装电梯每台补贴十五万元。\n二、审批\n审批压缩到三十日。"),
    ]
    lines = [
        json.dumps(
            {"id": doc_id, "title": title, "agency": "松澜市民政局", "replied_on": day, "text": text},
            ensure_ascii=False,
        )
        for doc_id, title, day, text in known
    ]
    (folder / "letters" / "已知.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert not make_index(folder / "letters", folder / "index").failures
    return folder / "index"


@pytest.fixture(scope="module")
def snapshot(index: Path) -> Snapshot:
    return Searcher(index).snapshot


@pytest.fixture
def client(index: Path) -> Iterator[TestClient]:
    with TestClient(create_app(index)) as client:
        yield client


def pick(doc_id: str, number: int = 1, point: int | None = None, band: Band | None = None) -> Pick:
    return Pick(passage_id=f"{doc_id}#{number}", point=point, band=band)


def filled(*picks: Pick) -> Basket:
    chosen = picks or (pick(CANTEEN, point=1, band="高度相关"), pick(LIFT, 2, 2, "相关"), pick(LIFT))
    return Basket(title="关于一老一小的提案", number="20260031", points=POINTS, without_precedent=(3,), picks=chosen)


def export(client: TestClient, basket: Basket, file_format: str) -> bytes:
    answer = client.post("/basket/export", data={"basket": basket.model_dump_json(), "format": file_format})
    assert answer.status_code == 200, answer.text
    return answer.content


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
    assert f'href="/documents/{quote(CANTEEN, safe="")}?passage=1#p1"' in page
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


# Its address


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


# Export


def test_the_word_file_has_the_proposal_its_points_and_exact_sources(client: TestClient) -> None:
    document = docx.Document(BytesIO(export(client, filled(), "docx")))
    lines = [paragraph.text for paragraph in document.paragraphs if paragraph.text]
    assert lines[0] == "关于一老一小的提案"
    assert any("20260031" in line for line in lines[:4])
    at = lines.index("诉求一：多建长者食堂。")
    context, passage, source, note, write = lines[at + 1 : at + 3], *lines[at + 3 : at + 7]
    assert context == ["老人吃饭难。", "子女不在身边。"]
    assert passage.startswith("食堂每餐补贴两元")
    assert source == "松澜市民政局：《关于长者食堂的提案》答复，2024-02-09，第1段"
    assert note.startswith("高度相关 · 2024年2月9日（")
    assert write == "拟答复："
    assert lines[lines.index("诉求三：建海底隧道。") + 1] == "（没有先例）"
    addresses = [rel.target_ref for rel in document.part.rels.values() if rel.is_external]
    assert f"http://testserver/documents/{quote(CANTEEN, safe='')}?passage=1#p1" in addresses


def test_under_a_proxy_addresses_have_its_path(index: Path) -> None:
    with TestClient(create_app(index), root_path="/dafu") as client:
        made = Sheet.model_validate_json(export(client, filled(), "json"))
        page = client.post("/basket/contents", content=filled().model_dump_json()).text
    assert str(made.points[0].passages[0].address).startswith("http://testserver/dafu/documents/")
    assert 'action="/dafu/basket/export"' in page
    assert 'data-address="/dafu/basket?' in page


def test_markdown_names_title_points_and_sources(client: TestClient) -> None:
    text = export(client, filled(), "md").decode()
    assert text.startswith("# 关于一老一小的提案（答复参考）")
    assert "## 诉求二：给电梯补贴。" in text


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("关于一老一小的提案", "答复参考-关于一老一小的提案.docx"),
        (None, f"答复参考-{date.today().isoformat()}.docx"),
        ('a/b\\c:d*e?"f"<g>|h\n', "答复参考-a b c d e f g h.docx"),
        ("..", f"答复参考-{date.today().isoformat()}.docx"),
        ("长" * 300, f"答复参考-{'长' * 60}.docx"),
    ],
)
def test_the_file_is_named_after_the_proposal(client: TestClient, title: str | None, expected: str) -> None:
    basket = filled().model_copy(update={"title": title})
    answer = client.post("/basket/export", data={"basket": basket.model_dump_json(), "format": "docx"})
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith("attachment; filename=\"sheet.docx\"; filename*=UTF-8''")
    assert unquote(disposition.partition("''")[2]) == expected


# A file from a colleague


def test_an_exported_file_opens_as_the_basket_it_was(client: TestClient) -> None:
    page = client.post("/basket", files={"file": ("答复参考.json", export(client, filled(), "json"))})
    assert "这是别人发来的材料篮" in page.text
    assert "老人吃饭难。" in page.text
    block = page.text.partition('id="shared">')[2].partition("</script>")[0]
    assert Basket.model_validate_json(block) == filled()


# What is refused, and how


JSON_ONLY = {"accept": "application/json"}


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/basket?p=没有段号", "地址里的“p=没有段号”无法识别"),
        ("/basket?ask=没有序号", "应为 序号:诉求"),
        ("/basket?none=一", "没有先例的诉求的序号"),
        (f"/basket?{'p=::a%231&' * (MAX_PICKS + 1)}", f"一个材料篮最多 {MAX_PICKS} 条段落，这里有 501 条"),
        (f"/basket?{'ask=1:a&' * 61}p=a%231", "一个材料篮最多 60 条诉求"),
        ("/basket/export", "没有可以导出的段落"),
        ("/basket/export?title=只有标题", "没有可以导出的段落"),
        ("/basket/export?p=走了%231", "没有可以导出的段落"),
        ("/basket/export?format=exe&p=a%231", "可以导出 docx、md、json"),
    ],
)
def test_a_wrong_address_is_a_sentence(client: TestClient, path: str, sentence: str) -> None:
    for accept in ("text/html", "application/json"):
        answer = client.get(path, headers={"accept": accept})
        assert answer.status_code == 400
        assert sentence in answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("", "内容不是材料篮"),
        ("[1]", "内容不是材料篮"),
        ('{"title": "\\ud800"}', "内容不是材料篮"),
        ('{"version": 2}', "“version”这一项不对"),
        ('{"picks": [{"passage_id": "a#1", "band": "很近"}]}', "“picks.0.band”这一项不对"),
        (json.dumps({"picks": [{"passage_id": "a#1"}] * 501}), "最多 500 条段落，这里有 501 条"),
    ],
)
def test_a_damaged_basket_is_a_sentence(client: TestClient, body: str, sentence: str) -> None:
    contents = client.post("/basket/contents", content=body, headers=JSON_ONLY)
    exported = client.post("/basket/export", data={"basket": body, "format": "md"}, headers=JSON_ONLY)
    for answer in (contents, exported):
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"
        assert sentence in answer.json()["detail"]


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (b"", "没有选中文件"),
        (b"PK\x03\x04", "这不是从材料篮导出的 JSON 文件"),
        (b'{"picks": []}', "这不是从材料篮导出的 JSON 文件"),
    ],
)
def test_a_wrong_file_is_a_sentence(client: TestClient, file: bytes, sentence: str) -> None:
    answer = client.post("/basket", files={"file": ("a.json", file)}, headers=JSON_ONLY)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert sentence in answer.json()["detail"]
    assert client.post("/basket").status_code == 400


def test_too_much_is_refused_while_it_is_read(client: TestClient) -> None:
    def pieces() -> Iterator[bytes]:  # a body that does not say how long it is
        for _ in range(MAX_BASKET // 1000 + 1):
            yield b" " * 1000

    answers = [
        client.post("/basket/contents", content=pieces(), headers=JSON_ONLY),
        client.post("/basket/export", data={"basket": " " * MAX_BASKET}, headers=JSON_ONLY),
        client.post("/basket", files={"file": ("a.json", b" " * MAX_FILE)}, headers=JSON_ONLY),
    ]
    assert [answer.status_code for answer in answers] == [413, 413, 413]
    assert [answer.json()["detail"].partition("MB")[0] for answer in answers] == [
        "发来的材料超过上限 1 ", "发来的材料超过上限 1 ", "发来的材料超过上限 4 ",
    ]  # fmt: skip
    assert client.post("/basket/contents", content=b" " * (MAX_BASKET + 1)).text.count("材料太大") > 0
