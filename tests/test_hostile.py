"""Letters, files and questions written to do harm: every page, feed, export and header carries them as mere text."""

import http.client
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from urllib.parse import quote, unquote, urlencode, urlsplit

import docx
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from httpx2 import Response
from markdown_it import MarkdownIt
from playwright.sync_api import Browser, Page
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from search_api.searcher import Searcher
from search_api.web.app import create_app
from search_api.web.settings.model import Settings
from tests.browser import NEEDS_BROWSER, serving
from tests.conftest import make_index, write_letters
from tests.letters import letter

MARKUP = (
    "\"'><script>window.hacked=1</script></title></textarea></script><!--><img src=x onerror=window.hacked=1>"
    "<svg onload=window.hacked=1><a href=javascript:window.hacked=1>点</a><base href=//evil.example>"
)
TEMPLATE = "{{7*7}}{% set x = 1 %}${7*7}#{7*7}%(x)s{0}"
ODD = "\u202e反\u2066\u2028\u2029\ufeff]]>&lt;&#60;\\u003c"
EVIL = f"{MARKUP}{TEMPLATE}{ODD}"
ILLEGAL = "\x00\x01\x0b\x1f\x7f\ufffe\uffff"  # in XML
HALF = "\ud800"  # of a pair: in no encoding
FILE_NAME = "坏\n\r名\"';=\u202e<img src=x onerror=window.hacked=1>{{7*7}}.txt"
SCRIPT = "javascript:window.hacked=1"
IDS = [f"编号{MARKUP}", "a\r\nSet-Cookie: hacked=1", "../../../etc/shadow", SCRIPT, "b/original", f"c{TEMPLATE}#1"]

SCHEMES = {"", "http", "https", "mailto"}
ACTIVE = {"iframe", "frame", "object", "embed", "applet", "base", "math", "style", "img", "marquee", "portal"}


def rows() -> Iterator[dict[str, str]]:
    for number, doc_id in enumerate(IDS):
        body = (
            f"一、{EVIL}情况\n长者食堂第{number}家{EVIL}已经建成，惠及老年人。根据《{SCRIPT}{MARKUP}》（{SCRIPT}）办理。\n"
            f"二、下一步{MARKUP}工作\n我局将继续建设长者食堂，方便老年人就餐{EVIL}。"
        )
        yield {
            "id": doc_id + ILLEGAL + HALF,
            "title": f"关于长者食堂{number}{EVIL}的提案{ILLEGAL}{HALF}",
            "agency": f"松澜市{MARKUP}民政局",
            "doc_number": f"松民函〔2023〕{number}号{MARKUP}",
            "proposal_number": f"2023{number}{MARKUP}",
            "question": f"请问长者食堂{EVIL}什么时候开？{ILLEGAL}",
            "addressees": f"陈{MARKUP}委员",
            "co_agencies": f"财政局{MARKUP}",
            "replied_on": f"2023-0{number + 1}-05",
            "text": f"{MARKUP}：\n您的提案收悉。现答复如下：\n{body}\n感谢您的关心。\n松澜市民政局\n"
            f'（联系人：周{MARKUP}，联系电话：86601234，邮箱：a@b.cn"onload=x）{ILLEGAL}',
        }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Harmless letters, hostile ones, a file with a hostile name, and links that lead out."""
    top = tmp_path_factory.mktemp("hostile")
    letters = top / "letters"
    write_letters(letters)
    (letters / "坏.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows()), encoding="utf-8")
    (letters / FILE_NAME).write_text(letter(heading=f"关于{MARKUP}的答复", salutation=f"{EVIL}："), encoding="utf-8")
    (top / "外.txt").write_text(letter(heading="来源之外的关于机密的答复"), encoding="utf-8")
    (letters / "链接.txt").symlink_to(top / "外.txt")
    (letters / "口令.txt").symlink_to("/etc/passwd")
    return top


@pytest.fixture(scope="module")
def index(folder: Path) -> Path:
    make_index(folder / "letters", folder / "index")
    return folder / "index"


@pytest.fixture(scope="module")
def doc_ids(index: Path) -> list[str]:
    return sorted(entry.doc_id for entry in Searcher(index).snapshot.engine.entries())


@pytest.fixture(scope="module")
def client(index: Path) -> Iterator[TestClient]:
    with TestClient(create_app(index), headers={"accept": "text/html"}) as client:
        yield client


def addresses(doc_ids: list[str]) -> list[str]:
    """Every page, with whatever an address can carry into it."""
    letters = [f"/documents/{quote(doc_id, safe='')}" for doc_id in doc_ids]
    asked = [
        urlencode({"q": q}) for q in ("长者食堂", EVIL, f"长者食堂 {MARKUP}", f'"{MARKUP}"', f"单位:{MARKUP}", SCRIPT)
    ]
    asked += [
        urlencode({"q": "食堂", name: MARKUP}) for name in ("agency", "district", "year", "kind", "role", "outcome")
    ]
    asked += [urlencode({"q": "食堂", name: MARKUP}) for name in ("since", "until", "sort", "page", "x")]
    asked += [urlencode({"q": "食堂", "agency": f"松澜市{MARKUP}民政局", "since": "2020-01-01"})]
    basket = [("title", EVIL), ("number", MARKUP), ("ask", f"1:{EVIL}"), ("ask", "2:食堂"), ("none", "2")]
    basket += [("p", f"1:1:{doc_id}#1") for doc_id in doc_ids] + [("p", f"::{MARKUP}#1")]
    return [
        "/", "/match", "/basket", "/status", "/docs", "/embed", "/login", f"/{quote(MARKUP)}",
        *(f"/?{a}" for a in asked), *letters, *(f"{a}?passage=1&{asked[1]}" for a in letters),
        *(f"{a}?version={quote(MARKUP)}" for a in letters[:1]), f"/documents/{quote(MARKUP, safe='')}",
        f"/basket?{urlencode(basket)}", f"/basket?{urlencode({'p': EVIL})}", f"/basket?{urlencode({'ask': EVIL})}",
    ]  # fmt: skip


def check_headers(answer: Response) -> None:
    headers = answer.headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] in ("same-origin", "no-referrer")
    assert not [name for name, value in headers.items() if re.search(r"[\r\n\0]", name + value)]
    assert "hacked" not in headers.get("set-cookie", "")


def check_page(html: str) -> None:
    """Nothing but our own markup in it: a stranger's would be an element or an attribute that we never write."""
    tree = LexborHTMLParser(html)
    for node in tree.css("*"):
        assert node.tag not in ACTIVE, node.html
        for name, value in node.attributes.items():
            assert not name.startswith("on"), node.html
            if name in ("href", "src", "action", "formaction", "data-api", "data-address"):
                plain = re.sub(r"[\x00-\x20\u2028\u2029]", "", value or "")
                assert urlsplit(plain).scheme.lower() in SCHEMES, node.html
                assert not plain.startswith("//"), node.html
    for script in tree.css("script"):
        if script.attributes.get("type") == "application/json":
            json.loads(script.text())
        else:
            assert re.fullmatch(r"/(static/\w+|embed)\.js", script.attributes.get("src") or ""), script.html
            assert not script.text()


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


# Exports


def exported(client: TestClient, doc_ids: list[str], form: str) -> Response:
    points = [{"number": 1, "text": EVIL + ILLEGAL, "context": EVIL + ILLEGAL}]
    picks = [{"passage_id": f"{doc_id}#1", "point": 1, "band": None} for doc_id in doc_ids]
    basket = {"title": EVIL + ILLEGAL, "number": MARKUP, "points": points, "without_precedent": [], "picks": picks}
    fields = {"basket": (None, json.dumps(basket)), "format": (None, form)}
    answer = client.post("/basket/export", files=fields)
    assert answer.status_code == 200, answer.text
    check_headers(answer)
    disposition = answer.headers["content-disposition"]
    assert re.fullmatch(
        r"attachment; filename(=\"[^\"\\]*\"; filename)?\*=UTF-8''[\w.%~-]+(; filename=\"[^\"\\]*\")?",
        disposition,
        re.ASCII,
    )
    assert not re.search(r'[/\\"<>\r\n]', unquote(disposition.partition("''")[2]))
    return answer


def test_the_word_sheet_opens_again_and_links_only_to_the_web(client: TestClient, doc_ids: list[str]) -> None:
    sheet = docx.Document(BytesIO(exported(client, doc_ids, "docx").content))
    text = "\n".join(paragraph.text for paragraph in sheet.paragraphs)
    assert "<script>window.hacked=1</script>" in text
    assert "{{7*7}}" in text
    links = [rel.target_ref for rel in sheet.part.rels.values() if rel.reltype == RELATIONSHIP_TYPE.HYPERLINK]
    assert links
    assert {urlsplit(link).scheme for link in links} <= {"http", "https"}


def test_the_markdown_sheet_renders_without_a_stranger_s_element(client: TestClient, doc_ids: list[str]) -> None:
    html = MarkdownIt("commonmark", {"html": True}).render(exported(client, doc_ids, "md").text)
    check_page(html)
    assert not LexborHTMLParser(html).css("script, img")


def test_the_json_sheet_can_be_opened_again(client: TestClient, doc_ids: list[str]) -> None:
    sheet = exported(client, doc_ids, "json")
    answer = client.post("/basket", files={"file": ("材料篮.json", sheet.content)})
    assert answer.status_code == 200
    check_page(answer.text)


# Addresses and headers


@pytest.mark.parametrize(
    "referer", ["http://evil.example/", "javascript:alert(1)", "http://testserver/?q=1\r\nX: 1", "//evil.example"]
)
def test_the_way_back_from_a_verdict_leads_here(client: TestClient, doc_ids: list[str], referer: str) -> None:
    form = {"passage_id": f"{doc_ids[0]}#1", "query": EVIL, "rank": "1", "useful": "yes"}
    headers = {"sec-fetch-site": "same-origin", "referer": referer}
    answer = client.post("/feedback", data=form, headers=headers, follow_redirects=False)
    assert answer.status_code in (303, 409)
    location = answer.headers.get("location", "/")
    assert location.startswith(("/", "http://testserver/"))
    assert not location.startswith("//")
    assert not re.search(r"[\r\n]", location)
    check_headers(answer)


TRAVERSALS = [
    "../../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd", "..%5c..%5cetc%5cpasswd",
    "%2fetc%2fpasswd", "....//....//etc/passwd", "%00/etc/passwd", "口令.txt", "链接.txt", "file:%2f%2f%2fetc%2fpasswd",
    "%252e%252e%252fetc%252fpasswd",
]  # fmt: skip


@pytest.fixture(scope="module")
def address(index: Path) -> Iterator[str]:
    with serving(index) as address:
        yield address


def raw_get(address: str, path: str) -> tuple[int, bytes, http.client.HTTPMessage]:
    """As no client library would send it: the path as it stands."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc)
    connection.putrequest("GET", path, skip_accept_encoding=True)
    connection.putheader("Accept", "text/html")
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body, answer.headers


@pytest.mark.parametrize("doc_id", TRAVERSALS)
@pytest.mark.parametrize("form", ["/documents/{}/original", "/documents/{}", "/static/{}", "/api/v1/documents/{}"])
def test_no_address_leads_to_a_file_that_the_archive_does_not_know(address: str, form: str, doc_id: str) -> None:
    status, body, headers = raw_get(address, form.format(quote(doc_id, safe="%/.:")))
    assert status in (404, 307), body
    assert b"root:" not in body
    assert "content-security-policy" in headers


def test_a_hostile_file_name_stays_in_its_header(address: str, doc_ids: list[str]) -> None:
    sent = 0
    for doc_id in doc_ids:
        status, body, headers = raw_get(address, f"/documents/{quote(doc_id, safe='')}/original")
        assert status == 200, (doc_id, body)
        assert headers["Content-Type"] == "application/octet-stream"
        assert headers["Set-Cookie"] is None
        assert "sandbox" in headers["Content-Security-Policy"]
        assert re.fullmatch(r"attachment; filename\*=UTF-8''[\w.%~-]+", headers["Content-Disposition"], re.ASCII)
        sent += unquote(headers["Content-Disposition"]).endswith(FILE_NAME)
    assert sent == 1


def test_an_id_that_ends_like_an_original_is_a_letter_or_nothing(client: TestClient) -> None:
    answer = client.get("/documents/b%2Foriginal")
    assert answer.headers["content-type"].startswith("text/html")
    check_page(answer.text)


def test_a_file_that_became_a_link_is_not_sent(folder: Path, tmp_path: Path) -> None:
    write_letters(tmp_path / "letters")
    make_index(tmp_path / "letters", tmp_path / "index")
    with TestClient(create_app(tmp_path / "index")) as here:
        doc_id = here.get("/api/v1/search", params={"q": "长者食堂", "k": 1}).json()["hits"][0]["doc_id"]
        original = f"/documents/{quote(doc_id, safe='')}/original"
        assert here.get(original).status_code == 200
        file = tmp_path / "letters" / "长者食堂.txt"
        file.unlink()
        file.symlink_to("/etc/passwd")
        answer = here.get(original)
        assert answer.status_code == 409
        assert "root:" not in answer.text
        file.unlink()
        file.symlink_to(tmp_path)
        assert here.get(original).status_code == 404


def test_what_links_lead_to_outside_the_source_is_not_in_the_archive(client: TestClient, doc_ids: list[str]) -> None:
    found = client.get("/api/v1/search", params={"q": "机密", "k": 50}).text
    assert "来源之外" not in found
    assert not [doc_id for doc_id in doc_ids if "链接" in doc_id or "口令" in doc_id]


# In a browser


@NEEDS_BROWSER
def test_a_browser_runs_none_of_it(browser: Browser, address: str, doc_ids: list[str]) -> None:
    context = browser.new_context(base_url=address, locale="zh-CN")
    hosts: set[str] = set()
    refused: list[str] = []
    page = context.new_page()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
    page.on("dialog", lambda dialog: refused.append(dialog.message))
    for place in addresses(doc_ids):
        page.goto(place)
        assert page.evaluate("window.hacked") is None, place
    _use(page)
    context.close()
    assert hosts == {urlsplit(address).netloc}
    assert refused == []


def _use(page: Page) -> None:
    """What scripts put on a page: suggestions, a basket, a match with its progress, the box for other pages."""
    page.goto("/")
    page.get_by_label("查询").press_sequentially("关于长者")
    page.get_by_role("listbox").wait_for()
    assert page.evaluate("window.hacked") is None
    page.goto("/?" + urlencode({"q": f"长者食堂 {MARKUP}"}))
    page.get_by_role("checkbox").first.check()
    page.goto("/basket")
    page.locator(".passage").first.wait_for()
    assert page.evaluate("window.hacked") is None
    page.goto("/match")
    page.get_by_label("提案全文").fill(f"关于{EVIL}的提案\n为此建议：\n一、建设长者食堂{EVIL}。\n二、{EVIL}")
    page.get_by_role("button", name="逐条查找").click()
    page.locator("section.asked").first.wait_for()
    assert page.evaluate("window.hacked") is None
    page.goto("/embed")
    page.locator("dafu-search input").fill("长者食堂")
    page.locator("dafu-search input").press("Enter")
    page.locator("dafu-search li").first.wait_for()
    assert page.evaluate("window.hacked") is None
