"""Runs peers on a collection, measures their runs, and compares dafu's hybrid with each."""

from dataclasses import dataclass

from eval.compare import Comparison, compare
from eval.experiment import MODES, Collection, run_mode
from eval.measures import Figures, measure
from eval.peers.material import Passages, by_document
from eval.peers.protocol import Peer, Texts
from eval.trec import Run
from indexer.progress import Progress
from search_api.searcher import Searcher


@dataclass(frozen=True)
class Row:
    """A run and its figures by category; for a peer also dafu's hybrid (B) compared with it (A), by category."""

    name: str
    run: Run
    figures: dict[str, Figures]
    ours: dict[str, Comparison]

    def to_json(self) -> dict[str, object]:
        figures = {category: found.to_json() for category, found in self.figures.items()}
        against = {category: found.to_json()["measures"] for category, found in self.ours.items()}
        return {"figures": figures, "dafu_hybrid_minus_this": against} if against else {"figures": figures}


def our_rows(searcher: Searcher, collection: Collection, progress: Progress) -> list[Row]:
    """dafu's retrieval modes, the hybrid last."""
    results = [run_mode(searcher, collection, mode, progress) for mode in MODES]
    return [Row(f"dafu-{result.mode}", result.run, result.figures, {}) for result in results]


def peer_row(name: str, run: Run, ours: Run, collection: Collection) -> Row:
    """A peer's run, measured and compared."""
    topics, qrels = collection.topics, collection.qrels
    figures = measure(run, qrels, topics)
    groups = {category: [t for t in topics if category in (t.category, "all")] for category in figures}
    return Row(name, run, figures, {category: compare(run, ours, qrels, group) for category, group in groups.items()})


def run_peer(
    name: str, peer: Peer, passages: Passages, queries: Texts, collection: Collection, progress: Progress
) -> Run:
    """A ranking of documents for every topic. One without a word asks for nothing, as in dafu, and finds nothing."""
    asked = [i for i, words in enumerate(queries.words) if words]
    run: Run = {topic.query_id: {} for topic in collection.topics}
    found = peer(passages, Texts([queries.texts[i] for i in asked], queries.vectors[asked]))
    for done, (i, scored) in enumerate(zip(asked, found, strict=True), 1):
        run[collection.topics[i].query_id] = by_document(scored, passages.doc_ids, collection.candidates)
        progress(f"检索（{name}）", done, len(asked))
    return run
