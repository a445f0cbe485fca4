"""Controls of terminals and of the direction of writing: escaped where commands and logs print, left out of pages."""

import ast
import json
import logging
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from corpus.controls import escaped, without_controls
from corpus.readers.encodings import drop_controls
from dafu import app as command
from eval.reports.terminal.tables import console, table
from search_api.web import logs
from search_api.web.app import create_app
from tests.codebase import modules, name, tree
from tests.conftest import make_index, write_letters
from tests.letters import letter

# An escape sequence that retitles a terminal, a C1 introducer that clears it, and two that turn the reading order.
STEERING = "\x1b]0;owned\x07\x9b2J\u202eexe\u2066"
HARM = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


@pytest.mark.parametrize("code", [*range(0x20), *range(0x7F, 0xA0), 0x61C, 0x200F, 0x202E, 0x2069, 0xD800, 0xE0041])
def test_what_is_printed_steers_nothing_and_stays_the_same_json(code: int) -> None:
    text = f"甲{chr(code)}乙"
    printed = escaped(json.dumps({"name": text}, ensure_ascii=False))
    assert json.loads(printed) == {"name": text}
    assert not HARM.search(printed)
    printed.encode("utf-8")
    assert (escaped(text) == text) is (chr(code) in "\t\n")
    assert (without_controls(text) == text) is (chr(code) in "\t\n\r")


def test_ordinary_text_is_printed_as_it_is() -> None:
    text = "答复：“一、二”\u3000（第3号）\n\té𠀀\ue000🏛\u200b"
    assert escaped(text) == without_controls(text) == text


def test_readers_drop_what_turns_the_direction() -> None:
    assert drop_controls("年报\u202exslx\u202c.\u2067甲\u2069\u200f") == "年报xslx.甲"


def test_every_command_prints_by_the_one_that_escapes() -> None:
    prints = {("typer", "echo"), ("typer", "secho"), ("stdout", "write"), ("stderr", "write")}
    wrong = []
    for path in modules():
        for call in (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call)):
            words = tuple(ast.unparse(call.func).split(".")[-2:])
            if words in prints and "escaped(" not in ast.unparse(call):
                wrong.append(f"{name(path)}:{call.lineno}")
    assert wrong == [], "print with corpus.cli.echo.say, or escape what is written"


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A sound letter and a broken one, with names that steer."""
    write_letters(tmp_path / "letters")
    (tmp_path / "letters" / f"信{STEERING}.txt").write_text(letter(), encoding="utf-8")
    (tmp_path / "letters" / f"b{STEERING}.docx").write_bytes(b"PK\x03\x04")
    return tmp_path


def test_names_of_files_do_not_steer_the_terminal(hostile: Path) -> None:
    folder, index = str(hostile / "letters"), str(hostile / "index")
    for words in (
        ["index", folder, "--into", index],
        ["index", folder, "--into", index, "--json"],
        ["parse", folder],
        ["parse", folder, "--json"],
        ["status", index],
        ["status", index, "--json"],
        ["search", f"长者{STEERING}", "--index", index],
        ["search", f"编号:{STEERING}", "--index", index, "--json"],
        ["audit", index],
    ):
        done = CliRunner().invoke(command, words)
        assert done.stdout, words
        assert not HARM.search(done.output.replace("\n", "")), words
        assert "--json" not in words or json.loads(done.stdout), words


def test_nor_do_those_in_the_sentence_that_a_command_fails_with(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "dafu", "parse", str(tmp_path / STEERING)]
    done = subprocess.run(words, capture_output=True, text=True)
    assert (done.returncode, done.stderr.startswith("错误：")) == (1, True)
    assert not HARM.search(done.stderr.replace("\n", ""))


def test_tables_do_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    rows = table(["词"], ["数"])
    rows.add_row(STEERING, "1")
    console().print(rows)
    assert not HARM.search(capsys.readouterr().out.replace("\n", ""))


def test_the_log_does_not_steer_the_terminal(sample_index: Path, capfd: pytest.CaptureFixture[str]) -> None:
    before = logging.getLogger().handlers[:]
    try:
        logs.configure("info")
        with TestClient(create_app(sample_index)) as client:
            client.get(f"/{quote(STEERING)}")
        said = capfd.readouterr().err
    finally:
        logging.getLogger().handlers[:] = before
    assert "u001b]0;owned" in said
    assert not HARM.search(said.replace("\n", ""))


def test_pages_do_not_show_them(hostile: Path) -> None:
    make_index(hostile / "letters", hostile / "index")
    with TestClient(create_app(hostile / "index")) as client:
        asked = quote(f"长者{STEERING}")
        for address in ("/status", f"/?q={asked}", f"/?q=20230112&agency={asked}", f"/feed?q={asked}", f"/{asked}"):
            answer = client.get(address, headers={"Accept": "text/html"})
            assert answer.text
            assert not HARM.search(answer.text.replace("\n", "").replace("\r", "")), address
        assert "b]0;owned2Jexe.docx" in client.get("/status").text
        posted = client.post("/match", data={"text": f"关于{STEERING}的提案\n一、建议增开长者食堂窗口{STEERING}。"})
        assert posted.status_code == 200
        assert not HARM.search(posted.text.replace("\n", "").replace("\r", ""))
        [found] = client.get("/api/v1/search", params={"q": "20230112"}).json()["hits"]
        saved = client.get(f"/documents/{quote(found['doc_id'], safe='')}/original").headers["Content-Disposition"]
        assert saved.endswith(quote("信]0;owned2Jexe.txt"))
