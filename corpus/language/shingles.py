"""Runs of neighbouring characters: what two texts share of them tells how alike they are, with no dictionary."""

from collections.abc import Iterable


def shingles(pieces: Iterable[str], length: int) -> set[str]:
    """Every run of so many characters that stands within one of the pieces.

    >>> sorted(shingles(["长者食堂", "补贴"], 2))
    ['者食', '补贴', '长者', '食堂']
    """
    return {piece[at : at + length] for piece in pieces for at in range(len(piece) - length + 1)}
