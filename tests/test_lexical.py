"""The lexical leg against a plain BM25, and phrases against plain substring search."""

import math
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from corpus.errors import DafuError
from indexer.engine.local.lexical import LexicalIndex, Seen
from indexer.engine.local.lexical_schema import FIELDS, KINDS, LexicalEntry
from indexer.terms import analyzer
from indexer.terms.analysis import Analysis
from indexer.terms.analyzer import DEFAULT
from indexer.terms.kinds import Terms, terms_of

TEXTS = [
    "全市长者食堂六十八家，每餐补贴两元。",
    "加装电梯财政补贴每台十五万元，公积金可以提取。",
    "长者食堂送餐上门，由志愿者承担，失能老人优先。",
    "黑臭水体整治三十一公里，青龙河两岸截污。",
    "电动自行车充电设施进小区，每千瓦时服务费封顶。",
    "长者食堂。",
]


def fields(texts: Mapping[str, str]) -> dict[str, Analysis]:
    return {field: DEFAULT.analyse(text) for field, text in texts.items()}


def build(folder: Path, texts: list[str], keys: list[int] | None = None) -> LexicalIndex:
    index = LexicalIndex.create(folder)
    with index.updating([]) as add:
        for key, text in zip(keys or range(1, len(texts) + 1), texts, strict=True):
            add(LexicalEntry(key, "公开", fields({"body": text})))
    return index


def search(
    index: LexicalIndex,
    terms: Terms,
    k: int,
    weights: Mapping[str, float] | None = None,
    allowed: NDArray[np.bool_] | None = None,
) -> tuple[list[int], list[float]]:
    """Keys and scores of a query whose fields and kinds weigh nothing but those named."""
    every = {f"{field}_{kind}": 0.0 for field in FIELDS for kind in KINDS}
    query = index.query(terms, every | dict(weights or {"body_words": 1.0}))
    keys, scores = index.search(query, k, index.keys(), allowed)
    return keys.tolist(), scores.tolist()


def bm25(query: str, texts: list[str], k1: float = 1.2, b: float = 0.75) -> dict[int, float]:
    """Robertson and Zaragoza, The Probabilistic Relevance Framework (2009); Lucene's idf: ln(1+(N-n+.5)/(n+.5))."""
    documents = [Counter(analyzer.words(text)) for text in texts]
    mean = sum(sum(d.values()) for d in documents) / len(documents)
    scores: dict[int, float] = {}
    for term, count in Counter(analyzer.words(query)).items():
        weight = 1 + math.log(count)
        n = sum(term in d for d in documents)
        idf = math.log(1 + (len(documents) - n + 0.5) / (n + 0.5))
        for i, d in enumerate(documents):
            if term in d:
                norm = k1 * (1 - b + b * sum(d.values()) / mean)
                scores[i + 1] = scores.get(i + 1, 0.0) + weight * idf * d[term] * (k1 + 1) / (d[term] + norm)
    return scores


@pytest.mark.parametrize("query", ["长者食堂补贴", "电梯 公积金", "老人送餐上门服务", "青龙河"])
def test_scores_are_bm25(tmp_path: Path, query: str) -> None:
    index = build(tmp_path / "lexical", TEXTS)
    keys, scores = search(index, terms_of(query), 10)
    expected = bm25(query, TEXTS)
    assert set(keys) == set(expected)
    for key, score in zip(keys, scores, strict=True):
        assert score == pytest.approx(expected[key], rel=0.02)  # tantivy keeps a field's length in one byte


def test_ties_are_broken_by_key_and_weights_add_up(tmp_path: Path) -> None:
    index = build(tmp_path / "lexical", ["食堂补贴。", "电梯补贴。", "食堂补贴。"], keys=[9, 4, 2])
    keys, scores = search(index, terms_of("食堂"), 10)
    assert keys == [2, 9]
    _, doubled = search(index, terms_of("食堂"), 10, {"body_words": 2.0})
    assert doubled == pytest.approx([2 * score for score in scores])
    _, both = search(index, terms_of("食堂"), 10, {"body_words": 1.0, "body_bigrams": 1.0})
    _, bigrams = search(index, terms_of("食堂"), 10, {"body_bigrams": 1.0})
    assert both == pytest.approx([a + b for a, b in zip(scores, bigrams, strict=True)])


@pytest.mark.parametrize("share", [0.01, 0.3, 1.0])
def test_a_mask_gives_what_ranking_everything_and_dropping_the_rest_gives(tmp_path: Path, share: float) -> None:
    rng = np.random.default_rng(7)
    words = ["食堂", "电梯", "补贴", "老人", "充电", "停车", "学校", "医院"]
    texts = ["，".join(rng.choice(words, 6)) for _ in range(400)]
    index = build(tmp_path / "lexical", texts)
    allowed = rng.random(400) < share
    allowed[5] = True
    everything, _ = search(index, terms_of("老人食堂补贴"), 400)
    wanted = [key for key in everything if allowed[key - 1]][:20]
    found, _ = search(index, terms_of("老人食堂补贴"), 20, allowed=allowed)
    assert found == wanted


_text = st.text(alphabet="长者食堂补贴老人5G2，。 +", min_size=0, max_size=30)


@settings(max_examples=60, deadline=None)
@given(st.lists(_text, min_size=1, max_size=12), st.text(alphabet="长者食堂补贴老人5G2，+", min_size=1, max_size=5))
def test_containing_never_misses_a_phrase(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], phrase: str
) -> None:
    index = build(tmp_path_factory.mktemp("lexical") / "lexical", texts)
    sought = "".join(analyzer.normalise(phrase).split())
    holding = {i for i, t in enumerate(texts, 1) if sought in "".join(analyzer.normalise(t).split())}
    found = set(index.containing(phrase).tolist())
    assert holding <= found
    if len(sought) >= 2 and all("\u4e00" <= c <= "\u9fff" for c in sought):
        assert holding == found


def test_a_phrase_over_a_punctuation_mark_between_two_equal_characters(tmp_path: Path) -> None:
    index = build(tmp_path / "lexical", ["青龙河，河水位高出一米。", "青龙河水位。"])
    assert 1 in index.containing("龙河，河水位").tolist()
    assert index.containing("龙河水位").tolist() == [2]


def test_damaged_segments_are_a_sentence(tmp_path: Path) -> None:
    build(tmp_path / "lexical", TEXTS * 50, keys=list(range(1, 301)))
    for path in (tmp_path / "lexical").iterdir():
        if path.suffix in (".idx", ".pos", ".term", ".fast"):
            path.write_bytes(b"\xff" * path.stat().st_size)
    with pytest.raises(DafuError, match="dafu verify"):
        _opened_and_searched(tmp_path / "lexical")


def _opened_and_searched(folder: Path) -> None:
    index = LexicalIndex.open(folder)
    search(index, terms_of("长者食堂"), 5)


def test_update_adds_and_removes_and_a_copy_leaves_the_old_one_alone(tmp_path: Path) -> None:
    build(tmp_path / "old", TEXTS)
    before = {p.name: p.read_bytes() for p in (tmp_path / "old").iterdir() if p.suffix != ".lock"}
    LexicalIndex.copy(tmp_path / "old", tmp_path / "new")
    index = LexicalIndex.open(tmp_path / "new")
    with index.updating([1, 6]) as add:
        add(LexicalEntry(7, "公开", fields({"body": "新建长者食堂。"})))
    assert index.keys().tolist() == [2, 3, 4, 5, 7]
    assert index.containing("长者食堂").tolist() == [3, 7]
    assert {p.name: p.read_bytes() for p in (tmp_path / "old").iterdir() if p.suffix != ".lock"} == before
    assert LexicalIndex.open(tmp_path / "old").keys().tolist() == [1, 2, 3, 4, 5, 6]


def test_traditional_script_and_full_width_find_simplified_text(tmp_path: Path) -> None:
    index = build(tmp_path / "lexical", TEXTS)
    for query in ("長者食堂", "长者食堂"):
        assert search(index, terms_of(query), 1, {"body_bigrams": 1.0})[0] == [6]
    assert index.containing("電動自行車").tolist() == [5]


def test_no_terms_find_nothing(tmp_path: Path) -> None:
    index = build(tmp_path / "lexical", TEXTS)
    assert search(index, {}, 5)[0] == []
    assert search(index, terms_of("，。！"), 5)[0] == []
    assert search(index, terms_of("长者食堂"), 5, {"body_words": 0.0})[0] == []


def test_a_concept_finds_the_other_words_for_it(tmp_path: Path) -> None:
    index = build(tmp_path / "lexical", ["孤寡老人有人上门看望。", "空巢老人助餐。", "青龙河截污。"])
    assert search(index, terms_of("独居老人"), 5, {"body_concepts": 1.0})[0] == [1, 2]


def test_a_title_word_is_as_rare_as_in_the_body(tmp_path: Path) -> None:
    """老人 stands in every body and in one title: by the titles alone it would outweigh 食堂."""
    index = LexicalIndex.create(tmp_path / "lexical")
    with index.updating([]) as add:
        for key in range(1, 9):
            title = {1: "老人", 2: "食堂"}.get(key, "公园")
            add(LexicalEntry(key, "公开", fields({"title": title, "body": "老人" if key > 2 else "老人食堂"})))
    keys, scores = search(index, terms_of("老人食堂"), 2, {"title_words": 1.0})
    assert keys == [2, 1]
    # both titles have one word of the mean length; of 8 bodies 8 hold 老人, and 2 食堂
    assert scores == pytest.approx([math.log(1 + 6.5 / 2.5), math.log(1 + 0.5 / 8.5)], rel=0.02)


def test_a_folder_that_is_no_index_is_named(tmp_path: Path) -> None:
    with pytest.raises(DafuError, match=f"词语索引 {tmp_path}/nowhere 无法打开"):
        LexicalIndex.open(tmp_path / "nowhere")


def test_rarity_is_counted_in_the_scopes_that_are_seen(tmp_path: Path) -> None:
    """食堂 stands in two of three open passages and in both hidden ones, 电梯 in a hidden one alone."""
    index = LexicalIndex.create(tmp_path / "lexical")
    texts = ["食堂。", "食堂。", "公园。", "食堂。", "食堂，电梯。"]
    with index.updating([]) as add:
        for key, text in enumerate(texts, 1):
            add(LexicalEntry(key, "公开" if key <= 3 else "内部", fields({"body": text})))
    weights = {f"{field}_{kind}": float((field, kind) == ("body", "words")) for field in FIELDS for kind in KINDS}
    for seen, holding, total in ((Seen(frozenset({"公开"}), 3), 2, 3), (None, 4, 5)):
        query = index.query({"words": {"食堂": 1}}, weights, seen)
        _, scores = index.search(query, 1, index.keys())
        mean = (1 + 1 + 1 + 1 + 2) / 5
        norm = 1.2 * (0.25 + 0.75 * 1 / mean)
        rarity = math.log(1 + (total - holding + 0.5) / (holding + 0.5))
        assert scores.tolist() == pytest.approx([rarity * 2.2 / (1 + norm)], rel=0.02)
