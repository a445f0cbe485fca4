"""Tokens: how they are kept, given and revoked, and what a damaged store lets in."""

import json
import stat
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from corpus.errors import DafuError
from dafu import app as dafu
from indexer import database
from search_api.web.access.tokens import TokenStore
from search_api.web.access.users import RIGHTS, User
from tests.access.requests import bearer


def test_a_token_is_kept_as_a_hash_that_only_its_owner_reads(tokens: TokenStore, secret: str, tmp_path: Path) -> None:
    for path in tmp_path.glob("users.sqlite*"):
        assert secret.encode() not in path.read_bytes()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (tmp_path / "users.sqlite").is_file()
    assert len(secret) >= len("dafu_") + 43  # 256 bits in base 64
    assert tokens.user(secret) == User("张三", frozenset({"公开", "内部"}), frozenset({"originals"}))
    for wrong in ("", secret[:-1], secret + "x", "dafu_", "\udcff"):
        assert tokens.user(wrong) is None


def test_without_scopes_a_token_opens_what_is_open(tokens: TokenStore) -> None:
    assert tokens.user(tokens.add("甲", (), frozenset(), None)) == User("甲", frozenset({"公开"}))
    assert tokens.user(tokens.add("乙", None, RIGHTS, None)) == User("乙", None, RIGHTS)


def test_a_token_ends_on_its_day(tokens: TokenStore, tmp_path: Path) -> None:
    secret = tokens.add("甲", (), frozenset(), 30)
    token = tokens.tokens()[0]
    assert token.expires_at is not None
    assert token.expires_at - token.created_at == timedelta(days=30)
    assert not token.has_expired(token.expires_at - timedelta(seconds=1))
    assert token.has_expired(token.expires_at)
    over = token.model_copy(update={"name": "乙", "expires_at": datetime.now(UTC) - timedelta(seconds=1)})
    (tmp_path / "tokens.json").write_text(
        json.dumps({"version": 1, "tokens": [over.model_dump(mode="json")]}), encoding="utf-8"
    )
    assert [token.name for token in tokens.tokens()] == ["甲", "乙"]
    tokens.revoke("甲")
    assert tokens.user(secret) is None


def test_a_change_by_another_process_is_seen_at_once(tokens: TokenStore, secret: str, tmp_path: Path) -> None:
    server = TokenStore(tmp_path / "users.sqlite")
    assert server.user(secret) is not None
    later = tokens.add("李四", (), frozenset(), None)
    assert server.user(later) is not None
    tokens.revoke("张三")
    assert server.user(secret) is None
    assert server.user(later) is not None
    for path in tmp_path.glob("users.sqlite*"):
        path.unlink()
    assert server.user(later) is None
    again = tokens.add("王五", (), frozenset(), None)
    assert (server.user(again), server.user(later)) == (User("王五", frozenset({"公开"})), None)


def test_many_at_once_lose_no_token(tmp_path: Path) -> None:
    def add(i: int) -> None:
        TokenStore(tmp_path / "users.sqlite").add(f"用户{i}", (), frozenset(), None)

    threads = [threading.Thread(target=add, args=(i,)) for i in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {token.name for token in TokenStore(tmp_path / "users.sqlite").tokens()} == {f"用户{i}" for i in range(16)}


def test_names_are_unique_and_can_be_printed(tokens: TokenStore, secret: str) -> None:
    with pytest.raises(DafuError, match=r"已经有名为“张三”的令牌.*dafu token revoke"):
        tokens.add("张三", (), frozenset(), None)
    for name in ("", "长" * 65, "甲\n乙"):
        with pytest.raises(DafuError, match=r"应为 1 到 64 个字"):
            tokens.add(name, (), frozenset(), None)
    with pytest.raises(DafuError, match=r"没有名为“李四”的令牌。现有：张三"):
        tokens.revoke("李四")


@pytest.mark.parametrize("text", ["", "{", '{"version": 2}', '{"tokens": [{"name": "甲"}]}', '{"admins": []}'])
def test_a_damaged_old_file_lets_nobody_in(
    tokens: TokenStore, secret: str, client: TestClient, tmp_path: Path, text: str
) -> None:
    (tmp_path / "tokens.json").write_text(text, encoding="utf-8")
    with pytest.raises(DafuError, match=r"令牌文件 .*tokens\.json 不能使用：.*请从备份恢复"):
        tokens.user(secret)
    answer = client.get("/api/v1/search?q=电梯", headers=bearer(secret))
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:dafu:problem:tokens-unavailable")
    assert "tokens.json" not in answer.text
    assert client.get("/healthz").status_code == 200
    assert (tmp_path / "tokens.json").read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE tokens SET scopes = NULL", "内容与它自己的校验和不符"),
        ("DELETE FROM tokens", "内容与它自己的校验和不符"),
        ("""UPDATE tokens SET rights = '["root"]'""", "有一行不是令牌"),
        ("UPDATE tokens SET created_at = 'x'", "有一行不是令牌"),
        ("DROP TABLE tokens", "no such table"),
    ],
)
def test_a_database_that_somebody_changed_lets_nobody_in(
    tokens: TokenStore, secret: str, client: TestClient, statement: str, sentence: str
) -> None:
    with closing(database.open_migrated(tokens.path, ["", "", "", ""])) as connection:
        connection.execute(statement)
    with pytest.raises(DafuError, match=rf"令牌库 .*users\.sqlite 不能使用.*{sentence}.*请从备份恢复"):
        tokens.user(secret)
    answer = client.get("/api/v1/search?q=电梯", headers=bearer(secret))
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:dafu:problem:tokens-unavailable")
    assert "users.sqlite" not in answer.text


def test_a_file_that_is_no_database_lets_nobody_in(tmp_path: Path) -> None:
    (tmp_path / "users.sqlite").write_bytes(b"x" * 5000)
    with pytest.raises(DafuError, match=r"users\.sqlite 已损坏.*请从备份恢复，或者移走它"):
        TokenStore(tmp_path / "users.sqlite").user("dafu_x")
    with pytest.raises(DafuError, match=r"users\.sqlite 已损坏"):
        TokenStore(tmp_path / "users.sqlite").add("甲", (), frozenset(), None)


def test_tokens_by_command(tmp_path: Path) -> None:
    def run(*words: str) -> str:
        done = CliRunner().invoke(dafu, ["token", *words, "--index", str(tmp_path)], catch_exceptions=False)
        assert done.exit_code == 0
        return done.stdout

    secret = run("add", "张三", "--scope", "内部", "--scope", "民政", "--right", "originals", "--days", "30").strip()
    run("add", "监控", "--all-scopes", "--right", "admin")
    server = TokenStore(tmp_path / "users.sqlite")
    assert server.user(secret) == User("张三", frozenset({"公开", "内部", "民政"}), frozenset({"originals"}))
    listed = json.loads(run("list", "--json"))
    assert [(row["name"], row["scopes"], row["rights"]) for row in listed] == [
        ("张三", ["内部", "民政"], ["originals"]),
        ("监控", None, ["admin"]),
    ]
    assert "sha256" not in run("list", "--json")
    assert "张三  范围：公开、内部、民政  权利：originals" in run("list")
    assert run("revoke", "张三") == "已收回“张三”的令牌。\n"
    assert server.user(secret) is None
    for words, sentence in [
        (["add", "x", "--right", "root"], "没有“root”这种权利。可以是 admin、originals。"),
        (["add", "x", "--scope", "内部", "--all-scopes"], "--scope 和 --all-scopes 只能写一种。"),
    ]:
        with pytest.raises(DafuError, match=sentence):
            run(*words)
