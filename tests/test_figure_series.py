"""Figures over time: one series for one thing, revisions of a period side by side, under scopes."""

import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from dafu import app
from indexer.build.update import BuildOptions, build
from indexer.snapshot import open_index
from search_api.analyses.figures import Stated, series_of
from search_api.analyses.newer import newer_figures
from search_api.analyses.stated import figures
from search_api.web.app import create_app
from search_api.web.settings.model import Settings
from tests.conftest import make_index, silent
from tests.letters import numbered

BODY = "全市现有长者食堂六十八家，日均就餐九千人次，覆盖全部街道。"


def figure(value: float, indicator: str | None = "长者食堂", **other: str | None) -> Stated:
    fields = {"unit": "家", "place": "松澜市", "period": "2022-12", "kind": "stock", "doc_id": f"甲{value}"} | other
    return Stated(indicator=indicator, value=value, start=0, quote="全市", matter="关于长者食堂的建议", **fields)  # type: ignore[arg-type]


def test_revisions_of_a_period_stand_side_by_side() -> None:
    (series,) = series_of(
        [
            figure(118, period="2025-05", replied_on="2025-06-27"),
            figure(81, replied_on="2025-06-27"),
            figure(83, replied_on="2023-07-11"),
            figure(41, period="2020"),
            figure(90, period=None),
        ]
    )
    assert [point.value for point in series.points] == [41, 83, 81, 118, 90]


@pytest.mark.parametrize(
    "other",
    [
        figure(46, unit="处"),
        figure(46, place="临渡区"),
        figure(46, kind="target"),
        figure(46, indicator="送餐的长者食堂"),
        figure(46, indicator=None),
        figure(46, place=None),
    ],
)
def test_what_differs_is_no_series(other: Stated) -> None:
    assert series_of([figure(83), other]) == []


def test_words_for_the_same_people_are_one_unit_and_words_that_name_nothing_no_series() -> None:
    assert len(series_of([figure(1, "参保人员", unit="人"), figure(2, "参保人员", unit="名")])) == 1
    assert series_of([figure(1, "新增"), figure(2, "新增")]) == []


def test_a_short_name_is_one_thing_only_in_documents_about_one_matter() -> None:
    homes, wards = figure(1, "床位"), figure(2, "床位")
    assert len(series_of([homes, wards])) == 1
    assert series_of([homes, Stated(**{**vars(wards), "matter": "关于儿科门诊的提案"})]) == []


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three open letters, two of which state how many canteens there were, and one for a scope."""
    folder = tmp_path_factory.mktemp("figures")
    said = [
        "截至2021年底，全市共有长者食堂四十六家。",
        "截至2022年底，全市共有长者食堂83家。",
        "正在办理。",
        "截至2022年底，全市共有长者食堂79家。",
    ]
    for number, sentence in enumerate(said, 1):
        target = folder / ("内部" if number == 4 else "公开")
        target.mkdir(exist_ok=True)
        (target / f"{number}.txt").write_text(numbered(number).replace(BODY, sentence), "utf-8")
    make_index(folder / "公开", folder / "index")
    build([folder / "内部"], folder / "index", BuildOptions(scope="内部"), silent)
    return folder / "index"


def test_the_command_prints_series_with_passages_and_quotes(index: Path) -> None:
    done = CliRunner().invoke(app, ["figures", "长者食堂", "--index", str(index), "--json"])
    (series,) = json.loads(done.output)
    assert {k: series[k] for k in ("indicator", "unit", "place", "kind")} == {
        "indicator": "长者食堂", "unit": "家", "place": "松澜市", "kind": "stock",
    }  # fmt: skip
    assert [(point["value"], point["period"]) for point in series["series"]] == [
        (46, "2021-12"), (83, "2022-12"), (79, "2022-12"),
    ]  # fmt: skip
    snapshot = open_index(index)
    for point in series["series"]:
        entry = snapshot.engine.find(point["doc_id"])
        assert entry is not None
        assert point["quote"] in snapshot.masked(entry).text
        assert point["passage_id"].startswith(f"{point['doc_id']}#")
    assert "83  松澜市民政局" in CliRunner().invoke(app, ["figures", "--index", str(index)]).output
    assert "没有找到" in CliRunner().invoke(app, ["figures", "地铁", "--index", str(index)]).output


def test_a_series_never_uses_a_document_that_the_user_may_not_see(index: Path) -> None:
    whole = open_index(index)
    values = {
        scopes: [point.value for series in figures(whole.seen_by(scopes), "食堂") for point in series.series]
        for scopes in (frozenset({"公开"}), frozenset({"公开", "内部"}), frozenset({"内部"}))
    }
    assert values == {
        frozenset({"公开"}): [46, 83],
        frozenset({"公开", "内部"}): [46, 83, 79],
        frozenset({"内部"}): [],
    }


def test_a_newer_figure_is_told_only_to_whom_may_see_its_document(index: Path) -> None:
    whole = open_index(index)
    (series,) = figures(whole, "食堂")
    addresses = {str(point.passage_id) for point in series.series}
    told = {
        scopes: sorted(
            (each.stated.value, each.newer.value)
            for found in newer_figures(whole.seen_by(scopes), addresses).values()
            for each in found
        )
        for scopes in (frozenset({"公开"}), frozenset({"公开", "内部"}))
    }
    assert told == {frozenset({"公开"}): [(46, 83)], frozenset({"公开", "内部"}): [(46, 79), (83, 79)]}


def test_the_route_answers_what_the_command_prints(index: Path) -> None:
    with TestClient(create_app(index, Settings())) as client:
        answer = client.get("/api/v1/figures", params={"q": "食堂"})
        assert [point["value"] for point in answer.json()[0]["series"]] == [46, 83, 79]
        assert client.get("/api/v1/figures", params={"q": "地铁"}).json() == []
        assert client.get("/api/v1/figures", params={"k": 0}).status_code == 422
