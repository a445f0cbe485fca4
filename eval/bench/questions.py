"""Composes the queries that are asked of a synthetic archive, kind by kind."""

import re
from collections.abc import Callable, Iterator
from itertools import islice
from random import Random

from eval.bench.documents import CLOSING_LINES, HEAD_LINES, PLANTED_AGENCY, PLANTED_YEAR, Composer

PASTED_LENGTH = 2000
"""Characters: a proposal with its preamble and a few points."""

_SOURCES = 6  # documents whose words a pasted text is made of
_HAN_RUN = re.compile(r"[\u4e00-\u9fff]{6,}")
_PHRASE_LENGTH = 4, 6  # characters


def questions(composer: Composer, documents: int, count: int) -> dict[str, list[str]]:
    """`count` different queries of each kind about an archive of so many documents."""
    asker = _Asker(composer, documents)
    kinds: dict[str, Callable[[Random], str]] = {
        "short": asker.short,
        "filter_10_percent": lambda rng: f"{asker.short(rng)} 年份:{PLANTED_YEAR}",
        "filter_1_percent": lambda rng: f"{asker.short(rng)} 单位:{PLANTED_AGENCY}",
        "phrase": asker.phrase,
        "pasted": asker.pasted,
    }
    return {kind: list(islice(_distinct(composer, kind, ask), count)) for kind, ask in kinds.items()}


def _distinct(composer: Composer, kind: str, ask: Callable[[Random], str]) -> Iterator[str]:
    rng = composer.rng("questions", kind)
    known: set[str] = set()
    while True:
        query = ask(rng)
        if query not in known:
            known.add(query)
            yield query


class _Asker:
    """Composes one query at a time about the documents of one archive."""

    def __init__(self, composer: Composer, documents: int) -> None:
        self._composer, self._documents = composer, documents

    def short(self, rng: Random) -> str:
        """Two to four words of one document."""
        words = sorted(set(self._words(rng)))
        return " ".join(rng.sample(words, min(len(words), rng.randint(2, 4))))

    def phrase(self, rng: Random) -> str:
        """A few characters that stand side by side in the body of one document."""
        lines = self._composer.document(rng.randrange(self._documents)).record["text"].split("\n")
        run = rng.choice(_HAN_RUN.findall("\n".join(lines[HEAD_LINES:-CLOSING_LINES])))
        length = rng.randint(*_PHRASE_LENGTH)
        start = rng.randint(0, len(run) - length)
        return f'"{run[start : start + length]}"'

    def pasted(self, rng: Random) -> str:
        """New sentences made of the words of several documents: none stands in the archive word for word."""
        words = [word for _ in range(_SOURCES) for word in self._words(rng)]
        return self._composer.text(lambda: rng.choice(words), rng, PASTED_LENGTH)

    def _words(self, rng: Random) -> tuple[str, ...]:
        return self._composer.document(rng.randrange(self._documents)).words
