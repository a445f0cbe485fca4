"""Pages and letters as they are published, of our own wording: every field is read as a clerk wrote it down."""

import json
from pathlib import Path
from typing import Any

import pytest

from corpus.documents import read_documents
from corpus.language.formulas import is_formula, is_thanks
from corpus.privacy import mask
from corpus.types import Document
from eval.parse import compare

FOLDER = Path(__file__).parent / "data" / "published_two" / "seen_more"
EXPECTED: dict[str, dict[str, Any]] = json.loads((FOLDER / "expected.json").read_text("utf-8"))


@pytest.mark.parametrize("key", sorted(EXPECTED))
def test_every_field_is_the_clerks(key: str) -> None:
    name, _, number = key.partition("#")
    document = list(read_documents(FOLDER / name, name))[int(number or 1) - 1]
    assert isinstance(document, Document)
    compared = list(compare(key, document, EXPECTED[key]))
    assert len(compared) == len(EXPECTED[key])
    assert [(c.field, c.expected, c.found) for c in compared if c.result != "right"] == []


@pytest.mark.parametrize("text", ["不许叫老人跑腿", "同时陪老人就医", "不允许占老人便宜"])
def test_the_end_of_a_word_is_no_surname(text: str) -> None:
    assert mask(text) == text
    assert mask("许大妈来信") == "许**来信"


def test_the_first_line_of_a_wrapped_paragraph_is_full_with_its_indent() -> None:
    path = FOLDER.parents[1] / "threads" / "letters" / "市水利局" / "霁水函〔2024〕11号.txt"
    [document] = read_documents(path, path.name)
    assert isinstance(document, Document)
    lines = document.text.split("\n")
    assert "一、欠账还得怎么样了" in lines
    assert any(line.startswith("龙潭水厂") and "比我局2019年讲的日子迟了两年半" in line for line in lines)


@pytest.mark.parametrize(
    "sentence",
    ["供你局答复代表时采用：", "您家就在北门市场后巷，讲的都是亲眼所见，我们逐条回应。", "网友“竹外桃花”：您好！"],
)
def test_what_only_opens_a_reply_is_a_formula(sentence: str) -> None:
    assert is_formula(sentence)


def test_an_invitation_takes_leave() -> None:
    assert is_thanks("诚恳希望您常到北片走走，替我们挑毛病。")
    assert not is_formula("您住的房屋属于危房。")
