"""The register of commitments: what is promised, what became of it by a later letter's words, under scopes."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from dafu import app
from indexer.build.update import BuildOptions, build
from indexer.snapshot import Snapshot, open_index
from search_api.analyses.commitments import Asked, commitments, commitments_of, open_commitments
from search_api.web.app import create_app
from search_api.web.settings.model import Settings
from tests.conftest import make_index, silent
from tests.letters import letter

PROMISING = "松澜市水务局:松水函〔2020〕38号"
PUMP = "双桂泵站拟于2022年底建成，每秒8立方米。"
AREA = "新港片区积水点拟于2031年6月底前全部消除。"
LATE = "双桂泵站每秒8立方米，2024年4月才建成，晚了16个月。"
MATTERS = ("长者食堂每餐补贴两元", "加装电梯每台补助十五万元", "养犬登记四万六千只", "公交线网调整二十三条")


def said(number: str, year: int, body: str) -> str:
    return letter(
        heading=f"松水函〔{year}〕{number}号\n松澜市水务局关于市政协十届二次会议第{year}02{number}号提案的答复",
        opening=f"您提出的《关于治理内涝、新建泵站的提案》（第{year}02{number}号）收悉。现答复如下：",
        body=body,
        closing=f"松澜市水务局\n{year}年8月11日",
    )


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A letter of 2020 with two promises; one of 2025 for a scope that tells of one; letters on other matters."""
    folder = tmp_path_factory.mktemp("register")
    for scope in ("公开", "内部"):
        (folder / scope).mkdir()
    (folder / "公开" / "2020.txt").write_text(said("38", 2020, f"一、泵站\n{PUMP}{AREA}"), "utf-8")
    (folder / "内部" / "2025.txt").write_text(said("33", 2025, f"一、泵站\n泵站情况如下。{LATE}"), "utf-8")
    for number, matter in enumerate(MATTERS, 50):
        (folder / "公开" / f"{number}.txt").write_text(
            said(str(number), 2021, f"一、情况\n{matter}，正在办理。"), "utf-8"
        )
    make_index(folder / "公开", folder / "index")
    build([folder / "内部"], folder / "index", BuildOptions(scope="内部"), silent)
    return folder / "index"


@pytest.fixture(scope="module")
def whole(index: Path) -> Snapshot:
    return open_index(index)


AS_OF = date(2026, 1, 1)


def statuses(snapshot: Snapshot, as_of: date = AS_OF) -> dict[str, str]:
    return {each.quote[:4]: each.status for each in commitments(snapshot, Asked(as_of=as_of))}


def test_the_command_prints_the_keys_of_the_contract_and_literal_quotations(index: Path, whole: Snapshot) -> None:
    done = CliRunner().invoke(app, ["commitments", "--index", str(index), "--as-of", "2026-01-01", "--json"])
    pump, area = json.loads(done.output)
    assert list(pump) == ["doc_id", "agency", "replied_on", "passage_id", "quote", "due", "status", "evidence"]
    assert (pump["doc_id"], pump["agency"], pump["replied_on"]) == (PROMISING, "松澜市水务局", "2020-08-11")
    assert (pump["due"], pump["status"]) == ({"text": "2022年底", "by": "2022-12-31"}, "late")
    assert list(pump["evidence"]) == ["doc_id", "passage_id", "quote"]
    assert (area["status"], area["evidence"], area["due"]["by"]) == ("open", None, "2031-06-30")
    for shown in (pump, area, pump["evidence"]):
        entry = whole.engine.find(shown["doc_id"])
        assert entry is not None
        (text,) = [
            whole.masked(entry).text[p.start : p.end]
            for p in whole.engine.passages_of(entry.key)
            if shown["passage_id"] == f"{entry.doc_id}#{p.anchor}"
        ]
        assert shown["quote"] in text


def test_the_command_prints_lines_and_narrows(index: Path) -> None:
    def printed(*options: str) -> str:
        return CliRunner().invoke(app, ["commitments", *options, "--index", str(index), "--as-of", "2026-01-01"]).output

    assert "2022-12-31  松澜市水务局  [延期或逾期]" in printed()
    assert "后来：双桂泵站" in printed("双桂泵站")
    assert "双桂" not in printed("--status", "open")
    assert "没有找到" in printed("--agency", "教育局")
    assert "没有找到" in printed("地铁")
    assert "应为" in CliRunner().invoke(app, ["commitments", "--index", str(index), "--status", "done"]).output


def test_a_status_never_comes_from_a_document_that_the_user_may_not_see(whole: Snapshot) -> None:
    """Asked in both orders, so that neither user gets what was worked out for the other."""
    assert statuses(whole)["双桂泵站"] == "late"
    assert statuses(whole.seen_by(frozenset({"公开"}))) == {"双桂泵站": "unknown", "新港片区": "open"}
    assert statuses(whole.seen_by(frozenset({"公开", "内部"})))["双桂泵站"] == "late"
    assert statuses(whole.seen_by(frozenset({"内部"}))) == {}


def test_as_of_decides_what_is_due_and_overdue_is_unknown_past_due(whole: Snapshot) -> None:
    public = whole.seen_by(frozenset({"公开"}))
    assert statuses(public, date(2022, 12, 31))["双桂泵站"] == "open"
    assert statuses(public, date(2023, 1, 1))["双桂泵站"] == "unknown"
    overdue = commitments(public, Asked(status="overdue", as_of=date(2023, 1, 1)))
    assert [(each.due.by, each.is_overdue) for each in overdue] == [("2022-12-31", True)]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (Asked(year=2020), 2),
        (Asked(year=2021), 0),
        (Asked(agency="水务"), 2),
        (Asked(due_since=date(2023, 1, 1)), 1),
        (Asked(due_until=date(2022, 12, 31)), 1),
        (Asked(due_until=date(2022, 12, 30)), 0),
        (Asked(query="内涝 泵站"), 2),
        (Asked(query="内涝 电梯"), 0),
    ],
)
def test_filters_narrow(whole: Snapshot, asked: Asked, found: int) -> None:
    assert len(commitments(whole, asked)) == found


def test_a_document_page_and_a_match_ask_for_what_they_show(whole: Snapshot) -> None:
    own = commitments_of(whole, PROMISING, AS_OF)
    assert [each.status for each in own] == ["late", "open"]
    waiting = open_commitments(whole, [own[0].passage_id, own[1].passage_id], AS_OF)
    assert [each.due.by for each in waiting] == ["2031-06-30"]
    assert commitments_of(whole.seen_by(frozenset({"内部"})), PROMISING) == []
    assert open_commitments(whole.seen_by(frozenset({"内部"})), [own[1].passage_id]) == []


@pytest.fixture(scope="module")
def client(index: Path) -> Iterator[TestClient]:
    with TestClient(create_app(index, Settings())) as client:
        yield client


def test_the_route_answers_what_the_command_prints_in_pages(client: TestClient) -> None:
    def asked(**params: object) -> list[str]:
        answer = client.get("/api/v1/commitments", params={"as_of": "2026-01-01", **params})  # type: ignore[dict-item]
        return [each["due"]["by"] for each in answer.json()]

    assert asked() == ["2022-12-31", "2031-06-30"]
    assert asked(k=1, offset=1) == ["2031-06-30"]
    assert asked(status="late", due_since="2022-01-01") == ["2022-12-31"]
    assert client.get("/api/v1/commitments", params={"status": "done"}).status_code == 422
