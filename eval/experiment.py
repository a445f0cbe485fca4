"""Topics through the search engine, leg by leg."""

from collections.abc import Sequence

from eval.trec import Run, Topic
from search_api.engine import Searcher
from search_api.query import ParsedQuery, QueryError, parse_query, plain
from search_api.types import Mode

DEPTH = 1000
"""Documents of a ranking that are kept, as at TREC."""


def run_topics(searcher: Searcher, topics: Sequence[Topic], mode: Mode, candidates: frozenset[str] | None) -> Run:
    """Each topic's ranking. `candidates`, where given, are all that stays of a ranking."""
    # Enough of the ranking that DEPTH candidates are left of it.
    depth = DEPTH if candidates is None else len(searcher.generation.table.documents)
    run: Run = {}
    for topic in topics:
        ranking = searcher.rank(_parsed(topic.text), depth, mode)
        kept = [(d, s) for d, s in ranking if candidates is None or d in candidates]
        # The measures order by score: ranks as scores keep our own order where scores are equal.
        run[topic.query_id] = {doc_id: float(len(kept) - rank) for rank, (doc_id, _) in enumerate(kept[:DEPTH])}
    return run


def _parsed(text: str) -> ParsedQuery:
    """As the search box reads it; a topic that is no valid query line is matched as it is."""
    try:
        return parse_query(text)
    except QueryError:
        return plain(text)
