"""A user without the scope is answered from an archive that does not have the document."""

import json
from pathlib import Path

import numpy as np
import pytest

from indexer.build.update import BuildOptions, build
from indexer.engine.local import LocalEngine
from indexer.engine.protocol import Mode, Query
from indexer.terms.kinds import terms_of
from search_api.searcher import Searcher
from tests.conftest import make_index, silent, write_letters
from tests.scopes.hidden import HIDDEN_ID, OPEN, STAFF, headers, leaks, reading, write_hidden


@pytest.mark.parametrize("mode", ["lexical", "hybrid"])
@pytest.mark.parametrize(
    "query", ["长者食堂每餐补贴", "蓝鲸计划潜航基地", "年份:2031", "20239999", '"潜航试验"', "选址"]
)
def test_search_finds_the_letter_with_the_scope_and_nothing_without(index: Path, query: str, mode: Mode) -> None:
    searcher = Searcher(index)
    assert HIDDEN_ID in [h.doc_id for h in searcher.seen_by(STAFF).search(query, 10, mode=mode).hits]
    assert HIDDEN_ID not in [h.doc_id for h in searcher.seen_by(OPEN).search(query, 10, mode=mode).hits]


@pytest.mark.parametrize(
    "query",
    ["长者食堂", "补贴", "蓝鲸计划", "潜航基地选在长者食堂旁", '"潜航"', "-潜航 补贴", "年份:2031", "单位:海事局"],
)
def test_totals_and_facets_are_those_of_an_archive_without_the_letter(
    index: Path, open_index: Path, query: str
) -> None:
    seen, alone = Searcher(index).seen_by(OPEN), Searcher(open_index)
    modes: tuple[Mode, ...] = ("lexical", "hybrid")
    for mode in modes:
        ours = seen.search(query, 10, mode=mode, facets=True)
        theirs = alone.search(query, 10, mode=mode, facets=True)
        assert (ours.total, ours.facets, ours.message) == (theirs.total, theirs.facets, theirs.message)


def test_ranking_statistics_are_those_of_the_letters_seen(index: Path, open_index: Path) -> None:
    seen, alone = Searcher(index).seen_by(OPEN).snapshot, Searcher(open_index).snapshot
    by_id = {entry.doc_id: entry.key for entry in seen.engine.entries()}
    same_keys = [by_id[entry.doc_id] for entry in alone.engine.entries()]
    for text in ("补贴", "蓝鲸补贴", "潜航", "长者食堂每餐补贴"):
        vector = np.asarray(alone.encoder.encode_queries([text])[0], dtype=np.float32)
        of_seen = seen.engine.retrieve(Query(terms_of(text), np.zeros_like(vector))).candidates("lexical")
        of_alone = alone.engine.retrieve(Query(terms_of(text), np.zeros_like(vector))).candidates("lexical")
        at = [same_keys[i] for i in np.searchsorted([e.key for e in alone.engine.entries()], of_alone.documents)]
        order = np.argsort(at)
        assert of_seen.documents.tolist() == np.array(at)[order].tolist()
        # A document's own score is exactly that; a passage's is set against the mean length of all, hidden or not.
        np.testing.assert_allclose(of_seen.lexical, of_alone.lexical[order], rtol=0.05)
        assert of_seen.coverage.tolist() == of_alone.coverage[order].tolist()
        assert of_seen.lengths.tolist() == of_alone.lengths[order].tolist()
        assert of_seen.known == of_alone.known
    assert seen.engine.document_frequency(["潜航", "补贴"]).tolist() == [0, 2]
    assert seen.engine.containing("潜航").tolist() == []
    assert seen.engine.size == alone.engine.size


def test_forty_sets_of_scopes_share_one_index(index: Path) -> None:
    """Nothing is copied for a set: each is a view of the same opened files."""
    searcher = Searcher(index)
    whole = searcher.snapshot.engine
    assert isinstance(whole, LocalEngine)
    for n in range(40):
        view = searcher.seen_by(OPEN | {f"第{n}组"}).snapshot.engine
        assert isinstance(view, LocalEngine)
        assert view.parts is whole.parts
        assert searcher.seen_by(OPEN | {f"第{n}组"}).search("补贴", 10).total == 2


@pytest.mark.parametrize("typed", ["蓝", "蓝鲸", "lanjing", "lj", "单位:蓝", "2023999", "松蓝", "关于", "食堂"])
def test_suggestions_are_those_of_an_archive_without_the_letter(index: Path, open_index: Path, typed: str) -> None:
    seen, alone = Searcher(index).seen_by(OPEN), Searcher(open_index)
    assert seen.suggester.suggest(typed, 20) == alone.suggester.suggest(typed, 20)
    assert seen.suggester.nearest_terms(typed) == alone.suggester.nearest_terms(typed)


def test_a_user_of_nothing_is_answered_and_finds_nothing(index: Path) -> None:
    nobody = Searcher(index).seen_by(frozenset())
    assert nobody.search("长者食堂", 10, facets=True).total == 0
    assert nobody.suggester.suggest("长") == []


def test_whoever_sees_all_letters_is_answered_as_one_without_limits(index: Path) -> None:
    searcher = Searcher(index)
    everything = searcher.seen_by(STAFF | {"民政"})
    assert everything.search("食堂", 10).hits == searcher.search("食堂", 10).hits
    assert everything.snapshot.engine.size == searcher.snapshot.engine.size


def test_one_request_stays_with_its_generation(tmp_path: Path) -> None:
    write_letters(tmp_path / "letters")
    make_index(tmp_path / "letters", tmp_path / "index")
    searcher = Searcher(tmp_path / "index")
    one, two = searcher.seen_by(OPEN), searcher.seen_by(None)
    write_hidden(tmp_path / "内部")
    build([tmp_path / "内部"], tmp_path / "index", BuildOptions(scope="内部"), silent)
    assert (searcher.snapshot.number, one.snapshot.number, two.snapshot.number) == (2, 1, 1)
    assert one.search("长者食堂", 10).total == 1
    assert searcher.seen_by(OPEN).snapshot.number == 2


def test_an_older_version_of_another_scope_stays_hidden(tmp_path: Path) -> None:
    row = {
        "id": "甲",
        "text": "关于长者食堂，答复如下：潜航基地在食堂地下，全市现有长者食堂六十八家。",
        "scope": "内部",
    }
    file = tmp_path / "a.jsonl"
    file.write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    make_index(file, tmp_path / "index")
    row |= {"text": "关于长者食堂，答复如下：全市现有长者食堂六十八家，年底前再建十二家。", "scope": "公开"}
    file.write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    build([file], tmp_path / "index", BuildOptions(scope="公开", widen=True), silent)
    searcher = Searcher(tmp_path / "index")
    assert len(searcher.seen_by(STAFF).snapshot.versions("甲")) == 2
    assert [v.scope for v in searcher.seen_by(OPEN).snapshot.versions("甲")] == ["公开"]
    with reading(tmp_path / "index") as client:
        page = client.get("/documents/甲", headers=headers("公开")).text
        assert "再建十二家" in page
        assert not leaks(page)
