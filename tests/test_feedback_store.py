"""Useful or not: kept on disk, and turned into topics and qrels."""

import os
import resource
import signal
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest
from typer.testing import CliRunner

from corpus.errors import DafuError
from dafu import app as dafu
from eval.feedback import grade, judged, topic_id
from eval.trec import read_qrels, read_topics
from indexer import database
from search_api.feedback import Verdict, keep, read
from tests.verdicts import QUERY, verdict

# The store


def test_a_verdict_has_the_day_and_nothing_of_the_user(tmp_path: Path) -> None:
    keep(tmp_path / "f.sqlite", verdict())
    with closing(database.open_for_reading(tmp_path / "f.sqlite", 4)) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(feedback)")]
        rows = list(connection.execute("SELECT * FROM feedback"))
    assert columns == ["id", "date", "generation", "query", "passage_id", "rank", "useful"]
    assert rows == [(1, "2026-07-01", 1, QUERY, "甲局:1号#1", 1, 1)]
    assert list(read(tmp_path / "f.sqlite")) == [verdict()]


def test_a_query_is_kept_without_personal_data(tmp_path: Path) -> None:
    keep(tmp_path / "f.sqlite", verdict(query="联系人：陈小平，电话：86601234"))
    [kept] = read(tmp_path / "f.sqlite")
    assert isinstance(kept, Verdict)
    assert kept.query.startswith("联系人：")
    assert "86601234" not in kept.query
    assert all(b"86601234" not in path.read_bytes() for path in tmp_path.iterdir())


def test_many_at_once_lose_nothing(tmp_path: Path) -> None:
    threads = [Thread(target=keep, args=(tmp_path / "f.sqlite", verdict(rank=i))) for i in range(1, 25)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = [line.rank for line in read(tmp_path / "f.sqlite") if isinstance(line, Verdict)]
    assert sorted(kept) == list(range(1, 25))


def test_a_full_disk_is_a_sentence_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "f.sqlite"
    keep(path, verdict())
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limits[1]))  # the disk is full in the middle of a page
    try:
        with pytest.raises(DafuError, match=r"评价没有记下：文件 f\.sqlite 无法写入"):
            keep(path, verdict())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    assert list(read(path)) == [verdict()]
    keep(path, verdict(rank=2))
    assert list(read(path)) == [verdict(), verdict(rank=2)]


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("date", "昨天", "date 不对"),
        ("rank", 0, "rank 不对"),
        ("query", "", "query 不对"),
        ("useful", 7, "useful 不对"),
    ],
)
def test_a_row_that_is_no_verdict_is_damaged_alone(tmp_path: Path, column: str, value: object, sentence: str) -> None:
    path = tmp_path / "f.sqlite"
    for rank in (1, 2):
        keep(path, verdict(rank=rank))
    with closing(database.open_migrated(path, ["", "", "", ""])) as connection:
        connection.execute(f"UPDATE feedback SET {column} = ? WHERE id = 1", (value,))
    damaged, sound = read(path)
    assert str(damaged).startswith("f.sqlite 第 1 条：应为一条评价")
    assert sentence in str(damaged)
    assert sound == verdict(rank=2)


def test_a_line_of_an_old_file_that_is_cut_is_damaged_alone(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    path.write_text(f'{{"date": "2026-07-01", "gener\n{verdict().model_dump_json()}\n', encoding="utf-8")
    damaged, sound = read(path)
    assert str(damaged).startswith("f.jsonl 第 1 行：应为一条评价的 JSON")
    assert sound == verdict()


# Topics and qrels


@pytest.mark.parametrize(
    ("given", "relevance"),
    [
        ("+", 1), ("++", 2), ("+++", 2), ("++-", 1), ("+-", None), ("-", 0), ("--+", 0), ("+-+-", None),
    ],
)  # fmt: skip
def test_most_of_the_users_decide(given: str, relevance: int | None) -> None:
    assert grade([vote == "+" for vote in given]) == relevance


def test_too_few_verdicts_decide_nothing() -> None:
    assert grade([True, True], min_verdicts=3) is None
    assert grade([True, True], min_verdicts=2) == 2


GIVEN = (
    verdict("电梯  补贴", "甲局:1号#1"),
    verdict("电梯 补贴", "甲局:1号#7"),  # another passage of the document, another user
    verdict("电梯 补贴", "乙局:2号#1", useful=False),
    verdict("电梯 补贴", "丙局:3号#1"),
    verdict("电梯 补贴", "丙局:3号#1", useful=False),
    verdict("停车", "丁局#4"),
)


def write_line(path: Path, given: Verdict) -> None:
    """Adds a verdict to a file of the old form."""
    with path.open("a", encoding="utf-8") as file:
        file.write(given.model_dump_json() + "\n")


def test_a_database_of_verdicts_becomes_what_an_old_file_becomes(tmp_path: Path) -> None:
    for given in GIVEN:
        keep(tmp_path / "users.sqlite", given)
        write_line(tmp_path / "old.jsonl", given)
    assert judged(tmp_path / "users.sqlite") == judged(tmp_path / "old.jsonl")
    assert judged(tmp_path / "users.sqlite").verdicts == 6


def test_verdicts_become_what_eval_reads(tmp_path: Path) -> None:
    source, topics, qrels = (tmp_path / name for name in ("feedback.jsonl", "topics.jsonl", "qrels.txt"))
    for given in GIVEN:
        write_line(source, given)
    with source.open("a", encoding="utf-8") as file:
        file.write('{"query": "半行\n')
    arguments = ["eval", "feedback", str(source), "--topics", str(topics), "--qrels", str(qrels)]
    done = CliRunner().invoke(dafu, arguments)
    assert done.exit_code == 0
    assert "评价 6 条，得到题目 2 道，评判 3 条；没有定论而未计 1 份，损坏而跳过 1 行。" in done.stdout
    assert "feedback.jsonl 第 7 行" in done.stderr
    assert [(t.query_id, t.text, t.category) for t in read_topics(topics)] == [
        (topic_id("电梯 补贴"), "电梯 补贴", "feedback"),
        (topic_id("停车"), "停车", "feedback"),
    ]
    assert topic_id("停车") == "fb-bfdb3f23a63b"
    assert read_qrels(qrels) == {
        topic_id("电梯 补贴"): {"甲局:1号": 2, "乙局:2号": 0},
        topic_id("停车"): {"丁局": 1},
    }
    assert len(judged(source, min_verdicts=2).topics) == 1


def test_verdicts_are_never_written_over(tmp_path: Path) -> None:
    source = tmp_path / "users.sqlite"
    keep(source, verdict())
    before = source.read_bytes()
    arguments = ["eval", "feedback", str(source), "--topics", str(source), "--qrels", str(tmp_path / "q")]
    done = CliRunner().invoke(dafu, arguments)
    assert done.exit_code == 1
    assert source.read_bytes() == before
    assert isinstance(done.exception, DafuError)
    assert "三个不同的文件" in str(done.exception)


def test_nothing_decided_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "f.jsonl").write_text("坏\n", encoding="utf-8")
    with pytest.raises(DafuError, match=r"没有可用的评价：0 条(.|\n)*第 1 行"):
        judged(tmp_path / "f.jsonl")
    with pytest.raises(DafuError, match="无法读取评价文件"):
        judged(tmp_path / "none.jsonl")
    assert os.listdir(tmp_path) == ["f.jsonl"]
