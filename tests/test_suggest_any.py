"""Suggestions for any text, archive and set of scopes, and what they must not show of hidden documents."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.engine.protocol import DocumentEntry
from indexer.terms.analyzer import normalise
from search_api.suggest import Suggester
from tests.suggestions import ARCHIVE, MANY, entry, texts, titled

OPEN = frozenset({"公开"})

# What hidden documents must not show


def archive(open_titles: list[str], hidden_titles: list[str]) -> Suggester:
    """A document for each title, the hidden ones newer."""
    scoped = [(title, "公开") for title in open_titles] + [(title, "内部") for title in hidden_titles]
    return Suggester([entry(number, title, scope=scope) for number, (title, scope) in enumerate(scoped)])


def terms(suggester: Suggester, typed: str) -> dict[str, int | None]:
    return {found.text: found.documents for found in suggester.suggest(typed, MANY) if found.kind == "term"}


def test_a_reading_that_hidden_words_alone_show_finds_nothing() -> None:
    whole = archive(["行走指南"], ["银行网点"])
    assert texts(whole.suggest("hangzou")) == ["行走指南"]  # 行 of 银行
    assert whole.seen_by(OPEN).suggest("hangzou") == []
    assert texts(whole.seen_by(OPEN).suggest("xingzou")) == ["行走指南"]


def test_a_character_is_read_alone_where_hidden_words_alone_hold_it() -> None:
    """重 alone is zhong; in the hidden 重庆 it is chong."""
    whole = archive(["重"], ["重庆"])
    assert texts(whole.suggest("chong")) == ["重庆", "重"]
    assert whole.suggest("zhong") == []
    assert texts(whole.seen_by(OPEN).suggest("zhong")) == ["重"]
    assert whole.seen_by(OPEN).suggest("chong") == []


def test_a_term_counts_the_documents_that_are_seen() -> None:
    whole = archive(["电梯维修", "电梯检验", "路灯", "食堂选址", "公园", "停车"], ["电梯故障", "食堂扩建", "噪声"])
    assert terms(whole, "电") == {"电梯": 3}
    assert terms(whole.seen_by(OPEN), "电") == {"电梯": 2}
    assert terms(whole, "食") == {"食堂": 2}
    assert terms(whole.seen_by(OPEN), "食") == {}  # one is too few
    assert whole.nearest_terms("食唐") == ["食堂"]
    assert whole.seen_by(OPEN).nearest_terms("食唐") == []


def test_a_word_is_common_or_not_among_the_titles_that_are_seen() -> None:
    whole = archive(["电梯维修", "电梯检验", "电梯故障"], ["路灯", "食堂", "公园", "停车", "噪声", "学校"])
    assert terms(whole, "电") == {"电梯": 3}  # three of nine titles are a third
    assert terms(whole.seen_by(OPEN), "电") == {}  # of three they are all


def test_a_part_that_stands_alone_in_hidden_titles_is_no_word() -> None:
    titles = ["公积金提取", "公积金贷款", "路灯", "食堂", "公园", "停车"]
    whole = archive(titles, ["公积的", "噪声", "学校"])
    assert set(terms(whole, "公")) == {"公积金", "公积"}
    assert set(terms(whole.seen_by(OPEN), "公")) == {"公积金"}


def test_the_order_is_that_of_the_newest_document_seen() -> None:
    whole = archive(["电梯甲", "电梯乙"], ["电梯甲"])
    assert [s.text for s in whole.suggest("电梯") if s.kind == "title"] == ["电梯甲", "电梯乙"]
    assert [s.text for s in whole.seen_by(OPEN).suggest("电梯") if s.kind == "title"] == ["电梯乙", "电梯甲"]


@pytest.mark.parametrize("scopes", [frozenset[str](), frozenset({"没有"})])
def test_a_user_of_nothing_is_offered_nothing(scopes: frozenset[str]) -> None:
    nobody = archive(["电梯维修"], ["电梯故障"]).seen_by(scopes)
    assert [nobody.suggest(typed) for typed in ("电", "dianti", "单位:")] == [[]] * 3
    assert nobody.nearest_terms("电提") == []


def test_a_view_never_sees_more_than_what_it_is_a_view_of() -> None:
    whole = archive(["电梯维修"], ["电梯故障"])
    assert whole.seen_by(None) is whole
    assert whole.seen_by(OPEN | {"内部", "民政"}) is whole
    seen = whole.seen_by(OPEN)
    assert seen.seen_by(None) is seen
    assert seen.seen_by(frozenset({"内部"})).suggest("电") == []


WORDS = ["关于", "养老", "服务", "电梯", "公园", "公元", "公积金", "公积", "银行", "行走", "重庆", "重要", "乐", "音乐"]
WORDS += ["的", "建议", "AED", "，", "13812345678"]
PHRASES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map("".join)
SCOPES = st.sampled_from("甲乙丙")
DAYS = st.sampled_from([None, "2020-01-01", "2021-01-01"])
NUMBERS = st.sampled_from(["20200110", "DH0271", "民函〔2020〕1号"])


TITLES = st.none() | PHRASES
# Few distinct titles, so that documents of one scope share them, and those of several.
SHARED = st.lists(TITLES, min_size=1, max_size=6)
PLACES = st.integers(0, 5)
FACTS = st.tuples(PLACES, PLACES, DAYS, st.none() | NUMBERS, st.lists(NUMBERS, max_size=2).map(tuple), SCOPES)


def archive_of(
    titles: list[str | None], facts: list[tuple[int, int, str | None, str | None, tuple[str, ...], str]]
) -> list[DocumentEntry]:
    return [
        entry(
            number,
            titles[title % len(titles)],
            titles[agency % len(titles)],
            replied_on=day,
            doc_number=doc_number,
            proposal_numbers=numbers,
            scope=scope,
        )
        for number, (title, agency, day, doc_number, numbers, scope) in enumerate(facts)
    ]


ARCHIVES = st.builds(archive_of, SHARED, st.lists(FACTS, max_size=12))
TYPED_HERE = (
    PHRASES | st.text("公园元积行重乐养老关于yinhaglocedqu 2單位:号〔", min_size=1, max_size=5) | st.just("单位:")
)


@settings(max_examples=60, deadline=None)  # each builds two archives
@given(ARCHIVES, st.frozensets(SCOPES | st.just("丁")), st.lists(TYPED_HERE, min_size=1, max_size=6))
def test_a_view_answers_as_an_archive_of_what_it_sees(
    entries: list[DocumentEntry], scopes: frozenset[str], typed: list[str]
) -> None:
    view = Suggester(entries).seen_by(scopes)
    alone = Suggester([entry for entry in entries if entry.scope in scopes])
    for text in typed:
        assert view.suggest(text) == alone.suggest(text)
        assert view.suggest(text, MANY) == alone.suggest(text, MANY)
        assert view.nearest_terms(text, MANY) == alone.nearest_terms(text, MANY)


# For any text

TYPED = st.text(max_size=50) | st.text(alphabet="关于养老电梯停车市民政局yanglodit20〔〕[]'’:： -\"单位", max_size=12)
_ONE = Suggester(ARCHIVE)


@settings(deadline=None)
@given(TYPED, st.integers(-1, 12))
def test_any_text_is_answered_the_same_with_at_most_k_and_nothing_twice(typed: str, k: int) -> None:
    found = _ONE.suggest(typed, k)
    assert len(found) <= max(k, 0)
    assert len(set(texts(found))) == len(found)
    assert typed.strip() not in texts(found)
    assert len({suggestion.by_pinyin for suggestion in found}) <= 1
    assert found == Suggester(ARCHIVE[::-1]).suggest(typed, k)
    nearest = _ONE.nearest_terms(typed, k)
    assert len(set(nearest)) == len(nearest) <= max(k, 0)
    assert nearest == _ONE.nearest_terms(typed, k)


SYLLABLES = {"养": "yang", "老": "lao", "服": "fu", "务": "wu", "安": "an", "恩": "en"}
NAMES = st.text(alphabet=[*SYLLABLES], min_size=1, max_size=5)


@settings(deadline=None)
@given(st.lists(NAMES, max_size=6), NAMES)
def test_characters_find_what_holds_them(titles: list[str], typed: str) -> None:
    found = titled(*titles).suggest(typed, MANY)
    expected = {title for title in titles if normalise(typed) in title and title != typed}
    assert {suggestion.text for suggestion in found if suggestion.kind == "title"} == expected


def spellings(name: str) -> set[str]:
    """All ways to type a beginning of the name: each syllable whole or its initial, the last one cut anywhere."""
    found = set()
    for length in range(1, len(name) + 1):
        *whole, last = (SYLLABLES[character] for character in name[:length])
        for before in product(*((syllable, syllable[0]) for syllable in whole)):
            found |= {"".join(before) + last[:end] for end in range(1, len(last) + 1)}
    return found


@settings(deadline=None)
@given(st.lists(NAMES, max_size=6), st.text(alphabet="yanglofuwe", min_size=1, max_size=6))
def test_pinyin_finds_what_can_be_spelt_so(titles: list[str], typed: str) -> None:
    found = titled(*titles).suggest(typed, MANY)
    expected = {title for title in titles if any(typed in spellings(title[at:]) for at in range(len(title)))}
    assert {suggestion.text for suggestion in found if suggestion.kind == "title"} == expected
