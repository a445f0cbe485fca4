"""An index that comes and goes, and one that gets a new generation, under a running server."""

import json
import shutil
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from search_api.snapshots import Snapshots
from search_api.web.app import create_app
from tests.conftest import make_index
from tests.letters import letter
from tests.served import Clock
from tests.web.archive import write_web_letters

# An index that comes and goes


def test_without_an_index_the_server_says_so_and_recovers(web_index: Path, tmp_path: Path) -> None:
    folder, clock = tmp_path / "index", Clock()
    with TestClient(create_app(Snapshots(folder, clock))) as client:
        assert client.get("/healthz").status_code == 200
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["type"]) == (503, "urn:dafu:problem:index-unavailable")
        assert "中没有索引" in ready.json()["detail"]
        assert ready.headers["retry-after"] == "5"
        page = client.get("/", headers={"Accept": "text/html"})
        assert page.status_code == 503
        assert "请先运行：dafu index" in page.text
        assert client.get("/api/v1/search?q=食堂").status_code == 503
        assert "dafu_index_ready 0.0" in client.get("/metrics").text
        shutil.copytree(web_index, folder)
        clock.now += 1.0
        assert client.get("/readyz").status_code == 200
        assert client.get("/api/v1/search?q=食堂").json()["total"]
        assert "dafu_index_ready 1.0" in client.get("/metrics").text


def test_a_missing_index_is_looked_for_at_most_once_a_second(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()

    def looks() -> int:
        return sum(record.getMessage().startswith("index unavailable") for record in caplog.records)

    with TestClient(create_app(Snapshots(tmp_path, clock))) as client:
        for _ in range(5):
            assert client.get("/readyz").status_code == 503
        assert looks() == 1
        clock.now += 0.9
        assert client.get("/readyz").status_code == 503
        assert looks() == 1
        clock.now += 0.1
        assert client.get("/readyz").status_code == 503
        assert looks() == 2


def test_a_broken_index_is_named(web_index: Path, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    shutil.copytree(web_index, folder)
    (folder / "generations" / "1" / "vectors.faiss").write_bytes(b"damaged")
    with TestClient(create_app(folder)) as client:
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "vectors.faiss" in answer.json()["detail"]


def test_a_running_server_takes_up_a_new_generation(tmp_path: Path) -> None:
    write_web_letters(tmp_path / "letters")
    make_index(tmp_path / "letters", tmp_path / "index")
    with TestClient(create_app(tmp_path / "index")) as client:
        assert client.get("/readyz").json()["generation"] == 1
        assert "收录 5 份" in client.get("/").text
        (tmp_path / "letters" / "新.txt").write_text(letter(), encoding="utf-8")
        make_index(tmp_path / "letters", tmp_path / "index")
        assert client.get("/readyz").json()["generation"] == 2
        assert "收录 6 份" in client.get("/").text
        assert client.get("/api/v1/search", params={"q": "20230112"}).json()["total"] == 1


def test_an_index_of_the_same_number_in_its_place_is_noticed(web_index: Path, tmp_path: Path) -> None:
    """Built elsewhere and moved there, or restored from a backup."""
    folder = tmp_path / "index"
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "一.txt").write_text(letter(), encoding="utf-8")
    make_index(tmp_path / "letters", folder)
    with TestClient(create_app(folder)) as client:
        before = client.get("/readyz").json()
        assert client.get("/api/v1/search", params={"q": "20230112"}).json()["total"] == 1
        folder.rename(tmp_path / "old")
        assert client.get("/readyz").json() == before  # what is open answers while nothing is there
        shutil.copytree(web_index, folder)
        after = client.get("/readyz").json()
        assert (before["generation"], after["generation"]) == (1, 1)
        assert after["documents"] > before["documents"]
        assert client.get("/api/v1/search", params={"q": "20230112"}).json()["total"] == 0
        shutil.rmtree(folder)
        (tmp_path / "old").rename(folder)
        assert client.get("/readyz").json() == before


# Settings and server


def test_the_newest_letters_on_the_front_page_are_masked(tmp_path: Path) -> None:
    text = "您反映的长者食堂送餐问题收悉。经研究，现将办理情况答复如下：送餐每单补贴两元。"
    record = {
        "id": "1",
        "text": text,
        "title": "关于联系人：陈小平，电话：13000001234的来信",
        "replied_on": "2024-05-06",
    }
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "one.jsonl").write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    make_index(tmp_path / "letters", tmp_path / "index")
    home = TestClient(create_app(tmp_path / "index")).get("/").text
    assert "电话：130********" in home
    assert "13000001234" not in home
