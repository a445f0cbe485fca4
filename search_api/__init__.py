"""Here is a query, give me hits. Query language, hits, facets, suggestions, matching, HTTP and pages.

    from search_api import Searcher

    searcher = Searcher("/srv/dafu")
    for hit in searcher.search("老年助餐 年份:2021..2025", k=3).hits:
        print(hit.band, hit.title, hit.passages[0].text)
    for point in searcher.match("关于夜间公交的提案\\n建议：\\n一、延长运营时间。").points:
        print(point.text, point.precedent)

Not for: reading files, writing an index, judging results.
"""

from typing import TYPE_CHECKING

from corpus.face import face

if TYPE_CHECKING:
    from search_api.query.language import QueryError
    from search_api.searcher import Searcher
    from search_api.types import Hit, PassageHit, SearchResult

__all__ = ["Hit", "PassageHit", "QueryError", "SearchResult", "Searcher"]

_MODULES = {
    **dict.fromkeys(("Hit", "PassageHit", "SearchResult"), "types"),
    "QueryError": "query.language",
    "Searcher": "searcher",
}

__getattr__, __dir__ = face(__name__, _MODULES)
