"""Usage as a user meets it: help and wrong usage in Chinese, told at once, and one name for the index."""

import os
import re
import resource
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import get_args

import pytest
import typer
from typer.core import TyperCommand, TyperGroup

from corpus.cli.help import wrap
from corpus.cli.version import version
from dafu import Commands, app
from eval.choices import Measure
from eval.experiment import MODES
from eval.measures import COMPARED
from tests.letters import SAMPLE

ROOT = SAMPLE.parents[2]
WHOLE = typer.main.get_group(app)
HEAVY = {"numpy", "scipy", "torch", "faiss", "tantivy", "pydantic", "fastapi", "jinja2", "rich", "pypinyin", "sqlite3"}
TYPERS_WORDS = re.compile(
    r"\b(usage|options?|arguments?|args|commands?|required|default|error|missing|try|invalid|value|show|exit|install|"
    r"current|env|var|range|int|integer|float|path|str|bool|datetime|no such|got|unexpected|requires|choose)\b",
    re.IGNORECASE,
)


def dafu(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, and no index named by the environment unless it is given."""
    environment = {name: value for name, value in os.environ.items() if name != "DAFU_INDEX"} | variables
    return subprocess.run(
        [sys.executable, "-m", "dafu", *arguments], capture_output=True, text=True, cwd=ROOT, env=environment
    )


def commands(group: TyperGroup = WHOLE, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], TyperCommand]]:
    """All commands and groups, by the words that name them."""
    for name, command in group.commands.items():
        assert isinstance(command, (TyperCommand, TyperGroup))
        if isinstance(command, TyperGroup):
            yield from commands(command, (*above, name))
        else:
            yield (*above, name), command


def test_the_table_of_commands_says_what_their_modules_say() -> None:
    """No command is missing from the table, and none has another help there."""
    for name, mount in Commands.mounts.items():
        assert WHOLE.commands[name].help == mount.help, name
    modules = {mount.module for mount in Commands.mounts.values()}
    apps = [typer.main.get_group(sys.modules[module].app) for module in modules]
    assert {name for group in apps for name in group.commands} == set(Commands.mounts)


def test_every_help_page_is_in_chinese() -> None:
    pages = {(): WHOLE, ("eval",): WHOLE.commands["eval"], ("token",): WHOLE.commands["token"], **dict(commands())}
    assert len(pages) > 20
    for words, command in pages.items():
        context = typer.Context(command, info_name=" ".join(("dafu", *words)))
        page = command.get_help(context)
        assert page.startswith(f"用法：{' '.join(('dafu', *words))} [选项]")
        spelled = re.sub(r"--?[\w-]+( [A-Z.|_a-z]+)?|dafu \w+", "", page)  # options and metavars are to be typed
        assert not TYPERS_WORDS.findall(spelled), (words, page)
        assert "显示这份说明" in page


def test_the_help_page_of_a_command() -> None:
    done = dafu("search", "--help", COLUMNS="80")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "用法：dafu search [选项] QUERY\n"
        "\n"
        "  查找已有的答复。\n"
        "\n"
        "参数：\n"
        '  QUERY  词语、"短语"、-排除、单位: 年份: 编号: 文号: 类型: 办理:，或一段文字\n'
        "         [必填]\n"
        "\n"
        "选项：\n"
        "  --index DIR                   索引文件夹 [必填，或设环境变量 DAFU_INDEX]\n"
        "  -k 整数                       显示多少份答复 [默认 10；1 到 1000]\n"
        "  --mode hybrid|lexical|vector  检索方式 [默认 hybrid]\n"
        "  --explain                     说明为什么找到\n"
        "  --json                        输出 JSON\n"
        "  --help                        显示这份说明。\n"
    )


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 10, [""]),
        ("一二三四五", 4, ["一二", "三四", "五"]),
        ("一二三，四五", 6, ["一二", "三，四", "五"]),  # the comma does not begin a line
        ("一二（三）四", 6, ["一二", "（三）", "四"]),  # nor does an opening bracket end one
        ("用 --index DIR 指明", 10, ["用 --index", "DIR 指明"]),
        ("一 averylongword 二", 6, ["一", "averylongword", "二"]),
    ],
)
def test_lines_are_broken_by_columns(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width) == lines


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("search", "缺少参数 QUERY。用法见 dafu search --help。"),
        ("search 食堂", "缺少选项 --index：请写明它，或设环境变量 DAFU_INDEX。用法见 dafu search --help。"),
        ("eval compare a b", "缺少选项 --qrels。用法见 dafu eval compare --help。"),
        ("index a", "缺少选项 --into 或 --index：请写明它，或设环境变量 DAFU_INDEX。用法见 dafu index --help。"),
        ("status", "缺少选项 --index：请写明它，或设环境变量 DAFU_INDEX。用法见 dafu status --help。"),
        ("serch 食堂", "没有 serch 这个命令，是不是 search、serve。用法见 dafu --help。"),
        ("eval nothing", "没有 nothing 这个命令。用法见 dafu eval --help。"),
        ("search 食堂 --jsom", "没有 --jsom 这个选项，是不是 --json。用法见 dafu search --help。"),
        ("--nothing", "没有 --nothing 这个选项。用法见 dafu --help。"),
        ("search 食堂 -k x", "选项 -k：“x”不能使用，应为整数（1 到 1000）。用法见 dafu search --help。"),
        ("search 食堂 -k 0", "选项 -k：“0”不能使用，应为整数（1 到 1000）。用法见 dafu search --help。"),
        ("watch a --every x", "选项 --every：“x”不能使用，应为数（不小于 0.05）。用法见 dafu watch --help。"),
        (
            "search 食堂 --mode magic",
            "选项 --mode：“magic”不能使用，应为 hybrid、lexical、vector 之一。用法见 dafu search --help。",
        ),
        (
            "audit a --since 2025",
            "选项 --since：“2025”不能使用，应为日期，例如 2025-01-31。用法见 dafu audit --help。",
        ),
        ("search 食堂 --index", "选项 --index 后面缺少值。用法见 dafu search --help。"),
        ("search 食堂 --json=1", "选项 --json 不带值。用法见 dafu search --help。"),
        ("search 食堂 补贴 --index i", "多出了参数 补贴。用法见 dafu search --help。"),
        ("backup a b c", "多出了参数 c。用法见 dafu backup --help。"),
        ("status a --index b", "索引文件夹写了两个：a 和 --index b。请只写一个。用法见 dafu status --help。"),
        (
            "index a --into b --scope 甲,乙",
            "选项 --scope：应为 1 到 40 个字的名称，不含空格、逗号和 *，例如 内部。用法见 dafu index --help。",
        ),
    ],
)
def test_wrong_usage_is_one_sentence_in_chinese(arguments: str, sentence: str) -> None:
    done = dafu(*arguments.split())
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"用法错误：{sentence}\n")


def test_what_was_typed_does_not_steer_the_terminal() -> None:
    done = dafu("\x1b[31msearch")
    assert (done.returncode, done.stderr) == (
        2,
        "用法错误：没有 \\u001b[31msearch 这个命令，是不是 search。用法见 dafu --help。\n",
    )


@pytest.mark.parametrize("arguments", [(), ("eval",), ("token",)])
def test_without_a_command_the_help_page_is_told(arguments: tuple[str, ...]) -> None:
    done = dafu(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == dafu(*arguments, "--help").stdout


def test_an_interrupted_command_says_so(tmp_path: Path) -> None:
    """As Ctrl-C does it: a KeyboardInterrupt in the middle of the work."""
    (tmp_path / "信.txt").write_text("市民政局\n", encoding="utf-8")
    code = (
        "import sys, dafu, corpus.cli.reading\n"
        "def interrupted(*_): raise KeyboardInterrupt\n"
        "corpus.cli.reading.read_files = interrupted\n"
        f"sys.argv = ['dafu', 'parse', {str(tmp_path)!r}]\n"
        "dafu.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "已中断；未完成的更改不生效，原有索引不受影响。\n"


def test_usage_imports_no_heavy_library() -> None:
    """One process for all pages: what any of them imports shows."""
    code = (
        "import sys, dafu\n"
        "for words in sys.stdin.read().splitlines():\n"
        "    sys.argv = ['dafu', *words.split(), '--help']\n"
        "    try:\n        dafu.main()\n    except SystemExit:\n        pass\n"
        "print('|', *sorted({name.split('.')[0] for name in sys.modules}))"
    )
    lines = "\n".join(["", "eval", "token", *(" ".join(words) for words, _ in commands())])
    done = subprocess.run([sys.executable, "-c", code], input=lines, capture_output=True, text=True, cwd=ROOT)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "dafu" in loaded, done.stderr
    assert not HEAVY & loaded


@pytest.mark.parametrize("arguments", [("--help",), ("index", "--help"), ("serch",)])
def test_usage_takes_a_few_times_what_python_takes(arguments: tuple[str, ...]) -> None:
    """At most 0.3 s of processor time where Python alone takes 0.05 s; the fastest of five, for a busy machine."""
    told = min(_processor_seconds("-m", "dafu", *arguments) for _ in range(5))
    alone = min(_processor_seconds("-c", "pass") for _ in range(5))
    assert told < 6 * alone


def _processor_seconds(*arguments: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], capture_output=True, cwd=ROOT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_version_is_that_of_the_build() -> None:
    built = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert dafu("--version").stdout == f"dafu {built}\n"


def test_version_of_a_source_tree_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr("corpus.cli.version.installed_version", missing)
    built = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert version() == built


def test_names_that_are_spelled_out_for_speed_are_those_of_their_modules() -> None:
    assert get_args(Measure) == tuple(map(str, COMPARED))
    modes = next(p for p in dict(commands())["eval", "run"].params if p.name == "modes")
    assert modes.default == ",".join(MODES)


def test_the_index_may_be_named_by_a_variable_an_option_or_an_argument(sample_index: Path, tmp_path: Path) -> None:
    index = str(sample_index)
    documents = dafu("status", "--json", DAFU_INDEX=index).stdout
    assert '"documents"' in documents
    assert dafu("status", index, "--json").stdout == documents
    assert dafu("status", "--index", index, "--json").stdout == documents
    assert dafu("status", index, "--json", DAFU_INDEX="nowhere").stdout == documents  # the argument overrides
    assert dafu("search", "长者食堂", "-k", "1", DAFU_INDEX=index).returncode == 0
    assert "索引完好" in dafu("verify", DAFU_INDEX=index).stdout
    for number, words in enumerate([[index, "{}"], ["{}", "--index", index]]):
        file = tmp_path / f"{number}.zip"
        assert dafu("backup", *(word.format(file) for word in words)).returncode == 0
        assert file.exists()
    for number, words in enumerate([["{}"], ["--index", "{}"]]):
        folder = tmp_path / f"restored-{number}"
        assert dafu("restore", str(tmp_path / "0.zip"), *(word.format(folder) for word in words)).returncode == 0
        assert "索引完好" in dafu("verify", str(folder)).stdout


def test_an_index_is_not_its_own_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    letters = tmp_path / "答复"
    (letters / "里面").mkdir(parents=True)
    (tmp_path / "链接").symlink_to(letters)
    monkeypatch.chdir(tmp_path)
    same, inside = "来源 {} 就是索引文件夹 {}：索引不能是它自己的来源", "来源 {} 在索引文件夹里面 {}"
    for source, into, sentence in [
        (letters, letters, same),
        (letters, tmp_path / "链接", same),
        (tmp_path / "链接", letters, same),
        (letters / "里面" / "..", letters, same),
        (letters / "里面", letters, inside),
        (letters / "里面", tmp_path / "链接", inside),
    ]:
        for command in (["index"], ["watch", "--once"]):
            done = dafu(*command, str(source), "--into", str(into))
            assert done.returncode == 2
            assert sentence.format(source, into) in done.stderr
    assert not [path for path in letters.rglob("*") if path.is_file()]
