"""Bytes that flip, files that are cut, gone or something else: named, and never a wrong answer."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from corpus.errors import DafuError
from indexer.build.generation import current_number
from indexer.build.update import BuildOptions, build
from indexer.paths import IndexPaths
from indexer.upkeep.audit import Event
from indexer.upkeep.audit import report as audit
from indexer.upkeep.verify import verify
from search_api import feedback
from search_api.feedback import Verdict
from search_api.web.access.tokens import TokenStore
from search_api.web.access.users import User
from search_api.web.app import create_app
from search_api.web.settings.sources import load_settings
from tests.conftest import make_index, silent
from tests.faults import processes
from tests.faults.archive import QUERIES, change, write_archive
from tests.faults.conftest import ALL
from tests.faults.ledger import Ledger

_FEW = ("vectors.faiss", "passages", "CURRENT", "archive.sqlite", "manifest.json", "body-letters.npy")
"""Files that are damaged in the ordinary tests too."""


class Damage(NamedTuple):
    """What is done to a file."""

    name: str
    do: Callable[[Path], None]


def flipped(share: float) -> Damage:
    def flip(path: Path) -> None:
        data = bytearray(path.read_bytes())
        data[min(int(share * len(data)), len(data) - 1)] ^= 1
        path.write_bytes(data)

    return Damage(f"flip@{share:g}", flip)


def _cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _replaced_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _link_to_itself(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)  # ELOOP, also for root


FLIPS = [flipped(share) for share in (0, 0.25, 0.5, 1)]
OTHERS = [
    Damage("empty", lambda path: os.truncate(path, 0)),
    Damage("half", _cut),
    Damage("gone", Path.unlink),
    Damage("folder", _replaced_by_folder),
    Damage("loop", _link_to_itself),
]
MANY_FLIPS = [flipped(i / 40) for i in range(40)]


def asked(index: Path) -> dict[str, tuple[int, Any]]:
    """What a server on the index answers: path to status and answer."""
    found: dict[str, tuple[int, Any]] = {}
    with TestClient(create_app(index, load_settings(index=index)), base_url="http://127.0.0.1") as client:
        paths = [f"/api/v1/search?k=50&facets=true&q={quote(query)}" for query in QUERIES]
        paths += [f"/api/v1/search?mode=vector&q={quote(QUERIES[0])}", f"/api/v1/search?q={quote('“餐补贴两元”')}"]
        paths += [f"/api/v1/suggest?q={quote(q)}" for q in ("长者", "dianti")]
        found["/"] = (page := client.get("/")).status_code, page.text
        for path in paths:
            answer = client.get(path)
            body: dict[str, Any] = answer.json()
            body.pop("took_ms", None)
            found[path] = answer.status_code, body
            for hit in body.get("hits", ())[:3]:
                place = f"/api/v1/documents/{quote(hit['doc_id'], safe='')}"
                found[place] = (opened := client.get(place)).status_code, opened.json()
    return found


def examined(cases: list[Path], out: Path) -> None:
    """Of each index, in a process that may crash: what a server answers, and what `dafu verify` says; a line each."""
    with out.open("a", encoding="utf-8") as lines:
        for case in cases:
            try:
                faults = verify(case)
            except DafuError as error:
                faults = [str(error)]
            print(json.dumps({"case": case.name, "faults": faults, "asked": asked(case)}), file=lines, flush=True)


def examinations(cases: list[Path], tmp_path: Path) -> dict[str, Any]:
    """The same of all; None for one that crashed the process."""
    out, found = tmp_path / "examined", dict[str, Any]()
    waiting = list(cases)
    while waiting:
        out.unlink(missing_ok=True)
        processes.run(examined, waiting, out, log=tmp_path / "log")
        for line in out.read_text(encoding="utf-8").splitlines() if out.exists() else ():
            with suppress(json.JSONDecodeError):
                read = json.loads(line)
                found[read["case"]] = read
        if waiting := [case for case in waiting if case.name not in found]:
            found[waiting.pop(0).name] = None
    return found


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of two generations."""
    folder = tmp_path_factory.mktemp("intact")
    letters = write_archive(folder / "letters", 16)
    make_index(letters, folder / "index")
    change(letters)
    make_index(letters, folder / "index", prune=True)
    return folder / "index"


def _targets(index: Path) -> Iterator[tuple[str, str]]:
    """Files and where they belong."""
    live = f"generations/{current_number(IndexPaths(index))}/"
    for path in sorted(p for p in index.rglob("*") if p.is_file() and not p.name.endswith((".lock", "-wal", "-shm"))):
        name = path.relative_to(index).as_posix()
        if ALL or (path.name in _FEW and (not name.startswith("generations/") or name.startswith(live))):
            kind = "当前一代" if name.startswith(live) else "旧的一代" if name.startswith("generations/") else name
            yield name, kind


def test_every_file(ledger: Ledger, intact: Path, tmp_path: Path) -> None:
    cases: dict[str, tuple[str, str, str]] = {}
    for name, kind in _targets(intact):
        flips = MANY_FLIPS if name == "archive.sqlite" and ALL else FLIPS
        for damage in [*flips, *OTHERS] if ALL else [flips[2], OTHERS[1]]:
            if (intact / name).stat().st_size == 0 and damage not in OTHERS[2:]:
                continue
            case = f"case{len(cases)}"
            cases[case] = (name, kind, damage.name)
            shutil.copytree(intact, tmp_path / case)
            damage.do(tmp_path / case / name)
    shutil.copytree(intact, tmp_path / "whole")
    found = examinations([tmp_path / "whole", *(tmp_path / case for case in cases)], tmp_path)
    right = found["whole"]
    assert right["faults"] == []
    assert {status for status, _ in right["asked"].values()} == {200}
    entries = {kind: ledger.entry(f"损坏的文件：{kind}") for kind in dict.fromkeys(k for _, k, _ in cases.values())}
    refused = dict.fromkeys(entries, 0)
    for case, (name, kind, done) in cases.items():
        entries[kind].times += 1
        wrong = _wrong(found[case], right["asked"], name if kind != "旧的一代" else "")
        refused[kind] += bool(found[case] and any(status != 200 for status, _ in found[case]["asked"].values()))
        entries[kind].lost += [f"{name} {done}: {fault}" for fault in wrong]
    for kind, entry in entries.items():
        entry.note = f"拒绝回答 {refused[kind]} 次，其余回答正确"
    assert {kind: entry.lost for kind, entry in entries.items() if entry.lost} == {}


def _wrong(found: dict[str, Any] | None, right: dict[str, Any], name: str) -> Iterator[str]:
    if found is None:
        yield "the process crashed"
        return
    for path, (status, body) in found["asked"].items():
        if status not in (200, 503) or (status == 200 and path in right and body != right[path][1]):
            yield f"{path}: {status} {str(body)[:300]}"
    refused = any(status != 200 for status, _ in found["asked"].values())
    if name and refused and not any(Path(name).name in fault for fault in found["faults"]):
        yield f"verify does not name it: {found['faults']}"


def test_the_next_run_mends_a_generation(ledger: Ledger, intact: Path, tmp_path: Path) -> None:
    """From the archive, whichever of its files is damaged; nothing of the letters is lost."""
    names = [name for name, kind in _targets(intact) if kind in ("当前一代", "CURRENT")]
    entry, outs = ledger.entry("损坏的一代由 dafu index 重建"), tmp_path / "out"
    for name in names if ALL else names[:1]:
        index = tmp_path / "index"
        shutil.rmtree(index, ignore_errors=True)
        shutil.copytree(intact, index)
        data = bytearray((index / name).read_bytes() or b"?")
        data[len(data) // 2] ^= 1
        (index / name).write_bytes(data)
        if processes.run(mended, intact.parent / "letters", index, outs, log=tmp_path / "log"):
            entry.lost.append(f"{name}: {(tmp_path / 'log').read_text(encoding='utf-8')[-500:]}")
        entry.times += 1
    assert entry.lost == []


def mended(letters: Path, index: Path, out: Path) -> None:
    """Raises AssertionError where an update leaves anything wrong."""
    build([letters], index, BuildOptions(), silent)
    assert verify(index) == []
    assert len([h for h in asked(index).values() if h[0] == 200]) == len(asked(index))


def test_tokens(ledger: Ledger, tmp_path: Path) -> None:
    """A bit that flips anywhere never lets anybody see more than before, nor anybody else."""
    path = tmp_path / "users.sqlite"
    secrets = {
        TokenStore(path).add("张三", ("内部",), frozenset({"originals"}), 30): None,
        TokenStore(path).add("李四", (), frozenset(), None): None,
    }
    right = {secret: TokenStore(path).user(secret) for secret in secrets}
    assert all(isinstance(user, User) for user in right.values())
    whole, entry, refused = path.read_bytes(), ledger.entry("令牌库里翻转一位"), 0
    unharmed = 0  # what SQLite does not read: free space, and most of its header
    for place in range(0, len(whole), 7 if ALL else 97):
        for bit in (0, 5):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :])
            entry.times += 1
            try:
                found = {secret: TokenStore(path).user(secret) for secret in secrets}
            except DafuError as error:
                refused += str(path) in str(error)
            else:
                unharmed += 1
                entry.lost += [f"{place}.{bit}: {found[s]}" for s in secrets if found[s] != right[s]]
    entry.note = f"拒绝 {refused} 次"
    assert refused == entry.times - unharmed
    assert entry.lost == []


def test_feedback(ledger: Ledger, tmp_path: Path) -> None:
    """A bit that flips harms its own row alone, or the database is refused with a sentence."""
    path = tmp_path / "users.sqlite"
    for rank in range(1, 6):
        verdict = {"date": "2026-11-22", "generation": 1, "query": "补贴", "passage_id": "a#1", "rank": rank}
        feedback.keep(path, Verdict.model_validate({**verdict, "useful": True}))
    whole, right, refused = path.read_bytes(), list(feedback.read(path)), 0
    entry = ledger.entry("评价库里翻转一位")
    for place in range(0, len(whole), 7 if ALL else 97):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        entry.times += 1
        try:
            found = list(feedback.read(path))
        except DafuError as error:
            refused += path.name in str(error)
        else:
            kept = [line for line in right if line in found]
            if len(kept) < len(right) - 1:
                entry.lost.append(f"{place}: {len(right) - len(kept)} rows")
    entry.note = f"拒绝 {refused} 次"
    assert entry.lost == []


def test_lines_of_the_audit(ledger: Ledger, tmp_path: Path) -> None:
    """A bit that flips harms its own line alone."""
    lines, read = _audit_lines(tmp_path)
    whole, right = lines.read_bytes(), read()
    entry = ledger.entry("审计文件里翻转一位")
    for place in range(0, len(whole), 1 if ALL else 11):
        lines.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        entry.times += 1
        kept = [line for line in right if line in read()]
        if len(kept) < len(right) - 2:  # a line feed that flips joins two
            entry.lost.append(f"{place}: {len(right) - len(kept)} lines")
    assert entry.lost == []


def _audit_lines(folder: Path) -> tuple[Path, Callable[[], list[Any]]]:
    from indexer.upkeep.audit import AuditLog

    for n in range(5):
        event = {"time": f"2026-11-22T08:00:0{n}+08:00", "user": "张三", "client": "本机", "action": "search"}
        AuditLog(folder / "audit").write(Event.model_validate({**event, "status": 200}))
    return folder / "audit" / "audit.jsonl", lambda: list(audit.read(folder / "audit", lambda fault: None))
