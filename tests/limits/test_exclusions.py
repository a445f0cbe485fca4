"""What a query excludes: as the texts say it, and each text is opened at most once, however many words there are."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from corpus.cached import cached_property
from indexer.engine.filters import Filter
from indexer.engine.local.engine import LocalEngine
from indexer.engine.local.selection import Selection, squeezed
from search_api.query.language import QueryError, parse_query
from search_api.searcher import Searcher

FREQUENT = tuple("的一是在不了有和人这中大为上个国我以要")
RARE = ("鳏", "2", "A", "Q", "45", "号）", "x y", "养老", "电梯")


class Opened:
    """A selection over an engine's files that notes the rows whose texts it opens."""

    def __init__(self, folder: Path) -> None:
        engine = Searcher(folder).snapshot.engine
        assert isinstance(engine, LocalEngine)
        self.engine, self.table = engine, engine.parts.table
        self.rows: list[int] = []
        self.selection = Selection(self.table, engine.parts.passages, self._texts)

    def _texts(self, row: int) -> Sequence[str]:
        self.rows.append(row)
        return self.engine._texts(row)

    @cached_property
    def squeezed(self) -> list[list[str]]:
        return [[squeezed(text) for text in self.engine._texts(row)] for row in range(len(self.table))]

    def holding(self, words: Sequence[str]) -> set[int]:
        """The ordinals of the documents that hold one of the words, by reading them all."""
        found = {row for row, texts in enumerate(self.squeezed) if any(squeezed(w) in t for w in words for t in texts)}
        return {int(self.table.document[row]) for row in found}


@pytest.fixture(scope="module")
def opened(sample_index: Path) -> Opened:
    return Opened(sample_index)


@pytest.mark.parametrize("words", [*[(word,) for word in RARE], RARE[:4], FREQUENT[:1], FREQUENT, ("，", "养老")])
def test_what_is_excluded_is_what_the_texts_hold(opened: Opened, words: tuple[str, ...]) -> None:
    allowed = opened.selection.of(Filter(excluded=words))
    assert allowed is not None
    left = set(range(len(opened.table.documents))) - opened.holding(words)
    assert {int(i) for i in allowed.documents.nonzero()[0]} == left
    assert {int(i) for i in opened.table.document[allowed.rows]} == left


def test_chinese_words_open_no_text(sample_index: Path) -> None:
    opened = Opened(sample_index)
    opened.selection.of(Filter(excluded=FREQUENT, phrases=("养老", "人")))
    assert not opened.rows


def test_a_passage_is_opened_once_and_a_document_until_its_first_word(sample_index: Path) -> None:
    opened = Opened(sample_index)
    opened.selection.of(Filter(excluded=("Q", "2", "45", "号）", "x y", "zz")))
    assert len(opened.rows) == len(set(opened.rows))
    opened.rows.clear()
    opened.selection.of(Filter(excluded=tuple("，。0123456789")))
    assert len(opened.rows) <= len(opened.table.documents)  # every passage has one of these


def test_only_what_else_is_asked_for_lets_through_is_opened(sample_index: Path) -> None:
    opened = Opened(sample_index)
    wanted = Filter(years=((2023, 2023),), phrases=("电梯",))
    allowed = opened.selection.of(wanted)
    assert allowed is not None
    assert not opened.rows  # the index decides
    opened.selection.of(Filter(years=wanted.years, phrases=wanted.phrases, excluded=("2", "Q")))
    assert {int(opened.table.document[row]) for row in opened.rows} <= set(allowed.documents.nonzero()[0].tolist())


def test_the_parts_of_a_query_are_counted() -> None:
    assert len(parse_query(" ".join(f"-{word}" for word in "一二三四五六七八九十" * 2)).wanted.excluded) == 20
    with pytest.raises(QueryError, match=r"要排除的词有 25 个，超过上限 20 个"):
        parse_query(" ".join(f"-{word}" for word in "一二三四五六七八九十" * 2 + "一二三四五") + " 管理")
    with pytest.raises(QueryError, match=r"精确词语有 22 个，超过上限 20 个"):
        parse_query('"养老"' * 22)
