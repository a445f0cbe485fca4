"""Words that stand everywhere find nothing, and words are marked where they stand as words."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from indexer.terms.analyzer import DEFAULT
from indexer.terms.normalisation import normalise
from search_api.highlight import highlights
from search_api.query.stock_words import stock_words, without_stock_words
from search_api.searcher import Searcher
from search_api.types import Hit
from search_api.web.app import create_app
from search_api.word_borders import whole_words, words_in


@pytest.fixture(scope="module")
def searcher(sample_index: Path) -> Searcher:
    return Searcher(sample_index)


@pytest.fixture(scope="module")
def client(sample_index: Path) -> Iterator[TestClient]:
    with TestClient(create_app(sample_index)) as client:
        yield client


@pytest.mark.parametrize("query", ["加强建设", "建议", "关于进一步加强建设的建议", "推进 给予", "松澜市", "您的意见"])
@pytest.mark.parametrize("mode", ["lexical", "hybrid"])
def test_words_that_stand_everywhere_find_nothing(searcher: Searcher, query: str, mode: str) -> None:
    assert searcher.search(query, mode="lexical" if mode == "lexical" else "hybrid").total == 0


def shown(hits: list[Hit]) -> list[tuple[str, str, float]]:
    return [(hit.doc_id, hit.band, hit.score) for hit in hits]


@pytest.mark.parametrize(("longer", "shorter"), [("建议推进 养犬", "养犬"), ("加强，养犬，建设", "养犬")])
def test_they_change_nothing_beside_other_words(searcher: Searcher, longer: str, shorter: str) -> None:
    found, plain = searcher.search(longer, 20, mode="lexical"), searcher.search(shorter, 20, mode="lexical")
    assert shown(found.hits) == shown(plain.hits)
    assert {mark for hit in found.hits for mark in marked(hit)} == {mark for hit in plain.hits for mark in marked(hit)}


def marked(hit: Hit) -> list[str]:
    return [passage.text[start:end] for passage in hit.passages for start, end in passage.highlights]


def test_a_whole_word_that_begins_so_is_another(searcher: Searcher) -> None:
    assert without_stock_words(searcher.snapshot, "建设银行网点") == "建设银行网点"
    assert without_stock_words(searcher.snapshot, "加强养犬管理") == "，养犬管理"
    assert without_stock_words(searcher.snapshot, "加强建设的建议") == ""


def test_what_stands_everywhere_is_counted(searcher: Searcher) -> None:
    words = ["收悉", "电话", "养犬", "管理"]  # 85 %, 85 %, few, 61 % of the sample's 78 documents
    assert stock_words(searcher.snapshot, words) == {"收悉", "电话"}


def test_the_page_says_why_nothing_was_found(client: TestClient) -> None:
    assert "几乎每份答复里都有" in client.get("/", params={"q": "加强建设"}).text
    assert "几乎每份答复里都有" not in client.get("/", params={"q": "xyzzy"}).text


@pytest.mark.parametrize(
    ("text", "words", "marks"),
    [
        ("无人机巡河，人机对话", ["人机"], ["人机"]),
        ("2025年新增20个", ["20"], ["20"]),
        ("增长2.5%，用时25分", ["25"], ["25"]),
        ("新建20kg冷柜", ["20"], ["20"]),
        ("企业app与application", ["app"], ["app"]),
        ("住房公积金", ["公积金"], ["公积金"]),
        ("公积金", ["积金"], []),
        ("加装电梯补贴", ["加装电梯"], ["加装电梯"]),
    ],
)
def test_words_are_marked_where_they_stand_as_words(text: str, words: list[str], marks: list[str]) -> None:
    assert [text[start:end] for start, end in highlights(text, words)] == marks


def test_a_query_asks_to_mark_its_words_and_not_their_parts() -> None:
    assert whole_words("无人机巡查2025") == ["无人机", "巡查", "2025"]


def test_every_word_of_the_sample_is_one_that_the_segmenter_cut(searcher: Searcher) -> None:
    snapshot = searcher.snapshot
    for entry in snapshot.engine.entries():
        text = normalise(snapshot.masked(entry).text)
        cut = set(snapshot.analyzer.words(text))
        found = [text[start:end] for start, end in words_in(text, snapshot.analyzer.words(text))]
        assert [word for word in found if word not in cut and not word.isascii()] == []
        assert "中华人民共和国" not in text or "中华人民共和国" in found  # its parts are named before it


@given(st.text(alphabet="无人机养老服务公积金 2025kg.，。中华人民共和国", max_size=40))
def test_words_cover_every_character_once(text: str) -> None:
    normalised = normalise(text)
    spans = words_in(normalised, DEFAULT.words(text))
    covered = [at for start, end in spans for at in range(start, end)]
    assert len(covered) == len(set(covered))
    assert {at for at, c in enumerate(normalised) if c.isalnum()} <= set(covered)
    cut = set(DEFAULT.words(text))
    assert all(normalised[a:b] in cut for a, b in spans if not normalised[a].isascii())
