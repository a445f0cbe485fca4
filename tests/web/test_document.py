"""The page of a document, and what never reaches a page: contact data, and strangers' markup."""

import re
from html import unescape
from pathlib import Path

from starlette.testclient import TestClient

from search_api.searcher import Searcher
from tests.web.archive import HOSTILE, HOSTILE_ID, quoted


def test_a_letter_shows_its_facts_outline_and_chosen_passage(client: TestClient) -> None:
    search = client.get("/", params={"q": "公积金", "kind": "cppcc"}).text
    link = re.search(r'<h2><a href="([^"#]+)#p([0-9a-f]{8})"', search)
    assert link is not None
    page = client.get(link[1].replace("&amp;", "&")).text
    assert f"passage={link[2]}" in link[1]
    facts = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", page))
    assert facts["单位"] == "松澜市民政局"
    assert facts["届次"] == "十届二次会议"
    assert facts["编号"] == "20230002"
    assert facts["委员"] == "陈岚"
    assert facts["答复日期"] == "2022年6月18日"
    assert re.search(r'<h2 id="s\d+" class="heading"><span>一、基本情况</span></h2>', page)
    chosen = re.search(rf'<span id="p{link[2]}" class="chosen" aria-current="location">(.*?)</span>', page)
    assert chosen is not None
    assert "<mark>公积金</mark>" in chosen[1]
    assert re.search(r'<a href="#s\d+">一、基本情况</a>', page)
    assert "加装电梯.txt" in facts["来源"]
    assert 'href="/?q=%E5%85%AC%E7%A7%AF%E9%87%91&amp;kind=cppcc#hit-1"' in page


def test_every_character_of_a_letter_is_on_its_page(client: TestClient, web_index: Path) -> None:
    generation = Searcher(web_index).snapshot
    for entry in generation.engine.entries():
        page = client.get(f"/documents/{quoted(entry.doc_id)}", params={"q": "补贴 照明"}).text
        article = re.search(r'<article aria-label="答复正文">(.*?)</article>', page, re.S)
        assert article is not None
        api = client.get(f"/api/v1/documents/{quoted(entry.doc_id)}").json()
        letter_alone = re.sub(r'<small class="tools">.*?</small>|<ul class="marks".*?</ul>', "", article[1], flags=re.S)
        shown = unescape(re.sub(r"<[^>]*>", "", letter_alone))
        assert "".join(shown.split()) == "".join(api["text"].split())
        anchors = re.findall(r' id="([^"]+)"', page)
        assert len(anchors) == len(set(anchors))
        assert {"p" + passage["passage_id"].rpartition("#")[2] for passage in api["passages"]} <= set(anchors)


def test_a_heading_that_begins_its_paragraph_is_bold_and_in_the_outline(client: TestClient) -> None:
    doc_id = client.get("/api/v1/search", params={"q": "0508"}).json()["hits"][0]["doc_id"]
    page = client.get(f"/documents/{quoted(doc_id)}", params={"q": "标准。助餐"}).text
    assert re.search(r"<strong>（一）关于补贴<mark>标准</mark>。</strong></span><span><mark>助餐</mark>补贴", page)
    assert re.search(r'<li data-level="2"><a href="#s\d">（一）关于补贴标准</a>', page)


def test_contact_data_never_reaches_a_page(client: TestClient) -> None:
    doc_id = client.get("/api/v1/search", params={"q": "0508"}).json()["hits"][0]["doc_id"]
    pages = [client.get(f"/documents/{quoted(doc_id)}").text, client.get("/", params={"q": "王大伟 86605678"}).text]
    for page in pages:
        assert "王大伟，" not in page
        assert "0755-86605678" not in page
    assert "王**" in pages[0]


def test_strangers_texts_are_never_markup(client: TestClient) -> None:
    for params in (
        {"q": f"夜间照明 {HOSTILE}"},
        {"q": '夜间"照明"', "agency": '"><script>alert(2)</script>'},
        {"q": "夜间照明 script alert", "kind": "other"},
        {"q": "x", "since": "<script>"},
    ):
        page = client.get("/", params=params).text
        assert "<script>" not in page
        assert "<img" not in page
    for path in (
        f"/documents/{quoted(HOSTILE_ID)}",
        "/documents/<script>",
        "/<script>alert(1)</script>",
    ):
        page = client.get(path, params={"q": "script 夜间照明", "passage": "<script>"}).text
        assert "<script>" not in page
        assert "&lt;" in page
