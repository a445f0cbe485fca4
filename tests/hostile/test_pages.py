"""Documents and questions written to do harm: every page, JSON answer and feed carries them as mere text."""

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from search_api.web.app import create_app
from search_api.web.settings.model import Settings
from tests.hostile.checks import SCHEMES, check_headers, check_page
from tests.hostile.texts import EVIL, IDS, ILLEGAL, MARKUP, SCRIPT, addresses


def test_every_page_shows_hostile_text_as_text(client: TestClient, doc_ids: list[str]) -> None:
    assert len(doc_ids) == 3 + len(IDS) + 1
    shown = 0
    for address in addresses(doc_ids):
        answer = client.get(address)
        assert answer.status_code in (200, 400, 404, 422), (address, answer.text)
        assert answer.headers["content-type"] == "text/html; charset=utf-8", address
        check_headers(answer)
        check_page(answer.text)
        body = LexborHTMLParser(answer.text).body
        text = body.text() if body else ""
        assert "4949" not in text
        shown += "{{7*7}}" in text and "<script>window.hacked=1</script>" in text
    assert shown > 2 * len(IDS)


def test_a_hostile_proposal_is_text_pasted_sent_or_edited(client: TestClient) -> None:
    text = f"关于{EVIL}的提案\n{EVIL}\n为此建议：\n一、建设长者食堂{EVIL}。\n二、{EVIL}"
    files = {"file": (f"{MARKUP}{SCRIPT}.txt", text.encode())}
    for answer in (
        client.post("/match", data={"text": text}),
        client.post("/match", files=files),
        client.post("/match", files={"file": (f"{EVIL}.exe", b"MZ\x00")}),
        client.post("/match", data={"title": EVIL, "point": [EVIL, "食堂"], "context": [EVIL, ""], "action": "add"}),
        client.post("/match", data={"point": [EVIL], "context": [EVIL], "action": EVIL}),
        client.post("/basket", files={"file": (f"{MARKUP}.json", json.dumps({"title": EVIL}).encode())}),
    ):
        assert answer.status_code in (200, 400), answer.text
        check_headers(answer)
        check_page(answer.text)


@pytest.mark.parametrize(
    "address", ["/api/v1/search?q={}", "/api/v1/suggest?q={}", "/api/v1/documents/{}", "/nothing/{}"]
)
def test_json_is_json_whatever_is_asked(client: TestClient, address: str) -> None:
    for asked in ("长者食堂", EVIL, SCRIPT, *(doc_id + ILLEGAL for doc_id in IDS)):
        answer = client.get(address.format(quote(asked, safe="")), headers={"accept": "application/json"})
        check_headers(answer)
        assert re.fullmatch(r"application/(problem\+)?json", answer.headers["content-type"])
        answer.json()


@pytest.mark.parametrize("q", ["", "长者食堂", MARKUP, EVIL, f"agency:{MARKUP}", ILLEGAL])
def test_feeds_are_xml_of_their_own_elements(client: TestClient, q: str) -> None:
    answer = client.get("/feed", params={"q": q})
    check_headers(answer)
    if answer.status_code == 200:
        for element in ET.fromstring(answer.content).iter():
            assert element.tag.startswith("{http://www.w3.org/2005/Atom}")
            assert urlsplit(element.get("href", "")).scheme in SCHEMES
    suggestions = client.get("/opensearch/suggestions", params={"q": q})
    assert suggestions.json()[0] == q
    check_headers(suggestions)


def test_the_search_description_takes_nothing_from_the_host_header_that_is_not_text(index: Path) -> None:
    with TestClient(create_app(index, Settings(site_name='<b>"站&'))) as named:
        for host in ("testserver", 'x"/><Url template="evil', "a&b"):
            answer = named.get("/opensearch.xml", headers={"host": host})
            root = ET.fromstring(answer.content)
            assert [child.tag.rpartition("}")[2] for child in root].count("Url") == 4
            check_page(named.get("/embed", headers={"host": host}).text)
