"""An order in which what took an answer's place stands above it. Age alone moves nothing."""

from collections.abc import Iterable, Mapping, Sequence

from search_api.analyses.current import Candidate, Standings

_ANSWERS_LESS = {"superseded": 1, "restates": 2}


def valid_first(chosen: Mapping[int, Sequence[int]], known: Standings) -> dict[int, list[int]]:
    """Passages by their documents, in order; `chosen` are those to show, by documents, best first.

    What took the place of one of them and is not among them is put in, first in its document. Within a document
    superseded passages come after the others, those that only restate last.
    """
    ordered = {document: list(passages) for document, passages in chosen.items()}
    above: dict[int, list[int]] = {}
    for document, passages in chosen.items():
        for taker in _takers(passages, known):
            of_taker = ordered.setdefault(taker.entry.key, [])
            if taker.passage.key not in of_taker:
                of_taker.insert(0, taker.passage.key)
            above.setdefault(document, []).append(taker.entry.key)
    return {
        document: sorted(ordered[document], key=lambda passage: _answers_less(passage, known))
        for document in with_above(chosen, above)
    }


def with_above(documents: Iterable[int], above: Mapping[int, Sequence[int]]) -> list[int]:
    """The documents in their order, but directly above each those of `above` that do not stand there yet.

    >>> with_above([1, 2, 3, 4], {1: [3], 3: [9]})
    [9, 3, 1, 2, 4]
    """
    order: list[int] = []
    met: set[int] = set()

    def place(document: int) -> None:
        if document in met:
            return
        met.add(document)
        for other in above.get(document, ()):
            place(other)
        order.append(document)

    for document in documents:
        place(document)
    return order


def _takers(passages: Sequence[int], known: Standings) -> list[Candidate]:
    standings = [known[passage] for passage in passages if passage in known]
    return [standing.superseded_by for standing in standings if standing.superseded_by is not None]


def _answers_less(passage: int, known: Standings) -> int:
    return _ANSWERS_LESS.get(known[passage].status or "", 0) if passage in known else 0
