"""Letters that no document holds are read as pinyin, and the answer says what was searched."""

import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from search_api.query.by_sound import written_out
from search_api.searcher import Searcher
from search_api.suggest.pinyin import by_reading, stretches_read_as
from search_api.web.app import create_app
from tests.conftest import make_index


@pytest.fixture(scope="module")
def searcher(sample_index: Path) -> Searcher:
    return Searcher(sample_index)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("jiazhuangdianti", "加装电梯"),  # of a title
        ("jia zhuang dian ti", "加装电梯"),
        ("changhuxian", "长护险"),  # of the thesaurus, and 长 is read zhang where it stands alone
        ("ChangHuXian 申请", "长护险 申请"),
        ("minzhengju zhucan", "民政局 助餐"),
        ("gongjijin", "公积金"),
        ("wifi", "wifi"),
        ("hello world", "hello world"),
        ("dt", "dt"),  # initials are for suggestions
        ("jiazhuangdiant", "jiazhuangdiant"),
        ("a@dianti.com", "a@dianti.com"),
        ("电梯", "电梯"),
        ("", ""),
    ],
)
def test_pinyin_is_written_out(searcher: Searcher, typed: str, written: str) -> None:
    assert written_out(searcher.snapshot, typed) == written


def test_whole_syllables_alone_are_read() -> None:
    assert list(stretches_read_as("加装电梯的攻略", "gonglue")) == ["攻略"]
    assert list(stretches_read_as("加装电梯", "dianti")) == ["电梯"]
    assert list(stretches_read_as("加装电梯", "diant")) == []
    assert by_reading(["长护险", "电梯"])["changhuxian"] == ["长护险"]


def test_the_same_is_found_as_in_characters(searcher: Searcher) -> None:
    found, written = searcher.search("jiazhuangdianti", 20), searcher.search("加装电梯", 20)
    assert [hit.doc_id for hit in found.hits] == [hit.doc_id for hit in written.hits]
    assert (found.searched, written.searched) == ("加装电梯", None)
    assert searcher.search('"jiazhuangdianti"').total == 0


def test_letters_that_a_document_holds_are_meant(tmp_path: Path) -> None:
    lines = [{"id": "1", "title": "加装电梯", "text": "关于电梯，答复如下：电梯品牌 dianti 已经停产，请联系维保单位。"}]
    (tmp_path / "a.jsonl").write_text(json.dumps(lines[0], ensure_ascii=False), encoding="utf-8")
    make_index(tmp_path / "a.jsonl", tmp_path / "index")
    assert written_out(Searcher(tmp_path / "index").snapshot, "dianti") == "dianti"


def test_the_page_says_what_was_searched(sample_index: Path) -> None:
    with TestClient(create_app(sample_index)) as client:
        page = client.get("/", params={"q": "changhuxian"}).text
        assert notes_pinyin(page)
        literal = client.get("/", params={"q": "changhuxian", "names": "off"}).text
        assert not notes_pinyin(literal)
        assert client.get("/api/v1/search", params={"q": "changhuxian"}).json()["searched"] == "长护险"


def notes_pinyin(page: str) -> bool:
    return "按拼音查找" in page and ">长护险</a>" in page
