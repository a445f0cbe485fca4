"""Finding the files of a folder, and their names."""

import os
from pathlib import Path

import pytest

from corpus.errors import DafuError
from corpus.sources import Found, SourceFile, find_files


def tree(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("您好", encoding="utf-8")
    return root


def names(found: Found) -> list[str]:
    return [file.relative for file in found.files]


def test_a_folder_is_walked_in_order_and_every_known_suffix_is_taken(tmp_path: Path) -> None:
    tree(tmp_path, "2021/b.docx", "2020/乙.TXT", "2020/深/甲.md", "c.jsonl.gz", "旧.doc", "a.htm")
    found = find_files([tmp_path])
    assert names(found) == ["2020/乙.TXT", "2020/深/甲.md", "2021/b.docx", "a.htm", "c.jsonl.gz", "旧.doc"]
    assert [file.path for file in found.files][2] == tmp_path / "2021" / "b.docx"
    assert found.skipped == []


def test_what_programs_leave_behind_is_passed_over_in_silence(tmp_path: Path) -> None:
    tree(tmp_path, "a.txt", ".hidden.txt", ".git/b.txt", "~$a.docx", ".~lock.a.docx#", "desktop.ini", "Thumbs.db")
    tree(tmp_path, "__MACOSX/._a.txt", "__MACOSX/a.txt", ".DS_Store")
    real = str((tmp_path / "a.txt").resolve())
    assert find_files([tmp_path]) == Found([SourceFile(tmp_path / "a.txt", "a.txt", real)], [])


def test_other_files_are_named_with_the_reason(tmp_path: Path) -> None:
    tree(tmp_path, "音.mp3", "README", "c.gz")
    (tmp_path / "断.txt").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "管道.txt")
    reasons = {file.relative: file.reason for file in find_files([tmp_path]).skipped}
    assert reasons == {
        "音.mp3": "不支持的格式“.mp3”",
        "README": "没有扩展名，不知道是什么格式",
        "c.gz": "不支持的格式“.gz”",
        "断.txt": "打不开：没有权限，或链接指向的文件不存在",
        "管道.txt": "不是普通文件",
    }


def test_loops_of_links_end_and_a_file_keeps_its_own_place(tmp_path: Path) -> None:
    tree(tmp_path, "m/a.txt", "z.txt")
    (tmp_path / "m" / "loop").symlink_to(tmp_path)
    (tmp_path / "0link").symlink_to(tmp_path / "m")
    (tmp_path / "1link.txt").symlink_to(tmp_path / "z.txt")
    assert names(find_files([tmp_path])) == ["m/a.txt", "z.txt"]


def test_a_link_that_leads_out_of_its_source_is_named_and_not_followed(tmp_path: Path) -> None:
    tree(tmp_path, "archive/a.txt", "elsewhere/b.txt", "archive-old/c.txt", "secret.txt")
    archive = tmp_path / "archive"
    (archive / "more").symlink_to(tmp_path / "elsewhere")
    (archive / "0.txt").symlink_to(tmp_path / "secret.txt")
    (archive / "old").symlink_to("../archive-old")
    (archive / "again").symlink_to(archive / "more")
    found = find_files([archive])
    assert names(found) == ["a.txt"]
    assert [file.relative for file in found.skipped] == ["0.txt", "again", "more", "old"]
    assert all("链接指向来源文件夹之外" in file.reason for file in found.skipped)


def test_a_link_inside_its_source_is_followed_and_a_source_may_be_a_link(tmp_path: Path) -> None:
    tree(tmp_path, "archive/.store/b.txt", "archive/a.txt")
    (tmp_path / "archive" / "more").symlink_to(".store")
    (tmp_path / "linked").symlink_to("archive")
    for source in (tmp_path / "archive", tmp_path / "linked"):
        assert names(find_files([source])) == ["a.txt", "more/b.txt"]
    (tmp_path / "one.txt").symlink_to("archive/a.txt")
    assert names(find_files([tmp_path / "one.txt"])) == ["one.txt"]


def test_names_are_composed_and_separated_by_slashes(tmp_path: Path) -> None:
    tree(tmp_path, "cafe\u0301/re\u0301ponse.txt")
    assert names(find_files([tmp_path])) == ["caf\u00e9/r\u00e9ponse.txt"]


def test_names_from_a_windows_zip_are_read_as_gb18030(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/" + "答复.txt".encode("gb18030")
    with open(path, "w", encoding="utf-8") as file:
        file.write("您好")
    (found,) = find_files([tmp_path]).files
    assert found.relative == "答复.txt"
    assert found.path.read_text(encoding="utf-8") == "您好"


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        (["局"], ["1.txt", "共.txt"]),
        (["局/1.txt"], ["1.txt"]),
        (["局", "委"], ["委/共.txt", "局/1.txt", "局/共.txt"]),
        (["局", "旧/局"], ["局/1.txt", "局/共.txt", "旧/局/共.txt"]),
        (["局/1.txt", "委/共.txt"], ["委/共.txt", "局/1.txt"]),
        (["局", "局"], ["局/1.txt", "局/共.txt"]),
        (["局/1.txt", "局"], ["局/1.txt", "局/共.txt"]),
    ],
)
def test_several_sources_are_told_apart_by_their_folders(
    tmp_path: Path, sources: list[str], expected: list[str]
) -> None:
    tree(tmp_path, "局/1.txt", "局/共.txt", "委/共.txt", "旧/局/共.txt")
    relatives = names(find_files([tmp_path / source for source in sources]))
    top = f"{tmp_path.name}/"
    assert [name.removeprefix(top) for name in relatives] == expected


def test_the_current_folder_has_a_name_among_several(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, "局/1.txt", "委/2.txt")
    monkeypatch.chdir(tmp_path / "局")
    assert names(find_files([Path("."), Path("../委")])) == ["委/2.txt", "局/1.txt"]
    assert names(find_files([Path(".")])) == ["1.txt"]


def test_a_folder_without_permission_is_skipped_with_the_reason(tmp_path: Path) -> None:
    tree(tmp_path, "a.txt", "锁/b.txt")
    (tmp_path / "锁").chmod(0)
    if os.access(tmp_path / "锁", os.R_OK):
        pytest.skip("root may read everything")
    found = find_files([tmp_path])
    assert names(found) == ["a.txt"]
    assert [file.relative for file in found.skipped] == ["锁"]


def test_a_source_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(DafuError, match=r"期望存在的文件或文件夹，实际找不到：.*没有.*请检查路径"):
        find_files([tmp_path, tmp_path / "没有"])
