"""An identity that clashes across sources or scopes keeps the older document, and everybody who should hears of it."""

import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from dafu import app as command
from indexer.build.update import BuildOptions, BuildReport, build
from search_api.searcher import Searcher
from search_api.web.app import create_app
from search_api.web.settings.model import Settings
from tests.conftest import silent
from tests.letters import letter

DOC_ID = "松澜市民政局:松民函〔2023〕51号"


def write(folder: Path, body: str, name: str = "a.txt") -> Path:
    folder.mkdir(exist_ok=True)
    text = f"松民函〔2023〕51号\n{letter(body=body)}"
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def run(source: Path, index: Path, *, scope: str | None = None, prune: bool = False) -> BuildReport:
    return build([source], index, BuildOptions(scope=scope, prune=prune), silent)


def answered(index: Path, *scopes: str) -> str:
    """The text of the document, "" where a user of these scopes sees none."""
    snapshot = Searcher(index).seen_by(frozenset({"公开", *scopes})).snapshot
    entry = snapshot.engine.find(DOC_ID)
    return snapshot.document(entry).text if entry else ""


TRUE, FALSE = "全市现有长者食堂六十八家，每餐补贴两元。", "全市长者食堂一律关停，补贴全部取消。"


@pytest.fixture
def official(tmp_path: Path) -> Path:
    """An index of the document as it was published."""
    run(write(tmp_path / "公文", TRUE), tmp_path / "index")
    return tmp_path / "index"


@pytest.mark.parametrize("scope", [None, "民政"])
def test_a_newcomer_replaces_nothing_and_hides_nothing(official: Path, tmp_path: Path, scope: str | None) -> None:
    report = run(write(tmp_path / "来件", FALSE), official, scope=scope)
    assert TRUE in answered(official)
    assert FALSE not in answered(official, "民政")
    assert len(Searcher(official).seen_by(frozenset({"公开"})).snapshot.versions(DOC_ID)) == 1
    [alarm] = report.alarms
    assert (alarm.kind, alarm.doc_id) == ("clash", DOC_ID)
    assert (Path(alarm.path).parent.name, Path(alarm.holder).parent.name) == ("来件", "公文")


def test_an_open_newcomer_does_not_open_a_restricted_identity(tmp_path: Path) -> None:
    run(write(tmp_path / "公文", TRUE), tmp_path / "index", scope="民政")
    report = run(write(tmp_path / "来件", FALSE), tmp_path / "index")
    assert answered(tmp_path / "index") == ""
    assert TRUE in answered(tmp_path / "index", "民政")
    assert "clash" in {alarm.kind for alarm in report.alarms}


def test_reading_the_older_file_again_keeps_it_the_older(official: Path, tmp_path: Path) -> None:
    run(write(tmp_path / "来件", FALSE), official)
    run(write(tmp_path / "公文", f"{TRUE}年底前再建十二家。"), official)
    assert "再建十二家" in answered(official)


def test_files_of_one_source_still_replace_each_other(official: Path, tmp_path: Path) -> None:
    report = run(write(tmp_path / "公文", f"{TRUE}年底前再建十二家。", "b.txt"), official)
    assert "再建十二家" in answered(official)
    assert (report.alarms, len(report.same_identity)) == ((), 1)


def test_an_older_file_that_goes_away_leaves_its_identity_to_the_other(official: Path, tmp_path: Path) -> None:
    write(tmp_path / "公文", TRUE.replace("食堂", "公园"), "另一份.txt").joinpath("另一份.txt").write_text(
        letter(heading="关于第77号提案的答复"), encoding="utf-8"
    )
    run(write(tmp_path / "来件", FALSE), official)
    (tmp_path / "公文" / "a.txt").unlink()
    report = run(tmp_path / "公文", official, prune=True)
    assert FALSE in answered(official)
    assert report.alarms == ()


def test_the_alarm_is_in_the_report_the_status_the_figures_and_on_the_page(official: Path, tmp_path: Path) -> None:
    runner, source = CliRunner(), str(write(tmp_path / "来件", FALSE))
    told = runner.invoke(command, ["index", source, "--into", str(official)]).output
    assert "编号冲突：" in told
    assert "以最后读入的为准" not in told
    assert "编号冲突：" in runner.invoke(command, ["status", str(official)]).output
    facts = json.loads(runner.invoke(command, ["status", str(official), "--json"]).output)
    assert [alarm["kind"] for alarm in facts["alarms"]] == ["clash"]
    with TestClient(create_app(official, Settings(index=official)), base_url="http://127.0.0.1") as client:
        assert "编号冲突：" in client.get("/status").text
        assert 'dafu_index_alarms{kind="clash"} 1.0' in client.get("/metrics").text
