"""Useful or not: taken with and without JavaScript, kept on disk, turned into topics and qrels."""

import os
import re
import resource
import signal
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from html import unescape
from pathlib import Path
from threading import Thread
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, expect
from starlette.testclient import TestClient
from typer.testing import CliRunner

from corpus.errors import DafuError
from dafu import app as dafu
from eval.feedback import grade, judged, topic_id
from eval.trec import read_qrels, read_topics
from indexer import database
from search_api.feedback import MAX_QUERY, Verdict, keep, read
from search_api.searcher import Searcher
from search_api.web.app import create_app
from search_api.web.settings.model import Settings
from tests.browser import NEEDS_BROWSER
from tests.conftest import make_index
from tests.served import running

SAME_ORIGIN = {"Origin": "http://testserver"}
QUERY = "加装电梯 补贴"


def verdict(query: str = QUERY, passage_id: str = "甲局:1号#1", *, useful: bool = True, rank: int = 1) -> Verdict:
    return Verdict(
        date=date(2026, 7, 1), generation=1, query=query, passage_id=passage_id, rank=rank, useful=useful
    )  # fmt: skip


# The store


def test_a_verdict_has_the_day_and_nothing_of_the_user(tmp_path: Path) -> None:
    keep(tmp_path / "f.sqlite", verdict())
    with closing(database.open_for_reading(tmp_path / "f.sqlite", 1)) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(feedback)")]
        rows = list(connection.execute("SELECT * FROM feedback"))
    assert columns == ["id", "date", "generation", "query", "passage_id", "rank", "useful"]
    assert rows == [(1, "2026-07-01", 1, QUERY, "甲局:1号#1", 1, 1)]
    assert list(read(tmp_path / "f.sqlite")) == [verdict()]


def test_a_query_is_kept_without_personal_data(tmp_path: Path) -> None:
    keep(tmp_path / "f.sqlite", verdict(query="联系人：陈小平，电话：86601234"))
    [kept] = read(tmp_path / "f.sqlite")
    assert isinstance(kept, Verdict)
    assert kept.query.startswith("联系人：")
    assert "86601234" not in kept.query
    assert all(b"86601234" not in path.read_bytes() for path in tmp_path.iterdir())


def test_many_at_once_lose_nothing(tmp_path: Path) -> None:
    threads = [Thread(target=keep, args=(tmp_path / "f.sqlite", verdict(rank=i))) for i in range(1, 25)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = [line.rank for line in read(tmp_path / "f.sqlite") if isinstance(line, Verdict)]
    assert sorted(kept) == list(range(1, 25))


def test_a_full_disk_is_a_sentence_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "f.sqlite"
    keep(path, verdict())
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limits[1]))  # the disk is full in the middle of a page
    try:
        with pytest.raises(DafuError, match=r"评价没有记下：文件 f\.sqlite 无法写入"):
            keep(path, verdict())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    assert list(read(path)) == [verdict()]
    keep(path, verdict(rank=2))
    assert list(read(path)) == [verdict(), verdict(rank=2)]


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("date", "昨天", "date 不对"),
        ("rank", 0, "rank 不对"),
        ("query", "", "query 不对"),
        ("useful", 7, "useful 不对"),
    ],
)
def test_a_row_that_is_no_verdict_is_damaged_alone(tmp_path: Path, column: str, value: object, sentence: str) -> None:
    path = tmp_path / "f.sqlite"
    for rank in (1, 2):
        keep(path, verdict(rank=rank))
    with closing(database.open_migrated(path, [""])) as connection:
        connection.execute(f"UPDATE feedback SET {column} = ? WHERE id = 1", (value,))
    damaged, sound = read(path)
    assert str(damaged).startswith("f.sqlite 第 1 条：应为一条评价")
    assert sentence in str(damaged)
    assert sound == verdict(rank=2)


def test_a_line_of_an_old_file_that_is_cut_is_damaged_alone(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    path.write_text(f'{{"date": "2026-07-01", "gener\n{verdict().model_dump_json()}\n', encoding="utf-8")
    damaged, sound = read(path)
    assert str(damaged).startswith("f.jsonl 第 1 行：应为一条评价的 JSON")
    assert sound == verdict()


# The route


@pytest.fixture(scope="module")
def searcher(sample_index: Path) -> Searcher:
    return Searcher(sample_index)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "feedback.sqlite"


@pytest.fixture
def client(searcher: Searcher, kept: Path) -> Iterator[TestClient]:
    with TestClient(create_app(searcher, Settings(feedback=kept)), headers=SAME_ORIGIN) as client:
        yield client


@pytest.fixture(scope="module")
def form(searcher: Searcher) -> dict[str, str]:
    hit = searcher.search(QUERY, 1).hits[0]
    return {"passage_id": hit.passages[0].passage_id, "query": QUERY, "rank": "1", "useful": "yes"}


def test_the_form_on_the_page_leads_back_to_its_thanks(client: TestClient, kept: Path) -> None:
    address = f"http://testserver/?q={quote(QUERY)}&kind=npc"
    page = client.get(address).text
    found = re.search(r'<form class="verdict".*?</form>', page, re.S)
    assert found is not None
    fields = {k: unescape(v) for k, v in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', found[0])}
    answer = client.post(
        "/feedback", data={**fields, "useful": "no"}, headers={"Referer": address}, follow_redirects=False
    )
    assert answer.status_code == 303
    anchor = urlsplit(answer.headers["location"]).fragment
    assert f'id="{anchor}"' in found[0]
    assert answer.headers["location"].startswith("http://testserver/?q=")
    [line] = read(kept)
    assert isinstance(line, Verdict)
    assert (line.query, line.passage_id, line.rank, line.useful) == (QUERY, fields["passage_id"], 1, False)
    assert (line.date, line.generation) == (date.today(), 1)


def test_a_script_gets_no_page(client: TestClient, form: dict[str, str], kept: Path) -> None:
    answer = client.post("/feedback", data=form, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.text) == (204, "")
    assert kept.is_file()


def test_without_a_referer_the_way_back_is_the_search(client: TestClient, form: dict[str, str]) -> None:
    for headers in ({}, {"Referer": "http://evil.example/?q=x"}):
        answer = client.post("/feedback", data=form, headers=headers, follow_redirects=False)
        assert answer.headers["location"].startswith("/?q=%E5%8A%A0")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://testserver"}, 204),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": "http://testserver", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "http://testserver", "Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}, 204),
        ({"Origin": "https://oa.example.cn", "X-Forwarded-Host": "oa.example.cn"}, 403),  # a proxy that is not listed
    ],
)
def test_only_our_own_pages_may_send_it(
    client: TestClient, form: dict[str, str], kept: Path, headers: dict[str, str], status: int
) -> None:
    answer = client.post("/feedback", data=form, headers={**headers, "Accept": "application/json"})
    assert answer.status_code == status
    assert kept.is_file() is (status == 204)


@pytest.mark.parametrize(
    ("changed", "status", "sentence"),
    [
        ({"passage_id": "无此局:1号#1"}, 409, "这一段已经不在现在的索引里"),
        ({"passage_id": "x"}, 409, "这一段已经不在现在的索引里"),
        ({"query": " "}, 422, "查询应为 1 到 500 个字"),
        ({"query": "长" * (MAX_QUERY + 1)}, 422, "查询应为 1 到 500 个字"),
        ({"rank": "0"}, 422, "名次应为正整数"),
        ({"rank": "第一"}, 422, "参数 rank 应为整数"),
        ({"useful": "maybe"}, 422, "参数 useful 应为 'yes'、'no' 之一"),
    ],
)
def test_what_cannot_be_meant_is_a_sentence(
    client: TestClient, form: dict[str, str], kept: Path, changed: dict[str, str], status: int, sentence: str
) -> None:
    answer = client.post("/feedback", data={**form, **changed}, headers={"Accept": "application/json"})
    assert answer.status_code == status
    assert sentence in answer.json()["detail"]
    assert not kept.exists()


def test_a_file_that_cannot_be_written_is_a_sentence(searcher: Searcher, form: dict[str, str], tmp_path: Path) -> None:
    settings = Settings(feedback=tmp_path / "{nowhere}" / "f.sqlite")
    with TestClient(create_app(searcher, settings), headers=SAME_ORIGIN) as client:
        answer = client.post("/feedback", data=form, headers={"Accept": "application/json"})
    assert answer.status_code == 507
    assert "请告诉管理员" in answer.json()["detail"]


def test_by_default_it_lies_in_the_index_folder(letters: Path, tmp_path: Path) -> None:
    make_index(letters, tmp_path / "index")
    searcher = Searcher(tmp_path / "index")
    passage_id = searcher.search("电梯", 1).hits[0].passages[0].passage_id
    for source in (searcher, tmp_path / "index"):
        with TestClient(create_app(source, Settings()), headers=SAME_ORIGIN) as client:
            fields = {"passage_id": passage_id, "query": "电梯", "rank": "1", "useful": "yes"}
            client.post("/feedback", data=fields, headers={"Accept": "application/json"})
    assert len(list(read(tmp_path / "index" / "users.sqlite"))) == 2


def test_off_takes_none_and_shows_no_buttons(searcher: Searcher, form: dict[str, str]) -> None:
    with TestClient(create_app(searcher, Settings(feedback="off")), headers=SAME_ORIGIN) as client:
        answer = client.post("/feedback", data=form, headers={"Accept": "application/json"})
        assert answer.status_code == 403
        assert "本站没有开启评价" in answer.json()["detail"]
        assert client.get("/feedback.css").text.endswith(".verdict { display: none; }\n")


@pytest.mark.parametrize(("length", "has_buttons"), [(MAX_QUERY, True), (MAX_QUERY + 1, False)])
def test_a_pasted_text_is_not_judged(client: TestClient, length: int, has_buttons: bool) -> None:
    page = client.get("/", params={"q": "电梯补贴" * (length // 4) + "的" * (length % 4)}).text
    assert 'id="hit-1"' in page
    assert ('<form class="verdict"' in page) is has_buttons


# In the browser


@pytest.fixture
def own_site(searcher: Searcher, kept: Path) -> Iterator[str]:
    with running(create_app(searcher, Settings(feedback=kept))) as port:
        yield f"http://127.0.0.1:{port}"


@NEEDS_BROWSER
@pytest.mark.parametrize("javascript", [True, False])
def test_a_verdict_is_given_in_a_browser(browser: Browser, own_site: str, kept: Path, javascript: bool) -> None:
    context = browser.new_context(java_script_enabled=javascript)
    page = context.new_page()
    page.goto(f"{own_site}/?q={QUERY}")
    first = page.locator(".verdict").first
    expect(first.get_by_text("已记下，谢谢")).to_be_hidden()
    first.get_by_role("button", name="有用").click()
    expect(first.get_by_text("已记下，谢谢")).to_be_visible()
    expect(first.get_by_role("button")).to_have_count(0)
    assert ("#said-1-" in page.url) is not javascript
    expect(page.locator(".verdict").nth(1).get_by_role("button")).to_have_count(2)
    [line] = read(kept)
    assert isinstance(line, Verdict)
    assert (line.query, line.rank, line.useful) == (QUERY, 1, True)
    context.close()


@NEEDS_BROWSER
def test_what_went_wrong_stands_beside_the_buttons(browser: Browser, own_site: str, kept: Path) -> None:
    kept.mkdir()
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{own_site}/?q={QUERY}")
    first = page.locator(".verdict").first
    first.get_by_role("button", name="没用").click()
    expect(first.locator(".said")).to_contain_text("评价没有记下")
    expect(first.get_by_role("button")).to_have_count(2)
    context.close()


# Topics and qrels


@pytest.mark.parametrize(
    ("given", "relevance"),
    [
        ("+", 1), ("++", 2), ("+++", 2), ("++-", 1), ("+-", None), ("-", 0), ("--+", 0), ("+-+-", None),
    ],
)  # fmt: skip
def test_most_of_the_users_decide(given: str, relevance: int | None) -> None:
    assert grade([vote == "+" for vote in given]) == relevance


def test_too_few_verdicts_decide_nothing() -> None:
    assert grade([True, True], min_verdicts=3) is None
    assert grade([True, True], min_verdicts=2) == 2


GIVEN = (
    verdict("电梯  补贴", "甲局:1号#1"),
    verdict("电梯 补贴", "甲局:1号#7"),  # another passage of the document, another user
    verdict("电梯 补贴", "乙局:2号#1", useful=False),
    verdict("电梯 补贴", "丙局:3号#1"),
    verdict("电梯 补贴", "丙局:3号#1", useful=False),
    verdict("停车", "丁局#4"),
)


def write_line(path: Path, given: Verdict) -> None:
    """Adds a verdict to a file of the old form."""
    with path.open("a", encoding="utf-8") as file:
        file.write(given.model_dump_json() + "\n")


def test_a_database_of_verdicts_becomes_what_an_old_file_becomes(tmp_path: Path) -> None:
    for given in GIVEN:
        keep(tmp_path / "users.sqlite", given)
        write_line(tmp_path / "old.jsonl", given)
    assert judged(tmp_path / "users.sqlite") == judged(tmp_path / "old.jsonl")
    assert judged(tmp_path / "users.sqlite").verdicts == 6


def test_verdicts_become_what_eval_reads(tmp_path: Path) -> None:
    source, topics, qrels = (tmp_path / name for name in ("feedback.jsonl", "topics.jsonl", "qrels.txt"))
    for given in GIVEN:
        write_line(source, given)
    with source.open("a", encoding="utf-8") as file:
        file.write('{"query": "半行\n')
    arguments = ["eval", "feedback", str(source), "--topics", str(topics), "--qrels", str(qrels)]
    done = CliRunner().invoke(dafu, arguments)
    assert done.exit_code == 0
    assert "评价 6 条，得到题目 2 道，评判 3 条；没有定论而未计 1 份，损坏而跳过 1 行。" in done.stdout
    assert "feedback.jsonl 第 7 行" in done.stderr
    assert [(t.query_id, t.text, t.category) for t in read_topics(topics)] == [
        (topic_id("电梯 补贴"), "电梯 补贴", "feedback"),
        (topic_id("停车"), "停车", "feedback"),
    ]
    assert topic_id("停车") == "fb-bfdb3f23a63b"
    assert read_qrels(qrels) == {
        topic_id("电梯 补贴"): {"甲局:1号": 2, "乙局:2号": 0},
        topic_id("停车"): {"丁局": 1},
    }
    assert len(judged(source, min_verdicts=2).topics) == 1


def test_verdicts_are_never_written_over(tmp_path: Path) -> None:
    source = tmp_path / "users.sqlite"
    keep(source, verdict())
    before = source.read_bytes()
    arguments = ["eval", "feedback", str(source), "--topics", str(source), "--qrels", str(tmp_path / "q")]
    done = CliRunner().invoke(dafu, arguments)
    assert done.exit_code == 1
    assert source.read_bytes() == before
    assert isinstance(done.exception, DafuError)
    assert "三个不同的文件" in str(done.exception)


def test_nothing_decided_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "f.jsonl").write_text("坏\n", encoding="utf-8")
    with pytest.raises(DafuError, match=r"没有可用的评价：0 条(.|\n)*第 1 行"):
        judged(tmp_path / "f.jsonl")
    with pytest.raises(DafuError, match="无法读取评价文件"):
        judged(tmp_path / "none.jsonl")
    assert os.listdir(tmp_path) == ["f.jsonl"]
