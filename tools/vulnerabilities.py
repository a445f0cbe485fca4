"""Fails where a package of the pinned set has a known vulnerability that nobody has accepted with a reason.

Where the service that knows them cannot be reached, it says that nothing was checked, and passes.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
_TIMEOUT_SECONDS = 10  # a network that drops packets must not hold up the tests
# How pip-audit ends where there is no way to the service, or a proxy answers in its place.
_UNREACHABLE = re.compile(r"requests\.exceptions|ServiceError|[Cc]ould not connect|Tip: your network")


def accepted(path: Path) -> dict[str, str]:
    """Identifier -> reason. Raises SystemExit for a line that gives none."""
    lines = [line.split(maxsplit=1) for line in path.read_text("utf-8").splitlines() if line and line[0] != "#"]
    if bare := [line[0] for line in lines if len(line) == 1]:
        sys.exit(f"{path}: no reason is given for {', '.join(bare)}. Expected: identifier, blank, reason.")
    return {line[0]: line[1] for line in lines}


def audited(pins: Path, arguments: list[str]) -> list[dict[str, Any]] | None:
    """Every pinned package with its `vulns`; None where the service did not answer. Raises SystemExit."""
    command = [sys.executable, "-m", "pip_audit", "--vulnerability-service=osv", "--format=json"]
    command += ["--progress-spinner=off", f"--timeout={_TIMEOUT_SECONDS}"]
    command += ["--requirement", str(pins), "--no-deps", "--disable-pip", *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.stdout.startswith("{"):
        packages: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
        return packages
    last = (done.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1]
    if not _UNREACHABLE.search(last):
        sys.exit(done.stderr)
    sys.stderr.write(f"NOT CHECKED for known vulnerabilities, the service does not answer: {last[:200]}\n")
    return None


def main(arguments: list[str]) -> None:
    """Arguments after the two files go to pip-audit, e.g. --osv-url of a mirror."""
    reasons = accepted(ROOT / "tools" / "vulnerabilities.txt")
    packages = audited(ROOT / "constraints.txt", arguments)
    if packages is None:
        return
    found = {(p["name"], p["version"], v["id"], *v["aliases"]) for p in packages for v in p.get("vulns", ())}
    open_ones = sorted(known for known in found if not reasons.keys() & set(known[2:]))
    for name, version, *identifiers in open_ones:
        sys.stderr.write(f"{name} {version}: {', '.join(identifiers)}\n")
    if open_ones:
        sys.exit("Raise these versions in constraints.txt, or accept them with a reason in tools/vulnerabilities.txt.")
    sys.stdout.write(f"No known vulnerability in {len(packages)} packages ({len(found)} accepted).\n")


if __name__ == "__main__":
    main(sys.argv[1:])
