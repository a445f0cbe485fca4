"""Whatever the umask is, an index and what belongs to it are for their owner alone."""

import os
import stat
import subprocess
import sys
from pathlib import Path

from indexer.upkeep.backup import backup, restore
from tests.conftest import make_index, silent, write_letters


def modes(folder: Path) -> dict[str, str]:
    """Of the folder and everything below it that somebody else may look into."""
    paths = [folder, *folder.rglob("*")]
    found = {path.relative_to(folder.parent).as_posix(): stat.S_IMODE(path.stat().st_mode) for path in paths}
    return {name: oct(mode) for name, mode in found.items() if mode & 0o077}


_COMMANDS = """
import os, sys
from pathlib import Path
from dafu import main

for words in (
    "index letters --into index",
    "token add 张三 --index index",
    "search 食堂 --index index",
    "watch letters --into index --once --settle 0",
    "purge index --now",
    "backup index b.zip",
    "restore b.zip restored",
):
    os.umask(0)
    sys.argv = ["dafu", *words.split()]
    try:
        main()
    except SystemExit as end:
        assert end.code == 0, words
    if words.startswith("search"):
        (Path("letters") / "共享停车.txt").unlink()
"""
"""Each begins under a umask that takes nothing away."""


def test_commands_write_for_their_own_account_alone(tmp_path: Path) -> None:
    write_letters(tmp_path / "letters")
    done = subprocess.run([sys.executable, "-c", _COMMANDS], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "index" / "users.sqlite").is_file()
    assert (tmp_path / "index" / "generations" / "3").is_dir()
    assert modes(tmp_path / "index") == {}
    assert modes(tmp_path / "restored") == {}
    assert modes(tmp_path / "b.zip") == {}


def test_from_python_nobody_else_gets_into_the_folder(tmp_path: Path) -> None:
    write_letters(tmp_path / "letters")
    before = os.umask(0)
    try:
        make_index(tmp_path / "letters", tmp_path / "index")
        backup(tmp_path / "index", tmp_path / "b.zip", silent)
        restore(tmp_path / "b.zip", tmp_path / "restored", silent)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "index").stat().st_mode) == 0o700
    assert modes(tmp_path / "restored") == {}  # whatever modes the files had
    assert modes(tmp_path / "b.zip") == {}


def test_an_open_folder_of_a_former_version_is_closed(tmp_path: Path) -> None:
    write_letters(tmp_path / "letters")
    make_index(tmp_path / "letters", tmp_path / "index")
    (tmp_path / "index").chmod(0o755)
    make_index(tmp_path / "letters", tmp_path / "index")
    assert stat.S_IMODE((tmp_path / "index").stat().st_mode) == 0o700
