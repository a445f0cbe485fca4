"""What the terms of a text are, and that every offset leads back to the published text."""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.terms.analyzer import (
    BREAK,
    bigrams,
    concepts,
    normalise,
    normalise_with_offsets,
    original_span,
    terms,
    words,
)

ROOT = Path(__file__).parents[1]
TEXTS = st.text(alphabet=st.one_of(st.sampled_from("福田区養老五g2.、（） \n㎡Å"), st.characters()), max_size=60)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ＡＢＣ１２３", "abc123"),
        ("建設養老機構", "建设养老机构"),
        ("（一）⑵", "(一)(2)"),
        ("78㎡", "78m2"),
        ("苧薴", "苎苎"),  # OpenCC alone would give 苎苧
        ("著名特徵", "著名特征"),
        ("İ", "i̇"),
        ("\ud800", "\ud800"),
        ("", ""),
    ],
)
def test_normalise(text: str, expected: str) -> None:
    assert normalise(text) == expected


@settings(deadline=None)  # the processors are shared
@given(TEXTS)
def test_normalised_text_and_offsets_belong_together(text: str) -> None:
    normalised, offsets = normalise_with_offsets(text)
    assert normalised == normalise(text)
    assert normalise(normalised) == normalised
    assert len(offsets) == len(normalised) + 1
    assert offsets[len(normalised)] == len(text)
    pieces = [normalise(character) for character in text]
    assert list(offsets[:-1]) == [at for at, piece in enumerate(pieces) for _ in piece]


@pytest.mark.parametrize(
    ("text", "found", "original"),
    [
        ("本區養老", "养老", "養老"),
        ("约３㎡的地", "m2", "㎡"),
        ("约３㎡的地", "2的", "㎡的"),  # a piece of an expanded character stands for all of it
        ("㎡㎡地", "地", "地"),
    ],
)
def test_a_stretch_of_the_normalised_text_leads_back_to_the_published_one(text: str, found: str, original: str) -> None:
    normalised, offsets = normalise_with_offsets(text)
    at = normalised.index(found)
    start, end = original_span(offsets, at, at + len(found))
    assert text[start:end] == original


def test_an_empty_stretch_stays_empty() -> None:
    assert original_span(range(4), 2, 2) == (2, 2)
    assert original_span(range(4), 3, 3) == (3, 3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("中华人民", ["中华", "华人", "人民", "中华人民"]),
        ("養老服務，智慧養老！", ["养老", "服务", "智慧", "养老"]),
        ("……——《》 \n", []),
        ("5G 网络", ["5g", "网络"]),
        ("\U0002ebe1", ["\U0002ebe1"]),  # newer than Python 3.11's Unicode
        ("增长2.5%", ["增长", "2.5%"]),
        ("咨询电话0000-12345", ["咨询", "电话", "咨询电话", "0000", "12345"]),
        ("已于", ["已", "于"]),
        ("已于2020年", ["已于", "2020", "年"]),  # a number beside two single characters has them joined
        ("Name@qq.com", ["name", "qq", "com", "qq", "com"]),
        ("v1.2-3b", ["v1", "3b", "v1.2", "3b"]),
        ("a-b_c", ["a", "b", "c"]),
        ("10%-20%", ["10%", "20%"]),
        ("4S店铺", ["4s店", "铺"]),
        ("\ud800养老", ["养老"]),
        ("㐂㐃好", ["㐂㐃", "好"]),  # rare characters side by side, as rjieba has them
        ("", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("养老服务", ["养老", "老服", "服务"]),
        ("区", ["区"]),
        ("福 田\n区", ["福田", "田区"]),
        ("学校、医院", ["学校", BREAK, "医院"]),
        ("、学校。", ["学校"]),
        ("学校……（医院）", ["学校", BREAK, "医院"]),
        ("5G网络", ["5g", "网络"]),
        ("5G 网络", ["5g", "网络"]),
        ("smart city", ["smart", "city"]),
        ("2023年", ["2023", "年"]),
        ("1.2023年", ["1", "2023", "年"]),
        ("2.5万", ["2", "5", "万"]),
        ("a.b", ["a", BREAK, "b"]),
        ("2．加强", ["2", BREAK, "加强"]),
        ("深人社_函", ["深人", "人社", BREAK, "函"]),
        ("𠮷野家々", ["𠮷野", "野家", "家々"]),
        ("カフェ店", ["カフェ", "店"]),
        (BREAK, []),
        ("", []),
    ],
)
def test_bigrams_with_breaks(text: str, expected: list[str]) -> None:
    assert bigrams(text, breaks=True) == expected
    assert bigrams(text) == [term for term in expected if term != BREAK]


@settings(deadline=None)  # the processors are shared
@given(TEXTS, TEXTS)
def test_a_phrase_of_the_text_is_a_run_of_its_bigrams(before: str, after: str) -> None:
    """What makes phrase search exact: a phrase between punctuation is found in any text that contains it."""
    phrase = bigrams("福田区5g网络", breaks=True)
    text = bigrams(f"{before}，福田区5G網絡，{after}", breaks=True)
    runs = [text[at : at + len(phrase)] for at in range(len(text))]
    assert phrase in runs


@settings(deadline=None)  # the processors are shared
@given(TEXTS)
def test_bigrams_do_not_depend_on_white_space_between_chinese_characters(text: str) -> None:
    stray = re.sub("(?<=[福田区])(?=[福田区])", " \n", text)
    assert bigrams(stray, breaks=True) == bigrams(text, breaks=True)


@settings(deadline=None)  # the processors are shared
@given(TEXTS)
def test_terms_are_words_bigrams_concepts_and_hold_a_letter_or_digit(text: str) -> None:
    assert terms(text) == words(text) + bigrams(text) + concepts(text)
    # Python 3.11 does not know the newest Chinese characters as letters.
    assert all(any(letter.isalnum() or ord(letter) >= 0x20000 for letter in term) for term in terms(text))
    assert all(not any(character.isspace() for character in term) for term in terms(text))


def test_many_threads_get_the_same_terms() -> None:
    texts = [f"关于加强第{number}号老旧小区电梯加装工作的建议" for number in range(40)]
    expected = [terms(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(terms, texts)) == expected


@pytest.mark.parametrize("prelude", ["", "import sys; sys.modules['rjieba'] = None; "], ids=["rjieba", "jieba"])
def test_nothing_is_printed_and_nothing_written(tmp_path: Path, prelude: str) -> None:
    """In a fresh process, warnings as errors, with either segmenter; jieba alone would write a cache and a log."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    code = f"{prelude}from indexer.terms.analyzer import words; print(*words('智慧养老'))"
    command = [sys.executable, "-W", "error", "-c", code]
    run = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (run.stdout.split(), run.stderr) == (["智慧", "养老"], "")
    assert list(tmp_path.iterdir()) == []
