"""What a purge takes off the disk, what it leaves, and that no byte tells of it afterwards."""

import hashlib
import json
import sqlite3
import threading
import time
from contextlib import closing
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import tantivy

from corpus.errors import DafuError
from indexer.archive import open_archive
from indexer.build.generation import Generation, current_number
from indexer.engine.protocol import Query
from indexer.paths import IndexPaths
from indexer.terms import analyzer
from indexer.upkeep.purge import Purge, is_due, purge
from indexer.upkeep.verify import verify
from search_api import feedback
from search_api.feedback import Verdict
from tests.conftest import make_index, silent
from tests.letters import letter, parsed
from tests.test_cli import dafu

SECRET = "欧阳翡翠住在锦绣里十七栋四零二室，其家庭困难补助已于上月发放到位并电话告知本人。"
NOW = Purge(older_than_days=0)


@pytest.fixture
def secret(letters: Path) -> Path:
    """A letter with words that no other one has."""
    path = letters / "私密.txt"
    path.write_text(
        letter(
            heading="松澜市民政局关于市政协十届二次会议第20230999号提案的答复",
            opening="您提出的《关于欧阳翡翠家庭的提案》（第20230999号）收悉。现答复如下：",
            body=f"一、基本情况\n{SECRET}\n二、下一步工作\n我局将会同有关部门在年底前完成。",
        ),
        encoding="utf-8",
    )
    return path


def holding(folder: Path, text: str) -> list[str]:
    """The files that have the text's UTF-8 bytes anywhere."""
    files = [p for p in folder.rglob("*") if p.is_file()]
    return sorted(p.relative_to(folder).as_posix() for p in files if text.encode() in p.read_bytes())


def remembered(index: Path, term: str) -> int:
    """Entries of the live generation's passages with this bigram, those that were removed too."""
    live = current_number(IndexPaths(index))
    assert live
    searcher = tantivy.Index.open(str(IndexPaths(index).generation(live).lexical_passages)).searcher()
    return int(searcher.doc_freq("body_bigrams", term))


def doc_id_of(index: Path, number: str) -> str:
    with closing(sqlite3.connect(index / "archive.sqlite")) as connection:
        ((doc_id,),) = connection.execute(
            "SELECT DISTINCT doc_id FROM versions WHERE json_extract(json, '$.proposal_number') = ?", (number,)
        )
    return str(doc_id)


def removed_for(index: Path, days: int) -> None:
    """As if so many days had passed since."""
    with closing(sqlite3.connect(index / "archive.sqlite")) as connection, connection:
        connection.execute("UPDATE uncarried SET since = datetime(since, ?)", (f"-{days} days",))


def text_of(generation: Generation, doc_id: str) -> str:
    entry = generation.engine.find(doc_id)
    assert entry is not None
    return generation.document(entry).text


def test_of_a_purged_letter_no_byte_is_left(letters: Path, tmp_path: Path, secret: Path) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    secret.unlink()
    make_index(letters, index, prune=True)
    found = Generation.open_current(index)
    assert len(found.engine.containing("欧阳翡翠")) == 0  # the search has forgotten it already
    found.close()
    del found
    assert "archive.sqlite" in " ".join(holding(index, "欧阳翡翠"))
    assert remembered(index, "翡翠") > 0
    assert any(name.endswith("encoder/tokenizer.json") for name in holding(index, '"翡翠"'))
    done = purge(index, NOW, silent)
    assert (done.letters, done.versions) == (1, 1)
    assert holding(index, "翡翠") == []
    assert holding(index, SECRET[:12]) == holding(index, "锦绣里") == []
    assert remembered(index, "翡翠") == 0
    assert verify(index) == []
    assert [p.name for p in (index / "generations").iterdir()] == ["3"]
    kept = Generation.open_current(index)
    assert len(kept.engine.entries()) == 3
    for entry in kept.engine.entries():  # what is left is found as it was, with the vectors it had
        keys = np.array([passage.key for passage in kept.engine.passages_of(entry.key)])
        for vector in kept.engine.vectors(keys):
            assert entry.key in kept.engine.retrieve(Query({}, vector)).vector(2).documents
    assert len(kept.engine.containing("长者食堂")) > 0
    kept.close()
    assert make_index(letters, index).built is False


def test_what_was_removed_lately_stays(letters: Path, tmp_path: Path, secret: Path) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    text = secret.read_text(encoding="utf-8")
    secret.unlink()
    make_index(letters, index, prune=True)
    removed_for(index, 29)
    assert not is_due(index, Purge())
    assert purge(index, Purge(), silent).versions == 0
    assert holding(index, "欧阳翡翠") == ["archive.sqlite"]
    secret.write_text(text, encoding="utf-8")  # it comes back, and with it the term begins anew
    make_index(letters, index)
    secret.unlink()
    make_index(letters, index, prune=True)
    assert not is_due(index, Purge(older_than_days=1))
    removed_for(index, 31)
    assert is_due(index, Purge())
    assert purge(index, Purge(), silent).letters == 1


def test_a_letter_that_a_file_carries_is_not_purged(letters: Path, tmp_path: Path, secret: Path) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    doc_id = doc_id_of(index, "20230999")
    with pytest.raises(DafuError, match=r"仍由文件 .*私密\.txt 收录"):
        purge(index, Purge(doc_ids=(doc_id,)), silent)
    with pytest.raises(DafuError, match="没有编号为 nobody 的答复"):
        purge(index, Purge(doc_ids=("nobody",)), silent)
    secret.unlink()
    (letters / "共享停车.txt").unlink()
    make_index(letters, index, prune=True)
    assert purge(index, Purge(doc_ids=(doc_id,)), silent).letters == 1
    assert holding(index, "翡翠") == []
    assert holding(index, "停车泊位六百四十个") == ["archive.sqlite"]  # removed as well, and not asked for


def test_earlier_texts_of_a_letter_go_when_they_are_asked_for(letters: Path, tmp_path: Path, secret: Path) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    secret.write_text(secret.read_text(encoding="utf-8").replace(SECRET, "该家庭的补助已经发放。"), encoding="utf-8")
    make_index(letters, index)
    assert purge(index, NOW, silent).versions == 0
    assert holding(index, "锦绣里") == ["archive.sqlite"]
    doc_id = doc_id_of(index, "20230999")
    assert purge(index, Purge(doc_ids=(doc_id,), superseded=True), silent).versions == 1
    assert holding(index, "锦绣里") == []
    archive = open_archive(index / "archive.sqlite")
    assert len(archive.versions(doc_id)) == 1
    archive.close()
    assert verify(index) == []


def test_a_reader_of_an_old_generation_is_waited_for(letters: Path, tmp_path: Path, secret: Path) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    reader = Generation.open_current(index)
    doc_id = doc_id_of(index, "20230999")
    secret.unlink()
    make_index(letters, index, prune=True)
    assert text_of(reader, doc_id)  # it answers on, from its own generation
    finished: list[float] = []

    def take_out() -> None:
        purge(index, NOW, silent)
        finished.append(time.monotonic())

    purging = threading.Thread(target=take_out)
    purging.start()
    while current_number(IndexPaths(index)) != 3:
        time.sleep(0.05)
    assert not finished
    assert (index / "generations" / "1").exists()
    assert text_of(reader, doc_id)
    released = time.monotonic()
    reader.close()
    purging.join(60)
    assert finished
    assert finished[0] > released
    assert holding(index, "翡翠") == []


def test_rows_derived_from_a_purged_letter_go_with_it(letters: Path, tmp_path: Path, secret: Path) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    doc_id = doc_id_of(index, "20230999")
    with closing(open_archive(index / "archive.sqlite", writable=True)) as archive:
        [key] = [key for key in archive.live() if key.doc_id == doc_id]
        archive.put_derived("sentences", 1, key, [{"text": "只有派生的行里才有的翡翠"}])
    secret.unlink()
    make_index(letters, index, prune=True)
    assert holding(index, "只有派生的行里才有") == ["archive.sqlite"]
    assert purge(index, NOW, silent).letters == 1
    assert holding(index, "翡翠") == []


def test_what_lies_in_a_log_beside_the_index_is_named(letters: Path, tmp_path: Path, secret: Path) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    verdict = Verdict(date=date(2026, 7, 1), generation=1, query="补助", passage_id="a#1", rank=1, useful=True)
    feedback.keep(index / "users.sqlite", verdict)
    with closing(sqlite3.connect(index / "users.sqlite")) as connection, connection:
        connection.execute("UPDATE feedback SET query = ?", (SECRET,))  # personal data, which `keep` would have masked
    (index / "feedback.jsonl").write_text(json.dumps({"query": SECRET}, ensure_ascii=False), encoding="utf-8")
    secret.unlink()
    make_index(letters, index, prune=True)
    lines = purge(index, NOW, silent).lines
    assert any("feedback.jsonl" in line and "没有改动" in line for line in lines)
    assert any("users.sqlite" in line and "没有改动" in line for line in lines)
    assert holding(index, "翡翠") == ["feedback.jsonl", "users.sqlite"]


def test_versions_of_an_archive_of_before_are_kept_and_their_time_begins_now(tmp_path: Path) -> None:
    path = tmp_path / "archive.sqlite"
    carried = parsed("市民政局关于长者食堂的答复\n周晓明委员：\n食堂已经建成。").model_dump_json()
    digest = hashlib.sha256(carried.encode()).hexdigest()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(_FIRST_SCHEMA)
        for doc_id, content in (("carried", "c"), ("removed", "d")):
            values = (doc_id, digest, content, carried, "2020-01-01T00:00:00+00:00")
            connection.execute("INSERT INTO versions VALUES (?, ?, ?, ?, ?)", values)
        connection.execute("INSERT INTO files VALUES ('/f', 1, 1, 's', 'p', 'r', '[]')")
        connection.execute("INSERT INTO origins (path, doc_id, json_sha256) VALUES ('/f', 'carried', ?)", (digest,))
    archive = open_archive(path, writable=True)
    assert archive.orphans("2021-01-01T00:00:00+00:00", superseded=True) == []
    assert [version.doc_id for version in archive.orphans("9999", superseded=True)] == ["removed"]
    archive.close()


_FIRST_SCHEMA = """
CREATE TABLE files (
    path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, sha256 TEXT NOT NULL,
    parser TEXT NOT NULL, read_at TEXT NOT NULL, errors TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE versions (
    doc_id TEXT NOT NULL, json_sha256 TEXT NOT NULL, content_sha256 TEXT NOT NULL, json TEXT NOT NULL,
    stored_at TEXT NOT NULL, PRIMARY KEY (doc_id, json_sha256)
);
CREATE TABLE origins (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL REFERENCES files(path) ON DELETE CASCADE,
    doc_id TEXT NOT NULL, json_sha256 TEXT NOT NULL,
    FOREIGN KEY (doc_id, json_sha256) REFERENCES versions(doc_id, json_sha256)
);
CREATE INDEX origins_by_document ON origins(doc_id, sequence);
CREATE INDEX origins_by_path ON origins(path);
PRAGMA user_version = 1;
"""


def test_the_command_says_what_it_did_and_checked(letters: Path, tmp_path: Path, secret: Path) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    secret.unlink()
    make_index(letters, index, prune=True)
    assert "没有到期的" in dafu("purge", index).stdout
    done = dafu("purge", index, "--now")
    assert done.returncode == 0, done.stderr
    assert "已清除 1 份答复的 1 个版本" in done.stdout
    assert "逐字节查找" in done.stdout
    assert dafu("purge", tmp_path).returncode == 1


def test_the_words_are_really_its_own() -> None:
    """The tests above look for these: were they no terms, they would pass for nothing."""
    assert {"翡翠", "锦绣"} <= set(analyzer.bigrams(SECRET))
