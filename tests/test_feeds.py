"""The Atom feed of a search, and the OpenSearch description with its suggestions."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from starlette.testclient import TestClient

from search_api.searcher import Searcher
from search_api.web.app import create_app
from search_api.web.settings.model import Settings
from tests.conftest import make_index
from tests.web.archive import HOSTILE_ID, write_web_letters

ATOM = "{http://www.w3.org/2005/Atom}"
OPEN_SEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"


@pytest.fixture(scope="module")
def feed_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("feed")
    write_web_letters(folder / "letters")
    undated = {
        "id": "无日期",
        "title": "关于\x0b夜间\ufffe照明的来信",
        "text": "夜间照明\x00已经修复。联系人：王大伟，电话：86605678。",
    }
    (folder / "letters" / "无日期.jsonl").write_text(json.dumps(undated, ensure_ascii=False) + "\n", encoding="utf-8")
    make_index(folder / "letters", folder / "index")
    return folder / "index"


@pytest.fixture(scope="module")
def client(feed_index: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Searcher(feed_index), Settings(site_name="松澜市政府答复公开检索平台系统"))) as client:
        yield client


def feed(client: TestClient, **params: str) -> ElementTree.Element:
    answer = client.get("/feed", params=params)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/atom+xml")
    return ElementTree.fromstring(answer.text)


def texts(element: ElementTree.Element, name: str) -> list[str]:
    return [found.text or "" for found in element.iter(f"{ATOM}{name}")]


def links(element: ElementTree.Element, rel: str) -> list[str]:
    return [link.attrib["href"] for link in element.iter(f"{ATOM}link") if link.attrib["rel"] == rel]


def test_a_feed_is_the_search_page_by_date(client: TestClient) -> None:
    found = feed(client, kind="cppcc")
    entries = found.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}published") for entry in entries] == [
        f"{day}T00:00:00+08:00" for day in ("2023-06-18", "2022-06-18", "2021-06-18")
    ]
    assert found.findtext(f"{ATOM}title") == "符合筛选的答复 - 松澜市政府答复公开检索平台系统"
    assert links(found, "self") == ["http://testserver/feed?kind=cppcc"]
    assert links(found, "alternate")[0] == "http://testserver/?kind=cppcc"
    assert found.findtext(f"{ATOM}updated") == max(texts(found, "updated")[1:])
    assert len(set(texts(found, "id"))) == 4
    for entry in entries:
        assert {child.tag.removeprefix(ATOM) for child in entry} >= {"id", "title", "updated", "link", "author"}
        [address] = links(entry, "alternate")
        assert client.get(address).status_code == 200


def test_a_feed_of_words_has_the_letters_that_the_page_lists(client: TestClient) -> None:
    page = client.get("/api/v1/search", params={"q": "加装电梯补贴", "sort": "date"}).json()
    found = feed(client, q="加装电梯补贴")
    assert texts(found, "id")[1:] == [f"urn:dafu:document:{quote(hit['doc_id'], safe='')}" for hit in page["hits"]]
    assert any("十五万元" in summary for summary in texts(found, "summary"))


def test_the_page_number_and_order_are_no_part_of_a_feed(client: TestClient) -> None:
    assert client.get("/feed?q=电梯&page=3&sort=date").content == client.get("/feed?q=电梯").content


def test_without_a_condition_it_has_every_dated_letter(client: TestClient) -> None:
    found = feed(client)
    assert len(found.findall(f"{ATOM}entry")) == 5
    assert texts(found, "title")[0].startswith("全部答复")


def test_what_xml_cannot_hold_and_markup_and_contacts_stay_out(client: TestClient) -> None:
    found = feed(client, q="夜间照明")
    whole = "".join(found.itertext())
    assert "关于夜间照明的来信" in whole.replace(" ", "")
    assert "<script>alert(1)</script>" in whole  # as text
    assert f"urn:dafu:document:{quote(HOSTILE_ID, safe='')}" in texts(found, "id")
    assert "86605678" not in whole
    assert "王大伟" not in whole


def test_a_reader_that_has_it_is_told_so(client: TestClient) -> None:
    first = client.get("/feed?q=电梯")
    again = client.get("/feed?q=电梯", headers={"If-None-Match": f"W/{first.headers['etag']}"})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/feed?q=停车", headers={"If-None-Match": first.headers["etag"]}).status_code == 200


def test_a_wrong_query_is_a_problem(client: TestClient) -> None:
    answer = client.get("/feed?q=作者:张三", headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert "不认识的字段" in answer.json()["detail"]


def test_a_corrected_letter_keeps_its_id_and_is_newly_updated(tmp_path: Path) -> None:
    source = tmp_path / "letters" / "一.jsonl"
    source.parent.mkdir()
    for text in ("您反映的路灯不亮问题，月底前修复完毕。", "您反映的路灯不亮问题，已经修复，共四十盏。"):
        source.write_text(json.dumps({"id": "一", "text": text, "replied_on": "2024-01-02"}), encoding="utf-8")
        make_index(source.parent, tmp_path / "index")
        with TestClient(create_app(tmp_path / "index")) as client:
            found = feed(client)
            versions = Searcher(tmp_path / "index").snapshot.versions("一")
            assert texts(found, "id")[1:] == ["urn:dafu:document:%E4%B8%80"]
            assert texts(found, "updated")[1:] == [versions[-1].stored_at]
            assert texts(found, "summary") == [text]


def test_the_results_page_names_its_feed(client: TestClient) -> None:
    page = client.get("/?q=电梯&kind=cppcc&page=1").text
    address = "/feed?q=%E7%94%B5%E6%A2%AF&amp;kind=cppcc"
    assert f'<link rel="alternate" type="application/atom+xml" href="{address}"' in page
    assert f'<a href="{address}">订阅</a>' in page
    assert "application/atom+xml" not in client.get("/").text


def test_the_address_bar_is_told_how(feed_index: Path, client: TestClient) -> None:
    with TestClient(create_app(feed_index), root_path="/dafu") as proxied:
        assert 'rel="search" href="/dafu/opensearch.xml"' in proxied.get("/status").text
        urls = ElementTree.fromstring(proxied.get("/opensearch.xml").text).findall(f"{OPEN_SEARCH}Url")
        assert {url.attrib["type"]: url.attrib["template"] for url in urls} == {
            "text/html": "http://testserver/dafu/?q={searchTerms}",
            "application/x-suggestions+json": "http://testserver/dafu/opensearch/suggestions?q={searchTerms}",
            "application/atom+xml": "http://testserver/dafu/feed?q={searchTerms}",
            "application/opensearchdescription+xml": "http://testserver/dafu/opensearch.xml",
        }
        assert links(feed(proxied, q="电梯"), "self") == ["http://testserver/dafu/feed?q=%E7%94%B5%E6%A2%AF"]
    described = client.get("/opensearch.xml")
    assert described.headers["content-type"].startswith("application/opensearchdescription+xml")
    name = ElementTree.fromstring(described.text).findtext(f"{OPEN_SEARCH}ShortName")
    assert name == "松澜市政府答复公开检索平台系统"[:16]


def test_suggestions_in_the_address_bars_own_shape(client: TestClient) -> None:
    answer = client.get("/opensearch/suggestions", params={"q": "加装"})
    assert answer.headers["content-type"].startswith("application/x-suggestions+json")
    typed, suggestions = answer.json()
    assert typed == "加装"
    assert "关于加装电梯的提案" in suggestions
    assert client.get("/opensearch/suggestions").json()[0] == ""
