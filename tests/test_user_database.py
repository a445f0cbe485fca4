"""Tokens and verdicts in one database: old files are taken in once, and several processes write at once."""

import shutil
import stat
import subprocess
import sys
from collections import Counter
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from corpus.errors import DafuError
from indexer import database
from search_api import feedback
from search_api.feedback import Verdict
from search_api.user_database import UserDatabase
from search_api.web.access.sessions import SessionStore
from search_api.web.access.tokens import TokenStore
from search_api.web.access.users import User

# As dafu wrote them when these were two files (fcaa524).
OLD_SECRET = "dafu_FK_wth5mLpfWqMXozQZZRicXHcMcx3cYOntYuzkNr9A"
OLD_TOKENS = """{
 "version": 1,
 "tokens": [
  {
   "name": "张三",
   "sha256": "daa90c8d3129cc28d6496d2da0b64122eb418f4dceb69c5d3e19dbb223f3ae63",
   "scopes": [
    "内部",
    "民政"
   ],
   "rights": [
    "originals"
   ],
   "created_at": "2026-11-29T16:57:41Z",
   "expires_at": "2026-12-29T16:57:41Z"
  },
  {
   "name": "监控",
   "sha256": "e7469a73269dcafa41ea61deed611deb90dbd98da325070518e7007611c07d0d",
   "scopes": null,
   "rights": [
    "admin"
   ],
   "created_at": "2026-11-29T16:57:41Z",
   "expires_at": null
  }
 ],
 "checksum": "ff5871c6453365477c6f787651eafbd468d6bc7182e3e3ec2a8bfb70a7f2ceb4"
}
"""
OLD_FEEDBACK = (
    '{"date":"2026-07-01","generation":3,"query":"加装电梯 补贴","passage_id":"甲局:1号#7","rank":2,"useful":false}\n'
    '{"date":"2026-07-02","gener\n'
    '{"date":"2026-07-03","generation":4,"query":"停车","passage_id":"乙局#2号#1","rank":1,"useful":true}\n'
)
OLD_VERDICTS = [
    Verdict(date=date(2026, 7, 1), generation=3, query="加装电梯 补贴", passage_id="甲局:1号#7", rank=2, useful=False),
    Verdict(date=date(2026, 7, 3), generation=4, query="停车", passage_id="乙局#2号#1", rank=1, useful=True),
]
NEW_VERDICT = Verdict(
    date=date(2026, 12, 1), generation=5, query="助餐", passage_id="丙局#612f9e4d.2", rank=3, useful=True
)


def old_index(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "tokens.json").write_text(OLD_TOKENS, encoding="utf-8")
    (folder / "feedback.jsonl").write_text(OLD_FEEDBACK, encoding="utf-8")
    return folder


# As the first version of the database was (4539688); a step that was released is never changed.
FIRST_VERSION = """
    CREATE TABLE tokens (
        name TEXT PRIMARY KEY, sha256 TEXT NOT NULL, scopes TEXT, rights TEXT NOT NULL, created_at TEXT NOT NULL,
        expires_at TEXT
    ) STRICT;
    CREATE TABLE checksums (of TEXT PRIMARY KEY, sha256 TEXT NOT NULL) STRICT;
    CREATE TABLE feedback (
        id INTEGER PRIMARY KEY, date TEXT NOT NULL, generation INTEGER NOT NULL, query TEXT NOT NULL,
        passage_id TEXT NOT NULL, rank INTEGER NOT NULL, useful INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE imported (sha256 TEXT PRIMARY KEY, file TEXT NOT NULL) STRICT
"""


# Old files


def test_old_files_are_taken_in_and_renamed(tmp_path: Path) -> None:
    index = old_index(tmp_path)
    tokens = TokenStore(index / "users.sqlite")
    assert tokens.user(OLD_SECRET) == User("监控", None, frozenset({"admin"}))
    first, second = tokens.tokens()
    assert (first.name, first.scopes, first.rights) == ("张三", ("内部", "民政"), ("originals",))
    assert (first.created_at, first.expires_at) == (
        datetime(2026, 11, 29, 16, 57, 41, tzinfo=UTC), datetime(2026, 12, 29, 16, 57, 41, tzinfo=UTC),
    )  # fmt: skip
    assert (second.scopes, second.expires_at) == (None, None)
    assert (index / "tokens.json.migrated").read_text(encoding="utf-8") == OLD_TOKENS
    assert (index / "feedback.jsonl").read_text(encoding="utf-8") == OLD_FEEDBACK  # whoever keeps verdicts takes it in
    feedback.keep(index / "users.sqlite", NEW_VERDICT)
    assert list(feedback.read(index / "users.sqlite")) == [*OLD_VERDICTS, NEW_VERDICT]
    assert (index / "feedback.jsonl.migrated").read_text(encoding="utf-8") == OLD_FEEDBACK
    assert {path.name for path in index.iterdir() if not path.name.endswith(("-wal", "-shm"))} == {
        "users.sqlite", "tokens.json.migrated", "feedback.jsonl.migrated",
    }  # fmt: skip


def test_settings_that_name_old_files_keep_working(tmp_path: Path) -> None:
    index = old_index(tmp_path)
    tokens = TokenStore(index / "tokens.json")
    added = tokens.add("李四", (), frozenset(), None)
    assert [token.name for token in tokens.tokens()] == ["张三", "监控", "李四"]
    assert TokenStore(index / "tokens.json").user(added) == User("李四", frozenset({"公开"}))
    feedback.keep(index / "feedback.jsonl", NEW_VERDICT)
    assert list(feedback.read(index / "feedback.sqlite")) == [*OLD_VERDICTS, NEW_VERDICT]
    assert (tokens.path, (index / "tokens.json").exists()) == (index / "tokens.sqlite", False)


def test_verdicts_are_still_read_from_an_old_file(tmp_path: Path) -> None:
    file = old_index(tmp_path) / "feedback.jsonl"
    first, damaged, second = feedback.read(file)
    assert [first, second] == OLD_VERDICTS
    assert str(damaged).startswith("feedback.jsonl 第 2 行：应为一条评价的 JSON")
    assert file.is_file()


def test_what_a_killed_process_had_taken_in_is_not_taken_in_twice(tmp_path: Path) -> None:
    """Killed after the rows were written, and before the file was renamed."""
    store = tmp_path / "users.sqlite"
    feedback.keep(old_index(tmp_path) / "users.sqlite", NEW_VERDICT)
    (tmp_path / "feedback.jsonl.migrated").rename(tmp_path / "feedback.jsonl")
    feedback.keep(store, NEW_VERDICT)
    assert Counter(map(repr, feedback.read(store))) == Counter(map(repr, [*OLD_VERDICTS, NEW_VERDICT, NEW_VERDICT]))
    assert not (tmp_path / "feedback.jsonl").exists()


def test_a_revoked_token_does_not_come_back_with_an_old_file(tmp_path: Path) -> None:
    tokens = TokenStore(old_index(tmp_path) / "users.sqlite")
    tokens.revoke("监控")
    (tmp_path / "tokens.json").write_text(OLD_TOKENS, encoding="utf-8")
    assert tokens.user(OLD_SECRET) is None
    assert [token.name for token in tokens.tokens()] == ["张三"]


def test_a_damaged_old_file_stays_where_it_is(tmp_path: Path) -> None:
    index = old_index(tmp_path)
    changed = OLD_TOKENS.replace("民政", "财政")
    (index / "tokens.json").write_text(changed, encoding="utf-8")
    tokens = TokenStore(index / "users.sqlite")
    for ask in (tokens.tokens, lambda: tokens.add("李四", (), frozenset(), None)):
        with pytest.raises(DafuError, match=r"令牌文件 .*tokens\.json 不能使用：内容与它自己的校验和不符"):
            ask()
    assert (index / "tokens.json").read_text(encoding="utf-8") == changed
    (index / "tokens.json").unlink()
    assert tokens.tokens() == ()


# The database


def test_to_look_makes_no_file(tmp_path: Path) -> None:
    assert TokenStore(tmp_path / "users.sqlite").tokens() == ()
    assert list(tmp_path.iterdir()) == []  # an index is restored into an empty folder


def test_it_is_for_its_owner_alone(tmp_path: Path) -> None:
    feedback.keep(tmp_path / "users.sqlite", NEW_VERDICT)
    TokenStore(tmp_path / "users.sqlite").add("张三", (), frozenset(), None)
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_a_database_of_a_later_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "users.sqlite"
    TokenStore(path).add("张三", (), frozenset(), None)
    with closing(database.open_migrated(path, ["", "", "", ""])) as connection:
        connection.execute("PRAGMA user_version=5")
    for ask in (TokenStore(path).tokens, lambda: feedback.keep(path, NEW_VERDICT)):
        with pytest.raises(DafuError, match=r"格式版本是 5，本程序使用 4|评价没有记下"):
            ask()


def test_a_database_of_the_first_version_gets_sessions_and_keeps_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "users.sqlite"
    with closing(database.open_migrated(path, [FIRST_VERSION])):
        (tmp_path / "tokens.json").write_text(OLD_TOKENS, encoding="utf-8")
        (tmp_path / "feedback.jsonl").write_text(OLD_FEEDBACK, encoding="utf-8")
    tokens = TokenStore(path)
    sessions = SessionStore(tokens, 60, 600)
    assert sessions.find("wrong") is None  # to look is enough
    session = sessions.find(sessions.begin(OLD_SECRET))
    assert session is not None
    assert session.user == User("监控", None, frozenset({"admin"}))
    feedback.keep(path, NEW_VERDICT)
    assert list(feedback.read(path)) == [*OLD_VERDICTS, NEW_VERDICT]


def test_a_change_that_fails_leaves_nothing(tmp_path: Path) -> None:
    tokens = TokenStore(tmp_path / "users.sqlite")
    tokens.add("张三", (), frozenset(), None)
    before = tokens.tokens()
    store = UserDatabase(tmp_path / "users.sqlite", "none", lambda connection, data, path: None)

    def fail() -> None:
        with store.writing() as connection:
            connection.execute("DELETE FROM tokens")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert tokens.tokens() == before


@pytest.mark.parametrize("cut", [1, 100, 4000])
def test_of_a_write_that_a_power_failure_cut_nothing_is_left_and_all_before_it(tmp_path: Path, cut: int) -> None:
    path, after = tmp_path / "users.sqlite", tmp_path / "after" / "users.sqlite"
    feedback.keep(path, NEW_VERDICT)
    reader = UserDatabase(path, "none", lambda connection, data, path: None).open_for_reading()
    assert reader is not None
    with closing(reader):  # keeps the write-ahead log from being folded into the database
        reader.execute("SELECT * FROM feedback").fetchall()
        for verdict in OLD_VERDICTS:
            feedback.keep(path, verdict)
        after.parent.mkdir()
        shutil.copy(path, after)
        log = Path(f"{path}-wal").read_bytes()
        Path(f"{after}-wal").write_bytes(log[:-cut])
    assert list(feedback.read(after)) == [NEW_VERDICT, OLD_VERDICTS[0]]
    feedback.keep(after, OLD_VERDICTS[1])
    assert list(feedback.read(after)) == [NEW_VERDICT, *OLD_VERDICTS]


_WRITER = """
import sys
from datetime import date
from pathlib import Path
from search_api import feedback
from search_api.feedback import Verdict
from search_api.web.access.tokens import TokenStore

path, name = Path(sys.argv[1]), sys.argv[2]
for n in range(1, 21):
    TokenStore(path).add(f"{name}{n}", (name,), frozenset(), None)
    query = f"{name}的查询"
    verdict = Verdict(date=date(2026, 7, 1), generation=1, query=query, passage_id="a#1", rank=n, useful=True)
    feedback.keep(path, verdict)
    if n % 2:
        TokenStore(path).revoke(f"{name}{n}")
"""


def test_two_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    """Both take in the old files, too."""
    path = old_index(tmp_path) / "users.sqlite"
    writers = [subprocess.Popen([sys.executable, "-c", _WRITER, str(path), name]) for name in ("甲", "乙")]
    seen = TokenStore(path)
    while any(writer.poll() is None for writer in writers):
        seen.tokens()  # a reader never finds a change half made
    assert [writer.returncode for writer in writers] == [0, 0]
    even = {f"{name}{n}" for name in ("甲", "乙") for n in range(2, 21, 2)}
    names = [token.name for token in seen.tokens()]
    assert Counter(names) == Counter(["张三", "监控", *even])
    verdicts = [verdict for verdict in feedback.read(path) if isinstance(verdict, Verdict)]
    assert Counter((v.query, v.rank) for v in verdicts) == Counter(
        [
            *((v.query, v.rank) for v in OLD_VERDICTS),
            *((f"{name}的查询", n) for name in ("甲", "乙") for n in range(1, 21)),
        ]
    )
