"""Finds where pieces stand in the pasted text, from which page furniture, Markdown marks and line breaks were removed.

Not for: what a piece is, which is in `pieces`.
"""

from collections.abc import Iterator, Sequence

from corpus.proposals.labeller import Meaning
from corpus.proposals.model import Piece, Stretch
from corpus.proposals.pieces import pieces_of

_AHEAD = (8, 4, 2, 1)
"""Characters that agree behind a stretch that was left out, so that the digit of a page number is not taken for the
next word; fewer where another such stretch follows at once."""
_NEAR = 200
"""Characters that are left out at one place at most: page furniture between two lines."""


def stretches_of(text: str, meaning: Meaning | None = None) -> list[Stretch]:
    """Where the parts of a pasted proposal stand in it, ascending; what lies between them was left out.

    >>> [tuple(stretch) for stretch in stretches_of("建议：一、修路。二、通水。")][:3]
    [(0, 3, 'preamble', 0), (3, 5, 'left_out', 0), (5, 8, 'ask', 1)]
    """
    pieces = pieces_of(text, meaning)
    return [
        Stretch(start, end, piece.role, piece.point)
        for piece, places in zip(pieces, places_of(text, pieces), strict=True)
        for start, end in _runs(text, places)
    ]


def places_of(text: str, pieces: Sequence[Piece]) -> list[list[int]]:
    """The place in the pasted text of each character of each piece that is not white space, ascending.

    >>> places_of("修好\\n路灯。", [Piece("ask", "修好路灯。", point=1)])
    [[0, 1, 3, 4, 5]]
    """
    known = {char for piece in pieces for char in piece.text}
    at = [place for place, char in enumerate(text) if char in known and not char.isspace()]
    words = ["".join(piece.text.split()) for piece in pieces]
    found = _aligned("".join(text[place] for place in at), "".join(words))
    return [[at[next(found)] for _ in word] for word in words]


def _aligned(solid: str, words: str) -> Iterator[int]:
    """Yields where each character of the words stands in the text; the words are the text, less some stretches."""
    place = 0
    for i, char in enumerate(words):
        if solid[place : place + 1] != char:
            nearby = (solid.find(words[i : i + size], place, place + _NEAR + size) for size in _AHEAD)
            place = next((found for found in nearby if found >= 0), -1)
            if place < 0:
                raise ValueError(f"{words[i : i + 8]!r} does not stand near {i} in the pasted text")
        yield place
        place += 1


def _runs(text: str, places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yields [start, end) of each run of characters with nothing but white space between them."""
    start = end = -1
    for place in places:
        if end < 0 or text[end:place].strip():
            if end > start:
                yield start, end
            start = place
        end = place + 1
    if end > start:
        yield start, end
