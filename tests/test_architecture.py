"""The house as code: import order, one owner a library, no file or function out of hand."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ORDER = ("corpus", "indexer", "search_api", "eval")
# A library and the only place that imports it: a file, or a folder that ends with /; two where pages are made in two.
OWNERS: dict[str, str | tuple[str, ...]] = {
    "rjieba": "indexer/terms/analyzer.py",
    "opencc": "indexer/terms/analyzer.py",
    "tantivy": "indexer/engine/local/lexical.py",
    "faiss": "indexer/engine/local/vectors.py",
    "sqlite3": "indexer/database.py",
    "torch": "indexer/encoders/",
    "sentence_transformers": "indexer/encoders/",
    "transformers": "indexer/encoders/",
    "tokenizers": "indexer/encoders/",
    "safetensors": "indexer/encoders/",
    "fastapi": "search_api/web/",
    "starlette": "search_api/web/",
    "uvicorn": "search_api/web/",
    "jinja2": ("search_api/web/", "eval/reports/pages/templating.py"),
    "ir_measures": "eval/measures.py",
    "bm25s": "eval/peers/bm25s.py",
    "txtai": "eval/peers/txtai.py",
    "lancedb": "eval/peers/lancedb.py",
    "haystack": "eval/peers/haystack.py",
    "docx": (
        "corpus/readers/docx.py",
        "search_api/desk/sheet/word.py",
    ),  # letters are read in one, the sheet written in one
    "pypinyin": "search_api/suggest.py",
    "pypdfium2": "corpus/readers/pdf.py",
    "openpyxl": "corpus/readers/table.py",
    "readability": "corpus/readers/article.py",
    "structlog": "search_api/web/logs.py",
    "prometheus_client": "search_api/web/metrics.py",
    "pydantic_settings": "search_api/web/settings/model.py",
    "markdown_it": "corpus/readers/markdown.py",
    "charset_normalizer": "corpus/readers/encodings.py",
}


def modules() -> list[Path]:
    return sorted(path for package in ORDER for path in (ROOT / package).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: imports are absolute here"
            yield node.module


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_package_imports_only_from_those_above_it(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    below = ORDER[ORDER.index(package) + 1 :]
    assert not [name for name in imported(path) if name.split(".")[0] in (*below, "tests", "dafu")]


@pytest.mark.parametrize(("library", "owner"), OWNERS.items())
def test_a_library_has_one_owner(library: str, owner: str | tuple[str, ...]) -> None:
    users = {
        path.relative_to(ROOT).as_posix()
        for path in modules()
        if any(name.split(".")[0] == library for name in imported(path))
    }
    assert users, f"{library} is imported nowhere: drop it from OWNERS and from pyproject.toml"
    owners = (owner,) if isinstance(owner, str) else owner
    assert all(any(user == o or (o.endswith("/") and user.startswith(o)) for o in owners) for user in users), users


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_files_can_be_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 350


def test_the_one_command_only_mounts() -> None:
    names = set(imported(ROOT / "dafu.py"))
    assert names == {"sys", "typer", "corpus.cli", "corpus.errors", "indexer.cli.app", "search_api.cli.app", "eval.cli"}


def test_nothing_names_a_registry_or_a_path_of_one_machine() -> None:
    tracked = [p for pattern in ("*.py", "*.toml", "*.txt", "*.md", "Makefile") for p in ROOT.glob(pattern)]
    for path in [*tracked, *modules(), ROOT / ".ci" / "run"]:
        text = path.read_text(encoding="utf-8")
        for forbidden in ("pypi.org", "/root/", "/opt/", "index-url", "file:///"):
            assert forbidden not in text, f"{path}: {forbidden}"
