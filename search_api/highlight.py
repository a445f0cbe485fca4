"""Where a query's terms stand in a text, as exact offsets of the published text."""

from collections.abc import Iterable

from indexer.terms import analyzer
from indexer.terms.analyzer import DEFAULT, Analyzer
from search_api.word_borders import Borders, Span


def highlights(
    text: str, words: Iterable[str], phrases: Iterable[str] = (), analyzer_: Analyzer = DEFAULT
) -> list[Span]:
    """Spans [start, end) of the words and phrases, ascending, overlapping or touching ones joined.

    A word is marked where it stands as one, and not inside another. Single characters are highlighted only where they
    are a phrase: a lone 的 says nothing.
    """
    normalised, offsets = analyzer.normalise_with_offsets(text)
    spans: list[Span] = []
    sought = sorted({word for w in words if len(word := analyzer.normalise(w)) > 1})
    if any(word in normalised for word in sought):
        borders = Borders(normalised, analyzer_)
        spans += [span for word in sought for span in borders.occurrences(word)]
    wanted = ["".join(analyzer.normalise(phrase).split()) for phrase in phrases]
    if wanted:
        squeezed, positions = _squeeze(normalised)
        found = [span for phrase in wanted for span in _occurrences(squeezed, phrase)]
        spans += [(positions[start], positions[end - 1] + 1) for start, end in found]
    return _joined(analyzer.original_span(offsets, start, end) for start, end in spans)


def _occurrences(text: str, sought: str) -> Iterable[Span]:
    at = text.find(sought) if sought else -1
    while at >= 0:
        yield at, at + len(sought)
        at = text.find(sought, at + 1)


def _squeeze(text: str) -> tuple[str, list[int]]:
    positions = [i for i, c in enumerate(text) if not c.isspace()]
    return "".join(text[i] for i in positions), positions


def _joined(spans: Iterable[Span]) -> list[Span]:
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found
