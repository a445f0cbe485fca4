"""The commands as a script sees them: output, exit codes, and sentences instead of stack traces."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.letters import SAMPLE, letter

ROOT = SAMPLE.parents[2]


def dafu(*arguments: str | Path, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", "dafu", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, input=stdin, cwd=ROOT, timeout=300)


def test_parse_json_is_a_list_of_masked_documents(tmp_path: Path) -> None:
    (tmp_path / "信.txt").write_text(letter(), encoding="utf-8")
    done = dafu("parse", tmp_path / "信.txt", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    (document,) = json.loads(done.stdout)
    assert document["title"] == "关于增设长者食堂的提案"
    assert document["contact"] == {"names": ["周**"], "phones": ["86******"], "emails": []}
    assert "86601234" not in done.stdout


def test_parse_reads_what_it_can_and_exits_1_for_the_rest(tmp_path: Path) -> None:
    (tmp_path / "信.txt").write_text(letter(), encoding="utf-8")
    (tmp_path / "坏.docx").write_bytes(b"nothing")
    done = dafu("parse", tmp_path)
    assert done.returncode == 1
    assert "标题：关于增设长者食堂的提案" in done.stdout
    assert "坏.docx" in done.stderr


def test_index_status_verify_search(tmp_path: Path) -> None:
    index = tmp_path / "index"
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "信.txt").write_text(letter(), encoding="utf-8")
    (tmp_path / "letters" / "坏.pdf").write_bytes(b"%PDF-1.4 nothing")
    built = dafu("index", tmp_path / "letters", "--into", index, "--json")
    assert built.returncode == 0, built.stderr
    report = json.loads(built.stdout)
    assert (report["documents"], report["built"]) == (1, True)
    assert [f["path"] for f in report["failures"]] == ["坏.pdf"]
    assert dafu("index", tmp_path / "letters", "--into", index, "--strict").returncode == 1
    again = dafu("index", tmp_path / "letters", "--into", index)
    assert (again.returncode, "没有变化" in again.stdout) == (0, True)
    assert json.loads(dafu("status", index, "--json").stdout)["documents"] == 1
    assert "索引完好" in dafu("verify", index).stdout
    found = json.loads(dafu("search", "食堂", "--index", index, "--json").stdout)
    assert [hit["title"] for hit in found["hits"]] == ["关于增设长者食堂的提案"]
    assert "为什么" in dafu("search", "食堂", "--index", index, "--explain").stdout


def test_the_counts_of_the_report_add_up(tmp_path: Path) -> None:
    """A file that is new, one that is unchanged, one that cannot be read, one of an unknown type: one each."""
    letters, index = tmp_path / "letters", tmp_path / "index"
    letters.mkdir()
    (letters / "旧.txt").write_text(letter(), encoding="utf-8")
    (letters / "音.mp3").write_bytes(b"no letter")
    dafu("index", letters, "--into", index)
    (letters / "新.txt").write_text(letter().replace("长者食堂", "共享停车"), encoding="utf-8")
    (letters / "坏.pdf").write_bytes(b"%PDF-1.4 nothing")
    report = json.loads(dafu("index", letters, "--into", index, "--json").stdout)
    counts = {name: n for name, n in report.items() if name.startswith("files_") and name != "files_missing"}
    assert counts == {
        "files_found": 4, "files_read": 1, "files_unchanged": 1, "files_unreadable": 1, "files_skipped": 1
    }  # fmt: skip
    again = dafu("index", letters, "--into", index).stdout  # what cannot be read stays so, though it is not read again
    assert "找到文件 4 个：读取 0 个，未变 2 个，无法读取 1 个，跳过 1 个。\n" in again
    assert "没有读出的内容 1 处：\n  坏.pdf：" in again
    assert "跳过的文件 1 处：\n  音.mp3：" in again


def test_status_tells_what_the_legs_are_worth(sample_index: Path) -> None:
    figure = r"0\.\d{3}"
    assert re.search(
        rf"^自测：用 \d+ 组已知问答自测（nDCG@10，满分为 1）：只用词语 {figure}，只用向量 {figure}，两者合用 {figure}；"
        r"向量权重 [\d.]+$",
        dafu("status", sample_index).stdout,
        re.MULTILINE,
    )
    calibration = json.loads(dafu("status", sample_index, "--json").stdout)["calibration"]
    assert calibration["pairs"]["all"] >= 100
    assert calibration["figures"].keys() == {"lexical", "vector", "hybrid"}
    assert {"vector_weight", "even", "slope", "documents"} <= calibration.keys()


def test_a_search_says_when_nothing_is_close(sample_index: Path) -> None:
    far = dafu("search", "渔船 休渔期 补贴", "--index", sample_index).stdout
    assert far.startswith("没有足够接近的答复。以下是最接近的几份，仅供参考。\n")
    assert "\n1. " in far
    nothing = dafu("search", "二手火箭买卖", "--index", sample_index).stdout
    assert nothing.startswith("没有找到与“二手火箭买卖”有关的答复")
    assert "没有足够接近" not in dafu("search", "长者食堂", "--index", sample_index).stdout


def test_explain_says_the_chance(sample_index: Path) -> None:
    ranked = dafu("search", "长者食堂", "--index", sample_index, "--explain").stdout
    assert re.search(r"为什么：答复这一问题的可能性 \d\d%；共同的词 .*食堂.*；词语得分 [\d.]+；向量得分 [\d.]", ranked)
    lexical = dafu("search", "长者食堂", "--index", sample_index, "--explain", "--mode", "lexical").stdout
    assert "向量得分" not in lexical
    listed = dafu("search", "编号:20230086", "--index", sample_index, "--explain").stdout
    assert "为什么：按编号、文号或筛选条件找到" in listed


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("search", "食堂", "--index", "nowhere"), 1, "错误：nowhere 中没有索引"),
        (("verify", "nowhere"), 1, "没有索引"),
        (("status", "nowhere"), 1, "没有索引"),
        (("index", "nowhere", "--into", "x"), 1, "nowhere"),
        (("parse", "nowhere"), 1, "nowhere"),
        (("search", "食堂"), 2, "--index"),
        (("search", "食堂", "--index", "x", "--mode", "magic"), 2, "magic"),
        (("eval", "run", "--index", "x", "--topics", "t", "--qrels", "q"), 1, "无法读取 t"),
    ],
)
def test_what_goes_wrong_is_a_sentence(arguments: tuple[str, ...], code: int, sentence: str) -> None:
    done = dafu(*arguments)
    assert done.returncode == code
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("query", ["", "颜色:红", '"没有闭合', "年份:2025..2020"])
def test_a_query_that_makes_no_sense(sample_index: Path, query: str) -> None:
    done = dafu("search", query, "--index", sample_index)
    assert done.returncode == 1
    assert done.stderr.startswith("错误：")
    assert "Traceback" not in done.stderr


def test_a_search_loads_neither_torch_nor_the_web(sample_index: Path) -> None:
    code = (
        "import sys, dafu\n"
        f"sys.argv = ['dafu', 'search', '食堂', '--index', {str(sample_index)!r}]\n"
        "try:\n    dafu.main()\nexcept SystemExit:\n    pass\n"
        "print([m for m in ('torch', 'sentence_transformers', 'fastapi', 'uvicorn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=120)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr


@pytest.mark.parametrize("megabytes", [300, 500])
def test_libraries_that_find_no_addresses_are_a_sentence(tmp_path: Path, megabytes: int) -> None:
    """OpenBLAS ends the program without an exception: by a fault of faiss's at 300 MB, by an exit of torch's at 500."""
    program = (
        f"import resource; resource.setrlimit(resource.RLIMIT_AS, ({megabytes} << 20,) * 2); import dafu; dafu.main()"
    )
    command = [sys.executable, "-c", program, "status", str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == (
        f"错误：内存不足：程序库装不进 {megabytes} MB 地址空间（ulimit -v 的上限），没有做任何事。"
        "请放宽上限（ulimit -v unlimited）后重新运行。\n"
    )
