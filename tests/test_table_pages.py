"""Tables wherever passages are shown: the API, the results, the document, the basket, Word, Markdown, the embed box."""

import html
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from playwright.sync_api import Browser, Page, expect
from starlette.testclient import TestClient

from search_api.desk.basket import Basket, Pick, sheet
from search_api.desk.sheet import Sheet, to_docx, to_markdown
from search_api.searcher import Searcher
from search_api.web.app import create_app
from search_api.web.settings.model import Settings
from tests.browser import NEEDS_BROWSER
from tests.conftest import make_index, write_letters
from tests.letter_pages import address
from tests.served import running
from tests.sheets import TODAY

RAIN = "青禾区水务局:cppcc:0188:2024-06-20"
YEARS = ["街道|2022年|2023年|2024年", "北门街道|4||6", "东仓街道|2|3|"]
WORKS = ["街道|低洼路段|措施", *(f"第{n}街道|第{n}号路段|更换雨水管并增设井口，工期{n}个月" for n in range(1, 31))]


def as_html(rows: list[str]) -> str:
    return "<table>" + "".join(f"<tr><td>{row.replace('|', '</td><td>')}</td></tr>" for row in rows) + "</table>"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    write_letters(folder / "letters")
    (folder / "letters" / "内涝.html").write_text(
        "<meta charset=utf-8><p>青禾区水务局关于区政协八届三次会议第0188号提案的答复</p><p>梁思远委员：</p>"
        "<p>您提出的《关于整治老城内涝的提案》（第0188号）收悉。现答复如下：</p><p>一、已改造的路段</p>"
        f"<p>各街道改造处数见下表，其余街道没有。</p>{as_html(YEARS)}<p>二、今年的安排</p>"
        f"<p>各街道安排见下表，由区财政承担。</p>{as_html(WORKS)}<p>青禾区水务局</p><p>2024年6月20日</p>",
        encoding="utf-8",
    )
    make_index(folder / "letters", folder / "index")
    return folder / "index"


@pytest.fixture(scope="module")
def searcher(index: Path) -> Searcher:
    return Searcher(index)


@pytest.fixture(scope="module")
def client(searcher: Searcher) -> Iterator[TestClient]:
    with TestClient(create_app(searcher)) as client:
        yield client


def best_table(client: TestClient, query: str) -> dict[str, Any]:
    """The best passage of the first hit, which is a table."""
    hit = client.get("/api/v1/search", params={"q": query}).json()["hits"][0]
    assert hit["doc_id"] == RAIN
    best: dict[str, Any] = hit["passages"][0]
    assert best["table"] is not None
    return best


def texts(rows: list[list[dict[str, Any]]]) -> list[list[str]]:
    return [[cell["text"] for cell in row] for row in rows]


# What programs get


def test_a_search_gives_the_rows_with_their_offsets(client: TestClient) -> None:
    best = best_table(client, "北门街道 东仓街道")
    whole = client.get(f"/api/v1{address(RAIN)}").json()
    table = best["table"]
    assert texts(table["rows"]) == [row.split("|") for row in YEARS]
    assert (table["head_rows"], table["matching"]) == (1, [1, 2])
    assert all(whole["text"][c["start"] : c["end"]] == c["text"] for row in table["rows"] for c in row)
    marked = [cell["text"][s:e] for row in table["rows"] for cell in row for s, e in cell["highlights"]]
    assert marked == ["街道", "北门街道", "东仓街道"]
    assert best["text"] == "\n".join(YEARS).replace("|", "\t")


def test_a_row_of_a_cut_table_comes_with_the_head_of_its_columns(client: TestClient) -> None:
    best = best_table(client, "第17号路段 措施")
    assert not best["text"].startswith("街道")
    table = best["table"]
    assert texts(table["rows"])[0] == ["街道", "低洼路段", "措施"]
    assert [texts(table["rows"])[at][1] for at in table["matching"]] == ["第17号路段"]
    assert [cell["text"][s:e] for cell in table["rows"][0] for s, e in cell["highlights"]] == ["路段", "措施"]


def test_a_document_gives_its_tables_and_those_of_its_passages(client: TestClient) -> None:
    found = client.get(f"/api/v1{address(RAIN)}").json()
    assert [(t["head_rows"], len(t["rows"])) for t in found["tables"]] == [(1, 3), (1, 31)]
    of_passages = [passage["table"] for passage in found["passages"]]
    assert None in of_passages
    later = [table["rows"] for table in of_passages if table and table["rows"][0] == found["tables"][1]["rows"][0]]
    assert len(later) > 1
    assert [row for rows in later for row in rows[1:]] == found["tables"][1]["rows"][1:]


def test_no_program_gets_strokes(client: TestClient, index: Path) -> None:
    command = [sys.executable, "-m", "dafu", "search", "北门街道 东仓街道", "--index", str(index)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "北门街道  4    6" in said
    for text in (said, client.get("/api/v1/search", params={"q": "北门街道"}).text, client.get(address(RAIN)).text):
        assert "|" not in text.replace("||", "")


# What pages show


def plain(row: str) -> list[str]:
    return [
        html.unescape(re.sub("<[^>]+>", "", cell)).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)
    ]


def test_results_show_the_row_that_matches_under_its_head(client: TestClient) -> None:
    page = client.get("/", params={"q": "第17号路段 措施"}).text
    best = page[page.index('class="best"') :]
    rows = re.findall(r"<tr>.*?</tr>", best[: best.index("</table>")], re.DOTALL)
    assert [plain(row) for row in rows] == [
        ["街道", "低洼路段", "措施"],
        ["第17街道", "第17号路段", "更换雨水管并增设井口，工期17个月"],
    ]
    assert rows[0].count('<th scope="col">') == 3
    assert rows[1].count('<th scope="row">') == 1
    assert "<mark>" in rows[1]
    assert re.search(r"表格这一段共 \d+ 行，这里是有查询词的 1 行", best)


def test_a_document_shows_its_tables(client: TestClient) -> None:
    found = client.get(f"/api/v1{address(RAIN)}").json()
    chosen = next(passage for passage in found["passages"] if passage["table"])
    anchor = chosen["passage_id"].rpartition("#")[2]
    page = client.get(address(RAIN), params={"passage": anchor}).text
    tables = re.findall(r"<table>.*?</table>", page[: page.index("</article>")], re.DOTALL)
    assert [len(re.findall("<tr", table)) for table in tables] == [3, 31]
    rows = [plain(re.sub(r"<small.*?</small>", "", row)) for row in re.findall(r"<tr.*?</tr>", tables[0], re.DOTALL)]
    assert rows == [row.split("|") for row in YEARS]
    assert tables[0].count('class="chosen"') == 3
    assert f'<tr id="p{anchor}" class="chosen" aria-current="location">' in tables[0]
    assert page.index("</table>") < page.index(f'id="cite-{anchor}"')
    for passage in found["passages"]:
        assert page.count(f'data-number="{passage["number"]}"') == 1


def test_a_match_shows_the_row_that_matches(client: TestClient) -> None:
    page = client.post("/match", data={"point": ["改造第17号路段，说明措施和工期。"], "context": [""]}).text
    rows = [plain(row) for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL)]
    assert ["街道", "低洼路段", "措施"] in rows
    assert ["第17街道", "第17号路段", "更换雨水管并增设井口，工期17个月"] in rows


# What people take away


@pytest.fixture
def picked(client: TestClient) -> Basket:
    both = [best_table(client, query)["passage_id"] for query in ("北门街道 东仓街道", "第17号路段 措施")]
    return Basket(picks=tuple(Pick(passage_id=passage_id) for passage_id in both))


def sheet_of(searcher: Searcher, basket: Basket) -> Sheet:
    made, missing = sheet(searcher.snapshot, basket, TODAY, lambda doc_id, anchor: None)
    assert not missing
    return made


def test_a_basket_shows_the_whole_passage_as_a_table(client: TestClient, picked: Basket) -> None:
    page = client.post("/basket/contents", content=picked.model_dump_json()).text
    rows = [plain(row) for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL)]
    assert rows[:4] == [*(row.split("|") for row in YEARS), ["街道", "低洼路段", "措施"]]


def test_a_table_is_a_table_in_word(searcher: Searcher, picked: Basket) -> None:
    tables = docx.Document(BytesIO(to_docx(sheet_of(searcher, picked)))).tables
    assert [[cell.text for cell in row.cells] for row in tables[0].rows] == [row.split("|") for row in YEARS]
    assert [cell.text for cell in tables[1].rows[0].cells] == ["街道", "低洼路段", "措施"]
    heads = [[row._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for row in t.rows] for t in tables]
    assert [head.count(True) for head in heads] == [1, 1]
    assert all(head[0] for head in heads)


def test_a_table_is_a_table_in_markdown_and_json(searcher: Searcher, picked: Basket) -> None:
    made = sheet_of(searcher, picked)
    assert (
        "> | 街道 | 2022年 | 2023年 | 2024年 |\n> | --- | --- | --- | --- |\n> | 北门街道 | 4 |  | 6 |"
        in to_markdown(made)
    )
    first = json.loads(made.model_dump_json())["points"][0]["passages"][0]
    assert first["table"] == {"head_rows": 1, "rows": [row.split("|") for row in YEARS]}
    assert "|" not in first["text"]


# In the browser


@pytest.fixture(scope="module")
def site(searcher: Searcher) -> Iterator[str]:
    with running(create_app(searcher, Settings(embed_origins=("http://oa.example.cn",)))) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    context = browser.new_context(locale="zh-CN", base_url=site, permissions=["clipboard-read", "clipboard-write"])
    yield context.new_page()
    context.close()


@NEEDS_BROWSER
def test_a_copied_table_is_one_in_excel(page: Page) -> None:
    page.goto(address(RAIN))
    expect(page.get_by_role("columnheader", name="2023年")).to_be_visible()
    expect(page.get_by_role("rowheader", name="东仓街道")).to_be_visible()
    page.locator("article table").first.evaluate("e => getSelection().selectAllChildren(e)")
    page.keyboard.press("Control+c")
    copied = page.evaluate("navigator.clipboard.readText()")
    lines = [line.rstrip("\r") for line in copied.strip("\n").split("\n")]
    assert lines == [row.replace("|", "\t") for row in YEARS]


@NEEDS_BROWSER
def test_a_wide_table_scrolls_in_its_own_box(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(address(RAIN))
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@NEEDS_BROWSER
def test_the_embed_box_shows_the_row_that_matches(page: Page) -> None:
    page.goto("/embed")
    box = page.get_by_role("combobox", name="查已有的答复")
    box.fill("第17号路段 措施")
    box.press("Enter")
    table = page.locator("dafu-search table").first
    table.wait_for(timeout=20_000)  # the first search loads the segmenter
    expect(table.get_by_role("columnheader")).to_have_text(["街道", "低洼路段", "措施"])
    expect(table.get_by_role("rowheader")).to_have_text(["第17街道"])
    expect(table.locator("tbody mark").first).to_be_visible()
