"""A scanned answer in the index: found, shown with what is in doubt, and its pages beside it for those who may see."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from search_api.web.app import create_app
from search_api.web.settings.model import Settings
from tests.audit_lines import lines_in
from tests.conftest import make_index, write_letters
from tests.letter_pages import address
from tests.letters import letter
from tests.readers.scanned import drawn, needs_font, saved

pytestmark = needs_font

REPLY = letter().replace("长者食堂", "共享厨房").replace("20230112", "20230999")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scanned")
    write_letters(folder / "letters")
    (folder / "letters" / "扫描.pdf").write_bytes(saved(drawn(REPLY.split("\n")), "pdf"))
    make_index(folder / "letters", folder / "index")
    return folder


@pytest.fixture(scope="module")
def client(archive: Path) -> Iterator[TestClient]:
    settings = Settings(audit=archive / "audit")
    with TestClient(create_app(archive / "index", settings), "http://127.0.0.1", client=("127.0.0.1", 5000)) as client:
        yield client


@pytest.fixture(scope="module")
def found(client: TestClient) -> str:
    """The id of the scanned answer, as a search finds it."""
    hit = client.get("/api/v1/search", params={"q": "共享厨房"}).json()["hits"][0]
    assert "共享厨房" in json.dumps(hit, ensure_ascii=False)
    return str(hit["doc_id"])


def test_a_scan_is_a_document_as_any_other(client: TestClient, found: str) -> None:
    document = client.get(f"/api/v1/documents/{found}").json()
    assert (document["agency"], document["replied_on"]) == ("松澜市民政局", "2023-06-18")
    assert document["addressees"] == ["陈岚"]
    assert document["recognised"] == [1]
    assert "8660" not in document["text"]


def test_its_page_says_that_it_was_recognised_and_shows_the_original(client: TestClient, found: str) -> None:
    page = client.get(f"/documents/{found}").text
    assert "本文由扫描件识别而成" in page
    assert f'src="{address(found)}/pages/1"' in page
    shown = client.get(f"/documents/{found}/pages/1")
    assert (shown.headers["Content-Type"], shown.headers["Cache-Control"]) == ("image/jpeg", "no-store")
    assert shown.content.startswith(b"\xff\xd8\xff")


@pytest.mark.parametrize("number", ["0", "2", "-1"])
def test_no_other_page_is_shown(client: TestClient, found: str, number: str) -> None:
    answer = client.get(f"/documents/{found}/pages/{number}", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:dafu:problem:scan-not-found")


def test_a_document_that_is_no_scan_has_none(client: TestClient) -> None:
    other = client.get("/api/v1/search", params={"q": "电梯"}).json()["hits"][0]["doc_id"]
    assert "本文由扫描件识别而成" not in client.get(f"/documents/{other}").text
    assert client.get(f"/documents/{other}/pages/1").status_code == 404


@pytest.mark.parametrize(("right", "status"), [("originals", 200), ("admin", 403)])
def test_who_may_see_a_page(archive: Path, found: str, right: str, status: int, tmp_path: Path) -> None:
    settings = Settings(access="proxy", trusted_proxies="10.0.0.9", audit=tmp_path)
    headers = {"X-Dafu-User": "chen", "X-Dafu-Rights": right}
    app = create_app(archive / "index", settings)
    with TestClient(app, "http://127.0.0.1", client=("10.0.0.9", 50000)) as client:
        assert client.get(f"/documents/{found}/pages/1", headers=headers).status_code == status
        page = client.get(f"/documents/{found}", headers=headers).text
    assert ("/pages/1" in page) is (status == 200)
    assert [line["action"] for line in lines_in(tmp_path)] == ["open_original" if status == 200 else "refused", "open"]
