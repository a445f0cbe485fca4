"""What words or vectors put first, hybrid does not lose: on the sample archive, and on one of random text."""

import json
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.engine.protocol import Mode
from search_api.searcher import Searcher
from tests.conftest import make_index

LEGS: tuple[Mode, ...] = ("lexical", "vector")
EVERY = 200  # more documents than either archive has
LETTERS = "养老助餐停车电梯补贴充电噪声垃圾学位公交河涌古树路灯托育医保寄快递到乡下要再交一次钱小作坊没什么像样家当"
FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def sample(sample_index: Path) -> Searcher:
    return Searcher(sample_index)


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    """Forty documents of random characters."""
    folder, drawn = tmp_path_factory.mktemp("noise"), random.Random(13)
    lines = []
    for number in range(40):
        title, body = ("".join(drawn.choices(LETTERS, k=n)) for n in (10, 150))
        lines.append(
            json.dumps({"id": f"n{number}", "title": title, "text": f"答复如下：{body}。"}, ensure_ascii=False)
        )
    (folder / "noise.jsonl").write_text("\n".join(lines), encoding="utf-8")
    make_index(folder / "noise.jsonl", folder / "index")
    return Searcher(folder / "index")


def lost(searcher: Searcher, query: str) -> list[str]:
    """The first document of each leg that hybrid does not have, as leg and doc_id."""
    found = {hit.doc_id for hit in searcher.search(query, EVERY).hits}
    firsts = [(leg, searcher.search(query, 1, mode=leg).hits) for leg in LEGS]
    return [f"{leg} {hits[0].doc_id}" for leg, hits in firsts if hits and hits[0].doc_id not in found]


@FEW
@given(words=st.lists(st.text(alphabet=LETTERS, min_size=1, max_size=6), min_size=1, max_size=6))
def test_hybrid_keeps_the_first_of_each_leg(sample: Searcher, noise: Searcher, words: list[str]) -> None:
    query = " ".join(words)
    assert lost(sample, query) == []
    assert lost(noise, query) == []


@pytest.mark.parametrize(
    "query",
    [
        "小作坊没什么像样家当作保，头一回借钱总是碰壁",  # words found it, and hybrid nothing at all
        "咱这六层老楼想弄个能坐着上下的东西，政府给掏多少钱？",
        "家里的自来水发黄有异味，水压也低，应该找谁检测？",
    ],
)
def test_an_ask_whose_words_the_encoder_does_not_know_is_not_lost(sample: Searcher, query: str) -> None:
    first = sample.search(query, 1, mode="lexical").hits[0]
    kept = {hit.doc_id: hit.band for hit in sample.search(query, EVERY).hits}
    assert kept.get(first.doc_id) == "可参考"
