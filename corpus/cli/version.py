"""The version of this program, from the one place that the build takes it from."""

import tomllib
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from pathlib import Path

_PYPROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"


def version() -> str:
    """That of the installed program; in a source tree that is not installed, what pyproject.toml says."""
    try:
        return installed_version("dafu")
    except PackageNotFoundError:
        return str(tomllib.loads(_PYPROJECT.read_text(encoding="utf-8"))["project"]["version"])
