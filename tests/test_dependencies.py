"""What dafu brings along: pinned, used, licensed for a bureau, listed, audited, and packed whole."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from tests.codebase import ORDER, ROOT, imported, modules, name

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PINS = {
    canonicalize_name(line.split("==")[0]): line.split("==")[1]
    for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
}
LICENCES = {
    "0BSD", "Apache", "Apache 2.0", "Apache 2.0 License", "Apache-2.0", "Apache-2.0 WITH LLVM-exception",
    "Apache Software License", "BSD", "BSD License", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0",
    "3-Clause BSD License", "CNRI-Python", "MIT-CMU", "Mozilla Public License 2.0",
    "dependency licenses", "ISC License", "MIT", "MIT License", "MPL-2.0", "PSF-2.0", "Zlib",
    "GNU Lesser General Public License v2 or later",  # chardet, installed as published, replaceable
}  # fmt: skip
# Used by a library that we import, which asks for it only when it meets a form.
USED_BY_OTHERS = {"python-multipart": "starlette.formparsers"}


def closure(requirements: list[str]) -> set[NormalizedName]:
    """Names of what is installed for these requirements, and for theirs; pip itself comes with the environment."""
    found: set[tuple[NormalizedName, frozenset[str]]] = set()
    left = [(canonicalize_name(r.name), frozenset(r.extras)) for r in map(Requirement, requirements)]
    while left:
        name, extras = left.pop()
        if (name, extras) in found or name == "pip":
            continue
        found.add((name, extras))
        for needed in map(Requirement, metadata.requires(name) or []):
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in {"", *extras}):
                left.append((canonicalize_name(needed.name), frozenset(needed.extras)))
    return {name for name, _ in found}


# What can be imported -> the packages that bring it.
OWNERS_OF = {top: {canonicalize_name(o) for o in owners} for top, owners in metadata.packages_distributions().items()}
DIRECT = {canonicalize_name(Requirement(r).name) for r in PROJECT["dependencies"]}
RUN_TIME = closure(PROJECT["dependencies"])
EVERYTHING = RUN_TIME | closure(PROJECT["optional-dependencies"]["dev"])


def licences(name: str) -> set[str]:
    """As the package declares them, by the newest of the three ways to do so."""
    facts = metadata.metadata(name)
    said = [c for c in facts.get_all("Classifier") or [] if c.startswith("License ::")]
    classifiers = [c.split(" :: ")[-1] for c in said if c != "License :: OSI Approved"]
    text = ", ".join(facts.get_all("License-Expression") or classifiers or facts.get_all("License") or [])
    text = re.sub(r" \([A-Za-z0-9+. ]+\)", "", text)  # ISC License (ISCL)
    return {part.strip(" ()") for part in re.split(r" AND | OR |, ", text)}


def test_everything_is_pinned_and_nothing_else_is() -> None:
    assert EVERYTHING - PINS.keys() == set(), "add these to constraints.txt"
    assert PINS.keys() - EVERYTHING == set(), "nothing needs these: drop them from constraints.txt"


def test_what_is_installed_is_what_is_pinned() -> None:
    # A local build, such as torch's 2.13.0+cpu, is the version that it says before the plus sign.
    installed = {name: metadata.version(name).partition("+")[0] for name in EVERYTHING}
    other = {name: f"{version}, pinned {PINS.get(name)}" for name, version in installed.items()}
    assert {name: said for name, said in other.items() if installed[name] != PINS.get(name)} == {}


def test_what_is_installed_fits_together() -> None:
    done = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True)
    mine = [line for line in done.stdout.splitlines() if line.split()[0].lower().replace("_", "-") in EVERYTHING]
    assert mine == []


def test_a_bureau_may_use_and_pass_on_what_runs() -> None:
    others = {name: licences(name) - LICENCES for name in RUN_TIME}
    assert {name: found for name, found in others.items() if found} == {}


def test_every_package_declares_its_licence() -> None:
    assert [name for name in sorted(RUN_TIME) if not licences(name) - {""}] == []


def test_what_is_asked_for_is_imported() -> None:
    users = {top.split(".")[0] for path in modules() for top in imported(path)}
    unused = {name for name in DIRECT if not users & {top for top, owners in OWNERS_OF.items() if name in owners}}
    assert unused - USED_BY_OTHERS.keys() == set(), "drop these from pyproject.toml"
    assert [name for name, user in USED_BY_OTHERS.items() if user.split(".")[0] not in RUN_TIME] == []


def test_what_is_imported_is_asked_for() -> None:
    """By name: what another package brings along today may be gone with its next version."""
    paths = [path for path in modules() if path.parent.name != "peers"]
    names = {name.split(".")[0] for path in paths for name in imported(path)} - sys.stdlib_module_names - set(ORDER)
    assert [name for name in sorted(names) if not OWNERS_OF.get(name, set()) & DIRECT] == [], "add to pyproject.toml"


def test_the_bill_of_materials_names_every_package_its_version_and_licence(tmp_path: Path) -> None:
    made = tmp_path / "sbom.json"
    tool = [sys.executable, "-m", "cyclonedx_py", "environment", "--gather-license-texts", "--no-validate"]
    subprocess.run([*tool, "-o", str(made), sys.prefix], check=True, capture_output=True)
    parts = {canonicalize_name(part["name"]): part for part in json.loads(made.read_text("utf-8"))["components"]}
    assert {name: parts[name]["version"].partition("+")[0] for name in RUN_TIME} == {
        name: PINS[name] for name in RUN_TIME
    }
    assert [name for name in sorted(RUN_TIME) if not parts[name].get("licenses")] == []


@pytest.fixture(scope="module")
def vulnerability_service() -> Iterator[str]:
    """An address that answers as the OSV service does: jinja2 3.1.2 has a fault, nothing else does."""

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            package = {"name": asked["package"]["name"], "ecosystem": "PyPI"}
            fault = {"id": "GHSA-0000-0000-0000", "aliases": ["CVE-2026-0001"], "affected": [{"package": package}]}
            answer = {"vulns": [fault]} if (package["name"], asked["version"]) == ("jinja2", "3.1.2") else {}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *arguments: object) -> None:
            """Nothing is logged."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
        server.shutdown()


def audit(folder: Path, pins: str, accepted: str, service: str) -> subprocess.CompletedProcess[str]:
    (folder / "tools").mkdir()
    script = shutil.copy(ROOT / "tools" / "vulnerabilities.py", folder / "tools")
    (folder / "tools" / "vulnerabilities.txt").write_text(accepted)
    (folder / "constraints.txt").write_text(pins)
    return subprocess.run([sys.executable, script, "--osv-url", service], capture_output=True, text=True)


@pytest.mark.parametrize(
    ("pins", "accepted", "code", "said"),
    [
        ("Jinja2==3.1.6\nclick==8.5.1\n", "# none\n", 0, "No known vulnerability in 2 packages"),
        ("Jinja2==3.1.2\nclick==8.5.1\n", "# none\n", 1, "jinja2 3.1.2: CVE-2026-0001, GHSA-0000-0000-0000"),
        ("Jinja2==3.1.2\nclick==8.5.1\n", "CVE-2026-0001 our templates are not users' own\n", 0, "1 accepted"),
        ("Jinja2==3.1.2\nclick==8.5.1\n", "CVE-2026-0001\n", 1, "no reason is given for CVE-2026-0001"),
        ("Jinja2 is no pin\n", "# none\n", 1, "Jinja2 is no pin"),
    ],
)
def test_a_known_vulnerability_fails_until_it_is_accepted_with_a_reason(
    tmp_path: Path, vulnerability_service: str, pins: str, accepted: str, code: int, said: str
) -> None:
    done = audit(tmp_path, pins, accepted, vulnerability_service)
    assert (done.returncode, said in done.stdout + done.stderr) == (code, True), done.stdout + done.stderr


def test_where_no_service_answers_nothing_is_claimed(tmp_path: Path) -> None:
    done = audit(tmp_path, "Jinja2==3.1.2\n", "# none\n", "http://127.0.0.1:9/v1/query")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("NOT CHECKED")
    assert done.stderr.count("\n") == 1


def test_the_wheel_brings_what_the_programs_read(tmp_path: Path) -> None:
    source = tmp_path / "source"
    for package in ORDER:
        shutil.copytree(ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("dafu.py", "pyproject.toml", "README.md", *PROJECT["license-files"]):
        shutil.copy(ROOT / file, source)
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(tmp_path)]
    subprocess.run([*build, str(source)], check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        packed = set(wheel.namelist())
        card = wheel.read(next(file for file in packed if file.endswith("/METADATA"))).decode("utf-8")
    # What the evaluation was measured with, and how that went, stays in the source tree.
    folders = [ROOT / name for name in ("corpus", "indexer", "search_api", "eval/reports/pages/templates")]
    assert all(folder.is_dir() for folder in folders)
    wanted = [path for folder in folders for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert {name(path) for path in wanted} | {"eval/py.typed"} <= packed, "add these to package-data"
    texts = {Path(file).name for file in packed if "/licenses/" in file}
    assert (texts, "License-Expression: Apache-2.0" in card) == ({"LICENSE", "NOTICE"}, True)
