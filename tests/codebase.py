"""The codebase as data for the tests that keep its rules: its files, what each imports, and its texts."""

import ast
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ORDER = ("corpus", "indexer", "search_api", "eval")
"""The packages; each imports only from those before it."""
# Installed, generated or another's: in the root folder, and for what Python leaves behind, everywhere.
_NOT_OURS = {".git", ".venv", ".hypothesis", ".mypy_cache", ".ruff_cache", ".pytest_cache", "build", "data", "shared"}
_TEXTS = {"", ".css", ".conf", ".html", ".js", ".json", ".md", ".py", ".service", ".sh", ".toml", ".txt", ".yaml", ".yml"}  # fmt: skip # noqa: E501


def modules(*folders: str) -> list[Path]:
    """The Python files of these folders, by default of the four packages."""
    return sorted(path for folder in folders or ORDER for path in (ROOT / folder).rglob("*.py"))


def name(path: Path) -> str:
    """The path of a file below the root, as every test prints it."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imported_names(path: Path) -> tuple[tuple[str, str], ...]:
    """(module, what is imported from it, which may be a module too, or nothing), anywhere in a file."""
    found: list[tuple[str, str]] = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found += [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: imports are absolute here"
            found += [(node.module, alias.name) for alias in node.names]
    return tuple(found)


def imported(path: Path) -> list[str]:
    """The modules that a file imports, or imports from."""
    return [module for module, _ in imported_names(path)]


def texts() -> Iterator[tuple[str, str]]:
    """The name and content of every text file of the repository."""
    for folder, below, files in os.walk(ROOT):
        left_out = _NOT_OURS if Path(folder) == ROOT else {"__pycache__"}
        below[:] = [b for b in below if b not in left_out and not b.endswith(".egg-info")]
        for path in (Path(folder, file) for file in files if Path(file).suffix in _TEXTS):
            if path.is_file() and path.name != ".git":
                yield name(path), path.read_text(encoding="utf-8", errors="replace")
