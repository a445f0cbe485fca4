"""Here are documents, give me an index. Analyses, encodes, builds, updates and verifies; owns everything on disk.

    from indexer import open_index

    index = open_index("/srv/dafu")
    print(index.number, index.engine.size)
    for entry in index.engine.entries():
        print(entry.doc_id, entry.title)

Not for: queries in a user's words, hits, pages.
"""

from typing import TYPE_CHECKING

from corpus.face import face

if TYPE_CHECKING:
    from indexer.engine.filters import Filter
    from indexer.engine.parameters import RankingParameters
    from indexer.engine.protocol import DocumentEntry, Engine, PassageEntry, Query
    from indexer.snapshot import Snapshot, open_index

__all__ = [
    "DocumentEntry", "Engine", "Filter", "PassageEntry", "Query", "RankingParameters", "Snapshot", "open_index",
]  # fmt: skip

_MODULES = {
    **dict.fromkeys(("DocumentEntry", "Engine", "PassageEntry", "Query"), "engine.protocol"),
    **dict.fromkeys(("Snapshot", "open_index"), "snapshot"),
    "Filter": "engine.filters",
    "RankingParameters": "engine.parameters",
}

__getattr__, __dir__ = face(__name__, _MODULES)
