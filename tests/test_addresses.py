"""An address holds: where a document gets a new section, is cut otherwise or written otherwise, what was kept of it
still leads to the same words."""

import html
import json
import re
from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from corpus.addresses import passage_id
from indexer.archive import open_archive
from indexer.build.update import BuildOptions, build
from indexer.paths import IndexPaths
from indexer.snapshot import Snapshot, open_index
from search_api.desk.basket import Basket, Pick, renamed, sheet
from search_api.passage_lookup import find_passage
from search_api.searcher import Searcher
from search_api.web.app import create_app
from tests.conftest import make_index, silent
from tests.letters import letter

WORDS = "加装电梯财政补贴每台十五万元，住房公积金可以提取。"
LONG = "。".join(f"第{n}个街道已经建成长者食堂并配备送餐员，补贴按月拨付" for n in range(12)) + "。"
BODY = f"一、补贴标准\n{WORDS}\n二、长者食堂\n{LONG}\n三、下一步工作\n我局将在年底前完成。"


def write(folder: Path, body: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "信.txt").write_text(letter(body=body), encoding="utf-8")


@pytest.fixture
def index(tmp_path: Path) -> Path:
    write(tmp_path / "letters", BODY)
    make_index(tmp_path / "letters", tmp_path / "index")
    return tmp_path / "index"


def change(index: Path, body: str) -> Snapshot:
    write(index.parent / "letters", body)
    make_index(index.parent / "letters", index)
    return open_index(index)


def no_address(doc_id: str, anchor: str) -> None:
    """Where the sheet is read, nothing can be opened."""


def address_of(snapshot: Snapshot, words: str) -> str:
    """The address of the passage that holds these words."""
    (entry,) = snapshot.engine.entries()
    for passage in snapshot.engine.passages_of(entry.key):
        if words in snapshot.document(entry).text[passage.start : passage.end]:
            return passage_id(entry.doc_id, passage.anchor)
    raise AssertionError(f"no passage has {words}")


DAY = date(2026, 6, 1)
SAME_ORIGIN = {"Origin": "http://testserver"}
PROGRAM = SAME_ORIGIN | {"Accept": "application/json"}
WITH_A_SECTION_BEFORE = f"一、新情况\n去年的三件实事都已办结，群众反映良好。\n{BODY}"


def test_a_basket_link_and_verdict_stay_on_their_words_when_a_section_comes_before(index: Path) -> None:
    address = address_of(open_index(index), WORDS)
    doc_id, _, anchor = address.rpartition("#")
    before = sheet(open_index(index), Basket(picks=(Pick(passage_id=address),)), DAY, no_address)[0]
    with TestClient(create_app(index)) as client:
        verdict = {"passage_id": address, "query": "电梯补贴", "rank": "1", "useful": "yes"}
        assert client.post("/feedback", data=verdict, headers=PROGRAM).status_code == 204
    after = change(index, WITH_A_SECTION_BEFORE)
    found = find_passage(after, address)
    assert found is not None
    assert (found.text, found.version, found.number) == (WORDS, None, 2)  # it was the first
    made, missing = sheet(after, Basket(picks=(Pick(passage_id=address),)), DAY, no_address)
    assert (made.points[0].passages[0].text, missing) == (before.points[0].passages[0].text, [])
    with TestClient(create_app(index)) as client:
        page = client.get(f"/documents/{doc_id}", params={"passage": anchor}).text
        assert f'<span id="p{anchor}" class="chosen"' in page
        assert WORDS in page[page.index(f'id="p{anchor}"') :][:300]
        verdict = {"passage_id": address, "query": "电梯补贴", "rank": "2", "useful": "no"}
        assert client.post("/feedback", data=verdict, headers=PROGRAM).status_code == 204
        hits = client.get("/api/v1/search", params={"q": "电梯财政补贴"}).json()["hits"]
        assert address in [passage["passage_id"] for passage in hits[0]["passages"]]


def test_a_position_is_understood_and_replaced_where_it_is_kept(index: Path) -> None:
    snapshot = open_index(index)
    address = address_of(snapshot, WORDS)
    doc_id = address.rpartition("#")[0]
    found = find_passage(snapshot, f"{doc_id}#1")
    assert found is not None
    assert (found.passage_id, found.text) == (address, WORDS)
    for none in ("0", "99", "00000000", "", "x"):
        assert find_passage(snapshot, f"{doc_id}#{none}") is None
    basket = Basket(picks=(Pick(passage_id=f"{doc_id}#1"), Pick(passage_id=address_of(snapshot, "年底前"))))
    assert renamed(snapshot, basket) == {f"{doc_id}#1": address}
    with TestClient(create_app(index)) as client:
        own = client.post("/basket/contents", json=basket.model_dump(), headers=SAME_ORIGIN).text
    kept = re.search(r'data-renamed="([^"]*)"', own)
    assert kept is not None
    assert json.loads(html.unescape(kept[1])) == {f"{doc_id}#1": address}


def test_words_that_were_changed_open_the_version_that_had_them(index: Path) -> None:
    address = address_of(open_index(index), WORDS)
    doc_id, _, anchor = address.rpartition("#")
    after = change(index, BODY.replace("十五万元", "二十万元"))
    found = find_passage(after, address)
    assert found is not None
    assert found.version is not None
    assert (found.text, found.number) == (WORDS, None)
    with TestClient(create_app(index)) as client:
        page = client.get(f"/documents/{doc_id}", params={"passage": anchor}).text
    assert "后来有了新的版本" in page
    assert "十五万元" in page
    (passage,) = sheet(after, Basket(picks=(Pick(passage_id=address),)), DAY, no_address)[0].points[0].passages
    assert (passage.text, passage.is_outdated) == (WORDS, True)
    assert "旧版本，答复已有新版本" in passage.citation


def test_an_anchor_that_cutting_orphaned_opens_the_passage_with_most_of_its_words(index: Path) -> None:
    """As after a program that cuts otherwise: the archive remembers a passage over two of today's."""
    snapshot = open_index(index)
    (entry,) = snapshot.engine.entries()
    long = snapshot.document(entry).text.index(LONG[:20])
    first, second, *_ = [p for p in snapshot.engine.passages_of(entry.key) if p.start >= long]
    snapshot.close()
    archive = open_archive(IndexPaths(index).archive, writable=True)
    with archive.transaction():
        archive.record_passages(entry.version, [("0badcafe", first.end - 5, second.end)])
    archive.close()
    found = find_passage(open_index(index), passage_id(entry.doc_id, "0badcafe"))
    assert found is not None
    assert (found.anchor, found.version) == (second.anchor, None)


def test_an_address_of_a_version_that_may_not_be_seen_leads_nowhere(tmp_path: Path) -> None:
    row = {
        "id": "甲",
        "text": "关于长者食堂，答复如下：潜航基地在食堂地下，全市现有长者食堂六十八家。",
        "scope": "内部",
    }
    file = tmp_path / "a.jsonl"
    file.write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    make_index(file, tmp_path / "index")
    address = address_of(open_index(tmp_path / "index"), "潜航")
    row |= {"text": "关于长者食堂，答复如下：全市现有长者食堂六十八家，年底前再建十二家。", "scope": "公开"}
    file.write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    build([file], tmp_path / "index", BuildOptions(scope="公开", widen=True), silent)
    searcher = Searcher(tmp_path / "index")
    assert find_passage(searcher.seen_by(frozenset({"公开"})).snapshot, address) is None
    assert find_passage(searcher.seen_by(frozenset({"公开", "内部"})).snapshot, address) is not None
