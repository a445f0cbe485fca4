"""A season of proposals comes in from a folder or a workbook."""

from datetime import date
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from corpus.errors import DafuError
from search_api.desk.cases.importing import incoming, take_in
from search_api.desk.cases.store import CaseStore, Person
from tests.letters import PASTED

ME = Person("本机", None)
BUS = "末班车太早。\n建议：\n一、延长公交的运营时间。\n二、在高铁站设夜间专线。"


def workbook(path: Path, *rows: list[object]) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_each_row_of_a_workbook_is_a_case_with_its_deadline(tmp_path: Path) -> None:
    listed = workbook(
        tmp_path / "提案.xlsx",
        ["市政协十届三次会议提案一览"],
        ["案号", "提案标题", "提案者", "提案内容", "办理期限"],
        ["0152", "关于增加夜间公交的提案", "周小平", BUS, date(2027, 3, 31)],
        ["0153", "关于老旧小区加装电梯的提案", "民盟松澜市委", "建议提高补助，简化手续。", "2027年4月10日"],
    )
    store = CaseStore(tmp_path / "users.sqlite")
    made = [one.case for one in take_in(store, ME, incoming(listed)) if one.case]
    assert [(case.content.number, case.title, case.deadline) for case in made] == [
        ("0152", "关于增加夜间公交的提案", date(2027, 3, 31)),
        ("0153", "关于老旧小区加装电梯的提案", date(2027, 4, 10)),
    ]
    assert [point.text for point in made[0].content.points] == ["延长公交的运营时间。", "在高铁站设夜间专线。"]
    assert [one.known for one in take_in(store, ME, incoming(listed))] == made  # a second time nothing is doubled


def test_a_folder_gives_a_case_a_file_and_says_what_it_cannot_read(tmp_path: Path) -> None:
    folder = tmp_path / "提案"
    folder.mkdir()
    (folder / "甲.txt").write_text(PASTED, encoding="utf-8")
    (folder / "乙.docx").write_bytes(b"PK\x03\x04 broken")
    found = list(take_in(CaseStore(tmp_path / "users.sqlite"), ME, incoming(folder), deadline=date(2027, 5, 1)))
    assert {one.name: one.case.deadline if one.case else None for one in found} == {
        "甲.txt": date(2027, 5, 1),
        "乙.docx": None,
    }
    assert next(one.fault for one in found if not one.case).startswith("乙.docx：")


def test_a_workbook_without_the_columns_is_told_which_it_has(tmp_path: Path) -> None:
    listed = workbook(tmp_path / "x.xlsx", ["姓名", "电话"], ["甲", "1"])
    with pytest.raises(DafuError, match=r"标题.*内容.*实际的列是：姓名、电话"):
        list(incoming(listed))


def test_the_command_imports_lists_and_purges(sample_index: Path, tmp_path: Path) -> None:
    import shutil

    from search_api.cli.app import app

    index = tmp_path / "index"
    shutil.copytree(sample_index, index)
    listed = workbook(tmp_path / "提案.xlsx", ["编号", "标题", "内容"], ["0152", "关于增加夜间公交的提案", BUS])
    run = CliRunner().invoke
    assert "还没有办件" in run(app, ["cases", f"--index={index}"]).stdout
    imported = run(app, ["cases", "import", str(listed), f"--index={index}", "--deadline=2027-03-31"])
    assert imported.exit_code == 0, imported.output
    line = run(app, ["cases", f"--index={index}"]).stdout
    assert "期限 2027-03-31  关于增加夜间公交的提案（诉求 2 条，2 条还没有选用材料" in line
    assert "还没有办件" in run(app, ["cases", f"--index={index}", "--user=王芳"]).stdout
    case_id = line.split()[0]
    assert run(app, ["cases", "purge", case_id, f"--index={index}"]).exit_code == 0
    assert "还没有办件" in run(app, ["cases", f"--index={index}"]).stdout
