"""The register of commitments as a page, a workbook and a feed."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from starlette.testclient import TestClient

from indexer.snapshot import open_index
from search_api.web.app import create_app
from search_api.web.pages.commitments import overdue
from search_api.web.rendering.workbook import workbook
from tests.conftest import make_index
from tests.letters import letter

TODAY = date.today()
SOON = TODAY + timedelta(days=10)
OPENING = f"{SOON.year}年{SOON.month}月{SOON.day}日"
BODY = f"一、泵站\n双桂泵站拟于2022年底建成，每秒8立方米。\n二、公园\n临渡公园将于{OPENING}前开放。"


def read(data: bytes) -> list[list[object]]:
    sheet = openpyxl.load_workbook(BytesIO(data)).worksheets[0]
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A letter with a promise that is overdue and one that is due in ten days."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "letters").mkdir()
    text = letter(
        heading="松水函〔2020〕38号\n松澜市水务局关于市政协十届二次会议第20200238号提案的答复",
        opening="您提出的《关于治理内涝的提案》（第20200238号）收悉。现答复如下：",
        body=BODY,
        closing="松澜市水务局\n2020年8月11日",
    )
    (folder / "letters" / "38.txt").write_text(text, "utf-8")
    make_index(folder / "letters", folder / "index")
    return folder / "index"


@pytest.fixture
def client(index: Path) -> Iterator[TestClient]:
    with TestClient(create_app(index)) as client:
        yield client


def quotes(page: str) -> list[str]:
    return [quote[:4] for quote in re.findall(r"<blockquote><a [^>]*>([^<]+)", page)]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", ["双桂泵站", "临渡公园"]),
        ("?q=泵站", ["双桂泵站"]),
        ("?status=overdue", ["双桂泵站"]),
        ("?status=open&year=&due_since=", ["临渡公园"]),
        (f"?due_since={TODAY}", ["临渡公园"]),
        ("?due_until=2023-01-01", ["双桂泵站"]),
        ("?agency=民政", []),
        ("?year=2021", []),
    ],
)
def test_a_filter_narrows_and_an_empty_field_does_not(client: TestClient, asked: str, found: list[str]) -> None:
    assert quotes(client.get(f"/commitments{asked}").text) == found


def test_every_row_leads_to_its_words(client: TestClient) -> None:
    page = client.get("/commitments").text
    links = re.findall(r'<blockquote><a href="([^"]+)">([^<]+)', page)
    assert len(links) == 2
    for address, words in links:
        assert words in client.get(address.replace("&amp;", "&")).text


def test_the_overdue_are_counted_by_agency_and_year(client: TestClient, index: Path) -> None:
    assert '<th scope="row">松澜市水务局</th><td>1</td>' in client.get("/commitments").text
    found = overdue(open_index(index), TODAY)
    assert (found.years, found.rows, found.looked, found.due) == ((2020,), (("松澜市水务局", (1,)),), 1, 1)


def test_without_time_the_table_says_how_far_it_came(index: Path) -> None:
    assert (overdue(open_index(index), TODAY, 0.0).looked, overdue(open_index(index), TODAY, 0.0).due) == (0, 1)


def test_the_workbook_has_what_the_page_has(client: TestClient) -> None:
    head, *rows = read(client.get("/commitments.xlsx?status=overdue").content)
    assert head[3] == "承诺原文"
    ((agency, _, replied, words, _, by, status, *_),) = rows
    assert (agency, replied, by, status) == ("松澜市水务局", "2020-08-11", "2022-12-31", "已过期、未见下文")
    assert str(words).startswith("双桂泵站拟于2022年底建成")


@pytest.mark.parametrize("text", ["=1+1", "+86", "-3", "@SUM(A1)"])
def test_no_cell_is_a_formula(text: str) -> None:
    cell = openpyxl.load_workbook(BytesIO(workbook("表", ["头"], [[text]]))).worksheets[0]["A2"]
    assert (cell.value, cell.data_type, bool(cell.quotePrefix)) == (text, "s", True)


def test_the_feed_tells_what_falls_due_and_not_what_did_long_ago(client: TestClient) -> None:
    answer = client.get("/commitments/feed")
    titles = re.findall(r"<title>([^<]+)</title>", answer.text)[1:]
    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert len(titles) == 1
    assert titles[0].startswith(f"将到期（{SOON}）：临渡公园")


def test_a_document_is_marked_where_a_promise_is_overdue(client: TestClient) -> None:
    page = client.get("/documents/松澜市水务局:松水函〔2020〕38号").text
    assert page.count("承诺（未见下文）") == 1
    assert "期限2022-12-31，没有找到后来的答复" in page


def test_a_point_of_a_match_names_an_open_commitment(client: TestClient) -> None:
    answer = client.post(
        "/match", data={"text": "建议：\n一、临渡公园尽快开放。"}, headers={"Origin": "http://testserver"}
    )
    assert "未到期的承诺" in answer.text
