"""What a list can be narrowed to: the rules, the counts against the lists they promise, and the speed of counting."""

import sqlite3
import time
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from corpus.errors import DafuError
from corpus.language.agencies import district_of
from corpus.types import Document
from indexer.build.manifest import Manifest, checksums
from indexer.engine.filters import Filter
from indexer.engine.local import LocalEngine
from indexer.engine.local.lexical import LexicalIndex
from indexer.engine.local.postings_builder import PostingsBuilder
from indexer.engine.local.retrieval import Parts
from indexer.engine.local.table import PassageTable
from indexer.engine.local.vectors import VectorIndex
from indexer.engine.protocol import FIELD_NAMES, Column, DocumentEntry, FieldName
from indexer.paths import IndexPaths
from search_api.facets import Chosen, Narrowing
from search_api.query.language import ParsedQuery, parse_query, plain
from search_api.searcher import Searcher
from search_api.types import Facet
from tests.conftest import make_index, write_letters


@pytest.fixture(scope="module")
def searcher(sample_index: Path) -> Searcher:
    return Searcher(sample_index)


def entry(
    i: int, agency: str | None = None, year: int | None = None, kind: str = "other", replied_on: str | None = None
) -> DocumentEntry:
    return DocumentEntry(i, f"{i:05}", "", None, agency, year, kind, "lead", None, (), replied_on)


def engine(*documents: DocumentEntry) -> LocalEngine:
    """The embedded engine over these entries, whose keys are their places; each has one empty passage."""
    keys = np.arange(len(documents))
    table = PassageTable(documents, keys, keys, keys, keys, keys, keys)
    postings = PostingsBuilder()
    for _ in documents:
        postings.add({})
    nothing = VectorIndex.build(np.zeros((0, 1), np.float32))
    # tantivy's watcher may still be taking its lock in the folder when it is to go.
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        passages = LexicalIndex.create(Path(folder) / "passages")
        return LocalEngine(Parts(table, postings.build(None, keys[:0]), passages, nothing, nothing), _unread)


def _unread(entry: DocumentEntry) -> Document:
    raise AssertionError("no document is opened to count")


def narrowed(query: str, **chosen: tuple[str, ...]) -> ParsedQuery:
    parsed = parse_query(query) if query else plain("")
    return ParsedQuery(parsed.text, parsed.wanted, chosen=chosen)  # type: ignore[arg-type]  # names of facets


def counts(facet: Facet) -> list[tuple[str, int]]:
    return [(value.value, value.count) for value in facet.values]


@pytest.mark.parametrize(
    ("agency", "district"),
    [
        ("松澜市青龙区民政局", "青龙区"),
        ("青龙区民政局", "青龙区"),
        ("临渡区城市管理局", "临渡区"),
        ("云岫县交通运输局", "云岫县"),
        ("石桥县人民政府", "石桥县"),
        ("上海市浦东新区民政局", "浦东新区"),
        ("内蒙古自治区呼和浩特市土默特左旗教育局", "土默特左旗"),
        ("松澜市教育局", "市级"),
        ("市教育局", "市级"),
        ("共青团松澜市委员会", "市级"),
        ("松澜市社区服务中心", "市级"),
        ("松澜市住房公积金管理中心", "市级"),
        ("广东省教育厅", "省级"),
        ("广西壮族自治区教育厅", "省级"),
        ("民政局", None),
        ("城市管理局", None),
        ("社区卫生服务中心", None),
    ],
)
def test_a_district_stands_at_the_front_of_a_name(agency: str, district: str | None) -> None:
    assert district_of(agency) == district


def test_a_column_has_each_value_once_and_none_is_no_value() -> None:
    column = Column.of(["乙", None, "甲", "乙"])
    assert (column.values, column.codes.tolist()) == (("乙", "甲"), [0, -1, 1, 0])
    assert column.where(lambda value: value == "乙").tolist() == [True, False, False, True]
    assert Column.of([]).where(lambda value: True).tolist() == []


@pytest.mark.parametrize(
    ("chosen", "kept", "agencies", "years"),
    [
        ({}, [0, 1, 2, 3], [("甲局", 2), ("乙局", 1)], [("2024", 1), ("2023", 2)]),
        ({"agency": ("甲局",)}, [0, 1], [("甲局", 2), ("乙局", 1)], [("2024", 1), ("2023", 1)]),
        ({"agency": ("甲局",), "year": ("2023",)}, [0], [("乙局", 1), ("甲局", 1)], [("2024", 1), ("2023", 1)]),
        ({"agency": ("甲局", "乙局")}, [0, 1, 2], [("甲局", 2), ("乙局", 1)], [("2024", 1), ("2023", 2)]),
        ({"agency": ("丙局",)}, [], [("甲局", 2), ("乙局", 1)], []),
        ({"agency": ()}, [0, 1, 2, 3], [("甲局", 2), ("乙局", 1)], [("2024", 1), ("2023", 2)]),
    ],
)
def test_facets_hold_together_and_each_is_counted_without_its_own_choice(
    chosen: Chosen, kept: list[int], agencies: list[tuple[str, int]], years: list[tuple[str, int]]
) -> None:
    letters = engine(entry(0, "甲局", 2023), entry(1, "甲局", 2024), entry(2, "乙局", 2023), entry(3))
    narrowing = Narrowing(letters, np.arange(4), chosen)
    assert np.flatnonzero(narrowing.kept).tolist() == kept
    facets = {facet.name: facet for facet in narrowing.facets()}
    assert tuple(facets) == FIELD_NAMES
    assert (counts(facets["agency"]), counts(facets["year"])) == (agencies, years)


def test_a_chosen_value_that_the_list_lacks_is_counted_as_none() -> None:
    letters = engine(entry(0, "甲局", 2023), entry(1, "乙局", 2024))
    facets = Narrowing(letters, np.array([0]), {"agency": ("乙局",)}).facets()
    assert [(v.value, v.count, v.is_chosen) for v in facets[0].values] == [("甲局", 1, False), ("乙局", 0, True)]


NARROWER: dict[str, dict[FieldName, tuple[str, ...]]] = {
    "nothing": {},
    "years": {"year": ("2023", "2022")},
    "both": {"district": ("市级",), "kind": ("npc", "cppcc")},
}


@pytest.mark.parametrize(
    ("query", "narrower"),
    [
        (q, n)
        for q in ("养老 补贴", "补贴标准 -送餐", "单位:民政局 养老", "类型:政协", "")
        for n in NARROWER
        if q or n != "nothing"
    ],
)
def test_every_value_lists_as_many_letters_as_stand_beside_it(searcher: Searcher, query: str, narrower: str) -> None:
    also = NARROWER[narrower]
    facets = searcher.search(narrowed(query, **also), facets=True).facets
    assert facets
    promised = {(facet.name, value.value): value.count for facet in facets for value in facet.values}
    assert promised
    for (name, value), count in promised.items():
        assert searcher.search(narrowed(query, **{**also, name: (value,)}), 1).total == count, (name, value)


def test_two_values_of_a_facet_are_alternatives(searcher: Searcher) -> None:
    year = {"2022": 0, "2023": 0}
    for value in year:
        year[value] = searcher.search(narrowed("养老", year=(value,)), 1).total
    assert min(year.values()) > 0
    assert searcher.search(narrowed("养老", year=("2022", "2023")), 1).total == sum(year.values())


def test_facets_narrow_a_list_and_leave_its_order(searcher: Searcher) -> None:
    everything = searcher.search("养老 补贴", 100).hits
    chosen = searcher.search(narrowed("养老 补贴", kind=("cppcc",)), 100)
    assert [h.doc_id for h in chosen.hits] == [h.doc_id for h in everything if h.proposal_kind == "cppcc"]
    assert [h.rank for h in chosen.hits] == list(range(1, chosen.total + 1))


def test_by_date_the_newest_comes_first_and_its_band_stays_and_the_tail_below(searcher: Searcher) -> None:
    by_closeness = searcher.search("养老 补贴", 100, explain=True)
    by_date = searcher.search("养老 补贴", 100, sort="date", explain=True)
    is_far = [hit.band == "可参考" for hit in by_date.hits]
    assert is_far == sorted(is_far)  # the tail stays below
    for part in (True, False):
        days = [hit.replied_on for hit in by_date.hits if (hit.band == "可参考") == part]
        dates = [day for day in days if day]
        assert len(dates) > 2
        assert dates == sorted(dates, reverse=True)
        assert all(day is None for day in days[len(dates) :])
    bands = {hit.doc_id: (hit.band, hit.score, hit.explanation) for hit in by_closeness.hits}
    assert {hit.doc_id: (hit.band, hit.score, hit.explanation) for hit in by_date.hits} == bands
    assert len({hit.band for hit in by_date.hits}) > 1


@pytest.mark.parametrize(
    ("dates", "held"),
    [
        (((date(2023, 1, 1), date(2023, 6, 30)),), [1]),
        (((date(2023, 1, 1), date.max),), [1, 2]),
        (((date.min, date(2022, 12, 31)), (date(2024, 2, 29), date(2024, 2, 29))), [0, 2]),
        (((date(2024, 1, 1), date(2023, 1, 1)),), []),
    ],
)
def test_dates_are_inclusive_and_a_letter_without_one_is_out(
    dates: tuple[tuple[date, date], ...], held: list[int]
) -> None:
    days = ("2022-12-31", "2023-06-30", "2024-02-29", None)
    letters = engine(*(entry(i, replied_on=day) for i, day in enumerate(days)))
    assert letters.matching(Filter(dates=dates)).tolist() == held
    assert letters.newest_first(np.array([3, 0, 2])).tolist() == [2, 1, 0]


def test_counting_twenty_thousand_letters_takes_milliseconds() -> None:
    letters = engine(*(entry(i, f"第{i % 300}局", 2015 + i % 10, "cppcc" if i % 3 else "npc") for i in range(20_000)))
    everything = np.arange(20_000)
    Narrowing(letters, everything, {}).facets()  # the codes are made once
    started = time.perf_counter()
    narrowing = Narrowing(letters, everything, {"agency": ("第7局", "第8局"), "year": ("2022", "2015")})
    assert int(narrowing.kept.sum()) == len([i for i in everything if i % 300 in (7, 8) and i % 10 in (7, 0)])
    narrowing.facets()
    assert time.perf_counter() - started < 0.1


def test_a_table_of_an_older_program_is_made_anew_by_an_update(tmp_path: Path) -> None:
    write_letters(tmp_path / "letters")
    make_index(tmp_path / "letters", tmp_path / "index")
    path = IndexPaths(tmp_path / "index").generation(1).table
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version=1")
    connection.close()
    manifest = Manifest.load(path.with_name("manifest.json"))
    older = manifest.model_copy(update={"files": checksums(path.parent)}).with_checksum()
    path.with_name("manifest.json").write_text(older.model_dump_json(), encoding="utf-8")
    with pytest.raises(DafuError, match=r"另一版本的程序建立的。请重新运行 dafu index"):
        Searcher(tmp_path / "index")
    report = make_index(tmp_path / "letters", tmp_path / "index")
    assert (report.generation, report.documents) == (2, 3)
    assert "重建" in report.notes[0]
    assert Searcher(tmp_path / "index").search("电梯", 1).total > 0
