"""What was once restricted stays restricted, wherever it turns up, until an administrator widens it."""

import json
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dafu import app as command
from indexer.archive import Alarm, open_archive
from indexer.build.update import BuildOptions, BuildReport, build
from indexer.paths import IndexPaths
from indexer.upkeep.purge import Purge, purge
from search_api.searcher import Searcher
from tests.conftest import silent
from tests.letters import letter, numbered

SECRET = "木槿九号项目的困难家庭名单由我局掌握，临时救助将在三个月内完成，并书面告知结果，各街道已经安排人员入户调查。"
WORD = '"木槿九号"'


def text(body: str = SECRET, *, heading: str = "关于临时救助的答复", closing: str = "松澜市民政局") -> str:
    return letter(
        heading=heading, opening="您提出的建议收悉。现答复如下：", body=f"一、基本情况\n{body}", closing=closing
    )


@pytest.fixture
def share(tmp_path: Path) -> Path:
    """An open folder with a restricted one in it: each is a source of its own."""
    folder = tmp_path / "share"
    (folder / "民政").mkdir(parents=True)
    for number in range(3):
        (folder / f"{number}.txt").write_text(numbered(number), encoding="utf-8")
    (folder / "民政" / "a.txt").write_text(text(), encoding="utf-8")
    return folder


@pytest.fixture
def index(share: Path, tmp_path: Path) -> Path:
    index = tmp_path / "index"
    run(share, index)
    run(share / "民政", index, scope="民政")
    assert seen(index, "民政") == 1
    assert seen(index) == 0
    return index


def run(
    source: Path, index: Path, *, scope: str | None = None, prune: bool = False, widen: bool = False
) -> BuildReport:
    return build([source], index, BuildOptions(scope=scope, prune=prune, widen=widen), silent)


def seen(index: Path, *scopes: str, query: str = WORD) -> int:
    """How many documents with the word a user of these scopes finds."""
    return Searcher(index).seen_by(frozenset({"公开", *scopes})).search(query, 10).total


def rename(share: Path) -> None:
    (share / "民政").rename(share / "民政局")


def rename_with_another_letter(share: Path) -> None:
    rename(share)
    (share / "民政局" / "b.txt").write_text(text(SECRET.replace("临时", "专项")), encoding="utf-8")


def copy(share: Path) -> None:
    shutil.copy(share / "民政" / "a.txt", share / "副本.txt")


def copy_and_delete(share: Path) -> None:
    shutil.move(share / "民政" / "a.txt", share / "a.txt")


def copy_of_the_words(share: Path) -> None:
    """Without letterhead and signature, in another format, with other line breaks and spaces."""
    spaced = SECRET.replace("，", "， ")
    body = f"您提出的建议收悉。现答复如下：</p><p>一、基本情况</p><p>{spaced}"
    (share / "转发.html").write_text(f"<body><p>张三委员：</p><p>{body}</p></body>", encoding="utf-8")


def copy_in_a_row(share: Path) -> None:
    row = {"id": "R-1", "scope": "公开", "text": text()}
    (share / "导出.jsonl").write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")


@pytest.mark.parametrize(
    "move", [rename, rename_with_another_letter, copy, copy_and_delete, copy_of_the_words, copy_in_a_row]
)
def test_nothing_that_is_done_to_files_publishes(share: Path, index: Path, move: Callable[[Path], None]) -> None:
    move(share)
    report = run(share, index, prune=True)
    assert seen(index) == 0
    assert seen(index, "民政") >= 1
    assert report.alarms or any("不见了" in note for note in report.notes)
    again = run(share, index, prune=True)
    assert (seen(index), again.alarms) == (0, report.alarms)


def test_what_comes_into_a_renamed_folder_later_has_its_scope(share: Path, index: Path) -> None:
    rename(share)
    report = run(share, index, prune=True)
    [note] = [note for note in report.notes if "民政局" in note]
    assert "限“民政”的文件夹" in note
    assert "--scope 公开 --widen" in note
    (share / "民政局" / "c.txt").write_text(text("木槿九号项目已经结束。"), encoding="utf-8")
    assert run(share, index).added == 1
    assert seen(index) == 0


def test_a_text_that_is_restricted_later_is_restricted_where_it_was_copied_before(share: Path, tmp_path: Path) -> None:
    copy(share)
    run(share, tmp_path / "index")
    assert seen(tmp_path / "index") == 2
    report = run(share / "民政", tmp_path / "index", scope="民政")
    assert seen(tmp_path / "index") == 0
    [alarm] = report.alarms
    assert (alarm.kind, alarm.asked, alarm.scope) == ("kept", "公开", "民政")
    assert alarm.path.endswith("副本.txt")


def test_only_widen_widens(share: Path, index: Path) -> None:
    report = run(share / "民政", index, scope="公开")
    assert seen(index) == 0
    assert any("没有放宽" in note and "--widen" in note for note in report.notes)
    report = run(share / "民政", index, scope="公开", widen=True)
    assert seen(index) == 1
    assert (report.alarms, report.notes) == ((), ())
    run(share, index, prune=True)
    assert seen(index) == 1


def test_what_was_widened_stays_so_while_its_restricted_copy_is_read_again(share: Path, index: Path) -> None:
    copy(share)
    run(share, index)
    run(share / "副本.txt", index, scope="公开", widen=True)
    assert seen(index) == 1
    file = share / "民政" / "a.txt"
    file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    run(share / "民政", index)
    assert (seen(index), seen(index, "民政")) == (1, 2)


def test_a_column_that_loses_its_name_publishes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    row = {"id": "甲", "text": text(), "可见范围": "民政"}
    file.write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    run(file, tmp_path / "index")
    row["谁能看"] = row.pop("可见范围")
    row["text"] = text(f"{SECRET}另有两户。")
    file.write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    [alarm] = run(file, tmp_path / "index").alarms
    assert alarm == Alarm("kept", "甲", str(file.resolve()), "公开", "民政", "")
    assert (seen(tmp_path / "index"), seen(tmp_path / "index", "民政")) == (0, 1)


def test_it_is_remembered_after_the_document_was_purged(share: Path, index: Path) -> None:
    copied = (share / "民政" / "a.txt").read_bytes()
    (share / "民政" / "a.txt").unlink()
    run(share, index, prune=True)
    purge(index, Purge(older_than_days=0), silent)
    (share / "恢复.txt").write_bytes(copied)
    run(share, index)
    assert (seen(index), seen(index, "民政")) == (0, 1)


def test_two_restrictions_are_for_those_who_have_both(share: Path, index: Path) -> None:
    row = {"id": "乙", "text": text(SECRET.replace("临时", "专项")), "scope": "内部"}
    (share / "民政" / "b.jsonl").write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    run(share / "民政", index)
    assert (seen(index, "内部"), seen(index, "民政"), seen(index, "内部", "民政")) == (0, 1, 2)
    facets = Searcher(index).seen_by(frozenset({"公开", "民政"})).search("专项", 10, mode="lexical")
    assert facets.total == 1


def test_an_archive_of_before_remembers_what_is_restricted_in_it(share: Path, index: Path) -> None:
    with closing(open_archive(IndexPaths(index).archive, writable=True)) as archive, archive.transaction():
        execute = archive._execute  # type: ignore[attr-defined]  # the state that the migration leaves
        execute("DELETE FROM contents")
        execute("DELETE FROM restrictions")
    copy(share)
    run(share, index)
    assert seen(index) == 0


def test_widen_without_a_scope_is_wrong_usage(share: Path, index: Path) -> None:
    result = CliRunner().invoke(command, ["index", str(share), "--into", str(index), "--widen"])
    assert result.exit_code == 2
    assert "--widen 要与 --scope 一起用" in result.output
