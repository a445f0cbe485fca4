"""Suggests how a query could go on while it is typed, and which terms could replace one that found nothing.

Offered are the archive's own titles, agencies and numbers, and the words that its titles use most. `index` reads them
off the documents and counts them by scope; `counts`, `terms` and `texts` are its parts, `pinyin` reads characters
aloud, `typed` says which part of the typed text can be completed, and `suggester` answers one user from all that.

Not for: changing a query unasked, ranking documents, the words of bodies and questions.
"""

from search_api.suggest.suggester import Suggester, suggester_of
from search_api.suggest.types import MAX_TYPED, Entry, Kind, Suggestion

__all__ = ["MAX_TYPED", "Entry", "Kind", "Suggester", "Suggestion", "suggester_of"]
