"""Short and full forms that a document defines itself stand for each other in a query, for those who may see it."""

import json
from pathlib import Path

import pytest

from indexer.build.update import BuildOptions, build
from search_api.query.abbreviations import Synonyms, synonyms_of
from search_api.searcher import Searcher
from tests.conftest import make_index, silent

DEFINING = "关于失能照护，答复如下：我市推行长期护理保险（以下简称“长护险”），失能人员每月最高补助一千五百元。"
IN_FULL = "关于参保范围，答复如下：长期护理保险今年扩大到居民，申请由街道受理，评估机构上门评估。"
OTHER = "关于共享停车，答复如下：机关单位夜间开放停车泊位六百四十个，包月一百五十元。"


def write(path: Path, **texts: str) -> None:
    lines = [json.dumps({"id": name, "text": text}, ensure_ascii=False) for name, text in texts.items()]
    path.write_text("\n".join(lines), encoding="utf-8")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The definition stands in a restricted document; who may see the others alone must not profit by it."""
    folder = tmp_path_factory.mktemp("abbreviations")
    write(folder / "open.jsonl", 全称=IN_FULL, 停车=OTHER)
    write(folder / "restricted.jsonl", 定义=DEFINING)
    make_index(folder / "open.jsonl", folder / "index")
    build([folder / "restricted.jsonl"], folder / "index", BuildOptions(scope="内部"), silent)
    return folder / "index"


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same archive, had the definition never been written."""
    folder = tmp_path_factory.mktemp("without")
    write(folder / "open.jsonl", 全称=IN_FULL, 停车=OTHER)
    make_index(folder / "open.jsonl", folder / "index")
    return folder / "index"


def score(searcher: Searcher, query: str, doc_id: str) -> float:
    """By words alone; 0 for a document that is not found."""
    return dict(searcher.rank(query, 10, "lexical")).get(doc_id, 0.0)


def test_a_short_form_asks_for_the_full_one_where_its_definition_may_be_seen(index: Path) -> None:
    staff = Searcher(index).seen_by(frozenset({"公开", "内部"}))
    assert score(staff, "长护险", "全称") == score(staff, "长护险 长期护理保险", "全称")
    assert score(staff, "长护险", "全称") > 5 * score(
        staff, "护险", "全称"
    )  # some of its characters stand there anyway
    shown = staff.search("长护险", explain=True).hits[0].explanation
    assert shown is not None
    assert "长期" in "".join(shown.matched_terms)


def test_a_definition_in_a_restricted_document_acts_for_nobody_else(index: Path, without: Path) -> None:
    visitor, never = Searcher(index).seen_by(frozenset({"公开"})), Searcher(without)
    assert synonyms_of(visitor.snapshot).expanded("长护险") == "长护险"
    for query in ("长护险", "长期护理保险"):
        assert score(visitor, query, "全称") == pytest.approx(score(never, query, "全称"), rel=0.1)
        assert visitor.search(query, mode="lexical").total == never.search(query, mode="lexical").total


def test_a_definition_goes_with_its_document(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", 全称=IN_FULL, 定义=DEFINING)
    make_index(tmp_path / "a.jsonl", tmp_path / "index")
    assert synonyms_of(Searcher(tmp_path / "index").snapshot).expanded("长护险") == "长护险 长期护理保险"
    write(tmp_path / "a.jsonl", 全称=IN_FULL, 定义=OTHER)
    make_index(tmp_path / "a.jsonl", tmp_path / "index")
    assert synonyms_of(Searcher(tmp_path / "index").snapshot).expanded("长护险") == "长护险"


@pytest.mark.parametrize(
    ("pairs", "text", "expanded"),
    [
        ([("长期护理保险", "长护险")], "长护险怎么申请", "长护险怎么申请 长期护理保险"),
        ([("长期护理保险", "长护险")], "长期护理保险", "长期护理保险 长护险"),
        ([("长期护理保险", "长护险")], "长期护理保险（长护险）", "长期护理保险（长护险）"),
        ([("长期护理保险", "长护险"), ("长江护岸险工", "长护险")], "长护险", "长护险"),  # unsure is nothing
        ([("ＡＢ计划", "AB")], "ab", "ab ab计划"),
        ([("长期护理保险", "长护险")], "长护险" + "很" * 100, "长护险" + "很" * 100),  # a long text says it all itself
        ([], "长护险", "长护险"),
    ],
)
def test_expansion_by_hand(pairs: list[tuple[str, str]], text: str, expanded: str) -> None:
    assert Synonyms(pairs).expanded(text) == expanded
