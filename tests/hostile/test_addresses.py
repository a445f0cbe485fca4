"""Addresses, headers and file names written to do harm: none leads out of the archive or out of its header."""

import http.client
import re
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pytest
from starlette.testclient import TestClient

from corpus.controls import without_controls
from search_api.web.app import create_app
from tests.conftest import make_index, write_letters
from tests.hostile.checks import check_headers, check_page
from tests.hostile.texts import EVIL, FILE_NAME


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
        sent += unquote(headers["Content-Disposition"]).endswith(without_controls(FILE_NAME))
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
