"""Short and full forms that a document defines itself stand for each other in a query, for those who may see it."""

import json
from pathlib import Path

import pytest

from indexer.build.update import BuildOptions, build
from search_api.query.abbreviations import Synonyms, synonyms_of
from search_api.searcher import Searcher
from tests.conftest import make_index, silent

DEFINING = "关于失能照护，答复如下：我市推行失能照料保险（以下简称“失照险”），失能人员每月最高补助一千五百元。"
IN_FULL = "关于参保范围，答复如下：失能照料保险今年扩大到居民，申请由街道受理，评估机构上门评估。"
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
    assert score(staff, "失照险", "全称") == score(staff, "失照险 失能照料保险", "全称")
    assert score(staff, "失照险", "全称") > 5 * score(
        staff, "照险", "全称"
    )  # some of its characters stand there anyway
    shown = staff.search("失照险", explain=True).hits[0].explanation
    assert shown is not None
    assert "失能" in "".join(shown.matched_terms)


def test_a_definition_in_a_restricted_document_acts_for_nobody_else(index: Path, without: Path) -> None:
    visitor, never = Searcher(index).seen_by(frozenset({"公开"})), Searcher(without)
    assert synonyms_of(visitor.snapshot).expanded("失照险") == "失照险"
    for query in ("失照险", "失能照料保险"):
        assert score(visitor, query, "全称") == pytest.approx(score(never, query, "全称"), rel=0.1)
        assert visitor.search(query, mode="lexical").total == never.search(query, mode="lexical").total


def test_a_definition_goes_with_its_document(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", 全称=IN_FULL, 定义=DEFINING)
    make_index(tmp_path / "a.jsonl", tmp_path / "index")
    assert synonyms_of(Searcher(tmp_path / "index").snapshot).expanded("失照险") == "失照险 失能照料保险"
    write(tmp_path / "a.jsonl", 全称=IN_FULL, 定义=OTHER)
    make_index(tmp_path / "a.jsonl", tmp_path / "index")
    assert synonyms_of(Searcher(tmp_path / "index").snapshot).expanded("失照险") == "失照险"


@pytest.mark.parametrize(
    ("pairs", "text", "expanded"),
    [
        ([("失能照料保险", "失照险")], "失照险怎么申请", "失照险怎么申请 失能照料保险"),
        ([("失能照料保险", "失照险")], "失能照料保险", "失能照料保险 失照险"),
        ([("失能照料保险", "失照险")], "失能照料保险（失照险）", "失能照料保险（失照险）"),
        ([("失能照料保险", "失照险"), ("长江护岸险工", "失照险")], "失照险", "失照险"),  # unsure is nothing
        ([("ＡＢ计划", "AB")], "ab", "ab ab计划"),
        ([("失能照料保险", "失照险")], "失照险" + "很" * 100, "失照险" + "很" * 100),  # a long text says it all itself
        ([], "失照险", "失照险"),
    ],
)
def test_expansion_by_hand(pairs: list[tuple[str, str]], text: str, expanded: str) -> None:
    assert Synonyms(pairs).expanded(text) == expanded


def test_what_everybody_knows_needs_no_definition(without: Path) -> None:
    synonyms = synonyms_of(Searcher(without).snapshot)
    assert synonyms.expanded("长护险") == "长护险 长期护理保险"
    assert synonyms.expanded("业主委员会选举") == "业主委员会选举 业委会"
    assert synonyms.expanded("小区停车") == "小区停车"
    assert synonyms.expanded("老年证") == "老年证"  # 老年优待证 and 老年人证: unsure is nothing


def test_a_form_that_no_document_has_is_not_asked_for() -> None:
    synonyms = Synonyms([("课后延时服务", "课后服务")])
    assert synonyms.expanded("课后服务收费", lambda form: False) == "课后服务收费"
    assert synonyms.expanded("课后服务收费", lambda form: True) == "课后服务收费 课后延时服务"


def test_both_forms_find_the_same_documents_as_near(sample_index: Path) -> None:
    searcher = Searcher(sample_index)
    short, full = searcher.search("长护险", 5), searcher.search("长期护理保险", 5)
    assert {(h.doc_id, h.band) for h in short.hits} == {(h.doc_id, h.band) for h in full.hits}
    assert [h.band for h in short.hits[:3]] == ["高度相关"] * 3


def test_a_query_is_asked_in_each_of_its_forms() -> None:
    synonyms = Synonyms([("长期护理保险", "长护险"), ("业主委员会", "业委会")])
    assert synonyms.ways("长护险与业委会") == ["长护险与业委会", "长护险与业主委员会", "长期护理保险与业委会"]
    assert synonyms.ways("停车") == []
