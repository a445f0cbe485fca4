"""Two segmenters, one result: the same terms whether a machine has rjieba or only jieba, and as rjieba has them."""

import gzip
import json
import re
from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.terms.analyzer import normalise, sentences
from indexer.terms.dictionary import Dictionary
from indexer.terms.normalisation import HAN
from indexer.terms.segmenter import PythonSegmenter, RustSegmenter, WordEntry
from indexer.terms.words import WordCutter
from tests.letters import SAMPLE, SHARED

pytest.importorskip("rjieba")

LEADER_MESSAGES = SHARED / "data" / "leader_messages" / "archive.jsonl.gz"
OWN = Dictionary(
    tuple(
        WordEntry(word, frequency)
        for word, frequency in (
            ("长护险", None),
            ("和平", 100_000),
            ("加装电梯补贴", 3),
            ("民生微实事", None),
            ("的和", 90),
        )
    )
)
COMMON = "福田区养老服务的了和平等长护险加装电梯补贴民生微实事已于并在为年月日号丿亠"
MIXED = st.text(
    alphabet=st.one_of(
        st.sampled_from(COMMON + "ab019.%-_+#&@ 、。㐂㐃𠮷々〇éカ4s店"),
        st.characters(min_codepoint=0x4E00, max_codepoint=0x9FD5),
    ),
    max_size=40,
)


@cache
def cutters(dictionary: Dictionary) -> tuple[WordCutter, WordCutter]:
    rust, python = RustSegmenter(dictionary.han), PythonSegmenter(dictionary.han)
    return WordCutter(dictionary, rust), WordCutter(dictionary, python)


@cache
def rust() -> RustSegmenter:
    return RustSegmenter()


def words(cutter: WordCutter, text: str) -> list[str]:
    return [word for sentence in sentences(text) for word in cutter.words(normalise(sentence))]


def sample_texts() -> Iterator[str]:
    for path in sorted(SAMPLE.rglob("*")):
        if path.suffix in (".txt", ".md", ".html"):
            yield path.read_text(encoding="utf-8", errors="replace")


def leader_messages() -> Iterator[str]:
    with gzip.open(LEADER_MESSAGES, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield from (value for value in json.loads(line).values() if isinstance(value, str))


def assert_same(texts: Iterator[str], at_least: int) -> None:
    rust, python = cutters(Dictionary())
    count = 0
    for text in texts:
        found = words(rust, text)
        assert found == words(python, text), text
        count += len(found)
    assert count > at_least


def test_the_sample_archive_has_the_same_words_by_either() -> None:
    assert_same(sample_texts(), 50_000)


@pytest.mark.skipif(not LEADER_MESSAGES.is_file(), reason="they lie beside the repository, where they may be had")
def test_the_leader_messages_have_the_same_words_by_either() -> None:
    assert_same(leader_messages(), 300_000)


@settings(deadline=None, max_examples=400)  # the processors are shared
@given(MIXED)
def test_any_text_has_the_same_words_by_either(text: str) -> None:
    for dictionary in (Dictionary(), OWN):
        rust, python = cutters(dictionary)
        assert words(rust, text) == words(python, text)


@settings(deadline=None, max_examples=400)  # the processors are shared
@given(MIXED)
def test_words_are_those_of_rjieba_for_whole_sentences(text: str) -> None:
    """The oracle: sentences as they are, then every word that is not letters and digits alone cut into its pieces.

    These are the terms of every index of version 3; the words of its dictionary that end within a Latin word are not.
    """
    pieces = re.compile(rf"[a-z0-9]+(?:\.\d+)?%?|(?:[^\W_]|[{HAN}])+")
    known = re.compile(r"(?:4s店|1号店|c#|c\+\+|at&t)")
    expected: list[str] = []
    for sentence in map(normalise, sentences(text)):
        if known.search(sentence):
            return
        for word in rust()._jieba.cut_for_search(sentence):
            expected += [word] if word.isalnum() else pieces.findall(word)
    assert words(cutters(Dictionary())[0], text) == expected


def test_added_words_get_the_same_frequency_by_either() -> None:
    """Of words without one: the frequency at which they are likelier than their pieces."""
    rust, python = RustSegmenter(OWN.han), PythonSegmenter(OWN.han)
    for word in ("长护险", "养老服务", "中华人民共和国", "丿亠", "加装电梯补贴", "电梯", "的了和"):
        assert rust._jieba.suggest_freq(word) == python._sufficient(word), word


def test_segmenters_do_not_learn_from_each_other() -> None:
    for kind in (RustSegmenter, PythonSegmenter):
        taught = kind([WordEntry("民生微实事", None)])
        assert kind().words("民生微实事") == ["民生", "微", "实事"]
        assert taught.words("民生微实事") == ["民生", "实事", "民生微实事"]
