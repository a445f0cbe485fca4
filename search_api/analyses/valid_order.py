"""An order in which what took an answer's place stands above it. Age alone moves nothing."""

from collections.abc import Iterable, Mapping, Sequence

from search_api.analyses.current import Candidate, Standing, Standings

_ANSWERS_LESS = {"superseded": 1, "restates": 2}


def valid_first(chosen: Mapping[int, Sequence[int]], known: Standings) -> dict[int, list[int]]:
    """Passages by their documents, in order; `chosen` are those to show, by documents, best first, all of them known.

    A document goes above another if it took the place of what that says nearest to the ask, or of anything that it says
    where nothing of it is current; where its passage is not among those to show, it is put in. Within a document
    superseded passages come after the others, those that only restate last; otherwise the nearest to the ask is first.
    """
    ordered = {document: list(passages) for document, passages in chosen.items()}
    above: dict[int, int] = {}
    for document, passages in chosen.items():
        if taker := _taker_of([known[passage] for passage in passages]):
            of_taker = ordered.setdefault(taker.entry.key, [])
            if taker.passage.key not in of_taker:
                of_taker.append(taker.passage.key)
            above[document] = taker.entry.key
    return {
        document: sorted(ordered[document], key=lambda passage: _place(known[passage]))
        for document in with_above(chosen, above)
    }


def with_above(documents: Iterable[int], above: Mapping[int, int]) -> list[int]:
    """The documents in their order, but directly above each the one that `above` has for it, if it was below.

    >>> with_above([1, 2, 3, 4], {1: 3, 3: 9})
    [9, 3, 1, 2, 4]
    """
    order: list[int] = []
    met: set[int] = set()

    def place(document: int) -> None:
        if document in met:
            return
        met.add(document)
        if document in above:
            place(above[document])
        order.append(document)

    for document in documents:
        place(document)
    return order


def _taker_of(standings: Sequence[Standing]) -> Candidate | None:
    """What took the place of a document, by the standings of its passages, the nearest to the ask first."""
    is_current = any(standing.status == "current" for standing in standings)
    asked = standings[:1] if is_current else standings
    return next((standing.superseded_by for standing in asked if standing.superseded_by), None)


def _place(standing: Standing) -> tuple[int, float]:
    return _ANSWERS_LESS.get(standing.status or "", 0), standing.of.behind
