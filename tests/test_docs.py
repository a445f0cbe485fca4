"""The documents tell the truth: what they print is what the commands print, and every command line can be given.

Every command, route and setting is named, every link leads somewhere, and the example runs.
"""

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import typer
from typer.core import TyperCommand, TyperGroup

from dafu import app
from search_api.web.settings.model import Settings
from tests.codebase import ROOT, imported, modules, name
from tests.conftest import write_letters

MAX_README_LINES = 300
README = (ROOT / "README.md").read_text(encoding="utf-8")
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
HTTP = (ROOT / "docs" / "http.md").read_text(encoding="utf-8")
GUIDES = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md"]
PAGES = [
    *ROOT.glob("*.md"),
    *(
        page
        for top in ("docs", "eval", "tests")
        for page in (ROOT / top).rglob("*.md")
        if "published" not in page.parts
    ),
]
WHOLE = typer.main.get_group(app)


def command(line: str, folder: Path = ROOT) -> str:
    """What a command line prints, of this source tree."""
    paths = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    environment = {**os.environ, **paths, "COLUMNS": "110"}
    environment.pop("DAFU_ENCODER", None)  # as a user has it
    done = subprocess.run(line, shell=True, capture_output=True, text=True, cwd=folder, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def tour() -> list[tuple[str, str]]:
    """(command, output as printed) of the tour, in order."""
    return re.findall(r"```console\n\$ (dafu [^\n]*)\n(.+?)\n```", README.split("## 五条命令看一遍")[1], re.DOTALL)


def without_what_varies(text: str) -> str:
    """Without times, dates of building, fingerprints, sizes, and what a new encoder is measured to be worth."""
    return re.sub(r"用时 \d+ 毫秒|建于 \S+|指纹 \w+|占用 \S+ MB|[01]\.\d{3}|向量权重 [\d.]+", "", text).strip()


def test_the_tour_prints_what_readme_shows(tmp_path: Path) -> None:
    commands = tour()
    assert [line.split()[1] for line, _ in commands] == ["parse", "index", "status", "search", "search"]
    for line, printed in commands:
        found = command(line.replace("data/sample-index", str(tmp_path / "index")))
        found = found.replace(str(tmp_path / "index"), "data/sample-index")
        # The encoder is trained anew and may differ in the last bit on another machine: of hits, the first is compared.
        lines = 3 if " search " in line else None
        assert without_what_varies(found).split("\n")[:lines] == without_what_varies(printed).split("\n")[:lines]


def test_the_report_reads_as_readme_shows(tmp_path: Path) -> None:
    """Three documents, one damaged, one that says nothing, and a recording."""
    write_letters(tmp_path / "答复")
    (tmp_path / "答复" / "扫描件合订本.docx").write_bytes(b"PK\3\4broken")
    (tmp_path / "答复" / "通知.txt").write_text("通知\n请于周五前报送。", "utf-8")
    (tmp_path / "答复" / "录音.mp3").write_bytes(b"ID3")
    ((line, printed),) = re.findall(r"```console\n\$ (dafu index 答复 [^\n]*)\n(.+?)\n```", README, re.DOTALL)
    assert command(line, tmp_path).strip() == printed


def commands(group: TyperGroup = WHOLE, above: str = "dafu") -> Iterator[tuple[str, TyperCommand]]:
    """`dafu eval run` and the like, with what runs."""
    for word, found in group.commands.items():
        if isinstance(found, TyperGroup):
            yield from commands(found, f"{above} {word}")
        elif isinstance(found, TyperCommand):
            yield f"{above} {word}", found


COMMANDS = dict(commands())


def test_every_command_is_named() -> None:
    assert len(COMMANDS) > 15
    assert [line for line in COMMANDS if not re.search(rf"{line}\b", README + OPERATIONS)] == []


def command_lines() -> Iterator[str]:
    """Every command line of ours in a console of the documents or in a systemd unit."""
    for path in GUIDES:
        for console in re.findall(r"```console\n(.+?)```", path.read_text("utf-8"), re.DOTALL):
            yield from re.findall(r"(?m)^[$#] (?:runuser -u dafu -- )?(dafu .+)", console)
    for path in (ROOT / "ops" / "systemd").iterdir():
        yield from re.findall(r"current/bin/(dafu [^'\n]+)", path.read_text("utf-8").replace("$$(date +%%F)", "DAY"))


def test_every_command_line_can_be_given() -> None:
    lines = sorted(set(command_lines()))
    assert len(lines) > 30
    assert [f"{line}: {reason}" for line in lines if (reason := refusal(line))] == []


def refusal(line: str) -> str:
    """Why a command line cannot be given; nothing where it can. The command is not run."""
    words = shlex.split(line, comments=True)
    length = 3 if " ".join(words[:3]) in COMMANDS else 2
    chosen = COMMANDS.get(" ".join(words[:length]))
    if chosen is None:
        return "no such command"
    try:
        chosen.make_context(None, words[length:])
    except Exception as error:  # the command's own parser has several kinds, none of them public
        return str(error)
    return ""


def test_a_command_line_that_cannot_be_given_is_refused() -> None:
    assert "no such command" in refusal("dafu look x")
    assert "--loud" in refusal("dafu status x --loud")
    assert refusal("dafu status x") == ""


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


def test_every_route_is_named() -> None:
    assert len(routes()) > 20
    assert [route for route in routes() if route.replace(":path", "") not in HTTP] == []


def test_every_link_leads_somewhere() -> None:
    dead = [f"{name(page)}: {target}" for page in PAGES for target in links(page) if not leads_somewhere(page, target)]
    assert dead == []


def links(page: Path) -> list[str]:
    """The targets of a page's links to files and headings."""
    prose = re.sub(r"(?ms)^```.*?^```|`[^`\n]*`", "", page.read_text("utf-8"))
    return [target for target in re.findall(r"\]\(([^)\s]+)\)", prose) if not target.startswith("http")]


def leads_somewhere(page: Path, target: str) -> bool:
    file, _, heading = target.partition("#")
    there = page.parent / file if file else page
    return there.exists() and (not heading or heading in headings(there))


def headings(page: Path) -> set[str]:
    """A page's headings as the addresses that GitHub gives them: 启动，自动更新 is at #启动自动更新."""
    found = re.findall(r"(?m)^#+ (.+)$", page.read_text("utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


def test_readme_can_be_read_at_one_sitting() -> None:
    assert len(README.splitlines()) <= MAX_README_LINES


def test_the_newest_release_in_the_changelog_is_the_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    released = re.findall(r"(?m)^## \[(\d[^\]]*)\] - \d{4}-\d\d-\d\d$", (ROOT / "CHANGELOG.md").read_text("utf-8"))
    assert released[0] == version


def test_every_decision_is_listed_and_has_its_parts() -> None:
    folder = ROOT / "docs" / "decisions"
    records = sorted(folder.glob("0*.md"))
    assert [record.name for record in records] == re.findall(r"\((0[^)]+)\)", (folder / "README.md").read_text("utf-8"))
    parts = ("**Context.**", "**Choice.**", "**Figures", "**What would change it.**")
    assert [name(r) for r in records if not all(part in r.read_text("utf-8") for part in parts)] == []


def test_the_files_that_the_guides_name_are_there() -> None:
    """Paths of our own packages in backticks; `x.py` alone may stand anywhere in them."""
    guides = [*GUIDES, *(ROOT / "docs" / "decisions").glob("*.md"), ROOT / "NOTICE"]
    known = {path.name for path in modules("corpus", "indexer", "search_api", "eval", "tests")}
    missing = []
    for guide in guides:
        for named in re.findall(
            r"`((?:corpus|indexer|search_api|eval|tests|docs|ops)/[\w./-]*|\w+\.py)`", guide.read_text("utf-8")
        ):
            if not (ROOT / named).exists() and named not in known:
                missing.append(f"{name(guide)}: {named}")
    assert missing == []


def test_the_example_runs(sample_index: Path) -> None:
    """It finds the documents on meals for old people, and says of each ask what answers it or that nothing does."""
    proposal = ROOT / "tests" / "data" / "proposals" / "01_sections.txt"
    done = command(f"{sys.executable} examples/search_and_match.py {sample_index} {proposal}")
    assert "份答复" in done.split("\n")[0]
    assert done.count("[高度相关]") >= 1
    assert re.search(r"(?m)^1\. ", done)
    source = ROOT / "examples" / "search_and_match.py"
    assert len(source.read_text("utf-8").splitlines()) <= 30
    assert all(not module.startswith(("indexer.engine.local", "search_api.web")) for module in imported(source))
