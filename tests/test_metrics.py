"""What a running server says of itself: figures that the dashboard and the alerts can read, readiness, and its log."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from search_api.snapshots import Snapshots
from search_api.web import logs
from search_api.web.app import create_app
from search_api.web.settings.model import Settings
from tests.conftest import make_index, write_letters
from tests.letters import letter
from tests.served import LONGEST_S, Clock, served

ROOT = Path(__file__).resolve().parents[1]
DASHBOARD = json.loads((ROOT / "ops" / "grafana.json").read_text(encoding="utf-8"))
ALERTS = (ROOT / "ops" / "prometheus-alerts.yml").read_text(encoding="utf-8")
SECRET = "失能老人送餐"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with letters and two generations of their index."""
    folder = tmp_path_factory.mktemp("metrics")
    write_letters(folder / "letters")
    make_index(folder / "letters", folder / "index")
    shutil.copytree(folder / "index", folder / "first")
    (folder / "letters" / "新.txt").write_text(letter(), encoding="utf-8")
    make_index(folder / "letters", folder / "index")
    return folder


def exposed(text: str) -> set[str]:
    """The names of all samples, and of all families: those that have no sample yet are there with their type."""
    families = re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE)
    buckets = {f"{name}_bucket" for name, kind in families if kind == "histogram"}
    return {name for name, _ in families} | buckets


def named(expression: str) -> set[str]:
    return set(re.findall(r"\b(?:dafu|process|python)_\w+", expression))


def value(text: str, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    assert found, name
    return float(found[1])


# Figures


def test_every_figure_that_the_dashboard_names_is_exposed(built: Path) -> None:
    panels = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
    names = [named(target["expr"]) for panel in panels for target in panel["targets"]]
    assert len(panels) >= 20
    assert all(names)
    with served(create_app(built / "index")) as client:
        assert set().union(*names) <= exposed(client.get("/metrics").text)


def test_every_figure_that_an_alert_names_is_exposed(built: Path) -> None:
    expressions = re.findall(r"^ +expr: (.+)$", ALERTS, re.MULTILINE)
    assert len(expressions) == ALERTS.count("- alert:") > 5
    with served(create_app(built / "index")) as client:
        assert set().union(*map(named, expressions)) <= exposed(client.get("/metrics").text)


def test_every_figure_of_ours_is_on_the_dashboard(built: Path) -> None:
    text = json.dumps(DASHBOARD["panels"])
    with TestClient(create_app(built / "index")) as client:
        ours = re.findall(r"^# TYPE (dafu_\w+) (?!gauge\b.*_created)", client.get("/metrics").text, re.MULTILINE)
    assert [name for name in ours if not name.endswith("_created") and name not in text] == []


def test_the_dashboard_can_be_imported() -> None:
    """As Grafana's import form asks: panels with ids of their own that do not lie over one another, and a source."""
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    assert {variable["name"] for variable in DASHBOARD["templating"]["list"]} == {"datasource", "job"}
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert at["x"] + at["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells


def test_the_figures_tell_what_was_asked_and_what_it_runs_on(built: Path) -> None:
    with served(create_app(built / "index")) as client:
        client.get("/api/v1/search", params={"q": SECRET})
        client.get("/api/v1/search", params={"q": ""})
        text = client.get("/metrics").text
    assert value(text, 'dafu_http_requests_total{method="GET",route="/api/v1/search",status="200"}') == 1
    assert value(text, 'dafu_problems_total{kind="query"}') == 1
    assert value(text, 'dafu_work_seconds_count{phase="working",work="search"}') == 2
    assert value(text, "dafu_http_requests_in_flight") == 1  # the question itself
    assert value(text, "process_resident_memory_bytes") > 1e7
    assert value(text, "process_open_fds") > 3
    assert value(text, "process_cpu_seconds_total") > 0
    manifest = json.loads((built / "index" / "generations" / "2" / "manifest.json").read_text(encoding="utf-8"))
    assert value(text, "dafu_index_generation") == 2
    assert value(text, "dafu_index_documents") == manifest["documents"] == 4
    assert value(text, "dafu_index_created_timestamp_seconds") > 1.7e9
    assert SECRET not in text


def test_a_stranger_cannot_make_up_a_label(built: Path) -> None:
    def labels(client: TestClient) -> set[str]:
        return set(
            re.findall(
                r"^(dafu_http_requests_total\{.*?\}|dafu_problems_total\{.*?\}) ", client.get("/metrics").text, re.M
            )
        )

    with TestClient(create_app(built / "index")) as client:
        for path in ("/x0", "/documents/x0", "/static/x0"):
            client.request("X0", path)
            client.get(path)
        client.get("/metrics")
        before = labels(client)
        for number in range(1, 5):
            for path in (f"/x{number}", f"/documents/x{number}", f"/static/x{number}"):
                client.request(f"X{number}", path)
                client.get(path)
        assert labels(client) == before


def test_the_figures_are_for_administrators(built: Path) -> None:
    settings = Settings.model_validate({"access": "proxy", "trusted_proxies": "127.0.0.1"})
    with served(create_app(built / "index", settings)) as client:
        reader = {"X-Dafu-User": "wang"}
        refused = client.get("/metrics", headers=reader)
        assert (refused.status_code, "指标只给管理员看" in refused.json()["detail"]) == (403, True)
        assert client.get("/metrics", headers={**reader, "X-Dafu-Rights": "admin"}).status_code == 200
        assert client.get("/healthz").status_code == client.get("/readyz").status_code == 200


# An index that breaks and is mended


@pytest.mark.parametrize("damaged", ["vectors.faiss", "manifest.json", "lexical"])
def test_a_broken_index_is_said_on_the_page_and_taken_up_when_mended(built: Path, tmp_path: Path, damaged: str) -> None:
    folder, clock = tmp_path / "index", Clock()
    shutil.copytree(built / "first", folder)
    part, kept = folder / "generations" / "1" / damaged, tmp_path / "kept"
    part.rename(kept)
    with served(create_app(Snapshots(folder, clock))) as client:
        page = client.get("/", headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["retry-after"]) == (503, "5")
        assert page.headers["content-type"].startswith("text/html")
        assert damaged in page.text
        assert "不必重启程序" in page.text
        assert client.get("/readyz").status_code == 503
        assert client.get("/healthz").status_code == 200
        assert value(client.get("/metrics").text, "dafu_index_ready") == 0
        kept.rename(part)
        clock.now += 1.0
        assert "收录 3 份答复" in client.get("/", headers={"Accept": "text/html"}).text
        assert value(client.get("/metrics").text, "dafu_index_ready") == 1


@pytest.mark.parametrize("damaged", ["vectors.faiss", "manifest.json", "lexical", "encoder", "passages"])
def test_a_broken_new_generation_is_told_while_the_old_one_answers(built: Path, tmp_path: Path, damaged: str) -> None:
    folder, clock = tmp_path / "index", Clock()
    shutil.copytree(built / "index", folder)
    current = folder / "CURRENT"
    shutil.copytree(built / "first" / "generations" / "1", folder / "generations" / "1", dirs_exist_ok=True)
    current.write_text("1", encoding="ascii")
    part = folder / "generations" / "2" / damaged
    part.rename(tmp_path / "kept")
    with served(create_app(Snapshots(folder, clock))) as client:
        assert client.get("/readyz").json()["broken_generation"] is None
        current.write_text("2", encoding="ascii")
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["generation"]) == (200, 1)
        assert "generations/2" in ready.json()["broken_generation"]
        assert client.get("/api/v1/search", params={"q": "电梯"}).json()["total"]
        assert value(client.get("/metrics").text, "dafu_index_generation_broken") == 1
        assert "新建的一代索引打不开，现在仍用第 1 代回答" in client.get("/status").text
        (tmp_path / "kept").rename(part)
        clock.now += 5.0
        mended = client.get("/readyz").json()
        assert (mended["generation"], mended["broken_generation"]) == (2, None)
        assert value(client.get("/metrics").text, "dafu_index_generation_broken") == 0
        assert "打不开" not in client.get("/status").text


# The log


@pytest.fixture
def program(built: Path, tmp_path: Path) -> Iterator[tuple[httpx2.Client, Path]]:
    """`dafu serve` as it is run, and the file that its log goes to."""
    log = tmp_path / "log"
    command = [sys.executable, str(ROOT / "dafu.py"), "serve", "--index", str(built / "index"), "--port", "0"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DAFU_")} | {"DAFU_LOG_LEVEL": "debug"}
    with log.open("wb") as written, subprocess.Popen(command, stderr=written, env=environment) as process:
        try:
            with httpx2.Client(base_url=address_in(log, process), timeout=LONGEST_S, trust_env=False) as client:
                yield client, log
        finally:
            process.terminate()


def address_in(log: Path, process: "subprocess.Popen[bytes]") -> str:
    while process.poll() is None:
        if found := re.search(r'"url": "([^"]+)"', log.read_text(encoding="utf-8")):
            return found[1]
    pytest.fail(log.read_text(encoding="utf-8"))


def records(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


def test_the_log_of_a_served_request(program: tuple[httpx2.Client, Path]) -> None:
    client, log = program
    while client.get("/healthz", headers={"X-Request-ID": "waiting-0000"}).status_code != 200:
        pass
    client.get("/api/v1/search", params={"q": SECRET}, headers={"X-Request-ID": "proxy-0001"})
    client.get("/", params={"q": f'"{SECRET}'}, headers={"X-Request-ID": "proxy-0002"})
    client.post("/api/v1/match", json={"text": f"建议：\n一、{SECRET}。"}, headers={"X-Request-ID": "proxy-0003"})
    with socket.create_connection((client.base_url.host, client.base_url.port), timeout=LONGEST_S) as stranger:
        stranger.sendall(f"{SECRET}\r\n\r\n".encode())
        stranger.recv(1000)
    client.get("/healthz")
    for _ in range(int(LONGEST_S / 0.05)):  # the line of an answer is written after its last byte
        if "proxy-0003" in log.read_text(encoding="utf-8"):
            break
        time.sleep(0.05)
    written = records(log)
    lines = {r["request_id"]: r for r in written if r["event"] == "request"}
    line = lines["proxy-0001"]
    told = {k: line[k] for k in ("method", "path", "status", "problem", "user", "client", "level", "logger")}
    assert told == {
        "method": "GET", "path": "/api/v1/search", "status": 200, "problem": None, "user": "本机",
        "client": "127.0.0.1", "level": "info", "logger": "dafu.web",
    }  # fmt: skip
    assert line["ms"] > 0
    assert line["timestamp"].startswith("20")
    assert (lines["proxy-0002"]["status"], lines["proxy-0002"]["problem"]) == (400, None)
    assert lines["proxy-0003"]["status"] == 200
    assert [r["level"] for r in written if r["logger"] == "uvicorn.error" and "Invalid HTTP" in r["event"]] == [
        "warning"
    ]
    assert all({"event", "level", "logger", "timestamp"} <= set(r) for r in written)
    assert SECRET not in log.read_text(encoding="utf-8")


def test_an_exception_is_told_by_its_place_and_not_by_its_words() -> None:
    def fails() -> None:
        try:
            os.environ[SECRET]
        except KeyError as error:
            raise ValueError(f"不能处理 {SECRET}") from error

    try:
        fails()
    except ValueError as error:
        told = logs._told_where(None, "error", {"exc_info": error})["exception"]
    assert "in fails" in told
    assert told.index("builtins.KeyError") < told.index("builtins.ValueError")
    assert SECRET not in told
    full = logs._told_where(None, "error", {"exc_info": OSError(28, "No space left on device")})
    assert full == {"exception": "builtins.OSError: [Errno 28] No space left on device"}
    assert logs._told_where(None, "info", {"event": "request"}) == {"event": "request"}
