"""What README and docs/operations.md say: every command runs as printed or can be given as written, and every command,
route and setting is named."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.core import TyperCommand, TyperGroup

from dafu import app
from search_api.web.settings.model import Settings

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
WHOLE = typer.main.get_group(app)


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


def commands(group: TyperGroup = WHOLE, above: str = "dafu") -> Iterator[tuple[str, TyperCommand]]:
    """`dafu eval run` and the like, with what runs."""
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from commands(command, f"{above} {name}")
        elif isinstance(command, TyperCommand):
            yield f"{above} {name}", command


COMMANDS = dict(commands())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_named(name: str) -> None:
    assert re.search(rf"{name}\b", README + OPERATIONS)


def command_lines() -> Iterator[str]:
    """Every command of ours that stands in a console of the documents or in a unit."""
    for path in (ROOT / "README.md", ROOT / "docs" / "operations.md"):
        for console in re.findall(r"```console\n(.+?)```", path.read_text("utf-8"), re.DOTALL):
            yield from re.findall(r"(?m)^[$#] (?:runuser -u dafu -- )?(dafu .+)", console)
    for path in (ROOT / "ops" / "systemd").iterdir():
        yield from re.findall(r"current/bin/(dafu [^'\n]+)", path.read_text("utf-8").replace("$$(date +%%F)", "DAY"))


@pytest.mark.parametrize("line", sorted(set(command_lines())))
def test_every_command_line_can_be_given(line: str) -> None:
    words = shlex.split(line, comments=True)
    length = 3 if " ".join(words[:3]) in COMMANDS else 2
    COMMANDS[" ".join(words[:length])].make_context(None, words[length:])


def test_every_setting_stands_with_its_default_and_meaning() -> None:
    rows = [
        f"| `{name}` | {shown(field.default)} | {field.description} |" for name, field in Settings.model_fields.items()
    ]
    table = "\n".join(["| 名称 | 默认 | 含义 |", "|---|---|---|", *rows, ""])
    assert table in OPERATIONS, f"docs/operations.md should have this table:\n{table}"


def shown(default: object) -> str:
    """As it is written in the settings file; nothing where nothing is set."""
    if default in (None, "", ()):
        return ""
    return f"`{json.dumps(default if isinstance(default, (bool, int, float)) else str(default), ensure_ascii=False)}`"


def routes() -> list[str]:
    """The paths that the application answers to, as it matches them."""
    found: set[str] = set()
    for path in (ROOT / "search_api" / "web").rglob("*.py"):
        text = path.read_text("utf-8")
        prefix = "".join(re.findall(r'APIRouter\(prefix="([^"]+)"', text))
        found |= {prefix + route for route in re.findall(r'@router\.(?:get|post|api_route)\(\s*"([^"]+)"', text)}
    return sorted(found)


@pytest.mark.parametrize("route", routes())
def test_every_route_is_named(route: str) -> None:
    assert route.replace(":path", "") in README + OPERATIONS


@pytest.mark.parametrize("path", [ROOT / "README.md", ROOT / "docs" / "operations.md"], ids=lambda path: path.name)
def test_every_link_leads_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", path.read_text("utf-8")):
        file, _, heading = target.partition("#")
        if file.startswith("http"):
            continue
        there = path.parent / file if file else path
        assert there.exists(), target
        if heading and not heading.isascii():
            assert re.search(rf"(?m)^#+ {heading}$", there.read_text("utf-8")), target
