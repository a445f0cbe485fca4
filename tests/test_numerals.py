"""Chinese numerals, written and read."""

import pytest

from corpus.language.numerals import to_chinese, to_int


@pytest.mark.parametrize(
    ("number", "words"), [(1, "一"), (10, "十"), (14, "十四"), (20, "二十"), (35, "三十五"), (100, "100"), (0, "0")]
)
def test_sessions_are_counted_in_words(number: int, words: str) -> None:
    assert to_chinese(number) == words


@pytest.mark.parametrize(("number", "words"), [(3, "叁"), (10, "壹拾"), (12, "壹拾贰"), (40, "肆拾"), (100, "100")])
def test_formal_numerals_give_each_ten_its_digit(number: int, words: str) -> None:
    assert to_chinese(number, formal=True) == words


def test_every_number_in_words_is_read_as_itself() -> None:
    assert [to_int(to_chinese(number)) for number in range(1, 100)] == list(range(1, 100))
