"""Refusals in the audit: in files of their own, bounded and counted, so that nobody pushes out what users did."""

import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from dafu import app as command
from indexer.upkeep.audit import files
from search_api.web.access.tokens import TokenStore
from search_api.web.app import create_app
from search_api.web.middleware.refusals import MAX_OF_ALL, MAX_OF_ONE, WINDOW_S, LeftOut, Refusals, Sender
from search_api.web.settings.model import Settings
from tests.access.requests import bearer
from tests.audit_lines import lines_in
from tests.served import Clock


def sender(client: str = "10.0.0.1", user: str = "未登录") -> Sender:
    return Sender("refused", user, client)


# How many


def test_the_first_of_each_sender_are_written_and_the_others_counted() -> None:
    clock = Clock()
    refusals = Refusals(clock)
    assert [refusals.admits(sender()) for _ in range(MAX_OF_ONE + 5)] == [True] * MAX_OF_ONE + [False] * 5
    assert refusals.admits(sender("10.0.0.2"))
    assert refusals.admits(sender(user="王科长"))  # at the same address
    clock.now += WINDOW_S - 0.1
    assert refusals.counted() == ()
    clock.now += 0.1
    assert refusals.counted() == [LeftOut(sender(), 5)]
    assert refusals.counted(at_once=True) == []
    assert refusals.admits(sender())


def test_a_flood_from_everywhere_is_bounded_too() -> None:
    refusals = Refusals(Clock())
    written = sum(refusals.admits(sender(f"10.{n >> 8}.{n & 255}.1")) for n in range(5000))
    assert written == MAX_OF_ALL
    counted = refusals.counted(at_once=True)
    assert written + sum(left.times for left in counted) == 5000
    assert len(counted) == 1001  # the addresses that are remembered, and all others together
    assert [left.times for left in counted if left.sender.client == "其他地址"] == [5000 - MAX_OF_ALL - 1000]


# In the files


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(access="tokens", tokens=tmp_path / "users.sqlite", audit=tmp_path / "audit", audit_megabytes=1)


def test_a_flood_of_refusals_leaves_the_lines_of_users(sample_index: Path, tmp_path: Path, settings: Settings) -> None:
    secret = TokenStore(tmp_path / "users.sqlite").add("李干事", (), frozenset(), None)
    with TestClient(create_app(sample_index, settings)) as client:
        client.get("/api/v1/search", params={"q": "长者食堂"}, headers=bearer(secret))
        for _ in range(200):
            assert client.get("/api/" + "答" * 200).status_code == 401
        for _ in range(3):
            client.post("/login", data={"token": "dafu_wrong"})
        assert [path.name for path in files(tmp_path / "audit", "refused")] == ["refused.jsonl"]
    [done] = [json.loads(line) for line in (tmp_path / "audit" / "audit.jsonl").read_text("utf-8").splitlines()]
    assert (done["user"], done["action"]) == ("李干事", "search")
    refused = [line for line in lines_in(tmp_path / "audit") if line["action"] == "refused"]
    assert [line.get("times") for line in refused] == [None] * MAX_OF_ONE + [200 - MAX_OF_ONE]
    assert (refused[-1]["client"], refused[-1]["detail"]) == ("testclient", "60 秒里次数太多，没有逐条记下")
    assert sum(line["action"] == "login_failed" for line in lines_in(tmp_path / "audit")) == 3


def test_full_files_of_refusals_push_out_their_like_alone(
    sample_index: Path, tmp_path: Path, settings: Settings
) -> None:
    folder = tmp_path / "audit"
    folder.mkdir()
    names = [f"refused-{n:06}.jsonl" for n in range(1, 8)]
    for name in [*names, "refused.jsonl", "audit-000001.jsonl"]:
        (folder / name).write_bytes(b"\n" * (1 << 20))
    with TestClient(create_app(sample_index, settings)) as client:
        client.get("/api/v1/search")
    assert [path.name for path in files(folder, "refused")] == [
        *(f"refused-{n:06}.jsonl" for n in range(4, 9)), "refused.jsonl",
    ]  # fmt: skip
    assert [path.name for path in files(folder)] == ["audit-000001.jsonl"]


def test_the_command_shows_both_in_the_order_of_their_times_and_counts_all(
    sample_index: Path, tmp_path: Path, settings: Settings
) -> None:
    secret = TokenStore(tmp_path / "users.sqlite").add("李干事", (), frozenset(), None)
    with TestClient(create_app(sample_index, settings)) as client:
        client.get("/metrics")
        client.get("/api/v1/search", params={"q": "长者食堂"}, headers=bearer(secret))
        for _ in range(30):
            client.get("/metrics", headers=bearer(secret))
    shown = CliRunner().invoke(command, ["audit", str(tmp_path)]).stdout.splitlines()
    assert "未登录" in shown[0]
    assert "检索" in shown[1]
    assert "另有次数 20" in shown[-1]
    summary = CliRunner().invoke(command, ["audit", str(tmp_path), "--summary"]).stdout
    assert "李干事  拒绝  30\n" in summary
    assert summary.endswith("共 32 条\n")
