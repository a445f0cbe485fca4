"""Where documents contradict each other: who, in which words, and what only seems to; under scopes."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from corpus.facts.rules import rules
from dafu import app
from indexer.build.update import BuildOptions, build
from indexer.engine.protocol import DocumentEntry
from indexer.snapshot import open_index
from search_api.analyses.conflicting_figures import conflicting_figures
from search_api.analyses.conflicting_rules import conflicting_rules
from search_api.analyses.conflicts import conflicts, conflicts_of, pair_key
from search_api.web.app import create_app
from tests.conftest import make_index, silent
from tests.letters import numbered, parsed

BODY = "全市现有长者食堂六十八家，日均就餐九千人次，覆盖全部街道。"
CITY, DISTRICT = "松澜市民政局", "临渡区民政局"

Read = tuple[DocumentEntry, Sequence[dict[str, Any]]]


def entry(key: int, agency: str, title: str = "关于长者食堂的建议") -> DocumentEntry:
    fields: dict[str, Any] = dict.fromkeys(DocumentEntry._fields)
    return DocumentEntry(**{**fields, "key": key, "doc_id": f"{key}号", "agency": agency, "title": title})


def figure(value: float, **other: str | float | None) -> dict[str, Any]:
    row = {
        "indicator": "长者食堂",
        "unit": "家",
        "place": "临渡区",
        "period": "2022-12",
        "kind": "stock",
        "upper": None,
    }
    return {**row, "precision": "exact", "start": 0, "quote": f"全区有长者食堂{value}家。", "value": value, **other}


def found(*read: Read) -> list[tuple[float | None, float | None]]:
    return [(c.a.value, c.b.value) for c in conflicting_figures(read)]


def test_two_bodies_with_two_values_contradict_each_other_and_one_body_corrects_itself() -> None:
    assert found((entry(1, CITY), [figure(22)]), (entry(2, DISTRICT), [figure(31)])) == [(22, 31)]
    assert found((entry(1, CITY), [figure(22)]), (entry(2, CITY), [figure(31)])) == []
    assert found((entry(1, CITY), [figure(22), figure(31)])) == []


@pytest.mark.parametrize(
    "other",
    [
        figure(22),
        figure(31, unit="处"),
        figure(31, place="白鹭区"),
        figure(31, period="2024-12"),
        figure(31, period=None),
        figure(31, kind="target"),
        figure(31, indicator="送餐的长者食堂"),
        figure(23, precision="about"),
        figure(31, precision="above"),
        figure(31, quote="长者食堂由22家增加到31家。"),
        figure(31, quote="含未登记的助餐点，与市局口径不同，长者食堂31家。"),
    ],
    ids=lambda row: f"{row['value']} {row['unit']} {row['place']} {row['period']} {row['kind']} {row['quote']}",
)
def test_what_only_seems_so_is_none(other: dict[str, Any]) -> None:
    assert found((entry(1, CITY), [figure(22)]), (entry(2, DISTRICT), [other])) == []


def test_who_states_both_values_knows_of_both() -> None:
    both = [figure(31), figure(22)]
    assert found((entry(1, CITY), [figure(22)]), (entry(2, DISTRICT), both)) == []


def test_names_that_differ_in_what_both_are_about_are_one() -> None:
    spaces = figure(22, indicator="停车泊位", quote="停车泊位22个。", unit="个")
    short = figure(31, indicator="泊位", quote="泊位31个。", unit="个")
    about = entry(2, DISTRICT, "关于停车收费的提案")
    assert found((entry(1, CITY, "停车"), [spaces]), (about, [short])) == [(22, 31)]
    assert found((entry(1, CITY, "停车"), [spaces]), (entry(2, DISTRICT), [short])) == []


def test_how_many_streets_there_are_is_no_matter_of_the_period() -> None:
    streets = {"indicator": "街道", "unit": "个", "place": "四个区"}
    one = figure(26, **streets, period=None), figure(29, **streets | {"place": "四区"}, period="2023-12")
    assert found((entry(1, CITY), [one[0]]), (entry(2, DISTRICT), [one[1]])) == [(26, 29)]


def said(key: int, agency: str, sentence: str, replied_on: str) -> Read:
    document = parsed(numbered(key).replace(BODY, sentence))
    rows = [dict(rule._asdict()) for rule in rules(document)]
    return entry(key, agency)._replace(replied_on=replied_on), rows


FORBIDDEN = "住宅小区架空层一律不得用于电动自行车停放充电。"
ALLOWED = "住宅小区架空层经核验后可以安装充电设施。"


@pytest.mark.parametrize(
    ("earlier", "later", "agency", "opposed"),
    [
        (FORBIDDEN, ALLOWED, "松澜市住房和城乡建设局", True),
        (ALLOWED, FORBIDDEN, "松澜市住房和城乡建设局", True),
        (FORBIDDEN, ALLOWED, CITY, False),
        (FORBIDDEN, "自2025年4月起，住宅小区架空层经核验后可以安装充电设施。", "松澜市住房和城乡建设局", False),
        (FORBIDDEN, "住宅小区架空层严禁停放充电。", "松澜市住房和城乡建设局", False),
        (FORBIDDEN, "住宅小区架空层可以摆放花木。", "松澜市住房和城乡建设局", False),
        ("审查通过后不再办理规划许可证。", "审查通过后仍应办理规划许可证。", "松澜市自然资源局", True),
        ("街道助餐点全部覆盖，提前完成目标。", "街道助餐点覆盖目标差了两个。", "松澜市财政局", True),
        ("街道助餐点覆盖目标差了两个。", "街道助餐点全部覆盖，提前完成目标。", "松澜市财政局", False),
    ],
)
def test_the_opposite_on_one_thing_by_another_body(earlier: str, later: str, agency: str, opposed: bool) -> None:
    read = said(1, CITY, earlier, "2020-05-01"), said(2, agency, later, "2022-05-01")
    assert bool(conflicting_rules(read)) is opposed


def test_districts_have_rules_of_their_own() -> None:
    one, other = said(1, DISTRICT, FORBIDDEN, "2020-05-01"), said(2, "白鹭区民政局", ALLOWED, "2022-05-01")
    assert conflicting_rules([one, other]) == []


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three bureaus count the canteens of one district at one date; the third is of a scope."""
    folder = tmp_path_factory.mktemp("conflicts")
    said = [(CITY, 22), ("临渡区人民政府", 31), ("松澜市财政局", 27)]
    for number, (agency, count) in enumerate(said, 1):
        target = folder / ("内部" if number == 3 else "公开")
        target.mkdir(exist_ok=True)
        sentence = f"截至2022年底，临渡区共有长者食堂{count}家。"
        text = numbered(number).replace(BODY, sentence).replace("松澜市民政局", agency)
        (target / f"{number}.txt").write_text(text, "utf-8")
    make_index(folder / "公开", folder / "index")
    build([folder / "内部"], folder / "index", BuildOptions(scope="内部"), silent)
    return folder / "index"


@pytest.fixture(scope="module")
def client(index: Path) -> Iterator[TestClient]:
    with TestClient(create_app(index)) as client:
        yield client


def test_the_command_prints_both_sides_with_passages_and_quotes(index: Path) -> None:
    listed = json.loads(CliRunner().invoke(app, ["conflicts", "长者食堂", "--index", str(index), "--json"]).output)
    pairs = [sorted((c["a"]["value"], c["b"]["value"])) for c in listed]
    assert sorted(pairs) == [[22, 27], [22, 31], [27, 31]]
    snapshot = open_index(index)
    for side in (c[name] for c in listed for name in "ab"):
        document = snapshot.engine.find(side["doc_id"])
        assert document is not None
        assert side["quote"] in snapshot.masked(document).text
        assert side["passage_id"].startswith(f"{side['doc_id']}#")
    assert all(0 < c["score"] <= 1 for c in listed)
    assert "长者食堂31家" in CliRunner().invoke(app, ["conflicts", "--index", str(index)]).output
    assert "没有找到" in CliRunner().invoke(app, ["conflicts", "地铁", "--index", str(index)]).output


def test_the_api_lists_them_by_words_and_agency(client: TestClient) -> None:
    assert len(client.get("/api/v1/conflicts").json()) == 3
    assert client.get("/api/v1/conflicts?q=地铁").json() == []
    assert len(client.get("/api/v1/conflicts?agency=松澜市财政局").json()) == 2
    assert len(client.get("/api/v1/conflicts?k=1").json()) == 1


def test_a_conflict_never_uses_a_document_that_the_user_may_not_see(index: Path) -> None:
    whole = open_index(index)
    seen = {scopes: len(conflicts(whole.seen_by(frozenset(scopes)))) for scopes in (("公开",), ("公开", "内部"))}
    assert seen == {("公开",): 1, ("公开", "内部"): 3}


def test_the_conflicts_of_a_passage_and_those_that_are_said_to_be_none(index: Path) -> None:
    snapshot = open_index(index).seen_by(frozenset({"公开"}))
    (conflict,) = conflicts(snapshot)
    here = conflict.a.passage_id
    assert conflicts_of(snapshot, [here, "甲#00000000"]) == {here: [conflict]}
    none = {pair_key(conflict.b.passage_id, here)}
    assert conflicts_of(snapshot, [here], none) == {}
    assert conflicts(snapshot, but=none) == []
