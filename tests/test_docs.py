"""What README says: every command runs as printed, and every command, route and setting is named."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from dafu import app
from search_api.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def tour() -> list[tuple[str, str]]:
    """(command, output as printed) of the tour, in order."""
    return re.findall(r"```console\n\$ (dafu [^\n]*)\n(.+?)\n```", README.split("## Your own folder")[0], re.DOTALL)


def without_what_varies(text: str) -> str:
    """Without times, dates of building, fingerprints, sizes, and what a new encoder is measured to be worth."""
    return re.sub(r"用时 \d+ 毫秒|建于 \S+|指纹 \w+|占用 \S+ MB|[01]\.\d{3}|向量权重 [\d.]+", "", text).strip()


def test_the_tour_prints_what_readme_shows(tmp_path: Path) -> None:
    commands = tour()
    assert len(commands) == 5
    environment = {**os.environ, "COLUMNS": "110", "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    for command, printed in commands:
        here = command.replace("data/sample-index", str(tmp_path / "index"))
        done = subprocess.run(here, shell=True, capture_output=True, text=True, cwd=ROOT, env=environment)
        assert done.returncode == 0, done.stderr
        found = done.stdout.replace(str(tmp_path / "index"), "data/sample-index")
        # The encoder is trained anew and may differ in the last bit on another machine: of hits, the first is compared.
        lines = 3 if " search " in command else None
        assert without_what_varies(found).split("\n")[:lines] == without_what_varies(printed).split("\n")[:lines]


def commands() -> list[str]:
    group = typer.main.get_group(app)
    return [*group.commands, "run"]


@pytest.mark.parametrize("name", commands())
def test_every_command_is_named(name: str) -> None:
    assert re.search(rf"dafu (eval )?{name}\b", README)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_named(name: str) -> None:
    assert f"DAFU_{name.upper()}" in README


@pytest.mark.parametrize("route", ["/api/v1/search", "/api/v1/documents/{doc_id}", "/healthz", "/readyz", "/metrics"])
def test_every_route_is_named(route: str) -> None:
    assert route in README
