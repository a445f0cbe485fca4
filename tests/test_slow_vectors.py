"""An index answers by words first, and by ordinary language once its vectors are there: made once, in stretches."""

import math
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.archive import open_archive
from indexer.archive.fingerprints import text_hash
from indexer.build import slow_vectors, update
from indexer.build.generation import Generation
from indexer.build.update import BuildOptions, BuildReport, build, go_on
from indexer.encoders import EncoderChoice
from indexer.encoders.general import GeneralEncoder
from indexer.paths import IndexPaths
from indexer.snapshot import open_index
from indexer.upkeep.purge import Purge, purge
from indexer.upkeep.verify import verify
from search_api.searcher import Searcher
from tests.conftest import silent


@pytest.fixture(autouse=True)
def encoded(general: GeneralEncoder, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that the general encoder is given as passages, from now on; it is made once a run."""
    texts: list[str] = []
    original = GeneralEncoder.encode_passages

    def counted(encoder: GeneralEncoder, given: Sequence[str]) -> NDArray[np.float32]:
        texts.extend(given)
        return original(encoder, given)

    monkeypatch.setattr(GeneralEncoder, "made", classmethod(lambda cls: general))
    monkeypatch.setattr(GeneralEncoder, "encode_passages", counted)
    return texts


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if every update were too large to wait for."""
    monkeypatch.setattr(update, "_AT_ONCE", 0)


def mixed(source: Path, into: Path, **options: float | bool | None) -> BuildReport:
    return build([source], into, BuildOptions(encoder=EncoderChoice(name="mixed"), **options), silent)  # type: ignore[arg-type]


def vectors(index: Path) -> list[NDArray[np.float32]]:
    generation = Generation.open_current(index)
    parts = generation.engine.parts
    return [part.reconstruct(np.arange(part.size)) for part in (parts.vectors, parts.document_vectors)]


def first(index: Path, query: str) -> str | None:
    snapshot = open_index(index)
    ((doc_id, _),) = Searcher(snapshot).rank(query, 1)
    entry = snapshot.engine.find(doc_id)
    assert entry is not None
    return entry.title


def test_a_small_index_is_whole_at_once_and_understands_other_words(letters: Path, tmp_path: Path) -> None:
    report = mixed(letters, tmp_path / "index")
    assert (report.generation, report.lacking) == (1, 0)
    assert first(tmp_path / "index", "爷爷奶奶去哪里吃中饭") == "关于长者食堂的提案"
    assert verify(tmp_path / "index") == []


@pytest.mark.usefixtures("large")
def test_a_large_one_answers_first_and_ends_up_the_same(letters: Path, tmp_path: Path) -> None:
    assert mixed(letters, tmp_path / "early", follows_s=-1).lacking > 0
    early = Generation.open_current(tmp_path / "early")
    assert not early.encoder.is_ready
    assert early.slow_share == 0
    assert first(tmp_path / "early", "加装电梯") == "关于加装电梯的提案"
    report = mixed(letters, tmp_path / "late")
    assert (report.generation, report.lacking) == (2, 0)
    models = {path.stat().st_ino for path in (tmp_path / "late").rglob("model.onnx")}
    assert len(models) == 1  # sixty megabytes, once
    for found, wanted in zip(vectors(tmp_path / "late"), _at_once(letters, tmp_path / "once"), strict=True):
        assert np.allclose(found, wanted, atol=2e-3)  # half precision, rounded once more


def _at_once(letters: Path, into: Path) -> list[NDArray[np.float32]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(update, "_AT_ONCE", 40)
        assert mixed(letters, into).generation == 1
    return vectors(into)


@pytest.mark.usefixtures("large")
def test_what_was_cut_short_goes_on_where_it_stopped(
    letters: Path, tmp_path: Path, encoded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow_vectors, "_BATCH", 1)
    index = tmp_path / "index"
    assert mixed(letters, index, follows_s=-1).lacking > 0
    assert encoded == []

    class TurnedOffError(Exception):
        """What a power cut is to the program."""

    def cut_short(step: str, done: int, total: int) -> None:
        if (step, done) == (slow_vectors.STEP, 2):
            raise TurnedOffError

    with pytest.raises(TurnedOffError):
        go_on(index, cut_short, math.inf)
    before = list(encoded)
    assert before
    share = Generation.open_current(index).slow_share
    assert share is not None
    assert 0 < share < 1
    live = go_on(index, silent, math.inf)
    assert live is not None
    assert (live.generation, live.lacking) == (2, 0)
    assert not set(before) & set(encoded[len(before) :])


def test_a_passage_is_encoded_once_in_its_life(letters: Path, tmp_path: Path, encoded: list[str]) -> None:
    index = tmp_path / "index"
    mixed(letters, index)
    texts = set(encoded)
    encoded.clear()
    mixed(letters, index, retrain=True)
    (letters / "子文件夹").mkdir()
    (letters / "长者食堂.txt").rename(letters / "子文件夹" / "改名.txt")
    mixed(letters, index, prune=True)
    assert encoded == []
    added = (
        (letters / "共享停车.txt").read_text(encoding="utf-8").replace("20230003", "20230009").replace("停车", "充电")
    )
    (letters / "充电.txt").write_text(added, encoding="utf-8")
    assert mixed(letters, index).added == 1
    assert encoded
    assert not texts & set(encoded)


def test_a_damaged_vector_is_made_anew(letters: Path, tmp_path: Path, encoded: list[str]) -> None:
    index = tmp_path / "index"
    mixed(letters, index)
    before, slow = vectors(index), Generation.open_current(index).encoder.slow
    assert slow is not None
    with closing(open_archive(IndexPaths(index).archive, writable=True)) as archive, archive.transaction():
        damaged = sorted(archive.vectors.known(slow.fingerprint))[0]
        archive._execute("UPDATE vectors SET checksum = checksum + 1 WHERE text_sha256 = ?", damaged)  # type: ignore[attr-defined]
        assert archive.vectors.get(slow.fingerprint, [damaged]) == {}
    encoded.clear()
    mixed(letters, index, retrain=True)
    assert [text_hash(text) for text in encoded] in ([damaged], [])  # [] where it was a calibration's
    assert np.allclose(vectors(index)[0][:, -384:], before[0][:, -384:], atol=2e-3)


def test_a_purge_leaves_no_vector_of_what_it_took(letters: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    mixed(letters, index)
    gone = "关于长者食堂的提案"
    doc_id = next(e.doc_id for e in Generation.open_current(index).engine.entries() if e.title == gone)
    (letters / "长者食堂.txt").unlink()
    mixed(letters, index, prune=True)
    purge(index, Purge(doc_ids=(doc_id,)), silent)
    generation = Generation.open_current(index)
    assert generation.encoder.slow is not None
    said = {
        text_hash(text)
        for entry in generation.engine.entries()
        for text in slow_vectors.texts_of(generation.masked(entry))
    }
    assert generation.archive.vectors.known(generation.encoder.slow.fingerprint) == said


@pytest.mark.usefixtures("large")
def test_the_shortest_stretch_comes_a_batch_further(
    letters: Path, tmp_path: Path, encoded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long it takes to find where to go on: else a large archive would look for it for ever."""
    monkeypatch.setattr(slow_vectors, "_BATCH", 1)
    mixed(letters, tmp_path / "index", follows_s=0)
    made = []
    for _ in range(3):
        live = go_on(tmp_path / "index", silent, 1e-9)
        assert live is not None
        made.append(len(encoded))
    assert 0 < made[0] < made[1] < made[2]
