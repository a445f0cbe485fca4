"""An order in which what took an answer's place stands above it. Age alone moves nothing."""

from collections.abc import Iterable, Mapping, Sequence

from search_api.analyses.current import Candidate, Standing, Standings

_ANSWERS_LESS = {"superseded": 1, "restates": 2}


def valid_first(chosen: Mapping[int, Sequence[int]], known: Standings) -> dict[int, list[int]]:
    """Passages by their documents, in order; `chosen` are those to show, by documents, best first, all of them known.

    What took the place of one of them and is not among them is put in. Within a document superseded passages come after
    the others, those that only restate last; otherwise the nearest to the ask is first.
    """
    ordered = {document: list(passages) for document, passages in chosen.items()}
    above: dict[int, list[int]] = {}
    for document, passages in chosen.items():
        for taker in _takers(passages, known):
            of_taker = ordered.setdefault(taker.entry.key, [])
            if taker.passage.key not in of_taker:
                of_taker.append(taker.passage.key)
            above.setdefault(document, []).append(taker.entry.key)
    return {
        document: sorted(ordered[document], key=lambda passage: _place(known[passage]))
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
    takers = [known[passage].superseded_by for passage in passages]
    return [taker for taker in takers if taker is not None]


def _place(standing: Standing) -> tuple[int, float]:
    return _ANSWERS_LESS.get(standing.status or "", 0), standing.of.behind
