"""The audit's files: who reads them, how they turn over, what damage costs, and what is asked of them."""

import json
import os
import resource
import stat
import subprocess
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dafu import app as command
from indexer.durable import append_line, locked_for_append
from indexer.upkeep.audit import AuditError, AuditLog, Event, files
from tests.audit_lines import lines_in


def event(number: int = 0, **fields: object) -> Event:
    moment = datetime.fromisoformat("2025-03-01T08:00:00+08:00") + timedelta(minutes=number)
    known = {
        "time": moment,
        "user": "李干事",
        "client": "10.0.0.7",
        "action": "search",
        "status": 200,
        "hits": number,
    }
    return Event.model_validate(known | fields)


# The files


def test_only_their_owner_reads_them(tmp_path: Path) -> None:
    AuditLog(tmp_path / "audit").write(event())
    assert stat.S_IMODE((tmp_path / "audit").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "audit" / "audit.jsonl").stat().st_mode) == 0o600


def test_a_full_file_gives_way_and_the_oldest_go(tmp_path: Path) -> None:
    size = len(event(100).line())
    log = AuditLog(tmp_path, max_bytes=3 * size, max_files=2)
    for number in range(100, 111):
        log.write(event(number))
    assert [path.name for path in files(tmp_path)] == ["audit-000002.jsonl", "audit-000003.jsonl", "audit.jsonl"]
    assert [line["hits"] for line in lines_in(tmp_path)] == list(range(103, 111))


def test_processes_that_write_at_once_lose_and_mix_nothing(tmp_path: Path) -> None:
    program = (
        "import sys; from datetime import datetime, UTC; from pathlib import Path; from indexer.upkeep.audit import *\n"
        "log = AuditLog(Path(sys.argv[1]), max_bytes=20_000, max_files=1000)\n"
        "known = dict(time=datetime.now(UTC), user=sys.argv[2], client='', action='search', status=200)\n"
        "for n in range(300): log.write(Event(**known, hits=n, query='长' * (n % 150)))"
    )
    names = ["甲", "乙", "丙", "丁"]
    running = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path), name]) for name in names]
    assert [process.wait() for process in running] == [0] * 4
    lines = lines_in(tmp_path)
    assert len(files(tmp_path)) > 5
    for name in names:
        assert sorted(line["hits"] for line in lines if line["user"] == name) == list(range(300))


def test_a_line_cut_by_a_full_disk_is_damaged_alone(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk: the kernel writes what fits and then refuses."""
    AuditLog(tmp_path).write(event(1))
    size = (tmp_path / "audit.jsonl").stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20, hard))
    try:
        with pytest.raises(AuditError, match="请检查磁盘空间"):
            AuditLog(tmp_path).write(event(2))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    AuditLog(tmp_path).write(event(3))
    done = CliRunner().invoke(command, ["audit", str(tmp_path), "--json"])
    assert [json.loads(line)["hits"] for line in done.stdout.splitlines()] == [1, 3]
    assert "第 2 行不是审计记录，已跳过" in done.stderr


def test_a_file_that_was_renamed_while_it_was_waited_for_gets_no_line(tmp_path: Path) -> None:
    path, got = tmp_path / "x.jsonl", []

    def add() -> None:
        with locked_for_append(path) as file:
            got.append(os.fstat(file).st_ino)
            append_line(file, b"new\n", durable=True)

    with locked_for_append(path) as file:
        append_line(file, b"old\n", durable=False)
        waiting = threading.Thread(target=add)
        waiting.start()
        waiting.join(0.2)
        assert waiting.is_alive()  # one at a time
        path.rename(tmp_path / "full.jsonl")
    waiting.join(30)
    assert got == [path.stat().st_ino]
    assert (path.read_text(), (tmp_path / "full.jsonl").read_text()) == ("new\n", "old\n")


# Reading


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """Three days of two users."""
    log = AuditLog(tmp_path / "audit", max_bytes=400, max_files=10)
    log.write(event(0, query="长者食堂", generation=3, request_id="a" * 8))
    log.write(event(1, action="open", doc_id="L-1", hits=None))
    log.write(event(2 * 1440, user="王科长", action="export", doc_ids=("L-1", "L-2"), format="docx", hits=5))
    log.write(event(3 * 1440, user="王科长", action="refused", status=403, path="/metrics", hits=None))
    return tmp_path


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], ["search", "open", "export", "refused"]),
        (["--user", "王科长"], ["export", "refused"]),
        (["--reader", "王科长"], ["export", "refused"]),
        (["--action", "open"], ["open"]),
        (["--action", "打开答复"], ["open"]),
        (["--doc-id", "L-1"], ["open", "export"]),
        (["--since", "2025-03-03"], ["export", "refused"]),
        (["--until", "2025-03-01"], ["search", "open"]),
        (["--since", "2025-03-03", "--until", "2025-03-03"], ["export"]),
    ],
)
def test_what_is_asked_of_the_audit(written: Path, options: list[str], expected: list[str]) -> None:
    assert len(files(written / "audit")) > 1
    done = CliRunner().invoke(command, ["audit", str(written), "--json", *options])
    assert [json.loads(line)["action"] for line in done.stdout.splitlines()] == expected


def test_lines_that_call_the_user_reader_are_still_read(tmp_path: Path) -> None:
    """As they were written until the field was renamed."""
    AuditLog(tmp_path).write(event(1))
    new = (tmp_path / "audit.jsonl").read_text("utf-8")
    old = (
        '{"time":"2025-02-28T08:00:00+08:00","reader":"王科长","client":"10.0.0.8","action":"open","status":200,'
        '"doc_id":"L-1"}\n'
    )
    (tmp_path / "audit.jsonl").write_text(old + new, encoding="utf-8")
    run = CliRunner().invoke
    assert [
        json.loads(line)["user"] for line in run(command, ["audit", str(tmp_path), "--json"]).stdout.splitlines()
    ] == [
        "王科长",
        "李干事",
    ]
    [found] = run(command, ["audit", str(tmp_path), "--user", "王科长"]).stdout.splitlines()
    assert "王科长（10.0.0.8）  打开答复  答复 L-1" in found


def test_a_line_is_read_by_people(written: Path) -> None:
    lines = CliRunner().invoke(command, ["audit", str(written)]).stdout.splitlines()
    assert "李干事（10.0.0.7）  检索  查询 长者食堂，找到 0，世代 3，请求编号 aaaaaaaa" in lines[0]
    assert "王科长（10.0.0.7）  导出材料篮  段落来自 L-1、L-2，格式 docx，段 5" in lines[2]
    assert "王科长（10.0.0.7）  拒绝  [403] 地址 /metrics" in lines[3]


def test_what_somebody_typed_does_no_harm(tmp_path: Path) -> None:
    AuditLog(tmp_path).write(event(query="\x1b[2J食\ud800堂"))
    [line] = CliRunner().invoke(command, ["audit", str(tmp_path)]).stdout.splitlines()
    assert "查询 ·[2J食?堂" in line


def test_a_summary_counts(written: Path) -> None:
    assert CliRunner().invoke(command, ["audit", str(written), "--summary"]).stdout.splitlines() == [
        "2025-03-01  李干事  打开答复  1", "2025-03-01  李干事  检索  1", "2025-03-03  王科长  导出材料篮  1",
        "2025-03-04  王科长  拒绝  1", "共 4 条",
    ]  # fmt: skip


@pytest.mark.parametrize(("arguments", "sentence"), [([], "没有审计记录"), (["--action", "看"], "没有“看”这种操作")])
def test_what_cannot_be_read_is_said(tmp_path: Path, arguments: list[str], sentence: str) -> None:
    done = CliRunner().invoke(command, ["audit", str(tmp_path), *arguments], env={"COLUMNS": "300"})
    assert done.exit_code != 0
    assert sentence in done.output + str(done.exception)
