"""Synthetic letters keep what they promise; `dafu eval bench` measures everything it names. Speed is never asserted."""

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corpus.documents import read_documents
from corpus.errors import DafuError, ReadError
from corpus.passages import split
from corpus.readers import SUFFIXES
from corpus.types import Document
from dafu import app
from eval.bench.documents import PLANTED_AGENCY, PLANTED_YEAR, Composer, write_archive
from eval.bench.figures import Bench
from eval.bench.process import Steps
from eval.bench.questions import PASTED_LENGTH, questions
from eval.bench.vocabulary import Sample, read_sample
from eval.reports.pages.bench import page as bench_page
from indexer.terms import analyzer
from tests.conftest import silent

PASSAGES = 1000


@pytest.fixture(scope="module")
def sample() -> Sample:
    return read_sample()


@pytest.fixture(scope="module")
def composer(sample: Sample) -> Composer:
    return Composer(0, sample)


@pytest.fixture(scope="module")
def written(composer: Composer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("letters")
    write_archive(folder, composer, PASSAGES)
    return folder


@pytest.fixture(scope="module")
def documents(written: Path) -> list[Document]:
    outcomes = [o for path in sorted(written.iterdir()) for o in read_documents(path, path.name)]
    assert not [o for o in outcomes if isinstance(o, ReadError)]
    return [o for o in outcomes if isinstance(o, Document)]


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_same_seed_gives_the_same_bytes(sample: Sample, written: Path, tmp_path: Path) -> None:
    for name, seed in (("again", 0), ("other", 1)):
        (tmp_path / name).mkdir()
        write_archive(tmp_path / name, Composer(seed, sample), PASSAGES)
    assert content(tmp_path / "again") == content(written)
    assert content(tmp_path / "other") != content(written)


def test_the_sample_is_taken_apart_alike_each_time(sample: Sample) -> None:
    assert read_sample() == sample


def test_as_many_passages_as_asked(documents: list[Document]) -> None:
    assert sum(len(split(document)) for document in documents) == pytest.approx(PASSAGES, rel=0.05)


def test_planted_filters_let_through_what_they_promise(composer: Composer) -> None:
    records = [composer.document(number).record for number in range(400)]
    assert sum(record["replied_on"].startswith(str(PLANTED_YEAR)) for record in records) == 40
    assert sum(PLANTED_AGENCY in record["agency"] for record in records) == 4


def test_letters_are_read_like_real_ones(composer: Composer, documents: list[Document]) -> None:
    for number, document in enumerate(documents):
        record = composer.document(number).record
        assert document.doc_id == record["id"]
        assert document.title == record["title"]
        assert document.agency == record["agency"]
        assert document.doc_number == record["doc_number"]
        assert document.proposal_number == record["proposal_number"]
        assert document.replied_on is not None
        assert document.replied_on.isoformat() == record["replied_on"]
        assert document.heading
        assert document.session
        assert document.addressees
        assert document.contact
        assert document.proposal_kind in ("cppcc", "npc")
        roles = [section.role for section in document.sections]
        assert roles[0] == "opening"
        assert roles[-1] == "closing"
        assert any(section.heading is not None for section in document.sections)


def test_letters_are_as_long_as_real_ones(documents: list[Document]) -> None:
    lengths = sorted(len(document.text) for document in documents)
    assert 900 <= lengths[len(lengths) // 2] <= 1500
    assert lengths[0] < 700
    assert lengths[-1] > 2500


def test_words_are_spread_as_in_real_letters(composer: Composer) -> None:
    """The same number of the leader messages' characters has 5,928 words, half of them once (first 200 letters)."""
    counts: Counter[str] = Counter()
    characters = number = 0
    while characters < 66_500:
        text = composer.document(number).record["text"]
        counts.update(analyzer.words(text))
        characters, number = characters + len(text), number + 1
    assert len(counts) == pytest.approx(5928, rel=0.25)
    assert sum(n == 1 for n in counts.values()) / len(counts) == pytest.approx(0.5, abs=0.1)


def test_queries_are_different_and_ask_what_their_kind_says(composer: Composer) -> None:
    asked = questions(composer, 60, 30)
    assert list(asked) == ["short", "filter_10_percent", "filter_1_percent", "phrase", "pasted"]
    assert all(len(set(queries)) == len(queries) == 30 for queries in asked.values())
    assert asked == questions(composer, 60, 30)
    assert all(2 <= len(query.split()) <= 4 for query in asked["short"])
    assert all(query.endswith(f" 年份:{PLANTED_YEAR}") for query in asked["filter_10_percent"])
    assert all(query.endswith(f" 单位:{PLANTED_AGENCY}") for query in asked["filter_1_percent"])
    archive = "\n".join(composer.document(number).record["text"] for number in range(60))
    assert all(re.fullmatch('"[\u4e00-\u9fff]{4,6}"', query) and query[1:-1] in archive for query in asked["phrase"])
    assert all(len(query) == PASTED_LENGTH for query in asked["pasted"])
    assert not any(line in archive for query in asked["pasted"] for line in query.split("\n") if len(line) > 60)


def test_steps_add_up() -> None:
    steps = Steps(silent)
    for step, done in (("读", 0), ("读", 1), ("写", 0), ("读", 0), ("写", 0)):
        steps(step, done, 1)
    total, by_step = steps.costs()
    assert list(by_step) == ["读", "写"]
    assert sum(cost.seconds for cost in by_step.values()) == pytest.approx(total.seconds, abs=0.005)
    assert sum(cost.cpu_seconds for cost in by_step.values()) == pytest.approx(total.cpu_seconds, abs=0.005)


def test_the_memory_of_a_process_is_its_own() -> None:
    """getrusage's ru_maxrss counts what the parent held when it started the child."""
    held = b"x" * 800_000_000
    code = "from eval.bench.process import peak_memory; print(peak_memory())"
    found = int(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
    assert 20_000_000 < found < len(held) / 2


def test_a_process_that_fails_says_why(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "eval.bench.process", "search", str(tmp_path)]
    done = subprocess.run(command, input="{}", capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("错误：")
    assert "没有索引" in done.stderr


class Ran:
    """One run of `dafu eval bench` over some sixty letters, and what it left."""

    def __init__(self, folder: Path) -> None:
        self.json, self.html, self.kept = folder / "bench.json", folder / "bench.html", folder / "kept"
        self.arguments = ["eval", "bench", "--passages", "320", "--queries", "3", "--folder", str(self.kept)]
        self.arguments += ["--json", str(self.json)]
        done = CliRunner().invoke(app, [*self.arguments, "--html", str(self.html)], catch_exceptions=False)
        assert done.exit_code == 0
        self.printed = done.stdout


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return Ran(tmp_path_factory.mktemp("bench"))


def test_a_bench_measures_what_it_names(ran: Ran) -> None:
    figures = Bench.model_validate_json(ran.json.read_text(encoding="utf-8"))
    (archive,) = figures.archives
    assert figures.seed == 0
    assert archive.build.passages == pytest.approx(320, rel=0.05)
    assert next(iter(archive.build.steps)) == "读取文件"
    assert "训练编码器" in archive.build.steps
    assert sum(cost.seconds for cost in archive.build.steps.values()) == pytest.approx(
        archive.build.total.seconds, abs=0.01
    )
    assert archive.build.peak_memory_bytes > archive.search.peak_memory_bytes > 50_000_000
    assert 0 < archive.start_up.opened_s <= archive.start_up.answered_s
    passing = {kind: found.passing for kind, found in archive.search.kinds.items()}
    assert passing["short"] == passing["pasted"] == 1
    assert passing["filter_10_percent"] == pytest.approx(0.1, abs=0.05)
    assert 0 < passing["filter_1_percent"] < 0.05
    assert 0 < passing["phrase"] < 0.5
    for found in archive.search.kinds.values():
        assert found.queries == 3
        for percentiles in (found.search, found.lexical_floor, found.vector_floor):
            assert 0 < percentiles.p50_ms <= percentiles.p95_ms


def test_what_comes_over_http_is_measured_beside_the_search_in_it(ran: Ran) -> None:
    (archive,) = Bench.model_validate_json(ran.json.read_text(encoding="utf-8")).archives
    assert archive.http is not None
    assert archive.http.queries == 3
    assert archive.http.search.p50_ms > archive.http.in_process.p50_ms > 0
    assert archive.http.search.p50_ms > archive.http.floor.p50_ms > 0
    for text in (ran.printed, ran.html.read_text(encoding="utf-8")):
        assert "空请求" in text
        assert f"{archive.http.floor.p50_ms:.1f}" in text


def test_figures_from_before_http_was_measured_can_be_read(ran: Ran) -> None:
    figures = Bench.model_validate_json(ran.json.read_text(encoding="utf-8"))
    old = figures.model_dump()
    del old["archives"][0]["http"]
    assert Bench.model_validate(old).archives[0].http is None
    assert "空请求" not in bench_page(Bench.model_validate(old))


def test_every_reader_is_measured(ran: Ran) -> None:
    readers = Bench.model_validate_json(ran.json.read_text(encoding="utf-8")).readers
    speeds = {reader.suffix: reader.files_per_second for reader in readers}
    same = {".htm": ".html", ".shtml": ".html"}
    same |= {".markdown": ".md", ".wps": ".doc", ".et": ".xls", ".tsv": ".csv", ".mhtml": ".mht"}
    same |= {".json": ".jsonl", ".jsonl.gz": ".jsonl", **dict.fromkeys((".jpg", ".jpeg", ".tif", ".tiff"), ".png")}
    assert speeds.keys() == {same.get(suffix, suffix) for suffix in SUFFIXES - {".rar"}}
    assert all(speed > 0 for speed in speeds.values())
    assert f"{speeds['.doc']:.1f}" in ran.printed
    assert f"{speeds['.doc']:.1f}" in ran.html.read_text(encoding="utf-8")


def test_disk_is_counted_by_part(ran: Ran) -> None:
    (archive,) = Bench.model_validate_json(ran.json.read_text(encoding="utf-8")).archives
    index = ran.kept / "passages-320" / "index"
    assert {
        "archive.sqlite",
        "lexical",
        "vectors.faiss",
        "encoder",
    } <= archive.disk.keys()
    assert archive.disk["archive.sqlite"] == (index / "archive.sqlite").stat().st_size
    # SQLite's side files came with the searches, after the disk was measured.
    files = [path for path in index.rglob("*") if path.is_file() and not path.name.endswith(("-shm", "-wal"))]
    assert sum(archive.disk.values()) == sum(path.stat().st_size for path in files)


def test_what_is_printed_and_shown_is_what_was_measured(ran: Ran) -> None:
    (archive,) = Bench.model_validate_json(ran.json.read_text(encoding="utf-8")).archives
    page = ran.html.read_text(encoding="utf-8")
    for text in (ran.printed, page):
        assert str(archive.build.passages) in text
        assert f"{archive.start_up.answered_s:.2f}" in text
        assert all(step in text for step in archive.build.steps)
        assert "粘贴 2000 字" in text
    assert page.count("<figure>") == 9
    assert not re.findall(r'(?:src|href)="(?!data:)|https?://', page)


def test_figures_are_never_overwritten(ran: Ran) -> None:
    before = ran.json.read_bytes()
    with pytest.raises(DafuError, match=r"bench\.json 已经存在.*请换一个文件名"):
        CliRunner().invoke(app, ran.arguments, catch_exceptions=False)
    with pytest.raises(DafuError, match="已经存在"):
        Bench.model_validate_json(before).save(ran.json)
    assert ran.json.read_bytes() == before


def test_an_index_that_is_there_is_not_measured_again(ran: Ran, tmp_path: Path) -> None:
    arguments = [*ran.arguments[:-1], str(tmp_path / "new.json")]
    with pytest.raises(DafuError, match=r"passages-320 已经存在.*从头建立"):
        CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert not (tmp_path / "new.json").exists()


def test_the_json_is_plain(ran: Ran) -> None:
    text = ran.json.read_text(encoding="utf-8")
    assert "训练编码器" in text
    assert json.loads(text)["format"] == 1
