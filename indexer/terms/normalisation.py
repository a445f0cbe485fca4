"""How is a text written so that equal words are equal strings? NFKC, lower case, simplified characters.

Owner of OpenCC. Every character is normalised on its own, so every offset maps back to the published text.

Not for: terms. Those belong to the analyzer.
"""

import unicodedata
from collections.abc import Sequence
from functools import cache

import opencc

HAN_RANGES = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF))
HAN = "々〇" + "".join(f"{chr(first)}-{chr(last)}" for first, last in HAN_RANGES)
"""The Chinese characters, for a class of a regular expression."""


def normalise(text: str) -> str:
    """The text in NFKC, lower case and simplified characters, each character on its own; idempotent."""
    return text.translate(_FOLDS)


def normalise_with_offsets(text: str) -> tuple[str, Sequence[int]]:
    """`normalise(text)`, and for each of its characters the offset in `text` of the character it came from.

    The offsets ascend and end with one more, `len(text)`: normalise_with_offsets("㎡A") is ("m2a", [0, 0, 1, 2]).
    """
    normalised = normalise(text)
    if len(normalised) == len(text):  # no character folds to nothing, so each folded to exactly one
        return normalised, range(len(text) + 1)
    offsets = [offset for offset, character in enumerate(text) for _ in _FOLDS[ord(character)]]
    return normalised, [*offsets, len(text)]


def original_span(offsets: Sequence[int], start: int, end: int) -> tuple[int, int]:
    """The stretch of the original text that normalised[start:end] came from; a character is never cut in two."""
    if start >= end:
        return offsets[start], offsets[start]
    return offsets[start], offsets[end - 1] + 1


class _Folds(dict[int, str]):
    """Code point to its normalised form, filled as characters are met: str.translate asks once for each of them."""

    def __missing__(self, code: int) -> str:
        simplified = _simplified()
        folded = unicodedata.normalize("NFKC", chr(code)).lower()
        self[code] = "".join(simplified.get(character, character) for character in folded)
        return self[code]


_FOLDS = _Folds()


@cache
def _simplified() -> dict[str, str]:
    """Traditional characters to simplified ones, as OpenCC maps each of them alone: 5,119 pairs in OpenCC 1.4."""
    characters = [chr(code) for first, last in HAN_RANGES for code in range(first, last + 1)]
    # A line for each character: a phrase rule never reaches over the end of a line.
    converted = opencc.OpenCC("t2s").convert("\n".join(characters)).split("\n")
    table = {old: new for old, new in zip(characters, converted, strict=True) if old != new and len(new) == 1}
    # 薴 becomes 苧, which itself becomes 苎: follow such chains to their end, or normalising twice would differ.
    return {old: table.get(new, new) for old, new in table.items()}
