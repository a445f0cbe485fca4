"""Peers: a hand-worked archive through each library that is installed; what lies around them without any."""

import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import DafuError
from eval.experiment import Collection
from eval.peers import protocol
from eval.peers.experiment import peer_row, run_peer
from eval.peers.material import Passages, by_document, passages_of, queries_of
from eval.peers.protocol import PEERS, Scored, Texts, load
from eval.peers.tables import with_table
from eval.trec import Topic
from indexer.build.update import BuildOptions, build
from indexer.encoders import EncoderChoice
from indexer.encoders.general import GeneralEncoder
from indexer.snapshot import open_index
from tests.conftest import silent

ROOT = Path(__file__).resolve().parents[1]
# Four passages of three documents, and vectors in the plane. Words and vectors agree on q1 and disagree on q2.
PASSAGES = Passages(
    ["长者食堂每餐补贴两元", "食堂营业时间", "加装电梯财政补贴每台十五万元", "共享停车包月收费"],
    np.array([[1, 0], [0.8, 0.6], [0, 1], [-1, 0]], dtype=np.float32),
    np.array(["canteen", "canteen", "lift", "parking"]),
)
TOPICS = (Topic("q1", "长者食堂", "short"), Topic("q2", "停车", "short"), Topic("q3", "？！", "short"))
QUERIES = Texts([topic.text for topic in TOPICS], np.array([[1, 0], [0, 1], [0, 0]], dtype=np.float32))
COLLECTION = Collection(TOPICS, {"q1": {"canteen": 1}, "q2": {"parking": 1}, "q3": {"lift": 1}})
MODULES = {"haystack-ai": "haystack"}


def installed(name: str) -> bool:
    library = PEERS[name].library
    return find_spec(MODULES.get(library, library)) is not None


def by_length(passages: Texts, queries: Texts) -> Iterator[Scored]:
    """A peer whose scores can be told: the longest passage is the best, and the last one is never found."""
    for _ in queries.texts:
        yield Scored.of([0, 1, 2], [len(text) for text in passages.texts[:3]])


def test_a_document_stands_where_its_best_passage_does() -> None:
    scored = Scored.of([3, 0, 1, 2], [0.2, -0.5, 0.7, 0.2])
    # canteen by its second passage 0.7; lift and parking tie at 0.2 and go by doc_id.
    assert by_document(scored, PASSAGES.doc_ids, None) == {"canteen": 3.0, "lift": 2.0, "parking": 1.0}
    assert by_document(scored, PASSAGES.doc_ids, frozenset({"parking", "absent"})) == {"parking": 1.0}
    assert by_document(Scored.of([], []), PASSAGES.doc_ids, None) == {}


def test_a_peer_is_measured_and_compared() -> None:
    run = run_peer("by-length", by_length, PASSAGES, QUERIES, COLLECTION, silent)
    # 14 characters of the lift before 10 of the canteen; a topic of punctuation alone is not even asked.
    assert run == {"q1": {"lift": 2.0, "canteen": 1.0}, "q2": {"lift": 2.0, "canteen": 1.0}, "q3": {}}
    row = peer_row("by-length", run, {"q1": {"canteen": 1.0}, "q2": {}, "q3": {}}, COLLECTION)
    assert row.figures["all"].means["nDCG@10"] == pytest.approx((1 / np.log2(3)) / 3)
    assert row.ours["short"].differences[0].mean == pytest.approx((1 - 1 / np.log2(3)) / 3)
    assert set(row.to_json()) == {"figures", "dafu_hybrid_minus_this"}


def test_the_page_gets_its_table() -> None:
    run = run_peer("by-length", by_length, PASSAGES, QUERIES, COLLECTION, silent)
    row = peer_row("by-length", run, {"q1": {"canteen": 1.0}}, COLLECTION)
    result = {"unit": "passage", "versions": ["ruler 1"], "runs": {"by-length": row.to_json()}}
    page = with_table("# Page\n<!-- figures: x -->\nold\n<!-- end -->\ntail\n", "x", json.loads(json.dumps(result)))
    # 0.631 of one query in three, where the other run has 1.
    assert "3 topics; peers given each passage; ruler 1." in page
    assert "| by-length | 0.210 | 0.000 to 0.631 | 0.210 | 0.333 | 0.167 | 0.333 | +0.123 (" in page
    assert page.endswith("<!-- end -->\ntail\n")
    assert "old" not in page
    with pytest.raises(ValueError, match="no place for figures named y"):
        with_table(page, "y", result)


def test_passages_are_those_of_the_index(sample_index: Path) -> None:
    snapshot = open_index(sample_index)
    passages, engine = passages_of(snapshot, "passage"), snapshot.engine
    assert len(passages.texts) == len(passages.vectors) == len(passages.doc_ids) == engine.size.passages
    entries = engine.entries()
    entry, document = entries[-1], snapshot.masked(entries[-1])
    last = engine.passages_of(entry.key)[-1]
    assert passages.doc_ids[-1] == entry.doc_id
    assert document.text[last.start : last.end] in passages.texts[-1]
    assert (entry.title or "无题") in passages.texts[-1]
    assert np.linalg.norm(passages.vectors, axis=1) == pytest.approx(1, abs=1e-3)
    documents = passages_of(snapshot, "document")
    assert documents.doc_ids.tolist() == [found.doc_id for found in entries]
    assert document.text in documents.texts[-1]
    assert documents.vectors.shape == (len(entries), snapshot.encoder.dimension)
    assert queries_of(snapshot, TOPICS).vectors.shape == (3, snapshot.encoder.dimension)
    with pytest.raises(DafuError, match=r"索引的向量没有语义部分.*--vectors general"):
        passages_of(snapshot, "passage", "general")


def test_a_mixed_index_gives_both_vectors_as_one_or_the_general_one_alone(
    general: GeneralEncoder, letters: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(GeneralEncoder, "made", classmethod(lambda cls: general))
    build([letters], tmp_path / "index", BuildOptions(encoder=EncoderChoice(name="mixed")), silent)
    snapshot = open_index(tmp_path / "index")
    whole, alone = (passages_of(snapshot, "passage", part).vectors for part in ("all", "general"))
    asked, asked_alone = (queries_of(snapshot, TOPICS[:2], part).vectors for part in ("all", "general"))
    assert alone.shape == (snapshot.engine.size.passages, 384)
    assert asked_alone.shape == (2, 384)
    for vectors in (whole, alone, asked, asked_alone):
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-3)
    # Both parts of a passage are as long as each other, so the general one is 1 / sqrt(2) of the whole.
    np.testing.assert_allclose(whole[:, -384:] * np.sqrt(2), alone, atol=2e-3)
    snapshot.generation.close()


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = protocol.Source("eval.peers.absent", "search", "absent-library")
    monkeypatch.setitem(PEERS, "absent", absent)
    with pytest.raises(DafuError, match=r"absent-library.*peers.*pip install"):
        load("absent")


def test_the_command_refuses_an_unknown_peer() -> None:
    command = [sys.executable, "-m", "eval.peers", "--index", "i", "--topics", "t", "--qrels", "q", "--runs", "r"]
    done = subprocess.run([*command, "--peers", "lucene"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "没有“lucene”" in done.stderr.replace("\n", "")


@pytest.mark.skipif(all(installed(name) for name in PEERS), reason="every peer is installed")
def test_the_command_says_what_to_install() -> None:
    missing = next(name for name in PEERS if not installed(name))
    command = [sys.executable, "-m", "eval.peers", "--index", "i", "--topics", "t", "--qrels", "q", "--runs", "r"]
    done = subprocess.run([*command, "--peers", missing], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"错误：缺少 {missing} 所需的程序库 {PEERS[missing].library}")


@pytest.mark.parametrize("name", PEERS)
# What a peer's libraries warn of at import is theirs.
@pytest.mark.filterwarnings("ignore")
def test_every_peer_finds_what_there_is_to_find(name: str) -> None:
    if not installed(name):
        pytest.skip(f"{PEERS[name].library} is not installed (extra `peers`)")
    run = run_peer(name, load(name), PASSAGES, QUERIES, COLLECTION, silent)
    assert max(run["q1"], key=run["q1"].__getitem__) == "canteen"
    assert "parking" in run["q2"]
    # The vectors put the lift first, the words parking: a hybrid has both, words alone have one.
    assert ("lift" in run["q2"]) == (name != "bm25s")
    assert run["q3"] == {}


@pytest.mark.parametrize("name", PEERS)
@pytest.mark.filterwarnings("ignore")
def test_a_query_without_a_vector_is_answered_by_its_words(name: str) -> None:
    if not installed(name):
        pytest.skip(f"{PEERS[name].library} is not installed (extra `peers`)")
    found = list(load(name)(PASSAGES, Texts(["停车"], np.zeros((1, 2), np.float32))))
    assert len(found) == 1
    assert next(iter(by_document(found[0], PASSAGES.doc_ids, None))) == "parking"


def test_the_extra_holds_every_library() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    pins = (ROOT / "eval/peers/constraints.txt").read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("peers = "))
    extra = set(json.loads(line.partition("= ")[2]))
    assert extra == {source.library for source in PEERS.values()}
    assert all(f"\n{library}==" in pins for library in extra)
