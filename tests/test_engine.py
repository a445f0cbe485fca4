"""A query and its hits, on the sample archive."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.engine.protocol import DocumentEntry, Mode
from indexer.engine.texts import passage_texts
from indexer.snapshot import Snapshot
from search_api.query.language import QueryError
from search_api.searcher import Searcher
from search_api.types import Hit, SearchResult
from tests.conftest import make_index, write_letters


@pytest.fixture(scope="module")
def searcher(sample_index: Path) -> Searcher:
    return Searcher(sample_index)


def titles(result: SearchResult) -> list[str]:
    return [hit.title or "" for hit in result.hits]


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize(
    ("query", "doc_number"),
    [
        ("松民函[2023]51号", "松民函〔2023〕51号"),
        ("松民函〔2023〕51 号", "松民函〔2023〕51号"),
        ("松教函（2025）41号", "松教函〔2025〕41号"),
    ],
)
def test_a_document_number_goes_straight_to_the_letter(searcher: Searcher, query: str, doc_number: str) -> None:
    result = searcher.search(query)
    assert [(hit.doc_number, hit.band) for hit in result.hits] == [(doc_number, "高度相关")]
    assert result.total == 1
    assert [passage.number for passage in result.hits[0].passages] == [1, 2, 3]


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("20230086", "20230086"),
        ("DH0204", "DH0204"),
        ("dh0204", "DH0204"),
        ("第DH0204号建议", "DH0204"),
        ("0422", "0422"),
    ],
)
def test_a_number_goes_straight_to_the_letter(searcher: Searcher, query: str, number: str) -> None:
    assert [hit.proposal_number for hit in searcher.search(query).hits] == [number]


def test_every_number_of_a_joint_reply_finds_it(searcher: Searcher) -> None:
    by_first, by_second = searcher.search("2024061").hits, searcher.search("2024107").hits
    assert [h.doc_id for h in by_first] == [h.doc_id for h in by_second] != []


def test_a_number_that_names_nothing_is_a_query_like_any_other(searcher: Searcher) -> None:
    """A number that is in the archive goes to its document alone; any other is looked for among the words."""
    found, named = searcher.search("99999999 补贴"), searcher.search("补贴")
    assert [hit.doc_id for hit in found.hits] == [hit.doc_id for hit in named.hits]
    assert searcher.search("99999999").message is not None


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("长者食堂 关停", "老年助餐"),
        ("老人吃饭没有着落", "助餐|饭堂|食堂"),
        ("家里老人失能了 护理费用 保险能不能报", "长期护理|照护"),
        ("楼房没有电梯老人下不了楼", "电梯|适老化"),
        ("孩子放学没人接", "课后|三点半|接送|校门"),
        ("晚上跳广场舞太吵", "噪声"),
        ("下大雨桥底下积水淹车", "内涝|积水|下穿"),
        ("楼上拉电线给电瓶车充电", "充电|飞线"),
    ],
)
def test_found_by_words_and_by_meaning(searcher: Searcher, query: str, title: str) -> None:
    assert any(re.search(title, found) for found in titles(searcher.search(query, 3)))


@pytest.mark.parametrize("phrase", ["家庭养老床位", "送餐上门", "志愿者", "12345", "2022年底前", "每台15万元", "“"])
def test_a_phrase_stands_in_every_hit_character_for_character(searcher: Searcher, phrase: str) -> None:
    result = searcher.search(f'"{phrase}"', 50)
    assert result.hits
    for hit in result.hits:
        shown = squeezed("".join(p.text for p in hit.passages))
        assert phrase in shown or phrase in squeezed(hit.title or "") or _in_field(searcher, hit, phrase)


def test_a_phrase_finds_every_letter_that_has_it_in_a_passage(searcher: Searcher) -> None:
    snapshot = searcher.snapshot
    for phrase in ("长者食堂", "2022年底前", "15万元", "一户一策"):
        holding = {
            entry.doc_id
            for entry in snapshot.engine.entries()
            if any(phrase in squeezed(text) for text in _texts(snapshot, entry))
        }
        assert {hit.doc_id for hit in searcher.search(f'"{phrase}"', 100).hits} == holding


def _in_field(searcher: Searcher, hit: Hit, phrase: str) -> bool:
    entry = searcher.snapshot.engine.find(hit.doc_id)
    assert entry is not None
    return any(phrase in squeezed(text) for text in _texts(searcher.snapshot, entry))


def _texts(snapshot: Snapshot, entry: DocumentEntry) -> Iterator[str]:
    """What the passages of a document are found by."""
    for passage in snapshot.engine.passages_of(entry.key):
        yield from passage_texts(snapshot.document(entry), passage)


def test_an_excluded_word_stands_nowhere_in_a_hit(searcher: Searcher) -> None:
    everything = searcher.search("养老 食堂", 100)
    without = searcher.search("养老 食堂 -送餐", 100)
    assert 0 < without.total < everything.total
    for hit in without.hits:
        assert not _in_field(searcher, hit, "送餐")


def test_filters_hold_for_both_legs(searcher: Searcher) -> None:
    for mode in ("lexical", "vector", "hybrid"):
        result = searcher.search("补贴标准 单位:民政局 年份:2021..2023", 50, mode=mode)
        assert result.hits
        for hit in result.hits:
            assert hit.agency is not None
            assert "民政局" in hit.agency
            year = hit.replied_on.year if hit.replied_on else int(re.search(r"〔(\d{4})", hit.doc_number or "")[1])  # type: ignore[index]
            assert 2021 <= year <= 2023


def test_kind_and_role_filters_and_a_list_by_date(searcher: Searcher) -> None:
    opinions = searcher.search("办理:会办", 50)
    assert opinions.total >= 5
    assert {hit.role for hit in opinions.hits} == {"opinion"}
    messages = searcher.search("类型:来信", 50)
    assert messages.total == 9
    dates = [hit.replied_on for hit in messages.hits if hit.replied_on]
    assert dates == sorted(dates, reverse=True)


def test_traditional_characters_find_simplified_text(searcher: Searcher) -> None:
    simplified, traditional = searcher.search("长者食堂补贴标准"), searcher.search("長者食堂補貼標準")
    assert [h.doc_id for h in simplified.hits] == [h.doc_id for h in traditional.hits]


def test_a_pasted_text_is_a_query_like_any_other(searcher: Searcher) -> None:
    snapshot = searcher.snapshot
    entry = next(entry for entry in snapshot.engine.entries() if "长期护理保险" in (entry.title or ""))
    result = searcher.search((snapshot.document(entry).text * 5)[:3000])
    assert result.hits[0].doc_id == entry.doc_id


def test_one_hit_a_letter_ranked_and_paged(searcher: Searcher) -> None:
    first, second = searcher.search("补贴", 5), searcher.search("补贴", 5, offset=5)
    both = searcher.search("补贴", 10)
    assert [h.doc_id for h in (*first.hits, *second.hits)] == [h.doc_id for h in both.hits]
    assert [h.rank for h in both.hits] == list(range(1, 11))
    assert len({h.doc_id for h in both.hits}) == 10
    assert first.total == both.total


def test_offsets_and_highlights_are_those_of_the_published_text(searcher: Searcher) -> None:
    for hit in searcher.search("长者食堂 每餐 补贴", 20).hits:
        entry = searcher.snapshot.engine.find(hit.doc_id)
        assert entry is not None
        document = searcher.snapshot.document(entry)
        assert hit.passages
        for passage in hit.passages:
            assert len(document.text[passage.start : passage.end]) == len(passage.text)
            for start, end in passage.highlights:
                assert 0 <= start < end <= len(passage.text)
                assert re.search("长者|食堂|每餐|补贴|長者", passage.text[start:end])


def test_explain_says_why(searcher: Searcher) -> None:
    plain, explained = searcher.search("长者食堂补贴"), searcher.search("长者食堂补贴", explain=True)
    assert all(hit.explanation is None for hit in plain.hits)
    why = explained.hits[0].explanation
    assert why is not None
    assert {"长者", "食堂"} <= set(why.matched_terms)
    assert why.lexical_score is not None
    assert why.lexical_score > 0
    assert why.vector_score is not None
    assert -1.001 <= why.vector_score <= 1.001
    assert "explanation" not in json.loads(plain.to_json())["hits"][0]


def test_json_is_the_contract(searcher: Searcher) -> None:
    shape = json.loads(searcher.search("长者食堂", 1).to_json())
    assert {"query", "mode", "total", "took_ms", "closeness", "message", "named", "searched", "hits"} == shape.keys()
    hit = shape["hits"][0]
    assert {
        *(
            "rank",
            "doc_id",
            "score",
            "band",
            "title",
            "agency",
            "replied_on",
            "doc_number",
            "proposal_number",
            "passages",
        )
    } <= hit.keys()
    assert {"passage_id", "section", "text", "start", "end", "highlights"} <= hit["passages"][0].keys()


def test_personal_data_is_masked_in_hits(searcher: Searcher) -> None:
    result = searcher.search("公交站牌 邮箱 热线电话", 10)
    shown = result.to_json()
    assert "gjglk@" not in shown
    assert "86602017" not in shown


@pytest.mark.parametrize("query", ["", "颜色:红", '"没有闭合', "年份:2025..2020"])
def test_nonsense_is_a_query_error(searcher: Searcher, query: str) -> None:
    with pytest.raises(QueryError):
        searcher.search(query)


@pytest.mark.parametrize("query", ["的", "x", "-医院", '"，"', "'; DROP TABLE documents; --", "a" * 99])
def test_odd_queries_are_answered(searcher: Searcher, query: str) -> None:
    """Without an error, and each hit once, best first."""
    hits = searcher.search(query, 100).hits
    assert len({hit.doc_id for hit in hits}) == len(hits)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@pytest.mark.parametrize("query", ["，。！", "🙂", "%", "*", "\x00", "“”"])
def test_punctuation_alone_asks_for_nothing(searcher: Searcher, query: str) -> None:
    assert searcher.search(query).total == 0


def test_agencies_are_found_in_traditional_script_too(searcher: Searcher) -> None:
    assert searcher.search("單位:民政局", 50).total == searcher.search("单位:民政局", 50).total > 0


@pytest.mark.parametrize("mode", ["lexical", "vector", "hybrid"])
def test_pages_joined_are_one_long_page(searcher: Searcher, mode: Mode) -> None:
    whole = searcher.search("养老 补贴 提案", 60, mode=mode)
    pages = [searcher.search("养老 补贴 提案", 7, mode=mode, offset=at) for at in range(0, 60, 7)]
    assert [h.doc_id for page in pages for h in page.hits][:60] == [h.doc_id for h in whole.hits]
    assert {page.total for page in pages} == {whole.total}


def test_the_same_query_gives_the_same_answer(searcher: Searcher) -> None:
    once, again = searcher.search("养老", 50), searcher.search("养老", 50)
    assert [(h.doc_id, h.score) for h in once.hits] == [(h.doc_id, h.score) for h in again.hits]


def test_a_running_searcher_switches_to_a_new_generation(tmp_path: Path) -> None:
    write_letters(tmp_path / "letters")
    make_index(tmp_path / "letters", tmp_path / "index")
    searcher = Searcher(tmp_path / "index")
    held = searcher.snapshot
    assert searcher.search("电梯").hits[0].title == "关于加装电梯的提案"
    (tmp_path / "letters" / "加装电梯.txt").unlink()
    make_index(tmp_path / "letters", tmp_path / "index", prune=True)
    assert all("电梯" not in (h.title or "") for h in searcher.search("电梯").hits)
    assert len(held.engine.entries()) == 3


def test_a_new_generation_that_cannot_be_opened_leaves_the_old_one_answering(tmp_path: Path) -> None:
    write_letters(tmp_path / "letters")
    make_index(tmp_path / "letters", tmp_path / "index")
    searcher = Searcher(tmp_path / "index")
    for damage in ("99\n", "第二代\n"):
        (tmp_path / "index" / "CURRENT").write_text(damage, encoding="utf-8")
        assert searcher.search("电梯").hits[0].title == "关于加装电梯的提案"
