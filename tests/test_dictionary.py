"""A bureau's own words: how their file is read, what they change, and what an index does with them."""

from pathlib import Path

import pytest

from corpus.errors import DafuError
from indexer.build.generation import Generation
from indexer.build.update import BuildOptions, BuildReport, build
from indexer.terms.analyzer import ANALYZER_VERSION, DEFAULT, Analyzer
from indexer.terms.dictionary import Dictionary, DictionaryError
from indexer.terms.kinds import Terms, terms_of
from indexer.terms.segmenter import WordEntry
from indexer.upkeep.verify import verify
from search_api.searcher import Searcher
from tests.conftest import silent
from tests.test_cli import dafu

BUREAU = "民生微实事 200 n\n12345热线\n"


def dictionary(folder: Path, content: str | bytes = BUREAU) -> Path:
    path = folder / "本局词典.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


# The file


def test_a_file_in_the_format_of_jieba(tmp_path: Path) -> None:
    text = "\ufeff民生微實事 200 n\r\n\r\n  长护险 n\n12345熱線\n长者饭堂\t7\nＡＰＰ办事 3\n长者饭堂 9 nz\n"
    assert Dictionary.read(dictionary(tmp_path, text)).entries == (
        WordEntry("民生微实事", 200),
        WordEntry("长护险", None),
        WordEntry("12345热线", None),
        WordEntry("长者饭堂", 9),
        WordEntry("app办事", 3),
    )


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("险 3", "险 3"),
        ("长护险 0", "长护险 0"),
        ("长护险 -3", "长护险 -3"),
        ("长护险 2.5", "长护险 2.5"),
        ("长护险 1000000001", "长护险 1000000001"),
        ("长护险 名词", "长护险 名词"),
        ("长护险 3 n 多余", "长护险 3 n 多余"),
        ("长护险，长护", "长护险，长护"),
        ("# 说明", "# 说明"),
        ("长" * 60 + "，", "长" * 40),
    ],
)
def test_a_line_that_says_nothing_is_named(tmp_path: Path, line: str, shown: str) -> None:
    path = dictionary(tmp_path, f"民生微实事\n\n{line}\n")
    with pytest.raises(DictionaryError) as refused:
        Dictionary.read(path)
    assert str(refused.value) == (
        f"词典 {path} 第 3 行是“{shown}”，应为“词 频率 词性”，如“长护险 200 n”："
        "词由两个以上的汉字、字母或数字组成，频率（1 到 10 亿）和词性可以省略。请改正后重新运行。"
    )


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(DictionaryError, match=r"无法读取词典 .*没有\.txt（No such file or directory）。请检查"):
        Dictionary.read(tmp_path / "没有.txt")
    path = dictionary(tmp_path, "长护险\n".encode() + "民生\n".encode("gbk"))
    with pytest.raises(DictionaryError, match=r"第 2 行不是 UTF-8 编码"):
        Dictionary.read(path)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    first = Dictionary.read(dictionary(tmp_path))
    first.write(tmp_path / "copy.txt")
    assert Dictionary.read(tmp_path / "copy.txt") == first


# The analyzer


@pytest.mark.parametrize(
    ("text", "plain", "own"),
    [
        ("民生微实事项目", ["民生", "微", "实事", "项目"], ["民生", "实事", "民生微实事", "项目"]),
        ("打12345热线", ["打", "12345", "热线"], ["打", "12345", "热线", "12345热线"]),
        ("打112345热线", ["打", "112345", "热线"], ["打", "112345", "热线"]),  # another number
        ("养老服务", ["养老", "服务"], ["养老", "服务"]),
    ],
)
def test_own_words_are_words(text: str, plain: list[str], own: list[str], tmp_path: Path) -> None:
    analyzer = Analyzer(Dictionary.read(dictionary(tmp_path)))
    assert DEFAULT.words(text) == plain
    assert analyzer.words(text) == own
    assert analyzer.bigrams(text) == DEFAULT.bigrams(text)
    assert terms_of(text, analyzer).get("words", {}).keys() == set(own)


def test_every_dictionary_is_another_version(tmp_path: Path) -> None:
    def version(content: str) -> str:
        return Analyzer(Dictionary.read(dictionary(tmp_path, content))).version

    assert version("") == DEFAULT.version == ANALYZER_VERSION
    assert version(BUREAU).startswith(f"{ANALYZER_VERSION}-")
    assert version(BUREAU) == version(BUREAU.replace("\n", "\r\n").replace(" n", " v"))
    assert len({version(text) for text in (BUREAU, "民生微实事", "民生微实事 200", "民生微实事 201")}) == 4


# The index


def run(letters: Path, index: Path, own: Dictionary | None = None) -> BuildReport:
    return build([letters], index, BuildOptions(dictionary=own), silent)


def opened(index: Path) -> Generation:
    return Generation.open_current(index)


def test_an_index_remembers_its_dictionary(letters: Path, tmp_path: Path) -> None:
    """Another one means that all is made anew, and an empty one that there is none."""
    own, index = Dictionary.read(dictionary(tmp_path, "共享停车泊位\n")), tmp_path / "index"
    run(letters, index)
    assert opened(index).analyzer == DEFAULT
    report = run(letters, index, own)
    assert report.built
    assert report.notes[0] == "原有索引不能沿用，已从档案库重建：词典与原来的不同，词语须重新切分。"
    generation = opened(index)
    assert generation.analyzer.dictionary == own
    assert generation.manifest.analyzer_version == Analyzer(own).version
    assert verify(index) == []
    assert not run(letters, index, own).built
    assert not run(letters, index).built  # as a timer runs it
    (letters / "新.txt").write_text((letters / "共享停车.txt").read_text("utf-8").replace("0003", "0004"), "utf-8")
    assert run(letters, index).notes == ()
    assert opened(index).analyzer.dictionary == own
    assert run(letters, index, Dictionary()).built
    assert opened(index).analyzer == DEFAULT
    assert verify(index) == []


def test_own_words_are_indexed_and_encoded(letters: Path, tmp_path: Path) -> None:
    own = Dictionary.read(dictionary(tmp_path, "包月一百五十元\n"))
    run(letters, tmp_path / "plain")
    run(letters, tmp_path / "own", own)
    word: Terms = {"words": {"包月一百五十元": 1}}
    for name, held in (("plain", False), ("own", True)):
        generation = opened(tmp_path / name)
        assert (generation.engine.unheld(word)["words"] == []) is held
        assert (generation.encoder.remembered(word["words"]) != []) is held


@pytest.mark.parametrize("damage", ["长护险，\n", "长护险\n", None])
def test_a_damaged_dictionary_is_asked_for_again(letters: Path, tmp_path: Path, damage: str | None) -> None:
    """Not guessed: it is no file that a source still has."""
    own, index = Dictionary.read(dictionary(tmp_path)), tmp_path / "index"
    run(letters, index, own)
    kept = opened(index).paths.dictionary
    kept.unlink() if damage is None else kept.write_text(damage, encoding="utf-8")
    with pytest.raises(DafuError, match=r"索引的词典 .*dictionary\.txt 已损坏或丢失，索引未改动。请用 --dictionary"):
        run(letters, index)
    assert run(letters, index, own).built
    assert opened(index).analyzer.dictionary == own
    assert verify(index) == []


def test_a_query_is_analysed_as_the_index_was(letters: Path, tmp_path: Path) -> None:
    own = Dictionary.read(dictionary(tmp_path, "包月一百五十元\n"))
    run(letters, tmp_path / "plain")
    run(letters, tmp_path / "own", own)

    def matched(name: str) -> list[str]:
        (hit, *_) = Searcher(tmp_path / name).search("包月一百五十元", 3, mode="lexical", explain=True).hits
        assert hit.explanation is not None
        return sorted(hit.explanation.matched_terms)

    assert matched("plain") == ["一百五十元", "包月"]
    assert matched("own") == ["包月一百五十元"]


def test_the_command_takes_a_dictionary(letters: Path, tmp_path: Path) -> None:
    path, index = dictionary(tmp_path), tmp_path / "index"
    done = dafu("index", letters, "--into", index, "--dictionary", path)
    assert (done.returncode, done.stderr) == (0, "")
    assert opened(index).analyzer.dictionary == Dictionary.read(path)
    path.write_text("险\n", encoding="utf-8")
    refused = dafu("index", letters, "--into", index, "--dictionary", path)
    assert refused.returncode == 1
    assert "第 1 行是“险”" in refused.stderr
