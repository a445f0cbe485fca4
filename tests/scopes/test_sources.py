"""Where a document's scope comes from: its source, its column, and what an earlier run gave it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dafu import app as command
from indexer.build.update import BuildOptions, build
from search_api.searcher import Searcher
from tests.conftest import make_index, silent, write_letters
from tests.scopes.hidden import HIDDEN_ID, OPEN, write_hidden


def ids(searcher: Searcher, query: str) -> list[str]:
    return [hit.doc_id for hit in searcher.search(query, 100).hits]


def test_a_source_gives_its_letters_a_scope_that_later_runs_remember(tmp_path: Path) -> None:
    write_letters(tmp_path / "letters")
    write_hidden(tmp_path / "letters" / "内部")
    runner = CliRunner()
    arguments = ["index", str(tmp_path / "letters" / "内部"), "--into", str(tmp_path / "index"), "--scope", "内部"]
    assert runner.invoke(command, arguments).exit_code == 0
    whole = ["index", str(tmp_path / "letters"), "--into", str(tmp_path / "index")]
    assert runner.invoke(command, whole).exit_code == 0
    scopes = {e.doc_id: e.scope for e in Searcher(tmp_path / "index").snapshot.engine.entries()}
    assert scopes.pop(HIDDEN_ID) == "内部"
    assert set(scopes.values()) == {"公开"}
    assert len(scopes) == 3


def test_a_changed_scope_reaches_letters_that_did_not_change(tmp_path: Path) -> None:
    write_letters(tmp_path / "letters")
    make_index(tmp_path / "letters", tmp_path / "index")
    report = build([tmp_path / "letters"], tmp_path / "index", BuildOptions(scope="民政"), silent)
    assert (report.changed, report.added) == (3, 0)
    searcher = Searcher(tmp_path / "index")
    assert ids(searcher.seen_by(OPEN), "长者食堂") == []
    assert len(ids(searcher.seen_by(frozenset({"民政"})), "长者食堂")) >= 1
    build([tmp_path / "letters"], tmp_path / "index", BuildOptions(scope="公开"), silent)
    assert ids(Searcher(tmp_path / "index").seen_by(OPEN), "长者食堂") == []
    build([tmp_path / "letters"], tmp_path / "index", BuildOptions(scope="公开", widen=True), silent)
    assert len(ids(Searcher(tmp_path / "index").seen_by(OPEN), "长者食堂")) >= 1


@pytest.mark.parametrize("fate", ["gone", "unreadable"])
def test_a_file_that_cannot_be_read_again_does_not_keep_a_wider_scope(tmp_path: Path, fate: str) -> None:
    write_letters(tmp_path / "letters")
    make_index(tmp_path / "letters", tmp_path / "index")
    file = tmp_path / "letters" / "长者食堂.txt"
    file.unlink() if fate == "gone" else file.write_bytes(b"\x00" * 500)
    build([tmp_path / "letters"], tmp_path / "index", BuildOptions(scope="内部"), silent)
    assert len(Searcher(tmp_path / "index").seen_by(OPEN).snapshot.engine.entries()) == 0


def test_a_column_narrows_the_scope_of_its_source_and_never_widens_it(tmp_path: Path) -> None:
    rows = [
        {"id": "甲", "text": "关于长者食堂，答复如下：全市现有长者食堂六十八家，每餐补贴两元。", "可见范围": "内部"},
        {"id": "乙", "text": "关于加装电梯，答复如下：加装电梯财政补贴每台十五万元，可以提取公积金。"},
        {"id": "丙", "text": "关于共享停车，答复如下：机关单位夜间开放停车泊位六百四十个。", "scope": "公开"},
    ]
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    build([tmp_path / "a.jsonl"], tmp_path / "index", BuildOptions(scope="民政"), silent)
    found = {e.doc_id: e.scope for e in Searcher(tmp_path / "index").snapshot.engine.entries()}
    assert found == {"甲": "内部,民政", "乙": "民政", "丙": "民政"}


@pytest.mark.parametrize("name", ["", "a b", "内部,民政", "*", "长" * 41])
def test_a_scope_that_no_header_could_carry_is_refused(tmp_path: Path, name: str) -> None:
    write_letters(tmp_path / "letters")
    arguments = ["index", str(tmp_path / "letters"), "--into", str(tmp_path / "index"), "--scope", name]
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 2
    assert "应为 1 到 40 个字的名称" in result.output
